"""Explorers of what Adam adds, and of where it fails (lesson 06)."""

from dataclasses import replace

import numpy as np

from .. import averages, datasets, plots, problems
from ..descent import run
from ..explorer import Control, Explorer, Line, Words
from ..optimizers import Adam
from ..variants import AMSGrad
from .parts import ROUNDING, numpys_own_errors, points

__all__ = ["adam", "counterexample"]

FIRST = 20
BETA1, BETA2 = (0.0, 0.5, 0.9, 0.99), (0.9, 0.99, 0.999)
STEP = plots.LineStyle(plots.OPTIMIZERS["Adam"].colour)
RAW, CORRECTED = plots.LineStyle("#767676"), plots.LineStyle("#B34700", dash=(4, 2))


@numpys_own_errors
def adam(gradients="constant", bias_correction=True):
    """Adam's m, v and step for the first twenty gradients of a stream, bar by bar.

    Goal: with constant gradients, make every step one rate long. Then switch the correction off:
    is the first step too short or too long? Then find the longest step of all.

    Parameters
    ----------
    gradients : {"constant", "noise", "one spike", "Hinton's stream"}
        Where the stream's control stands at the start.
    bias_correction : bool
        Whether m and v are corrected at the start.

    Returns
    -------
    Explorer
        Lines `m`, `m corrected`, `v`, `v corrected`, and `step`, in units of the learning rate.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = adam(bias_correction=False)
    >>> print(explorer.alt.partition(",")[0])
    The first step is 3.16 η long
    """
    streams = _streams()
    names, g = tuple(streams), np.stack([*streams.values()], axis=-1)  # (t, stream)
    shape = (len(BETA1), len(BETA2), 1)
    betas = {"beta1": np.reshape(BETA1, (-1, 1, 1)), "beta2": np.reshape(BETA2, (-1, 1))}

    def trace(correct):
        opt = Adam(1.0, eps=0, bias_correction=correct, **betas)
        return run(opt, lambda x, t: np.broadcast_to(g[t - 1], x.shape),
                   np.zeros((*shape[:2], len(names))), FIRST)  # fmt: skip

    both = [trace(correct) for correct in (False, True)]

    def table(quantity):  # (stream, β₁, β₂, step)
        return np.moveaxis(quantity, (0, -1), (-1, 0))

    m, v = table(both[1].m[1:]), table(both[1].v[1:])
    m_hat, v_hat = table(both[1].m_hat[1:]), table(both[1].v_hat[1:])
    moves = [table(-np.diff(one.x, axis=0)) for one in both]
    step = np.stack(moves, axis=-2)  # (stream, β₁, β₂, corrected, step)

    def draw(figure):
        axes = plots.panels(figure, "ABC")
        labels = {"m": (-1.2, 1.2), "v": (-0.05, 1.15), "step ÷ η": (-2, 8)}
        for ax, (label, limits) in zip(axes, labels.items(), strict=True):
            style = {"step": STEP} if "step" in label else {
                label: RAW, f"{label} corrected": CORRECTED}  # fmt: skip
            plots.finish(ax, styles=style, xlabel="step t", ylabel=label, xlim=(0, 21), ylim=limits)
            ax.axhline(0, color="#555555", linewidth=0.8)
        axes[2].axhline(1, color="#999999", linewidth=0.8)
        return [*axes]

    def outcome(gradients, beta1, beta2, bias_correction):
        at = names.index(gradients), BETA1.index(beta1), BETA2.index(beta2), int(bias_correction)
        taken = np.abs(step[at])
        longest = taken > taken.max() * (1 - ROUNDING)
        if longest.all():
            return f"Every step is {taken[0]:.3g} η long."
        t = longest.argmax()
        return (
            f"The first step is {taken[0]:.3g} η long, the longest is step {t + 1} with "
            f"{taken[t]:.3g} η, and the last is {taken[-1]:.3g} η."
        )

    on = ("gradients", "beta1", "beta2")
    times = np.arange(1, FIRST + 1)
    return Explorer(
        controls=[
            Control("gradients", "gradients", names, gradients),
            Control("beta1", "decay β₁", BETA1, 0.9),
            Control("beta2", "decay β₂", BETA2, 0.999),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            Line("m", on, _bars(m), RAW),
            Line("m corrected", on, points(times, m_hat), CORRECTED),
            Line("v", on, _bars(v), RAW, 1),
            Line("v corrected", on, points(times, v_hat), CORRECTED, 1),
            Line("step", (*on, "bias_correction"), _bars(step), STEP, 2),
        ],
        words=[Words((*on, "bias_correction"), outcome)],
        draw=draw,
        size=(760, 320),
    )


def _streams():
    noise = np.random.default_rng(2).normal(0, 0.5, FIRST)
    spike = np.zeros(FIRST)
    spike[9] = 1.0  # before it nothing: the average of squares has no warning
    return {
        "constant": np.ones(FIRST),
        "noise": noise,
        "one spike": spike,
        "Hinton's stream": datasets.hinton_stream(FIRST),
    }


def _bars(height):
    """Heights (..., n) as the outlines of n bars, each followed by a lifted pen."""
    t = np.arange(1, height.shape[-1] + 1)[:, None] + np.array([-0.35, -0.35, 0.35, 0.35, np.nan])
    y = height[..., None] * np.array([0.0, 1.0, 1.0, 0.0, np.nan])
    return points(t.ravel(), y.reshape(*height.shape[:-1], -1))


LENGTH, LAST = 1500, 300
LARGE = (2.5, 3.0, 5.0, 10.0)
LONG = (0.1, 0.5, 0.9, 0.99, 0.999)
SHORT = (0.0, 0.9)


@numpys_own_errors
def counterexample(c=3.0, beta2=0.1):
    """Reddi's stream: gradients c, −1, −1 for ever, so that downhill is to the left.

    Goal: find the β₂ from which on Adam is not fooled. Then: does a larger c fool it more?

    Parameters
    ----------
    c, beta2 : float
        Where the controls stand at the start: the large gradient, and the decay β₂.

    Returns
    -------
    Explorer
        Lines `Adam` and `AMSGrad`: the mean position over the last 30 steps, at η = 0.9/√t.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> print(counterexample().alt.partition(";")[0])
    Mean position of the last 300 steps: Adam +0.989, the wrong end
    """
    stream = [problems.reddi(one).grad(np.zeros(1), t)[0] for t in (1, 2, 3) for one in LARGE]
    stream = np.reshape(stream, (3, len(LARGE), 1, 1, 1))
    betas = {"beta1": np.reshape(SHORT, (-1, 1)), "beta2": np.reshape(LONG, (-1, 1, 1))}
    start = np.zeros((len(LARGE), len(LONG), len(SHORT), 1))

    def positions(kind):
        opt = kind(eps=0, **betas)
        x = run(lambda t: replace(opt, lr=0.9 / np.sqrt(t)),
                lambda x, t: np.broadcast_to(stream[(t - 1) % 3], x.shape), start, LENGTH,
                record=["x"], project=problems.reddi().project).x[..., 0]  # fmt: skip
        return x

    x = {"Adam": positions(Adam), "AMSGrad": positions(AMSGrad)}
    shown = np.arange(0, LENGTH + 1, 10)
    calm = {
        name: np.moveaxis(averages.moving_average(path, 30)[shown], 0, -1)
        for name, path in x.items()
    }
    ends = {name: path[-LAST:].mean(axis=0) for name, path in x.items()}

    def draw(figure):
        ax = figure.subplots()
        named = {name: plots.OPTIMIZERS[name] for name in x}
        limits = {"xlim": (0, LENGTH), "ylim": (-1.3, 1.1)}
        plots.finish(ax, styles=named, xlabel="step t", ylabel="mean of 30 positions x", **limits)
        ax.axhline(-1, color="#555555", linewidth=0.8)
        ax.annotate("the minimum, −1", (20, -1.03), va="top")
        return ax

    def outcome(c, beta1, beta2):
        at = LARGE.index(c), LONG.index(beta2), SHORT.index(beta1)
        told = []
        for name, end in ends.items():
            where = "the wrong end" if end[at] > 0.5 else "the right end"
            where = where if abs(end[at]) > 0.5 else "in between"
            told.append(f"{name} {end[at]:+.3f}, {where}".replace("-", "−"))
        return f"Mean position of the last {LAST} steps: {'; '.join(told)}."

    on = ("c", "beta2", "beta1")
    return Explorer(
        controls=[
            Control("c", "large gradient c", LARGE, c),
            Control("beta1", "decay β₁", SHORT, 0.0),
            Control("beta2", "decay β₂", LONG, beta2),
        ],
        lines=[Line(n, on, points(shown, calm[n]), plots.OPTIMIZERS[n]) for n in x],
        words=[Words(on, outcome)],
        draw=draw,
        size=(760, 340),
    )
