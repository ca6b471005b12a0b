"""Explorers of what AdaGrad remembers and RMSProp forgets (lessons 04 and 05)."""

import numpy as np

from .. import plots, problems
from ..descent import run
from ..explorer import Control, Explorer, Line, Words
from ..optimizers import AdaGrad, RMSProp
from .parts import points

__all__ = ["adagrad_decay", "memory", "rmsprop"]

LONGEST = 1_000_000
KINDS = {
    "constant": plots.LineStyle("#333333", marker="o"),
    "noisy": plots.LineStyle("#0072B2", dash=(4, 2), marker="^"),
    "sparse": plots.LineStyle("#B34700", dash=(1, 1), marker="s"),
    "fading": plots.LineStyle("#007A55", dash=(6, 2, 1, 2), marker="D"),
}
GUIDE = plots.LineStyle("#999999", width=1.0)


def adagrad_decay(lr=0.1, size=1.0):
    """AdaGrad's effective rate for four kinds of gradients, over a million steps.

    The gradients are constant; normal noise; zero but in 1 % of the steps; halved every ten
    steps. Goal: find the step at which a tenth of the first rate is left, for each of the four.
    Which of them never gets there?

    Parameters
    ----------
    lr, size : float
        Where the controls stand at the start: learning rate η, and the size of the gradients.

    Returns
    -------
    Explorer
        Lines `constant`, `noisy`, `sparse` and `fading`: effective rate against step.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = adagrad_decay()
    >>> explorer.set(step=10000)
    >>> explorer.lines["constant"][-1].round(6).tolist()
    [10000.0, 0.001]
    """
    rates, sizes = (0.01, 0.1, 1.0), (0.1, 1.0, 10.0)
    marks = np.unique(np.geomspace(1, LONGEST, 121).round().astype(int))
    # AdaGrad adds squares: one gradient whose square is a whole block's sum leaves the same v.
    sums = np.cumsum(_kinds() ** 2, axis=0)[marks - 1]
    blocks = np.sqrt(np.diff(sums, axis=0, prepend=0))
    shape = (len(rates), len(sizes), 1)
    opt = AdaGrad(np.reshape(rates, (-1, 1, 1)))
    scale = np.reshape(sizes, (-1, 1))
    trace = run(opt, lambda x, t: np.broadcast_to(scale * blocks[t - 1], x.shape),
                np.zeros((*shape[:2], len(KINDS))), len(marks), record=["rate"])  # fmt: skip
    rate = np.moveaxis(trace.rate[1:], 0, -2)  # (lr, size, mark, kind)
    steps = tuple(marks.tolist())

    def draw(figure):
        ax = figure.subplots()
        ax.set(xscale="log", yscale="log")
        named = {**KINDS, "1/√t": GUIDE}
        limits = {"xlim": (1, 1.3 * LONGEST), "ylim": (1e-6, 20)}
        plots.finish(
            ax, styles=named, xlabel="step t", ylabel="effective rate η/(√v + ε)", **limits
        )
        for start in 10.0 ** np.arange(-3, 5):
            ax.plot([1, 1e7], [start, start / 1e7**0.5], **GUIDE.matplotlib(figure.dpi), zorder=0)
        return ax

    def left(lr, size, step):
        now = rate[rates.index(lr), sizes.index(size)]
        share = now[steps.index(step)] / now[0]
        told = ", ".join(f"{kind} {s:.2g}" for kind, s in zip(KINDS, share, strict=True))
        return f"After {step:,} steps, of the rate of the first step is left: {told}."

    on = ("lr", "size")
    return Explorer(
        controls=[
            Control("lr", "rate η", rates, lr),
            Control("size", "size of the gradients", sizes, size),
            Control("step", "step t", steps, LONGEST, play=True),
        ],
        lines=[
            Line(kind, on, points(marks, rate[..., i]), style, upto="step")
            for i, (kind, style) in enumerate(KINDS.items())
        ],
        words=[Words((*on, "step"), left)],
        draw=draw,
        size=(760, 400),
    )


def _kinds():
    """A million gradients of each kind; the first of each is 1, so that rates compare."""
    rng, ones = np.random.default_rng(0), np.ones(LONGEST)
    sparse = (rng.random(LONGEST) < 0.01).astype(float)
    fading = 0.5 ** (np.arange(LONGEST) / 10)
    g = np.stack([ones, rng.normal(size=LONGEST), sparse, fading], axis=-1)
    g[0] = 1
    return g


RHOS = (0.5, 0.9, 0.99, 0.999)
JUMPS = (0.01, 0.1, 1.0, 10.0, 100.0)
HALF = 300


def memory(rho=0.9, jump=0.1):
    """One stream of gradients through AdaGrad's sum and RMSProp's leaky mean.

    In the middle the stream's scale jumps. Goal: find a ρ with which RMSProp's rate has come to
    its new level within 50 steps and yet does not shake by more than a third.

    Parameters
    ----------
    rho, jump : float
        Where the controls stand at the start: decay ρ, and what the scale is multiplied by.

    Returns
    -------
    Explorer
        Lines `size`, of the gradients; `AdaGrad √v`, `RMSProp √v`; and under them, for each, the
        effective `rate`, with η = 0.1.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = memory(rho=0.9, jump=1.0)
    >>> explorer.lines["RMSProp √v"].shape
    (600, 2)
    """
    noise = np.random.default_rng(1).normal(size=(2 * HALF, 1))
    scale = np.where(np.arange(2 * HALF)[:, None] < HALF, 1.0, JUMPS)
    g, times = noise * scale, np.arange(1, 2 * HALF + 1)
    start = np.zeros((len(JUMPS), 1))
    feed = lambda x, t: np.broadcast_to(g[t - 1][:, None], x.shape)  # noqa: E731
    sums = run(AdaGrad(0.1), feed, start, 2 * HALF, record=["v", "rate"])
    leaky = run(RMSProp(0.1, rho=np.reshape(RHOS, (-1, 1, 1))), feed,
                np.zeros((len(RHOS), *start.shape)), 2 * HALF, record=["v", "rate"])  # fmt: skip
    root = {"AdaGrad": np.sqrt(sums.v), "RMSProp": np.sqrt(leaky.v)}
    rate = {"AdaGrad": sums.rate, "RMSProp": leaky.rate}
    tables = [{n: np.moveaxis(q[1:, ..., 0], 0, -1) for n, q in d.items()} for d in (root, rate)]
    root, rate = tables

    def draw(figure):
        over, under = figure.subplots(2, 1, sharex=True)
        named = {"size of the gradient": plots.STREAM}
        named |= {f"{name} √v": plots.OPTIMIZERS[name] for name in root}
        over.set_yscale("log")
        plots.finish(over, styles=named, xlabel="", ylabel="√v", xlim=(0, 600), ylim=(1e-3, 3e3))
        under.set(yscale="log", xlim=(0, 600), ylim=(1e-5, 1e2))
        under.set(xlabel="step t", ylabel="effective rate")
        return [over, under]

    def outcome(rho, jump):
        i, j = RHOS.index(rho), JUMPS.index(jump)
        before, after = rate["RMSProp"][i, j, HALF - 100 : HALF], rate["RMSProp"][i, j, HALF:]
        level = np.median(before) / jump
        there = np.flatnonzero(np.abs(np.log2(after / level)) < 0.5)
        when = f"{there[0] + 1} steps" if len(there) else f"more than {HALF} steps"
        shake = np.std(np.log(before))
        fall = rate["AdaGrad"][j, -1] / rate["AdaGrad"][j, HALF - 1]
        return (
            f"The scale is multiplied by {jump:g} at step {HALF}. RMSProp's rate is near its new "
            f"level after {when}, and shakes by {shake:.0%}. AdaGrad's is multiplied by {fall:.2g}."
        )

    size = np.broadcast_to(np.abs(g.T), (len(JUMPS), 2 * HALF))
    both = {"AdaGrad": ("jump",), "RMSProp": ("rho", "jump")}
    return Explorer(
        controls=[
            Control("rho", "decay ρ", RHOS, rho),
            Control("jump", "jump of the scale", JUMPS, jump),
        ],
        lines=[
            Line("size", ("jump",), points(times, size), plots.STREAM),
            *(
                Line(f"{n} √v", on, points(times, root[n]), plots.OPTIMIZERS[n])
                for n, on in both.items()
            ),
            *(
                Line(f"{n} rate", on, points(times, rate[n]), plots.OPTIMIZERS[n], 1)
                for n, on in both.items()
            ),
        ],
        words=[Words(("rho", "jump"), outcome)],
        draw=draw,
        size=(760, 440),
    )


RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
DECAYS = (0.0, 0.5, 0.9, 0.95, 0.99, 0.999)


def rmsprop(lr=0.2, rho=0.9):
    """RMSProp on the bowl, with its first steps and its last ones magnified.

    Goal: bring the path within 0.05 of the minimum in 300 steps. Which control does it?

    Parameters
    ----------
    lr, rho : float
        Where the controls stand at the start: learning rate η and decay ρ.

    Returns
    -------
    Explorer
        Lines `path`; `first`, the lengths of the first ten steps along x₁ in units of η; `last`,
        x₁ over the last twenty steps in units of η.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = rmsprop(rho=0.99)
    >>> explorer.lines["first"][0].round(3).tolist()
    [1.0, 10.0]
    """
    bowl, steps = problems.bowl(), 300
    opt = RMSProp(np.reshape(RATES, (-1, 1, 1)), rho=np.reshape(DECAYS, (-1, 1)), eps=0)
    x0 = np.broadcast_to(bowl.start, (len(RATES), len(DECAYS), 2))
    x = np.moveaxis(run(opt, bowl.grad, x0, steps, record=["x"], keep_going=True).x, 0, -2)
    unit = np.reshape(RATES, (-1, 1, 1))
    first = np.abs(np.diff(x[..., :11, 0])) / unit
    last = x[..., -20:, 0] / unit

    def draw(figure):
        left, over, under = figure.subplot_mosaic("AB;AC", width_ratios=(1.2, 1)).values()
        plots.contours(left, bowl)
        left.set(xlabel="$x_1$", ylabel="$x_2$", xlim=bowl.box[0], ylim=bowl.box[1])
        over.set(xlim=(0.5, 10.5), ylim=(0.1, 50), yscale="log")
        over.set(xlabel="step t", ylabel="step ÷ η", title="the first steps")
        under.set(xlim=(280, 301), ylim=(-2, 2))
        under.set(xlabel="step t", ylabel="$x_1$ ÷ η", title="the last steps")
        return [left, over, under]

    def outcome(lr, rho):
        i, j = RATES.index(lr), DECAYS.index(rho)
        away = np.abs(x[i, j, -2:]).max()
        turning = "still on its way or swinging"
        if np.allclose(np.abs(last[i, j]), 0.5, atol=0.02):
            turning = "x₁ jumps between −η/2 and +η/2 for ever"
        elif away < 1e-3 * lr:
            turning = "at rest"
        return (
            f"The first step is {first[i, j, 0]:.3g} η long in each coordinate. At the end the "
            f"farther coordinate is {away:.2g} from the minimum: {turning}."
        )

    on, style = ("lr", "rho"), plots.OPTIMIZERS["RMSProp"]
    return Explorer(
        controls=[Control("lr", "rate η", RATES, lr), Control("rho", "decay ρ", DECAYS, rho)],
        lines=[
            Line("path", on, x, style),
            Line("first", on, points(np.arange(1, 11), first), style, 1),
            Line("last", on, points(np.arange(281, 301), last), style, 2),
        ],
        words=[Words(on, outcome)],
        draw=draw,
        size=(760, 400),
    )
