"""The series that moving averages are drawn of, what an average of each comes to, and a goal."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import datasets
from . import plots
from .parts import first, number, outermost, steps_word

SHOWN = 300
STEPS = np.arange(1.0, SHOWN + 1)
TARGET = plots.LineStyle("#00805D", width=2)
JUMP, SOON, CALM = 100, 8, 0.09  # of the noisy step: its place, and what a good average keeps to
SWING = 0.05
LEVEL = 2


class Stream(NamedTuple):
    """A series as `moving_averages` shows it; `outcome` says what an average of it came to.

    `values` may begin before `times`, which are those shown; `axes` are those of the plot. The
    `goal` is about the slider `of`: ``look(averages, value)`` is the `look` of a `Goal` and gets
    the average for each of the slider's values; ``mark(ax)`` draws the target.
    """

    times: np.ndarray
    values: np.ndarray
    label: str
    axes: dict
    outcome: Callable
    goal: str = ""
    of: str = "beta"
    look: Callable | None = None
    mark: Callable = lambda ax: None


def streams():
    """All series: name → `Stream`."""
    return {
        "noisy step": _noisy_step(),
        "Hinton's stream": _hinton(),
        "FTSE squared returns": _ftse(),
    }


def own(values):
    """A series of your own, of which the last 300 values are shown. It has no goal.

    Raises
    ------
    ValueError
        If it is not one row of at least two finite numbers.
    """
    values = np.asarray(values)
    if values.ndim != 1 or len(values) < 2 or values.dtype.kind not in "fiu":
        raise ValueError(
            "a series of your own is one row of at least two numbers; "
            f"this has the shape {values.shape} and the type {values.dtype}"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"value {np.isfinite(values).argmin()} of the series is not finite")
    steps, shown = np.arange(1.0, len(values) + 1)[-SHOWN:], values[-SHOWN:]
    margin = 0.05 * np.ptp(shown) or 1
    limits = (shown.min() - margin, shown.max() + margin)

    def ends(v):
        return f"The EMA ends at {number(v[-1], 3)}; the last value is {number(values[-1], 3)}."

    return Stream(steps, values * 1.0, "yours", _axes(limits, "value"), ends)


def _noisy_step():
    def follows(v):
        count, wobble = first(v[JUMP:] >= 0.5), number(v[-100:].std(), 3)
        told = f"After the jump the EMA takes {count} {steps_word(count)} to reach 0.5"
        told = told if count else "The EMA never reaches 0.5"
        return f"{told}; in the last 100 steps it wobbles by {wobble}."

    def look(averages, beta):
        count, wobble = first(averages[beta][JUMP:] >= 0.5), averages[beta][-100:].std()
        told = f"it takes {count} {steps_word(count)}" if count else "it never gets there"
        reached = bool(count) and count <= SOON and wobble < CALM
        return reached, f"With β = {beta:g} {told} and wobbles by {number(wobble, 3)}."

    def mark(ax):
        target(ax, [JUMP + SOON] * 2, [-1, 0.5], f"0.5 within {SOON} steps", (JUMP + 12, -0.6))
        told = f"last 100 steps: wobble {CALM:g}"
        box(ax, SHOWN - 99, 1 - CALM, 1 + CALM, told, (SHOWN, -1.15))

    goal = f"find the β that reaches 0.5 within {SOON} steps and wobbles by less than {CALM:g}"
    values, axes = datasets.noisy_step(SHOWN), _axes((-1.3, 2.4), "value")
    return Stream(STEPS, values, "noisy step", axes, follows, goal, "beta", look, mark)


def _hinton():
    def swings(v):
        now = v[-10:].min(), v[-10:].max(), v[-10:].mean()
        low, high, mean = (
            f"{x:.3f}".replace("-", "−") if abs(x) >= 0.0005 else "0.000" for x in now
        )
        return (
            f"In the last ten steps the EMA swings between {low} and {high}; "
            f"its mean there is {mean}, that of the stream 0."
        )

    def look(averages, beta):
        swing = {beta: np.ptp(v[-10:]) for beta, v in averages.items()}
        right = [beta for beta in swing if swing[beta] < SWING]
        return outermost(min, right, beta, f"With β = {beta:g} the swing is {swing[beta]:.3f}")

    def mark(ax):
        box(ax, 1, -SWING / 2, SWING / 2, f"a swing of {SWING:g}", (SHOWN, 0.17))

    goal = f"find the smallest β whose swing in the last ten steps stays below {SWING:g}"
    values, axes = datasets.hinton_stream(SHOWN), _axes((-1, 0.25), "gradient g")
    return Stream(STEPS, values, "gradients", axes, swings, goal, "beta", look, mark)


def _ftse():
    prices = datasets.ftse()
    squares = datasets.returns(prices.close) ** 2
    years = prices.year[-SHOWN:]

    def volatility(v):
        top = v.argmax()
        return (
            f"√EMA is a volatility: it starts at {np.sqrt(v[0]):.2f} % a day, is highest around "
            f"{years[top]:.2f} with {np.sqrt(v[top]):.2f} % and ends at {np.sqrt(v[-1]):.2f} %. "
            f"The mean of all {len(squares)} squares is {squares.mean():.2f} %²."
        )

    def look(averages, window):
        top = {window: v.max() for window, v in averages.items()}
        right = [window for window in top if top[window] >= LEVEL]
        days = "day" if window == 1 else "days"
        told = f"A window of {window} {days} rises to {top[window]:.2f}"
        return outermost(max, right, window, told)

    def mark(ax):
        target(ax, years[[0, -1]], [LEVEL] * 2, f"above {LEVEL}", (years[8], LEVEL + 0.2))

    goal = f"find the longest window whose mean rises above {LEVEL} %² in October 1997 or after"
    axes = _axes((0, 10.5), "squared return (%²)", "year (260 days each)")
    return Stream(years, squares, "squared returns", axes, volatility, goal, "window", look, mark)


def _axes(limits, unit, time="step t"):
    return {"xlabel": time, "ylabel": unit, "ylim": limits}


def target(ax, x, y, text, at, ha="left"):
    """Mark what a goal is about: a line or an outline, and its words at a place of their own."""
    ax.plot(x, y, **TARGET.matplotlib(), zorder=3)
    behind = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
    ax.text(*at, text, color=TARGET.colour, ha=ha, bbox=behind, zorder=3)


def box(ax, left, low, high, text, at):
    """Mark a goal's target from `left` to the end of what is shown."""
    x = [left, left, SHOWN, SHOWN, left]
    target(ax, x, [low, high, high, low, low], text, at, "right")
