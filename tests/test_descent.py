"""run(): what it records, what it refuses, and how it stops."""

import numpy as np
import pytest

import course_lib as cl
from course_lib import descent


def halve(x):
    return 2 * x


def test_the_trace_starts_at_the_start_and_has_a_row_a_step():
    trace = cl.run(cl.RMSProp(), halve, [4.0, 1.0], 5)
    assert trace.x.shape == (6, 2)
    assert trace.x[0].tolist() == [4.0, 1.0]
    assert trace.t.tolist() == list(range(6))
    assert type(trace) is cl.optimizers.RMSProp.State


def test_step_t_sees_the_gradient_of_step_t():
    seen = []

    def grad(x, t):
        seen.append(t)
        return 0 * x + t

    trace = cl.run(cl.SGD(lr=1), grad, [0.0], 3)
    assert seen == [1, 2, 3]
    assert trace.x[:, 0].tolist() == [0.0, -1.0, -3.0, -6.0]


class Gradient:
    def __call__(self, x, t):
        return x * t

    def of_one(self, x):
        return x


@pytest.mark.parametrize(
    "grad",
    [
        lambda x: x,
        lambda x, scale=1.0: scale * x,
        lambda x, t=None: x,
        lambda x, *_: x,
        Gradient().of_one,
        np.positive,
    ],
)
def test_gradients_of_one_argument(grad):
    assert cl.run(cl.SGD(lr=0.5), grad, [4.0], 2).x[:, 0].tolist() == [4.0, 2.0, 1.0]


def test_gradients_of_two_arguments():
    x = cl.run(cl.SGD(lr=0.5), Gradient(), [4.0], 2).x[:, 0]
    assert x.tolist() == [4.0, 2.0, 0.0]
    with_default = cl.run(cl.SGD(lr=0.5), lambda x, t=None: x * t, [4.0], 2).x[:, 0]
    assert with_default.tolist() == x.tolist()


def test_named_quantities_and_every_k_th_step():
    trace = cl.run(cl.Adam(), halve, [4.0], 10, record=["v"], every=4)
    assert trace.x is None
    assert trace.t.tolist() == [0, 4, 8, 10]
    whole = cl.run(cl.Adam(), halve, [4.0], 10)
    np.testing.assert_array_equal(trace.v, whole.v[[0, 4, 8, 10]])
    assert cl.run(cl.Adam(), halve, [4.0], 3, record="x").v is None
    assert cl.run(cl.Adam(), halve, [4.0], 0).t.tolist() == [0]
    assert cl.run(cl.Adam(), halve, [4.0], 8, every=4).t.tolist() == [0, 4, 8]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": -1}, "steps must be a whole number ≥ 0, got -1"),
        ({"steps": 2.5}, "steps must be a whole number ≥ 0, got 2.5"),
        ({"steps": True}, "steps must be a whole number ≥ 0, got True"),
        ({"steps": 2, "every": 0}, "every must be a whole number ≥ 1, got 0"),
        ({"steps": 2, "record": ["y"]}, "no 'y' to record; the state has x, t, step"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        cl.run(cl.SGD(), halve, [1.0], **options)


def test_divergence_names_step_and_coordinate_and_keeps_the_trace():
    with pytest.raises(cl.Diverged, match=r"x\[1\] is -?inf after step \d+: try a smaller") as e:
        cl.run(cl.SGD(lr=2), lambda x: np.array([0.1, 30.0]) * x, [1.0, 1.0], 1000)
    assert e.value.where == (1,)
    assert np.isfinite(e.value.trace.x[:-1]).all()
    assert not np.isfinite(e.value.trace.x[-1, 1])
    assert len(e.value.trace.x) == e.value.t + 1


def test_in_a_sweep_the_member_is_named_or_left_to_overflow():
    lr = np.array([[0.1], [40.0]])
    with pytest.raises(cl.Diverged) as e:
        cl.run(cl.SGD(lr), halve, [1.0, 0.0], 1000)
    assert e.value.where == (1, 0)
    x = cl.run(cl.SGD(lr), halve, [1.0, 0.0], 1000, keep_going=True).x
    assert np.isfinite(x[-1, 0]).all()
    assert not np.isfinite(x[-1, 1, 0])


def test_large_but_finite_numbers_are_no_divergence():
    cl.run(cl.SGD(lr=0), lambda x: 0 * x, np.full(3, 1e308), 2)  # whose sum overflows


def test_a_gradient_that_works_in_place_does_no_harm():
    def grad(x):
        x *= 2
        return x

    np.testing.assert_array_equal(
        cl.run(cl.RMSProp(), grad, [1.0], 9).x, cl.run(cl.RMSProp(), halve, [1.0], 9).x
    )


def test_a_schedule_and_a_projection():
    x = cl.run(lambda t: cl.SGD(lr=1 / t), lambda x: 0 * x + 1, [0.0], 3).x[:, 0]
    np.testing.assert_allclose(x, [0, -1, -1.5, -1 - 1 / 2 - 1 / 3])
    x = cl.run(cl.SGD(lr=1), lambda x: 0 * x + 1, [0.0], 3, project=lambda x: np.maximum(x, -2)).x
    assert x[:, 0].tolist() == [0, -1, -2, -2]


def test_the_learning_rate_is_inside_the_momentum():
    rates = [1, 1, 0.1, 0.1]
    run = cl.run(lambda t: cl.SGD(lr=rates[t - 1], momentum=0.9), lambda x: 0 * x + 1, [0.0], 4)
    assert run.x[-1, 0] == pytest.approx(-6.44, abs=5e-3)


def test_a_run_of_its_own_optimizer():
    """A learner's optimizer needs no base class."""
    from typing import NamedTuple

    class State(NamedTuple):
        x: np.ndarray
        t: int

    class Mine:
        def init(self, x):
            return State(np.array(x), 0)

        def step(self, state, g):
            return State(state.x - 0.25 * g, state.t + 1)

    assert cl.run(Mine(), halve, [4.0], 3).x[:, 0].tolist() == [4.0, 2.0, 1.0, 0.5]


def test_long_runs_show_how_far_they_are(monkeypatch, capsys):
    monkeypatch.delenv("COURSE_PROGRESS")
    cl.run(cl.SGD(), halve, [1.0], 200)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(descent, "PATIENCE", -1.0)
    shown = []
    monkeypatch.setattr(
        "rich.progress.Progress.update", lambda *_, completed: shown.append(completed)
    )
    cl.run(cl.SGD(), halve, [1.0], 200)
    assert shown
    assert shown[0] == 64
    monkeypatch.setenv("COURSE_PROGRESS", "0")
    shown.clear()
    cl.run(cl.SGD(), halve, [1.0], 200)
    assert not shown
