"""What a live picture's page gets: stills in three shapes, one table, sentences and goals."""

import hashlib
import os
from dataclasses import asdict
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from .plots import DPI, MARKER_RADIUS, png, theme

HERE = Path(__file__).parent
NARROW, NARROW_PANEL = 360, 230  # CSS pixels: a phone's width, and the height of one panel there
WIDE = (630, 258)  # at 5/3 of it a projector of 1280 × 720 has room for controls and words, too


def script(name):
    """The page's half of a widget, with what all of them share before it."""
    return "\n".join((HERE / part).read_text("utf-8") for part in ("hand.js", name))


def look():
    return (HERE / "hand.css").read_text("utf-8")


def key(*parts):
    """What the browser's memory calls a widget: the same for the same widget at every run.

    The server tells a kernel the notebook's path, so each has answers and positions of its own.
    """
    parts = os.environ.get("JPY_SESSION_NAME"), *parts
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


class Page(anywidget.AnyWidget):
    """The picture itself; its script is ``explorer.js``."""

    _esm = script("explorer.js")
    _css = look()
    spec = traitlets.Dict().tag(sync=True)
    stills = traitlets.List().tag(sync=True)
    table = traitlets.Bytes().tag(sync=True)
    key = traitlets.Unicode().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)


def widget(table, at, **memory):
    """The page of a table, with its controls at those positions: all that it will ever show."""

    def stills(size):
        return [table.still(values, size) for values in table.every(table.draw_on)]

    with theme():
        usual = stills(table.size)
        axes = [axes for _, axes in usual]
        sizes = table.size, (NARROW, 40 + NARROW_PANEL * len(axes[0])), WIDE
        shapes = [usual, *map(stills, sizes[1:])]
        layouts = [
            {"size": size, "boxes": [[_box(ax, size[1]) for ax in axes] for _, axes in drawn]}
            for size, drawn in zip(sizes, shapes, strict=True)
        ]
        lines, tables, offset = [], [], 0
        for line in table.lines.values():
            on, fractions = _fractions(table, line, axes)
            tables.append(fractions.tobytes())
            lines.append({**_line(line), "strides": _strides(table, on), "offset": offset})
            offset += fractions.size
        # Last, for from here on the figures have other pixels.
        pngs = [[png(figure, 2 * DPI) for figure, _ in drawn] for drawn in shapes]
    spec = {
        "layouts": layouts,
        "still": _strides(table, table.draw_on),
        "lines": lines,
        "words": [_words(table, words) for words in table.words],
        "goals": [_goal(table, goal) for goal in table.goals],
        "places": [_places(table.place, a[0]) for a in axes] if table.place else [],
        "controls": [f"at_{name}" for name in table.controls],
    }
    at = {f"at_{name}": position for name, position in at.items()}
    traits = {name: traitlets.Any(0).tag(sync=True) for name in at}
    page = type("Page", (Page,), traits)
    return page(spec=spec, stills=pngs, table=b"".join(tables), **memory, **at)


def _strides(table, on):
    """How far a table with the axes `on` moves on when a control moves by one."""
    lengths = table.lengths(on)
    return {f"at_{name}": int(np.prod(lengths[i + 1 :])) for i, name in enumerate(on)}


def _line(line):
    look = {**asdict(line.style), "radius": MARKER_RADIUS}
    look["dash"] = [line.style.width * dash for dash in line.style.dash]
    upto = line.upto and f"at_{line.upto}"
    return {**look, "ax": line.ax, "points": line.xy.shape[-2], "upto": upto}


def _words(table, words):
    texts = [words.say(**values) for values in table.every(words.on)]
    return {"strides": _strides(table, words.on), "texts": texts, "shown": words.shown}


def _goal(table, goal):
    seen = [goal.look(**values) for values in table.every(goal.on)]
    reached, told = [bool(reached) for reached, _ in seen], [told for _, told in seen]
    return {"strides": _strides(table, goal.on), "text": goal.text, "reached": reached,
            "told": told}  # fmt: skip


def _box(ax, height):
    """An axes' box in CSS pixels from the picture's top left: left, top, width, height."""
    box = ax.bbox
    return [box.x0, height - box.y1, box.width, box.height]


def _fractions(table, line, axes):
    """A line's controls, those of the stills first, and its table in fractions of its axes.

    From their lower left. In fractions, one table serves the picture in every shape.
    """
    # Other limits, other fractions: each still has its own, also where the data are the same.
    missing = [name for name in table.draw_on if name not in line.on]
    on = [*missing, *line.on]
    xy = np.broadcast_to(line.xy, (*table.lengths(missing), *line.xy.shape))
    xy = np.moveaxis(xy, [on.index(name) for name in table.draw_on], range(len(table.draw_on)))
    stills = xy.reshape(len(axes), -1, 2)
    xy = [_in_axes(a[line.ax], still) for a, still in zip(axes, stills, strict=True)]
    on = [*table.draw_on, *(name for name in line.on if name not in table.draw_on)]
    return on, np.clip(xy, -1e4, 1e4).astype("<f4")  # canvases draw no further


def _in_axes(ax, xy):
    return (ax.transData + ax.transAxes.inverted()).transform(xy)


def _places(place, ax):
    """Where in the first axes the values of the controls lie that a click sets, as fractions."""
    x, y = map(np.asarray, place.values())
    x = _in_axes(ax, np.stack([x, np.full(len(x), y[0])], axis=-1))[:, 0]
    y = _in_axes(ax, np.stack([np.full(len(y), 1.0), y], axis=-1))[:, 1]
    at = zip(place, (x, y), strict=True)
    return {f"at_{name}": fractions.tolist() for name, fractions in at}
