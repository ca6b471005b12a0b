"""The explorers of single ideas: lines as direct runs give them, true words, goals in reach."""

import itertools
from pathlib import Path

import numpy as np
import pytest

import course_lib as cl
from course_lib.command.notebooks import read


def positions(explorer, *names):
    """Set every combination of these controls, one after another."""
    controls = [explorer.table.controls[name] for name in names]
    for values in itertools.product(*(control.values for control in controls)):
        explorer.set(**dict(zip(names, values, strict=True)))
        yield values


def test_one_rate_is_gradient_descent():
    explorer = cl.explore.one_rate()
    for lr, condition in positions(explorer, "lr", "condition"):
        bowl = cl.problems.bowl(condition)
        x = cl.run(cl.SGD(lr), bowl.grad, bowl.start, 100).x
        lines = explorer.lines
        np.testing.assert_allclose(lines["path"], x, rtol=1e-12)
        np.testing.assert_allclose(lines["loss"][:, 1], bowl.value(x), rtol=1e-12)
        for side, curvature in (("flat side", 4 / condition), ("steep side", 4)):
            eta = lines[side][:, 0]
            assert eta[0] == 0 and eta[-1] == lr  # no farther: beyond it is to be found
            np.testing.assert_allclose(lines[side][:, 1], np.abs(1 - eta * curvature), atol=1e-12)
        heights = bowl.value(lines["levels"])
        assert len(np.unique(heights[np.isfinite(heights)].round(9))) == 12


@pytest.mark.parametrize(
    ("lr", "condition", "said"),
    [
        (
            0.1,
            20.0,
            "flat side by 0.98 and the steep side by 0.6: the loss is 0.044 after 100 ",
        ),
        (0.45, 20.0, "the steep side by −0.8: the loss is below 1e-6 after 79 steps."),
        (0.25, 1.0, "by 0 and the steep side by 0: the loss is below 1e-6 after 1 step."),
        (0.5, 20.0, "at η = 2/λ it jumps from side to side for ever."),
        (0.52, 20.0, "the path runs away, for η lies above 2/λ = 0.5."),
    ],
)
def test_one_rate_says_what_becomes_of_it(lr, condition, said):
    assert said in cl.explore.one_rate(lr, condition).alt


def test_the_limit_is_not_told_before_it_is_found():
    explorer = cl.explore.one_rate()
    for lr, _ in positions(explorer, "lr", "condition"):
        assert ("2/λ" in explorer.alt) == (lr >= 0.5)


def reached(explorer, *names):
    """The positions of these controls at which the explorer's goals are reached, for each goal."""
    found = [set() for _ in explorer.table.goals]
    for values in positions(explorer, *names):
        for goal, at in zip(explorer.table.goals, found, strict=True):
            if goal.look(**{name: explorer.value[name] for name in goal.on})[0]:
                at.add(values)
    return found


def test_the_goal_of_one_rate_is_in_reach_at_condition_20_and_not_at_100():
    (found,) = reached(cl.explore.one_rate(), "lr", "condition")
    rates = {0.36, 0.38, 0.4, 0.42, 0.44, 0.45, 0.46, 0.47, 0.48}
    assert found == {(lr, 20.0) for lr in rates}
    explorer = cl.explore.one_rate(condition=100.0)
    (found,) = reached(explorer, "lr", "condition")
    assert found == {(0.485, 100.0)}
    told = {lr: explorer.lines["loss"][-1, 1] for lr, c in positions(explorer, "lr", "condition")
            if c == 100}  # fmt: skip
    assert min(told, key=told.get) == 0.485 and told[0.485] > 1e-3


def test_the_heavy_ball_is_descent_with_momentum():
    explorer = cl.explore.heavy_ball()
    bowl = cl.problems.bowl(100)
    for mu, lr in positions(explorer, "momentum", "lr"):
        x = cl.run(cl.SGD(lr, mu), bowl.grad, bowl.start, 100, keep_going=True).x
        np.testing.assert_allclose(explorer.lines["loss"][:, 1], bowl.value(x), rtol=1e-12)
        away = (np.abs(x) > 1e3).any(axis=-1)  # from there on the path stays
        if away.any():
            x[away.argmax() :] = x[away.argmax()]
        np.testing.assert_allclose(explorer.lines["path"], x, rtol=1e-12)
        for side, curvature in (("flat side", 0.04), ("steep side", 4)):
            for eta, left in explorer.lines[side][[0, 40, 100]]:
                step = [[1 + mu - eta * curvature, -mu], [1, 0]]
                assert left == pytest.approx(np.abs(np.linalg.eigvals(step)).max(), abs=1e-6)
        assert explorer.lines["flat side"][-1, 0] == lr


@pytest.mark.parametrize(
    ("lr", "momentum", "said"),
    [
        (0.1, 0.0, "0.996 of the flat side and 0.6 of the steep side: the loss is 0.22 after 100 "),
        (0.74, 0.7, "0.837 of the steep side: the loss is below 1e-6 after 50 steps."),
        (0.95, 0.9, "at η = 2(1 + μ)/λ it jumps from side to side for ever."),
        (0.8, 0.5, "the path runs away, for η lies above 2(1 + μ)/λ = 0.75."),
    ],
)
def test_the_heavy_ball_says_what_becomes_of_it(lr, momentum, said):
    assert said in cl.explore.heavy_ball(lr, momentum).alt


def test_the_goals_of_the_heavy_ball_need_both_controls():
    far, fast = reached(cl.explore.heavy_ball(), "momentum", "lr")
    assert {mu for mu, _ in far} == {0.6, 0.65, 0.7, 0.75, 0.8, 0.85}
    assert {mu for mu, _ in fast} == {0.7} and fast < far


def test_the_goals_of_scaling():
    (found,) = reached(cl.explore.scaling(), "condition", "turned", "own")
    assert found == {(100.0, False, own) for own in (0.3, 0.4, 0.5)}
    (found,) = reached(cl.explore.scaling(condition=100.0), "condition", "turned", "own")
    assert found == {(100.0, True, 0.3)}


@pytest.mark.parametrize("lesson", ["01_one_learning_rate", "03_per_parameter_scaling"])
def test_no_goal_is_met_where_a_lesson_opens_its_pictures(lesson):
    notebook = read(Path(__file__).parents[1] / "notebooks" / f"{lesson}.ipynb")
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    calls = [source for source in sources if source.startswith("cl.explore.")]
    assert len(calls) >= 2
    for call in calls:
        explorer = eval(call, {"cl": cl})
        for goal in explorer.table.goals:
            assert not goal.look(**{name: explorer.value[name] for name in goal.on})[0], call


def test_scaling_runs_each_method_as_it_is():
    explorer = cl.explore.scaling()
    for condition, turned, lr, own in positions(explorer, "condition", "turned", "lr", "own"):
        bowl = cl.problems.bowl(condition)
        start = np.array([-4.97, -1.98])
        if turned:
            bowl, start = (
                cl.problems.rotated(bowl),
                start @ [[0.5**0.5] * 2, [-(0.5**0.5), 0.5**0.5]],
            )
        opts = {"SGD": cl.SGD(lr), "RMSProp": cl.RMSProp(own, eps=0)}
        for name, opt in opts.items():
            x = cl.run(opt, bowl.grad, start, 30).x
            np.testing.assert_allclose(explorer.lines[f"{name} path"][:31], x, atol=1e-9)
            far = explorer.lines[f"{name} distance"][:31, 1]
            np.testing.assert_allclose(far, np.linalg.norm(x, axis=1), atol=1e-9)
        steps = np.abs(np.diff(explorer.lines["sign path"], axis=0))
        np.testing.assert_allclose(steps, own)


def test_a_condition_does_not_change_the_own_rates_and_turning_does():
    explorer = cl.explore.scaling()
    paths = {at: explorer.lines for at in positions(explorer, "condition", "turned")}
    for name in ("sign path", "RMSProp path"):
        np.testing.assert_allclose(paths[5.0, False][name], paths[100.0, False][name], rtol=1e-9)
    distance = {at: paths[at]["RMSProp distance"][60, 1] for at in paths}
    assert distance[100.0, True] > 4 * distance[100.0, False]
    plain = {at: paths[at]["SGD distance"][:, 1] for at in paths}
    np.testing.assert_allclose(plain[100.0, True], plain[100.0, False])


@pytest.mark.parametrize(
    "call",
    [
        lambda: cl.explore.one_rate(lr=3.0),
        lambda: cl.explore.heavy_ball(momentum=0.99),
        lambda: cl.explore.scaling(condition=7.0),
        lambda: cl.explore.adagrad_decay(lr=2.0),
        lambda: cl.explore.memory(rho=0.7),
        lambda: cl.explore.rmsprop(rho=0.7),
        lambda: cl.explore.adam("spikes"),
        lambda: cl.explore.counterexample(c=2.0),
    ],
)
def test_a_start_that_is_no_value_lists_those_there_are(call):
    with pytest.raises(ValueError, match=r"has no value .*; it has "):
        call()
