"""Explorers of moving averages (lessons 00 and 02)."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from .. import averages, datasets, plots
from ..explorer import Control, Explorer, Line, Words
from .parts import numpys_own_errors, points, steps_word

__all__ = ["ema_weights", "first_look", "moving_averages"]

BETAS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.94, 0.97, 0.98, 0.99, 0.995, 0.999)
WINDOWS = (1, 2, 3, 5, 10, 20, 30, 50, 100, 200)
SHOWN = 300


@numpys_own_errors
def first_look():
    """One slider, one line: how an average with decay β follows a jump from 0 to 1.

    Returns
    -------
    Explorer
        Control `beta`; line `EMA`, 60 steps.

    Examples
    --------
    >>> explorer = first_look()
    >>> explorer.set(beta=0.5)
    >>> explorer.lines["EMA"][0].tolist()
    [1.0, 0.5]
    """
    betas = BETAS[:9]
    steps = np.arange(1, 61)
    v = averages.ema(np.ones(60), betas).T

    def draw(figure):
        ax = figure.subplots()
        limits = {"xlim": (0, 60), "ylim": (0, 1.1)}
        styles = {"stream: jumps to 1": plots.STREAM, "its average (EMA)": plots.EMA}
        plots.finish(ax, styles=styles, xlabel="step t", ylabel="value", **limits)
        ax.axhline(1, **plots.STREAM.matplotlib(figure.dpi))
        return ax

    def reaches(beta):
        reached = np.flatnonzero(v[betas.index(beta)] >= 0.9)
        when = f"after {reached[0] + 1} steps" if len(reached) else "not within these 60 steps"
        return f"With β = {beta:g} the average reaches 0.9 {when}."

    return Explorer(
        controls=[Control("beta", "decay β", betas, 0.9)],
        lines=[Line("EMA", ("beta",), points(steps, v), plots.EMA)],
        words=[Words(("beta",), reaches)],
        draw=draw,
        size=(620, 280),
    )


@numpys_own_errors
def moving_averages(
    series="noisy step",
    beta=0.9,
    window=10,
    bias_correction=False,
    ema=averages.ema,
    ema_corrected=None,
    memory=True,
):
    """A series, its window mean and its EMA.

    The FTSE is averaged from its first day in 1991 and its last 300 days are shown, so that
    what is seen of it is no effect of the start. The other two series are seen from the start.

    Parameters
    ----------
    series : {"noisy step", "Hinton's stream", "FTSE squared returns"}
        The series at the start.
    beta, window, bias_correction
        Where the controls stand at the start; each has a finite list of values.
    ema, ema_corrected : callable, optional
        Functions ``(x, beta) → array like x`` to draw in place of the library's: yours.
    memory : bool, default True
        Whether the sentence below the picture tells the half-life and the effective window.
        A lesson that has yet to ask for them leaves them out.

    Returns
    -------
    Explorer
        Lines `stream`, `window mean` and `EMA`, 300 steps each.

    Raises
    ------
    ValueError
        If a start value is not among the control's, or a function given does not return one
        finite number for each step.

    Examples
    --------
    >>> explorer = moving_averages("Hinton's stream", beta=0.97)
    >>> explorer.lines["stream"][:, 1].sum().round(9).item() + 0.0
    0.0
    """
    own = (ema, ema_corrected or partial(averages.ema, bias_correction=True))
    streams = _streams()
    names = tuple(streams)
    whole = [stream.values for stream in streams.values()]
    x = np.array([s[-SHOWN:] for s in whole])
    means = np.array([[averages.moving_average(s, w)[-SHOWN:] for w in WINDOWS] for s in whole])
    averaged = np.array([[_for_each_beta(f, s)[:, -SHOWN:] for f in own] for s in whole])
    averaged = averaged.swapaxes(1, 2)  # (series, β, corrected, step)
    times = np.array([stream.times for stream in streams.values()])

    def draw(figure, series):
        ax = figure.subplots()
        stream = streams[series]
        styles = {
            stream.label: plots.STREAM,
            "window mean": plots.WINDOW,
            "exponential moving average (EMA)": plots.EMA,
        }
        limits = {"xlim": stream.times[[0, -1]], "ylim": stream.limits}
        plots.finish(ax, styles=styles, xlabel=stream.time, ylabel=stream.unit, **limits)
        return ax

    def remembered(beta, window):
        life, size = averages.half_life(beta), averages.effective_window(beta)
        told = f": half-life {life:.3g} steps, effective window {size:.4g} {steps_word(size)}"
        return (
            f"EMA with β = {beta:g}{told if memory else ''}. "
            f"Window mean: {window} {steps_word(window)}."
        )

    def outcome(series, beta, bias_correction):
        i = names.index(series)
        v = averaged[i, BETAS.index(beta), int(bias_correction)]
        return streams[series].outcome(v)

    on_ema = ("series", "beta", "bias_correction")
    return Explorer(
        controls=[
            Control("series", "series", names, series),
            Control("beta", "decay β", BETAS, beta),
            Control("window", "window", WINDOWS, window),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            Line("stream", ("series",), points(times, x), plots.STREAM),
            Line("window mean", ("series", "window"), points(times[:, None], means), plots.WINDOW),
            Line("EMA", on_ema, points(times[:, None, None], averaged), plots.EMA),
        ],
        words=[
            Words(("series",), lambda series: f"The series {series!r}, 300 steps.", shown=False),
            Words(("beta", "window"), remembered),
            Words(on_ema, outcome),
        ],
        draw=draw,
        draw_on=("series",),
    )


@numpys_own_errors
def ema_weights(beta=0.9, steps=100, bias_correction=False):
    """What an EMA makes of the past: the weight of each value, and what the last ones add up to.

    Parameters
    ----------
    beta, steps, bias_correction
        Where the controls stand at the start: decay β, values seen so far, and whether the
        weights are divided by their sum.

    Returns
    -------
    Explorer
        Lines `weights` (as a staircase, one stair for each value), `sum`, and the `half-life`
        and the effective `window` as upright lines in both axes.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = ema_weights(beta=0.5, steps=3)
    >>> explorer.lines["sum"][3].tolist()
    [3.0, 0.875]
    """
    betas, seen, ago = BETAS[1:9], (1, 2, 3, 5, 10, 20, 50, 100), np.arange(100)
    pulse = (ago == 0).astype(float)  # what a single 1 leaves behind are the weights
    w = np.where(ago < np.array(seen)[:, None], averages.ema(pulse, betas).T[:, None], np.nan)
    w = np.stack([w, w / np.nansum(w, axis=-1, keepdims=True)], axis=-2)  # (β, seen, corrected, k)
    share = np.concatenate([np.zeros((*w.shape[:-1], 1)), w.cumsum(axis=-1)], axis=-1)
    stairs = points(np.repeat(np.arange(101), 2)[1:-1], np.repeat(w, 2, axis=-1))
    sums = points(np.arange(101), share)
    marks = {
        "half-life": (averages.half_life(betas), plots.LineStyle("#333333", dash=(1, 1))),
        "window": (averages.effective_window(betas), plots.WINDOW),
    }

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        styles = {name: style for name, (_, style) in marks.items()}
        limits = {"xlim": (0, 102), "xlabel": "steps ago k"}
        left.set_yscale("log")
        one = {"weight": plots.EMA, **styles}
        plots.finish(left, styles=one, ylabel="weight", ylim=(1e-3, 1.5), **limits)
        limits["xlabel"] = "the last k values"
        both = {"sum of weights": plots.EMA}
        plots.finish(right, styles=both, ylabel="sum of their weights", ylim=(0, 1.05), **limits)
        return [left, right]

    def memory(beta):
        life, window = averages.half_life(beta), averages.effective_window(beta)
        return f"β = {beta:g}: half-life {life:.3g} steps, effective window {window:.3g} steps."

    def adds_up(beta, steps, bias_correction):
        sum_ = share[betas.index(beta), seen.index(steps), int(bias_correction)]
        few = min(10, steps)
        return (
            f"After {steps} {steps_word(steps)} the weights add up to {np.nanmax(sum_):.3f}; "
            f"the last {few} carry {sum_[few]:.3f}."
        )

    on = ("beta", "steps", "bias_correction")
    upright = [
        Line(f"{name}, {of}", ("beta",), points(np.transpose([x, x]), (1e-9, 9)), style, ax)
        for name, (x, style) in marks.items()
        for ax, of in enumerate(("weights", "sum"))
    ]
    return Explorer(
        controls=[
            Control("beta", "decay β", betas, beta),
            Control("steps", "values seen", seen, steps),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            *upright,
            Line("weights", on, stairs, plots.EMA),
            Line("sum", on, sums, plots.EMA, 1),
        ],
        words=[Words(("beta",), memory), Words(on, adds_up)],
        draw=draw,
        size=(760, 340),
    )


class _Stream(NamedTuple):
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


def _streams():
    steps = np.arange(1.0, SHOWN + 1)
    prices = datasets.ftse()
    squares = datasets.returns(prices.close) ** 2
    years = prices.year[-SHOWN:]

    def follows(v):
        late = np.flatnonzero(v[100:] >= 0.5)
        reached = "The EMA never reaches 0.5"
        if len(late):
            count = late[0] + 1
            reached = f"After the jump the EMA takes {count} {steps_word(count)} to reach 0.5"
        return f"{reached}; in the last 100 steps it wobbles by {v[-100:].std():.2f}."

    def swings(v):
        low, high, mean = v[-10:].min(), v[-10:].max(), v[-10:].mean()
        return (
            f"In the last ten steps the EMA swings between {low:.3f} and {high:.3f}; "
            f"its mean there is {_signed(mean)}, that of the stream 0."
        )

    def volatility(v):
        top = v.argmax()
        return (
            f"√EMA is a volatility: it starts at {np.sqrt(v[0]):.2f} % a day, is highest around "
            f"{years[top]:.2f} with {np.sqrt(v[top]):.2f} % and ends at {np.sqrt(v[-1]):.2f} %. "
            f"The mean of all {len(squares)} squares is {squares.mean():.2f} %²."
        )

    noisy, hinton = datasets.noisy_step(SHOWN), datasets.hinton_stream(SHOWN)
    year = "year (260 days each)"
    return {
        "noisy step": _Stream(steps, noisy, (-1.3, 2.4), "noisy step", "step t", "value", follows),
        "Hinton's stream": _Stream(
            steps, hinton, (-1, 0.25), "gradients", "step t", "gradient g", swings
        ),
        "FTSE squared returns": _Stream(
            years, squares, (0, 10.5), "squared returns", year, "squared return (%²)", volatility
        ),
    }


def _for_each_beta(function, x):
    """A row for each of BETAS; the library's own average takes them all at once."""
    if averages.ema in (function, getattr(function, "func", None)):
        return function(x, BETAS).T
    rows = [_apply(function, x, beta) for beta in BETAS]
    return np.array([row[-min(map(len, rows)) :] for row in rows])


def _apply(function, x, beta):
    """A learner's average of `x`, or a ValueError that says what is wrong with it."""
    try:
        v = np.asarray(function(x.copy(), beta))
    except RecursionError:  # written as a recursion, it cannot go as far back as 1991
        x = x[-SHOWN:]
        v = np.asarray(function(x.copy(), beta))
    name = getattr(function, "__name__", "your function")  # a partial has no name
    if v.shape != x.shape:
        raise ValueError(
            f"the average of {len(x)} values must have the shape {x.shape}; "
            f"{name} returned the shape {v.shape}"
        )
    if v.dtype.kind not in "fiu" or not np.isfinite(v).all():
        raise ValueError(f"{name} returned something that is not a finite number")
    return v


def _signed(value):
    return f"{value + 0.0:.3f}" if abs(value) >= 0.0005 else "0.000"
