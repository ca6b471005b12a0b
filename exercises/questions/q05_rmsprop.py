"""Exercise 05: what each question on RMSProp asks, and the ways in which answers go wrong."""

import numpy as np

from course_lib.checks.question import Question

from .shared import gradients, of_state

__all__ = ["QUESTIONS"]

warm_up = Question("05.warm_up", 0.5, """
-0.5  # The length is right. Which way, when the gradient is negative?
0.1  # That would be the step if v were the square itself. What share of it is in v?
0.1 / np.sqrt(0.96)  # You divide by √ρ. The new square has the share 1 − ρ.
0.1 / 0.04  # You divide by 1 − ρ. Its root is below the fraction bar.
0.3 / np.sqrt(0.04)  # The gradient's size is still in it. Does it cancel?
0.1 / 0.96  # You divide by ρ. Under the bar stands a root, and the share 1 − ρ in it.
0.3 / 0.36  # You divide by v without its root.
""")  # fmt: skip


def _whole(memories=0):
    """Whole numbers, one gradient of them 0."""
    more = [np.array([1, 0, -1])] * memories
    return [np.array([-5, 3, 2]), np.array([9, 2, 4]), *more, np.array([2, 0, -3])]


def _begun(memories=0):
    """The first step: nothing is remembered, and gradients are large, small and 0."""
    x, g = np.array([-5.0, 3.0, 1.0, 2.0]), np.array([-2.0, 0.05, 0.0, 7.0])
    return [x, *np.zeros((1 + memories, 4)), g]


def _drawn(rng, memories=0):
    """x, v, what else is remembered, and g; v is well above the square of the mean m."""
    cases = []
    for _ in range(3):
        more = [rng.normal(0, 0.5, 3) for _ in range(memories)]
        cases.append([rng.normal(0, 3, 3), rng.uniform(1.5, 6, 3), *more, gradients(rng, 3)])
    return cases


def rmsprop_step(x, v, g, lr, rho, eps):
    v = rho * v + (1 - rho) * g**2
    return x - lr * g / (np.sqrt(v) + eps), v


def _plain_inputs(rng):
    x, g = rng.normal(0, 3, 3), np.append(0.05, gradients(rng, 2))  # a root below ε, too
    begun = [(x, v, g, 0.1, 0.75, 0.1) for v in (np.zeros(3), np.array([0.0, 2.0, 0.0]))]
    some = [
        (*one, float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.6, 0.95)), eps)
        for one, eps in zip(_drawn(rng), (0.1, 0.02, 0.3), strict=True)
    ]
    return [*begun, *some, (*_whole(), 0.1, 0.75, 0.1), (*_begun(), 0.2, 0.9, 1e-8)]


plain = Question(
    "05.rmsprop_step", rmsprop_step, draw=_plain_inputs, parts=("x", "v"),
    slips=of_state("rmsprop_step", "x", "v") + """
x - lr → x + lr  # The step climbs: mind the sign before the rate.
right(x, v, g, lr, 1 - rho, eps)  # ρ and 1 − ρ have changed places: the average hardly remembers.
rho * v + (1 - rho) * g**2 → v + g**2  # Nothing leaks: you add the whole square, as AdaGrad does.
(1 - rho) * g**2 → g**2
    The old leaks, but the new square goes in whole: its share 1 − ρ is missing.
v = rho → old, v = v, rho
(np.sqrt(v) → (np.sqrt(old)
    The step uses the v from before. This gradient should be in it already.
np.sqrt(v) → v  # The root is missing: a mean of squares has another unit than the gradient.
np.sqrt(v) + eps → np.sqrt(v + eps)  # ε stands inside the root, as in Keras. Here it is outside.
np.sqrt(v) + eps → np.sqrt(v)  # ε is missing: you divide by the bare root.
g**2 → g  # You average the gradient and not its square.
rho * v + (1 - rho) * g**2 → np.where(v == 0, g**2, rho * v + (1 - rho) * g**2)
    Your average starts at the first square. A v of 0 is a number like any other: the new square
    enters with 1 − ρ.
lr * g → lr
    The gradient itself is missing in the step: nothing stands above the bar but the rate.
lr * g → lr * np.abs(g)  # The size of the gradient is in the step, and its direction is lost.
x - right(*args)[0]  # That is the step alone. Return where x is after it, and v.
[right(*args)[0], v]  # x is right, and the v that came back is the one from before.
eps), v → eps), np.sqrt(v)  # x is right, and the root of v came back. The next step needs v.
right(x, v, g, lr, 0.9, eps)
    ρ is 0.9 in your step, whatever is asked for. Use the argument `rho`.
np.sqrt(v) + eps → np.maximum(np.sqrt(v), eps)
    ε is a floor in your step. It should be added to the root.
g**2 → np.sum(g**2)  # The squares of all coordinates are added into one v. Each keeps its own.
g**2 → np.abs(g)  # You average the sizes and not the squares.
g**2 → np.mean(g**2)  # All coordinates share one mean of squares. Each keeps its own.
(np.sqrt(v) + eps) → np.sqrt(v) + eps
    ε went to the position: x moves by ε at every step. Mind the brackets.
lr * g → g  # The rate is missing in the step.
""")  # fmt: skip


def momentum_step(x, v, b, g, lr, rho, momentum, eps):
    v = rho * v + (1 - rho) * g**2
    b = momentum * b + lr * g / (np.sqrt(v) + eps)
    return x - b, v, b


def _momentum_inputs(rng):
    some = [  # ρ is none of the μ
        (*one, float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.75, 0.85)), mu, 0.1)
        for one, mu in zip(_drawn(rng, 1), (0.9, 0.5, 0.7), strict=True)
    ]
    return [*some, (*_whole(1), 0.1, 0.75, 0.5, 0.1), (*_begun(1), 0.2, 0.75, 0.9, 0.1)]


momentum = Question(
    "05.momentum_step", momentum_step, draw=_momentum_inputs, parts=("x", "v", "b"),
    slips=of_state("momentum_step", "x", "v", "b") + """
+ lr * g → - lr * g  # The momentum climbs: the scaled gradient enters b with the wrong sign.
x - b → x + b  # The buffer is added to x. Its step goes downhill, so it is subtracted.
lr * g → (1 - momentum) * lr * g
    The new share enters with 1 − μ: that is an average, as Adam has it. Here it enters whole.
momentum * b + →  # The buffer forgets everything: what was in b is not used.
momentum * b → b  # Nothing of b fades: μ is missing before it.
b = momentum → old, b = b, momentum
x - b → x - old  # x moves by the old b: the new one has to be ready first.
/ (np.sqrt(v) + eps) →  # The gradient goes into b unscaled. Divide first, then collect.
x - b → x - lr * b  # The rate acts twice: in the buffer, and again when x moves.
lr * g → g  # The rate is missing: b collects steps of rate 1.
lr * g → g
x - b → x - lr * b  # The rate stands outside the buffer. Here it goes in with each gradient.
+ lr * g → - lr * g
x - b → x + b  # A step in b has the other sign: collect what is subtracted from x.
momentum * b → rho * b  # The buffer decays with ρ. It has a μ of its own.
/ (np.sqrt(v) + eps) →
x - b → x - b / (np.sqrt(v) + eps)
    The buffer is divided when x moves, the old steps in it too. Divide what goes in.
np.sqrt(v) + eps → np.sqrt(v + eps)
    ε stands inside the root of what goes into b. Here it is outside.
np.sqrt(v) + eps → np.maximum(np.sqrt(v), eps)
    ε is a floor in what goes into b. It should be added to the root.
rho * v + (1 - rho) → (1 - rho) * v + rho  # ρ and 1 − ρ have changed places in v.
(1 - rho) * g**2 → g**2  # The new square goes into v whole: its share 1 − ρ is missing.
right(x, v, b, g, lr, 0.9, momentum, eps)
    ρ is 0.9 in your v, whatever is asked for. Use the argument `rho`.
right(x, v, b, g, lr, rho, 0.9, eps)
    μ is 0.9 in your buffer, whatever is asked for. Use the argument `momentum`.
(np.sqrt(v) + eps) → np.sqrt(v)  # ε is missing in what goes into b.
np.sqrt(v) → v  # What goes into b is divided by v, and not by its root.
[right(*args)[0], v, right(*args)[2]]  # x is right, and the old v came back.
[*right(*args)[:2], b]
    x is right, and the old b came back: the next step will not know of this one.
right(x, v, b, g, lr, momentum, rho, eps)  # ρ and μ have changed places.
v = rho → old, v = v, rho
np.sqrt(v) → np.sqrt(old)  # The scaling uses the old v: this gradient's square is not in it yet.
lr * g / (np.sqrt(v) + eps) → g
x - b → x - lr * b / (np.sqrt(v) + eps)
    The whole buffer is divided by the root, the old steps too: they were divided before.
""")  # fmt: skip


def centered_step(x, v, m, g, lr, rho, eps):
    v = rho * v + (1 - rho) * g**2
    m = rho * m + (1 - rho) * g
    spread = np.maximum(v - m**2, 0)
    return x - lr * g / (np.sqrt(spread) + eps), v, m


def _centered_inputs(rng):
    cases = [
        (*one, float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.6, 0.95)), 0.1)
        for one in _drawn(rng, 1)
    ]
    cases += [(*_whole(1), 0.1, 0.75, 0.1), (*_begun(1), 0.2, 0.75, 0.1)]
    x, steady = np.array([1.0, -1.0, 2.0]), np.array([0.3, 0.7, 1.1])
    for spread in ([-1e-3, -1e-3, -1e-3], [-1e-3, 1.5, 1e-4]):  # below zero, as by rounding
        cases.append((x, steady**2 + spread, steady, steady.copy(), 0.2, 0.9, 0.1))
    return cases


centered = Question(
    "05.centered_step", centered_step, draw=_centered_inputs, parts=("x", "v", "m"),
    slips=of_state("centered_step", "x", "v", "m") + """
np.maximum(v - m**2, 0) → v - m**2
    v − m² can be below zero in the last digits, and its root is no number: hold it at 0 before the
    root is taken.
np.maximum(v - m**2, 0) → np.abs(v - m**2)
    The size is taken where the clamp should be: a negative v − m² becomes 0, not positive.
np.maximum(v - m**2, 0) → v  # m is not used: that is the plain step.
v - m**2 → v - m  # The mean is taken off without its square: the units differ.
m**2, 0) → m**2, 1e-12)  # You hold v − m² at a small number. Hold it at 0, ε does the rest.
m**2, 0) → m**2, eps)  # ε holds v − m² from below. Hold it at 0, and add ε to the root.
m = rho → old, m = m, rho
m**2 → old**2  # The spread is taken with the m from before: this gradient is missing in it.
lr * g → lr * m  # m stands above the fraction bar. It is g that moves x; m is for the spread.
eps), v → eps), spread  # The spread came back as v. The next step needs v itself.
v - m**2 → v + m**2  # You add the square of the mean. The spread is smaller than the size.
rho * m + (1 - rho) * g → g  # The mean m remembers nothing: it is the last gradient.
rho * m + (1 - rho) * g → rho * m + g
    The mean m adds the gradients whole: its share 1 − ρ is missing.
rho * m + (1 - rho) * g → m  # The mean m is that of before: this gradient is missing in it.
m + (1 - rho) * g → m + (1 - rho) * np.abs(g)
    The mean m averages sizes. Signs have to count, or it is no mean of the gradients.
right(x, v, m, g, lr, 1 - rho, eps)  # The shares ρ and 1 − ρ have changed places in both averages.
rho * v + (1 - rho) → (1 - rho) * v + rho  # ρ and 1 − ρ have changed places in v, and not in m.
rho * m + (1 - rho) → (1 - rho) * m + rho  # ρ and 1 − ρ have changed places in m, and not in v.
right(x, v, m, g, lr, 0.9, eps)
    ρ is 0.9 in both averages, whatever is asked for. Use the argument `rho`.
np.sqrt(spread) + eps → np.sqrt(spread + eps)
    ε stands inside the root of the spread. Here it is added after it.
np.sqrt(spread) + eps → np.maximum(np.sqrt(spread), eps)
    ε is a floor under the root of the spread. It should be added to the root.
(np.sqrt(spread) + eps) → np.sqrt(spread)
    ε is missing below the centered step: where the spread is 0, you divide by 0.
x - lr → x + lr  # The centered step climbs: mind the sign before the rate.
np.sqrt(spread) → spread  # The spread itself divides, without its root.
""")  # fmt: skip


def first_root(params, g, rho):
    return np.sqrt((1 - rho) * np.square(g))


def _seeds(rng):
    return [
        (rng.normal(0, 300, 4), rng.normal(0, 0.01, 4), float(rho))
        for rho in (*rng.uniform(0.8, 0.95, 2), 0.9)
    ] + [(np.array([200, -200, 0, 3]), np.array([1, -2, 3, 0]), 0.9)]


bug_hunt = Question(
    "05.bug_hunt", first_root, draw=_seeds, where=lambda i, args: f"for parameter {i[0] + 1}",
    slips="""
(1 - rho) → 1e-6 * rho * params + (1 - rho)
    The bug is still in: negative parameters make the sum under the root negative.
(1 - rho) → 1e-6 * rho * np.abs(params) + (1 - rho)
    No longer negative, but the start still depends on the parameters. Start from nothing.
(1 - rho) → 1e-6 * rho * params**2 + (1 - rho)
    The start is the square of a parameter: positive, and still none of its business.
(1 - rho) → rho + (1 - rho)
    A start at 1 is another convention: it makes the first steps tiny. Here it is 0.
(1 - rho) → 1e-6 * rho + (1 - rho)  # A start at 1e-6 for all is safe, but the question says 0.
right(*args) + 1e-8  # ε is in it. Asked is the bare root.
np.sqrt →  # The root is missing in what you return.
(1 - rho) * np.square(g) → np.square(g)
    That is |g|: the share 1 − ρ of the first square is missing, or your seed is g², not 0.
(1 - rho) → rho  # The first square enters with ρ instead of 1 − ρ.
right(params, g, 0.9)  # ρ is 0.9 in your root, whatever is asked for. Use the argument `rho`.
np.square(g) → np.full(4, np.mean(np.square(g)))
    One number for all parameters: each has its own v.
(1 - rho) * np.square(g) → np.maximum(1e-6 * rho * params + (1 - rho) * np.square(g), 0)
    A negative sum is held at 0, which hides the bug: the start is still wrong where it is positive.
""")  # fmt: skip

QUESTIONS = (warm_up, plain, momentum, centered, bug_hunt)
