"""The course's optimizers against a table that torch, Keras and optax have computed.

`tests/crosscheck/crosscheck.py` writes it and, where the frameworks are installed, compares live.
"""

import copy
import json
import pickle
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import course_lib as cl
from course_lib.conventions import as_in

CROSSCHECK = Path(__file__).parent / "crosscheck"
sys.path.insert(0, str(CROSSCHECK))
from cases import KEPT, SOURCES, STEPS, settings  # noqa: E402

ROWS = json.loads((CROSSCHECK / "frameworks.json").read_text(encoding="utf-8"))["rows"]


@pytest.mark.parametrize(("framework", "name", "hyper"), list(settings()))
def test_every_optimizer_follows_its_framework(framework, name, hyper):
    case = {"framework": framework, "name": name, "hyper": hyper}
    rows = [row for row in ROWS if case.items() <= row.items()]
    assert {row["source"] for row in rows} == set(SOURCES)
    for row in rows:
        grad, x0 = SOURCES[row["source"]]
        x = cl.run(as_in(framework, name, **hyper), grad, x0, STEPS).x
        for t in KEPT:
            off = np.abs(x[t] - row["x"][str(t)]) / row["scale"]
            assert off.max() < 1e-12, (row["source"], t)


def test_first_steps_of_the_same_optimizer():
    first = {}
    for framework in ("torch", "keras", "optax"):
        opt = as_in(framework, "RMSProp", lr=1.0)
        first[framework] = opt.step(opt.init([0.0]), [1.0]).step.item()
    assert first["torch"] == pytest.approx(10, rel=1e-6)
    assert first["keras"] == pytest.approx(3.16, abs=5e-3)
    assert first["optax"] == pytest.approx(3.16, abs=5e-3)


@pytest.mark.parametrize(
    ("framework", "end"), [("torch", -3.51), ("keras", -6.44), ("optax", -3.51)]
)
def test_whether_a_falling_rate_falls_for_the_momentum_too(framework, end):
    rates = [1, 1, 0.1, 0.1]

    def schedule(t):
        return as_in(framework, "SGD", lr=rates[t - 1], momentum=0.9)

    x = cl.run(schedule, lambda x: 0 * x + 1, [0.0], 4).x[-1, 0]
    assert x == pytest.approx(end, abs=5e-3)


def test_torchs_rmsprop_has_the_rate_outside_too():
    rates = [1, 1, 0.1, 0.1]

    def end(framework):
        def schedule(t):
            return as_in(framework, "RMSProp", lr=rates[t - 1], rho=0, eps=0, momentum=0.9)

        return cl.run(schedule, lambda x: 0 * x + 1, [0.0], 4).x[-1, 0]

    assert end("torch") == pytest.approx(-3.51, abs=5e-3)
    assert end("keras") == pytest.approx(-6.44, abs=5e-3)


@pytest.mark.parametrize(
    ("name", "hyper", "alike"),
    [
        ("RMSProp", {"lr": 0.1, "rho": 0.9, "eps": 0.1}, {"keras": "optax"}),
        ("AdaGrad", {"lr": 0.1, "eps": 0.1, "initial": 0.1}, {"keras": "optax"}),
        ("Adam", {"lr": 0.1, "eps": 0.1}, {"torch": "optax"}),
        ("AdamW", {"lr": 0.1, "eps": 0.1, "weight_decay": 0.1}, {"torch": "optax"}),
        ("AMSGrad", {"lr": 0.1, "beta2": 0.5, "eps": 0.1}, {}),
        ("Adadelta", {"lr": 0.1, "rho": 0.9, "eps": 1e-6}, None),
        ("Adadelta", {"lr": 0.1, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.5}, {"torch": "optax"}),
    ],
)
def test_where_the_frameworks_agree_and_where_not(name, hyper, alike):
    """`alike`: the pair that is one rule; None: all are."""
    grad, x0 = SOURCES["quadratic"]
    end = {
        f: cl.run(as_in(f, name, **hyper), grad, x0, 20).x[-1] for f in ("torch", "keras", "optax")
    }
    for one, other in [("torch", "keras"), ("torch", "optax"), ("keras", "optax")]:
        same = alike is None or alike.get(one) == other
        assert np.allclose(end[one], end[other], rtol=1e-10) == same, (one, other)


@pytest.mark.parametrize(
    ("name", "torch", "keras", "optax"),
    [
        ("AdamW", 0.01, 0.004, 1e-4),
    ],
)
def test_default_decays(name, torch, keras, optax):
    assert as_in("torch", name).weight_decay == torch
    assert as_in("keras", name).weight_decay == keras
    assert as_in("optax", name, lr=0.1).weight_decay == optax


@pytest.mark.parametrize("framework", ["torch", "keras", "optax"])
@pytest.mark.parametrize(
    "name", ["SGD", "AdaGrad", "RMSProp", "Adam", "AdamW", "AMSGrad", "Adadelta"]
)
def test_float32_stays_float32_and_a_sweep_is_its_members(framework, name):
    opt = as_in(framework, name, lr=0.1)
    state = opt.init(np.ones(3, np.float32))
    for _ in range(2):
        state = opt.step(state, np.full(3, 0.5, np.float32))
    assert {part.dtype for part in state if isinstance(part, np.ndarray)} == {np.dtype("float32")}
    grad, x0 = SOURCES["quadratic"]
    swept = cl.run(as_in(framework, name, lr=np.array([[0.01], [0.1]])), grad, x0, 20).x
    np.testing.assert_array_equal(swept[:, 1], cl.run(opt, grad, x0, 20).x)


DECAYING = [
    (framework, name)
    for framework in ("torch", "keras", "optax")
    for name in ("SGD", "AdaGrad", "RMSProp", "Adam", "AdamW", "AMSGrad", "Adadelta")
    if framework != "optax" or name in ("AdamW", "Adadelta")
]


@pytest.mark.parametrize(("framework", "name"), DECAYING)
def test_a_weight_decay_is_a_hyper_parameter_like_the_others(framework, name):
    grad, x0 = SOURCES["quadratic"]
    decays = np.array([[0.0], [0.1], [0.4]])
    opt = as_in(framework, name, lr=0.05, weight_decay=decays)
    assert "weight_decay=[3 values]" in repr(opt)
    swept = cl.run(opt, grad, x0, 20)
    assert swept.x.shape == (21, 3, 3)
    for i, decay in enumerate(decays[:, 0]):
        alone = as_in(framework, name, lr=0.05, weight_decay=decay)
        x = cl.run(alone, grad, x0, 20).x
        np.testing.assert_array_equal(swept.x[:, i], x)
        other = replace(alone, lr=0.01)
        assert other == as_in(framework, name, lr=0.01, weight_decay=decay)
        assert (cl.run(other, grad, x0, 20).x != x).any()
        assert isinstance(other, cl.optimizers.Optimizer)
    assert not np.array_equal(swept.x[:, 0], swept.x[:, 1])


def test_a_decay_of_zero_is_none():
    grad, x0 = SOURCES["quadratic"]
    for framework in ("torch", "keras"):
        plain, decayed = as_in(framework, "Adam"), as_in(framework, "Adam", weight_decay=0.0)
        np.testing.assert_array_equal(
            cl.run(plain, grad, x0, 20).x, cl.run(decayed, grad, x0, 20).x
        )


def test_optaxs_adadelta_has_a_factor_of_its_own():
    assert as_in("optax", "Adadelta").lr == 1.0


@pytest.mark.parametrize("framework", ["torch", "keras", "optax"])
@pytest.mark.parametrize("name", ["AdaGrad", "RMSProp", "Adam", "AdamW", "AMSGrad", "Adadelta"])
def test_where_a_framework_has_nan_a_parameter_without_gradients_stays(framework, name):
    opt = as_in(framework, name, lr=0.1, eps=0.0, **{"initial": 0.0} if name == "AdaGrad" else {})
    x = cl.run(opt, lambda x: np.zeros(2), np.zeros(2), 3).x
    assert (x == 0).all()


@pytest.mark.parametrize("framework", ["torch", "keras", "optax"])
def test_a_spread_that_rounds_to_below_zero_is_none(framework):
    g = np.random.default_rng(0).normal(size=200)
    opt = as_in(framework, "RMSProp", lr=0.1, rho=0.9, centered=True)
    trace = cl.run(opt, lambda x: g, np.zeros(200), 400)
    assert (trace.v[-1] < trace.m[-1] ** 2).any()  # else this test shows nothing
    assert np.isfinite(trace.x).all()


def test_nesterov_without_momentum_is_a_plain_step():
    opt = as_in("torch", "SGD", lr=0.1, nesterov=True)  # torch itself refuses
    assert opt.step(opt.init([1.0]), [1.0]).x.tolist() == [0.9]
    with pytest.raises(ValueError, match=r"momentum must be in \[0, 1\), got 1"):
        as_in("torch", "SGD", momentum=1.0)


@pytest.mark.parametrize(
    ("arguments", "hyper", "error", "message"),
    [
        (("jax", "SGD"), {}, ValueError, "no framework 'jax'; there are torch, keras, optax"),
        (
            ("torch", "Rprop"),
            {},
            ValueError,
            "no 'Rprop' in torch; there are SGD, AdaGrad, RMSProp",
        ),
        (("optax", "Adam"), {}, TypeError, "optax has no default learning rate: give one"),
        (
            ("torch", "Adam"),
            {"rho": 0.9},
            TypeError,
            "torch's Adam takes lr, beta1, beta2, eps, we",
        ),
        (("optax", "Adam"), {"lr": 1, "weight_decay": 1}, TypeError, "not weight_decay"),
        (("keras", "RMSProp"), {"eps_inside": False}, TypeError, "not eps_inside"),
        (("torch", "SGD"), {"weight_decay": -1}, ValueError, "weight_decay must be .* got -1"),
        (("torch", "SGD"), {"lr": -1}, ValueError, "lr must be .* got -1"),
        (("keras", "Adam"), {"weight_decay": "1"}, TypeError, "weight_decay must be a real number"),
        (("optax", "AMSGrad"), {}, TypeError, "optax has no default learning rate: give one"),
    ],
)
def test_errors_say_what_there_is(arguments, hyper, error, message):
    with pytest.raises(error, match=message):
        as_in(*arguments, **hyper)


def test_names_fit_a_legend():
    assert repr(as_in("keras", "AdamW")) == "AdamWEpsHat(lr=0.001, eps=1e-07, weight_decay=0.004)"
    assert repr(as_in("torch", "SGD")) == "SGDRateOutside(lr=0.001)"
    assert repr(as_in("keras", "Adam", weight_decay=0.2)) == (
        "AdamEpsHat(lr=0.001, eps=1e-07, weight_decay=0.2)"
    )


def test_a_rule_with_weight_decay_can_be_sent_to_another_process():
    opt = as_in("keras", "Adam", weight_decay=0.1)
    assert repr(pickle.loads(pickle.dumps(opt))) == repr(opt) and copy.deepcopy(opt) == opt
