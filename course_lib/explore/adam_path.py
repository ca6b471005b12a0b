"""What Adam adds, step by step, and what noise does to its steps (lesson 06)."""

from dataclasses import replace

import numpy as np

from .. import datasets
from ..optimizers import Adam
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import ROUNDING, bars, fed, looked_up, points

FIRST = 20
BETA1, BETA2 = (0.0, 0.5, 0.8, 0.9, 0.99), (0.9, 0.99, 0.999)
SILENT = "a spike after a long silence"
STEP = plots.LineStyle(plots.OPTIMIZERS["Adam"].colour)
RAW, CORRECTED = plots.LineStyle("#767676"), plots.LineStyle("#B34700", dash=(4, 2))


def adam(gradients="noise", bias_correction=True):
    """A stream's first twenty gradients g and Adam's m, v and steps, bar by bar.

    Lines `g`, `m`, `m corrected`, `v`, `v corrected`, and `step`, in units of the learning rate.

    Parameters
    ----------
    gradients, bias_correction
        The stream of gradients, and whether m and v are corrected.

    Examples
    --------
    >>> explorer = adam("constant", bias_correction=False)
    >>> print(explorer.alt.partition(",")[0])
    The first step is 3.16 η long
    """
    streams = _streams()
    names, g = tuple(streams), np.stack([*streams.values()], axis=-1)  # (t, stream)
    betas = {"beta1": np.reshape(BETA1, (-1, 1, 1)), "beta2": np.reshape(BETA2, (-1, 1))}
    traces = [fed(Adam(1.0, eps=0, bias_correction=on, **betas), g) for on in (False, True)]

    def table(quantity):  # (stream, β₁, β₂, step)
        return np.moveaxis(quantity, (0, -1), (-1, 0))

    both = traces[1]  # it has what is corrected and what is not
    m, v, m_hat, v_hat = (table(q[1:]) for q in (both.m, both.v, both.m_hat, both.v_hat))
    moves = [table(-np.diff(trace.x, axis=0)) for trace in traces]
    step = np.stack(moves, axis=-2)  # (stream, β₁, β₂, corrected, step)
    quiet = names.index(SILENT)  # by then β^t is 0, and the correction changes nothing
    m_hat[quiet], v_hat[quiet], step[quiet, ..., 1, :] = m[quiet], v[quiet], step[quiet, ..., 0, :]

    def draw(figure):
        axes = plots.panels(figure, "AB;CD")
        looks = {
            "gradient g": ({"g": RAW}, (-1.5, 1.5)),
            "m": ({"m": RAW, "m corrected": CORRECTED}, (-1.5, 1.5)),
            "v": ({"v": RAW, "v corrected": CORRECTED}, (-0.05, 1.15)),
            "step ÷ η": ({"step": STEP}, (-2, 8)),
        }
        for ax, (label, (styles, ylim)) in zip(axes, looks.items(), strict=True):
            plots.finish(ax, styles=styles, xlabel="step t", ylabel=label, xlim=(0, 21), ylim=ylim)
            ax.axhline(0, color="#555555", linewidth=0.8)
        axes[3].set_yticks([0, 1, 3, 6])
        axes[3].axhline(1, color="#B34700", linewidth=1, linestyle=(0, (2, 2)))
        return [*axes]

    known = {"gradients": names, "beta1": BETA1, "beta2": BETA2, "bias_correction": (False, True)}
    taken = looked_up(np.abs(step), **known)

    def outcome(**at):
        long = taken(**at)
        longest = long > long.max() * (1 - ROUNDING)
        if longest.all():
            return f"Every step is {long[0]:.3g} η long."
        t = longest.argmax()
        most = f"the longest is step {t + 1} with {long[t]:.3g} η" if t else "none is longer"
        return f"The first step is {long[0]:.3g} η long, {most}, and the last is {long[-1]:.3g} η."

    def first_is_one(**at):
        first = taken(**at)[0]
        if at["bias_correction"]:
            return False, "The correction is on."
        if abs(first - 1) > ROUNDING:
            return False, f"Now it is {first:.3g} η."
        decays = f"β₁ = {at['beta1']:g} and β₂ = {at['beta2']:g}"
        return True, f"With {decays}, 1 − β₁ is √(1 − β₂)."

    at_spike = np.abs(step[names.index("one spike"), ..., 1, :]).max(axis=-1)  # (β₁, β₂)

    def longest(**at):
        if at["gradients"] != "one spike" or not at["bias_correction"]:
            return False, "Not set yet."
        most = taken(**at).max()
        now = f"With β₁ = {at['beta1']:g} and β₂ = {at['beta2']:g} it is {most:.3g} η long"
        longer = int((at_spike > most * (1 + ROUNDING)).sum())
        if longer:
            pairs = "pair makes" if longer == 1 else "pairs make"
            return False, f"{now}; {longer} {pairs} it longer."
        return True, f"{now}, and with no pair longer."

    on, times = tuple(known), np.arange(1, FIRST + 1)
    return Explorer(
        controls=[
            Control("beta1", "decay β₁", BETA1, 0.9),
            Control("gradients", "gradients", names, gradients),
            Control("beta2", "decay β₂", BETA2, 0.999),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            Line("g", ("gradients",), bars(g.T), RAW),
            Line("m", on[:3], bars(m), RAW, 1),
            Line("m corrected", on[:3], points(times, m_hat), CORRECTED, 1),
            Line("v", on[:3], bars(v), RAW, 2),
            Line("v corrected", on[:3], points(times, v_hat), CORRECTED, 2),
            Line("step", on, bars(step), STEP, 3),
        ],
        words=[Words(on, outcome)],
        goals=[
            Goal("without the correction, decays whose first step is one η long", on, first_is_one),
            Goal("with one spike and the correction, the betas with the longest step", on, longest),
        ],
        draw=draw,
        size=(760, 400),
    )


def _streams():
    spike = np.eye(FIRST)[9]  # before it nothing: the average of squares has no warning
    return {
        "constant": np.ones(FIRST),
        "noise": np.random.default_rng(2).normal(0, 0.5, FIRST),
        "one spike": spike,
        SILENT: spike,  # the silence lies before what is shown
        "Hinton's stream": datasets.hinton_stream(FIRST),
    }


NOISE = (0.0, 0.2, 0.5, 1.0, 1.3, 1.5, 1.7, 2.0, 2.5, 3.0, 5.0, 10.0)
DECAYS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
RUNS, BEFORE, LONG = 24, 2000, 800  # before: until the average of squares has filled
SHOWN = 40
HALF, SHORT = 0.5, 0.25  # the goals: a progress, and a length of a step
LOOKS = {
    "progress": plots.LineStyle("#B34700", dash=(4, 2), marker="s"),
    "length": plots.LineStyle(plots.OPTIMIZERS["Adam"].colour, marker="D"),
}


def adam_noise(noise=1.0, beta1=0.0):
    """Adam's steps for gradients of 1 with noise: how far each goes, and how far they get.

    Lines `step`, forty steps in units of the learning rate; `progress`, their mean in the long run,
    and `length`, that of their absolute values, both for each noise; `progress here` and
    `length here`, at this one.

    Parameters
    ----------
    noise, beta1 : float
        The noise's standard deviation, and the decay β₁.

    Examples
    --------
    >>> explorer = adam_noise()
    >>> explorer.set(noise=10.0)
    >>> round(float(explorer.lines["progress here"][0, 1]), 1)
    0.1
    """
    drawn = np.random.default_rng(0).normal(size=(BEFORE + LONG, RUNS // 2))
    drawn = np.concatenate([drawn, -drawn], axis=-1)  # so that the mean gradient is 1
    sigma = np.reshape(NOISE, (-1, 1, 1))
    opt = Adam(1.0, beta1=np.reshape(DECAYS, (-1, 1)), eps=0)
    x = fed(opt, 1 + sigma * drawn[:, None, None], record=["x"]).x[BEFORE:]
    moves = -np.diff(x, axis=0)
    means = {"progress": moves.mean(axis=(0, -1)), "length": np.abs(moves).mean(axis=(0, -1))}
    gets, goes = (looked_up(mean, noise=NOISE, beta1=DECAYS) for mean in means.values())
    where = np.arange(len(NOISE))

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        limits = {"xlim": (0, SHOWN + 1), "ylim": (-3, 3)}
        named = {f"{SHOWN} steps": STEP}
        plots.finish(left, styles=named, xlabel="step", ylabel="step ÷ η", **limits)
        left.axhline(0, color="#555555", linewidth=0.8)
        named = {f"{name} of a step": look for name, look in LOOKS.items()}
        limits = {"xlim": (-0.3, len(NOISE) - 0.7), "ylim": (0, 1.1)}
        plots.finish(right, styles=named, xlabel="noise", ylabel="in the mean, ÷ η", **limits)
        right.set_xticks(where, [f"{value:g}" for value in NOISE])
        for height in (HALF, SHORT):
            right.axhline(height, color="#555555", linewidth=0.8, linestyle=(0, (2, 2)))
        return [left, right]

    def outcome(noise, beta1):
        far, long = gets(noise=noise, beta1=beta1), goes(noise=noise, beta1=beta1)
        told = f"Noise {noise:g}, β₁ = {beta1:g}: a step is {long:.2f} η long"
        return f"{told} and gets {far:.2f} η forward, on average."

    def half(**now):
        far = gets(**now)
        told = f"The noise is {now['noise']:g}, which lets it get {far:.2f} η forward."
        return abs(far - HALF) < 0.02, told

    def short(**now):
        if now["noise"] != max(NOISE):
            return False, f"The noise is {now['noise']:g}, not {max(NOISE):g}."
        long = goes(**now)
        return long < SHORT, f"With β₁ = {now['beta1']:g} a step is {long:.2f} η long."

    on = ("noise", "beta1")
    return Explorer(
        controls=[
            Control("noise", "noise", NOISE, noise),
            Control("beta1", "decay β₁", DECAYS, beta1),
        ],
        lines=[
            Line("step", on, bars(np.moveaxis(moves[:SHOWN, ..., 0], 0, -1)), STEP),
            *(
                Line(n, on[1:], points(where, mean.T), replace(LOOKS[n], marker=""), 1)
                for n, mean in means.items()
            ),
            *(
                Line(f"{n} here", on, points(where[:, None], mean)[:, :, None], LOOKS[n], 1)
                for n, mean in means.items()
            ),
        ],
        words=[Words(on, outcome)],
        goals=[
            Goal("the noise with which Adam gets half an η forward a step", on, half),
            Goal("with a noise of 10, steps shorter than a quarter of η", on, short),
        ],
        draw=draw,
        size=(760, 320),
    )
