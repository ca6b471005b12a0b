"""The optimizers against theory, against each other, and in the face of hazards."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import course_lib as cl
from course_lib.base import weights

ALL = [
    cl.SGD(),
    cl.SGD(momentum=0.9),
    cl.SGD(momentum=0.9, nesterov=True),
    cl.AdaGrad(),
    cl.AdaGrad(initial=0.1, eps_inside=True),
    cl.RMSProp(),
    cl.RMSProp(momentum=0.9),
    cl.RMSProp(centered=True, eps=1e-4),
    cl.RMSProp(initial=1.0, eps_inside=True),
    cl.Adam(),
    cl.Adam(bias_correction=False),
    cl.AdamW(),
    cl.AMSGrad(),
    cl.AMSGrad(bias_correction=False),
    cl.Adadelta(),
]
every = pytest.mark.parametrize("opt", ALL, ids=repr)


def follow(opt, gradients, x0=None):
    """The trace along gradients that do not depend on x."""
    gradients = np.asarray(gradients, float)
    x0 = np.zeros(gradients.shape[1:]) if x0 is None else x0
    return cl.run(opt, lambda x, t: gradients[t - 1], x0, len(gradients))


def travelled(opt, steps):
    return -follow(opt, np.ones((steps, 1))).x[-1, 0]


# Theory: constant gradients


@pytest.mark.parametrize(
    ("steps", "distance"), [(10, 5.0209979), (100, 18.58960382), (1000, 61.80100877)]
)
def test_adagrad_travels_like_the_root_of_t(steps, distance):
    assert travelled(cl.AdaGrad(lr=1, eps=0), steps) == pytest.approx(distance, abs=5e-9 * distance)


def test_adagrads_rate_falls_like_one_over_the_root_of_t():
    rate = follow(cl.AdaGrad(lr=0.1, eps=0), np.ones((10_000, 1))).rate[:, 0]
    np.testing.assert_allclose(rate[[1, 100, 10_000]], [0.1, 0.01, 0.001], rtol=1e-12)


@pytest.mark.parametrize(
    ("rho", "first", "excess", "within"),
    [(0.9, 3.16228, 9.141713, 5e-7), (0.99, 10, 123.862988, 5e-7), (0.999, 31.6228, 1339.93, 5e-3)],
)
def test_rmsprop_first_step_and_excess_travel(rho, first, excess, within):
    steps = 40_000
    trace = follow(cl.RMSProp(lr=1, rho=rho, eps=0), np.ones((steps, 1)))
    assert trace.step[1, 0] == pytest.approx(first, abs=5e-5)
    t = np.arange(1, 101)
    np.testing.assert_allclose(trace.step[1:101, 0], 1 / np.sqrt(1 - rho**t), rtol=1e-11)
    assert -trace.x[-1, 0] - steps == pytest.approx(excess, abs=within)


def test_adam_takes_steps_of_exactly_lr():
    for beta1, beta2 in [(0.9, 0.999), (0, 0.9), (0.99, 0.5), (0, 0)]:
        step = follow(cl.Adam(lr=0.3, beta1=beta1, beta2=beta2, eps=0), np.full((50, 1), 7.0)).step
        np.testing.assert_allclose(step[1:], 0.3, rtol=1e-12)


def test_adam_without_correction_starts_too_long():
    opt = cl.Adam(lr=1, eps=0, bias_correction=False)
    assert follow(opt, [[5.0]]).step[1, 0] == pytest.approx(3.1623, abs=5e-5)


def test_adams_largest_possible_step():
    b1, b2 = 0.9, 0.999
    # The gradients for which Cauchy and Schwarz have equality: g grows by β2/β1 from the past.
    g = (b1 / b2) ** np.arange(20_000)[::-1]
    step = follow(cl.Adam(lr=1, eps=0, bias_correction=False), g[:, None]).step[-1, 0]
    bound = (1 - b1) / np.sqrt((1 - b2) * (1 - b1**2 / b2))
    assert bound == pytest.approx(7.2703, abs=5e-5)
    assert step == pytest.approx(bound, rel=1e-6)


def test_a_lone_spike_in_adam():
    g = np.zeros((20_001, 1))
    g[0], g[-1] = 1e-6, 1.0
    step = follow(cl.Adam(lr=1, eps=0), g).step[-1, 0]
    assert step == pytest.approx(3.1623, abs=2e-4)


def test_adam_without_momentum_is_rmsprop_with_the_start_corrected():
    g = np.random.default_rng(1).normal(size=(60, 3))
    for rho in (0.5, 0.9, 0.999):
        adam = follow(cl.Adam(lr=1, beta1=0, beta2=rho, eps=0), g).step[1:]
        rmsprop = follow(cl.RMSProp(lr=1, rho=rho, eps=0), g).step[1:]
        t = np.arange(1, 61)[:, None]
        np.testing.assert_allclose(adam, rmsprop * np.sqrt(1 - rho**t), rtol=1e-11)


def test_centered_rmsprop_on_a_constant_gradient():
    rho, t = 0.9, np.arange(1, 31)
    step = follow(cl.RMSProp(lr=1, rho=rho, eps=0, centered=True), np.ones((30, 1))).step[1:, 0]
    np.testing.assert_allclose(step, 1 / np.sqrt(rho**t * (1 - rho**t)), rtol=1e-9)


def test_centered_rmsprop_never_takes_the_root_of_a_negative_number():
    g = np.random.default_rng(0).normal(size=(1, 1000)) * np.ones((400, 1))
    trace = follow(cl.RMSProp(lr=1, centered=True, eps=1e-3), g)
    negative = trace.v[1:] - trace.m[1:] ** 2 < 0
    assert negative.any()  # else this test shows nothing
    assert (trace.rate[1:][negative] == 1 / 1e-3).all()


@pytest.mark.parametrize(
    "opt",
    [
        cl.RMSProp(lr=1, rho=0.5, eps=0, centered=True),
        cl.RMSProp(lr=1, rho=0.5, eps=0, centered=True, eps_inside=True),
        cl.conventions.as_in("torch", "RMSProp", lr=1, rho=0.5, eps=0, centered=True),
    ],
    ids=repr,
)
def test_a_centered_step_without_a_spread_and_without_eps_is_infinite(opt):
    """The law is 1/√(ρ^t(1 − ρ^t)), without bound; in 54 steps the spread rounds to 0."""
    with pytest.raises(cl.Diverged, match=r"x\[0\] is -inf after step 54") as stopped:
        follow(opt, np.ones((60, 1)))
    trace = stopped.value.trace
    assert trace.rate[54, 0] == np.inf
    assert trace.rate[53, 0] == pytest.approx(1 / np.sqrt(0.5**53), rel=0.5)
    assert (follow(opt, np.zeros((60, 1))).x == 0).all()  # no gradient is no step
    at_once = cl.RMSProp(rho=0, eps=0, centered=True)
    assert at_once.step(at_once.init([1.0, 1.0]), [2.0, 0.0]).x.tolist() == [-np.inf, 1.0]


@pytest.mark.parametrize("kind", [cl.AdaGrad, lambda **hyper: cl.RMSProp(rho=0.75, **hyper)])
def test_eps_outside_and_inside_the_root(kind):
    """After one gradient of 4, √v is 4 for AdaGrad and 2 for RMSProp, v is 16 and 4."""
    root = 4.0 if kind is cl.AdaGrad else 2.0
    outside = follow(kind(lr=1, eps=0.5), [[4.0]]).rate[1, 0]
    inside = follow(kind(lr=1, eps=0.5, eps_inside=True), [[4.0]]).rate[1, 0]
    assert outside == pytest.approx(1 / (root + 0.5))
    assert inside == pytest.approx(1 / np.sqrt(root**2 + 0.5))


# Theory: functions


@pytest.mark.parametrize(
    ("opt", "limit"),
    [
        (lambda lr: cl.SGD(lr), 2.0),
        (lambda lr: cl.SGD(lr, momentum=0.9), 2 * 1.9),
        (lambda lr: cl.SGD(lr, momentum=0.9, nesterov=True), 2 * 1.9 / 2.8),
    ],
)
def test_where_descent_on_a_parabola_stops_being_stable(opt, limit):
    def end(lr):
        x = cl.run(opt(lr), lambda x: x, [1.0], 3000, keep_going=True).x
        return np.abs(x[-50:]).max()

    assert end(limit * 0.99) < 1e-3
    assert end(limit * 1.01) > 1e3


def test_momentums_terminal_speed():
    step = follow(cl.SGD(lr=0.1, momentum=0.9), np.ones((400, 1))).step
    assert step[-1, 0] == pytest.approx(0.1 / (1 - 0.9))


def test_nesterovs_x_is_where_sutskever_takes_the_gradient():
    """θ + μv, which torch and Keras keep as their parameters; θ itself is another path."""
    mu, lr, curvature = 0.9, 0.05, np.array([1.0, 4.0])
    x, v = np.array([1.0, -2.0]), np.zeros(2)
    trace = cl.run(cl.SGD(lr, mu, nesterov=True), lambda x: curvature * x, x.copy(), 40)
    for t in range(41):
        np.testing.assert_allclose(trace.x[t], x + mu * v, rtol=1e-12)
        v = mu * v - lr * curvature * (x + mu * v)
        x = x + v


@pytest.mark.parametrize("rho", [0.9, 0.99])
def test_rmsprop_ends_in_a_cycle_of_half_the_rate(rho):
    x = cl.run(cl.RMSProp(lr=0.1, rho=rho), lambda x: x, [1.0], 6000).x[-100:, 0]
    np.testing.assert_allclose(np.abs(x), 0.05, rtol=1e-3)
    assert (x[1:] * x[:-1] < 0).all()


def test_hintons_nine_against_one():
    g = np.tile([0.1] * 9 + [-0.9], 100)[:, None]
    assert abs(follow(cl.SGD(lr=0.01), g).x[-1, 0]) < 1e-12
    assert follow(cl.SGD(lr=0.01), np.sign(g)).x[-1, 0] == pytest.approx(-8.0)


@pytest.mark.parametrize(
    ("opt", "end"),
    [
        (cl.Adam(lr=1, beta1=0, beta2=0.1, eps=0), 0.989103),
        (cl.RMSProp(lr=1, rho=0.1, eps=0), 0.989103),
        (cl.AMSGrad(lr=1, beta1=0, beta2=0.1, eps=0, bias_correction=False), -0.991439),
        (cl.AdaGrad(lr=1, eps=0), -0.987194),
    ],
    ids=repr,
)
def test_reddis_example(opt, end):
    from dataclasses import replace

    problem = cl.problems.reddi()
    if isinstance(opt, cl.AdaGrad):  # it brings its own 1/√t
        schedule = replace(opt, lr=0.9)
    else:

        def schedule(t):
            return replace(opt, lr=0.9 / np.sqrt(t))

    x = cl.run(schedule, problem.grad, problem.start, 1500, project=problem.project).x
    assert x[-300:, 0].mean() == pytest.approx(end, abs=6e-3)


def test_adam_with_longer_memory_is_not_fooled_by_reddi():
    problem = cl.problems.reddi()
    x = cl.run(
        lambda t: cl.Adam(lr=0.9 / np.sqrt(t), beta1=0.9, beta2=0.99, eps=0),
        problem.grad,
        problem.start,
        1500,
        project=problem.project,
    ).x
    assert x[-300:, 0].mean() < -0.9


@pytest.mark.parametrize(
    ("opt", "rms", "digits"),
    [
        (cl.RMSProp(lr=0.01), 0.0049, 5e-5),
        (cl.AdaGrad(lr=0.01), 16.92, 5e-3),
        (cl.AdaGrad(lr=0.1), 0.547, 5e-4),
        (cl.AdaGrad(lr=0.5), 0.0009, 5e-5),
    ],
    ids=repr,
)
def test_a_drifting_optimum(opt, rms, digits):
    problem = cl.problems.drift(lambda t: 0.005 * t)
    x = cl.run(opt, problem.grad, problem.start, 5000, record=["x"]).x[1:, 0]
    error = (x - 0.005 * np.arange(1, 5001))[-2500:]
    assert np.sqrt((error**2).mean()) == pytest.approx(rms, abs=digits)


def test_the_bowl_of_dive_into_deep_learning():
    problem = cl.problems.bowl()

    def after(opt, steps):
        return cl.run(opt, problem.grad, problem.start, steps).x[-1, 0]

    assert after(cl.AdaGrad(lr=0.4, eps=0), 20) == pytest.approx(-2.383, abs=6e-4)
    assert after(cl.RMSProp(lr=0.4), 20) == pytest.approx(-0.011, abs=6e-4)
    assert abs(after(cl.AdaGrad(lr=0.4, eps=0), 2000)) < 1e-6
    late = cl.run(cl.RMSProp(lr=0.4), problem.grad, problem.start, 200).x[-2:]
    np.testing.assert_allclose(np.abs(late), 0.2, rtol=0.03)


def test_a_rotation_takes_the_advantage_of_a_rate_for_each_parameter_away():
    straight = cl.problems.bowl(condition=100)
    turned = cl.problems.rotated(straight)
    loss = {}
    for problem in (straight, turned):
        x = cl.run(cl.AdaGrad(lr=0.4), problem.grad, problem.start, 100).x[-1]
        loss[problem is turned] = problem.value(x)
    assert loss[True] > 10 * loss[False]
    ends = [cl.run(cl.SGD(0.1), p.grad, p.start, 50).x[-1] for p in (straight, turned)]
    assert straight.value(ends[0]) == pytest.approx(turned.value(ends[1]), rel=1e-9)


# Properties

gradients = arrays(
    float, (12, 3), elements=st.floats(-10, 10).filter(lambda g: g == 0 or abs(g) > 1e-3)
)
few = settings(max_examples=15)


@every
@few
@given(g=gradients)
def test_coordinates_do_not_know_of_each_other(opt, g):
    order = [2, 0, 1]
    x = follow(opt, g, np.ones(3)).x
    np.testing.assert_array_equal(follow(opt, g[:, order], np.ones(3)).x, x[:, order])
    np.testing.assert_array_equal(follow(opt, g[:, :1], np.ones(1)).x, x[:, :1])


@pytest.mark.parametrize(
    "opt",
    [
        cl.AdaGrad(eps=0),
        cl.RMSProp(eps=0),
        cl.RMSProp(eps=0, momentum=0.9),
        cl.Adam(eps=0),
        cl.AMSGrad(eps=0),
    ],
    ids=repr,
)
@few
@given(g=gradients)
def test_the_unit_of_the_gradient_does_not_matter(opt, g):
    x = follow(opt, g).x
    np.testing.assert_array_equal(follow(opt, 1024 * g).x, x)
    scale = np.array([3.0, 0.7, 1e5])
    np.testing.assert_allclose(follow(opt, scale * g).x, x, rtol=1e-12, atol=1e-15)


@every
@few
@given(g=gradients)
def test_twenty_steps_are_eight_and_then_twelve(opt, g):
    whole = follow(opt, g, np.ones(3))
    state = opt.init(np.ones(3))
    for one in g:
        state = opt.step(state, one)
    for name in state._fields:
        np.testing.assert_array_equal(getattr(whole, name)[-1], getattr(state, name))


@every
def test_a_step_changes_nothing_and_shares_nothing(opt):
    x0, g = np.ones(4), np.arange(4.0)
    state = opt.init(x0)
    for _ in range(3):
        before = [np.array(part) for part in state]
        after = opt.step(state, g)
        for old, kept in zip(before, state, strict=True):
            np.testing.assert_array_equal(old, kept)
        parts = [p for p in after if isinstance(p, np.ndarray)]
        assert not any(np.shares_memory(p, q) for p in parts for q in (x0, g, state.x))
        state = after
    np.testing.assert_array_equal(x0, np.ones(4))
    np.testing.assert_array_equal(g, np.arange(4.0))


SWEEPS = [
    (cl.SGD, {"momentum": 0.9}),
    (cl.AdaGrad, {}),
    (cl.RMSProp, {"rho": np.array([[0.5], [0.9], [0.99]])}),
    (
        cl.Adam,
        {"beta2": np.array([[0.5], [0.9], [0.999]]), "beta1": np.array([[0.0], [0.5], [0.9]])},
    ),
    (cl.AMSGrad, {}),
    (cl.Adadelta, {}),
]


@pytest.mark.parametrize(("kind", "hyper"), SWEEPS)
def test_a_sweep_is_its_members_bit_for_bit(kind, hyper):
    lr = np.array([[0.001], [0.01], [0.1]])
    problem = cl.problems.rosenbrock()
    swept = cl.run(kind(lr=lr / 100, **hyper), problem.grad, problem.start, 60)
    assert swept.x.shape == (61, 3, 2)
    for i in range(3):
        one = {name: value if np.ndim(value) == 0 else value[i, 0] for name, value in hyper.items()}
        alone = cl.run(kind(lr=lr[i, 0] / 100, **one), problem.grad, problem.start, 60)
        np.testing.assert_array_equal(swept.x[:, i], alone.x)


@every
def test_float32_stays_float32(opt):
    x = np.ones(3, np.float32)
    state = opt.step(opt.init(x), np.full(3, 0.5))
    state = opt.step(state, np.full(3, 0.5, np.float32))
    assert {part.dtype for part in state if isinstance(part, np.ndarray)} == {np.dtype("float32")}


# Hazards


@every
def test_no_gradient_and_no_eps_is_no_step(opt):
    from dataclasses import replace

    if hasattr(opt, "eps"):
        opt = replace(opt, eps=0.0)
    if hasattr(opt, "initial"):
        opt = replace(opt, initial=0.0)
    if hasattr(opt, "weight_decay"):
        opt = replace(opt, weight_decay=0.0)
    state = opt.step(opt.init([1.0, 2.0]), [0.0, 0.0])
    assert state.x.tolist() == [1.0, 2.0]
    assert np.isfinite(np.concatenate([np.ravel(part) for part in state])).all()


@pytest.mark.parametrize(("bad", "word"), [(np.nan, "nan"), (np.inf, "inf")])
@every
def test_a_gradient_that_is_no_number_is_named_with_its_step(opt, bad, word):
    g = np.ones((5, 3))
    g[3, 1] = bad
    with pytest.raises(cl.Diverged, match=r"\[1\] is -?(nan|inf) after step 4: try a smaller") as e:
        follow(opt, g)
    assert (e.value.t, e.value.where) == (4, (1,))
    assert len(e.value.trace.x) == 5
    assert np.isfinite(e.value.trace.x[:4]).all()


@every
@pytest.mark.parametrize("x", [[1, 2], [True, False]])
def test_whole_numbers_become_float64(opt, x):
    state = opt.step(opt.init(x), [1, 1])
    assert state.x.dtype == float
    assert (state.x != x).any()


@every
def test_a_gradient_of_another_shape_is_refused(opt):
    message = r"gradient has the shape \(3, 1\), the parameters have \(3,\)"
    with pytest.raises(ValueError, match=message):
        opt.step(opt.init(np.ones(3)), np.ones((3, 1)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cl.RMSProp(rho=1.0), r"rho must be in \[0, 1\), got 1$"),
        (lambda: cl.RMSProp(rho=1.5), r"rho must be in \[0, 1\), got 1.5"),
        (lambda: cl.RMSProp(lr=-1), r"lr must be a finite number ≥ 0, got -1"),
        (lambda: cl.AdaGrad(eps=-1e-8), r"eps must be a finite number ≥ 0, got -1e-08"),
        (lambda: cl.AdaGrad(initial=-1), r"initial must be a finite number ≥ 0, got -1"),
        (lambda: cl.Adam(beta1=1), r"beta1 must be in \[0, 1\), got 1"),
        (lambda: cl.Adam(beta2=np.nan), r"beta2 must be in \[0, 1\), got nan"),
        (lambda: cl.SGD(momentum=-0.1), r"momentum must be in \[0, 1\), got -0.1"),
        (lambda: cl.SGD(lr=np.inf), r"lr must be a finite number ≥ 0, got inf"),
        (lambda: cl.AdamW(weight_decay=-1), r"weight_decay must be a finite number ≥ 0, got -1"),
        (lambda: cl.SGD(lr=np.array([0.1, -2])), r"lr must be a finite number ≥ 0, got -2"),
    ],
)
def test_a_number_out_of_range_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: cl.SGD(lr="0.1"), "lr must be a real number or an array of them, got '0.1'"),
        (lambda: cl.SGD(lr=1j), "lr must be a real number"),
        (lambda: cl.SGD(nesterov=1), "nesterov must be True or False, got 1"),
        (lambda: cl.Adam(bias_correction="no"), "bias_correction must be True or False, got 'no'"),
        (
            lambda: cl.Adam(0.1, (0.9, 0.999)),
            r"beta1 .* got \(0\.9, 0\.999\): give beta1= and beta2=",
        ),
        (
            lambda: cl.conventions.as_in("torch", "AdamW", beta1=(0.9, 0.99)),
            "give beta1= and beta2=",
        ),
        (lambda: cl.SGD().init([1j]), "x must hold real numbers, got dtype complex128"),
        (
            lambda: cl.SGD().step(cl.SGD().init([1.0, 2.0]), None),
            "the gradient is None: does its function return it",
        ),
        (
            lambda: cl.SGD().step(cl.SGD().init([1.0]), [1j]),
            "the gradient must hold real numbers, got dtype complex128",
        ),
    ],
)
def test_what_is_no_real_number_is_refused(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: cl.SGD().init([np.ones((2, 2)), np.ones(2)]), "x"),
        (lambda: cl.SGD().step(cl.SGD().init([1.0, 2.0]), [np.ones(2), 1.0]), "the gradient"),
        (lambda: cl.SGD(lr=[0.1, [0.2]]), "lr"),
    ],
)
def test_a_list_of_arrays_is_told_to_become_one_vector(make, name):
    with pytest.raises(ValueError, match=f"^{name} must be one array, .* several shapes: put"):
        make()


@every
def test_an_optimizer_takes_no_other_ones_state(opt):
    others = [cl.SGD(), cl.AdaGrad(), cl.RMSProp(), cl.Adam(), cl.AMSGrad(), cl.Adadelta()]
    for other in others:
        state = other.init([1.0])
        if type(state) is opt.State:
            opt.step(state, [1.0])
            continue
        own, theirs = opt.State.__name__, other.State.__name__
        message = f"^{type(opt).__name__} needs a state of its own, {own}, and got {theirs}: "
        with pytest.raises(TypeError, match=message):
            opt.step(state, [1.0])
    with pytest.raises(TypeError, match="and got tuple"):
        opt.step(tuple(opt.init([1.0])), [1.0])


@pytest.mark.parametrize(
    ("before", "after"),
    [(cl.RMSProp(), cl.Adam()), (cl.Adam(), cl.AMSGrad()), (cl.SGD(), cl.Adam())],
    ids=repr,
)
def test_a_schedule_that_changes_the_optimizer_stops_where_it_does(before, after):
    with pytest.raises(TypeError, match="needs a state of its own"):
        cl.run(lambda t: before if t <= 3 else after, lambda x: x, [1.0], 6)


@every
def test_history_is_not_the_last_x_many_times(opt):
    trace = follow(opt, np.ones((5, 2)), np.ones(2))
    assert len(np.unique(trace.x[:, 0])) == 6
    assert trace.t.tolist() == [0, 1, 2, 3, 4, 5]


@every
@pytest.mark.parametrize(
    "x", [np.array(1.0), np.ones((4, 6))[::2, ::3], np.empty(0), np.ones((2, 3, 2))], ids=np.shape
)
def test_shapes_of_all_kinds(opt, x):
    state = opt.step(opt.init(x), np.full(x.shape, 0.5))
    assert all(np.shape(part) == x.shape for part in state if not isinstance(part, int))


def test_overflow_in_float32_is_named_like_an_infinity():
    with pytest.raises(cl.Diverged, match=r"v\[0\] is inf after step 1"):
        cl.run(cl.RMSProp(), lambda x: np.float32([1e30]), np.ones(1, np.float32), 3)


def test_names_fit_a_legend():
    assert repr(cl.RMSProp(lr=0.1)) == "RMSProp(lr=0.1)"
    assert repr(cl.Adam(beta1=0, bias_correction=False)) == (
        "Adam(lr=0.001, beta1=0, bias_correction=False)"
    )
    assert repr(cl.SGD(lr=np.ones((3, 1)))) == "SGD(lr=[3 values])"


def test_an_optimizer_cannot_be_changed():
    from dataclasses import FrozenInstanceError

    with pytest.raises(FrozenInstanceError):
        cl.SGD().lr = 3


def test_an_array_in_an_optimizer_cannot_be_changed_either():
    rates = np.array([[0.1], [0.2]])
    opt = cl.SGD(rates)
    with pytest.raises(ValueError, match="read-only"):
        opt.lr[0] = 7
    rates[0] = 7  # theirs
    assert opt.lr.tolist() == [[0.1], [0.2]]


def test_optimizers_are_equal_if_their_numbers_are():
    from dataclasses import replace

    swept = cl.SGD(np.array([[0.1], [0.2]]))
    assert cl.SGD([[0.1], [0.2]]) == swept == replace(swept)
    assert len({swept, cl.SGD([[0.1], [0.2]]), cl.SGD(0.1), cl.SGD(np.float64(0.1))}) == 2
    for other in (
        cl.SGD(0.1),
        cl.SGD([[0.1], [0.3]]),
        cl.SGD([0.1, 0.2]),
        replace(swept, momentum=0.5),
    ):
        assert swept != other
    assert cl.Adam() != cl.AMSGrad()
    assert cl.SGD() != 0.01


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.999, 1 - 1e-12])
@pytest.mark.parametrize("t", [1, 2, 3, 10, 1000, 54_321])
def test_the_sum_of_the_weights_is_the_same_for_a_float_and_in_a_sweep(beta, t):
    from fractions import Fraction

    alone, swept = weights(beta, t), weights(np.array([[beta], [0.7]]), t)
    assert type(alone) is float
    assert swept.shape == (2, 1)
    assert swept[0, 0] == alone
    if t <= 1000:
        assert alone == pytest.approx(float(1 - Fraction(beta) ** t), rel=1e-13, abs=1e-13)


def test_the_sum_of_the_weights_has_the_bits_of_multiplication():
    """Which every processor does alike; powers differ in their last bit."""
    b, b2 = 0.999, 0.999 * 0.999
    b4 = b2 * b2
    assert weights(b, 5) == 1 - b * b4
    assert weights(b, 7) == 1 - (b * b2) * b4


# Variants


def test_decoupled_decay_and_nothing_else_moves_a_parameter_without_gradient():
    x = follow(cl.AdamW(lr=0.1, weight_decay=0.5), np.zeros((3, 1)), np.ones(1)).x[:, 0]
    np.testing.assert_allclose(x, 0.95 ** np.arange(4))
    g = np.random.default_rng(2).normal(size=(20, 3))
    plain, none = cl.Adam(lr=0.1), cl.AdamW(lr=0.1, weight_decay=0)
    np.testing.assert_array_equal(follow(plain, g).x, follow(none, g).x)


def test_amsgrad_without_correction_never_raises_a_rate():
    g = np.random.default_rng(3).normal(size=(200, 4))
    amsgrad = follow(cl.AMSGrad(bias_correction=False, beta2=0.9), g).rate[1:]
    adam = follow(cl.Adam(bias_correction=False, beta2=0.9), g).rate[1:]
    assert (np.diff(amsgrad, axis=0) <= 0).all()
    assert (np.diff(adam, axis=0) > 0).any()


@pytest.mark.parametrize("beta2", [0.9, 0.99, 0.999])
def test_amsgrad_with_correction_raises_a_rate_after_an_early_peak(beta2):
    """By √((1 − β₂^t)/(1 − β₂)) after t steps, and so never by more than 1/√(1 − β₂)."""
    g = np.zeros((20_000, 1))
    g[0] = 1
    rate = follow(cl.AMSGrad(beta2=beta2, eps=0), g).rate[1:, 0]
    t = np.arange(1, len(g) + 1)
    np.testing.assert_allclose(rate / rate[0], np.sqrt((1 - beta2**t) / (1 - beta2)), rtol=1e-9)
    assert rate[-1] / rate[0] == pytest.approx(1 / np.sqrt(1 - beta2), rel=1e-6)
    if beta2 == 0.999:
        assert rate[-1] / rate[0] == pytest.approx(31.6, abs=0.05)  # as its docstring says
    uncorrected = follow(cl.AMSGrad(beta2=beta2, eps=0, bias_correction=False), g).rate[1:, 0]
    assert (np.diff(uncorrected) == 0).all()


def test_adadelta_is_zeilers_formula():
    g = np.random.default_rng(4).normal(size=30)
    v = u = x = 0.0
    for one in g:
        v = 0.95 * v + 0.05 * one**2
        delta = np.sqrt(u + 1e-6) / np.sqrt(v + 1e-6) * one
        u = 0.95 * u + 0.05 * delta**2
        x -= delta
    end = follow(cl.Adadelta(rho=0.95), g[:, None])
    assert end.x[-1, 0] == pytest.approx(x, rel=1e-12)
    assert end.u[-1, 0] == pytest.approx(u, rel=1e-12)
    assert (follow(cl.Adadelta(eps=0), g[:, None]).x == 0).all()  # nothing starts the motion
    half = follow(cl.Adadelta(lr=0.5, rho=0.95), g[:, None])
    np.testing.assert_allclose(half.step, end.step / 2, rtol=1e-12)
    np.testing.assert_allclose(half.rate, end.rate / 2, rtol=1e-12)
