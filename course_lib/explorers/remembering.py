"""Explorers of moving averages (lessons 00 and 02)."""

from functools import partial

import numpy as np

from .. import averages, plots
from ..explorer import Control, Explorer, Goal, Line, Words
from .parts import numpys_own_errors, points, steps_word
from .streams import SHOWN, streams, target

__all__ = ["ema_weights", "first_look", "moving_averages"]

BETAS = (0.0, 0.5, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.96, 0.97, 0.98, 0.99, 0.995, 0.999)
WINDOWS = (1, 2, 3, 5, 10, 15, 20, 25, 30, 50, 100, 200)
FIRST_BETAS = (
    *(0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.88, 0.89),
    *(0.9, 0.91, 0.92, 0.94, 0.96, 0.98, 0.99),
)


@numpys_own_errors
def first_look():
    """One slider, one line: how an average with decay β follows a jump from 0 to 1.

    Goal: find the largest β whose average reaches 0.9 within 20 steps.

    Returns
    -------
    Explorer
        Control `beta`; line `EMA`, from 9 steps before the jump to 60 after it.

    Examples
    --------
    >>> explorer = first_look()
    >>> explorer.set(beta=0.5)
    >>> explorer.lines["EMA"][8:12].tolist()
    [[-1.0, 0.0], [0.0, 0.0], [1.0, 0.5], [2.0, 0.75]]
    """
    steps = np.arange(-9, 61)
    stream = (steps >= 1).astype(float)
    v = averages.ema(stream, FIRST_BETAS).T
    arrives = [np.flatnonzero(row[steps >= 1] >= 0.9)[:1] + 1 for row in v]

    def draw(figure):
        ax = figure.subplots()
        limits = {"xlim": (-9, 60), "ylim": (-0.05, 1.15)}
        styles = {"stream: jumps to 1": plots.STREAM, "its average (EMA)": plots.EMA}
        plots.finish(ax, styles=styles, xlabel="step t", ylabel="value", **limits)
        ax.step(steps, stream, where="post", **plots.STREAM.matplotlib(plots.DPI))
        target(ax, [20, 20], [0, 0.9], "0.9 within 20 steps", (21, 0.08))
        return ax

    def reaches(beta):
        reached = arrives[FIRST_BETAS.index(beta)]
        when = "does not reach 0.9 within 60 steps"
        if reached.size:
            when = f"reaches 0.9 after {reached[0]} {steps_word(reached[0])}"
        return f"With β = {beta:g} the average {when}."

    def look(beta):
        k = FIRST_BETAS.index(beta)
        soon = [bool((when <= 20).any()) for when in arrives]
        if not soon[k]:
            return False, f"With β = {beta:g} it is late."
        if any(soon[k + 1 :]):
            return False, f"With β = {beta:g} it is in time; with a larger β, too."
        return True, f"With β = {beta:g}, the largest of the slider's values."

    goal = "find the largest β whose average reaches 0.9 within 20 steps"
    return Explorer(
        controls=[Control("beta", "decay β", FIRST_BETAS, 0.96)],
        lines=[Line("EMA", ("beta",), points(steps, v), plots.EMA)],
        words=[Words(("beta",), reaches)],
        draw=draw,
        size=(760, 320),
        goals=[Goal(goal, ("beta",), look)],
    )


@numpys_own_errors
def moving_averages(
    series="noisy step",
    beta=0.98,
    window=10,
    bias_correction=False,
    ema=averages.ema,
    ema_corrected=None,
    memory=True,
):
    """A series, its window mean and its EMA.

    The FTSE is averaged from its first day in 1991 and its last 300 days are shown, so that
    what is seen of it is no effect of the start. The other two series are seen from the start.

    The goal is that of the series at the start. Noisy step: find the β that reaches 0.5 within 8
    steps of the jump and wobbles by less than 0.09. Hinton's stream: find the smallest β whose
    swing in the last ten steps stays below 0.05. FTSE squared returns: find the longest window
    whose mean rises above 2 %² in October 1997 or after.

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
    known = streams()
    names = tuple(known)
    choice = Control("series", "series", names, series)
    whole = [stream.values for stream in known.values()]
    x = np.array([s[-SHOWN:] for s in whole])
    means = np.array([[averages.moving_average(s, w)[-SHOWN:] for w in WINDOWS] for s in whole])
    averaged = np.array([[_for_each_beta(f, s)[:, -SHOWN:] for f in own] for s in whole])
    averaged = averaged.swapaxes(1, 2)  # (series, β, corrected, step)
    times = np.array([stream.times for stream in known.values()])

    def draw(figure, series):
        ax = figure.subplots()
        stream = known[series]
        styles = {
            stream.label: plots.STREAM,
            "window mean": plots.WINDOW,
            "exponential moving average (EMA)": plots.EMA,
        }
        limits = {"xlim": stream.times[[0, -1]], "ylim": stream.limits}
        plots.finish(ax, styles=styles, xlabel=stream.time, ylabel=stream.unit, **limits)
        if series == asked:
            aim.mark(ax)
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
        return known[series].outcome(v)

    asked = names[choice.index(series)]
    aim = known[asked].aim

    def look(series, **at):
        if series != asked:
            return False, f"This is about the series {asked!r}."
        i = names.index(series)
        if aim.of == "window":
            return aim.look(means[i], WINDOWS, WINDOWS.index(at["window"]))
        return aim.look(averaged[i, :, int(at["bias_correction"])], BETAS, BETAS.index(at["beta"]))

    on_ema = ("series", "beta", "bias_correction")
    on_aim = on_ema if aim.of == "beta" else ("series", "window")
    return Explorer(
        controls=[
            choice,
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
        goals=[Goal(aim.text, on_aim, look)],
    )


@numpys_own_errors
def ema_weights(beta=0.9, steps=100, bias_correction=False):
    """What an EMA makes of the past: the weight of each value, and what the last ones add up to.

    Goal: with 20 values seen, find the smallest β whose weights add up to less than 0.5. Goal:
    then make them add up to 1 without moving β.

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
    betas, seen, ago = BETAS[1:13], (1, 2, 3, 5, 10, 20, 50, 100), np.arange(100)
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
        target(right, [0, 20], [0.5, 0.5], "below 0.5", (22, 0.48))
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

    def little(beta, steps):
        of_20 = [share[k, seen.index(20), 0, 20] for k in range(len(betas))]
        k = betas.index(beta)
        if steps != 20:
            return False, f"Here {steps} {'value is' if steps == 1 else 'values are'} seen."
        told = f"With β = {beta:g}, 20 steps hand out {of_20[k]:.3f}"
        if of_20[k] >= 0.5:
            return False, f"{told}."
        if k and of_20[k - 1] < 0.5:
            return False, f"{told}; with a smaller β less than 0.5, too."
        return True, f"{told}: the smallest of the slider's values."

    def all_of_it(beta, steps, bias_correction):
        handed_out, _ = share[betas.index(beta), seen.index(20), :, 20]
        if steps != 20 or handed_out >= 0.5:
            return False, "First the goal above."
        added = share[betas.index(beta), seen.index(20), int(bias_correction), 20]
        return bias_correction, f"The weights add up to {added:.3f}."

    goal = "with 20 values seen, find the smallest β whose weights add up to"
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
        goals=[
            Goal(f"{goal} less than 0.5", ("beta", "steps"), little),
            Goal("then make them add up to 1 without moving β", on, all_of_it),
        ],
    )


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
