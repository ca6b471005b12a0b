"""No mistake is named for another that gives the same numbers by chance.

A hint that names a slip which is not there sends its reader to search where nothing is wrong.
So no two known mistakes of a question may agree on all that is drawn, and what learners wrote
beside the known ones gets its own hint or none.
"""

from collections import defaultdict
from copy import deepcopy

import numpy as np
import pytest
from answers import judged

from course_lib.checks.judge import PENCIL, TOLERANCE
from course_lib.checks.registry import questions

DRAWS = 30


def numbers(question, mistake, cases):
    """All that a mistake gives for these inputs: the shapes, and the numbers in a row."""
    with np.errstate(all="ignore"):
        found = [
            np.array(mistake(*deepcopy(args)) if question.draw else mistake, float)
            for args in cases
        ]
    return [one.shape for one in found], np.concatenate([one.ravel() for one in found])


@pytest.mark.parametrize("question", questions().values(), ids=lambda question: question.name)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_two_known_mistakes_agree_on_all_that_is_drawn(question):
    tolerance, twins = TOLERANCE if question.draw else PENCIL, set()
    for seed in range(DRAWS):
        cases = question.draw(np.random.default_rng(seed)) if question.draw else [()]
        given = defaultdict(list)  # shapes → hints and numbers
        for hint, mistake in question.wrong:
            shapes, x = numbers(question, mistake, cases)
            given[tuple(shapes)].append((hint, x))
        for hints, x in (zip(*several, strict=True) for several in given.values()):
            x = np.array(x)
            alike = np.isclose(x[:, None], x, tolerance, TOLERANCE, equal_nan=True).all(axis=-1)
            twins |= {frozenset((hints[i], hints[j])) for i, j in np.argwhere(np.triu(alike, 1))}
    assert not [" = ".join(sorted(pair)) for pair in twins]


def floor(root, eps):
    return np.maximum(root, eps)


def floored_momentum(x, v, b, g, lr, rho, mu, eps):
    v = rho * v + (1 - rho) * g**2
    b = mu * b + lr * g / floor(np.sqrt(v), eps)
    return x - b, v, b


def floored_adam(x, m, v, t, g, lr, beta1, beta2, eps):
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    root = np.sqrt(v / (1 - beta2**t))
    return x - lr * m / (1 - beta1**t) / floor(root, eps), m, v


def finite_after_a_thousand(lam, lr):
    x = np.ones(len(lam))
    for _ in range(1000):
        x = x - lr * lam * x
    return bool(np.isfinite(x).all())


def most_wins(losses, rates):
    finite = np.where(np.isfinite(losses), losses, np.inf)
    return rates[np.bincount(finite.argmin(axis=1), minlength=len(rates)).argmax()]


# question → what a fitting hint would have to speak of, and the answer. No hint is fitting, too.
BESIDE = {
    "01.is_stable": [("isfinite", finite_after_a_thousand)],
    "01.bug_hunt": [
        (
            "first coordinate",
            lambda x0, lam, rates, n: [abs(x0[0] * (1 - r * lam[0]) ** n) for r in rates],
        )
    ],
    "04.adagrad_step": [
        (
            "floor",
            lambda x, v, g, lr, eps: (x - lr * g / floor(np.sqrt(v + g**2), eps), v + g**2),
        )
    ],
    "05.warm_up": [("without its root", 0.3 / 0.36)],
    "05.momentum_step": [("floor", floored_momentum)],
    "05.bug_hunt": [
        ("seed", lambda p, g, rho: np.sqrt(rho * g**2 + (1 - rho) * g**2)),
    ],
    "06.adam_step": [("floor", floored_adam)],
    "07.best_rate": [
        ("wins", most_wins),
        ("argmax", lambda losses, rates: rates[losses.mean(axis=0).argmax()]),
    ],
}


@pytest.mark.parametrize(
    ("name", "answer", "about"),
    [
        pytest.param(name, answer, about, id=f"{name}: {about}")
        for name, several in BESIDE.items()
        for about, answer in several
    ],
)
def test_an_answer_beside_the_known_mistakes_is_given_none_of_their_hints(name, answer, about):
    verdicts = judged(name, answer, 40)
    assert not [verdict for verdict in verdicts if verdict.right]
    named = {verdict.hint for verdict in verdicts if verdict.kind == "mistake"}
    assert not [hint for hint in named if about not in hint]
