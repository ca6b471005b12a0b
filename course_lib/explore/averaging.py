"""Explorers of moving averages (lessons 00 and 02)."""

from functools import partial

import numpy as np

from .. import averages
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import first, looked_up, outermost, points, steps_word
from .streams import SHOWN, own, streams, target

BETAS = (0.0, 0.5, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.96, 0.97, 0.98, 0.99, 0.995, 0.999)
WINDOWS = (1, 2, 3, 5, 10, 15, 20, 25, 30, 50, 100, 200)
FIRST_BETAS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.88, 0.89, 0.9, 0.91, 0.92, 0.94, 0.96,
               0.98, 0.99)  # fmt: skip


def first_look():
    """One slider, one line: how an average with decay β follows a jump from 0 to 1.

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
    after = {beta: first(row[steps >= 1] >= 0.9) for beta, row in zip(FIRST_BETAS, v, strict=True)}
    in_time = [beta for beta, count in after.items() if count and count <= 20]

    def draw(figure):
        ax = figure.subplots()
        limits = {"xlim": (-9, 60), "ylim": (-0.05, 1.15)}
        styles = {"stream: jumps to 1": plots.STREAM, "its average (EMA)": plots.EMA}
        plots.finish(ax, styles, xlabel="step t", ylabel="value", **limits)
        ax.step(steps, stream, where="post", **plots.STREAM.matplotlib())
        target(ax, [20, 20], [0, 0.9], "0.9 within 20 steps", (21, 0.08))
        return ax

    def reaches(beta):
        count = after[beta]
        told = f"reaches 0.9 after {count} {steps_word(count)}"
        told = told if count else "does not reach 0.9 within 60 steps"
        return f"With β = {beta:g} the average {told}."

    def look(beta):
        told = f"With β = {beta:g} it is {'in time' if beta in in_time else 'late'}"
        return outermost(max, in_time, beta, told)

    goal = "find the largest β whose average reaches 0.9 within 20 steps"
    return Explorer(
        controls=[Control("beta", "decay β", FIRST_BETAS, 0.96)],
        lines=[Line("EMA", ("beta",), points(steps, v), plots.EMA)],
        words=[Words(("beta",), reaches)],
        draw=draw,
        size=(760, 320),
        goals=[Goal(goal, ("beta",), look)],
    )


def moving_averages(series="noisy step", beta=0.98, window=10, bias_correction=False,
                    ema=averages.ema, ema_corrected=None, memory=True):  # fmt: skip
    """A series, its window mean and its EMA.

    The FTSE is averaged from its first day in 1991 and its last 300 days are shown, so that
    what is seen of it is no effect of the start. The other two series are seen from the start.

    Parameters
    ----------
    series : {"noisy step", "Hinton's stream", "FTSE squared returns"} or array_like
        The series at the start, and the one of the goal. At least two numbers of your own become
        a series "yours".
    beta, window, bias_correction
        Decay β, window, and whether the average is corrected.
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
        If a function given does not return one finite number for each step.

    Examples
    --------
    >>> explorer = moving_averages("Hinton's stream", beta=0.97)
    >>> explorer.lines["stream"][:, 1].sum().round(9).item() + 0.0
    0.0
    """
    functions = (ema, ema_corrected or partial(averages.ema, bias_correction=True))
    known = streams()
    if not isinstance(series, str):
        known["yours"], series = own(series), "yours"
    names = tuple(known)
    choice = Control("series", "series", names, series)
    asked = names[choice.index(series)]
    aim = known[asked]

    def tabulated(of):
        return np.array([_last(np.array(of(stream))) for stream in known.values()])

    times, x = tabulated(lambda s: s.times), tabulated(lambda s: s.values)
    means = tabulated(
        lambda s: [averages.moving_average(s.values, min(w, len(s.values))) for w in WINDOWS]
    )
    averaged = tabulated(lambda s: [_last(_for_each_beta(f, s.values)) for f in functions])
    averaged = averaged.swapaxes(1, 2)  # (series, β, corrected, step)
    the_ema = looked_up(averaged, series=names, beta=BETAS, bias_correction=(False, True))
    the_mean = looked_up(means, series=names, window=WINDOWS)

    def draw(figure, series):
        ax = figure.subplots()
        stream = known[series]
        styles = {
            stream.label: plots.STREAM,
            "window mean": plots.WINDOW,
            "exponential moving average (EMA)": plots.EMA,
        }
        plots.finish(ax, styles, xlim=stream.times[[0, -1]], **stream.axes)
        if stream is aim:
            aim.mark(ax)
        return ax

    def remembered(beta, window):
        life, size = averages.half_life(beta), averages.effective_window(beta)
        told = f": half-life {life:.3g} steps, effective window {size:.4g} {steps_word(size)}"
        return (
            f"EMA with β = {beta:g}{told if memory else ''}. "
            f"Window mean: {window} {steps_word(window)}."
        )

    def outcome(series, **at):
        return known[series].outcome(the_ema(series=series, **at))

    def look(series, **at):
        if series != asked:
            return False, f"This is about the series {asked!r}."
        table, values = sliders[aim.of]
        drawn = {value: table(series=series, **{**at, aim.of: value}) for value in values}
        return aim.look(drawn, at[aim.of])

    on_ema, on_mean = ("series", "beta", "bias_correction"), ("series", "window")
    sliders = {"beta": (the_ema, BETAS), "window": (the_mean, WINDOWS)}
    return Explorer(
        controls=[
            choice,
            Control("beta", "decay β", BETAS, beta),
            Control("window", "window", WINDOWS, window),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            Line("stream", ("series",), points(times, x), plots.STREAM),
            Line("window mean", on_mean, points(times[:, None], means), plots.WINDOW),
            Line("EMA", on_ema, points(times[:, None, None], averaged), plots.EMA),
        ],
        words=[
            Words(("series",), lambda series: f"The series {series!r}.", shown=False),
            Words(("beta", "window"), remembered),
            Words(on_ema, outcome),
        ],
        draw=draw,
        draw_on=("series",),
        goals=[Goal(aim.goal, on_ema if aim.of == "beta" else on_mean, look)] if aim.goal else [],
    )


def ema_weights(beta=0.9, steps=100, bias_correction=False):
    """What an EMA makes of the past: the weight of each value, and what the last ones add up to.

    Parameters
    ----------
    beta, steps, bias_correction
        Decay β, values seen so far, and whether the weights are divided by their sum.

    Returns
    -------
    Explorer
        Lines `weights` (as a staircase, one stair for each value), `sum`, and the `half-life`
        and the effective `window` as upright lines in both axes.

    Examples
    --------
    >>> explorer = ema_weights(beta=0.5, steps=3)
    >>> explorer.lines["sum"][3].tolist()
    [3.0, 0.875]
    """
    betas, seen, ago = BETAS[1:13], (1, 2, 3, 5, 10, 20, 50, 100), np.arange(101)
    pulse = (ago[:-1] == 0).astype(float)  # what a single 1 leaves behind are the weights
    w = averages.ema(pulse, betas).T[:, None]
    w = np.where(ago[:-1] < np.array(seen)[:, None], w, np.nan)
    w = np.stack([w, w / np.nansum(w, axis=-1, keepdims=True)], axis=-2)  # (β, seen, corrected, k)
    share = np.concatenate([np.zeros((*w.shape[:-1], 1)), w.cumsum(axis=-1)], axis=-1)
    marks = {
        "half-life": (averages.half_life(betas), plots.LineStyle("#333333", dash=(1, 1))),
        "window": (averages.effective_window(betas), plots.WINDOW),
    }

    at = looked_up(share, beta=betas, steps=seen, bias_correction=(False, True))
    handed_out = {beta: at(beta=beta, steps=20, bias_correction=False)[20] for beta in betas}
    few = [beta for beta in betas if handed_out[beta] < 0.5]

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        styles = {"weight": plots.EMA, **{name: style for name, (_, style) in marks.items()}}
        limits = {"xlim": (0, 102), "ylim": (1e-3, 1.5), "yscale": "log"}
        plots.finish(left, styles, xlabel="steps ago k", ylabel="weight", **limits)
        of = {"xlabel": "the last k values", "ylabel": "sum of their weights"}
        plots.finish(right, {"sum of weights": plots.EMA}, xlim=(0, 102), ylim=(0, 1.05), **of)
        target(right, [0, 20], [0.5, 0.5], "below 0.5", (22, 0.48))
        return [left, right]

    def memory(beta):
        life, window = averages.half_life(beta), averages.effective_window(beta)
        return f"β = {beta:g}: half-life {life:.3g} steps, effective window {window:.3g} steps."

    def adds_up(steps, **now):
        sums, last = at(steps=steps, **now), min(10, steps)
        return (
            f"After {steps} {steps_word(steps)} the weights add up to {np.nanmax(sums):.3f}; "
            f"the last {last} carry {sums[last]:.3f}."
        )

    def little(beta, steps):
        if steps != 20:
            return False, f"Here {steps} {'value is' if steps == 1 else 'values are'} seen."
        told = f"With β = {beta:g}, 20 steps hand out {handed_out[beta]:.3f}"
        return outermost(min, few, beta, told)

    def all_of_it(beta, steps, bias_correction):
        if steps != 20 or beta not in few:
            return False, "First the goal above."
        added = at(beta=beta, steps=20, bias_correction=bias_correction)[20]
        return bias_correction, f"The weights add up to {added:.3f}."

    on = ("beta", "steps", "bias_correction")
    upright = [
        Line(f"{name}, {of}", ("beta",), points(np.transpose([x, x]), (1e-9, 9)), style, ax)
        for name, (x, style) in marks.items()
        for ax, of in enumerate(("weights", "sum"))
    ]
    goal = "with 20 values seen, find the smallest β whose weights add up to less than 0.5"
    return Explorer(
        controls=[
            Control("beta", "decay β", betas, beta),
            Control("steps", "values seen", seen, steps),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            *upright,
            Line(
                "weights", on, points(np.repeat(ago, 2)[1:-1], np.repeat(w, 2, axis=-1)), plots.EMA
            ),
            Line("sum", on, points(ago, share), plots.EMA, 1),
        ],
        words=[Words(("beta",), memory), Words(on, adds_up)],
        draw=draw,
        size=(760, 340),
        goals=[
            Goal(goal, on[:2], little),
            Goal("then make them add up to 1 without moving β", on, all_of_it),
        ],
    )


def _last(values):
    """The last 300 along the last axis, after gaps where there are fewer."""
    values = values[..., -SHOWN:]
    gap = np.full((*values.shape[:-1], SHOWN - values.shape[-1]), np.nan)
    return np.concatenate([gap, values], axis=-1)


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
