"""Explorers of a ravine: one learning rate for both sides (lesson 01), one for each (lesson 03)."""

from dataclasses import replace

import numpy as np

from .. import problems
from ..descent import until_far
from ..optimizers import SGD, RMSProp
from . import parts, plots
from .explorer import Control, Explorer, Goal, Line, Words

STEPS = 100
FAR = 1e3  # a browser draws no dashes in lines much longer than that
RATES = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.13, 0.16, 0.19, 0.22, 0.25, 0.28, 0.3, 0.32, 0.34,
         0.36, 0.38, 0.4, 0.42, 0.44, 0.45, 0.46, 0.47, 0.48, 0.485, 0.49, 0.5, 0.51, 0.52, 0.55,
         0.6)  # fmt: skip
CONDITIONS = (1.0, 5.0, 20.0, 100.0)
FLAT = plots.LineStyle("#0072B2", dash=(4, 2), marker="D")
STEEP = plots.LineStyle("#B34700", marker="s")


def one_rate(lr=0.1, condition=20.0):
    """Gradient descent in a ravine: where the path goes, what one step leaves, how the loss falls.

    Opened at κ = 100 it has another goal.

    Lines `path` on the `levels`, `loss`, and what one step leaves of each side for every η up to
    the chosen one: `flat side` and `steep side`.

    Parameters
    ----------
    lr, condition : float
        Learning rate η and condition number κ.

    Examples
    --------
    >>> explorer = one_rate(lr=0.4)
    >>> explorer.lines["path"][1].round(9).tolist()
    [-4.6, 1.2]
    """
    bowls = [problems.bowl(condition) for condition in CONDITIONS]
    curvature = np.array([bowl.grad(np.ones(2)) for bowl in bowls])
    x = np.array([parts.descend(SGD(np.reshape(RATES, (-1, 1))), bowl, STEPS) for bowl in bowls])
    loss = np.array([bowl.value(path) for bowl, path in zip(bowls, x, strict=True)])
    losses = parts.looked_up(loss, condition=CONDITIONS, lr=RATES)

    def outcome(condition, lr):
        factors = (1 - lr * curvature[CONDITIONS.index(condition)]).round(3) + 0.0  # no -0
        flat, steep = (f"{factor:g}".replace("-", "−") for factor in factors)
        became = _outcome(losses(condition=condition, lr=lr), lr, 2 / curvature[0, 1], "2/λ")
        told = f"η = {lr:g}. One step multiplies the flat side by {flat} and the steep side by "
        return f"{told}{steep}: {became}"

    hard, on = condition == 100, ("condition", "lr")

    def look(condition, lr):
        told, steps = _fall(losses(condition=condition, lr=lr))
        if condition != (100 if hard else 20):
            return False, f"Now κ is {condition:g}."
        if not hard:
            return steps is not None, f"At η = {lr:g} {told}."
        if lr == RATES[loss[CONDITIONS.index(100), :, -1].argmin()]:
            return True, f"At η = {lr:g} {told}, and no rate here leaves less."
        return False, f"At η = {lr:g} {told}. Another rate leaves less."

    goal = "with κ = 20, reach a loss below 1e-6 within 100 steps"
    if hard:
        goal = "with κ = 100, find the rate with the smallest loss after 100 steps"
    controls = [
        Control("lr", "rate η", RATES, lr),
        Control("condition", "condition number κ", CONDITIONS, condition),
    ]
    left = _left_over(RATES, curvature.T[:, :, None, None])
    return _ravine(on, controls, x, loss, left, curvature, "SGD", outcome, [Goal(goal, on, look)])


HEAVY_RATES = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.48, 0.5, 0.52, 0.55,
               0.6, 0.65, 0.7, 0.72, 0.74, 0.76, 0.78, 0.8, 0.85, 0.9, 0.95, 1.0)  # fmt: skip
MOMENTA = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def heavy_ball(lr=0.1, momentum=0.0):
    """Descent with momentum in the ravine of κ = 100: the path, what a step leaves, the loss.

    Lines `path`, `loss`, and what one step leaves of each side in the long run, for every η up to
    the chosen one: `flat side` and `steep side`.

    Parameters
    ----------
    lr, momentum : float
        Learning rate η and momentum μ.

    Examples
    --------
    >>> explorer = heavy_ball(lr=0.1, momentum=0.5)
    >>> explorer.lines["path"][:3, 1].round(9).tolist()
    [-2.0, -1.2, -0.32]
    """
    bowl = problems.bowl(100)
    curvature = bowl.grad(np.ones(2))
    mu = np.reshape(MOMENTA, (-1, 1, 1))
    x = parts.descend(SGD(np.reshape(HEAVY_RATES, (-1, 1)), mu), bowl, STEPS)
    loss, x = bowl.value(x), until_far(x, FAR)
    known = {"momentum": MOMENTA, "lr": HEAVY_RATES}
    left = _left_over(HEAVY_RATES, curvature[:, None, None, None], mu)
    losses = parts.looked_up(loss, **known)
    sides = parts.looked_up(np.moveaxis(left[..., -1, 1], 0, -1), **known)

    def outcome(momentum, lr):
        flat, steep = sides(momentum=momentum, lr=lr).round(3)
        told = f"μ = {momentum:g}, η = {lr:g}. In the long run one step leaves {flat:g} of the "
        limit = 2 * (1 + momentum) / curvature[1]
        became = _outcome(losses(momentum=momentum, lr=lr), lr, limit, "2(1 + μ)/λ")
        return f"{told}flat side and {steep:g} of the steep side: {became}"

    def within(count):
        def look(momentum, lr):
            told, steps = _fall(losses(momentum=momentum, lr=lr))
            reached = steps is not None and steps <= count
            return reached, f"With μ = {momentum:g} and η = {lr:g} {told}."

        return look

    on = tuple(known)
    goals = [
        Goal("with κ = 100, reach a loss below 1e-6 within 100 steps", on, within(100)),
        Goal("reach it within 50 steps", on, within(50)),
    ]
    controls = [
        Control("momentum", "momentum μ", MOMENTA, momentum),
        Control("lr", "rate η", HEAVY_RATES, lr),
    ]
    return _ravine(on, controls, x, loss, left, curvature, "momentum", outcome, goals)


STEEPER = (5.0, 20.0, 100.0)
# At some rates from 0.12 to 0.25 rounding decides a path.
SGD_RATES, OWN_RATES = (0.1, 0.2, 0.3, 0.4, 0.45), (0.01, 0.02, 0.05, 0.08, 0.1, 0.3, 0.4, 0.5)
NEAR, SOON = 0.5, 30


def scaling(condition=20.0, turned=False):
    """Gradient, sign and per-parameter steps on one bowl: stretched, and turned.

    Opened at κ = 100 it has another goal, of the turned bowl.

    For SGD, sign and RMSProp the lines `NAME path` and `NAME distance`, from the minimum.

    Parameters
    ----------
    condition, turned
        Condition number κ, and whether it is turned by 45°.

    Examples
    --------
    >>> explorer = scaling()
    >>> explorer.lines["sign path"][1].round(9).tolist()
    [-4.87, -1.88]
    """
    # Not at a multiple of a rate: the sign method would end on the minimum by luck.
    plain = [replace(problems.bowl(c), start=np.array([-4.97, -1.98])) for c in STEEPER]
    bowls = [[bowl, problems.rotated(bowl)] for bowl in plain]
    sgd, own = np.reshape(SGD_RATES, (-1, 1)), np.reshape(OWN_RATES, (-1, 1))
    opts = {"SGD": SGD(sgd), "sign": RMSProp(own, rho=0, eps=0), "RMSProp": RMSProp(own, eps=0)}
    x = {  # the sign is g/√g²
        name: np.array([[parts.descend(opt, bowl, STEPS) for bowl in pair] for pair in bowls])
        for name, opt in opts.items()
    }
    curvature = np.array([bowl.grad(np.ones(2)) for bowl in plain])
    levels = np.stack([parts.level_lines(curvature), parts.level_lines(curvature, turn=45)])
    distance = {name: np.linalg.norm(path, axis=-1) for name, path in x.items()}
    looks = {name: plots.OPTIMIZERS[name] for name in opts}
    on = {name: ("condition", "turned", "lr" if name == "SGD" else "own") for name in opts}
    known = {"condition": STEEPER, "turned": (False, True), "lr": SGD_RATES, "own": OWN_RATES}
    far = {n: parts.looked_up(d, **{c: known[c] for c in on[n]}) for n, d in distance.items()}
    hard, seen = condition == 100, tuple(known)

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        box = (-6, 6), (-6, 6)
        plots.finish(left, styles=looks, xlabel="$x_1$", ylabel="$x_2$", xlim=box[0], ylim=box[1])
        parts.star_map(left, box)
        right.set(yscale="log", xlim=(0, STEPS), ylim=(1e-6, 1e2))
        right.set(xlabel="step t", ylabel="distance from the minimum")
        parts.target(right, NEAR, STEPS if hard else SOON)
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

    def look(**at):
        if at["condition"] != 100 or at["turned"] != hard:
            how = "turned" if at["turned"] else "not turned"
            return False, f"Now κ is {at['condition']:g} and the bowl is {how}."
        if hard:
            steps = arrives("RMSProp", **at)
            told = f"is there after {steps} steps" if steps else "does not come so near"
            return bool(steps), f"At the rate {at['own']:g} it {told}."
        steps = {name: arrives(name, **at) or STEPS + 1 for name in opts}
        first = min(opts, key=steps.get)
        if steps[first] > STEPS:
            return False, f"None of them comes so near within {STEPS} steps."
        return steps[first] <= SOON, f"First is {first}, after {steps[first]} steps."

    goal = "with κ = 100, bring one of the three within 0.5 of the minimum in 30 steps"
    if hard:
        goal = "with κ = 100, turn the bowl by 45°, and bring RMSProp within 0.5 of the minimum"
        seen = on["RMSProp"]
    t = np.arange(STEPS + 1)
    return Explorer(
        controls=[
            Control("condition", "condition number κ", STEEPER, condition),
            Control("turned", "turned by 45°", (False, True), turned),
            Control("lr", "SGD's rate", SGD_RATES, 0.4),
            Control("own", "the others' rate", OWN_RATES, 0.1),
        ],
        lines=[
            Line("levels", ("turned", "condition"), levels, parts.LEVEL),
            *(Line(f"{n} path", on[n], x[n], look) for n, look in looks.items()),
            *(
                Line(f"{n} distance", on[n], parts.points(t, distance[n]), looks[n], 1)
                for n in opts
            ),
        ],
        words=[Words(on[name], outcome(name)) for name in opts],
        draw=draw,
        size=(760, 400),
        goals=[Goal(goal, seen, look)],
    )


def _ravine(on, controls, x, loss, left, curvature, name, outcome, goals):
    """A picture of one optimizer in a ravine: map, what a step leaves of each side, loss."""
    box, style = problems.bowl().box, plots.OPTIMIZERS[name]
    sides = {"flat side": FLAT, "steep side": STEEP}

    def draw(figure):
        map_, over, under = plots.panels(figure, "AB;AC", width_ratios=(1.1, 1))
        parts.star_map(map_, box)
        map_.set(xlabel="$x_1$, the flat side", ylabel="$x_2$, the steep side")
        map_.set(xticks=range(-6, 3, 2), yticks=range(-3, 4))
        limits = {"xlim": (0, 1.03 * left[..., 0].max()), "ylim": (0, 1.5)}
        labels = {"xlabel": "learning rate η", "ylabel": "left after a step"}
        plots.finish(over, styles=sides, **labels, **limits)
        over.axhline(1, color="#555555", linewidth=1)
        under.set(yscale="log", xlim=(0, STEPS), ylim=(1e-10, 1e4), xlabel="step t", ylabel="loss")
        parts.target(under, 1e-6, STEPS)
        return [map_, over, under]

    return Explorer(
        controls=controls,
        lines=[
            Line("levels", on[: curvature.ndim - 1], parts.level_lines(curvature), parts.LEVEL),
            Line("path", on, x, style),
            *(Line(side, on, left[i], look, 1) for i, (side, look) in enumerate(sides.items())),
            Line("loss", on, parts.points(np.arange(STEPS + 1), loss), style, 2),
        ],
        words=[Words(on, outcome)],
        draw=draw,
        size=(760, 420),
        goals=goals,
    )


def _left_over(rates, curvature, momentum=0.0):
    """Curves of what one step leaves of a side in the long run, for η from 0 to each rate.

    It is the larger root of z² − (1 + μ − ηλ)z + μ; without momentum, |1 − ηλ| at every step.
    """
    eta = np.multiply.outer(rates, np.linspace(0, 1, 101))
    b = 1 + momentum - eta * curvature
    square = b * b - 4 * momentum
    real = (np.abs(b) + np.sqrt(np.maximum(square, 0))) / 2
    return parts.points(eta, np.where(square < 0, np.sqrt(momentum), real))


def _fall(loss):
    """How far the loss fell, in words, and from which step on it stays below 1e-6, or None."""
    steps = int(np.flatnonzero(loss >= 1e-6)[-1]) + 1
    if steps < len(loss):
        return f"the loss is below 1e-6 after {steps} {parts.steps_word(steps)}", steps
    return f"the loss is {parts.number(loss[-1])} after {len(loss) - 1} steps", None


def _outcome(loss, lr, limit, formula):
    if lr > limit + parts.ROUNDING:
        return f"the path runs away, for η lies above {formula} = {limit:g}."
    if lr > limit - parts.ROUNDING:
        return f"at η = {formula} it jumps from side to side for ever."
    return f"{_fall(loss)[0]}."
