"""The explorer of what AdaGrad keeps (lesson 04)."""

import numpy as np

from ..descent import run
from ..optimizers import AdaGrad
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import numpys_own_errors, points, steps_word

__all__ = ["adagrad_decay"]

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


@numpys_own_errors
def adagrad_decay(lr=0.01, steps=10, noise=0.0):
    """AdaGrad's effective rates of four parameters, over a million steps.

    Their gradients are: constant, always 1; noisy, normal with mean 0 and deviation 1; sparse, 1
    in the first of every 100 steps, else 0; fading, 0.99^(t − 1), as on the way into a minimum.
    Goal: find the η that leaves the constant parameter a rate of 0.01 after 10 000 steps. Then
    find the smallest noise that leaves the fading one less than 2 % of η after a million.

    Parameters
    ----------
    lr, steps, noise
        Where the controls stand at the start: learning rate η, steps so far, and the deviation
        of the normal noise that is added to every gradient.

    Returns
    -------
    Explorer
        Lines `constant`, `noisy`, `sparse` and `fading`, the rates up to `steps`, with `η/√t`,
        and `2 % of η`.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

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
    squares = _sums_of_squares()
    lrs = np.reshape(RATES, (-1, 1, 1))
    g = np.sqrt(squares)[:, None] * np.ones_like(lrs)  # (time, lr, noise, parameter)
    trace = run(AdaGrad(lrs), lambda x, t: g[t - 1], np.zeros(g.shape[1:]), len(g), record=["rate"])
    rate = np.moveaxis(trace.rate[1:], 0, -1)  # (lr, noise, parameter, time)
    law = np.array(RATES)[:, None] / np.sqrt(TIMES)
    seen, on = tuple(TIMES.tolist()), ("lr", "noise")

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
        now = rate[RATES.index(lr), NOISES.index(noise)]
        end = seen.index(steps)
        told = ", ".join(
            f"{name} {_percent(now[i, end] / lr)}" for i, name in enumerate(PARAMETERS)
        )
        after = f"after {_count(steps)} {steps_word(steps)}"
        return (
            f"What is left of η {after}: {told}. "
            f"The constant parameter's rate is {now[0, end]:.2g}."
        )

    def constant(lr, noise, steps):
        if steps != 10_000 or noise:
            return (
                False,
                f"It asks for 10 000 steps without noise; here: {_count(steps)}, noise {noise:g}.",
            )
        now = rate[RATES.index(lr), 0, 0, seen.index(steps)]
        told = f"With η = {lr:g} the rate is {now:.2g}."
        return bool(np.isclose(now, 0.01)), told

    def fading(noise, steps):
        if steps != MILLION:
            return False, f"It asks for a million steps; here are {_count(steps)}."
        share = rate[0, :, -1, -1] / RATES[0]  # at each noise
        now = share[NOISES.index(noise)]
        told = f"With noise {noise:g} it is left {_percent(now)} of η"
        if now < LEFT and noise > NOISES[np.argmax(share < LEFT)]:
            return False, f"{told}; a smaller noise is enough."
        return bool(now < LEFT), f"{told}."

    return Explorer(
        controls=[
            Control("lr", "rate η", RATES, lr),
            Control("noise", "added noise σ", NOISES, noise),
            Control("steps", "steps", seen, steps, play=True),
        ],
        lines=[
            Line("2 % of η", ("lr",), points((5e5, 2e6), LEFT * lrs[:, 0]), TARGET),
            *(
                Line(name, on, points(TIMES, rate[:, :, i]), style, upto="steps")
                for i, (name, style) in enumerate(PARAMETERS.items())
            ),
            Line("η/√t", ("lr",), points(TIMES, law), ROOT_LAW, upto="steps"),
        ],
        words=[Words((*on, "steps"), left)],
        goals=[
            Goal(
                "find the η that leaves the constant parameter a rate of 0.01 after 10 000 steps",
                (*on, "steps"),
                constant,
            ),
            Goal(
                "find the smallest noise that leaves the fading one less than 2 % of η after "
                "a million",
                ("noise", "steps"),
                fading,
            ),
        ],
        draw=draw,
        size=(760, 400),
    )


def _streams():
    """The gradients of `adagrad_decay`'s parameters without noise, a million each; the noise."""
    rng = np.random.default_rng(0)
    t = np.arange(MILLION)
    clean = {
        "constant": np.ones(MILLION),
        "noisy": rng.normal(size=MILLION),
        "sparse": (t % 100 == 0).astype(float),
        "fading": 0.99**t,
    }
    return list(clean.values()), rng.normal(size=MILLION)


def _sums_of_squares():
    """Σg² of the steps between each of `TIMES` and the one before: (time, noise, parameter).

    With (c + σξ)² = c² + 2σcξ + σ²ξ² one sum of each kind serves all σ.
    """
    clean, xi = _streams()
    begins, sigma = np.append(0, TIMES[:-1]), np.array(NOISES)[:, None]
    total = lambda x: np.add.reduceat(x, begins)  # noqa: E731
    own = np.transpose([total(c * c) for c in clean])[:, None]
    mixed = np.transpose([total(c * xi) for c in clean])[:, None]
    return own + 2 * sigma * mixed + sigma**2 * total(xi * xi)[:, None, None]


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def _count(steps):
    return f"{steps:,}".replace(",", " ")
