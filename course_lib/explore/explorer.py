"""The tabulated explorer: a function computed for every position of its controls.

The kernel computes all pictures once; the page (``explorer.js``) looks up the one that the
controls point at. A slider is answered without a round trip, also when the kernel is busy or
gone.
"""

import itertools
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from .. import record
from . import page
from .plots import DPI, MARKER_RADIUS, LineStyle, png, theme

__all__ = ["Control", "Explorer", "Goal", "Line", "Words"]


@dataclass(frozen=True)
class Control:
    """A control and the finite list of its values.

    Numbers become a slider, booleans a checkbox, words a drop-down. With `play` a button beside
    the slider walks it through its values.
    """

    name: str
    label: str
    values: tuple
    start: object
    play: bool = False

    def index(self, value):
        """The position of `value`, or a ValueError that lists what there is."""
        for i, known in enumerate(self.values):
            same = known == value
            if isinstance(known, float) and isinstance(value, float | int):
                same = bool(np.isclose(known, value, rtol=1e-9, atol=0))
            if same and isinstance(known, bool) == isinstance(value, bool):
                return i
        known = ", ".join(map(repr, self.values))
        raise ValueError(f"{self.name} has no value {value!r}; it has {known}")

    def widget(self):
        """The ipywidgets control, and the name of the trait that the page listens to."""
        start = self.values[self.index(self.start)]
        layout = {"width": "min(100%, 24em)"}
        look = {"description": self.label, "style": {"description_width": "initial"}}
        if isinstance(start, bool):
            return widgets.Checkbox(start, indent=False, layout={"width": "auto"}, **look), "value"
        if isinstance(start, str):
            return widgets.Dropdown(
                options=self.values, value=start, layout={"width": "auto"}, **look
            ), "index"
        options = [(_as_read(value), value) for value in self.values]
        return widgets.SelectionSlider(options=options, value=start, layout=layout, **look), "index"


@dataclass(frozen=True)
class Line:
    """What moves: one polyline for every combination of the controls in `on`.

    `xy` has the shape ``(*lengths of the controls in on, n, 2)``, in data coordinates of the
    axes number `ax`. NaN lifts the pen. With `upto`, a control, the line ends at the point of
    that control's position: one table for a line that grows.
    """

    name: str
    on: tuple
    xy: np.ndarray
    style: LineStyle
    ax: int = 0
    upto: str | None = None


@dataclass(frozen=True)
class Words:
    """A sentence that depends on the controls in `on`: ``say(**values)``; empty, it is left out.

    All sentences together are the picture's alt text; those with ``shown`` stand below it too.
    """

    on: tuple
    say: Callable
    shown: bool = True


@dataclass(frozen=True)
class Goal:
    """What to find with the controls: ``look(**values)`` is (reached, how far it is).

    `text` says what is looked for, `on` names the controls that matter. The second value of
    `look` is a sentence: what is there now, or where it was reached.
    """

    text: str
    on: tuple
    look: Callable


class Explorer:
    """A live picture.

    Parameters
    ----------
    controls : sequence of Control
    lines : sequence of Line
        Drawn in this order.
    words : sequence of Words
    draw : callable
        ``draw(figure, **values)`` draws what stands still and returns its axes. It is called
        for each combination of the controls named in `draw_on`.
    draw_on : tuple of str
    size : tuple of int
        Width and height in CSS pixels. `draw` is called with a narrow and with a wide and low
        figure, too (`plots.panels`).
    goals : sequence of Goal
        Shown below the sentences; one lights up when it is reached.
    place : dict, optional
        Two controls that a click in the first axes sets: name → the coordinates of its values,
        first along x, then along y. The nearest value is taken.

    Attributes
    ----------
    controls : dict
        Name → ipywidgets control.
    widget : ipywidgets.VBox
        Controls and picture, to put beside other widgets.

    Examples
    --------
    >>> import course_lib as cl
    >>> explorer = cl.explore.moving_averages()
    >>> explorer.set(series="noisy step", beta=0.99)
    >>> explorer.value["beta"], explorer.lines["EMA"].shape
    (0.99, (300, 2))
    """

    def __init__(self, controls, lines, words, draw, draw_on=(), size=(760, 380), place=None,
                 goals=()):  # fmt: skip
        self._controls = {c.name: c for c in controls}
        self._lines = {line.name: line for line in lines}
        self._words, self._draw, self._draw_on, self._size = words, draw, draw_on, size
        self._place, self._goals = place, goals
        made = {c.name: c.widget() for c in controls}
        self.controls = {name: widget for name, (widget, _) in made.items()}
        shown_by = page.widget(self)
        for name, (widget, trait) in made.items():
            widgets.jslink((widget, trait), (shown_by, f"at_{name}"))
        shown = []
        for name, widget in self.controls.items():
            shown.append(widget)
            if self._controls[name].play:
                last = len(self._controls[name].values) - 1
                shown.append(widgets.Play(value=widget.index, max=last, interval=60))
                widgets.jslink((shown[-1], "value"), (widget, "index"))
        row = widgets.HBox(
            shown,
            layout={"flex_flow": "row wrap", "align_items": "center", "grid_gap": "0 1.5rem"},
        )
        self.widget = widgets.VBox([row, shown_by])
        self.widget.add_class("course-box")

    @property
    def value(self):
        """The current value of each control: name → value."""
        return {name: control.value for name, control in self.controls.items()}

    def set(self, **values):
        """Move controls by name. An unknown name or value is a ValueError that lists them."""
        for name in values:
            if name not in self._controls:
                raise ValueError(f"no control {name!r}; there are {', '.join(self._controls)}")
        at = {name: self._controls[name].index(value) for name, value in values.items()}
        for name, i in at.items():
            self.controls[name].value = self._controls[name].values[i]

    @property
    def lines(self):
        """The lines at the current value: name → array of shape (n, 2), in data coordinates."""
        at = {name: self._controls[name].index(value) for name, value in self.value.items()}
        return {
            name: line.xy[tuple(at[c] for c in line.on)][: at[line.upto] + 1 if line.upto else None]
            for name, line in self._lines.items()
        }

    @property
    def alt(self):
        """What the picture shows at the current value, in a sentence or two."""
        now = self.value
        said = (words.say(**{c: now[c] for c in words.on}) for words in self._words)
        return " ".join(filter(None, said))

    def figure(self):
        """The picture at the current value, as a matplotlib Figure of its own."""
        now = self.value
        with theme():
            figure, axes = self._still({c: now[c] for c in self._draw_on}, self._size)
            for name, xy in self.lines.items():
                line = self._lines[name]
                look = {**line.style.matplotlib(DPI), "marker": None}
                axes[line.ax].plot(*xy.T, **look)
                if line.style.marker:
                    _mark(axes[line.ax], xy[-1], line.style)
        return figure

    def _repr_mimebundle_(self, **_):
        record.opened(record.here())
        shown_by = self.widget.children[1]
        for name, value in self._memory().items():  # `set` may have moved it since it was made
            setattr(shown_by, name, value)
        # The picture stands beside the live view, for readers who have no kernel.
        width, height = self._size
        data = {
            **self.widget._repr_mimebundle_(),
            "image/png": b64encode(png(self.figure(), DPI)).decode(),
            "text/plain": self.alt,
        }
        picture = {"alt": self.alt, "width": width, "height": height}
        return data, {"image/png": picture, "course": {"explorer": shown_by.key}}

    def _memory(self):
        """Where the controls start in the view that follows, and what that is remembered by."""
        now = self.value
        values = [(c.name, c.values) for c in self._controls.values()]
        goals = [goal.text for goal in self._goals]
        start = {f"at_{name}": self._controls[name].index(value) for name, value in now.items()}
        return {"key": page.key(values, now, self.alt, goals), "start": start}

    def _still(self, values, size):
        """What stands still at `values`: a figure of that size and the list of its axes."""
        width, height = size
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
        axes = np.atleast_1d(self._draw(figure, **values)).tolist()
        figure.get_layout_engine().execute(figure)  # now, so that transforms are final
        figure.set_layout_engine("none")
        return figure, axes

    def _combinations(self, on):
        """The values of the controls `on` for each entry of a table with those axes."""
        for values in itertools.product(*(self._controls[c].values for c in on)):
            yield dict(zip(on, values, strict=True))

    def _lengths(self, on):
        return tuple(len(self._controls[c].values) for c in on)

    def _strides(self, on):
        """How far a table with the axes `on` moves on when a control moves by one."""
        lengths = self._lengths(on)
        return {f"at_{c}": int(np.prod(lengths[i + 1 :])) for i, c in enumerate(on)}


def _as_read(value):
    """A slider's value in digits: 0.01, and 1 000 000 for a million."""
    return f"{value:g}" if abs(value) < 1e5 else f"{value:,.0f}".replace(",", " ")


def _mark(ax, end, style):
    """A line's marker on its end; hollow and at the edge of the box if the end lies outside."""
    pixels = ax.transData.transform(end)
    edge = np.clip(pixels, ax.bbox.min, ax.bbox.max)
    inside = np.abs(pixels - edge).max() < 0.5
    ax.scatter(
        *ax.transAxes.inverted().transform(edge),
        s=(2 * MARKER_RADIUS * 72 / DPI) ** 2,
        marker=style.marker,
        color=style.colour if inside else "white",
        edgecolors="white" if inside else style.colour,
        linewidths=(1 if inside else 2) * 72 / DPI,
        transform=ax.transAxes,
        clip_on=False,
        zorder=4,
    )
