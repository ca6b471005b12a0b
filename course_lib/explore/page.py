"""What a live picture's page gets: stills in three shapes, one table, sentences and goals."""

import hashlib
import os
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from .plots import DPI, MARKER_RADIUS, png, theme

__all__ = ["Page", "script", "widget"]

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


def widget(explorer):
    """The page of an explorer: everything that it will show, at every position of its controls."""
    controls, draw_on = explorer._controls, explorer._draw_on
    with theme():
        usual = [explorer._still(values, explorer._size) for values in combinations(explorer)]
    axes = [axes for _, axes in usual]
    tables, lines, offset = [], [], 0
    for line in explorer._lines.values():
        on, table = _fractions(explorer, line, axes)
        style = line.style
        lines.append(
            {
                "ax": line.ax,
                "offset": offset,
                "points": table.shape[-2],
                "strides": explorer._strides(on),
                "upto": line.upto and f"at_{line.upto}",
                "colour": style.colour,
                "width": style.width,
                "dash": [style.width * dash for dash in style.dash],
                "marker": style.marker,
                "radius": MARKER_RADIUS,
            }
        )
        tables.append(table.tobytes())
        offset += table.size
    narrow = NARROW, 40 + NARROW_PANEL * len(axes[0])
    layouts, pngs = [], []
    for size in (explorer._size, narrow, WIDE):
        with theme():
            drawn = usual if size is explorer._size else None
            drawn = drawn or [explorer._still(values, size) for values in combinations(explorer)]
            boxes = [[_box(ax, size[1]) for ax in axes] for _, axes in drawn]
            layouts.append({"size": size, "boxes": boxes})
            pngs.append([png(figure, 2 * DPI) for figure, _ in drawn])  # last: other pixels
    spec = {
        "layouts": layouts,
        "still": explorer._strides(draw_on),
        "lines": lines,
        "words": [_words(explorer, words) for words in explorer._words],
        "goals": [_goal(explorer, goal) for goal in explorer._goals],
        "places": [_places(explorer, a[0]) for a in axes] if explorer._place else [],
        "controls": [f"at_{name}" for name in controls],
    }
    traits = {f"at_{name}": traitlets.Any(0).tag(sync=True) for name in controls}
    at = {f"at_{c.name}": c.index(c.start) for c in controls.values()}
    table = b"".join(tables)
    return type("Page", (Page,), traits)(
        spec=spec, stills=pngs, table=table, **explorer._memory(), **at
    )


def combinations(explorer):
    return list(explorer._combinations(explorer._draw_on))


def _words(explorer, words):
    texts = [words.say(**values) for values in explorer._combinations(words.on)]
    return {"strides": explorer._strides(words.on), "texts": texts, "shown": words.shown}


def _goal(explorer, goal):
    seen = [goal.look(**values) for values in explorer._combinations(goal.on)]
    return {
        "strides": explorer._strides(goal.on),
        "text": goal.text,
        "reached": [bool(reached) for reached, _ in seen],
        "told": [told for _, told in seen],
    }


def _box(ax, height):
    """An axes' box in CSS pixels from the picture's top left: left, top, width, height."""
    box = ax.bbox
    return [box.x0, height - box.y1, box.width, box.height]


def _fractions(explorer, line, axes):
    """A line's table in fractions of its axes, from their lower left; its axes of controls.

    In fractions, one table serves the picture in every shape.
    """
    on, xy = line.on, line.xy
    for (
        name
    ) in explorer._draw_on:  # other limits, other fractions: also where the data are the same
        if name not in on:
            on, xy = (name, *on), np.broadcast_to(xy, (*explorer._lengths([name]), *xy.shape))
    ordered = (*explorer._draw_on, *(c for c in on if c not in explorer._draw_on))
    xy = xy.transpose(*(on.index(c) for c in ordered), -2, -1)
    stills = xy.reshape(len(axes), -1, *xy.shape[-2:])
    table = [
        _in_axes(a[line.ax], still.reshape(-1, 2)).reshape(still.shape)
        for a, still in zip(axes, stills, strict=True)
    ]
    return ordered, np.clip(table, -1e4, 1e4).astype("<f4")  # canvases draw no further


def _in_axes(ax, xy):
    return (ax.transData + ax.transAxes.inverted()).transform(xy)


def _places(explorer, ax):
    """Where in the first axes the values of the controls lie that a click sets, as fractions."""
    x, y = map(np.asarray, explorer._place.values())
    x = _in_axes(ax, np.stack([x, np.full(len(x), y[0])], axis=-1))[:, 0]
    y = _in_axes(ax, np.stack([np.full(len(y), 1.0), y], axis=-1))[:, 1]
    at = zip(explorer._place, (x, y), strict=True)
    return {f"at_{name}": fractions.tolist() for name, fractions in at}
