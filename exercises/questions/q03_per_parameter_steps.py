"""Exercise 03: questions on a rate for each parameter, and the ways in which they go wrong."""

import numpy as np

from course_lib.checks.question import Question

from .shared import gradients, of_state

__all__ = ["QUESTIONS"]

warm_up = Question("03.warm_up", -0.08, """
0.08
    Nine steps down, one step up: are you sure of the direction? The step goes against the gradient.
0.0  # The gradients sum to zero. Do their signs?
-0.09  # Nine steps down is right. The tenth goes up.
-0.1  # Ten steps, but not all of them down.
-8  # That counts steps. How long is each?
0.09  # Does every gradient count in your sum? And which way does a step go?
0.1  # Not all ten steps go the same way. And which way is down?
8  # That counts steps, and up. How long is each, and where does it lead?
-0.8  # Check the length of one step: η is 0.01.
""")  # fmt: skip


def _for_parameter(index, args):
    return f"for parameter {index[0] + 1}"


def sign_step(x, g, lr):
    return x - lr * np.sign(g)


def _steps(rng):
    some = (rng.normal(0, 3, 3), gradients(rng, 3), float(rng.uniform(0.05, 0.4)))
    level = (np.array([1.0, -2.0, 5.0]), np.array([0.0, 40.0, -0.01]), 0.1)
    tiny = (np.array([1.0, -2.0, 5.0]), np.array([1e-13, -1e-9, 3.0]), 0.2)
    whole = (np.array([1, -2, 5]), np.array([0, 40, -3]), 0.1)
    return [some, level, tiny, whole, (np.array([7.0]), np.array([-2.0]), 0.13)]


sign = Question("03.sign_step", sign_step, draw=_steps, where=_for_parameter, parts=("x",),
    slips="""
x - lr → x + lr  # Uphill: the step goes along the gradient, not against it.
np.sign(g) → g  # The size of the gradient still counts. Only its sign should.
np.sign(g) → np.sign(x)  # The sign is that of the position. Whose sign says where downhill is?
np.sign(g) → np.abs(g)  # The size without the sign: every step goes the same way.
right(*args) - x  # The step came back, not the position that it leads to.
right(x, g, 1)  # The rate has no say: all steps have the length 1.
np.sign(g) → g / np.linalg.norm(g)
    The whole gradient is scaled to length 1. Each coordinate should have its own sign.
np.sign(g) → g / np.abs(g).max()
    You divide by the largest coordinate. The others then take shorter steps; all should take equal
    ones.
np.sign(g) → np.where(g >= 0, 1, -1)
    Where the gradient is 0 you take a step. Which way is down on level ground?
np.sign(g) → np.where(g > 0, 1, -1)
    Where the gradient is 0 you take a step up. Level ground has no downhill.
np.sign(g) → g / (np.abs(g) + 1e-8)
    Nearly: you divide by |g| and a small number more. A tiny gradient then takes a shorter step.
np.sign(g) → g / np.abs(g)
    Right, but where the gradient is 0 you divide 0 by 0, which is no number.
np.sign(g) → np.divide(1, g, out=np.zeros(len(g)), where=g != 0)
    You divide by the gradient, and keep one over its size.
""")  # fmt: skip


def rprop_step(x, rate, last, g):
    agree = np.sign(g) * last
    rate = np.where(agree > 0, 1.2 * rate, np.where(agree < 0, 0.5 * rate, rate))
    return x - rate * np.sign(g), rate


def _rprop_inputs(rng):
    """Drawn signs; then all nine pairs with tiny, usual and huge rates; the notebook's start."""
    last, g = np.repeat([-1, 0, 1], 3), np.tile([-2, 0, 5], 3)
    pairs = [(rng.normal(0, 3, 9), np.full(9, rate), last, g) for rate in (1e-7, 0.2, 300.0)]
    x, slope = np.array([-4.97, -1.98]), np.array([-4.97, -7.92])
    begun = [(x, np.full(2, 0.1), last, slope) for last in (np.zeros(2), np.sign(slope))]
    cases = []
    for _ in range(4):
        last = rng.permutation([1.0, -1.0, 1.0, -1.0, 0.0, 1.0])
        size = rng.uniform(0.3, 3, 6)
        way = np.where(last == 0, rng.choice([-1.0, 1.0]), last)
        g = size * np.where(rng.permutation(6) < 3, way, -way)
        g[rng.choice(np.flatnonzero(last))] = 0.0
        cases.append((rng.normal(0, 3, 6), rng.uniform(0.05, 0.5, 6), last, g))
    return [*cases, *pairs, *begun]


rprop = Question(
    "03.rprop_step", rprop_step, draw=_rprop_inputs, parts=("x", "rate"),
    slips=of_state("rprop_step", "x", "rate") + """
agree = np → agree = -np
    Longer and shorter have changed places: when the sign stays, trust the direction.
0.5 * rate → rate  # The rates only grow. What happens when the sign flips?
1.2 * rate → rate  # The rates only shrink. What happens when the sign stays?
rate = np → old, rate = rate, np
rate * np.sign(g), → old * np.sign(g),
    The rates are new, but the step was taken with the old ones.
np.sign(g), → g,  # The size of the gradient is in the step. Rprop uses its sign alone.
return x - → return x +  # Up the hill: the step goes along the sign of the gradient.
np.sign(g), → last,  # The step follows the last sign. It is the new one that says where down is.
np.sign(g) * last → np.where(np.sign(g) @ last > 0, 1, -1)
    All rates change together. Each coordinate should ask its own sign.
np.sign(g) * last → np.where(np.sign(g) == last, 1, -1)
    You ask whether the signs are equal: 0 and 0 are, and 0 and 1 are no flip. What is their
    product?
np.sign(g) * last → np.where(np.sign(g) == last, 1, -1) * (g != 0)
    Where there was no sign before, your rate is halved. From 0 to 1 is no flip.
x - rate → x - (last != 0) * rate  # You take no step where `last` is 0. It is the rate that stays.
agree > 0 → (agree > 0) | (g == 0) & (last == 0)
    Level ground twice counts as agreement. A sign is 0, before or now: the rate stays.
agree < 0 → agree <= 0  # A sign of 0 counts as a flip. On level ground the rate should stay.
agree > 0 → agree >= 0
    A sign of 0 counts as agreement. On level ground the rate should stay as it is.
np.where(agree > 0 → np.clip(np.where(agree > 0
rate)) → rate)), 1e-6, 50)
    The rates have bounds, 1e-6 and 50 or so, as in PyTorch. Here they have none.
1.2 * rate → rate + 0.2
0.5 * rate → rate - 0.5  # You add 0.2 and take 0.5 away. The factors multiply.
""")  # fmt: skip


def own_rates(g, lr, eps):
    return lr / (np.sqrt(np.mean(np.square(g), axis=0)) + eps)


def _histories(rng):
    """Gradients of three sizes; then a parameter that moves rarely and one that never does."""
    scale = np.array([0.1, 1.0, 30.0])
    rare = np.array([[0, 3, 0], [0, -1, 2], [0, 4, 0], [0, -2, 0]])
    some = [
        (scale * rng.normal(0.5, 1, (n, 3)), float(rng.uniform(0.05, 0.5)), eps)
        for n, eps in ((7, 0.1), (4, 0.01), (12, 0.5), (1, 0.1))
    ]
    return [*some, (rare, 0.2, 0.1), (rare.astype(float), 0.2, 1e-8)]


own = Question("03.own_rates", own_rates, draw=_histories, where=_for_parameter, slips="""
np.sqrt( → (  # The root is missing: you divide by the mean of squares itself.
np.mean → np.sum  # That is the sum of squares, which grows with every step. A mean is asked for.
axis=0)) + eps → axis=0) + eps)  # ε stands inside the root. Here it is added after it.
(np.sqrt → np.maximum(np.sqrt
+ eps → , eps  # ε is a floor in your denominator. It should be added to the root.
axis=0) → axis=0) * len(g) / np.maximum(np.count_nonzero(g, axis=0), 1)
    A gradient of 0 is left out of your mean. It counts too: rare gradients make it small.
+ eps →  # ε is missing: a parameter that was never moved would divide by zero.
(np.sqrt → np.sqrt
+ eps) → + eps  # ε is added to the rate: are there brackets around the denominator?
right(g, 1, eps)  # There is no learning rate in your rates.
, axis=0) → ) * np.ones(3)
    One rate for all: the mean runs over the parameters too. Which axis are the steps?
axis=0 → axis=1  # One rate for each step came back: the mean runs along the other axis.
np.sqrt( → (
np.square → np.abs
    You take the mean of the sizes. Squares first: they weigh large gradients more.
np.mean(np.square(g) → np.var(g
    The gradients' mean is taken off first: that is their spread. Here their size is meant.
np.mean(np.square(g), axis=0) → np.square(np.mean(g, axis=0))
    The mean comes before the square, and gradients cancel.
lr / →  # The denominators came back. The learning rate is to be divided by them.
lr / → lr *  # You multiply by the root. Wild gradients should make a parameter careful.
np.mean(np.square(g), axis=0) → np.square(g[-1])
    Only the last gradient counts. The whole history is given.
""")  # fmt: skip


def largest_rate(lr, eps, inside):
    return lr / (np.sqrt(eps) if inside else eps)


def _places(rng):
    return [
        (float(lr), eps, inside)
        for lr in rng.uniform(0.001, 0.5, 3)
        for eps in (1e-4, 0.04, 1e-8)
        for inside in (True, False)
    ]


bug_hunt = Question(
    "03.bug_hunt", largest_rate, draw=_places,
    where=lambda i, args: "for lr = {:.3g}, eps = {:g}, inside = {}".format(*args), slips="""
if inside → if not inside  # The two places have changed: inside the root, ε is rooted too.
np.sqrt(eps) if inside else →  # That is right for ε outside the root, in both cases.
if inside else eps →  # That is right for ε inside the root, in both cases.
lr / →  # That is the smallest denominator. The rate is divided by it.
right(1, eps, inside)  # The learning rate is missing.
lr / → lr *  # You multiply by the denominator.
lr / (np.sqrt(eps) → (np.sqrt(lr / eps)
else eps → else lr / eps  # The rate stands under the root as well.
np.sqrt(eps) → eps**2  # You square ε inside the root's place: √ε is larger than ε, not smaller.
right(lr, 1 + eps, inside)  # v is 1 in your answer. The rate is largest where v is 0.
""")  # fmt: skip

QUESTIONS = (warm_up, sign, rprop, own, bug_hunt)
