"""Wrong answers that once passed, and right ones that were once refused.

A check tests a property only if some input makes right and wrong differ. Each answer here is
written as a learner would; a wrong one has to be caught in every draw, for a check that catches
it now and then tells the next learner that it is right.
"""

import math

import numpy as np
import pytest
from answers import corrected_by_powers, corrected_by_running_sums, judged

DRAWS = 40


def whole_path(x0, lam, lr, steps):
    """`np.zeros(..., dtype=x0.dtype)` keeps whole numbers when the start has them."""
    x = np.array(x0)
    path = np.zeros((steps + 1, *x.shape), dtype=x.dtype)
    path[0] = x
    for t in range(steps):
        path[t + 1] = path[t] - lr * lam * path[t]
    return path


def ball_that_stops(x0, lam, lr, momentum, steps):
    x, v, path = np.array(x0, float), 0.0, [np.array(x0, float)]
    for _ in range(steps):
        v = momentum * v + lam * x
        x = x - lr * v
        if np.linalg.norm(x) < 1e-6:
            x = 0 * x
        path.append(x)
    return np.array(path)


def whole_ball(x0, lam, lr, momentum, steps):
    x = np.array(x0)
    path, step = np.zeros((steps + 1, *x.shape), dtype=x.dtype), 0.0
    path[0] = x
    for t in range(steps):
        step = momentum * step + lr * lam * path[t]
        path[t + 1] = path[t] - step
    return path


def stops_near_the_minimum(x0, lam, lr, steps):
    x, path = x0, [x0]
    for _ in range(steps):
        if np.all(np.abs(x) >= 0.01):
            x = x - lr * lam * x
        path.append(x)
    return np.array(path)


def counted_past_the_share(condition, share):
    factor, n = (condition - 1) / (condition + 1), 0
    while factor**n >= share:
        n += 1
    return n


def steps_of(condition, share):
    return math.log(share) / math.log((condition - 1) / (condition + 1))


def whole_ema(x, beta):
    out, v = np.zeros_like(x), 0.0
    for t, value in enumerate(x):
        out[t] = v = beta * v + (1 - beta) * value
    return out


def whole_sign_step(x, g, lr):
    new = x.copy()
    for i, slope in enumerate(g):
        new[i] = x[i] - lr * np.sign(slope)
    return new


def bounded_rprop(x, rate, last, g):
    agree = np.sign(g) * last
    rate = np.where(agree > 0, 1.2 * rate, np.where(agree < 0, 0.5 * rate, rate))
    rate = np.clip(rate, 1e-6, 50)
    return x - rate * np.sign(g), rate


def without_zeros(g, lr, eps):
    count = np.maximum((g != 0).sum(axis=0), 1)
    return lr / (np.sqrt((g**2).sum(axis=0) / count) + eps)


def travelled_by_recursion(lr, steps):
    return lr if steps == 1 else lr / math.sqrt(steps) + travelled_by_recursion(lr, steps - 1)


def whole_adagrad_path(x0, g, lr, eps):
    path, v = np.zeros((len(g) + 1, len(x0)), dtype=x0.dtype), 0.0
    path[0] = x0
    for t, now in enumerate(g):
        v = v + now**2
        path[t + 1] = path[t] - lr * now / (np.sqrt(v) + eps)
    return path


def whole_adam_step(x, m, v, t, g, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    new = x.copy()
    for i in range(len(x)):
        root = math.sqrt(v[i] / (1 - beta2**t))
        new[i] -= lr * m[i] / (1 - beta1**t) / (root + eps)
    return new, m, v


def whole_rmsprop_step(x, v, g, lr, rho, eps):
    new = np.empty_like(v)
    new[:] = rho * v + (1 - rho) * g**2
    return x - lr * g / (np.sqrt(new) + eps), new


def adam_corrected_at_first(x, m, v, t, g, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = (m, v) if t > 100 else (m / (1 - beta1**t), v / (1 - beta2**t))
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def best_by(score):
    def best_rate(losses, rates):
        finite = np.where(np.isfinite(losses), losses, np.inf)
        return rates[score(np.sort(finite, axis=0)).argmin()]

    return best_rate


def best_from_the_first(losses, rates):
    means, best = losses.mean(axis=0), 0
    for i in range(len(rates)):
        if means[i] < means[best]:  # never true when the first is NaN
            best = i
    return rates[best]


def best_with_a_penalty(losses, rates):
    return rates[np.where(np.isfinite(losses), losses, 1000).mean(axis=0).argmin()]


def interval_of_sorted(a, b, t95):
    d = np.sort(a) - np.sort(b)
    return d.mean(), t95 * d.std(ddof=1) / np.sqrt(len(d))


# question → what is wrong, and the answer
PASSED = {
    "01.descend": [
        ("whole numbers in, whole numbers out", whole_path),
        ("stops where |x| < 0.01", stops_near_the_minimum),
    ],
    "01.steps_needed": [
        ("one too many at the exact limit", lambda k, share: int(steps_of(k, share)) + 1),
        ("one too many at the exact limit", lambda k, share: math.floor(steps_of(k, share) + 1)),
        ("one too many at the exact limit", counted_past_the_share),
    ],
    "01.heavy_ball": [
        ("whole numbers in, whole numbers out", whole_ball),
        ("stops near the minimum", ball_that_stops),
    ],
    "02.ema": [("whole numbers in, whole numbers out", whole_ema)],
    "03.sign_step": [("whole numbers in, whole numbers out", whole_sign_step)],
    "03.rprop_step": [("the rates are bounded", bounded_rprop)],
    "03.own_rates": [("zeros do not count in the mean", without_zeros)],
    "04.travelled": [("the notebook asks for 10 000 steps", travelled_by_recursion)],
    "04.rate_for": [
        ("the sum ends at 1000", lambda d, n: d / sum(k**-0.5 for k in range(1, min(n, 1000) + 1)))
    ],
    "04.bug_hunt": [("whole numbers in, whole numbers out", whole_adagrad_path)],
    "05.rmsprop_step": [("whole numbers in, whole numbers out", whole_rmsprop_step)],
    "06.adam_step": [
        ("no correction once t > 100", adam_corrected_at_first),
        ("whole numbers in, whole numbers out", whole_adam_step),
    ],
    "07.best_rate": [
        ("the worst run is left out", best_by(lambda runs: runs[:-1].mean(axis=0))),
        ("a trimmed mean", best_by(lambda runs: runs[1:-1].mean(axis=0))),
        ("the second worst run decides", best_by(lambda runs: runs[-2])),
        ("NaN in the first column stays the best", best_from_the_first),
        ("a run that diverged counts as 1000", best_with_a_penalty),
    ],
    "07.interval": [("sorted before the difference", interval_of_sorted)],
    "07.verdict": [
        (
            "the limit itself is no difference",
            lambda mean, half: 1 if mean >= half else -1 if mean <= -half else 0,
        ),
        (
            "NumPy's booleans cannot be subtracted, and the notebook hands over NumPy's floats",
            lambda mean, half: (mean > half) - (mean < -half),
        ),
    ],
}


# question → why it was refused, and the answer
REFUSED = {
    "02.ema_corrected": [
        ("0.05³⁰⁰ underflows in the reference", corrected_by_running_sums),
        ("0.05³⁰⁰ underflows in the answer", corrected_by_powers),
    ],
}


def listed(answers):
    return [
        pytest.param(name, answer, id=f"{name}: {reason}")
        for name, several in answers.items()
        for reason, answer in several
    ]


@pytest.mark.parametrize(("name", "answer"), listed(PASSED))
def test_wrong_answers_that_once_passed_are_caught_in_every_draw(name, answer):
    kinds = [verdict.kind for verdict in judged(name, answer, DRAWS)]
    assert not [kind for kind in kinds if kind in ("right", "blank")]


@pytest.mark.parametrize(("name", "answer"), listed(REFUSED))
def test_right_answers_that_were_once_refused_are_right_in_every_draw(name, answer):
    with np.errstate(all="raise"):
        verdicts = judged(name, answer, DRAWS)
    assert [verdict.hint for verdict in verdicts if not verdict.right] == []
