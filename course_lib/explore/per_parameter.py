"""An explorer of one learning rate for each parameter (lesson 03)."""

from dataclasses import replace

import numpy as np

from .. import problems
from ..optimizers import SGD, RMSProp
from . import parts, plots
from .explorer import Control, Explorer, Goal, Line, Words

__all__ = ["scaling"]

STEPS = 100
STEEPER = (5.0, 20.0, 100.0)
# At some rates from 0.12 to 0.25 rounding decides a path.
OWN_RATES = (0.01, 0.02, 0.05, 0.08, 0.1, 0.3, 0.4, 0.5)
NEAR = 0.5
METHODS = {
    "SGD": lambda lr: SGD(lr),
    "sign": lambda lr: RMSProp(lr, rho=0, eps=0),  # g/√g² is the sign
    "RMSProp": lambda lr: RMSProp(lr, eps=0),
}


@parts.numpys_own_errors
def scaling(condition=20.0, turned=False):
    """Gradient, sign and per-parameter steps on one bowl: stretched, and turned.

    Goal: with κ = 100, bring one of the three methods within 0.5 of the minimum in 30 steps. Opened
    at κ = 100: turn the bowl, and bring RMSProp within 0.5 of the minimum in 100 steps.

    Parameters
    ----------
    condition, turned
        Where the controls stand at the start: condition number κ, and whether it is turned by 45°.

    Returns
    -------
    Explorer
        For SGD, sign and RMSProp the lines `NAME path` and `NAME distance`, from the minimum.

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

    def paths(name):
        method = METHODS[name](np.reshape(rates[name], (-1, 1)))
        return np.array([[parts.descend(method, bowl, STEPS) for bowl in pair] for pair in bowls])

    x = {name: paths(name) for name in METHODS}
    curvature = np.array([bowl.grad(np.ones(2)) for bowl in plain])
    levels = np.stack([parts.level_lines(curvature), parts.level_lines(curvature, turn=45)])
    distance = {name: np.linalg.norm(path, axis=-1) for name, path in x.items()}
    on = {name: ("condition", "turned", "lr" if name == "SGD" else "own") for name in METHODS}
    known = {"condition": STEEPER, "turned": (False, True), "lr": rates["SGD"], "own": OWN_RATES}
    far = {
        n: parts.looked_up(d, **{name: known[name] for name in on[n]}) for n, d in distance.items()
    }
    count = 100 if condition == 100 else 30

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        styles = {name: plots.OPTIMIZERS[name] for name in METHODS}
        box = (-6, 6), (-6, 6)
        plots.finish(left, styles=styles, xlabel="$x_1$", ylabel="$x_2$", xlim=box[0], ylim=box[1])
        parts.star_map(left, box)
        right.set(yscale="log", xlim=(0, STEPS), ylim=(1e-6, 1e2))
        right.set(xlabel="step t", ylabel="distance from the minimum")
        parts.target(right, NEAR, count)
        return [left, right]

    def arrives(name, **at):
        """After how many steps a method is near the minimum for the first time, or None."""
        there = np.flatnonzero(far[name](**at) < NEAR)
        return there[0] if len(there) else None

    def outcome(name):
        def say(**at):
            steps, d = arrives(name, **at), far[name](**at)
            when = f"within {NEAR:g} after {steps} {parts.steps_word(steps)}"
            # Jumps without a rhythm are chaotic: no digit of where they end is worth telling.
            falls, cycles = (np.diff(d[-20:]) < 0).all(), np.allclose(d[-18:], d[-20:-2])
            end = f"{parts.number(d[-1])} away" if falls or cycles else "still jumping"
            return f"{name}: {when if steps else f'never within {NEAR:g}'}, {end} at the end."

        return say

    def quick(**at):
        steps = {name: arrives(name, **at) for name in METHODS}
        first = min(METHODS, key=lambda name: steps[name] or STEPS + 1)
        if at["condition"] != 100 or at["turned"]:
            return False, _now(**at)
        if not steps[first]:
            return False, f"None of them comes so near within {STEPS} steps."
        return steps[first] <= count, f"First is {first}, after {steps[first]} steps."

    def against_the_turn(**at):
        steps = arrives("RMSProp", **at)
        if at["condition"] != 100 or not at["turned"]:
            return False, _now(**at)
        if not steps:
            return False, f"At the rate {at['own']:g} it does not come so near."
        return True, f"At the rate {at['own']:g} it is there after {steps} steps."

    goal = "with κ = 100, bring one of the three within 0.5 of the minimum in 30 steps"
    wanted = Goal(goal, tuple(known), quick)
    if condition == 100:
        goal = "with κ = 100, turn the bowl by 45°, and bring RMSProp within 0.5 of the minimum"
        wanted = Goal(goal, on["RMSProp"], against_the_turn)
    steps = np.arange(STEPS + 1)
    return Explorer(
        controls=[
            Control("condition", "condition number κ", STEEPER, condition),
            Control("turned", "turned by 45°", (False, True), turned),
            Control("lr", "SGD's rate", rates["SGD"], 0.4),
            Control("own", "the others' rate", OWN_RATES, 0.1),
        ],
        lines=[
            Line("levels", ("turned", "condition"), levels, parts.LEVEL),
            *(Line(f"{n} path", on[n], x[n], plots.OPTIMIZERS[n]) for n in METHODS),
            *(
                Line(f"{n} distance", on[n], parts.points(steps, d), plots.OPTIMIZERS[n], 1)
                for n, d in distance.items()
            ),
        ],
        words=[Words(on[name], outcome(name)) for name in METHODS],
        draw=draw,
        size=(760, 400),
        goals=[wanted],
    )


def _now(condition, turned, **_):
    return f"Now κ is {condition:g} and the bowl is {'turned' if turned else 'not turned'}."
