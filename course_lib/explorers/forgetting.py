"""Explorers of what AdaGrad keeps and RMSProp forgets (lessons 04 and 05)."""

import numpy as np

from .. import averages, plots, problems
from ..descent import run
from ..explorer import Control, Explorer, Line, Words
from ..optimizers import AdaGrad, RMSProp
from .parts import numpys_own_errors, points, steps_word

__all__ = ["adagrad_decay", "memory", "rmsprop"]

MILLION = 1_000_000
TIMES = np.unique(np.geomspace(1, MILLION, 61).round().astype(int))  # ten to a decade
DECAY_RATES = (0.001, 0.01, 0.1, 1.0, 10.0)
NOISES = (0.0, 0.01, 0.1, 1.0)
# One optimizer's parameters: markers and dashes tell them apart.
PARAMETERS = {
    "constant": plots.LineStyle("#D55E00", width=3.5, marker="s"),
    "noisy": plots.LineStyle("#4A2500", dash=(2, 1.5), marker="o"),
    "sparse": plots.LineStyle("#8A6100", dash=(6, 2), marker="^"),
    "fading": plots.LineStyle("#A8508A", dash=(5, 1, 1, 1), marker="D"),
}
ROOT_LAW = plots.LineStyle("#333333", width=1.0, dash=(1, 2))

RHOS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999)
JUMPS = (0.01, 0.1, 1.0, 10.0, 100.0)
HALF = 300  # steps before the jump, and after it

BOWL_RATES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
BOWL_STEPS, FIRST, LAST = 500, 30, 20
SECOND = plots.LineStyle("#333333", dash=(4, 1.5), marker="o")  # beside RMSProp's blue


@numpys_own_errors
def adagrad_decay(lr=0.1, steps=10_000, noise=0.0):
    """AdaGrad's effective rates of four parameters, over a million steps.

    Their gradients are: constant, always 1; noisy, normal with mean 0 and deviation 1; sparse, 1
    in the first of every 100 steps, else 0; fading, 0.99^(t − 1), as on the way into a minimum.
    Goal: find the η that leaves the constant parameter a rate of 0.01 after 10 000 steps. Then
    find the noise that leaves the fading one less than 2 % of η after a million.

    Parameters
    ----------
    lr, steps, noise
        Where the controls stand at the start: learning rate η, steps so far, and the deviation
        of the normal noise that is added to every gradient.

    Returns
    -------
    Explorer
        Lines `constant`, `noisy`, `sparse` and `fading`, the rates up to `steps`, and `η/√t`.

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
    >>> explorer = adagrad_decay(lr=0.1)
    >>> explorer.lines["constant"][-1].round(9).tolist()
    [10000.0, 0.001]
    """
    squares = _sums_of_squares()
    lrs = np.reshape(DECAY_RATES, (-1, 1, 1))
    g = np.sqrt(squares)[:, None] * np.ones_like(lrs)  # (time, lr, noise, parameter)
    trace = run(AdaGrad(lrs), lambda x, t: g[t - 1], np.zeros(g.shape[1:]), len(g), record=["rate"])
    rate = np.moveaxis(trace.rate[1:], 0, -1)  # (lr, noise, parameter, time)
    law = np.array(DECAY_RATES)[:, None] / np.sqrt(TIMES)
    seen, on = tuple(TIMES.tolist()), ("lr", "noise")

    def draw(figure):
        ax = figure.subplots()
        ax.set(xscale="log", yscale="log")
        limits = {"xlim": (1, 2 * MILLION), "ylim": (1e-6, 20)}
        styles = {**PARAMETERS, "η/√t": ROOT_LAW}
        plots.finish(ax, styles=styles, xlabel="step t", ylabel="effective rate", **limits)
        return ax

    def left(lr, noise, steps):
        now = rate[DECAY_RATES.index(lr), NOISES.index(noise)]
        end = seen.index(steps)
        told = ", ".join(
            f"{name} {_percent(now[i, end] / lr)}" for i, name in enumerate(PARAMETERS)
        )
        after = f"after {steps:,} {steps_word(steps)}".replace(",", " ")
        return (
            f"What is left of η {after}: {told}. "
            f"The constant parameter's rate is {now[0, end]:.2g}."
        )

    return Explorer(
        controls=[
            Control("lr", "rate η", DECAY_RATES, lr),
            Control("noise", "added noise σ", NOISES, noise),
            Control("steps", "steps", seen, steps, play=True),
        ],
        lines=[
            Line("η/√t", ("lr",), points(TIMES, law), ROOT_LAW),
            *(
                Line(name, on, points(TIMES, rate[:, :, i]), style, upto="steps")
                for i, (name, style) in enumerate(PARAMETERS.items())
            ),
        ],
        words=[Words((*on, "steps"), left)],
        draw=draw,
        size=(760, 400),
    )


@numpys_own_errors
def memory(rho=0.9, jump=10.0):
    """AdaGrad's sum and RMSProp's leaky mean on one stream whose scale jumps.

    The stream is normal noise with deviation 1 for 300 steps, then `jump` for 300 more. Both
    optimizers have η = 1. Goal: let the gradients fall to a hundredth, and find the largest ρ
    whose root has followed within 100 steps.

    Parameters
    ----------
    rho, jump
        Where the controls stand at the start: decay ρ, and the deviation after the jump.

    Returns
    -------
    Explorer
        Lines `gradient` (its size), `AdaGrad root` and `RMSProp root` (√v), and below them
        `AdaGrad rate` and `RMSProp rate`.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = memory(rho=0.0)
    >>> bool((explorer.lines["gradient"] == explorer.lines["RMSProp root"]).all())
    True
    """
    t = np.arange(1, 2 * HALF + 1)
    g = _jumping()  # (time, jump)
    traces = {
        "AdaGrad": run(AdaGrad(1.0), lambda x, t: g[t - 1], np.zeros(len(JUMPS)), len(t)),
        "RMSProp": run(
            RMSProp(1.0, rho=np.reshape(RHOS, (-1, 1))),
            lambda x, t: np.broadcast_to(g[t - 1], x.shape),
            np.zeros(len(JUMPS)),
            len(t),
        ),
    }
    on = {"AdaGrad": ("jump",), "RMSProp": ("rho", "jump")}
    lines = [Line("gradient", ("jump",), points(t, np.abs(g).T), plots.STREAM)]
    for ax, (what, of) in enumerate({"root": lambda s: np.sqrt(s.v), "rate": _rate}.items()):
        for name, trace in traces.items():
            xy = points(t, np.moveaxis(of(trace)[1:], 0, -1))
            lines.append(Line(f"{name} {what}", on[name], xy, plots.OPTIMIZERS[name], ax))
    typical = {n: np.sqrt((s.step[-100:] ** 2).mean(axis=0)) for n, s in traces.items()}
    off = np.sqrt(traces["RMSProp"].v[HALF + 1 :]) / JUMPS  # 1 where the root fits the new scale

    def draw(figure):
        top, bottom = plots.panels(figure, "A;B")
        for ax in (top, bottom):
            ax.set_yscale("log")
            ax.axvline(HALF, color="#555555", linewidth=0.8)
        styles = {f"√v of {name}": plots.OPTIMIZERS[name] for name in traces}
        limits = {"xlim": (0, 2 * HALF)}
        one = {"|g|": plots.STREAM, **styles}
        plots.finish(top, styles=one, xlabel="", ylabel="size", ylim=(1e-3, 1e4), **limits)
        bottom.set(xlabel="step t", ylabel="effective rate", ylim=(1e-4, 1e3), **limits)
        return [top, bottom]

    def follows(rho, jump):
        fits = np.abs(np.log(off[:, RHOS.index(rho), JUMPS.index(jump)])) <= np.log(2)
        if jump == 1:
            return "There is no jump."
        if not fits.any():
            return f"RMSProp's root has not followed the jump after {HALF} steps."
        after = fits.argmax() + 1
        return (
            f"RMSProp's root is within a factor of two of the new scale {after} "
            f"{steps_word(after)} after the jump (half-life of ρ = {rho:g}: "
            f"{averages.half_life(rho):.3g} steps)."
        )

    def treads(rho, jump):
        j = JUMPS.index(jump)
        return (
            f"In the last 100 steps a typical step is {typical['RMSProp'][RHOS.index(rho), j]:.2g} "
            f"η for RMSProp and {typical['AdaGrad'][j]:.2g} η for AdaGrad."
        )

    return Explorer(
        controls=[
            Control("rho", "decay ρ", RHOS, rho),
            Control("jump", "scale after the jump", JUMPS, jump),
        ],
        lines=lines,
        words=[Words(("rho", "jump"), follows), Words(("rho", "jump"), treads)],
        draw=draw,
        size=(760, 460),
    )


@numpys_own_errors
def rmsprop(lr=0.1, rho=0.9):
    """RMSProp on the bowl: its path, its first steps and its last ones, magnified.

    Goal: with ρ = 0.9, find the rate that ends within 0.02 of the minimum in both coordinates.
    Then find the ρ whose first step is ten times η.

    Parameters
    ----------
    lr, rho
        Where the controls stand at the start: learning rate η and decay ρ.

    Returns
    -------
    Explorer
        Lines `path`; `step x1` and `step x2`, the size of the first 30 steps in units of η, with
        the `first step` 1/√(1 − ρ); `end x1` and `end x2`, the last 20 positions in units of η.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = rmsprop(rho=0.99)
    >>> explorer.lines["step x1"][0].round(4).tolist()
    [1.0, 10.0]
    """
    problem, grid = problems.bowl(), np.reshape(BOWL_RATES, (-1, 1, 1))
    opt = RMSProp(grid, rho=np.reshape(RHOS, (-1, 1)))
    trace = run(opt, problem.grad, problem.start, BOWL_STEPS, record=["x", "step"])
    steps = np.moveaxis(np.abs(trace.step[1 : FIRST + 1]) / grid, 0, -1)
    ends = np.moveaxis(trace.x[-LAST:] / grid, 0, -1)  # (lr, rho, coordinate, time)
    first, last = np.arange(1, FIRST + 1), np.arange(BOWL_STEPS - LAST + 1, BOWL_STEPS + 1)
    level = 1 / np.sqrt(1 - np.array(RHOS))[:, None]
    on, looks = ("lr", "rho"), {"x1": plots.OPTIMIZERS["RMSProp"], "x2": SECOND}

    def draw(figure):
        contour, top, bottom = plots.panels(figure, "AB;AC", width_ratios=(1, 1.15))
        plots.contours(contour, problem)
        limits = dict(zip(("xlim", "ylim"), problem.box, strict=True))
        contour.set(xlabel="$x_1$", ylabel="$x_2$", **limits)
        styles = {"$x_1$": looks["x1"], "$x_2$": looks["x2"], "1/√(1 − ρ)": ROOT_LAW}
        limits = {"xlim": (0, FIRST + 1), "ylim": (0.1, 50)}
        top.set_yscale("log")
        plots.finish(top, styles=styles, xlabel="step t", ylabel="step ÷ η", **limits)
        bottom.set(xlim=(last[0] - 1, last[-1] + 1), ylim=(-1.2, 1.2), yticks=(-1, -0.5, 0, 0.5, 1))
        bottom.set(xlabel="step t", ylabel="position ÷ η")
        return [contour, top, bottom]

    def begins(rho):
        return f"The first step is {level[RHOS.index(rho), 0]:.3g} η, which is η/√(1 − ρ)."

    def settles(lr, rho):
        i, j = BOWL_RATES.index(lr), RHOS.index(rho)
        end = ends[i, j]
        if np.abs(np.abs(end) - 0.5).max() < 0.05 and (end[:, 1:] * end[:, :-1] < 0).all():
            return f"At the end both coordinates jump between +η/2 and −η/2, ±{lr / 2:g}."
        x1, x2 = lr * np.abs(end).max(axis=-1)
        return (
            f"In the last {LAST} steps |x₁| reaches {x1:.1e} and |x₂| {x2:.1e}: no two-cycle of "
            "±η/2 here."
        )

    return Explorer(
        controls=[Control("lr", "rate η", BOWL_RATES, lr), Control("rho", "decay ρ", RHOS, rho)],
        lines=[
            Line("path", on, np.moveaxis(trace.x, 0, -2), plots.OPTIMIZERS["RMSProp"]),
            Line("first step", ("rho",), points((0, FIRST + 1), level), ROOT_LAW, 1),
            *(Line(f"step {n}", on, points(first, steps[:, :, i]), looks[n], 1)
              for i, n in enumerate(looks)),
            *(Line(f"end {n}", on, points(last, ends[:, :, i]), looks[n], 2)
              for i, n in enumerate(looks)),
        ],
        words=[Words(("rho",), begins), Words(on, settles)],
        draw=draw,
        size=(760, 420),
    )  # fmt: skip


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


def _jumping():
    """`memory`'s stream for each of `JUMPS`, one in each column."""
    g = np.random.default_rng(0).normal(size=(2 * HALF, 1))
    return g * np.where(np.arange(2 * HALF)[:, None] < HALF, 1.0, JUMPS)


def _rate(state):
    return state.rate


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"
