"""Exercise 04: questions on AdaGrad and its decay, and the ways in which they go wrong."""

import numpy as np

from course_lib.checks.judge import Question

from .shared import after_step, gradients, in_state, known, path_mistakes, state_mistakes

__all__ = ["QUESTIONS"]


def _states(rng):
    """Drawn ones; the first step, with a root below ε and a gradient of 0; whole numbers."""
    x, g = rng.normal(0, 3, 3), np.array([0.05, 0.0, -2.0])
    fixed = [
        (x, np.zeros(3), g, 0.3, 0.1),
        (np.array([-5, 3, 2]), np.array([4, 0, 1]), np.array([2, 0, -3]), 0.8, 0.1),
        (np.array([-5.0, -2.0]), np.zeros(2), np.array([-5.0, -8.0]), 0.8, 1e-10),
    ]
    return fixed + [
        (
            rng.normal(0, 3, 3),
            rng.uniform(0.5, 6, 3),
            gradients(rng, 3),
            float(rng.uniform(0.1, 0.6)),
            eps,
        )
        for eps in (0.1, 0.02, 0.3)
    ]


def _step(x, v, g, lr, eps):
    v = v + g**2
    return np.array([x - lr * g / (np.sqrt(v) + eps), v])


def _streams(rng):
    some = [np.append(rng.uniform(0.5, 3), rng.normal(0, 1.5, n)) for n in (5, 9)]
    fixed = [[-1.0, 0.0, 2.0, 0.5], [-2, 0, 1, 3], [3.0], 0.9 ** np.arange(1000)]
    return [(some[0],), (some[1],), *((np.array(g),) for g in fixed)]


def _left(g):
    return np.abs(g[0]) / np.sqrt(np.sum(g**2))


def _walks(rng):
    """One step and many: the notebook asks for 10 000, at a rate and at a distance."""
    some = zip(rng.uniform(0.1, 2, 5), (2, 7, 40, 300, 10_000), strict=True)
    return [*((float(lr), int(n)) for lr, n in some), (0.5, 1), (3, 5), (100, 10_000)]


def _harmonic(steps, power=0.5):
    return np.sum(np.arange(1.0, steps + 1) ** -power)


def _runs(rng):
    """Drawn ones, whole numbers with zeros among them, and the steady slope of the notebook."""
    whole = np.array([[1, 0, -2], [3, 0, 1], [0, 4, 1], [-1, 1, 0]])
    return [
        (rng.normal(0, 3, 2), rng.normal(0, 1.5, (n, 2)) + 0.3, float(rng.uniform(0.1, 1)), 0.1)
        for n in (4, 9, 6)
    ] + [(np.array([-5, 3, 2]), whole, 0.5, 0.1), (np.zeros(1), np.ones((5, 1)), 1.0, 0.0)]


def _path(x0, g, lr, eps, power=2, keep=1.0, root=None, late=False, below=None):
    x, v, path = x0, np.zeros_like(x0), [x0]
    below = below or (lambda v, eps: v ** (root or 1 / power) + eps)
    for now in g:
        old, v = v, keep * v + np.abs(now) ** power
        x = x - lr * now / below(old if late else v, eps)
        path.append(x)
    return np.array(path)


warm_up = Question("04.warm_up", lambda: 0.05)
known(
    warm_up,
    {
        "That is 1 over the sum. The root of the sum divides.": lambda: 1 / 400,
        "The sum after 400 steps is 400. What is its root, and what divides what?": lambda: 20,
        "A mean of squares would stay at 1. AdaGrad adds.": lambda: 1.0,
        "That is the sum itself. The rate is divided by its root.": lambda: 400,
        "That is √(1/20): the root was taken twice.": lambda: 400**-0.25,
    },
)

step = Question("04.adagrad_step", _step, _states, where=in_state("x", "v"), in_place=True)
state_mistakes(step, "x", "v")
known(
    step,
    {
        "Uphill: the step should go against the gradient.": (
            lambda x, v, g, lr, eps: np.array([x + lr * g / (np.sqrt(v + g**2) + eps), v + g**2])
        ),
        "The step is taken with the old sum, and the new square is added too late.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / (np.sqrt(v) + eps), v + g**2])
        ),
        "The root is missing: you divide by the sum of squares itself.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / (v + g**2 + eps), v + g**2])
        ),
        "ε stands inside the root. Here it is added after the root.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / np.sqrt(v + g**2 + eps), v + g**2])
        ),
        "ε is left out: with a gradient of 0 and an empty sum you would divide 0 by 0.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / np.sqrt(v + g**2), v + g**2])
        ),
        "ε is a floor in your root. It should be added to it.": (
            lambda x, v, g, lr, eps: np.array(
                [x - lr * g / np.maximum(np.sqrt(v + g**2), eps), v + g**2]
            )
        ),
        "The rate is missing in AdaGrad's step.": lambda x, v, g, lr, eps: _step(x, v, g, 1.0, eps),
        "The gradient is missing in your step: the rate alone stands above the bar.": (
            lambda x, v, g, lr, eps: np.array([x - lr / (np.sqrt(v + g**2) + eps), v + g**2])
        ),
        "The size of the gradient is in your step, and its direction is lost.": (
            lambda x, v, g, lr, eps: np.array(
                [x - lr * np.abs(g) / (np.sqrt(v + g**2) + eps), v + g**2]
            )
        ),
        "That is RMSProp's average, with ρ = 0.9: it forgets. AdaGrad's sum keeps all.": (
            lambda x, v, g, lr, eps: (lambda v: np.array([x - lr * g / (np.sqrt(v) + eps), v]))(
                0.9 * v + 0.1 * g**2
            )
        ),
        "ε is added to the position, outside the fraction: mind the brackets.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / np.sqrt(v + g**2) + eps, v + g**2])
        ),
        "The sum forgets what was before: v is the last square alone.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / (np.abs(g) + eps), g**2])
        ),
        "The gradient is added, not its square. Signs cancel in such a sum.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / (np.sqrt(v + g) + eps), v + g])
        ),
        "The sizes are added, not the squares.": (
            lambda x, v, g, lr, eps: np.array(
                [x - lr * g / (np.sqrt(v + np.abs(g)) + eps), v + np.abs(g)]
            )
        ),
        "The squares of all coordinates go into one sum. Each has a sum of its own.": (
            lambda x, v, g, lr, eps: np.array(
                [x - lr * g / (np.sqrt(v + np.sum(g**2)) + eps), v + np.sum(g**2)]
            )
        ),
        "Half of the old and half of the new: that is an average, and it forgets. AdaGrad adds.": (
            lambda x, v, g, lr, eps: np.array(
                [x - lr * g / (np.sqrt((v + g**2) / 2) + eps), (v + g**2) / 2]
            )
        ),
        "Every step has the sign of the gradient, and its size is lost: g is missing above the "
        "fraction bar.": lambda x, v, g, lr, eps: np.array(
            [x - lr * np.sign(g) / (np.sqrt(v + g**2) + eps), v + g**2]
        ),
        "The step is right, but the old sum came back: nothing would ever be remembered.": (
            lambda x, v, g, lr, eps: np.array([x - lr * g / (np.sqrt(v + g**2) + eps), v])
        ),
    },
)

left = Question(
    "04.rate_left",
    _left,
    _streams,
    where=lambda i, args: (
        f"for g = {np.array2string(args[0], precision=2, threshold=12, separator=', ')}"
    ),
)
known(
    left,
    {
        "The root is missing: this is the share of the squares.": (
            lambda g: g[0] ** 2 / np.sum(g**2)
        ),
        "Upside down: what is left is at most 1.": lambda g: 1 / _left(g),
        "That is the rate in the end. Compare it with the first one.": lambda g: (
            1 / np.sqrt(np.sum(g**2))
        ),
        "You take 1/√n, as if all gradients were alike.": lambda g: 1 / np.sqrt(len(g)),
        "That compares the last gradient with the sum. The first one made the first rate.": (
            lambda g: np.abs(g[-1]) / np.sqrt(np.sum(g**2))
        ),
        "The sign of the first gradient is in it. A rate is positive.": (
            lambda g: g[0] / np.sqrt(np.sum(g**2))
        ),
        "The mean of squares, not the sum: that one would not fall.": (
            lambda g: np.abs(g[0]) / np.sqrt(np.mean(g**2))
        ),
        "The first gradient is missing in the sum at the end.": (
            lambda g: np.abs(g[0]) / np.sqrt(np.sum(g[1:] ** 2))
        ),
        "The sum of the sizes, not the root of the sum of squares.": (
            lambda g: np.abs(g[0]) / np.sum(np.abs(g))
        ),
        "The largest gradient stands above the bar. The first one made the first rate.": (
            lambda g: np.abs(g).max() / np.sqrt(np.sum(g**2))
        ),
        "That is what was lost. Asked is what is left.": lambda g: 1 - _left(g),
        "That is a sum with signs, which may even cancel.": lambda g: np.abs(g[0] / np.sum(g)),
    },
)

travelled = Question("04.travelled", lambda lr, steps: lr * _harmonic(steps), _walks)
known(
    travelled,
    {
        "All steps are as long as the first. They become shorter.": lambda lr, steps: lr * steps,
        "All steps are as long as the last. The earlier ones were longer.": (
            lambda lr, steps: lr * np.sqrt(steps)
        ),
        "That is the length of the last step. All are to be added.": (
            lambda lr, steps: lr / np.sqrt(steps)
        ),
        "Your steps shrink like 1/k. The root is missing.": lambda lr, steps: (
            lr * _harmonic(steps, 1)
        ),
        "2√n is a good estimate for many steps, and too long. Add the steps.": (
            lambda lr, steps: 2 * lr * np.sqrt(steps)
        ),
        "One step too few: the first has k = 1, the last k = n.": (
            lambda lr, steps: lr * _harmonic(steps - 1)
        ),
        "One step too many: the first has k = 1, the last k = n.": (
            lambda lr, steps: lr * _harmonic(steps + 1)
        ),
        "The rate is missing.": lambda lr, steps: _harmonic(steps),
        "The first step is missing: you begin with 1/√2.": lambda lr, steps: (
            lr * (_harmonic(steps) - 1)
        ),
        "You add roots instead of dividing by them.": lambda lr, steps: lr * _harmonic(steps, -0.5),
        "You divide by the rate. A larger one goes farther.": lambda lr, steps: (
            _harmonic(steps) / lr
        ),
    },
)

needed = Question(
    "04.rate_for",
    lambda distance, steps: distance / _harmonic(steps),
    _walks,
)
known(
    needed,
    {
        "As if all steps were as long as the first: too small a rate.": (
            lambda distance, steps: distance / steps
        ),
        "As if all steps were as long as the last.": lambda distance, steps: (
            distance / np.sqrt(steps)
        ),
        "2√n stands for the sum. It is an estimate; your function `travelled` has the sum.": (
            lambda distance, steps: distance / (2 * np.sqrt(steps))
        ),
        "You multiply. The farther one step of rate 1 goes, the smaller the rate.": (
            lambda distance, steps: distance * _harmonic(steps)
        ),
        "Upside down: how far is it, and how far does a rate of 1 go?": (
            lambda distance, steps: _harmonic(steps) / distance
        ),
        "That is how far a rate of 1 goes. And how large must it be?": (
            lambda distance, steps: _harmonic(steps)
        ),
        "Your steps shrink like 1/k. AdaGrad takes the root.": (
            lambda distance, steps: distance / _harmonic(steps, 1)
        ),
        "As if there were one step less.": lambda distance, steps: distance / _harmonic(steps - 1),
        "As if there were one step more.": lambda distance, steps: distance / _harmonic(steps + 1),
    },
)

bug_hunt = Question("04.bug_hunt", _path, _runs, where=after_step)
path_mistakes(bug_hunt, "adagrad_path")
known(
    bug_hunt,
    {
        "The bug is still in: the sum begins anew at every step, and only the sign is left.": (
            lambda x0, g, lr, eps: _path(x0, g, lr, eps, keep=0.0)
        ),
        "The path climbs: mind the sign before the rate.": (
            lambda x0, g, lr, eps: 2 * x0 - _path(x0, g, lr, eps)
        ),
        "The sum leaks: a tenth is lost at each step. That is for the next lesson.": (
            lambda x0, g, lr, eps: _path(x0, g, lr, eps, keep=0.9)
        ),
        "Sizes are added, not squares, and no root is taken.": (
            lambda x0, g, lr, eps: _path(x0, g, lr, eps, power=1)
        ),
        "Your step uses the sum as it was before. Add the new square first.": (
            lambda x0, g, lr, eps: _path(x0, g, lr, eps, late=True)
        ),
        "No root is taken of the sum.": lambda x0, g, lr, eps: _path(x0, g, lr, eps, root=1),
        "ε is left out of the denominator.": lambda x0, g, lr, eps: _path(x0, g, lr, 0.0),
        "ε stands inside the root of your path. In AdaGrad it is added after it.": (
            lambda *a: _path(*a, below=lambda v, eps: np.sqrt(v + eps))
        ),
        "ε is a floor on your path. It should be added to the root.": (
            lambda *a: _path(*a, below=lambda v, eps: np.maximum(np.sqrt(v), eps))
        ),
        "The rate is missing on your path.": lambda x0, g, lr, eps: _path(x0, g, 1.0, eps),
        "One position too many: the start, and one for each row. Is the start noted twice?": (
            lambda x0, *a: np.array([x0, *_path(x0, *a)])
        ),
        "Each step begins at the start again: is x kept from one round to the next?": (
            lambda x0, g, lr, eps: np.array([x0, *(x0 + np.diff(_path(x0, g, lr, eps), axis=0))])
        ),
        "The first gradient is used at every step.": (
            lambda x0, g, lr, eps: _path(x0, np.broadcast_to(g[0], g.shape), lr, eps)
        ),
        "The gradients are taken in reverse order.": lambda x0, g, lr, eps: _path(
            x0, g[::-1], lr, eps
        ),
    },
)

QUESTIONS = (warm_up, step, left, travelled, needed, bug_hunt)
