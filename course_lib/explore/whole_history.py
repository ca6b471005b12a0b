"""Explorers of what AdaGrad keeps, and of what that is good for: rare words (lesson 04)."""

from dataclasses import replace

import numpy as np

from .. import words
from ..optimizers import AdaGrad
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import fed, looked_up, number, outermost, points, steps_word

MILLION = 1_000_000
TIMES = np.unique(np.geomspace(1, MILLION, 61).round().astype(int))  # ten to a decade
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
NOISES = (0.0, 0.01, 0.02, 0.03, 0.1, 0.3, 1.0)
LEFT = 0.02  # of η: less than that is what the second goal asks for
# One optimizer's parameters: markers and dashes tell them apart.
PARAMETERS = {
    "constant": plots.LineStyle("#D55E00", width=3.5, marker="s"),
    "noisy": plots.LineStyle("#4A2500", dash=(2, 1.5), marker="o"),
    "sparse": plots.LineStyle("#8A6100", dash=(6, 2), marker="^"),
    "fading": plots.LineStyle("#A8508A", dash=(5, 1, 1, 1), marker="D"),
}
TARGET = plots.LineStyle("#767676", width=4)
ROOT_LAW = plots.LineStyle("#333333", width=1.0, dash=(1, 2))


def adagrad_decay(lr=0.01, steps=10, noise=0.0):
    """AdaGrad's effective rates of four parameters, over a million steps.

    Their gradients are: constant, always 1; noisy, normal with mean 0 and deviation 1; sparse, 1
    in the first of every 100 steps, else 0; fading, 0.99^(t − 1), as on the way into a minimum.

    Lines `constant`, `noisy`, `sparse` and `fading`, the rates up to `steps`; `η/√t`; and
    `2 % of η`.

    Parameters
    ----------
    lr, steps, noise
        Learning rate η, steps so far, and the deviation of a normal noise in every gradient.

    Notes
    -----
    The steps between two points of a line are taken as one, with the gradient √Σg². AdaGrad's v
    is a sum, so this leaves the v and the rate that all of them would; only x it would not.

    Examples
    --------
    >>> explorer = adagrad_decay(lr=0.1, steps=10_000)
    >>> explorer.lines["constant"][-1].round(9).tolist()
    [10000.0, 0.001]
    """
    lrs, seen = np.reshape(RATES, (-1, 1, 1)), tuple(TIMES.tolist())
    trace = fed(AdaGrad(lrs), np.sqrt(_sums_of_squares())[:, None], record=["rate"])
    rate = np.moveaxis(trace.rate[1:], 0, 2)  # (lr, noise, time, parameter)
    rates_at = looked_up(rate, lr=RATES, noise=NOISES, steps=seen)

    def draw(figure):
        ax = figure.subplots()
        styles = {**PARAMETERS, "η/√t": ROOT_LAW, "2 % of η": TARGET}
        limits = {"xscale": "log", "xlim": (1, 2 * MILLION), "yscale": "log", "ylim": (1e-6, 20)}
        plots.finish(ax, styles=styles, xlabel="step t", ylabel="effective rate", **limits)
        ax.plot(10_000, 0.01, "o", markersize=11, markerfacecolor="none", color=TARGET.colour)
        ax.annotate("goal", (10_000, 0.01), (9, 2), textcoords="offset points", color="#555555")
        return ax

    def left(lr, noise, steps):
        rates = rates_at(lr=lr, noise=noise, steps=steps)
        shares = zip(PARAMETERS, rates / lr, strict=True)
        told = ", ".join(f"{name} {_percent(share)}" for name, share in shares)
        after = f"after {_count(steps)} {steps_word(steps)}"
        return (
            f"What is left of η {after}: {told}. The constant parameter's rate is {rates[0]:.2g}."
        )

    def constant(lr, noise, steps):
        if steps != 10_000 or noise:
            here = f"{_count(steps)}, noise {noise:g}"
            return False, f"It asks for 10 000 steps without noise; here: {here}."
        now = rates_at(lr=lr, noise=noise, steps=steps)[0]
        return bool(np.isclose(now, 0.01)), f"With η = {lr:g} the rate is {now:.2g}."

    def fading(noise, steps):
        if steps != MILLION:
            return False, f"It asks for a million steps; here are {_count(steps)}."
        share = dict(zip(NOISES, rate[0, :, -1, -1] / RATES[0], strict=True))
        told = f"With noise {noise:g} it is left {_percent(share[noise])} of η"
        return outermost(min, [other for other in NOISES if share[other] < LEFT], noise, told)

    on = ("lr", "noise", "steps")
    then = "find the smallest noise that leaves the fading one less than 2 % of η after a million"
    first = "find the η that leaves the constant parameter a rate of 0.01 after 10 000 steps"
    return Explorer(
        controls=[
            Control("lr", "rate η", RATES, lr),
            Control("noise", "added noise σ", NOISES, noise),
            Control("steps", "steps", seen, steps, play=True),
        ],
        lines=[
            Line("2 % of η", ("lr",), points((5e5, 2e6), LEFT * lrs[:, 0]), TARGET),
            *(
                Line(name, on[:2], points(TIMES, rate[..., i]), style, upto="steps")
                for i, (name, style) in enumerate(PARAMETERS.items())
            ),
            Line(
                "η/√t",
                ("lr",),
                points(TIMES, np.divide.outer(RATES, np.sqrt(TIMES))),
                ROOT_LAW,
                upto="steps",
            ),
        ],
        words=[Words(on, left)],
        goals=[Goal(first, on, constant), Goal(then, on[1:], fading)],
        draw=draw,
        size=(760, 400),
    )


def _streams():
    """The gradients of `PARAMETERS` without noise, a million each; the noise."""
    rng, t = np.random.default_rng(0), np.arange(MILLION)
    noisy = rng.normal(size=MILLION)
    clean = [np.ones(MILLION), noisy, (t % 100 == 0).astype(float), 0.99**t]
    return clean, rng.normal(size=MILLION)


def _sums_of_squares():
    """Σg² of the steps between each of `TIMES` and the one before: (time, noise, parameter)."""
    clean, xi = _streams()
    begins = np.append(0, TIMES[:-1])
    sums = [[np.add.reduceat((g + sigma * xi) ** 2, begins) for g in clean] for sigma in NOISES]
    return np.moveaxis(sums, -1, 0)


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def _count(steps):
    return f"{steps:,}".replace(",", " ")


COUNT, STEPS, SEEDS = 50, 2000, 60
T_95 = 2.001  # Student's t with 59 degrees of freedom
WORD_NOISES = (0.0, 0.1, 0.3, 0.5, 1.0)
WORD_RATES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0,
              10.0)  # fmt: skip
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

    Against η, how far the loss lies above that of AdaGrad at its best η: lines `SGD`, with its 95 %
    `intervals`, `AdaGrad`, and the points `chosen`, the η of the control, and `best`. For words
    from common to rare their mean squared error at the end: `SGD words`, at the chosen η, and
    `AdaGrad words`, at its best.

    Parameters
    ----------
    noise, schedule, lr
        The deviation of the noise, SGD's schedule and its rate η. In a schedule t counts all
        examples, n those with this word.

    Examples
    --------
    >>> explorer = rare_words(noise=1.0, lr=0.1)
    >>> "0.0167 ± 0.0024 above AdaGrad" in explorer.alt
    True
    """
    p = 1 / np.arange(1, COUNT + 1)
    p /= p.sum()
    examples, lrs = words.draw(p, STEPS, SEEDS), np.array(WORD_RATES)
    sigma, names = np.reshape(WORD_NOISES, (-1, 1)), tuple(SCHEDULES)
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
        left.axhspan(-1, 0, color="#FBE9DF", zorder=0)
        left.axhline(0, color=plots.OPTIMIZERS["AdaGrad"].colour, linewidth=0.8)
        styles = {name: plots.OPTIMIZERS[name] for name in ("SGD", "AdaGrad")}
        left.text(0.011, -0.0095, "below AdaGrad at its best", color="#A34700")
        limits = {"xscale": "log", "xlim": (0.009, 11), "ylim": (-0.01, 0.04)}
        plots.finish(left, styles=styles, xlabel="η", ylabel="loss above AdaGrad's best", **limits)
        left.set_xticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
        right.set(xscale="log", yscale="log", xlim=(0.9, 55), ylim=(1e-4, 5))
        right.set_xticks([1, 3, 10, 30], ["1", "3", "10", "30"])
        right.set(xlabel="word k: k times rarer", ylabel="squared error (1: not learnt)")
        return [left, right]

    outcomes = np.stack([loss, mean, half], axis=-1)
    outcomes = looked_up(outcomes, noise=WORD_NOISES, schedule=names, lr=WORD_RATES)

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
        i = WORD_NOISES.index(noise)
        at_best = rival[:, i, 0].mean()
        told = f"AdaGrad's best η here is {WORD_RATES[best[i]]:g}, with the loss {at_best:.4f}."
        return f"{told} All of it is a mean of {SEEDS} seeds."

    def lowest(noise, schedule, lr):
        if noise != 1 or schedule != "constant":
            return False, "It asks for noise 1 and a constant rate."
        now, *difference = outcomes(noise=noise, schedule=schedule, lr=lr)
        times = now / min(
            outcomes(noise=noise, schedule=schedule, lr=other)[0] for other in WORD_RATES
        )
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
    look = plots.OPTIMIZERS
    goal = "with noise 1, find a schedule and an η whose whole interval lies below AdaGrad"
    return Explorer(
        controls=[
            Control("noise", "noise σ", WORD_NOISES, noise),
            Control("schedule", "SGD's rate", names, schedule),
            Control("lr", "η", WORD_RATES, lr),
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
            Goal(goal, on, below),
        ],
        draw=draw,
        size=(760, 360),
    )
