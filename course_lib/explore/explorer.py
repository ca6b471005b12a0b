"""The tabulated explorer: a function computed for every position of its controls.

The kernel computes all pictures once; the page (``explorer.js``) looks up the one that the
controls point at. A slider is answered without a round trip, also when the kernel is busy or
gone.
"""

from base64 import b64encode

import ipywidgets as widgets
import numpy as np

from .. import record
from . import page
from .plots import DPI, MARKER_RADIUS, png, theme
from .table import Control, Goal, Line, Table, Words

__all__ = ["Control", "Explorer", "Goal", "Line", "Words"]


class Explorer:
    """A live picture of a `Table`, made of that one's parts.

    `controls` and `lines` are sequences here; the lines are drawn in their order.

    Attributes
    ----------
    controls : dict
        Name → ipywidgets control.
    widget : ipywidgets.VBox
        Controls and picture, to put beside other widgets.
    table : Table
        What there is to see.

    Examples
    --------
    >>> import course_lib as cl
    >>> explorer = cl.explore.moving_averages()
    >>> explorer.set(series="noisy step", beta=0.99)
    >>> explorer.value["beta"], explorer.lines["EMA"].shape
    (0.99, (300, 2))
    """

    def __init__(self, controls, lines, words, draw, **more):
        by_name = ({one.name: one for one in of} for of in (controls, lines))
        self.table = Table(*by_name, words, draw, **more)
        self.controls = {control.name: control.widget() for control in controls}
        picture = page.widget(self.table, self.positions, **self._memory())
        shown = []
        for name, widget in self.controls.items():
            shown.append(widget)
            moves = "index" if hasattr(widget, "index") else "value"
            widgets.jslink((widget, moves), (picture, f"at_{name}"))
            if self.table.controls[name].play:
                last = len(widget.options) - 1
                shown.append(widgets.Play(value=widget.index, max=last, interval=60))
                widgets.jslink((shown[-1], "value"), (widget, "index"))
        layout = {"flex_flow": "row wrap", "align_items": "center", "grid_gap": "0 1.5rem"}
        self.widget = widgets.VBox([widgets.HBox(shown, layout=layout), picture])
        self.widget.add_class("course-box")

    @property
    def value(self):
        """The current value of each control: name → value."""
        return {name: widget.value for name, widget in self.controls.items()}

    @property
    def positions(self):
        """Where in the list of its values each control is: name → number, from 0."""
        return self.table.positions(self.value)

    def set(self, **values):
        """Move controls by name. An unknown name or value is a ValueError that lists them."""
        for name, i in self.table.positions(values).items():
            self.controls[name].value = self.table.controls[name].values[i]

    @property
    def lines(self):
        """The lines at the current value: name → array of shape (n, 2), in data coordinates."""
        at = self.positions
        return {name: line.at(at) for name, line in self.table.lines.items()}

    @property
    def alt(self):
        """What the picture shows at the current value, in a sentence or two."""
        now = self.value
        said = (words.say(**{name: now[name] for name in words.on}) for words in self.table.words)
        return " ".join(filter(None, said))

    def figure(self):
        """The picture at the current value, as a matplotlib Figure of its own."""
        with theme():
            figure, axes = self.table.still(self.value, self.table.size)
            for name, xy in self.lines.items():
                line = self.table.lines[name]
                ax = axes[line.ax]
                ax.plot(*xy.T, **{**line.style.matplotlib(), "marker": None})
                if line.style.marker:
                    _mark(ax, xy[-1], line.style)
        return figure

    def _repr_mimebundle_(self, **_):
        record.opened(record.here())
        picture = self.widget.children[1]
        for name, value in self._memory().items():  # `set` may have moved it since it was made
            setattr(picture, name, value)
        # The picture stands beside the live view, for readers who have no kernel.
        width, height = self.table.size
        data = {
            **self.widget._repr_mimebundle_(),
            "image/png": b64encode(png(self.figure(), DPI)).decode(),
            "text/plain": self.alt,
        }
        shown = {"alt": self.alt, "width": width, "height": height}
        return data, {"image/png": shown, "course": {"explorer": picture.key}}

    def _memory(self):
        """Where the controls start in the view that follows, and what that is remembered by."""
        values = [(c.name, c.values) for c in self.table.controls.values()]
        key = page.key(values, self.value, self.alt, [goal.text for goal in self.table.goals])
        return {"key": key, "start": {f"at_{name}": i for name, i in self.positions.items()}}


def _mark(ax, end, style):
    """A line's marker on its end; hollow and at the edge of the box if the end lies outside."""
    pixels = ax.transData.transform(end)
    edge = np.clip(pixels, ax.bbox.min, ax.bbox.max)
    inside = np.abs(pixels - edge).max() < 0.5
    fill, rim, width = (style.colour, "white", 1) if inside else ("white", style.colour, 2)
    ax.scatter(
        *ax.transAxes.inverted().transform(edge),
        s=(2 * MARKER_RADIUS * 72 / DPI) ** 2,
        marker=style.marker,
        color=fill,
        edgecolors=rim,
        linewidths=width * 72 / DPI,
        transform=ax.transAxes,
        clip_on=False,
        zorder=4,
    )
