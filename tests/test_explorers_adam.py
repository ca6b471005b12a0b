"""The pictures of lessons 06 and 07: Adam's lines as direct runs give them, goals in reach."""

import itertools
from functools import partial

import numpy as np
import pytest
import test_explorers
from test_explorers_ideas import positions
from test_explorers_remembering import calls

import course_lib as cl
from course_lib.explore import adam_path as momentum

OPENED = [*calls("06_adam"), *calls("07_rmsprop_against_adam")]


def test_the_lessons_have_their_pictures():
    assert len(OPENED) == 5


@pytest.mark.parametrize("call", OPENED)
def test_the_goals_are_far_where_the_lesson_opens(call):
    make = partial(eval, call, {"cl": cl})
    assert make().table.goals
    test_explorers.test_goals_are_found_and_not_met_on_opening_or_by_one_key(make)


def test_adam_shows_its_own_quantities():
    explorer = cl.explore.adam()
    controls = ("gradients", "beta1", "beta2", "bias_correction")
    for gradients, beta1, beta2, correct in positions(explorer, *controls):
        g = momentum._streams()[gradients]
        if gradients == momentum.SILENT:
            continue
        opt = cl.Adam(1.0, beta1, beta2, eps=0, bias_correction=correct)
        trace = cl.run(opt, lambda x, t: g[t - 1 : t], [0.0], 20)  # noqa: B023
        corrected = cl.run(cl.Adam(1.0, beta1, beta2, eps=0), lambda x, t: g[t - 1 : t], [0.0], 20)  # noqa: B023
        lines = explorer.lines
        np.testing.assert_array_equal(lines["g"][1::5, 1], g)
        for name in ("m", "v"):
            np.testing.assert_allclose(lines[name][1::5, 1], getattr(trace, name)[1:, 0])
            hat = getattr(corrected, f"{name}_hat")[1:, 0]
            np.testing.assert_allclose(lines[f"{name} corrected"][:, 1], hat)
        np.testing.assert_allclose(lines["step"][1::5, 1], -np.diff(trace.x[:, 0]), atol=1e-15)
        assert np.isnan(lines["step"][4::5, 1]).all() and (lines["step"][::5, 1] == 0).all()


def test_after_a_long_silence_the_corrections_are_gone():
    explorer = cl.explore.adam(momentum.SILENT)
    g = np.concatenate([np.zeros(20_000), momentum._streams()[momentum.SILENT]])[:, None]
    for beta1, beta2, _ in positions(explorer, "beta1", "beta2", "bias_correction"):
        trace = cl.run(cl.Adam(1.0, beta1, beta2, eps=0), lambda x, t: g[t - 1], [0.0], len(g),
                       record=["x", "m_hat", "v_hat"])  # fmt: skip
        lines = explorer.lines
        steps = -np.diff(trace.x[-21:, 0])
        np.testing.assert_allclose(lines["step"][1::5, 1], steps, rtol=1e-8, atol=1e-12)
        for name in ("m", "v"):
            hat = getattr(trace, f"{name}_hat")[-20:, 0]
            np.testing.assert_allclose(lines[f"{name} corrected"][:, 1], hat, rtol=1e-8)


def test_what_adam_says_of_its_steps():
    explorer = cl.explore.adam()
    assert explorer.alt == "The first step is 1 η long, none is longer, and the last is 0.118 η."
    explorer.set(gradients="constant")
    assert explorer.alt == "Every step is 1 η long."
    explorer.set(bias_correction=False)
    assert explorer.alt.startswith(
        "The first step is 3.16 η long, the longest is step 12 with 6.57"
    )
    explorer.set(bias_correction=True, gradients="one spike", beta1=0.0, beta2=0.999)
    assert "step 10 with 3.16 η" in explorer.alt


def goal_at(explorer, i):
    """The positions at which the goal number i is reached."""
    goal = explorer.table.goals[i]
    controls = [explorer.table.controls[name].values for name in goal.on]
    return {at for at in itertools.product(*controls) if goal.look(**dict(zip(goal.on, at)))[0]}  # noqa: B905


def test_the_goals_of_adam():
    explorer = cl.explore.adam()
    first, spike = goal_at(explorer, 0), goal_at(explorer, 1)
    assert {at[1:] for at in first} == {(0.9, 0.99, False)}
    assert {at[0] for at in first} == {"constant", "noise", "Hinton's stream"}
    assert spike == {("one spike", 0.0, 0.999, True)}
    look = explorer.table.goals[1].look
    _, said = look(gradients="one spike", beta1=0.0, beta2=0.99, bias_correction=True)
    assert said == "With β₁ = 0 and β₂ = 0.99 it is 3.09 η long; 1 pair makes it longer."


def test_the_steps_under_noise_are_adams():
    explorer = cl.explore.adam_noise()
    n = momentum.BEFORE + momentum.LONG
    half = np.random.default_rng(0).normal(size=(n, momentum.RUNS // 2))
    g = 1 + 2.0 * np.concatenate([half, -half], axis=-1)
    x = cl.run(cl.Adam(1.0, beta1=0.8, eps=0), lambda x, t: g[t - 1], g[0] * 0, n, record=["x"]).x
    steps = -np.diff(x[momentum.BEFORE :], axis=0)
    explorer.set(noise=2.0, beta1=0.8)
    lines, at = explorer.lines, momentum.NOISE.index(2.0)
    np.testing.assert_allclose(lines["step"][1::5, 1], steps[: momentum.SHOWN, 0], rtol=1e-9)
    for name, mean in (("progress", steps.mean()), ("length", np.abs(steps).mean())):
        assert lines[f"{name} here"][0] == pytest.approx([at, mean])
        assert lines[name][at] == pytest.approx([at, mean])
        assert f"{mean:.2f} η" in explorer.alt


def test_noise_slows_adam_down_and_the_average_calms_its_steps():
    explorer = cl.explore.adam_noise()
    for noise, beta1 in positions(explorer, "noise", "beta1"):
        progress, length = (explorer.lines[f"{n} here"][0, 1] for n in ("progress", "length"))
        assert progress == pytest.approx(1 / np.sqrt(1 + noise**2), abs=0.015)
        assert length >= progress - 1e-9 and (beta1 or not noise or length > 0.79)
    assert {at for at, _ in goal_at(explorer, 0)} == {1.7}
    assert goal_at(explorer, 1) == {(10.0, beta1) for beta1 in (0.9, 0.95, 0.99)}


def test_the_counterexample_fools_adam_and_not_amsgrad():
    explorer = cl.explore.counterexample(beta2=0.1)
    said = "Adam +0.989, the wrong end; AMSGrad −0.991, the minimum."
    assert explorer.alt.endswith(said)
    for c, beta1, beta2 in positions(explorer, "c", "beta1", "beta2"):
        problem = cl.problems.reddi(c)
        for kind in (cl.Adam, cl.AMSGrad):
            trace = cl.run(
                lambda t: kind(0.9 / np.sqrt(t), beta1, beta2, eps=0),  # noqa: B023
                problem.grad,
                problem.start,
                100,
                project=problem.project,
            )
            x, line = trace.x[:, 0], explorer.lines[kind.__name__]
            np.testing.assert_allclose(line[10, 1], x[-30:].mean(), atol=1e-12)
    explorer.set(c=3.0, beta1=0.9, beta2=0.99)
    assert "Adam −" in explorer.alt


def test_the_three_beat_is_that_of_the_last_three_steps():
    explorer = cl.explore.counterexample(beta2=0.1)
    problem, rates = cl.problems.reddi(), 0.9 / np.sqrt([1498, 1499, 1500])
    for kind in (cl.Adam, cl.AMSGrad):
        trace = cl.run(
            lambda t: kind(0.9 / np.sqrt(t), 0.0, 0.1, eps=0),  # noqa: B023
            problem.grad,
            problem.start,
            1500,
            project=problem.project,
        )
        three = -trace.step[-3:, 0] / rates
        beat = explorer.lines[f"{kind.__name__} steps"][1::5, 1]
        np.testing.assert_allclose(beat, [*three, three.sum()], rtol=1e-9)


def test_the_goals_of_the_counterexample():
    explorer = cl.explore.counterexample()
    assert goal_at(explorer, 0) == {(3.0, 0.5, 0.0)}
    assert goal_at(explorer, 1) == {(7.0, 0.2, 0.0)}
    explorer.set(c=3.0, beta1=0.0, beta2=0.48)
    assert "Adam −0.723" in explorer.alt
