"""What an explorer shows: a function tabulated over every position of its controls."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
from matplotlib.figure import Figure

from .plots import DPI, LineStyle


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
        """The ipywidgets control."""
        start, layout = self.values[self.index(self.start)], {"width": "auto"}
        look = {"description": self.label, "style": {"description_width": "initial"}}
        if isinstance(start, bool):
            return widgets.Checkbox(start, indent=False, layout=layout, **look)
        if isinstance(start, str):
            return widgets.Dropdown(options=self.values, value=start, layout=layout, **look)
        options, layout = [(_as_read(v), v) for v in self.values], {"width": "min(100%, 24em)"}
        return widgets.SelectionSlider(options=options, value=start, layout=layout, **look)


def _as_read(value):
    """A slider's value in digits: 0.01, and 1 000 000 for a million."""
    return f"{value:g}" if abs(value) < 1e5 else f"{value:,.0f}".replace(",", " ")


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

    def at(self, positions):
        """The points at those positions of the controls: (n, 2)."""
        xy = self.xy[tuple(positions[name] for name in self.on)]
        return xy[: positions[self.upto] + 1] if self.upto else xy


@dataclass(frozen=True)
class Words:
    """A sentence that depends on the controls in `on`: ``say(**values)``; empty, it is left out.

    All sentences together are the picture's alt text; those with `shown` stand below it too.
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


@dataclass(frozen=True)
class Table:
    """All that an explorer shows: its controls and lines by name, in order; its words and goals.

    ``draw(figure, **values)`` draws what stands still and returns its axes, for each combination
    of the controls named in `draw_on`. `size` is in CSS pixels; `draw` is called with a narrow and
    with a wide and low figure, too (`plots.panels`). A click in the first axes sets the two
    controls of `place`: name → the coordinates of its values, first along x, then along y.
    """

    controls: dict
    lines: dict
    words: list
    draw: Callable
    draw_on: tuple = ()
    size: tuple = (760, 380)
    place: dict | None = None
    goals: list = ()

    def positions(self, values):
        """Control → position of its value. An unknown name or value is a ValueError."""
        for name in values:
            if name not in self.controls:
                raise ValueError(f"no control {name!r}; there are {', '.join(self.controls)}")
        return {name: self.controls[name].index(value) for name, value in values.items()}

    def lengths(self, on):
        return tuple(len(self.controls[name].values) for name in on)

    def every(self, on):
        """The values of the controls `on` for each entry of a table with those axes."""
        for values in itertools.product(*(self.controls[name].values for name in on)):
            yield dict(zip(on, values, strict=True))

    def still(self, values, size):
        """What stands still at `values`: a figure of that size and the list of its axes."""
        width, height = size
        figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
        axes = np.atleast_1d(self.draw(figure, **{name: values[name] for name in self.draw_on}))
        figure.get_layout_engine().execute(figure)  # now, so that transforms are final
        figure.set_layout_engine("none")
        return figure, axes.tolist()
