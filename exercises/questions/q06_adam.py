"""Exercise 06: questions on Adam, and the ways in which they go wrong."""

import numpy as np

from course_lib.checks.judge import Question

from .shared import gradients, in_state, known, state_mistakes

__all__ = ["QUESTIONS"]


def _states(rng):
    cases = []
    for t, eps in ((1, 0.1), (2, 0.03), (7, 0.2), (40, 0.1)):
        x, m, g = rng.normal(0, 3, 3), rng.normal(0, 0.5, 3), gradients(rng, 3)
        v = rng.uniform(0.5, 4, 3)
        if t == 1:
            m, v = np.zeros(3), np.zeros(3)
        betas = float(rng.uniform(0.7, 0.9)), float(rng.uniform(0.92, 0.98))
        cases.append((x, m, v, t, g, float(rng.uniform(0.1, 0.6)), *betas, eps))
    # With the default β₂ step 5000 is corrected still. Then the first step of the notebook, with a
    # root below ε and a gradient of 0; and whole numbers.
    cases.append((*cases[-1][:3], 5000, cases[-1][4], 0.1, 0.9, 0.999, 1e-8))
    x, small = np.array([-5.0, -2.0, 1.0, 3.0]), np.array([-5.0, 0.05, 0.0, 2.0])
    cases.append((x, *np.zeros((2, 4)), 1, small, 0.4, 0.9, 0.95, 0.1))
    whole = np.array([[-5, 3, 2], [1, 0, -2], [4, 0, 9], [2, 0, -3]])
    return [*cases, (*whole[:3], 3, whole[3], 0.1, 0.8, 0.95, 0.1)]


def _weighted(rng):
    decays = (0.1, 0.5, 0.3, 0.2, 0.1, 0.4, 0.3)
    return [(*case, w) for case, w in zip(_states(rng), decays, strict=True)]


def _moved(
    x, m, v, t, lr, beta1, beta2, eps,
    hat1=lambda beta, t: 1 - beta**t,
    hat2=lambda beta, t: 1 - beta**t,
    divide=lambda v_hat, eps: np.sqrt(v_hat) + eps,
):  # fmt: skip
    """The step from averages that hold this gradient already."""
    m_hat, v_hat = m / hat1(beta1, t), v / hat2(beta2, t)
    return np.array([x - lr * m_hat / divide(v_hat, eps), m, v])


def _adam(x, m, v, t, g, lr, beta1, beta2, eps, **how):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    return _moved(x, m, v, t, lr, beta1, beta2, eps, **how)


def _adamw(x, m, v, t, g, lr, beta1, beta2, eps, w):
    x_new, m, v = _adam(x, m, v, t, g, lr, beta1, beta2, eps)
    return np.array([x_new - lr * w * x, m, v])


def _pairs(rng):
    fixed = [(0.9, 0.999), (0.5, 0.99), (0.9, 0.9), (0.0, 0.999)]
    return [*fixed, *map(tuple, rng.uniform([0.1, 0.9], [0.9, 0.999], (3, 2)).tolist())]


def _first(beta1, beta2):
    return (1 - beta1) / np.sqrt(1 - beta2)


def _times(rng):
    return [
        (float(x), t, float(c))
        for t in (*range(1, 13), 31, 100, 102, 4999, 5000)
        for x, c in [(rng.uniform(-2, 2), rng.uniform(2.5, 5))]
    ]


def _reddi(x, t, c):
    return c if t % 3 == 1 else -1.0


warm_up = Question("06.warm_up", lambda: 0.95)
known(
    warm_up,
    {
        "The steps lead uphill. The gradient is positive, so x falls.": lambda: 1.05,
        "The size of the gradient is in your steps. Does it cancel?": lambda: 0.985,
        "That is one step. Five are asked for.": lambda: 0.99,
        "That is how far x walks. Where does it stand?": lambda: 0.05,
        "Those steps are ten times too long: the rate is 0.01.": lambda: 0.5,
        "That is one step without correction, 3.16 rates long. Here both averages are corrected.": (
            lambda: 1 - 0.01 * 0.1 / np.sqrt(0.001)
        ),
    },
)

adam = Question("06.adam_step", _adam, _states, where=in_state("x", "m", "v"), in_place=True)
state_mistakes(adam, "x", "m", "v")
known(
    adam,
    {
        "Neither average is corrected for its start at zero.": (
            lambda *a: _adam(*a, hat1=lambda b, t: 1, hat2=lambda b, t: 1)
        ),
        "m is corrected and v is not.": lambda *a: _adam(*a, hat2=lambda b, t: 1),
        "v is corrected and m is not.": lambda *a: _adam(*a, hat1=lambda b, t: 1),
        "The correction is one step ahead: t counts this step already.": (
            lambda *a: _adam(
                *a, hat1=lambda b, t: 1 - b ** (t + 1), hat2=lambda b, t: 1 - b ** (t + 1)
            )
        ),
        "The correction divides by 1 − β, whatever t is: it fits the first step alone.": (
            lambda *a: _adam(*a, hat1=lambda b, t: 1 - b, hat2=lambda b, t: 1 - b)
        ),
        "You multiply by 1 − βᵗ. The averages are too small, so divide.": (
            lambda *a: _adam(*a, hat1=lambda b, t: 1 / (1 - b**t), hat2=lambda b, t: 1 / (1 - b**t))
        ),
        "β times t stands where β to the power t is meant.": (
            lambda *a: _adam(*a, hat1=lambda b, t: 1 - b * t, hat2=lambda b, t: 1 - b * t)
        ),
        "v is corrected outside the root. The correction belongs under it.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _adam(
                x, m, v, t, g, lr, b1, b2, eps,
                divide=lambda v_hat, eps: np.sqrt(v_hat / (1 - b2**t)) + eps,
            )
        ),
        "The correction is one step late, and at t = 1 it divides by 0: t counts from 1.": (
            lambda *a: _adam(
                *a, hat1=lambda b, t: 1 - b ** (t - 1), hat2=lambda b, t: 1 - b ** (t - 1)
            )
        ),
        "ε stands inside the root here. In Adam's paper it is added after it.": (
            lambda *a: _adam(*a, divide=lambda v, eps: np.sqrt(v + eps))
        ),
        "ε is not used in your step.": lambda *a: _adam(*a, divide=lambda v, eps: np.sqrt(v)),
        "ε is added before v is corrected: that is Keras's ε hat.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _adam(
                x, m, v, t, g, lr, b1, b2, eps / np.sqrt(1 - b2**t)
            )
        ),
        "ε is added to the parameter: the brackets end too early. A book's port did so.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: (
                _adam(x, m, v, t, g, lr, b1, b2, 0.0) + np.array([[eps], [0], [0]])
            )
        ),
        "ε is a floor under your corrected root. It should be added to it.": (
            lambda *a: _adam(*a, divide=lambda v, eps: np.maximum(np.sqrt(v), eps))
        ),
        "β₁ is 0.9 and β₂ 0.999 in your step, whatever is asked for. Use the arguments.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _adam(x, m, v, t, g, lr, 0.9, 0.999, eps)
        ),
        "Both averages have their shares β and 1 − β in each other's place.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _moved(
                x, (1 - b1) * m + b1 * g, (1 - b2) * v + b2 * g**2, t, lr, b1, b2, eps
            )
        ),
        "The whole square is added to v: its share 1 − β₂ is missing.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _moved(
                x, b1 * m + (1 - b1) * g, b2 * v + g**2, t, lr, b1, b2, eps
            )
        ),
        "m averages the sizes of the gradients, and their directions are lost.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _moved(
                x, b1 * m + (1 - b1) * np.abs(g), b2 * v + (1 - b2) * g**2, t, lr, b1, b2, eps
            )
        ),
        "The rate is missing in Adam's step.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _adam(x, m, v, t, g, 1.0, b1, b2, eps)
        ),
        "The root of the corrected v is missing.": (
            lambda *a: _adam(*a, divide=lambda v, eps: v + eps)
        ),
        "The two decays have changed places.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _adam(x, m, v, t, g, lr, b2, b1, eps)
        ),
        "The gradient itself is the direction, and m is not used: that is RMSProp, corrected.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: (
                lambda new: np.array([x - lr * g / (np.sqrt(new[2] / (1 - b2**t)) + eps), *new[1:]])
            )(_adam(x, m, v, t, g, lr, b1, b2, eps))
        ),
        "The whole gradient is added to m: its share 1 − β₁ is missing.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _moved(
                x, b1 * m + g, b2 * v + (1 - b2) * g**2, t, lr, b1, b2, eps
            )
        ),
        "Gradient and square are added whole: both averages lack the share 1 − β of the new.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _moved(
                x, b1 * m + g, b2 * v + g**2, t, lr, b1, b2, eps
            )
        ),
        "v averages the gradients. Their squares are asked for.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: _moved(
                x, b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g, t, lr, b1, b2, eps
            )
        ),
        "v averages the squares of m, and not of the gradients.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: (
                lambda m: _moved(x, m, b2 * v + (1 - b2) * m**2, t, lr, b1, b2, eps)
            )(b1 * m + (1 - b1) * g)
        ),
        "Your step climbs: mind the sign before the rate.": (
            lambda x, *a: (lambda new: np.array([2 * x - new[0], *new[1:]]))(_adam(x, *a))
        ),
        "The corrected averages came back. The next step needs them as they are.": (
            lambda x, m, v, t, g, lr, b1, b2, eps: (
                lambda new: np.array([new[0], new[1] / (1 - b1**t), new[2] / (1 - b2**t)])
            )(_adam(x, m, v, t, g, lr, b1, b2, eps))
        ),
    },
)  # fmt: skip

first = Question(
    "06.first_step",
    _first,
    _pairs,
    where=lambda i, a: f"for beta1 = {a[0]:.3g}, beta2 = {a[1]:.4g}",
)
known(
    first,
    {
        "The decays themselves stand there. After one step the shares 1 − β are in the averages.": (
            lambda b1, b2: b1 / np.sqrt(b2)
        ),
        "Upside down: m stands above the fraction bar.": lambda b1, b2: 1 / _first(b1, b2),
        "The root is missing below.": lambda b1, b2: (1 - b1) / (1 - b2),
        "The root is over both. Only v is under it.": lambda b1, b2: np.sqrt((1 - b1) / (1 - b2)),
        "With the corrections every first step is 1. Here they are switched off.": (
            lambda b1, b2: 1.0
        ),
        "That is RMSProp's first step. Here m is too small as well.": lambda b1, b2: (
            (1 - b2) ** -0.5
        ),
        "That is what is in m. And what divides it?": lambda b1, b2: 1 - b1,
        "The two decays stand in each other's place.": lambda b1, b2: _first(b2, b1),
        "You multiply by the root instead of dividing.": lambda b1, b2: (1 - b1) * np.sqrt(1 - b2),
        "The bound on all steps is another formula: (1−β₁)/√((1−β₂)(1−β₁²/β₂)). Here it is the "
        "first one.": lambda b1, b2: _first(b1, b2) / np.sqrt(1 - b1**2 / b2),
    },
)

decoupled = Question(
    "06.adamw_step",
    _adamw,
    _weighted,
    where=in_state("x", "m", "v"),
    in_place=True,
)
state_mistakes(decoupled, "x", "m", "v")
known(
    decoupled,
    {
        "The decay is in the gradient: so it is divided by √v like the rest, which AdamW avoids.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: _adam(x, m, v, t, g + w * x, lr, b1, b2, eps)
        ),
        "There is no decay in your step: that is Adam.": lambda *a: _adam(*a[:-1]),
        "The decay has no rate: it takes off wx, and should take off ηwx.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: (
                _adam(x, m, v, t, g, lr, b1, b2, eps) - [w * x, 0 * x, 0 * x]
            )
        ),
        "The parameters grow: the decay is added.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: _adamw(x, m, v, t, g, lr, b1, b2, eps, -w)
        ),
        "The decay is that of the new x. It should be that of the x before the step.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: (
                lambda new: np.array([(1 - lr * w) * new[0], *new[1:]])
            )(_adam(x, m, v, t, g, lr, b1, b2, eps))
        ),
        "The decay is divided by the root of v. It stands apart from the scaling.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: (
                lambda new: np.array(
                    [new[0] - lr * w * x / (np.sqrt(new[2] / (1 - b2**t)) + eps), *new[1:]]
                )
            )(_adam(x, m, v, t, g, lr, b1, b2, eps))
        ),
        "The decay takes off ηw, of whatever size x is. It is a share of x.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: (
                _adam(x, m, v, t, g, lr, b1, b2, eps) - [lr * w + 0 * x, 0 * x, 0 * x]
            )
        ),
        "Half the decay, or twice: the gradient of ½wx² is wx, and here it is 2wx.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: _adamw(x, m, v, t, g, lr, b1, b2, eps, 2 * w)
        ),
        "Both averages shrink too. The decay is for x alone.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: (
                lambda new: np.array([new[0], *((1 - lr * w) * new[1:])])
            )(_adamw(x, m, v, t, g, lr, b1, b2, eps, w))
        ),
        "The decay pulls by the sign of x. It should be in proportion to x.": (
            lambda x, m, v, t, g, lr, b1, b2, eps, w: (
                _adam(x, m, v, t, g, lr, b1, b2, eps) - [lr * w * np.sign(x), 0 * x, 0 * x]
            )
        ),
    },
)  # fmt: skip

bug_hunt = Question(
    "06.bug_hunt",
    _reddi,
    _times,
    where=lambda i, a: f"at x = {a[0]:.2f}, t = {a[1]}, c = {a[2]:.2f}",
)
known(
    bug_hunt,
    {
        "The bug is still in: the remainder of the position is taken, not of the step.": (
            lambda x, t, c: c if x % 3 == 1 else -1.0
        ),
        "The large gradient comes at steps 3, 6, 9. It should come at 1, 4, 7.": (
            lambda x, t, c: c if t % 3 == 0 else -1.0
        ),
        "The large gradient comes at steps 2, 5, 8. It should come at 1, 4, 7.": (
            lambda x, t, c: c if t % 3 == 2 else -1.0
        ),
        "Every second gradient is large. It should be every third.": (
            lambda x, t, c: c if t % 2 == 1 else -1.0
        ),
        "The large gradient stops after step 7. It goes on for ever, every third step.": (
            lambda x, t, c: c if t in (1, 4, 7) else -1.0
        ),
        "The signs have changed places: the rare gradient is +c, the two others are −1.": (
            lambda x, t, c: -_reddi(x, t, c)
        ),
        "The large gradient is always 3. It is c.": lambda x, t, c: _reddi(x, t, 3.0),
        "The gradient is always the large one.": lambda x, t, c: c,
        "The two others are 0 in your stream. They are −1.": lambda x, t, c: (
            c if t % 3 == 1 else 0.0
        ),
        "The gradient is multiplied by x. The function is a straight line: its slope does not "
        "depend on x.": lambda x, t, c: _reddi(x, t, c) * x,
        "Two of three gradients are large. It should be one of three.": (
            lambda x, t, c: c if t % 3 else -1.0
        ),
    },
)

QUESTIONS = (warm_up, adam, first, decoupled, bug_hunt)
