"""The problems: gradients against complex steps, minima, boxes."""

import numpy as np
import pytest

from course_lib import SGD, problems, run

WITH_VALUE = [
    problems.bowl(),
    problems.bowl(condition=1000, steepest=1),
    problems.rotated(problems.bowl()),
    problems.rotated(problems.rosenbrock(), 30),
    problems.rosenbrock(),
    problems.beale(),
    problems.saddle(),
    problems.noisy(problems.beale(), noise=0),
]
each = pytest.mark.parametrize("problem", WITH_VALUE, ids=lambda p: p.name)


def slope(value, x):
    """The gradient by complex steps, exact but for rounding."""
    h = 1e-30
    steps = 1j * h * np.eye(len(x))
    return np.array([value(x + step).imag / h for step in steps])


@each
def test_gradients_are_those_of_the_values(problem):
    rng = np.random.default_rng(0)
    points = rng.uniform(problem.box[:, 0], problem.box[:, 1], (50, len(problem.start)))
    for x in points:
        np.testing.assert_allclose(
            problem.grad(x, 1), slope(problem.value, x), rtol=1e-10, atol=1e-9
        )
    np.testing.assert_allclose(problem.grad(points, 1)[7], problem.grad(points[7], 1), rtol=1e-14)
    np.testing.assert_allclose(problem.value(points)[7], problem.value(points[7]), rtol=1e-14)


@each
def test_the_minimum_is_one_and_lies_in_the_box_with_the_start(problem):
    np.testing.assert_allclose(problem.grad(problem.minimum, 1), 0, atol=1e-12)
    rng = np.random.default_rng(1)
    around = problem.minimum + rng.normal(size=(200, len(problem.minimum))) * 0.3
    assert (problem.value(around) >= problem.value(problem.minimum)).all()
    for point in (problem.minimum, problem.start):
        assert (problem.box[:, 0] <= point).all()
        assert (point <= problem.box[:, 1]).all()
    assert problem.source


def test_a_bowls_condition_is_the_ratio_of_its_curvatures():
    gentle, steep = problems.bowl(condition=50, steepest=3).grad(np.ones(2))
    assert steep == 3
    assert steep / gentle == pytest.approx(50)


def test_a_turned_problem_is_the_same_problem():
    plain, turned = problems.beale(), problems.rotated(problems.beale(), 90)
    assert turned.value(turned.start) == pytest.approx(plain.value(plain.start))
    assert turned.start == pytest.approx([-plain.start[1], plain.start[0]])


def test_a_turned_region_is_turned_too():
    from dataclasses import replace

    box = replace(problems.bowl(), project=lambda x: np.clip(x, [-3, -1], [3, 1]))
    turned = problems.rotated(box, 90)
    assert turned.project(np.array([-5.0, 5.0])) == pytest.approx([-1, 3])
    straight, aslant = (run(SGD(0.6), p.grad, p.start, 9, project=p.project) for p in (box, turned))
    back = np.array([[0.0, 1.0], [-1.0, 0.0]])  # x₁ has become x₂, and x₂ has become −x₁
    np.testing.assert_allclose(straight.x[1:] @ back, aslant.x[1:], atol=1e-12)
    assert problems.rotated(problems.bowl()).project is None


def test_the_stream_of_reddi_does_not_round():
    assert problems.reddi(2.5).grad(np.zeros(1, int), 1).tolist() == [2.5]


def test_noise_averages_out_and_is_the_same_for_a_sweep():
    plain = problems.bowl()
    noisy = problems.noisy(plain, noise=2.0, steps=5000)
    x = np.ones(2)
    noise = np.array([noisy.grad(x, t) - plain.grad(x) for t in range(1, 5001)])
    assert np.abs(noise.mean(axis=0)).max() < 4 * 2 / np.sqrt(5000)
    assert noise.std() == pytest.approx(2, rel=0.05)
    sweep = noisy.grad(np.ones((3, 2)), 7)
    np.testing.assert_array_equal(sweep, np.broadcast_to(noisy.grad(x, 7), (3, 2)))
    np.testing.assert_array_equal(noisy.grad(x, 7), problems.noisy(plain, 2.0, 5000).grad(x, 7))


def test_the_rare_features_gradient_is_that_of_its_value_on_average():
    problem = problems.rare_feature(probability=0.1, steps=20_000)
    x = np.array([0.2, -0.5])
    g = np.array([problem.grad(x, t) for t in range(1, 20_001)])
    error = g.std(axis=0) / np.sqrt(len(g))
    assert (np.abs(g.mean(axis=0) - slope(problem.value, x)) < 4 * error).all()
    assert (g[:, 1] != 0).mean() == pytest.approx(0.1, abs=0.01)
    sweep = problem.grad(np.stack([x, x]), 3)
    np.testing.assert_array_equal(sweep, np.stack([problem.grad(x, 3)] * 2))


def test_reddis_gradient_is_that_of_its_value_over_three_steps():
    problem = problems.reddi(c=4)
    mean = np.mean([problem.grad(np.zeros(1), t) for t in (1, 2, 3)], axis=0)
    assert mean == pytest.approx(slope(problem.value, np.zeros(1)))
    assert problem.project(np.array([-3.0, 0.5, 2.0])).tolist() == [-1, 0.5, 1]


def test_a_drifting_optimum_is_where_the_gradient_is_zero():
    problem = problems.drift(lambda t: np.sin(t))
    assert problem.grad(np.array([np.sin(5)]), 5).tolist() == [0.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: problems.bowl(condition=0.5), "condition must be at least 1, got 0.5"),
        (lambda: problems.bowl(steepest=0), "steepest must be positive, got 0"),
        (lambda: problems.noisy(problems.bowl(), noise=-1), "noise must be ≥ 0, got -1"),
        (lambda: problems.noisy(problems.bowl()).grad(np.ones(2), 1001), "noise for 1000 steps"),
        (lambda: problems.rare_feature(0), r"probability must be in \(0, 1\], got 0"),
        (lambda: problems.rare_feature().grad(np.ones(2), 1001), "1000 examples, none for step"),
        (
            lambda: problems.noisy(problems.bowl()).grad(np.ones(2), 0),
            "t must be at least 1, got 0",
        ),
        (lambda: problems.rare_feature().grad(np.ones(2), 0), "t must be at least 1, got 0"),
        (lambda: problems.noisy(problems.bowl(), steps=0), "steps must be at least 1, got 0"),
        (lambda: problems.rare_feature(steps=-1), "steps must be at least 1, got -1"),
        (lambda: problems.rotated(problems.reddi()), r"has 1 coordinate\(s\); a turn needs two"),
        (lambda: problems.reddi(c=2), "c must be above 2"),
    ],
)
def test_bad_values_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
