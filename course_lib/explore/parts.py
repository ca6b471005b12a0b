"""What several explorers share."""

import numpy as np

from ..descent import run
from .plots import LineStyle

ROUNDING = 1e-9  # numbers that differ by less are equal: what is said hangs on no last bit


def points(x, y):
    """(..., n) and (..., n) → (..., n, 2)."""
    return np.stack(np.broadcast_arrays(x, y), axis=-1)


def bars(height, shift=0.0, half=0.35):
    """Heights (..., n) as the outlines of n bars at 1, 2, …; each is followed by a lifted pen."""
    t = np.arange(1, height.shape[-1] + 1)[:, None] + shift
    t = t + half * np.array([-1, -1, 1, 1, np.nan])
    y = height[..., None] * np.array([0.0, 1.0, 1.0, 0.0, np.nan])
    return points(t.ravel(), y.reshape(*height.shape[:-1], -1))


def number(value, digits=2):
    """A number as one reads it: 0.33, 12, 0; and 1.2e-6 only where zeros would have to be counted.

    >>> [number(value) for value in (0.333, 12.4, 1234.5, 0, 0.00099999, 1.2e-6, 3e7)]
    ['0.33', '12', '1234', '0', '0.0010', '1.2e-6', '3e7']
    """
    if value == 0:
        return "0"
    if abs(value) < 1:
        value = float(f"{value:.{digits - 1}e}")  # rounded first: 0.00099999 is 0.001
    if not 1e-3 <= abs(value) < 1e5:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        return f"{float(mantissa):g}e{int(power)}"
    places = max(0, digits - 1 - int(np.floor(np.log10(abs(value)))))
    return f"{value:.{places}f}"


def steps_word(count):
    """ "step" or "steps"."""
    return "step" if count == 1 else "steps"


def first(true):
    """The place, from 1 on, of the first that is true, or None."""
    places = np.flatnonzero(true)
    return int(places[0]) + 1 if len(places) else None


LEVEL = LineStyle("#B8B8B8", width=0.8)


def level_lines(curvature, turn=0.0):
    """Ellipses of equal height of ½ Σ λ·x², turned by `turn` degrees: (..., 2) → (..., n, 2).

    As lines and not as a still, because they move with a control.
    """
    heights, angle = np.geomspace(0.01, 100, 12), np.linspace(0, 2 * np.pi, 90)
    round_ = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    xy = round_ * np.sqrt(2 * heights[:, None, None] / np.asarray(curvature)[..., None, None, :])
    xy = np.concatenate([xy, np.full_like(xy[..., :1, :], np.nan)], axis=-2)
    c, s = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    return xy.reshape(*xy.shape[:-3], -1, 2) @ [[c, s], [-s, c]]


def looked_up(table, **controls):
    """The entries of a table as a function of its first axes' controls: name → all its values.

    >>> square = looked_up(np.array([1, 4, 9]), x=(1, 2, 3))
    >>> int(square(x=3, y=7))  # controls that do not matter may be named, too
    9
    """

    def at(**now):
        return table[tuple(values.index(now[name]) for name, values in controls.items())]

    return at


def outermost(best, right, value, told):
    """What `look` returns for a goal that asks for the largest (`max`) of the right values.

    Or for the smallest (`min`). `told` says what is there now.

    >>> outermost(max, [0.1, 0.2], 0.1, "With η = 0.1 it ends at 0")
    (False, 'With η = 0.1 it ends at 0; a larger value will do, too.')
    """
    more, most = ("larger", "largest") if best is max else ("smaller", "smallest")
    if value not in right:
        return False, f"{told}."
    if value != best(right):
        return False, f"{told}; a {more} value will do, too."
    return True, f"{told}: the {most} of the slider's values."


TARGET = {"color": "#00704F", "linewidth": 1.2, "linestyle": (0, (6, 3))}


def target(ax, height, steps):
    """The line that a goal wants something to be below, as far as the steps that it gives."""
    ax.plot([0, steps], [height, height], **TARGET)
    below = {"xytext": (5, -3), "textcoords": "offset points", "va": "top"}
    ax.annotate("goal", (0, height), color=TARGET["color"], **below)  # all lines begin above


def star_map(ax, box):
    """A map of that box, with a star on the minimum at 0."""
    ax.plot(0, 0, "*", color="#000000", markersize=9, zorder=3)
    ax.set(xlim=box[0], ylim=box[1])


def descend(opt, problem, steps):
    """Paths of a sweep of rates, and of momenta before them: (momenta, rates, steps + 1, 2)."""
    x = run(opt, problem.grad, problem.start, steps, record=["x"], keep_going=True).x
    return np.moveaxis(x, 0, -2)


def fed(opt, gradients, **how):
    """The trace of an optimizer that gets these gradients (time, ...), wherever it goes."""

    def grad(x, t):
        return np.broadcast_to(gradients[t - 1], x.shape)

    return run(opt, grad, np.zeros(gradients.shape[1:]), len(gradients), **how)
