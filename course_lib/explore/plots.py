"""How things look: one colour, width and dash for each thing, in every picture of the course.

Colours are Okabe and Ito's, which stay apart for colour-blind readers; the dash tells them
apart without any colour.
"""

import io
from base64 import b64encode
from dataclasses import dataclass

import numpy as np
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

DPI = 100  # CSS pixels an inch: figures are laid out in CSS pixels
MARKER_RADIUS = 5.0  # CSS pixels
NARROWEST = 560  # CSS pixels that panels side by side need


@dataclass(frozen=True)
class LineStyle:
    """Colour, width in CSS pixels, and dash in multiples of the width (empty: solid).

    A marker, one of ``o s D ^ v``, stands on the last point.
    """

    colour: str
    width: float = 2.0
    dash: tuple = ()
    marker: str = ""

    def matplotlib(self):
        """The same style as keyword arguments of ``Axes.plot``."""
        return {
            "color": self.colour,
            "linewidth": self.width * 72 / DPI,  # matplotlib counts in points of 1/72 inch
            "linestyle": (0, self.dash) if self.dash else "-",
            "dash_capstyle": "butt",
            "solid_capstyle": "butt",
            "solid_joinstyle": "round",
            "marker": self.marker or None,
            "markevery": [-1],
            "markersize": 2 * MARKER_RADIUS * 72 / DPI,
            "markeredgecolor": "white",
            "markeredgewidth": 72 / DPI,
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

# The same colour, dash and marker for an optimizer everywhere; the names are those in legends.
OPTIMIZERS = {
    "SGD": LineStyle("#333333", marker="o"),
    "momentum": LineStyle("#333333", dash=(1, 1), marker="o"),
    "Nesterov": LineStyle("#333333", dash=(4, 1, 1, 1), marker="o"),
    "sign": LineStyle("#8A6100", dash=(5, 1, 1, 1), marker="v"),
    "AdaGrad": LineStyle("#D55E00", dash=(6, 2), marker="s"),
    "RMSProp": LineStyle("#0072B2", marker="^"),
    "Adam": LineStyle("#00805D", dash=(3, 1.2), marker="D"),
    "AdamW": LineStyle("#00805D", dash=(3, 1.2, 1, 1.2), marker="D"),
    "AMSGrad": LineStyle("#A8508A", dash=(1.5, 1.2), marker="v"),
    "Adadelta": LineStyle("#0072B2", dash=(4, 1.5), marker="^"),
    "yours": LineStyle("#C2185B", width=2.5, marker="o"),
}


@dataclass
class Picture:
    """A figure and the words that stand for it where it cannot be seen.

    Its size in inches × 100 is its size on the page in CSS pixels. `alt` says what it shows, with
    its numbers.

    Examples
    --------
    >>> Picture(Figure(figsize=(6, 3)), "An empty picture.").alt
    'An empty picture.'
    """

    figure: Figure
    alt: str

    def _repr_mimebundle_(self, **_):
        width, height = (DPI * self.figure.get_size_inches()).round().astype(int).tolist()
        data = b64encode(png(self.figure, 2 * DPI)).decode()
        shown = {"alt": self.alt, "width": width, "height": height}
        return {"image/png": data, "text/plain": self.alt}, {"image/png": shown}


def png(figure, dpi):
    """A figure as the bytes of a PNG file."""
    canvas = FigureCanvasAgg(figure)
    figure.dpi = dpi
    canvas.draw()
    file = io.BytesIO()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    # 256 colours are enough for lines and text, and a third of the bytes.
    image.quantize(256, Image.Quantize.FASTOCTREE).save(file, "png")
    return file.getvalue()


def theme():
    """Context in which the course's figures are drawn, whatever the reader's own settings."""
    return style.context(["default", _THEME])


def panels(figure, pattern, **shares):
    """Axes as `pattern` places them; one below another in a narrow figure, in a row in a low one.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    pattern : str
        One letter for each, rows parted by a semicolon: ``"AB;AC"`` has one at the left and two
        at the right. The axes come in the order of their letters.
    **shares
        `width_ratios` and the like, for `pattern` as it is.

    Examples
    --------
    >>> [len(panels(Figure(figsize=size), "A;B")) for size in ((7, 4), (3, 5), (7, 2))]
    [2, 2, 2]
    """
    letters = sorted(set(pattern) - {";"})
    if is_narrow(figure):
        pattern, shares = ";".join(letters), {}
    elif ";" in pattern and is_low(figure):
        pattern, shares = "".join(letters), {}
    axes = figure.subplot_mosaic(pattern, **shares)
    return [axes[letter] for letter in letters]


def is_narrow(figure):
    """Whether a figure is for a phone or for half a screen: its panels stand one below another."""
    return DPI * figure.figure.get_figwidth() < NARROWEST  # the whole figure, not a part of it


def is_low(figure):
    """Whether a figure is wide and low, as a projector needs it beside controls and sentences."""
    width, height = figure.figure.get_size_inches()
    return width > 2.4 * height


def finish(ax, styles, **axes):
    """Labels and limits, and a legend above the axes, where no line can run through it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    styles : dict
        What the legend names: label → `LineStyle`.
    **axes
        As of ``ax.set``: `xlabel` and `ylabel`, what is plotted with its unit; `xlim` and `ylim`,
        fixed so that the eye can compare; scales and ticks.
    """
    ax.set(**axes)
    for label, line in styles.items():
        ax.plot([], [], label=label, **line.matplotlib())
    columns = len(styles)
    if is_narrow(ax.figure) or is_low(ax.figure):  # a letter has about 6.5 pixels, a handle 62
        place, width = ax.get_subplotspec(), DPI * ax.figure.figure.get_figwidth()
        share = width * len(place.colspan) / place.get_gridspec().ncols
        widths = [62 + 6.5 * len(label) for label in styles]
        if sum(widths) > share - 85:  # in columns, each as wide as the widest
            columns = max(1, min(columns, int((share - 70) // max(widths))))
    ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=columns, handlelength=2.6)


def contours(ax, problem):
    """The height lines of a problem of two coordinates in its box, and a star at its minimum.

    The heights above the minimum are in a geometric sequence: a valley shows at every depth.
    """
    x1, x2 = (np.linspace(*side, 201) for side in problem.box)
    z = problem.value(np.stack(np.meshgrid(x1, x2), axis=-1))
    floor = z.min() if problem.minimum is None else problem.value(problem.minimum)
    levels = floor + np.geomspace(1e-3, 1, 12) * (z.max() - floor)
    ax.contour(x1, x2, z, levels, colors="#B8B8B8", linewidths=0.8)
    if problem.minimum is not None:
        ax.plot(*problem.minimum, "*", color="#000000", markersize=9, zorder=3)
