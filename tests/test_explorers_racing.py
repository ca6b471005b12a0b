"""Lines equal to direct runs, one by one."""

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import course_lib as cl
from course_lib.explorers import racing


@pytest.mark.parametrize(
    "problem", [cl.problems.bowl(), cl.problems.rosenbrock(), cl.problems.beale()]
)
def test_a_race_runs_each_optimizer_from_each_start_at_each_rate(problem):
    explorer = cl.explore.race(problem, [cl.RMSProp(0.1), cl.Adam(0.2)], steps=60)
    controls = explorer._controls
    for x1, x2, i in itertools.product(controls["x1"].values, controls["x2"].values, range(7)):
        rates = {c: controls[c].values[i] for c in ("lr_RMSProp", "lr_Adam")}
        explorer.set(x1=x1, x2=x2, **rates)
        for opt in (cl.RMSProp(rates["lr_RMSProp"]), cl.Adam(rates["lr_Adam"])):
            x = cl.run(opt, problem.grad, [x1, x2], 60).x
            lines, name = explorer.lines, type(opt).__name__
            np.testing.assert_allclose(lines[f"{name} path"], x, rtol=1e-12, atol=1e-12)
            loss = lines[f"{name} loss"]
            assert (loss[:, 0] == np.arange(61)).all()
            np.testing.assert_allclose(loss[:, 1], problem.value(x), rtol=1e-9, atol=1e-20)


def test_the_default_race_knows_its_problems_and_says_how_it_went():
    explorer = cl.explore.race()
    assert "SGD: loss 7.1e-04, 0.001 within 96 steps. AdaGrad" in explorer.alt
    explorer.set(lr_SGD=1.0)
    assert "SGD diverges." in explorer.alt
    for name in racing.PROBLEMS:
        assert cl.explore.race(name, [cl.Adam(0.1)], steps=10).lines["Adam path"].shape == (11, 2)
    assert "SGD diverges." in cl.explore.race("Beale", steps=20).alt


def test_what_diverges_stays_where_it_left():
    explorer = cl.explore.race(optimizers=[cl.SGD(2.0)], steps=40)
    path = explorer.lines["SGD path"]
    direct = cl.run(cl.SGD(2.0), cl.problems.bowl().grad, [-5.0, -2.0], 40).x
    gone = np.flatnonzero((np.abs(direct) > racing.FAR).any(axis=1))[0]
    np.testing.assert_allclose(path[:gone], direct[:gone])
    assert (path[gone:] == path[gone]).all() and np.abs(path[gone]).max() == racing.FAR


def test_a_line_ends_at_the_step_that_is_shown():
    explorer = cl.explore.race(steps=300)  # every third step is kept
    explorer.set(step=30)
    path = explorer.lines["Adam path"]
    assert len(path) == 11
    direct = cl.run(cl.Adam(0.2), cl.problems.bowl().grad, [-5.0, -2.0], 30).x
    np.testing.assert_allclose(path, direct[::3])
    with pytest.raises(ValueError, match="step has no value 31"):
        explorer.set(step=31)


class At(NamedTuple):
    x: np.ndarray


@dataclass
class Mine:
    """As a learner writes it: numbers only, no sweeps, no checks."""

    lr: float

    def init(self, x):
        return At(np.array(x, float))

    def step(self, state, g):
        if np.ndim(self.lr):
            raise TypeError("one rate at a time")
        return At(state.x - self.lr * np.sign(g))


def test_your_own_optimizer_takes_part():
    explorer = cl.explore.race(optimizers=[Mine(0.1), cl.Adam(0.1)], steps=20)
    explorer.set(lr_yours=0.5)
    direct = cl.run(Mine(0.5), cl.problems.bowl().grad, [-5.0, -2.0], 20).x
    np.testing.assert_allclose(explorer.lines["yours path"], direct)


def test_your_optimizer_may_know_one_point_at_a_time():
    class Loop(Mine):
        def step(self, state, g):
            steps = [0.1 * (1 if slope > 0 else -1) for slope in g]  # no slope is an array
            return state._replace(x=np.array([x - s for x, s in zip(state.x, steps, strict=True)]))

    class Whole(Mine):
        def step(self, state, g):
            return state._replace(x=state.x - 0.1 * np.where(g > 0, 1, -1))

    loop, whole = (cl.explore.race("bowl", [kind(0.1), cl.Adam(0.2)]) for kind in (Loop, Whole))
    for x1 in loop._controls["x1"].values:
        loop.set(x1=x1)
        whole.set(x1=x1)
        np.testing.assert_array_equal(loop.lines["yours path"], whole.lines["yours path"])


def test_your_optimizer_that_stops_is_one_sentence():
    class Blank(Mine):
        def step(self, state, g):
            return At(*None)

    with pytest.raises(
        ValueError, match=r"your optimizer stops with TypeError: .* right\?"
    ) as caught:
        cl.explore.race(optimizers=[Blank(0.1)], steps=5)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_two_of_a_kind_are_told_apart():
    explorer = cl.explore.race(optimizers=[cl.Adam(0.1), cl.Adam(0.1, beta1=0)], steps=5)
    assert {"Adam path", "Adam_2 path"} <= set(explorer.lines)
    first, second = (explorer._lines[f"{name} path"].style for name in ("Adam", "Adam_2"))
    assert first.width > second.width
    with_momentum = cl.explore.race(optimizers=[cl.SGD(0.1, momentum=0.9)], steps=5)
    assert "momentum path" in with_momentum.lines


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cl.explore.race("hill"), "there is no problem 'hill'; there is bowl, rotated"),
        (lambda: cl.explore.race(optimizers=[cl.SGD()] * 7), "room for 6 optimizers, got 7"),
        (lambda: cl.explore.race(cl.problems.reddi()), "has 1 coordinate; a map needs two"),
        (lambda: cl.explore.sweep("SGD"), "there is no sweep of 'SGD'; there is RMSProp, Adam"),
    ],
)
def test_errors_name_what_there_is(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", ["RMSProp", "Adam"])
def test_a_sweep_shows_the_run_of_each_pair(name):
    explorer = cl.explore.sweep(name, steps=80)
    decay = list(explorer.controls)[1]
    problem = cl.problems.bowl()
    pairs = itertools.product(*(c.values for c in explorer._controls.values()))
    final = {}
    for lr, value in pairs:
        explorer.set(**{"lr": lr, decay: value})
        opt = getattr(cl, name)(lr, **{decay: value})
        x = cl.run(opt, problem.grad, problem.start, 80, keep_going=True).x
        np.testing.assert_allclose(explorer.lines["path"], x, rtol=1e-12, atol=1e-12)
        final[lr, value] = problem.value(x[-1])
        chosen = (racing.RATES.index(lr), racing.DECAYS.index(value))
        assert tuple(explorer.lines["chosen"][0]) == chosen
        assert f"loss {final[lr, value]:.1e} after 80" in explorer.alt
    best = min(final, key=final.get)
    explorer.set(**{"lr": best[0], decay: best[1]})
    assert "no pair in the map is better" in explorer.alt
