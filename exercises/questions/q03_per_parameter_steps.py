"""Exercise 03: questions on a rate for each parameter, and the ways in which they go wrong."""

import numpy as np

from course_lib.checks.judge import Question

from .shared import gradients, in_state, known, state_mistakes

__all__ = ["QUESTIONS"]


def _steps(rng):
    some = [(rng.normal(0, 3, 3), gradients(rng, 3), float(rng.uniform(0.05, 0.4)))] * 2
    level = (np.array([1.0, -2.0, 5.0]), np.array([0.0, 40.0, -0.01]), 0.1)
    tiny = (np.array([1.0, -2.0, 5.0]), np.array([1e-13, -1e-9, 3.0]), 0.2)
    whole = (np.array([1, -2, 5]), np.array([0, 40, -3]), 0.1)
    return [*some, level, tiny, whole, (np.array([7.0]), np.array([-2.0]), 0.13)]


def _sign_step(x, g, lr):
    return x - lr * np.sign(g)


def _signs(rng):
    return np.array([1.0, -1.0, 1.0, -1.0, 0.0, 1.0])[rng.permutation(6)]


def _rprop_steps(rng):
    """Drawn signs; then all nine pairs with tiny, usual and huge rates; then the notebook's."""
    last, g = np.repeat([-1, 0, 1], 3), np.tile([-2, 0, 5], 3)
    pairs = [(rng.normal(0, 3, 9), np.full(9, rate), last, g) for rate in (1e-7, 0.2, 300.0)]
    begun = (np.array([-4.97, -1.98]), np.full(2, 0.1), np.zeros(2), np.array([-4.97, -7.92]))
    cases = []
    for _ in range(4):
        last, size = _signs(rng), rng.uniform(0.3, 3, 6)
        way = np.where(last == 0, rng.choice([-1.0, 1.0]), last)
        g = size * np.where(rng.permutation(6) < 3, way, -way)
        g[rng.choice(np.flatnonzero(last))] = 0.0
        cases.append((rng.normal(0, 3, 6), rng.uniform(0.05, 0.5, 6), last, g))
    return [*cases, *pairs, begun]


def _moved(x, rate, g):
    """The step by sign, with rates that are new already."""
    return np.array([x - rate * np.sign(g), rate])


def _rprop(x, rate, last, g, up=1.2, down=0.5):
    agree = np.sign(g) * last
    rate = np.where(agree > 0, up * rate, np.where(agree < 0, down * rate, rate))
    return _moved(x, rate, g)


def _histories(rng):
    """Gradients of three sizes; then a parameter that moves rarely and one that never does."""
    scale = np.array([0.1, 1.0, 30.0])
    rare = np.array([[0, 3, 0], [0, -1, 2], [0, 4, 0], [0, -2, 0]])
    some = [
        (scale * rng.normal(0.5, 1, (n, 3)), float(rng.uniform(0.05, 0.5)), eps)
        for n, eps in ((7, 0.1), (4, 0.01), (12, 0.5), (1, 0.1))
    ]
    return [*some, (rare, 0.2, 0.1), (rare.astype(float), 0.2, 1e-8)]


def _own_rates(g, lr, eps):
    return lr / (np.sqrt(np.mean(g**2, axis=0)) + eps)


def _places(rng):
    rates = rng.uniform(0.001, 0.5, 3)
    return [
        (float(lr), eps, inside)
        for lr in rates
        for eps in (1e-4, 0.04, 1e-8)
        for inside in (True, False)
    ]


def _largest(lr, eps, inside):
    return lr / (np.sqrt(eps) if inside else eps)


warm_up = Question("03.warm_up", lambda: -0.08)
known(
    warm_up,
    {
        "Nine steps down, one step up: are you sure of the direction? The step goes against the "
        "gradient.": lambda: 0.08,
        "The gradients sum to zero. Do their signs?": lambda: 0.0,
        "Nine steps down is right. The tenth goes up.": lambda: -0.09,
        "Ten steps, but not all of them down.": lambda: -0.1,
        "That counts steps. How long is each?": lambda: -8,
        "Does every gradient count in your sum? And which way does a step go?": lambda: 0.09,
        "Not all ten steps go the same way. And which way is down?": lambda: 0.1,
        "That counts steps, and up. How long is each, and where does it lead?": lambda: 8,
        "Check the length of one step: η is 0.01.": lambda: -0.8,
    },
)

sign_step = Question(
    "03.sign_step",
    _sign_step,
    _steps,
    where=lambda index, args: f"for parameter {index[0] + 1}",
    in_place=True,
)
known(
    sign_step,
    {
        "Uphill: the step goes along the gradient, not against it.": lambda x, g, lr: (
            x + lr * np.sign(g)
        ),
        "The size of the gradient still counts. Only its sign should.": lambda x, g, lr: x - lr * g,
        "The sign is that of the position. Whose sign says where downhill is?": (
            lambda x, g, lr: x - lr * np.sign(x)
        ),
        "The size without the sign: every step goes the same way.": lambda x, g, lr: (
            x - lr * np.abs(g)
        ),
        "The step came back, not the position that it leads to.": lambda x, g, lr: -lr * np.sign(g),
        "The rate has no say: all steps have the length 1.": lambda x, g, lr: x - np.sign(g),
        "The whole gradient is scaled to length 1. Each coordinate should have its own sign.": (
            lambda x, g, lr: x - lr * g / np.linalg.norm(g)
        ),
        "You divide by the largest coordinate. The others then take shorter steps; all should take "
        "equal ones.": lambda x, g, lr: x - lr * g / np.abs(g).max(),
        "Where the gradient is 0 you take a step. Which way is down on level ground?": (
            lambda x, g, lr: x - lr * np.where(g >= 0, 1.0, -1.0)
        ),
        "Where the gradient is 0 you take a step up. Level ground has no downhill.": (
            lambda x, g, lr: x - lr * np.where(g > 0, 1.0, -1.0)
        ),
        "Nearly: you divide by |g| and a small number more. A tiny gradient then takes a shorter "
        "step.": lambda x, g, lr: x - lr * g / (np.abs(g) + 1e-8),
        "Right, but where the gradient is 0 you divide 0 by 0, which is no number.": (
            lambda x, g, lr: np.where(g == 0, np.nan, _sign_step(x, g, lr))
        ),
        "You divide by the gradient, and keep one over its size.": (
            lambda x, g, lr: x - lr * np.divide(1.0, g, out=np.zeros(len(g)), where=g != 0)
        ),
    },
)

rprop = Question("03.rprop_step", _rprop, _rprop_steps, where=in_state("x", "rate"), in_place=True)
state_mistakes(rprop, "x", "rate")
known(
    rprop,
    {
        "Longer and shorter have changed places: when the sign stays, trust the direction.": (
            lambda *a: _rprop(*a, up=0.5, down=1.2)
        ),
        "The rates only grow. What happens when the sign flips?": lambda *a: _rprop(*a, down=1.0),
        "The rates only shrink. What happens when the sign stays?": lambda *a: _rprop(*a, up=1.0),
        "The rates are new, but the step was taken with the old ones.": (
            lambda x, rate, last, g: np.array([x - rate * np.sign(g), _rprop(x, rate, last, g)[1]])
        ),
        "The size of the gradient is in the step. Rprop uses its sign alone.": (
            lambda x, rate, last, g: np.array(
                [x - _rprop(x, rate, last, g)[1] * g, _rprop(x, rate, last, g)[1]]
            )
        ),
        "Up the hill: the step goes along the sign of the gradient.": (
            lambda x, rate, last, g: np.array(
                [2 * x - _rprop(x, rate, last, g)[0], _rprop(x, rate, last, g)[1]]
            )
        ),
        "The step follows the last sign. It is the new one that says where down is.": (
            lambda x, rate, last, g: np.array(
                [x - _rprop(x, rate, last, g)[1] * last, _rprop(x, rate, last, g)[1]]
            )
        ),
        "All rates change together. Each coordinate should ask its own sign.": (
            lambda x, rate, last, g: _moved(
                x, rate * (1.2 if np.dot(np.sign(g), last) > 0 else 0.5), g
            )
        ),
        "You ask whether the signs are equal: 0 and 0 are, and 0 and 1 are no flip. What is their "
        "product?": lambda x, rate, last, g: _moved(
            x, np.where(np.sign(g) == last, 1.2 * rate, 0.5 * rate), g
        ),
        "Where there was no sign before, your rate is halved. From 0 to 1 is no flip.": (
            lambda x, rate, last, g: _moved(
                x, np.where(g == 0, rate, np.where(np.sign(g) == last, 1.2 * rate, 0.5 * rate)), g
            )
        ),
        "You take no step where `last` is 0. It is the rate that stays.": (
            lambda x, rate, last, g: (
                lambda new: np.array([np.where(last == 0, x, new[0]), new[1]])
            )(_rprop(x, rate, last, g))
        ),
        "Level ground twice counts as agreement. A sign is 0, before or now: the rate stays.": (
            lambda x, rate, last, g: (
                lambda new: np.array([new[0], np.where((g == 0) & (last == 0), 1.2, 1) * new[1]])
            )(_rprop(x, rate, last, g))
        ),
        "A sign of 0 counts as a flip. On level ground the rate should stay.": (
            lambda x, rate, last, g: _moved(
                x, np.where(np.sign(g) * last > 0, 1.2 * rate, 0.5 * rate), g
            )
        ),
        "A sign of 0 counts as agreement. On level ground the rate should stay as it is.": (
            lambda x, rate, last, g: _moved(
                x, np.where(np.sign(g) * last >= 0, 1.2 * rate, 0.5 * rate), g
            )
        ),
        "The rates have bounds, 1e-6 and 50 or so, as in PyTorch. Here they have none.": (
            lambda x, rate, last, g: _moved(x, np.clip(_rprop(x, rate, last, g)[1], 1e-6, 50), g)
        ),
        "You add 0.2 and take 0.5 away. The factors multiply.": (
            lambda x, rate, last, g: _moved(
                x,
                rate
                + np.where(np.sign(g) * last > 0, 0.2, np.where(np.sign(g) * last < 0, -0.5, 0)),
                g,
            )
        ),
    },
)

own_rates = Question(
    "03.own_rates",
    _own_rates,
    _histories,
    where=lambda index, args: f"for parameter {index[0] + 1}",
)
known(
    own_rates,
    {
        "The root is missing: you divide by the mean of squares itself.": (
            lambda g, lr, eps: lr / (np.mean(g**2, axis=0) + eps)
        ),
        "That is the sum of squares, which grows with every step. A mean is asked for.": (
            lambda g, lr, eps: lr / (np.sqrt(np.sum(g**2, axis=0)) + eps)
        ),
        "ε stands inside the root. Here it is added after it.": (
            lambda g, lr, eps: lr / np.sqrt(np.mean(g**2, axis=0) + eps)
        ),
        "ε is a floor in your denominator. It should be added to the root.": (
            lambda g, lr, eps: lr / np.maximum(np.sqrt(np.mean(g**2, axis=0)), eps)
        ),
        "A gradient of 0 is left out of your mean. It counts too: rare gradients make it small.": (
            lambda g, lr, eps: (
                lr / (np.sqrt(np.sum(g**2, 0) / np.maximum(np.count_nonzero(g, 0), 1)) + eps)
            )
        ),
        "ε is missing: a parameter that was never moved would divide by zero.": (
            lambda g, lr, eps: lr / np.sqrt(np.mean(g**2, axis=0))
        ),
        "ε is added to the rate: are there brackets around the denominator?": (
            lambda g, lr, eps: lr / np.sqrt(np.mean(g**2, axis=0)) + eps
        ),
        "There is no learning rate in your rates.": lambda g, lr, eps: _own_rates(g, 1.0, eps),
        "One rate for all: the mean runs over the parameters too. Which axis are the steps?": (
            lambda g, lr, eps: np.full(3, lr / (np.sqrt(np.mean(g**2)) + eps))
        ),
        "One rate for each step came back: the mean runs along the other axis.": (
            lambda g, lr, eps: lr / (np.sqrt(np.mean(g**2, axis=1)) + eps)
        ),
        "You take the mean of the sizes. Squares first: they weigh large gradients more.": (
            lambda g, lr, eps: lr / (np.mean(np.abs(g), axis=0) + eps)
        ),
        "The gradients' mean is taken off first: that is their spread. Here their size is meant.": (
            lambda g, lr, eps: lr / (np.std(g, axis=0) + eps)
        ),
        "The mean comes before the square, and gradients cancel.": (
            lambda g, lr, eps: lr / (np.abs(np.mean(g, axis=0)) + eps)
        ),
        "The denominators came back. The learning rate is to be divided by them.": (
            lambda g, lr, eps: np.sqrt(np.mean(g**2, axis=0)) + eps
        ),
        "You multiply by the root. Wild gradients should make a parameter careful.": (
            lambda g, lr, eps: lr * (np.sqrt(np.mean(g**2, axis=0)) + eps)
        ),
        "Only the last gradient counts. The whole history is given.": (
            lambda g, lr, eps: lr / (np.abs(g[-1]) + eps)
        ),
    },
)

bug_hunt = Question(
    "03.bug_hunt",
    _largest,
    _places,
    where=lambda index, args: f"for lr = {args[0]:.3g}, eps = {args[1]:g}, inside = {args[2]}",
)
known(
    bug_hunt,
    {
        "The two places have changed: inside the root, ε is rooted too.": (
            lambda lr, eps, inside: _largest(lr, eps, not inside)
        ),
        "That is right for ε outside the root, in both cases.": lambda lr, eps, inside: lr / eps,
        "That is right for ε inside the root, in both cases.": (
            lambda lr, eps, inside: lr / np.sqrt(eps)
        ),
        "That is the smallest denominator. The rate is divided by it.": (
            lambda lr, eps, inside: np.sqrt(eps) if inside else eps
        ),
        "The learning rate is missing.": lambda lr, eps, inside: _largest(1.0, eps, inside),
        "You multiply by the denominator.": lambda lr, eps, inside: (
            lr * lr / _largest(lr, eps, inside)
        ),
        "The rate stands under the root as well.": (
            lambda lr, eps, inside: np.sqrt(lr / eps) if inside else lr / eps
        ),
        "You square ε inside the root's place: √ε is larger than ε, not smaller.": (
            lambda lr, eps, inside: lr / (eps**2 if inside else eps)
        ),
        "v is 1 in your answer. The rate is largest where v is 0.": (
            lambda lr, eps, inside: lr / (np.sqrt(1 + eps) if inside else 1 + eps)
        ),
    },
)

QUESTIONS = (warm_up, sign_step, rprop, own_rates, bug_hunt)
