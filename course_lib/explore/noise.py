"""What noise does to Adam's steps, and what the average of gradients does about it (lesson 06)."""

from dataclasses import replace

import numpy as np

from ..optimizers import Adam
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import bars, fed, looked_up, numpys_own_errors, points

__all__ = ["adam_noise"]

NOISE = (0.0, 0.2, 0.5, 1.0, 1.3, 1.5, 1.7, 2.0, 2.5, 3.0, 5.0, 10.0)
BETA1 = (0.0, 0.5, 0.8, 0.9, 0.95, 0.99)
RUNS, BEFORE, LONG = 24, 2000, 800  # before: until the average of squares has filled
SHOWN = 40
HALF, SHORT = 0.5, 0.25  # the goals: a progress, and a length of a step
STEP = plots.LineStyle(plots.OPTIMIZERS["Adam"].colour)
LOOKS = {
    "progress": plots.LineStyle("#B34700", dash=(4, 2), marker="s"),
    "length": plots.LineStyle(plots.OPTIMIZERS["Adam"].colour, marker="D"),
}


@numpys_own_errors
def adam_noise(noise=1.0, beta1=0.0):
    """Adam's steps for gradients of 1 with noise: how far each goes, and how far they get.

    Goal: find the noise with which Adam gets forward by half an η a step. Then, with a noise of
    10, find a β₁ whose steps are shorter than a quarter of η.

    Parameters
    ----------
    noise, beta1 : float
        Where the controls stand at the start: the noise's standard deviation, and the decay β₁.

    Returns
    -------
    Explorer
        Lines `step`, forty steps in units of the learning rate; `progress`, their mean in the
        long run, and `length`, that of their absolute values, both for each noise; `progress
        here` and `length here`, at this one.

    Examples
    --------
    >>> explorer = adam_noise()
    >>> explorer.set(noise=10.0)
    >>> round(float(explorer.lines["progress here"][0, 1]), 1)
    0.1
    """
    steps = BEFORE + LONG
    drawn = np.random.default_rng(0).normal(size=(steps, RUNS // 2))
    drawn = np.concatenate([drawn, -drawn], axis=-1)  # so that the mean gradient is 1
    sigma = np.reshape(NOISE, (-1, 1, 1))
    opt = Adam(1.0, beta1=np.reshape(BETA1, (-1, 1)), eps=0)
    x = fed(opt, 1 + sigma * drawn[:, None, None], record=["x"]).x[BEFORE:]
    moves = -np.diff(x, axis=0)
    means = {"progress": moves.mean(axis=(0, -1)), "length": np.abs(moves).mean(axis=(0, -1))}
    gets, goes = (looked_up(mean, noise=NOISE, beta1=BETA1) for mean in means.values())
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
            Control("beta1", "decay β₁", BETA1, beta1),
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
