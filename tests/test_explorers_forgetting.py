"""Lines equal to direct runs, one by one."""

import itertools

import numpy as np
import pytest

import course_lib as cl
from course_lib.explore import leaky_memory as forgetting
from course_lib.explore import whole_history as keeping


def test_blocks_leave_adagrad_with_the_rates_of_single_steps():
    explorer = cl.explore.adagrad_decay(lr=0.1)
    clean, xi = keeping._streams()
    count = int(np.searchsorted(keeping.TIMES, 5000, side="right"))
    for noise in keeping.NOISES:
        streams = [c + noise * xi for c in clean]
        g = np.array([s[:5000] for s in streams]).T
        rate = cl.run(cl.AdaGrad(0.1), lambda x, t: g[t - 1], np.zeros(4), 5000).rate  # noqa: B023
        ends = [np.sqrt((s * s).sum()) for s in streams]
        explorer.set(noise=noise, steps=1_000_000)
        for i, name in enumerate(keeping.PARAMETERS):
            line = explorer.lines[name]
            assert (line[:, 0] == keeping.TIMES).all()
            direct = rate[keeping.TIMES[:count], i]
            np.testing.assert_allclose(line[:count, 1], direct, rtol=1e-9)
            assert line[-1, 1] == pytest.approx(0.1 / ends[i], rel=1e-9)


def test_the_rate_scales_with_eta_and_the_line_ends_at_the_step():
    explorer = cl.explore.adagrad_decay(lr=0.1, noise=0.1, steps=1000)
    before = explorer.lines
    for lr in keeping.RATES:
        explorer.set(lr=lr)
        for name, line in explorer.lines.items():
            scaled = before[name] * [1, lr / 0.1]
            np.testing.assert_allclose(line, scaled, rtol=1e-7)
        law = explorer.lines["η/√t"]
        np.testing.assert_allclose(law[:, 1], lr / np.sqrt(law[:, 0]))
        assert explorer.lines["noisy"][-1, 0] == law[-1, 0] == 1000
        assert explorer.lines["2 % of η"][:, 1] == pytest.approx(0.02 * lr)


def test_what_is_left_of_the_rates_is_said():
    explorer = cl.explore.adagrad_decay(lr=0.1, steps=100)
    assert "left of η after 100 steps: constant 10 %, noisy 10 %" in explorer.alt
    assert "sparse 100 %, fading 15 %." in explorer.alt
    explorer.set(steps=1_000_000)
    assert "after 1 000 000 steps: constant 0.1 %, noisy 0.1 %, " in explorer.alt
    assert "sparse 1 %, fading 14 %." in explorer.alt
    explorer.set(lr=1.0, steps=10_000)
    assert "The constant parameter's rate is 0.01." in explorer.alt


def test_the_goals_of_the_decay():
    explorer = cl.explore.adagrad_decay()
    constant, fading = (goal.look for goal in explorer.table.goals)
    rates = [lr for lr in keeping.RATES if constant(lr, 0.0, 10_000)[0]]
    assert rates == [1.0]
    assert constant(0.1, 0.0, 10_000) == (False, "With η = 0.1 the rate is 0.001.")
    assert not constant(1.0, 0.1, 10_000)[0] and not constant(10.0, 0.0, 1_000_000)[0]
    assert [noise for noise in keeping.NOISES if fading(noise, 1_000_000)[0]] == [0.1]
    for noise in keeping.NOISES:
        explorer.set(noise=noise, steps=1_000_000)
        share = explorer.lines["fading"][-1, 1] / explorer.value["lr"]
        assert (share < 0.02) == (noise >= 0.1)
    assert fading(1.0, 1_000_000)[1].endswith("a smaller value will do, too.")
    assert fading(0.1, 10) == (False, "It asks for a million steps; here are 10.")


def test_the_memories_are_those_of_direct_runs():
    explorer = cl.explore.memory()
    noise = np.random.default_rng(0).normal(size=600)
    for rho, jump in itertools.product(forgetting.RHOS, forgetting.JUMPS):
        g = np.where(np.arange(600) < 300, 1, jump) * noise
        explorer.set(rho=rho, jump=jump)
        lines = {name: line[:, 1] for name, line in explorer.lines.items()}
        np.testing.assert_allclose(lines["gradient"], np.abs(g))
        for opt in (cl.AdaGrad(1.0), cl.RMSProp(1.0, rho=rho)):
            trace = cl.run(opt, lambda x, t: g[t - 1 : t], [0.0], 600)  # noqa: B023
            name = type(opt).__name__
            root = np.sqrt(trace.v[1:, 0])
            np.testing.assert_allclose(lines[f"{name} root"], root, rtol=1e-12)
            np.testing.assert_allclose(lines[f"{name} rate"], trace.rate[1:, 0], rtol=1e-12)
            typical = np.sqrt((trace.step[-100:] ** 2).mean())
            assert f"{typical:.2g} η for {name}" in explorer.alt
        if jump != 1:  # `root` is RMSProp's
            fits = (root[300:] <= 2 * jump) & (root[300:] >= jump / 2)
            when = (
                f"scale {fits.argmax() + 1} step"
                if fits.any()
                else "has not followed the jump after 300 steps"
            )
            assert when in explorer.alt
        else:
            assert "There is no jump." in explorer.alt


def test_the_largest_decay_that_follows_a_fall_within_100_steps():
    explorer = cl.explore.memory(jump=0.01)
    told = {}
    for rho in forgetting.RHOS:
        explorer.set(rho=rho)
        told[rho] = explorer.alt
    steps = {rho: int(words.split(" after the jump")[0].split()[-2]) for rho, words in told.items()
             if "steps after the jump" in words}  # fmt: skip
    assert max(rho for rho, count in steps.items() if count <= 100) == 0.92
    assert "has not followed" in told[0.999]
    (goal,) = explorer.table.goals
    assert [rho for rho in forgetting.RHOS if goal.look(rho, 0.01)[0]] == [0.92]
    assert not any(goal.look(rho, jump)[0] for rho in forgetting.RHOS for jump in (0.1, 100.0))
    assert goal.look(0.9, 0.01)[1].endswith("takes 76 steps; a larger value will do, too.")
    assert goal.look(0.999, 0.01)[1] == "With ρ = 0.999 it takes more than 300 steps."
    box = explorer.lines["target"]
    assert box.tolist() == [[300, 0.005], [400, 0.005], [400, 0.02], [300, 0.02]]


def test_rmsprop_on_the_bowl_is_a_direct_run():
    explorer, problem = cl.explore.rmsprop(), cl.problems.bowl()
    for lr, rho in itertools.product(forgetting.BOWL_RATES, forgetting.BOWL_RHOS):
        explorer.set(lr=lr, rho=rho)
        trace = cl.run(cl.RMSProp(lr, rho=rho), problem.grad, problem.start, 500)
        lines = explorer.lines
        np.testing.assert_array_equal(lines["path"], trace.x)
        for i, name in enumerate(("x1", "x2")):
            step, end = lines[f"step {name}"], lines[f"end {name}"]
            assert (step[:, 0] == np.arange(1, 31)).all() and (
                end[:, 0] == np.arange(481, 501)
            ).all()
            np.testing.assert_allclose(step[:, 1], np.abs(trace.step[1:31, i]) / lr)
            np.testing.assert_allclose(end[:, 1], trace.x[481:, i] / lr)
        first = lines["first step"][:, 1]
        np.testing.assert_allclose(first, lines["step x1"][0, 1], rtol=1e-6)
        last = trace.x[-20:] / lr
        cycle = np.allclose(np.abs(last), 0.5, atol=0.05, rtol=0)
        assert ("both coordinates jump between" in explorer.alt) == cycle
        if not cycle:
            far = np.abs(trace.x[-20:, 0]).max()
            told = f"reaches {far:.2g}" if far >= 1e-6 else "stays below 1e-6"
            assert f"|x₁| {told}" in explorer.alt
        assert lines["near"][[0, -1], 1] == pytest.approx([0.02 / lr, -0.02 / lr])


def test_the_goals_on_the_bowl():
    explorer = cl.explore.rmsprop(lr=0.02, rho=0.9)
    assert np.abs(explorer.lines["path"][-20:]).max() < 0.02
    assert "±0.01." in explorer.alt
    near, long = (goal.look for goal in explorer.table.goals)
    grid = itertools.product(forgetting.BOWL_RATES, forgetting.BOWL_RHOS)
    assert [at for at in grid if near(*at)[0]] == [(0.03, 0.9)]
    told = "With η = 0.02 it ends within 0.01 of the minimum; a larger value will do, too."
    assert near(0.02, 0.9) == (False, told)
    assert near(0.1, 0.9)[1] == "With η = 0.1 it ends within 0.05 of the minimum."
    assert [rho for rho in forgetting.BOWL_RHOS if long(rho)[0]] == [0.96]
    explorer.set(rho=0.96)
    assert explorer.alt.startswith("The first step is 5 η.")
    assert explorer.lines["step x1"][0, 1] == pytest.approx(5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cl.explore.adagrad_decay(noise=0.5), r"noise has no value 0\.5; it has 0\.0, 0"),
        (lambda: cl.explore.memory(jump=3.0), r"jump has no value 3\.0; it has 0\.01, 0\.1"),
        (lambda: cl.explore.rmsprop(rho=1.0), r"rho has no value 1\.0; it has 0\.0, 0\.5"),
    ],
)
def test_errors_name_what_there_is(call, message):
    with pytest.raises(ValueError, match=message):
        call()
