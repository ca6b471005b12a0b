"""Exercise 04: questions on AdaGrad and its decay, and the ways in which they go wrong."""

import numpy as np

from course_lib.checks.question import Question

from .shared import after_step, gradients, of_path, of_state

__all__ = ["QUESTIONS"]

warm_up = Question("04.warm_up", 0.05, """
1 / 400  # That is 1 over the sum. The root of the sum divides.
20  # The sum after 400 steps is 400. What is its root, and what divides what?
1.0  # A mean of squares would stay at 1. AdaGrad adds.
400  # That is the sum itself. The rate is divided by its root.
400**-0.25  # That is √(1/20): the root was taken twice.
""")  # fmt: skip


def adagrad_step(x, v, g, lr, eps):
    v = v + g**2
    return x - lr * g / (np.sqrt(v) + eps), v


def _states(rng):
    """The first step, with a root below ε and a gradient of 0; whole numbers; drawn ones."""
    begun = (rng.normal(0, 3, 3), np.zeros(3), np.array([0.05, 0.0, -2.0]), 0.3, 0.1)
    whole = (np.array([-5, 3, 2]), np.array([4, 0, 1]), np.array([2, 0, -3]), 0.8, 0.1)
    bowl = (np.array([-5.0, -2.0]), np.zeros(2), np.array([-5.0, -8.0]), 0.8, 1e-10)
    cases = [begun, whole, bowl]
    for eps in (0.1, 0.02, 0.3):
        x, v, g = rng.normal(0, 3, 3), rng.uniform(0.5, 6, 3), gradients(rng, 3)
        cases.append((x, v, g, float(rng.uniform(0.1, 0.6)), eps))
    return cases


step = Question(
    "04.adagrad_step", adagrad_step, draw=_states, parts=("x", "v"),
    slips=of_state("adagrad_step", "x", "v") + """
x - lr → x + lr  # Uphill: the step should go against the gradient.
v = v → old, v = v, v
np.sqrt(v → np.sqrt(old  # The step is taken with the old sum, and the new square is added too late.
np.sqrt( → (  # The root is missing: you divide by the sum of squares itself.
np.sqrt(v) + eps → np.sqrt(v + eps)  # ε stands inside the root. Here it is added after the root.
+ eps →  # ε is left out: with a gradient of 0 and an empty sum you would divide 0 by 0.
np.sqrt(v) + eps → np.maximum(np.sqrt(v), eps)
    ε is a floor in your root. It should be added to it.
right(x, v, g, 1, eps)  # The rate is missing in AdaGrad's step.
lr * g → lr  # The gradient is missing in your step: the rate alone stands above the bar.
lr * g → lr * np.abs(g)  # The size of the gradient is in your step, and its direction is lost.
v + g**2 → 0.9 * v + 0.1 * g**2
    That is RMSProp's average, with ρ = 0.9: it forgets. AdaGrad's sum keeps all.
(np.sqrt(v) + eps) → np.sqrt(v) + eps
    ε is added to the position, outside the fraction: mind the brackets.
v + g**2 → g**2  # The sum forgets what was before: v is the last square alone.
g**2 → g  # The gradient is added, not its square. Signs cancel in such a sum.
g**2 → np.abs(g)  # The sizes are added, not the squares.
g**2 → np.sum(g**2)  # The squares of all coordinates go into one sum. Each has a sum of its own.
v + g**2 → (v + g**2) / 2
    Half of the old and half of the new: that is an average, and it forgets. AdaGrad adds.
lr * g → lr * np.sign(g)
    Every step has the sign of the gradient, and its size is lost: g is missing above the fraction
    bar.
[right(*args)[0], v]
    The step is right, but the old sum came back: nothing would ever be remembered.
""")  # fmt: skip


def rate_left(g):
    return np.abs(g[0]) / np.sqrt(np.sum(np.square(g)))


def _streams(rng):
    some = [np.append(rng.uniform(0.5, 3), rng.normal(0, 1.5, n)) for n in (5, 9)]
    fixed = [[-1.0, 0.0, 2.0, 0.5], [-2, 0, 1, 3], [3.0], 0.9 ** np.arange(1000)]
    return [(np.array(g),) for g in [*some, *fixed]]


def _for_stream(index, args):
    return f"for g = {np.array2string(args[0], precision=2, threshold=12, separator=', ')}"


left = Question("04.rate_left", rate_left, draw=_streams, where=_for_stream, slips="""
right(g) ** 2  # The root is missing: this is the share of the squares.
1 / right(g)  # Upside down: what is left is at most 1.
np.abs(g[0]) → 1  # That is the rate in the end. Compare it with the first one.
right(np.ones(len(g)))  # You take 1/√n, as if all gradients were alike.
g[0] → g[-1]  # That compares the last gradient with the sum. The first one made the first rate.
np.abs(g[0]) → g[0]  # The sign of the first gradient is in it. A rate is positive.
np.sum → np.mean  # The mean of squares, not the sum: that one would not fall.
np.square(g) → np.square(g[1:])  # The first gradient is missing in the sum at the end.
np.sqrt( → (
np.square( → np.abs(  # The sum of the sizes, not the root of the sum of squares.
np.abs(g[0]) → np.abs(g).max()
    The largest gradient stands above the bar. The first one made the first rate.
1 - right(g)  # That is what was lost. Asked is what is left.
np.sqrt( → np.abs(
np.square(g) → g  # That is a sum with signs, which may even cancel.
""")  # fmt: skip


def travelled(lr, steps):
    return sum(lr / np.sqrt(k) for k in range(1, steps + 1))


def _walks(rng):
    """One step and many: the notebook asks for 10 000, at a rate and at a distance."""
    some = zip(rng.uniform(0.1, 2, 5), (2, 7, 40, 300, 10_000), strict=True)
    return [*((float(lr), steps) for lr, steps in some), (0.5, 1), (3, 5), (100, 10_000)]


way = Question("04.travelled", travelled, draw=_walks, slips="""
np.sqrt(k) → 1  # All steps are as long as the first. They become shorter.
np.sqrt(k) → np.sqrt(steps)  # All steps are as long as the last. The earlier ones were longer.
range(1, → range(steps,  # That is the length of the last step. All are to be added.
np.sqrt(k) → k  # Your steps shrink like 1/k. The root is missing.
sum(lr / np.sqrt(k) for k in range(1, steps + 1)) → 2 * lr * np.sqrt(steps)
    2√n is a good estimate for many steps, and too long. Add the steps.
steps + 1 → steps  # One step too few: the first has k = 1, the last k = n.
steps + 1 → steps + 2  # One step too many: the first has k = 1, the last k = n.
right(1, steps)  # The rate is missing.
range(1, → range(2,  # The first step is missing: you begin with 1/√2.
lr / → lr *  # You add roots instead of dividing by them.
right(1 / lr, steps)  # You divide by the rate. A larger one goes farther.
""")  # fmt: skip


def rate_for(distance, steps):
    return distance / travelled(1.0, steps)


needed = Question("04.rate_for", rate_for, draw=_walks, slips="""
travelled(1.0, steps) → steps  # As if all steps were as long as the first: too small a rate.
travelled(1.0, steps) → np.sqrt(steps)  # As if all steps were as long as the last.
travelled(1.0, steps) → (2 * np.sqrt(steps))
    2√n stands for the sum. It is an estimate; your function `travelled` has the sum.
distance / → distance *  # You multiply. The farther one step of rate 1 goes, the smaller the rate.
1 / right(distance, steps)  # Upside down: how far is it, and how far does a rate of 1 go?
distance / →  # That is how far a rate of 1 goes. And how large must it be?
travelled(1.0, steps) → sum(1 / k for k in range(1, steps + 1))
    Your steps shrink like 1/k. AdaGrad takes the root.
right(np.float64(distance), steps - 1)  # As if there were one step less.
right(distance, steps + 1)  # As if there were one step more.
""")  # fmt: skip


def adagrad_path(x0, g, lr, eps):
    x, v, path = x0, np.zeros_like(x0), [x0]
    for now in g:
        x, v = adagrad_step(x, v, now, lr, eps)
        path.append(x)
    return np.array(path)


def _runs(rng):
    """Drawn ones, whole numbers with zeros among them, and the steady slope of the notebook."""
    whole = np.array([[1, 0, -2], [3, 0, 1], [0, 4, 1], [-1, 1, 0]])
    return [
        (rng.normal(0, 3, 2), rng.normal(0, 1.5, (n, 2)) + 0.3, float(rng.uniform(0.1, 1)), 0.1)
        for n in (4, 9, 6)
    ] + [(np.array([-5, 3, 2]), whole, 0.5, 0.1), (np.zeros(1), np.ones((5, 1)), 1.0, 0.0)]


bug_hunt = Question(
    "04.bug_hunt", adagrad_path, draw=_runs, where=after_step,
    slips=of_path("adagrad_path") + """
v, now → 0, now
    The bug is still in: the sum begins anew at every step, and only the sign is left.
right(x0, g, -lr, eps)  # The path climbs: mind the sign before the rate.
v, now → 0.9 * v, now  # The sum leaks: a tenth is lost at each step. That is for the next lesson.
adagrad_step(x, v, now, lr, eps) → (x - lr * now / (v + np.abs(now) + eps), v + np.abs(now))
    Sizes are added, not squares, and no root is taken.
adagrad_step(x, v, now, lr, eps) → (x - lr * now / (np.sqrt(v) + eps), v + now**2)
    Your step uses the sum as it was before. Add the new square first.
adagrad_step(x, v, now, lr, eps) → (x - lr * now / (v + now**2 + eps), v + now**2)
    No root is taken of the sum.
right(x0, g, lr, 0)  # ε is left out of the denominator.
adagrad_step(x, v, now, lr, eps) → (x - lr * now / np.sqrt(v + now**2 + eps), v + now**2)
    ε stands inside the root of your path. In AdaGrad it is added after it.
x, v = adagrad_step(x, v, now, lr, eps) → v = v + now**2
append(x) → append(x := x - lr * now / np.maximum(np.sqrt(v), eps))
    ε is a floor on your path. It should be added to the root.
right(x0, g, 1, eps)  # The rate is missing on your path.
[x0] → [x0, x0]  # One position too many: the start, and one for each row. Is the start noted twice?
step(x, → step(x0,  # Each step begins at the start again: is x kept from one round to the next?
now, lr → g[0], lr  # The first gradient is used at every step.
in g → in g[::-1]  # The gradients are taken in reverse order.
""")  # fmt: skip

QUESTIONS = (warm_up, step, left, way, needed, bug_hunt)
