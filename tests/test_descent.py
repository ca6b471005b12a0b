"""run(): what it records, what it refuses, and how it stops."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import course_lib as cl


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
        ({"steps": -1}, "steps must be at least 0, got -1"),
        ({"steps": 2, "every": 0}, "every must be at least 1, got 0"),
        ({"steps": 2, "record": ["y"]}, "no 'y' to record; the state has x, t, step"),
    ],
)
def test_bad_options_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        cl.run(cl.SGD(), halve, [1.0], **options)


@pytest.mark.parametrize("steps", [2.0, 2.5, True, "2", None])
def test_a_number_of_steps_that_is_none(steps):
    with pytest.raises(TypeError, match=f"steps must be a whole number, got {steps!r}"):
        cl.run(cl.SGD(), halve, [1.0], steps)
    with pytest.raises(TypeError, match=f"every must be a whole number, got {steps!r}"):
        cl.run(cl.SGD(), halve, [1.0], 5, every=steps)
    assert len(cl.run(cl.SGD(), halve, [1.0], np.int64(2)).x) == 3


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


# A learner's optimizer needs no base class.


class State(NamedTuple):
    x: np.ndarray
    v: object = 0


class Mine:
    def init(self, x):
        return State(x)

    def step(self, state, g):
        return State(state.x - 0.25 * g)


@pytest.mark.parametrize("x0", [[4.0, 8.0], [4, 8], np.array([4, 8]), (np.float32(4), 8)])
def test_a_learners_optimizer_gets_floats_also_from_whole_numbers(x0):
    trace = cl.run(Mine(), halve, x0, 3)
    assert trace.x.tolist() == [[4.0, 8.0], [2.0, 4.0], [1.0, 2.0], [0.5, 1.0]]
    assert cl.run(Mine(), halve, np.ones(1, np.float32), 3).x.dtype == np.float32


def test_the_start_is_the_learners_own_to_change():
    class InPlace(Mine):
        def step(self, state, g):
            state.x[...] -= 0.25 * g
            return state

    x0 = np.array([4.0, 8.0])
    assert cl.run(InPlace(), halve, x0, 2).x.tolist() == [[4.0, 8.0], [2.0, 4.0], [1.0, 2.0]]
    assert x0.tolist() == [4.0, 8.0]


@pytest.mark.parametrize(
    ("first", "of", "expected"),
    [
        (0.0, lambda v, g: 0.5 * v + float(g.max()), [0.0, 16.0, 16.0]),  # one for all parameters
        (0, lambda v, g: 0.5 * v + float(g.max()), [0.0, 16.0, 16.0]),
        (0, lambda v, g: 0.5 * v + g, [[0.0, 0.0], [8.0, 16.0], [8.0, 16.0]]),
        (
            [0.0, 0.0],
            lambda v, g: list(0.5 * np.array(v) + g),
            [[0.0, 0.0], [8.0, 16.0], [8.0, 16.0]],
        ),
        (0, lambda v, g: v + 1, [0, 1, 2]),
        (None, lambda v, g: None, [None, None, None]),
    ],
)
def test_a_memory_may_be_a_number_or_begin_as_one(first, of, expected):
    class Remembering(Mine):
        def init(self, x):
            return State(list(x), first)

        def step(self, state, g):
            x = [float(x - 0.25 * slope) for x, slope in zip(state.x, g, strict=True)]
            return State(x, of(state.v, g))

    trace = cl.run(Remembering(), halve, [4, 8], 2)
    assert trace.x.tolist() == [[4.0, 8.0], [2.0, 4.0], [1.0, 2.0]]
    assert trace.v.tolist() == expected
    assert cl.run(Remembering(), halve, [4, 8], 2, record=["x"]).v is None


def test_a_memory_that_is_a_number_and_overflows_is_named():
    class Growing(Mine):
        def step(self, state, g):
            return State(state.x, np.inf)

    with pytest.raises(cl.Diverged, match="v is inf after step 1"):
        cl.run(Growing(), halve, [1.0], 3)


def test_an_optimizer_that_can_be_called_is_no_schedule():
    class Callable(Mine):
        def __call__(self, state, g):
            return self.step(state, g)

    assert cl.run(Callable(), halve, [4.0], 1).x[:, 0].tolist() == [4.0, 2.0]


@dataclass
class Data:
    x: np.ndarray


class Other(NamedTuple):
    x: np.ndarray
    m: float = 0.0


def returning(state, method="step"):
    """An optimizer whose step, or init, returns what `state` makes of x."""
    return type("Mine", (Mine,), {method: lambda self, at, *g: state(getattr(at, "x", at))})()


@pytest.mark.parametrize(
    ("opt", "message"),
    [
        (cl.SGD, r"SGD is a class: write SGD\(\), with its brackets"),
        (Mine, r"Mine is a class: write Mine\(\)"),
        (State, r"State is a class: write State\(\)"),  # it has no step either
        (lambda t: cl.SGD, r"SGD is a class: write SGD\(\)"),
        (lambda t: cl.SGD() if t < 2 else None, "an optimizer has init.* this has not: None"),
        ("SGD", r"an optimizer has init\(x\) and step\(state, g\), and this has not: 'SGD'"),
        (returning(lambda x: None, "init"), "Mine.init returns nothing: does it end with"),
        (returning(lambda x: None), "Mine.step returns nothing: does it end with"),
        (returning(lambda x: (x, 0), "init"), "Mine.init returns a tuple: a state is a NamedTuple"),
        (returning(lambda x: {"x": x}, "init"), "Mine.init returns a dict: a state is"),
        (returning(Data, "init"), "Mine.init returns a Data: a state is a NamedTuple with x among"),
        (returning(lambda x: x, "init"), "Mine.init returns a ndarray: a state is a NamedTuple"),
        (returning(lambda x: (x, 0)), "Mine.step returns a tuple: a state is a NamedTuple with x"),
        (returning(Other), "Mine.step returns a state of x, m; the state before has x, v"),
    ],
)
def test_what_is_no_optimizer_and_what_is_no_state_get_a_sentence(opt, message):
    with pytest.raises(TypeError, match=message):
        cl.run(opt, halve, [4.0, 8.0], 3)


@pytest.mark.parametrize("opt", [Mine(), cl.RMSProp()])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"grad": lambda x: None}, TypeError, "the gradient is None: does its function return it"),
        ({"grad": lambda x: 1.0}, ValueError, r"the gradient has the shape \(\), the .* \(2,\)"),
        ({"grad": lambda x: x[:1]}, ValueError, r"the gradient has the shape \(1,\), the param"),
        ({"grad": lambda x: [x, 1.0]}, ValueError, "the gradient must be one array"),
        ({"grad": lambda x: 1j * x}, TypeError, "the gradient must hold real numbers"),
        ({"project": lambda x: None}, TypeError, "what project returns is None"),
        ({"project": lambda x: x[:1]}, ValueError, r"what project returns has the shape \(1,\)"),
        ({"project": lambda x: 0.0}, ValueError, r"what project returns has the shape \(\)"),
        ({"x0": [1.0, np.nan]}, ValueError, r"x0\[1\] is nan: a start needs finite numbers"),
        ({"x0": np.inf}, ValueError, "x0 is inf: a start needs finite numbers"),
        ({"x0": [[1.0, 2.0], [3.0]]}, ValueError, r"x0 must be one array.* np\.concatenate"),
        ({"x0": None}, TypeError, "x0 must hold real numbers, got dtype object"),
        ({"x0": [1j, 0]}, TypeError, "x0 must hold real numbers, got dtype complex128"),
    ],
)
def test_what_a_function_returns_is_named_when_it_is_wrong(opt, options, error, message):
    given = {"grad": halve, "x0": [4.0, 8.0], **options}
    with pytest.raises(error, match=message):
        cl.run(opt, steps=3, **given)


def test_a_step_may_not_change_the_shape_of_x():
    with pytest.raises(
        ValueError, match=r"Mine.step returns an x of the shape \(1,\); the x before"
    ):
        cl.run(returning(lambda x: State(x[:1])), halve, [4.0, 8.0], 3)


def test_a_gradient_and_a_projection_may_be_lists():
    x = cl.run(Mine(), lambda x: list(2 * x), [4, 8], 1, project=lambda x: [min(v, 3) for v in x]).x
    assert x.tolist() == [[4.0, 8.0], [2.0, 3.0]]


def test_a_member_of_a_sweep_that_has_overflowed_may_go_on():
    x0 = np.array([[np.inf], [4.0]])
    assert cl.run(Mine(), halve, x0, 2, keep_going=True).x[-1, 1] == 1.0
