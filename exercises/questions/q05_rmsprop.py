"""Exercise 05: questions on RMSProp, and the ways in which they go wrong."""

import numpy as np

from course_lib.checks.judge import Question

from .shared import gradients, in_state, known, state_mistakes

__all__ = ["QUESTIONS"]


def _whole(memories=0):
    """The same in whole numbers, one gradient of them 0."""
    more = [np.array([1, 0, -1])] * memories
    return [np.array([-5, 3, 2]), np.array([9, 2, 4]), *more, np.array([2, 0, -3])]


def _begun(memories=0):
    """The first step: nothing is remembered, and gradients are large, small and 0."""
    x, g = np.array([-5.0, 3.0, 1.0, 2.0]), np.array([-2.0, 0.05, 0.0, 7.0])
    return [x, *np.zeros((1 + memories, 4)), g]


def _drawn(rng, memories=0, count=3):
    """x, v, what else is remembered, and g; v is well above the square of the mean m."""
    cases = []
    for _ in range(count):
        more = [rng.normal(0, 0.5, 3) for _ in range(memories)]
        cases.append([rng.normal(0, 3, 3), rng.uniform(1.5, 6, 3), *more, gradients(rng, 3)])
    return cases


def _plain_inputs(rng):
    eps = (0.1, 0.02, 0.3)
    x, g = rng.normal(0, 3, 3), np.append(0.05, gradients(rng, 2))  # a root below ε, too
    begun = [(x, v, g, 0.1, 0.75, 0.1) for v in (np.zeros(3), np.array([0.0, 2.0, 0.0]))]
    some = [
        (*one, float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.6, 0.95)), e)
        for one, e in zip(_drawn(rng), eps, strict=True)
    ]
    return [*begun, *some, (*_whole(), 0.1, 0.75, 0.1), (*_begun(), 0.2, 0.9, 1e-8)]


def _momentum_inputs(rng):
    some = [  # ρ is none of the μ
        (*one, float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.75, 0.85)), mu, 0.1)
        for one, mu in zip(_drawn(rng, 1), (0.9, 0.5, 0.7), strict=True)
    ]
    return [*some, (*_whole(1), 0.1, 0.75, 0.5, 0.1), (*_begun(1), 0.2, 0.75, 0.9, 0.1)]


def _centered_inputs(rng):
    cases = [
        (*one, float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.6, 0.95)), 0.1)
        for one in _drawn(rng, 1)
    ]
    cases += [(*_whole(1), 0.1, 0.75, 0.1), (*_begun(1), 0.2, 0.75, 0.1)]
    x = np.array([1.0, -1.0, 2.0])
    steady = np.array([0.3, 0.7, 1.1])  # v − m² is zero here, or less by rounding
    below = np.array([-1e-3, -1e-3, -1e-3])
    mixed = np.array([-1e-3, 1.5, 1e-4])
    return cases + [
        (x, steady**2 + spread, steady, steady.copy(), 0.2, 0.9, 0.1) for spread in (below, mixed)
    ]


def _below(v, eps):
    """What stands below the fraction bar."""
    return np.sqrt(v) + eps


def _moved(x, v, g, lr, eps, below=_below):
    """The step from an average that holds this gradient already."""
    return np.array([x - lr * g / below(v, eps), v])


def _plain(x, v, g, lr, rho, eps, below=_below):
    return _moved(x, rho * v + (1 - rho) * g**2, g, lr, eps, below)


def _momentum(x, v, b, g, lr, rho, momentum, eps, below=_below):
    v = rho * v + (1 - rho) * g**2
    b = momentum * b + lr * g / below(v, eps)
    return np.array([x - b, v, b])


def _centered(
    x, v, m, g, lr, rho, eps,
    spread=lambda v, m: np.maximum(v - m**2, 0),
    new=lambda m, g, rho: rho * m + (1 - rho) * g,
    square=lambda v, g, rho: rho * v + (1 - rho) * g**2,
    below=_below,
):  # fmt: skip
    v, m = square(v, g, rho), new(m, g, rho)
    return np.array([x - lr * g / below(spread(v, m), eps), v, m])


def _seeds(rng):
    return [
        (rng.normal(0, 300, 4), rng.normal(0, 0.01, 4), float(rho))
        for rho in (*rng.uniform(0.8, 0.95, 2), 0.9)
    ] + [(np.array([200, -200, 0, 3]), np.array([1, -2, 3, 0]), 0.9)]


def _root_after_one(params, g, rho, start=0.0):
    return np.sqrt(rho * start + (1 - rho) * g**2)


warm_up = Question("05.warm_up", lambda: 0.5)
known(
    warm_up,
    {
        "The length is right. Which way, when the gradient is negative?": lambda: -0.5,
        "That would be the step if v were the square itself. What share of it is in v?": lambda: (
            0.1
        ),
        "You divide by √ρ. The new square has the share 1 − ρ.": lambda: 0.1 / np.sqrt(0.96),
        "You divide by 1 − ρ. Its root is below the fraction bar.": lambda: 0.1 / 0.04,
        "The gradient's size is still in it. Does it cancel?": lambda: 0.3 / np.sqrt(0.04),
        "You divide by ρ. Under the bar stands a root, and the share 1 − ρ in it.": lambda: (
            0.1 / 0.96
        ),
        "You divide by v without its root.": lambda: 0.3 / 0.36,
    },
)

plain = Question("05.rmsprop_step", _plain, _plain_inputs, where=in_state("x", "v"), in_place=True)
state_mistakes(plain, "x", "v")
known(
    plain,
    {
        "The step climbs: mind the sign before the rate.": (
            lambda x, v, g, lr, rho, eps: _plain(x, v, -g, lr, rho, eps)
        ),
        "ρ and 1 − ρ have changed places: the average hardly remembers.": (
            lambda x, v, g, lr, rho, eps: _plain(x, v, g, lr, 1 - rho, eps)
        ),
        "Nothing leaks: you add the whole square, as AdaGrad does.": (
            lambda x, v, g, lr, rho, eps: _moved(x, v + g**2, g, lr, eps)
        ),
        "The old leaks, but the new square goes in whole: its share 1 − ρ is missing.": (
            lambda x, v, g, lr, rho, eps: _moved(
                x, rho * v + g**2, g, lr, eps
            )
        ),
        "The step uses the v from before. This gradient should be in it already.": (
            lambda x, v, g, lr, rho, eps: np.array(
                [x - lr * g / (np.sqrt(v) + eps), rho * v + (1 - rho) * g**2]
            )
        ),
        "The root is missing: a mean of squares has another unit than the gradient.": (
            lambda *a: _plain(*a, below=lambda v, eps: v + eps)
        ),
        "ε stands inside the root, as in Keras. Here it is outside.": (
            lambda *a: _plain(*a, below=lambda v, eps: np.sqrt(v + eps))
        ),
        "ε is missing: you divide by the bare root.": (
            lambda x, v, g, lr, rho, eps: _plain(x, v, g, lr, rho, 0.0)
        ),
        "You average the gradient and not its square.": (
            lambda x, v, g, lr, rho, eps: _moved(
                x, rho * v + (1 - rho) * g, g, lr, eps
            )
        ),
        "Your average starts at the first square. A v of 0 is a number like any other: the new "
        "square enters with 1 − ρ.": lambda x, v, g, lr, rho, eps: _moved(
            x, np.where(v == 0, g**2, rho * v + (1 - rho) * g**2), g, lr, eps
        ),
        "The gradient itself is missing in the step: nothing stands above the bar but the rate.": (
            lambda x, v, g, lr, rho, eps: (
                lambda v: np.array([x - lr / (np.sqrt(v) + eps), v])
            )(rho * v + (1 - rho) * g**2)
        ),
        "The size of the gradient is in the step, and its direction is lost.": (
            lambda x, v, g, lr, rho, eps: (
                lambda v: np.array([x - lr * np.abs(g) / (np.sqrt(v) + eps), v])
            )(rho * v + (1 - rho) * g**2)
        ),
        "That is the step alone. Return where x is after it, and v.": (
            lambda x, v, g, lr, rho, eps: x - _plain(x, v, g, lr, rho, eps)[0]
        ),
        "x is right, and the v that came back is the one from before.": (
            lambda x, v, g, lr, rho, eps: np.array([_plain(x, v, g, lr, rho, eps)[0], v])
        ),
        "x is right, and the root of v came back. The next step needs v.": (
            lambda x, v, g, lr, rho, eps: (
                lambda new: np.array([new[0], np.sqrt(new[1])])
            )(_plain(x, v, g, lr, rho, eps))
        ),
        "ρ is 0.9 in your step, whatever is asked for. Use the argument `rho`.": (
            lambda x, v, g, lr, rho, eps: _plain(x, v, g, lr, 0.9, eps)
        ),
        "ε is a floor in your step. It should be added to the root.": (
            lambda *a: _plain(*a, below=lambda v, eps: np.maximum(np.sqrt(v), eps))
        ),
        "The squares of all coordinates are added into one v. Each keeps its own.": (
            lambda x, v, g, lr, rho, eps: _moved(
                x, rho * v + (1 - rho) * np.sum(g**2), g, lr, eps
            )
        ),
        "You average the sizes and not the squares.": (
            lambda x, v, g, lr, rho, eps: _moved(
                x, rho * v + (1 - rho) * np.abs(g), g, lr, eps
            )
        ),
        "All coordinates share one mean of squares. Each keeps its own.": (
            lambda x, v, g, lr, rho, eps: _moved(
                x, rho * v + (1 - rho) * np.mean(g**2), g, lr, eps
            )
        ),
        "ε went to the position: x moves by ε at every step. Mind the brackets.": (
            lambda x, v, g, lr, rho, eps: _plain(x, v, g, lr, rho, 0.0) + np.array([[eps], [0.0]])
        ),
        "The rate is missing in the step.": (
            lambda x, v, g, lr, rho, eps: _plain(x, v, g, 1.0, rho, eps)
        ),
    },
)  # fmt: skip

momentum = Question(
    "05.momentum_step",
    _momentum,
    _momentum_inputs,
    where=in_state("x", "v", "b"),
    in_place=True,
)
state_mistakes(momentum, "x", "v", "b")
known(
    momentum,
    {
        "The momentum climbs: the scaled gradient enters b with the wrong sign.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, -g, lr, rho, mu, eps)
        ),
        "The buffer is added to x. Its step goes downhill, so it is subtracted.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda new: np.array([2 * x - new[0], new[1], new[2]])
            )(_momentum(x, v, b, g, lr, rho, mu, eps))
        ),
        "The new share enters with 1 − μ: that is an average, as Adam has it. Here it enters "
        "whole.": lambda x, v, b, g, lr, rho, mu, eps: _momentum(
            x, v, b, g, (1 - mu) * lr, rho, mu, eps
        ),
        "The buffer forgets everything: what was in b is not used.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, rho, 0.0, eps)
        ),
        "Nothing of b fades: μ is missing before it.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, rho, 1.0, eps)
        ),
        "x moves by the old b: the new one has to be ready first.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda new: np.array([x - b, new[1], new[2]])
            )(_momentum(x, v, b, g, lr, rho, mu, eps))
        ),
        "The gradient goes into b unscaled. Divide first, then collect.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda v, b: np.array([x - b, v, b])
            )(rho * v + (1 - rho) * g**2, mu * b + lr * g)
        ),
        "The rate acts twice: in the buffer, and again when x moves.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda new: np.array([x - lr * new[2], new[1], new[2]])
            )(_momentum(x, v, b, g, lr, rho, mu, eps))
        ),
        "The rate is missing: b collects steps of rate 1.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, 1.0, rho, mu, eps)
        ),
        "The rate stands outside the buffer. Here it goes in with each gradient.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda new: np.array([x - lr * new[2], new[1], new[2]])
            )(_momentum(x, v, b, g, 1.0, rho, mu, eps))
        ),
        "A step in b has the other sign: collect what is subtracted from x.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda new: np.array([x - new[2], new[1], -new[2]])
            )(_momentum(x, v, -b, g, lr, rho, mu, eps))
        ),
        "The buffer decays with ρ. It has a μ of its own.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, rho, rho, eps)
        ),
        "The buffer is divided when x moves, the old steps in it too. Divide what goes in.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda v, b: np.array([x - b / (np.sqrt(v) + eps), v, b])
            )(rho * v + (1 - rho) * g**2, mu * b + lr * g)
        ),
        "ε stands inside the root of what goes into b. Here it is outside.": (
            lambda *a: _momentum(*a, below=lambda v, eps: np.sqrt(v + eps))
        ),
        "ε is a floor in what goes into b. It should be added to the root.": (
            lambda *a: _momentum(*a, below=lambda v, eps: np.maximum(np.sqrt(v), eps))
        ),
        "ρ and 1 − ρ have changed places in v.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, 1 - rho, mu, eps)
        ),
        "The new square goes into v whole: its share 1 − ρ is missing.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda v, b: np.array([x - b, v, b])
            )(rho * v + g**2, mu * b + lr * g / (np.sqrt(rho * v + g**2) + eps))
        ),
        "ρ is 0.9 in your v, whatever is asked for. Use the argument `rho`.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, 0.9, mu, eps)
        ),
        "μ is 0.9 in your buffer, whatever is asked for. Use the argument `momentum`.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, rho, 0.9, eps)
        ),
        "ε is missing in what goes into b.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, rho, mu, 0.0)
        ),
        "What goes into b is divided by v, and not by its root.": (
            lambda *a: _momentum(*a, below=lambda v, eps: v + eps)
        ),
        "x is right, and the old v came back.": lambda x, v, b, g, lr, rho, mu, eps: (
            lambda new: np.array([new[0], v, new[2]])
        )(_momentum(x, v, b, g, lr, rho, mu, eps)),
        "x is right, and the old b came back: the next step will not know of this one.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda new: np.array([new[0], new[1], b])
            )(_momentum(x, v, b, g, lr, rho, mu, eps))
        ),
        "ρ and μ have changed places.": (
            lambda x, v, b, g, lr, rho, mu, eps: _momentum(x, v, b, g, lr, mu, rho, eps)
        ),
        "The scaling uses the old v: this gradient's square is not in it yet.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda b: np.array([x - b, rho * v + (1 - rho) * g**2, b])
            )(mu * b + lr * g / (np.sqrt(v) + eps))
        ),
        "The whole buffer is divided by the root, the old steps too: they were divided before.": (
            lambda x, v, b, g, lr, rho, mu, eps: (
                lambda v, b: np.array([x - lr * b / (np.sqrt(v) + eps), v, b])
            )(rho * v + (1 - rho) * g**2, mu * b + g)
        ),
    },
)  # fmt: skip

centered = Question(
    "05.centered_step", _centered, _centered_inputs, where=in_state("x", "v", "m"), in_place=True
)
state_mistakes(centered, "x", "v", "m")
known(
    centered,
    {
        "v − m² can be below zero in the last digits, and its root is no number: hold it at 0 "
        "before the root is taken.": lambda *a: _centered(*a, spread=lambda v, m: v - m**2),
        "The size is taken where the clamp should be: a negative v − m² becomes 0, not positive.": (
            lambda *a: _centered(*a, spread=lambda v, m: np.abs(v - m**2))
        ),
        "m is not used: that is the plain step.": lambda *a: _centered(*a, spread=lambda v, m: v),
        "The mean is taken off without its square: the units differ.": (
            lambda *a: _centered(*a, spread=lambda v, m: np.maximum(v - m, 0))
        ),
        "You hold v − m² at a small number. Hold it at 0, ε does the rest.": (
            lambda *a: _centered(*a, spread=lambda v, m: np.maximum(v - m**2, 1e-12))
        ),
        "ε holds v − m² from below. Hold it at 0, and add ε to the root.": (
            lambda x, v, m, g, lr, rho, eps: _centered(
                x, v, m, g, lr, rho, eps, spread=lambda v, m: np.maximum(v - m**2, eps)
            )
        ),
        "The spread is taken with the m from before: this gradient is missing in it.": (
            lambda x, v, m, g, lr, rho, eps: _centered(
                x, v, m, g, lr, rho, eps, spread=lambda new, _: np.maximum(new - m**2, 0)
            )
        ),
        "m stands above the fraction bar. It is g that moves x; m is for the spread.": (
            lambda x, v, m, g, lr, rho, eps: (
                lambda _, v, m: np.array(
                    [x - lr * m / (np.sqrt(np.maximum(v - m**2, 0)) + eps), v, m]
                )
            )(*_centered(x, v, m, g, lr, rho, eps))
        ),
        "The spread came back as v. The next step needs v itself.": (
            lambda *a: (
                lambda new: np.array([new[0], np.maximum(new[1] - new[2] ** 2, 0), new[2]])
            )(_centered(*a))
        ),
        "You add the square of the mean. The spread is smaller than the size.": (
            lambda *a: _centered(*a, spread=lambda v, m: v + m**2)
        ),
        "The mean m remembers nothing: it is the last gradient.": (
            lambda *a: _centered(*a, new=lambda m, g, rho: g)
        ),
        "The mean m adds the gradients whole: its share 1 − ρ is missing.": (
            lambda *a: _centered(*a, new=lambda m, g, rho: rho * m + g)
        ),
        "The mean m is that of before: this gradient is missing in it.": (
            lambda *a: _centered(*a, new=lambda m, g, rho: m)
        ),
        "The mean m averages sizes. Signs have to count, or it is no mean of the gradients.": (
            lambda *a: _centered(*a, new=lambda m, g, rho: rho * m + (1 - rho) * np.abs(g))
        ),
        "The shares ρ and 1 − ρ have changed places in both averages.": (
            lambda x, v, m, g, lr, rho, eps: _centered(x, v, m, g, lr, 1 - rho, eps)
        ),
        "ρ and 1 − ρ have changed places in v, and not in m.": (
            lambda *a: _centered(*a, square=lambda v, g, rho: (1 - rho) * v + rho * g**2)
        ),
        "ρ and 1 − ρ have changed places in m, and not in v.": (
            lambda *a: _centered(*a, new=lambda m, g, rho: (1 - rho) * m + rho * g)
        ),
        "ρ is 0.9 in both averages, whatever is asked for. Use the argument `rho`.": (
            lambda x, v, m, g, lr, rho, eps: _centered(x, v, m, g, lr, 0.9, eps)
        ),
        "ε stands inside the root of the spread. Here it is added after it.": (
            lambda *a: _centered(*a, below=lambda spread, eps: np.sqrt(spread + eps))
        ),
        "ε is a floor under the root of the spread. It should be added to the root.": (
            lambda *a: _centered(*a, below=lambda spread, eps: np.maximum(np.sqrt(spread), eps))
        ),
        "ε is missing below the centered step: where the spread is 0, you divide by 0.": (
            lambda x, v, m, g, lr, rho, eps: _centered(x, v, m, g, lr, rho, 0.0)
        ),
        "The centered step climbs: mind the sign before the rate.": (
            lambda x, v, m, g, lr, rho, eps: (
                lambda new: np.array([2 * x - new[0], new[1], new[2]])
            )(_centered(x, v, m, g, lr, rho, eps))
        ),
        "The spread itself divides, without its root.": (
            lambda *a: _centered(*a, spread=lambda v, m: np.maximum(v - m**2, 0) ** 2)
        ),
    },
)  # fmt: skip

bug_hunt = Question(
    "05.bug_hunt",
    _root_after_one,
    _seeds,
    where=lambda index, args: f"for parameter {index[0] + 1}",
)
known(
    bug_hunt,
    {
        "The bug is still in: negative parameters make the sum under the root negative.": (
            lambda p, g, rho: _root_after_one(p, g, rho, 1e-6 * p)
        ),
        "No longer negative, but the start still depends on the parameters. Start from nothing.": (
            lambda p, g, rho: _root_after_one(p, g, rho, 1e-6 * np.abs(p))
        ),
        "The start is the square of a parameter: positive, and still none of its business.": (
            lambda p, g, rho: _root_after_one(p, g, rho, 1e-6 * p**2)
        ),
        "A start at 1 is another convention: it makes the first steps tiny. Here it is 0.": (
            lambda p, g, rho: _root_after_one(p, g, rho, 1.0)
        ),
        "A start at 1e-6 for all is safe, but the question says 0.": (
            lambda p, g, rho: _root_after_one(p, g, rho, 1e-6)
        ),
        "ε is in it. Asked is the bare root.": lambda p, g, rho: _root_after_one(p, g, rho) + 1e-8,
        "The root is missing in what you return.": lambda p, g, rho: (1 - rho) * g**2,
        "That is |g|: the share 1 − ρ of the first square is missing, or your seed is g², not 0.": (
            lambda p, g, rho: np.abs(g)
        ),
        "The first square enters with ρ instead of 1 − ρ.": lambda p, g, rho: np.sqrt(rho * g**2),
        "ρ is 0.9 in your root, whatever is asked for. Use the argument `rho`.": (
            lambda p, g, rho: _root_after_one(p, g, 0.9)
        ),
        "One number for all parameters: each has its own v.": (
            lambda p, g, rho: np.full(4, np.sqrt((1 - rho) * np.mean(g**2)))
        ),
        "A negative sum is held at 0, which hides the bug: the start is still wrong where it is "
        "positive.": lambda p, g, rho: np.sqrt(np.maximum(rho * 1e-6 * p + (1 - rho) * g**2, 0)),
    },
)

QUESTIONS = (warm_up, plain, momentum, centered, bug_hunt)
