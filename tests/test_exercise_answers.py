"""Exercises 03 to 07: right and wrong answers, written from their texts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from answers import in_a_notebook, judged, pairs

import course_lib as cl
from course_lib.checks.judge import judge
from course_lib.checks.registry import find


def one_step(opt, state, *names):
    """A step of the library's own optimizer, as a function of plain arrays."""

    def step(x, *rest):
        *memories, g = rest
        at = opt.init(x)._replace(**dict(zip(state, memories, strict=True)))
        after = opt.step(at, g)
        return tuple(getattr(after, name) for name in names)

    return step


def rprop_in_a_loop(x, rate, last, g):
    x, rate = x.copy(), list(rate)
    for i, slope in enumerate(g):
        now = 1 if slope > 0 else -1 if slope < 0 else 0
        if now * last[i] == 1:
            rate[i] *= 1.2
        elif now * last[i] == -1:
            rate[i] /= 2
        x[i] -= rate[i] * now
    return x, rate


def adagrad_in_place(x, v, g, lr, eps):
    v += g * g
    x -= lr * g / (v**0.5 + eps)
    return [x, v]


def adam_by_the_second_form(x, m, v, t, g, lr, b1, b2, eps):
    m += (1 - b1) * (g - m)
    v += (1 - b2) * (g * g - v)
    rate = lr * math.sqrt(1 - b2**t) / (1 - b1**t)
    return x - rate * m / (np.sqrt(v) + eps * math.sqrt(1 - b2**t)), m, v


def adam_with_the_library(x, m, v, t, g, lr, b1, b2, eps):
    opt = cl.Adam(lr, b1, b2, eps)
    after = opt.step(opt.init(x)._replace(t=t - 1, m=m, v=v), g)
    return np.array([after.x, after.m, after.v])


def centered_in_a_loop(x, v, m, g, lr, rho, eps):
    out = np.empty((3, len(x)))
    for i in range(len(x)):
        a = rho * v[i] + (1 - rho) * g[i] * g[i]
        b = rho * m[i] + (1 - rho) * g[i]
        out[:, i] = x[i] - lr * g[i] / (math.sqrt(max(a - b * b, 0.0)) + eps), a, b
    return out


def adam_in_place(x, m, v, t, g, lr, b1, b2, eps):
    m *= b1
    m += (1 - b1) * g
    v *= b2
    v += (1 - b2) * g**2
    x -= lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return x, m, v


def centered_in_place(x, v, m, g, lr, rho, eps):
    m *= rho
    m += (1 - rho) * g
    v *= rho
    v += (1 - rho) * g**2
    x -= lr * g / (np.sqrt(np.maximum(v - m**2, 0)) + eps)
    return x, v, m


def best_in_a_loop(losses, rates):
    best, chosen = math.inf, None
    for column, rate in zip(losses.T, rates, strict=True):
        total = sum(column)
        if math.isfinite(total) and total < best:
            best, chosen = total, rate
    return chosen


def report_in_a_loop(a, b, tuning, report):
    rows = []
    for losses in (a, b):
        means = [sum(losses[s][r] for s in tuning) for r in range(losses.shape[1])]
        rows.append([losses[s, int(np.argmin(means))] for s in report])
    return rows


RIGHT = {
    "03.warm_up": [-0.08, -8 / 100, np.float64(-0.08)],
    "03.sign_step": [
        lambda x, g, lr: [a - lr * math.copysign(b != 0, b) for a, b in zip(x, g, strict=True)],
        lambda x, g, lr: np.where(g > 0, x - lr, np.where(g < 0, x + lr, x)),
        lambda x, g, lr: cl.RMSProp(lr, rho=0, eps=0).step(cl.RMSProp(lr).init(x), g).x,
    ],
    "03.rprop_step": [
        rprop_in_a_loop,
        lambda x, r, last, g: (
            lambda new: [x - new * np.sign(g), new]
        )(r * np.choose((np.sign(g) * last).astype(int) + 1, [0.5, 1, 1.2])),
    ],
    "03.own_rates": [
        lambda g, lr, eps: [lr / (math.sqrt(sum(c * c) / len(c)) + eps) for c in g.T],
        lambda g, lr, eps: lr / (np.linalg.norm(g, axis=0) / len(g) ** 0.5 + eps),
    ],
    "03.bug_hunt": [
        lambda lr, eps, inside: lr * eps ** (-0.5 if inside else -1),
        lambda lr, eps, inside: cl.RMSProp(lr, eps=eps, eps_inside=inside)
        .step(cl.RMSProp(lr).init(np.zeros(1)), np.zeros(1)).rate[0],
    ],
    "04.adagrad_step": [
        adagrad_in_place,
        lambda x, v, g, lr, eps: one_step(cl.AdaGrad(lr, eps), ["v"], "x", "v")(x, v, g),
        lambda x, v, g, lr, eps: (x - g * lr / (np.hypot(np.sqrt(v), g) + eps), v + g**2),
    ],
    "04.rate_left": [
        lambda g: abs(g[0]) / np.linalg.norm(g),
        lambda g: math.sqrt(g[0] ** 2 / sum(one * one for one in g)),
        lambda g: cl.run(cl.AdaGrad(1, eps=0), lambda x, t: g[t - 1 : t], [0.0], len(g)).rate[-1, 0]
        * abs(g[0]),
    ],
    "04.travelled": [
        lambda lr, n: lr * (1 / np.sqrt(np.arange(1, n + 1))).sum(),
        lambda lr, n: lr if n == 1 else lr + sum(lr * k**-0.5 for k in range(2, n + 1)),
        lambda lr, n: -cl.run(cl.AdaGrad(lr, eps=0), lambda x: np.ones(1), [0.0], n).x[-1, 0],
    ],
    "04.rate_for": [
        lambda distance, n: distance / np.sum(np.arange(1, n + 1) ** -0.5),
        lambda distance, n: 1 / sum(1 / (distance * math.sqrt(k)) for k in range(1, n + 1)),
    ],
    "04.bug_hunt": [
        lambda x0, g, lr, eps: cl.run(cl.AdaGrad(lr, eps), lambda x, t: g[t - 1], x0, len(g)).x,
        lambda x0, g, lr, eps: np.vstack(
            [x0, x0 - np.cumsum(lr * g / (np.sqrt(np.cumsum(g * g, axis=0)) + eps), axis=0)]
        ),
    ],
    "05.rmsprop_step": [
        lambda x, v, g, lr, rho, eps: one_step(cl.RMSProp(lr, rho, eps), ["v"], "x", "v")(x, v, g),
        lambda x, v, g, lr, rho, eps: (
            lambda v: [x - lr / (v**0.5 + eps) * g, v]
        )(v + (1 - rho) * (g * g - v)),
    ],
    "05.momentum_step": [
        lambda x, v, b, g, lr, rho, mu, eps: one_step(
            cl.RMSProp(lr, rho, eps, momentum=mu), ["v", "step"], "x", "v", "step"
        )(x, v, b, g),
    ],
    "05.centered_step": [
        centered_in_a_loop,
        centered_in_place,
        lambda x, v, m, g, lr, rho, eps: one_step(
            cl.RMSProp(lr, rho, eps, centered=True), ["v", "m"], "x", "v", "m"
        )(x, v, m, g),
    ],
    "05.bug_hunt": [
        lambda p, g, rho: abs(g) * math.sqrt(1 - rho),
        lambda p, g, rho: [math.sqrt((1 - rho) * one * one) for one in g],
    ],
    "06.adam_step": [adam_by_the_second_form, adam_with_the_library, adam_in_place],
    "06.first_step": [
        lambda b1, b2: (1 - b1) * (1 - b2) ** -0.5,
        lambda b1, b2: cl.Adam(1.0, b1, b2, eps=0, bias_correction=False)
        .step(cl.Adam().init(np.zeros(1)), np.ones(1)).step[0],
    ],
    "06.adamw_step": [
        lambda x, m, v, t, g, lr, b1, b2, eps, w: (
            lambda s: [s.x, s.m, s.v]
        )(cl.AdamW(lr, b1, b2, eps, weight_decay=w).step(
            cl.AdamW().init(x)._replace(t=t - 1, m=m, v=v), g)),
    ],
    "06.bug_hunt": [
        lambda x, t, c: c if (t - 1) % 3 == 0 else -1,
        lambda x, t, c: cl.problems.reddi(c).grad(np.zeros(1), t)[0],
    ],
    "07.best_rate": [
        best_in_a_loop,
        lambda losses, rates: rates[np.nan_to_num(losses, nan=1e9, posinf=1e9).sum(0).argmin()],
    ],
    "07.interval": [
        lambda a, b, t: (
            (d := a - b).mean(),
            t * math.sqrt(((d - d.mean()) ** 2).sum() / (len(d) - 1) / len(d)),
        ),
    ],
    "07.verdict": [
        lambda mean, half: int(mean - half > 0) - int(mean + half < 0),
        lambda mean, half: np.sign(mean) * (abs(mean) > half),
        lambda mean, half: 1.0 if mean > half else -1.0 if -mean > half else 0.0,
    ],
    "07.bug_hunt": [report_in_a_loop],
}  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), pairs(RIGHT))
def test_right_answers_pass_however_they_are_written(name, answer):
    for verdict in judged(name, answer):
        assert verdict.right, verdict.hint


def centered_by(clamp):
    def step(x, v, m, g, lr, rho, eps):
        v, m = rho * v + (1 - rho) * g**2, rho * m + (1 - rho) * g
        return x - lr * g / (np.sqrt(clamp(v - m**2)) + eps), v, m

    return step


WRONG = {
    "03.warm_up": [0.8, -0.8, "down", [1, 2]],
    "03.sign_step": [
        lambda x, g, lr: x - lr * np.sign(np.round(g)),
        lambda x, g, lr: x - lr * g / (np.abs(g) + 1e-12),
        lambda x, g, lr: x - lr * g / np.maximum(np.abs(g), 1e-8),
        lambda x, g, lr: x - lr * np.where(np.isclose(g, 0), 0, np.sign(g)),
        lambda x, g, lr: x - lr * np.tanh(g),
        lambda x, g, lr: np.abs(x - lr * np.sign(g)),
    ],
    "03.rprop_step": [
        lambda x, r, last, g: [x - np.sign(g) * r * 1.2, r * 1.2 + 0 * g],
        lambda x, r, last, g: [x - r * g, r / np.abs(last + g)],
        lambda x, r, last, g: (lambda new: [x - new * np.sign(g), new])(
            np.where((g * last <= 0) & (g != 0), 0.5 * r, np.where(g * last > 0, 1.2 * r, r))
        ),
    ],
    "03.own_rates": [lambda g, lr, eps: lr / np.maximum(np.sqrt(np.mean(g**2, axis=0)), eps)],
    "04.adagrad_step": [
        lambda x, v, g, lr, eps: (x - lr * g / np.maximum(np.sqrt(v + g**2), eps), v + g**2),
        lambda x, v, g, lr, eps: (x - lr * g / (np.sqrt(v + 2 * g) + eps), v + 2 * g),
    ],
    "04.rate_left": [
        lambda g: np.abs(g).max() / np.linalg.norm(g),
        lambda g: 0.5,
        lambda g: g[0] ** 2 / len(g),
    ],
    "04.travelled": [lambda lr, n: 2 * lr * (math.sqrt(n) - 0.5), lambda lr, n: lr * math.log(n)],
    "05.rmsprop_step": [
        lambda x, v, g, lr, rho, eps: (lambda v: (x - lr * g / (v**0.5 + eps), v))(
            rho * v + (1 - rho) * g**2 if v.any() else g**2
        ),
        lambda x, v, g, lr, rho, eps: (x - lr * g / (np.sqrt(v) * rho + eps), v * rho),
        lambda x, v, g, lr, rho, eps: np.round((x, v), 2),
    ],
    "05.momentum_step": [lambda x, v, b, g, lr, rho, mu, eps: (x - b * mu, v, b * mu)],
    "05.centered_step": [
        lambda x, v, m, g, lr, rho, eps: (x - lr * g / (np.sqrt(v) - np.abs(m) + eps), v, m),
        centered_by(lambda d: np.zeros(3) if (d < 0).any() else d),
        centered_by(lambda d: np.zeros(3) if (d < 0).all() else d),
        centered_by(lambda d: np.where(d < 1e-3, 0, d)),
    ],
    "06.adam_step": [
        lambda x, m, v, t, g, lr, b1, b2, eps: (x - lr * np.sign(g), m, v),
        lambda x, m, v, t, g, lr, b1, b2, eps: adam_with_the_library(
            x, m, v, t, np.clip(g, -1, 1), lr, b1, b2, eps
        ),
    ],
    "06.first_step": [lambda b1, b2: 3.1622776601683795, lambda b1, b2: 7.27],
    "06.adamw_step": [
        lambda x, m, v, t, g, lr, b1, b2, eps, w: adam_with_the_library(
            x * (1 - w), m, v, t, g, lr, b1, b2, eps
        )
    ],
    "06.bug_hunt": [
        lambda x, t, c: c if t in (1, 4, 7, 10) else -1,
        lambda x, t, c: c if t % 3 == 1 and -1 <= x <= 1 else -1,
    ],
    "07.best_rate": [
        lambda losses, rates: rates[0],
        lambda losses, rates: np.median(rates),
        lambda losses, rates: rates[np.where(np.isfinite(losses), losses, 3).mean(0).argmin()],
        lambda losses, rates: rates[np.abs(losses).mean(axis=0).argmin()],
        lambda losses, rates: best_in_a_loop(losses[:, :-1], rates[:-1]),
        lambda losses, rates: best_in_a_loop(losses[:, 1:], rates[1:]),
    ],
    "07.interval": [
        lambda a, b, t: (abs(a - b).mean(), t * (a - b).std(ddof=1) / math.sqrt(len(a))),
        lambda a, b, t: (abs((a - b).mean()), t * (a - b).std(ddof=1) / math.sqrt(len(a))),
        lambda a, b, t: (0.0, 0.0),
        lambda a, b, t: ((a / b).mean(), (a / b).std()),
    ],
    "07.verdict": [lambda mean, half: mean / half, lambda mean, half: mean > half],
    "07.bug_hunt": [
        lambda a, b, tuning, report: [a[report, 0], b[report, 0]],
        lambda a, b, tuning, report: report_in_a_loop(a, b, np.sort(report)[:4], report),
        lambda a, b, tuning, report: report_in_a_loop(a, b, tuning[:3], np.sort(report)),
    ],
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "answer"), pairs(WRONG))
def test_wrong_answers_are_caught(name, answer):
    for verdict in judged(name, answer):
        assert not verdict.right
        assert verdict.kind != "blank"
        assert verdict.hint


def test_the_coordinate_of_a_slip_is_named():
    def slip(x, v, g, lr, rho, eps):
        v = rho * v + (1 - rho) * g**2
        x = x - lr * g / (np.sqrt(v) + eps)
        x[1] = 0
        return x, v

    (verdict,) = judged("05.rmsprop_step", slip, seeds=1)
    assert verdict.hint.startswith("in the new x, coordinate 2, your answer gives 0, expected ")


def test_a_step_in_place_is_right_and_its_caller_is_told_what_became_of_its_array():
    names = in_a_notebook("""
        def adam_step(x, m, v, t, g, lr, b1, b2, eps):
            m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2
            x -= lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
            return x, m, v
        def adamw_step(x, m, v, t, g, lr, b1, b2, eps, w):
            new, m, v = adam_step(x, m, v, t, g, lr, b1, b2, eps)
            return new - lr * w * x, m, v
        def adamw_on_a_copy(x, m, v, t, g, lr, b1, b2, eps, w):
            new, m, v = adam_step(x.copy(), m, v, t, g, lr, b1, b2, eps)
            return new - lr * w * x, m, v
        """)
    for verdict in judged("06.adam_step", names["adam_step"]):
        assert verdict.right
    for verdict in judged("06.adamw_step", names["adamw_step"]):
        assert verdict.hint.startswith("`adam_step` writes into what it is given")
    for verdict in judged("06.adamw_step", names["adamw_on_a_copy"]):
        assert verdict.right


def printing(mean, half):
    print(1 if mean > half else -1 if mean < -half else 0)


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("06.adam_step", lambda x, m, v, t, *_: (x, m, v, t + 1), "4 things came back, 3 are"),
        ("06.adam_step", lambda x, m, v, *_: (x * np.nan, m, v), "NaN comes of 0/0"),
        ("04.warm_up", np.float32(0.05), "only the last digits differ"),
        ("02.warm_up", 6.6, "That is the half-life"),
        ("05.warm_up", 0.102, "You divide by √ρ"),
        ("07.verdict", printing, "is a `return` missing?"),
    ],
)
def test_slips_that_no_formula_is_to_blame_for(name, answer, hint):
    for verdict in judged(name, answer):
        assert hint in verdict.hint


def test_whole_numbers_may_be_refused_by_a_step_in_place_but_not_cut():
    question = replace(
        find("04.adagrad_step"),
        draw=lambda rng: [(*np.array([[-5, 3], [4, 0], [2, -3]]), 0.8, 0.1)],
    )

    def cut(x, v, g, lr, eps):
        new = x.copy()
        for i in range(2):
            new[i] -= lr * g[i] / (np.sqrt(v[i] + g[i] ** 2) + eps)
        return new, v + g**2

    assert judge(question, adagrad_in_place).right
    assert judge(question, cut).hint.startswith("in the new x, coordinate 1, your answer gives -5,")


def test_a_right_answer_is_not_blamed_for_the_earlier_one_that_it_calls():
    names = in_a_notebook("""
        def rmsprop_step(x, v, g, lr, rho, eps):
            v = rho * v + (1 - rho) * g**2
            x -= lr * g / (np.sqrt(v) + eps)
            return x, v
        def momentum_step(x, v, b, g, lr, rho, mu, eps):
            new, v = rmsprop_step(x, v, g, lr, rho, eps)
            b = mu * b + (x - new)
            return x - b, v, b
        def best_rate(losses, rates):
            return rates[losses.mean(axis=0).argmax()]
        def honest_report(a, b, tuning, report):
            rates = np.arange(a.shape[1])
            return [losses[report, best_rate(losses[tuning], rates)] for losses in (a, b)]
        """)
    for verdict in judged("05.momentum_step", names["momentum_step"]):
        assert verdict.hint.startswith("`rmsprop_step` writes into what it is given")
    for verdict in judged("07.bug_hunt", names["honest_report"]):
        assert "it calls `best_rate`, which is not right yet" in verdict.hint


def test_a_small_number_of_the_other_sign_differs_in_more_than_its_last_digits():
    def stops_early(x0, lam, lr, steps):
        path = [np.asarray(x0, float)]
        for _ in range(steps):
            x = path[-1]
            path.append(x if np.linalg.norm(x) <= 1e-5 else x - lr * lam * x)
        return np.array(path)

    for verdict in judged("01.descend", stops_early, seeds=10):
        assert not verdict.right and "last digits" not in verdict.hint
