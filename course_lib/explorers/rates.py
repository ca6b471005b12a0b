"""Explorers of one learning rate for all, and of one for each parameter (lessons 01 and 03)."""

from dataclasses import replace

import numpy as np

from .. import plots, problems
from ..descent import run
from ..explorer import Control, Explorer, Line, Words
from ..optimizers import SGD, RMSProp
from .parts import LEVEL, level_lines, numpys_own_errors, points, steps_word

__all__ = ["one_rate", "scaling"]

STEPS = 100
RATES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.48, 0.5, 0.52, 0.6)
CONDITIONS = (1.0, 5.0, 20.0, 100.0)
FLAT, STEEP = plots.LineStyle("#0072B2", dash=(4, 2)), plots.LineStyle("#B34700")
WIDEST = 0.62


@numpys_own_errors
def one_rate(lr=0.1, condition=20.0):
    """Gradient descent in a ravine: where the path goes, what one step leaves, how the loss falls.

    Goal: a loss below 1e-6 within 100 steps at condition 20; then try it at 100.

    Parameters
    ----------
    lr, condition : float
        Where the controls stand at the start: learning rate η and condition number κ.

    Returns
    -------
    Explorer
        Lines `path` on the `levels`, `loss`, and what one step leaves of each side against η:
        `flat side`, `steep side` and `rate`, the chosen one.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = one_rate(lr=0.4)
    >>> explorer.lines["path"][1].round(9).tolist()
    [-4.6, 1.2]
    """
    bowls = [problems.bowl(condition) for condition in CONDITIONS]
    curvature = np.array([bowl.grad(np.ones(2)) for bowl in bowls])
    x = np.array([_descend(SGD(np.reshape(RATES, (-1, 1))), bowl) for bowl in bowls])
    loss = np.array([bowl.value(path) for bowl, path in zip(bowls, x, strict=True)])

    def draw(figure):
        left, over, under = plots.panels(figure, "AB;AC", width_ratios=(1.1, 1))
        _map(left, bowls[0].box)
        left.set(xlabel="$x_1$, the flat side", ylabel="$x_2$, the steep side")
        limits = {"xlabel": "learning rate η", "xlim": (0, WIDEST), "ylim": (0, 1.5)}
        named = {"flat side": FLAT, "steep side": STEEP}
        plots.finish(over, styles=named, ylabel="left after a step", **limits)
        over.axhline(1, color="#555555", linewidth=1)
        under.set(yscale="log", xlim=(0, STEPS), ylim=(1e-10, 1e4))
        under.set(xlabel="step t", ylabel="loss")
        return [left, over, under]

    def outcome(lr, condition):
        i, j = CONDITIONS.index(condition), RATES.index(lr)
        flat, steep = 1 - lr * curvature[i]
        told = (
            f"η = {lr:g}, limit 2/λ = {2 / curvature[i].max():g}. One step multiplies the flat "
            f"side by {flat:.3g} and the steep side by {steep:.3g}: "
        )
        low = np.flatnonzero(loss[i, j] < 1e-6)
        if abs(steep) > 1:
            return told + "the path diverges."
        if abs(steep) == 1:
            return told + "it jumps from side to side for ever."
        if len(low):
            return told + f"loss below 1e-6 after {low[0]} {steps_word(low[0])}."
        return told + f"loss {loss[i, j, -1]:.1e} after {STEPS} steps."

    on = ("condition", "lr")
    upright = points(np.reshape(RATES, (-1, 1)), np.array([0.0, 1.5]))
    eta = np.linspace(0, WIDEST, 301)
    left_over = points(eta, np.abs(1 - eta * curvature[..., None]))  # (κ, side, η, 2)
    return Explorer(
        controls=[
            Control("lr", "rate η", RATES, lr),
            Control("condition", "condition number κ", CONDITIONS, condition),
        ],
        lines=[
            Line("levels", on[:1], level_lines(curvature), LEVEL),
            Line("path", on, x, plots.OPTIMIZERS["SGD"]),
            Line("flat side", on[:1], left_over[:, 0], FLAT, 1),
            Line("steep side", on[:1], left_over[:, 1], STEEP, 1),
            Line("rate", ("lr",), upright, plots.OPTIMIZERS["SGD"], 1),
            Line("loss", on, points(np.arange(STEPS + 1), loss), plots.OPTIMIZERS["SGD"], 2),
        ],
        words=[Words(("lr", "condition"), outcome)],
        draw=draw,
        size=(760, 420),
    )


STEEPER = (5.0, 20.0, 100.0)
OWN_RATES = (0.01, 0.02, 0.05, 0.1, 0.3, 0.5)  # from 0.18 to 0.25 rounding decides a path
METHODS = {
    "SGD": lambda lr: SGD(lr),
    "sign": lambda lr: RMSProp(lr, rho=0, eps=0),  # g/√g² is the sign
    "RMSProp": lambda lr: RMSProp(lr, eps=0),
}


@numpys_own_errors
def scaling(condition=20.0, turned=False):
    """Gradient, sign and per-parameter steps on one bowl: stretched, and turned.

    Goal: find the two methods whose path the condition number does not change. Then turn the
    bowl: which of the three does not care?

    Parameters
    ----------
    condition : float
        Where its control stands at the start.
    turned : bool
        Whether the bowl is turned by 45° at the start.

    Returns
    -------
    Explorer
        For SGD, sign and RMSProp the lines `NAME path` and `NAME distance`, from the minimum.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = scaling()
    >>> explorer.lines["sign path"][1].round(9).tolist()
    [-4.87, -1.88]
    """
    # Not at a multiple of a rate: the sign method would end on the minimum by luck.
    plain = [replace(problems.bowl(c), start=np.array([-4.97, -1.98])) for c in STEEPER]
    bowls = [[bowl, problems.rotated(bowl)] for bowl in plain]
    rates = {"SGD": (0.1, 0.2, 0.3, 0.4, 0.45), "sign": OWN_RATES, "RMSProp": OWN_RATES}
    x = {
        name: np.array([[_descend(method(np.reshape(rates[name], (-1, 1))), bowl) for bowl in pair]
                        for pair in bowls])
        for name, method in METHODS.items()
    }  # fmt: skip
    curvature = np.array([bowl.grad(np.ones(2)) for bowl in plain])
    levels = np.stack([level_lines(curvature), level_lines(curvature, turn=45)])
    distance = {name: np.linalg.norm(path, axis=-1) for name, path in x.items()}
    on = {name: ("condition", "turned", "lr" if name == "SGD" else "own") for name in METHODS}

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        styles = {name: plots.OPTIMIZERS[name] for name in METHODS}
        limits = {"xlim": (-6, 6), "ylim": (-6, 6)}
        plots.finish(left, styles=styles, xlabel="$x_1$", ylabel="$x_2$", **limits)
        _map(left, [limits["xlim"], limits["ylim"]])
        right.set(yscale="log", xlim=(0, STEPS), ylim=(1e-6, 1e2))
        right.set(xlabel="step t", ylabel="distance from the minimum")
        return [left, right]

    def outcome(name):
        def say(condition, turned, **rate):
            at = rates[name].index(*rate.values())
            far = distance[name][STEEPER.index(condition), int(turned), at]
            there = np.flatnonzero(far < 0.5)
            when = f"within 0.5 after {there[0]} steps" if len(there) else "never within 0.5"
            # Jumps without a rhythm are chaotic: no digit of where they end is worth telling.
            falls, cycles = (np.diff(far[-20:]) < 0).all(), np.allclose(far[-18:], far[-20:-2])
            end = f"{far[-1]:.1e} away" if falls or cycles else "still jumping"
            return f"{name}: {when}, {end} at the end."

        return say

    return Explorer(
        controls=[
            Control("condition", "condition number κ", STEEPER, condition),
            Control("turned", "turned by 45°", (False, True), turned),
            Control("lr", "SGD's rate", rates["SGD"], 0.4),
            Control("own", "sign's and RMSProp's rate", OWN_RATES, 0.1),
        ],
        lines=[
            Line("levels", ("turned", "condition"), levels, LEVEL),
            *(Line(f"{n} path", on[n], x[n], plots.OPTIMIZERS[n]) for n in METHODS),
            *(
                Line(
                    f"{n} distance", on[n], points(np.arange(STEPS + 1), d), plots.OPTIMIZERS[n], 1
                )
                for n, d in distance.items()
            ),
        ],
        words=[Words(on[name], outcome(name)) for name in METHODS],
        draw=draw,
        size=(760, 400),
    )


def _map(ax, box):
    ax.plot(0, 0, "*", color="#000000", markersize=9, zorder=3)
    ax.set(xlim=box[0], ylim=box[1])


def _descend(opt, problem):
    """Paths of a sweep of rates: (rates, steps + 1, 2)."""
    x = run(opt, problem.grad, np.broadcast_to(problem.start, (np.size(opt.lr), 2)), STEPS,
            record=["x"], keep_going=True).x  # fmt: skip
    return np.moveaxis(x, 0, -2)
