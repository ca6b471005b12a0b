"""Exercise 01: right and wrong answers, written from its text."""

import math
from pathlib import Path

import numpy as np
import pytest
from answers import judged, pairs

import course_lib as cl
from course_lib.checks.registry import find


def descend_by_powers(x0, lam, lr, steps):
    return [x0 * (1 - lr * lam) ** t for t in range(steps + 1)]


def descend_recursive(x0, lam, lr, steps):
    return [x0, *(descend_recursive(x0 - lr * lam * x0, lam, lr, steps - 1) if steps else [])]


def descend_in_an_array(x0, lam, lr, steps):
    path = np.zeros((steps + 1, *np.shape(x0)))
    path[0] = x0
    for t in range(steps):
        path[t + 1] = path[t] - lr * (lam * path[t])
    return path


def descend_in_place(x0, lam, lr, steps):
    x = np.array(x0, dtype=float)
    path = [x.copy()]
    while len(path) <= steps:
        x -= lr * lam * x
        path.append(x.copy())
    return tuple(path)


def descend_with_the_library(x0, lam, lr, steps):
    return cl.run(cl.SGD(lr), lambda x: lam * x, x0, steps).x


def ball_with_the_library(x0, lam, lr, momentum, steps):
    return cl.run(cl.SGD(lr, momentum), lambda x: lam * x, x0, steps).x


def ball_by_differences(x0, lam, lr, momentum, steps):
    path = [x0]
    for t in range(steps):
        before = path[max(t - 1, 0)]
        path.append(path[t] - lr * lam * path[t] + momentum * (path[t] - before))
    return path


def ball_with_the_rate_outside(x0, lam, lr, momentum, steps):
    x, velocity, path = x0, 0.0, [x0]
    for _ in range(steps):
        velocity = momentum * velocity - lam * x
        x = x + lr * velocity
        path.append(x)
    return np.array(path)


def count_steps(condition, share):
    distance, steps = 1.0, 0
    while distance > share:
        distance, steps = distance * (condition - 1) / (condition + 1), steps + 1
    return steps


def compare_in_place(x0, lam, rates, steps):
    distances = np.empty(len(rates))
    for i, lr in enumerate(rates):
        x = x0.copy()
        for _ in range(steps):
            x -= lr * lam * x
        distances[i] = math.hypot(*x)
    return distances


RIGHT = {
    "warm_up": [-4, -4.0, np.array(-4)],
    "descend": [
        descend_by_powers,
        descend_recursive,
        descend_in_an_array,
        descend_in_place,
        descend_with_the_library,
    ],
    "is_stable": [
        lambda lam, lr: all(0 < lr * one < 2 for one in lam),
        lambda lam, lr: min(lam) > 0 and lr < 2 / max(lam),
        lambda lam, lr: np.max(np.abs(1 - lr * lam)) < 1,
        lambda lam, lr: int(((1 - lr * lam) ** 2 < 1).all()),
    ],
    "steps_needed": [
        count_steps,
        lambda k, share: np.ceil(np.log(share) / (np.log(k - 1) - np.log(k + 1))),
        lambda k, share: math.ceil(math.log(1 / share) / (2 * math.atanh(1 / k))),
        lambda k, share: math.ceil(math.log(share) / math.log(1 - 2 / (k + 1))),
    ],
    "heavy_ball": [ball_with_the_library, ball_by_differences, ball_with_the_rate_outside],
    "bug_hunt": [
        compare_in_place,
        lambda x0, lam, rates, n: [float(np.linalg.norm(x0 * (1 - r * lam) ** n)) for r in rates],
        lambda x0, lam, rates, n: np.sqrt(((x0 * (1 - np.outer(rates, lam)) ** n) ** 2).sum(1)),
    ],
}


@pytest.mark.parametrize(("name", "answer"), pairs(RIGHT))
def test_right_answers_pass_however_they_are_written(name, answer):
    for verdict in judged(f"01.{name}", answer):
        assert verdict.right, verdict.hint


WRONG = {
    "warm_up": [-7, 0, "left"],
    "descend": [
        lambda x0, lam, lr, n: [x0 * (1 - lr * lam) * t for t in range(n + 1)],
        lambda x0, lam, lr, n: [x0 * math.e ** (-lr * lam * t) for t in range(n + 1)],
        lambda x0, lam, lr, n: [x0 * np.abs(1 - lr * lam) ** t for t in range(n + 1)],
        lambda x0, lam, lr, n: np.round(descend_by_powers(x0, lam, lr, n), 3),
        lambda x0, lam, lr, n: descend_by_powers(x0, lam, lr, n + 1),
    ],
    "is_stable": [
        lambda lam, lr: lr < 2,
        lambda lam, lr: lr <= 1 / max(lam),
        lambda lam, lr: "stable" if lr * max(lam) < 2 else "unstable",
        lambda lam, lr: True,
        lambda lam, lr: np.abs(1 - lr * lam) < 1,
        lambda lam, lr: np.allclose(descend_by_powers(1.0, lam, lr, 100)[-1], 0, atol=1e-3),
        lambda lam, lr: lr < 0.99 * 2 / max(lam) and min(lam) > 0,
        lambda lam, lr: not any(lam < 0) and lr < 2 / max(lam),
    ],
    "steps_needed": [
        lambda k, share: 1 / share,
        lambda k, share: next((n for n in range(500) if ((k - 1) / (k + 1)) ** n <= share), 0),
        lambda k, share: math.ceil(math.log(share) / math.log((k - 1) / k)),
        lambda k, share: math.ceil(math.log10(share) / math.log((k - 1) / (k + 1))),
        lambda k, share: k * math.log(1 / share),
    ],
    "heavy_ball": [
        lambda x0, lam, lr, mu, n: descend_by_powers(x0, lam, lr / (1 - mu), n),
        lambda x0, lam, lr, mu, n: ball_with_the_library(x0, lam, lr, mu**2, n),
        lambda x0, lam, lr, mu, n: ball_by_differences(x0, lam, lr, 1 - mu, n),
        lambda x0, lam, lr, mu, n: (
            cl.run(cl.SGD(lr, mu, nesterov=True), lambda x: lam * x, x0, n).x
        ),
    ],
    "bug_hunt": [
        lambda x0, lam, rates, n: np.linalg.norm(x0 * (1 - rates[0] * lam) ** n),
        lambda x0, lam, rates, n: [np.linalg.norm(x0 - n * r * lam * x0) for r in rates],
        lambda x0, lam, rates, n: [abs(x0[0] * (1 - r * lam[0]) ** n) for r in rates],
    ],
}


@pytest.mark.parametrize(("name", "answer"), pairs(WRONG))
def test_wrong_answers_are_caught(name, answer):
    for verdict in judged(f"01.{name}", answer):
        assert not verdict.right
        assert verdict.kind != "blank"
        assert verdict.hint


def test_a_number_that_differs_is_shown_with_its_step_and_coordinate():
    def late_slip(x0, lam, lr, steps):
        path = descend_in_an_array(x0, lam, lr, steps)
        if path.ndim == 2:
            path[3, 1] = 7
        return path

    (verdict,) = judged("01.descend", late_slip, seeds=1)
    assert verdict.hint.startswith("after step 3, coordinate 2, your answer gives 7, expected ")
    (verdict,) = judged("01.is_stable", lambda lam, lr: lr < 0.55, seeds=1)
    assert verdict.hint == "for lam = [1.0, 4.0] and lr = 0.5 your answer is True, not False"
    (verdict,) = judged("01.is_stable", lambda lam, lr: "yes", seeds=1)
    assert verdict.hint == "True or False is asked for; this is str 'yes'"


def test_a_factor_that_rounding_makes_too_large_is_told_so():
    def rounded(k, share):
        return math.ceil(math.log(share) / math.log((1 - 1 / k) / (1 + 1 / k)))

    for verdict in judged("01.steps_needed", rounded):
        assert "Or does your factor round?" in verdict.hint


def test_the_bug_itself_is_told_that_it_loses_the_start():
    def shared(x0, lam, rates, steps):
        x, distances = x0, []
        for lr in rates:
            for _ in range(steps):
                x -= lr * lam * x
            distances.append(np.linalg.norm(x))
        return distances

    (verdict,) = judged("01.bug_hunt", shared, seeds=1)
    assert verdict.hint.startswith("your function changed its input in place")


def test_a_step_without_the_position_is_named():
    def descend(x0, lam, lr, steps):
        path = [x0]
        for _ in range(steps):
            path.append(path[-1] - lr * lam)
        return path

    for verdict in judged("01.descend", descend):
        assert verdict.hint.startswith("All steps are alike, wherever x is")


def test_the_warm_up_is_none_of_the_lessons_predictions():
    lesson = (Path(__file__).parents[1] / "notebooks/01_one_learning_rate.ipynb").read_text("utf-8")
    warm_up = find("01.warm_up")
    assert f"at −{-warm_up.right}" not in lesson and "at −6" in lesson
