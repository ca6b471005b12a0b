"""The explorer of what AdaGrad keeps (lesson 04)."""

import numpy as np

from ..optimizers import AdaGrad
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import fed, looked_up, outermost, points, steps_word

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

    Parameters
    ----------
    lr, steps, noise
        Learning rate η, steps so far, and the deviation of a normal noise in every gradient.

    Returns
    -------
    Explorer
        Lines `constant`, `noisy`, `sparse` and `fading`, the rates up to `steps`, with `η/√t`,
        and `2 % of η`.

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
        ax.set(xscale="log", yscale="log")
        limits = {"xlim": (1, 2 * MILLION), "ylim": (1e-6, 20)}
        styles = {**PARAMETERS, "η/√t": ROOT_LAW, "2 % of η": TARGET}
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
