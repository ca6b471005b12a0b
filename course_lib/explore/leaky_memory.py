"""Explorers of what RMSProp forgets, and what becomes of that (lesson 05)."""

import numpy as np

from .. import averages, problems
from ..descent import run
from ..optimizers import AdaGrad, RMSProp
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .maps import map_of
from .parts import fed, looked_up, outermost, points, steps_word

RHOS = (0.0, 0.5, 0.8, 0.85, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.98, 0.99, 0.999)
JUMPS = (0.01, 0.1, 1.0, 10.0, 100.0)
HALF = 300  # steps before the jump, and after it
SOON = 100  # steps in which the root has to follow
FIRST_STEP = plots.LineStyle("#333333", width=1.0, dash=(1, 2))
TARGET = plots.LineStyle("#767676", width=1.5, dash=(2, 2))

BOWL_RHOS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99, 0.999)
BOWL_RATES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.2, 0.3, 0.5, 1.0)
NEAR = 0.02  # of the minimum
BOWL_STEPS, FIRST, LAST = 500, 30, 20
SECOND = plots.LineStyle("#333333", dash=(4, 1.5), marker="o")  # beside RMSProp's blue


def memory(rho=0.99, jump=1.0):
    """AdaGrad's sum and RMSProp's leaky mean on one stream whose scale jumps.

    The stream is normal noise with deviation 1 for 300 steps, then `jump` for 300 more. Both
    optimizers have η = 1.

    Lines `gradient` (its size), `AdaGrad root` and `RMSProp root` (√v), with the `target` of a root
    that follows, and below them `AdaGrad rate` and `RMSProp rate`.

    Parameters
    ----------
    rho, jump
        Decay ρ, and the deviation after the jump.

    Examples
    --------
    >>> explorer = memory(rho=0.0)
    >>> bool((explorer.lines["gradient"] == explorer.lines["RMSProp root"]).all())
    True
    """
    t, both = np.arange(1, 2 * HALF + 1), ("rho", "jump")
    g = np.random.default_rng(0).normal(size=(2 * HALF, 1))
    g = g * np.where(t[:, None] <= HALF, 1.0, JUMPS)  # (time, jump)
    traces = {
        "AdaGrad": fed(AdaGrad(1.0), g),
        "RMSProp": fed(RMSProp(1.0, rho=np.reshape(RHOS, (-1, 1))), g),
    }
    on = {"AdaGrad": ("jump",), "RMSProp": both}
    lines = [Line("gradient", ("jump",), points(t, np.abs(g).T), plots.STREAM)]
    quantities = {"root": lambda trace: np.sqrt(trace.v), "rate": lambda trace: trace.rate}
    for ax, (what, of) in enumerate(quantities.items()):
        for name, trace in traces.items():
            xy = points(t, np.moveaxis(of(trace)[1:], 0, -1))
            lines.append(Line(f"{name} {what}", on[name], xy, plots.OPTIMIZERS[name], ax))
    typical = {n: np.sqrt((trace.step[-100:] ** 2).mean(axis=0)) for n, trace in traces.items()}
    ada_step = looked_up(typical["AdaGrad"], jump=JUMPS)
    rms_step = looked_up(typical["RMSProp"], rho=RHOS, jump=JUMPS)
    off = np.sqrt(traces["RMSProp"].v[HALF + 1 :]) / JUMPS  # 1 where the root fits the new scale
    fits = np.abs(np.log(off)) <= np.log(2)  # (time, ρ, jump)
    after = np.where(fits.any(axis=0), fits.argmax(axis=0) + 1, HALF + 1)
    follows_after = looked_up(after, rho=RHOS, jump=JUMPS)
    box = points(HALF + np.array([0, SOON, SOON, 0]), np.outer(JUMPS, (0.5, 0.5, 2, 2)))

    def draw(figure):
        top, bottom = plots.panels(figure, "A;B")
        roots = {f"√v of {name}": plots.OPTIMIZERS[name] for name in traces}
        styles = {"|g|": plots.STREAM, **roots, "goal": TARGET}
        log = {"yscale": "log", "xlim": (0, 2 * HALF)}
        plots.finish(top, styles, ylabel="size", ylim=(1e-3, 1e4), **log)
        bottom.set(xlabel="step t", ylabel="effective rate", ylim=(1e-4, 1e3), **log)
        for ax in (top, bottom):
            ax.axvline(HALF, color="#555555", linewidth=0.8)
        return [top, bottom]

    def follows(rho, jump):
        if jump == 1:
            return "There is no jump."
        count = follows_after(rho=rho, jump=jump)
        if count > HALF:
            return f"RMSProp's root has not followed the jump after {HALF} steps."
        told = (
            f"RMSProp's root is within a factor of two of the new scale {count} {steps_word(count)}"
        )
        life = averages.half_life(rho)
        return f"{told} after the jump (half-life of ρ = {rho:g}: {life:.3g} steps)."

    def soon(rho, jump):
        if jump != 0.01:
            return False, "It asks for a scale of 0.01 after the jump."
        count = follows_after(rho=rho, jump=jump)
        told = f"{count} {steps_word(count)}" if count <= HALF else f"more than {HALF} steps"
        right = [other for other in RHOS if follows_after(rho=other, jump=jump) <= SOON]
        return outermost(max, right, rho, f"With ρ = {rho:g} it takes {told}")

    def treads(**at):
        told = f"In the last 100 steps a typical step is {rms_step(**at):.2g} η for RMSProp"
        return f"{told} and {ada_step(**at):.2g} η for AdaGrad."

    goal = "let the gradients fall to a hundredth, and find the largest ρ whose root has followed"
    return Explorer(
        controls=[
            Control("rho", "decay ρ", RHOS, rho),
            Control("jump", "scale after the jump", JUMPS, jump),
        ],
        lines=[*lines, Line("target", ("jump",), box, TARGET)],
        words=[Words(both, follows), Words(both, treads)],
        goals=[Goal(f"{goal} within {SOON} steps", both, soon)],
        draw=draw,
        size=(760, 460),
    )


def rmsprop(lr=0.01, rho=0.98):
    """RMSProp on the bowl: its path, its first steps and its last ones, magnified.

    Lines `path`; `step x1` and `step x2`, the size of the first 30 steps in units of η, with the
    `first step` 1/√(1 − ρ); `end x1` and `end x2`, the last 20 positions in units of η, with
    `near`, 0.02 to either side of the minimum.

    Parameters
    ----------
    lr, rho
        Learning rate η and decay ρ.

    Examples
    --------
    >>> explorer = rmsprop(rho=0.99)
    >>> explorer.lines["step x1"][0].round(4).tolist()
    [1.0, 10.0]
    """
    problem, grid = problems.bowl(), np.reshape(BOWL_RATES, (-1, 1, 1))
    opt = RMSProp(grid, rho=np.reshape(BOWL_RHOS, (-1, 1)))
    trace = run(opt, problem.grad, problem.start, BOWL_STEPS, record=["x", "step"])
    steps = np.moveaxis(np.abs(trace.step[1 : FIRST + 1]) / grid, 0, -1)
    ends = np.moveaxis(trace.x[-LAST:] / grid, 0, -1)  # (lr, rho, coordinate, time)
    ends_at = looked_up(ends, lr=BOWL_RATES, rho=BOWL_RHOS)
    first, last = np.arange(1, FIRST + 1), np.arange(BOWL_STEPS - LAST + 1, BOWL_STEPS + 1)
    level = 1 / np.sqrt(1 - np.array(BOWL_RHOS))
    sides = np.array([NEAR, NEAR, np.nan, -NEAR, -NEAR]) / grid[:, 0]
    sides = points(np.resize([BOWL_STEPS - LAST, BOWL_STEPS + 1, np.nan], 5), sides)
    on, looks = ("lr", "rho"), {"x1": plots.OPTIMIZERS["RMSProp"], "x2": SECOND}

    def draw(figure):
        contour, top, bottom = plots.panels(figure, "AB;AC", width_ratios=(1, 1.15))
        map_of(contour, problem)
        styles = {"$x_1$": looks["x1"], "$x_2$": looks["x2"], "first step": FIRST_STEP}
        limits = {"yscale": "log", "xlim": (0, FIRST + 1), "ylim": (0.1, 50)}
        top.plot(1, 5, "o", markersize=11, markerfacecolor="none", color=TARGET.colour)
        top.annotate("goal: 5", (1, 5), (8, 9), textcoords="offset points", color="#555555")
        plots.finish(top, styles=styles, xlabel="step t", ylabel="step ÷ η", **limits)
        bottom.set(xlim=(last[0] - 1, last[-1] + 1), ylim=(-1.2, 1.2), yticks=(-1, -0.5, 0, 0.5, 1))
        bottom.set(xlabel="step t", ylabel="position ÷ η")
        bottom.set_title("dashed: ±0.02", fontsize=9)
        return [contour, top, bottom]

    def begins(rho):
        return f"The first step is {(1 - rho) ** -0.5:.3g} η."

    def settles(lr, rho):
        end = ends_at(lr=lr, rho=rho)
        if np.abs(np.abs(end) - 0.5).max() < 0.05 and (end[:, 1:] * end[:, :-1] < 0).all():
            return f"At the end both coordinates jump between +η/2 and −η/2, ±{lr / 2:g}."
        far = np.abs(end).max(axis=-1) * lr
        x1, x2 = (f"reaches {x:.2g}" if x >= 1e-6 else "stays below 1e-6" for x in far)
        return f"In the last {LAST} steps |x₁| {x1} and |x₂| {x2}."

    def near(lr, rho):
        if rho != 0.9:
            return False, "It asks for ρ = 0.9."
        within = {n: np.abs(ends_at(lr=n, rho=rho)).max() * n for n in BOWL_RATES}
        told = f"With η = {lr:g} it ends within {within[lr]:.2g} of the minimum"
        return outermost(max, [other for other in within if within[other] <= NEAR], lr, told)

    def long(rho):
        now = (1 - rho) ** -0.5
        return bool(np.isclose(now, 5)), f"With ρ = {rho:g} it is {now:.3g} η."

    curves = [
        Line(f"{what} {name}", on, points(times, values[:, :, i]), look, ax)
        for ax, (what, times, values) in enumerate([("step", first, steps), ("end", last, ends)], 1)
        for i, (name, look) in enumerate(looks.items())
    ]
    goal = "with ρ = 0.9, find the largest rate that ends within 0.02 of the minimum in both"
    return Explorer(
        controls=[
            Control("lr", "rate η", BOWL_RATES, lr),
            Control("rho", "decay ρ", BOWL_RHOS, rho),
        ],
        lines=[
            Line("path", on, np.moveaxis(trace.x, 0, -2), plots.OPTIMIZERS["RMSProp"]),
            Line("first step", ("rho",), points((0, FIRST + 1), level[:, None]), FIRST_STEP, 1),
            Line("near", ("lr",), sides, TARGET, 2),
            *curves,
        ],
        words=[Words(("rho",), begins), Words(on, settles)],
        goals=[
            Goal(f"{goal} coordinates", on, near),
            Goal("find the ρ whose first step is 5 η", ("rho",), long),
        ],
        draw=draw,
        size=(760, 420),
    )
