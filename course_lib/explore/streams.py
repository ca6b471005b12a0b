"""The series that moving averages are drawn of, what an average of each comes to, and a goal."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from .. import datasets
from . import plots
from .parts import number, steps_word

SHOWN = 300
TARGET = plots.LineStyle("#00805D", width=2)
JUMP, SOON, CALM = 100, 8, 0.09  # of the noisy step: its place, and what a good average keeps to
SWING = 0.05
LEVEL = 2


class Aim(NamedTuple):
    """What to find: the values of the slider `of`, of which one or more are right.

    ``look(averages, values, k)`` gets the average for each of the slider's values and the place
    of the slider; it is the `look` of a `Goal`. `mark` draws the target.
    """

    text: str
    of: str
    look: Callable
    mark: Callable


class Stream(NamedTuple):
    """A series as `moving_averages` shows it; `outcome` says what an average of it came to.

    `values` may begin before `times`, which are those shown.
    """

    times: np.ndarray
    values: np.ndarray
    limits: tuple
    label: str
    time: str
    unit: str
    outcome: Callable
    aim: Aim | None


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

    return Stream(steps, values * 1.0, limits, "yours", "step t", "value", ends, None)


def _noisy_step():
    steps = np.arange(1.0, SHOWN + 1)

    def arrives(v):
        late = np.flatnonzero(v[JUMP:] >= 0.5)
        return late[0] + 1 if len(late) else None

    def follows(v):
        count = arrives(v)
        reached = f"After the jump the EMA takes {count} {steps_word(count)} to reach 0.5"
        if count is None:
            reached = "The EMA never reaches 0.5"
        return f"{reached}; in the last 100 steps it wobbles by {number(v[-100:].std(), 3)}."

    def look(averages, betas, k):
        count, wobble = arrives(averages[k]), averages[k][-100:].std()
        told = f"With β = {betas[k]:g} it takes {count} {steps_word(count)}"
        if count is None:
            told = f"With β = {betas[k]:g} it never gets there"
        reached = count is not None and count <= SOON and wobble < CALM
        return reached, f"{told} and wobbles by {number(wobble, 3)}."

    def mark(ax):
        target(ax, [JUMP + SOON] * 2, [-1, 0.5], f"0.5 within {SOON} steps", (JUMP + 12, -0.6))
        band = [1 - CALM, 1 + CALM, 1 + CALM, 1 - CALM, 1 - CALM]
        last = [SHOWN - 99, SHOWN - 99, SHOWN, SHOWN, SHOWN - 99]
        target(ax, last, band, f"last 100 steps: wobble {CALM:g}", (SHOWN, -1.15), "right")

    text = f"find the β that reaches 0.5 within {SOON} steps and wobbles by less than {CALM:g}"
    values, limits = datasets.noisy_step(SHOWN), (-1.3, 2.4)
    aim = Aim(text, "beta", look, mark)
    return Stream(steps, values, limits, "noisy step", "step t", "value", follows, aim)


def _hinton():
    steps = np.arange(1.0, SHOWN + 1)

    def swings(v):
        low, high, mean = (
            _signed(value) for value in (v[-10:].min(), v[-10:].max(), v[-10:].mean())
        )
        return (
            f"In the last ten steps the EMA swings between {low} and {high}; "
            f"its mean there is {mean}, that of the stream 0."
        )

    def look(averages, betas, k):
        swing = np.ptp(averages[:, -10:], axis=-1)
        told = f"With β = {betas[k]:g} the swing is {swing[k]:.3f}"
        if swing[k] >= SWING:
            return False, f"{told}."
        if (swing[:k] < SWING).any():
            return False, f"{told}; with a smaller β it stays below {SWING:g}, too."
        return True, f"{told}: the smallest of the slider's values."

    def mark(ax):
        half = SWING / 2
        target(
            ax, [1, SHOWN, SHOWN, 1, 1], [half, half, -half, -half, half],
            f"a swing of {SWING:g}", (SHOWN, 0.17), "right",
        )  # fmt: skip

    text = f"find the smallest β whose swing in the last ten steps stays below {SWING:g}"
    values, limits = datasets.hinton_stream(SHOWN), (-1, 0.25)
    aim = Aim(text, "beta", look, mark)
    return Stream(steps, values, limits, "gradients", "step t", "gradient g", swings, aim)


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

    def look(averages, windows, k):
        top = averages.max(axis=-1)
        told = f"A window of {windows[k]} {'day' if windows[k] == 1 else 'days'}"
        told += f" rises to {top[k]:.2f}"
        if top[k] < LEVEL:
            return False, f"{told}."
        if (top[k + 1 :] >= LEVEL).any():
            return False, f"{told}, and a longer one rises above {LEVEL}, too."
        return True, f"{told}: the longest of the slider's windows."

    def mark(ax):
        target(ax, years[[0, -1]], [LEVEL] * 2, f"above {LEVEL}", (years[8], LEVEL + 0.2))

    text = f"find the longest window whose mean rises above {LEVEL} %² in October 1997 or after"
    year, limits = "year (260 days each)", (0, 10.5)
    aim = Aim(text, "window", look, mark)
    unit = "squared return (%²)"
    return Stream(years, squares, limits, "squared returns", year, unit, volatility, aim)


def target(ax, x, y, text, at, ha="left"):
    """Mark what a goal is about: a line or an outline, and its words at a place of their own."""
    ax.plot(x, y, **TARGET.matplotlib(plots.DPI), zorder=3)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}
    ax.text(*at, text, color=TARGET.colour, ha=ha, bbox=box, zorder=3)


def _signed(value):
    return f"{value:.3f}".replace("-", "−") if abs(value) >= 0.0005 else "0.000"
