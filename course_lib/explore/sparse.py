"""The explorer of rare words (lesson 04): one rate for all of them against AdaGrad."""

from dataclasses import replace

import numpy as np

from .. import words
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import looked_up, number, points

COUNT, STEPS, SEEDS = 50, 2000, 60
T_95 = 2.001  # Student's t with 59 degrees of freedom
NOISES = (0.0, 0.1, 0.3, 0.5, 1.0)
RATES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
LOST = 30.0  # a weight further off than this is lost
SCHEDULES = {  # t: examples so far, n: those with this word
    "constant": lambda lr, t, n: lr,
    "η/√t": lambda lr, t, n: lr / np.sqrt(t),
    "straight to 0": lambda lr, t, n: lr * (1 - (t - 1) / STEPS),
    "η/√n": lambda lr, t, n: lr / np.sqrt(n),
    "η/n": lambda lr, t, n: lr / n,
}
GROUPS = np.array([0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 40])  # where each begins: single words wobble
CURVES = {name: replace(plots.OPTIMIZERS[name], marker="") for name in ("SGD", "AdaGrad")}
BARS = plots.LineStyle("#767676", width=4)


def rare_words(noise=0.0, schedule="constant", lr=0.5):
    """SGD with one schedule for fifty words against AdaGrad: the loss at each η, with intervals.

    Word k is k times rarer than the first; the target of an example is its word's weight, +1
    or −1, plus noise. Both learn 2000 examples, from 60 seeds.

    Parameters
    ----------
    noise, schedule, lr
        The deviation of the noise, SGD's schedule and its rate η. In a schedule t counts all
        examples, n those with this word.

    Returns
    -------
    Explorer
        Against η, how far the loss lies above that of AdaGrad at its best η: lines `SGD`, with
        its 95 % `intervals`, `AdaGrad`, and the points `chosen`, the η of the control, and `best`.
        For words from common to rare their mean squared error at the end: `SGD words`, at the
        chosen η, and `AdaGrad words`, at its best.

    Examples
    --------
    >>> explorer = rare_words(noise=1.0, lr=0.1)
    >>> "0.0167 ± 0.0024 above AdaGrad" in explorer.alt
    True
    """
    p = 1 / np.arange(1, COUNT + 1)
    p /= p.sum()
    examples, lrs = words.draw(p, STEPS, SEEDS), np.array(RATES)
    sigma, names = np.reshape(NOISES, (-1, 1)), tuple(SCHEDULES)
    size = np.diff(GROUPS, append=COUNT)
    middle = GROUPS + (size + 1) / 2

    def learnt(rate):
        """The loss, (seed, noise, η), and each group's mean squared error, (noise, η, group)."""
        square = np.minimum(np.abs(words.learn(rate, examples, sigma)), LOST) ** 2
        group = np.add.reduceat(square.mean(axis=0), GROUPS) / size[:, None, None]
        return np.einsum("w,sw...->s...", p / 2, square), np.moveaxis(group, 0, -1)

    ada, ada_words = learnt(lambda t, v, n: lrs / np.sqrt(np.where(v > 0, v, 1)))
    best = ada.mean(axis=0).argmin(axis=-1)  # the index of AdaGrad's best η at each noise
    rival = np.take_along_axis(ada, best[None, :, None], axis=-1)
    ada_words = np.take_along_axis(ada_words, best[:, None, None], axis=1)[:, 0]
    sgd = [learnt(lambda t, v, n, at=at: at(lrs, t, n)) for at in SCHEDULES.values()]
    sgd, sgd_words = zip(*sgd, strict=True)
    loss, sgd_words = np.stack(sgd, axis=2), np.stack(sgd_words, axis=1)
    above = loss - rival[..., None]  # of one seed each: (seed, noise, schedule, η)
    mean, half = above.mean(axis=0), T_95 * above.std(axis=0, ddof=1) / np.sqrt(SEEDS)
    loss = loss.mean(axis=0)
    bars = points(lrs[:, None], np.stack([mean - half, mean + half, np.nan * mean], axis=-1))

    def draw(figure):
        left, right = plots.panels(figure, "AB", width_ratios=(1.25, 1))
        left.set_xscale("log")
        left.axhspan(-1, 0, color="#FBE9DF", zorder=0)
        left.axhline(0, color=plots.OPTIMIZERS["AdaGrad"].colour, linewidth=0.8)
        styles = {name: plots.OPTIMIZERS[name] for name in ("SGD", "AdaGrad")}
        left.text(0.011, -0.0095, "below AdaGrad at its best", color="#A34700")
        limits = {"xlim": (0.009, 11), "ylim": (-0.01, 0.04)}
        plots.finish(left, styles=styles, xlabel="η", ylabel="loss above AdaGrad's best", **limits)
        left.set_xticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
        right.set(xscale="log", yscale="log", xlim=(0.9, 55), ylim=(1e-4, 5))
        right.set_xticks([1, 3, 10, 30], ["1", "3", "10", "30"])
        right.set(xlabel="word k: k times rarer", ylabel="squared error (1: not learnt)")
        return [left, right]

    outcomes = np.stack([loss, mean, half], axis=-1)
    outcomes = looked_up(outcomes, noise=NOISES, schedule=names, lr=RATES)

    def apart(mean, half):
        """The mean difference to AdaGrad's best, with its interval, in words."""
        if abs(mean) <= half + 5e-5:  # nor is a difference claimed that reads 0.0000
            return "no more apart from AdaGrad's best than chance explains"
        where = "above" if mean > 0 else "below"
        return f"{abs(mean):.4f} ± {half:.4f} {where} AdaGrad's best"

    def outcome(noise, schedule, lr):
        loss, *difference = outcomes(noise=noise, schedule=schedule, lr=lr)
        rate = "a constant rate" if schedule == "constant" else f"the rate {schedule}"
        about = f"Noise {noise:g}, SGD with {rate}, η = {lr:g}:"
        if loss > 1:
            return f"{about} worse than to have learnt nothing."
        return f"{about} loss {loss:.4f}, {apart(*difference)}."

    def rivals(noise):
        i = NOISES.index(noise)
        at_best = rival[:, i, 0].mean()
        told = f"AdaGrad's best η here is {RATES[best[i]]:g}, with the loss {at_best:.4f}."
        return f"{told} All of it is a mean of {SEEDS} seeds."

    def lowest(noise, schedule, lr):
        if noise != 1 or schedule != "constant":
            return False, "It asks for noise 1 and a constant rate."
        now, *difference = outcomes(noise=noise, schedule=schedule, lr=lr)
        times = now / min(outcomes(noise=noise, schedule=schedule, lr=other)[0] for other in RATES)
        if times < 1.02:  # the seeds do not tell apart what is that close
            return True, f"With η = {lr:g} the loss is {now:.4f}, {apart(*difference)}."
        return False, f"The loss of η = {lr:g} is {number(times)} times the lowest."

    def below(noise, schedule, lr):
        _, mean, half = outcomes(noise=noise, schedule=schedule, lr=lr)
        if noise != 1:
            return False, "It asks for noise 1."
        if mean + half < 0:
            return True, f"With the rate {schedule} and η = {lr:g} it is {apart(mean, half)}."
        return False, f"The interval goes up to {number(mean + half)}: not below 0."

    on = ("noise", "schedule", "lr")
    wanted, look = "a schedule and an η whose whole interval", plots.OPTIMIZERS
    return Explorer(
        controls=[
            Control("noise", "noise σ", NOISES, noise),
            Control("schedule", "SGD's rate", names, schedule),
            Control("lr", "η", RATES, lr),
        ],
        lines=[
            Line("intervals", on[:2], bars.reshape(*mean.shape[:2], -1, 2), BARS),
            Line("AdaGrad", on[:1], points(lrs, (ada - rival).mean(axis=0)), CURVES["AdaGrad"]),
            Line("SGD", on[:2], points(lrs, mean), CURVES["SGD"]),
            Line("best", on[:1], points(lrs[best], 0.0)[:, None], look["AdaGrad"]),
            Line("chosen", on, points(lrs, mean)[..., None, :], look["SGD"]),
            Line("AdaGrad words", on[:1], points(middle, ada_words), look["AdaGrad"], 1),
            Line("SGD words", on, points(middle, sgd_words), look["SGD"], 1),
        ],
        words=[Words(on, outcome), Words(("noise",), rivals)],
        goals=[
            Goal("with noise 1 and a constant rate, find the lowest loss", on, lowest),
            Goal(f"with noise 1, find {wanted} lies below AdaGrad", on, below),
        ],
        draw=draw,
        size=(760, 360),
    )
