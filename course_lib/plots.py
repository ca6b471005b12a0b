"""How things look: one colour, width and dash for each thing, in every picture of the course.

Colours are Okabe and Ito's, which stay apart for colour-blind readers; the dash tells them
apart without any colour.
"""

from dataclasses import dataclass

from matplotlib import style

__all__ = ["EMA", "STREAM", "WINDOW", "LineStyle", "finish", "theme"]


@dataclass(frozen=True)
class LineStyle:
    """Colour, width in CSS pixels, and dash in multiples of the width (empty: solid)."""

    colour: str
    width: float = 2.0
    dash: tuple = ()

    def matplotlib(self, dpi):
        """The same style as keyword arguments of ``Axes.plot``, for a figure of `dpi`."""
        return {
            "color": self.colour,
            "linewidth": self.width * 72 / dpi,  # matplotlib counts in points of 1/72 inch
            "linestyle": (0, self.dash) if self.dash else "-",
            "dash_capstyle": "butt",
            "solid_capstyle": "butt",
            "solid_joinstyle": "round",
        }


_THEME = {
    "font.size": 9.5,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#555555",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
}

STREAM = LineStyle("#767676", width=1.0)
EMA = LineStyle("#0072B2", width=2.5)
WINDOW = LineStyle("#D55E00", width=2.0, dash=(4, 1.5))


def theme():
    """Context in which the course's figures are drawn, whatever the reader's own settings."""
    return style.context(["default", _THEME])


def finish(ax, *, styles, xlabel, ylabel, xlim, ylim):
    """Labels, fixed limits, and a legend above the axes, where no line can run through it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    styles : dict
        What the legend names: label → `LineStyle`.
    xlabel, ylabel : str
        What is plotted, with its unit.
    xlim, ylim : tuple of float
        Limits in data coordinates, fixed so that the eye can compare.
    """
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=xlim, ylim=ylim)
    for label, line in styles.items():
        ax.plot([], [], label=label, **line.matplotlib(ax.figure.dpi))
    ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=len(styles), handlelength=2.6)
