"""Lines equal to direct runs, one by one."""

import itertools
from dataclasses import dataclass, replace
from typing import NamedTuple

import last_bit
import numpy as np
import pytest

import course_lib as cl
from course_lib.descent import FAR
from course_lib.explore import maps, plots
from course_lib.explore import races as racing
from course_lib.explore import sweeps as sweeping
from course_lib.explore.parts import number


def finished(explorer):
    explorer.set(step=explorer.table.controls["step"].values[-1])
    return explorer


@pytest.mark.parametrize(
    "problem", [cl.problems.bowl(), cl.problems.rosenbrock(), cl.problems.beale()]
)
def test_a_race_runs_each_optimizer_from_each_start_at_each_rate(problem):
    explorer = finished(cl.explore.race(problem, [cl.RMSProp(0.1), cl.Adam(0.2)], steps=60))
    controls = explorer.table.controls
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


def test_a_race_tells_nothing_of_steps_that_were_not_played():
    explorer = cl.explore.race()
    assert explorer.value["step"] == 20
    for step in explorer.table.controls["step"].values[:-1]:
        explorer.set(step=step)
        said = f"Step {step} of 100: play it to the end."
        assert explorer.alt == f"A race on bowl, condition 20, 100 steps. {said}"
        for goal in explorer.table.goals:
            for rate in explorer.table.controls[goal.on[0]].values:
                look = goal.look(**{goal.on[0]: rate, "step": step})
                assert look == (False, "The finish will tell.")


def test_the_goal_is_an_optimizers_best_rate_from_the_first_start():
    explorer = cl.explore.race("Rosenbrock", [cl.Adam(0.05), cl.SGD(0.0001)], steps=60)
    problem = cl.problems.rosenbrock()
    for goal, kind in zip(explorer.table.goals, (cl.Adam, cl.SGD), strict=True):
        rates = explorer.table.controls[goal.on[0]].values
        with np.errstate(all="ignore"):
            ends = [
                problem.value(
                    cl.run(kind(rate), problem.grad, problem.start, 60, keep_going=True).x[-1]
                )
                for rate in rates
            ]
        best = rates[int(np.nanargmin(ends))]
        reached = [r for r in rates if goal.look(**{goal.on[0]: r, "step": 60})[0]]
        assert reached == [best] and "from (−1.2, 1)" in goal.text


def test_the_default_race_knows_its_problems_and_says_how_it_went():
    explorer = finished(cl.explore.race())
    assert "SGD: loss 7.1e-4, 0.001 within 96 steps. AdaGrad" in explorer.alt
    explorer.set(lr_SGD=1.0)
    assert "SGD diverges." in explorer.alt
    for name in maps.PROBLEMS:
        assert finished(cl.explore.race(name, [cl.Adam(0.1)], steps=10)).lines[
            "Adam path"
        ].shape == (11, 2)
    assert "SGD diverges." in finished(cl.explore.race("Beale", steps=20)).alt


def test_what_diverges_stays_where_it_left():
    explorer = finished(cl.explore.race(optimizers=[cl.SGD(2.0)], steps=40))
    path = explorer.lines["SGD path"]
    direct = cl.run(cl.SGD(2.0), cl.problems.bowl().grad, [-5.0, -2.0], 40).x
    gone = np.flatnonzero((np.abs(direct) > FAR).any(axis=1))[0]
    np.testing.assert_allclose(path[:gone], direct[:gone])
    assert (path[gone:] == path[gone]).all() and np.abs(path[gone]).max() == FAR


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
    explorer = finished(cl.explore.race(optimizers=[Mine(0.1), cl.Adam(0.1)], steps=20))
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
    for x1 in loop.table.controls["x1"].values:
        loop.set(x1=x1)
        whole.set(x1=x1)
        np.testing.assert_array_equal(loop.lines["yours path"], whole.lines["yours path"])


class Clipped(Mine):
    """Gradient descent whose gradient has a norm of at most 1: it couples all that it is given."""

    def step(self, state, g):
        return At(state.x - self.lr * g / max(1.0, np.linalg.norm(g)))


class OneForAll(cl.RMSProp):
    """A slip of exercise 05, on the library's class: all coordinates share one mean of squares."""

    def step(self, state, g):
        return super().step(state, np.full(g.shape, np.sqrt((g * g).sum())) * np.sign(g))


@pytest.mark.parametrize("kind", [Clipped, OneForAll])
def test_your_optimizer_sees_one_point_also_if_its_step_would_take_all(kind):
    problem = cl.problems.bowl()
    explorer = finished(cl.explore.race(problem, [kind(0.1), cl.SGD(0.2)], steps=30))
    for x1, rate in itertools.product(explorer.table.controls["x1"].values, (0.1, 0.5)):
        explorer.set(x1=x1, lr_yours=rate)
        alone = cl.run(kind(rate), problem.grad, [x1, explorer.value["x2"]], 30).x
        np.testing.assert_array_equal(explorer.lines["yours path"], alone)


@pytest.mark.parametrize("lr", [np.float32(0.1), np.float64(0.1), 0.1])
def test_a_rate_of_any_kind_gets_a_slider(lr):
    explorer = cl.explore.race(optimizers=[Mine(lr)], steps=5)
    assert explorer.table.controls["lr_yours"].values == (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
    assert explorer.value["lr_yours"] == 0.1


@pytest.mark.parametrize("lr", [0.12345678, 1 / 3, 2])
def test_a_slider_starts_at_the_rate_itself(lr):
    explorer = finished(cl.explore.race(optimizers=cl.SGD(lr), steps=5))
    assert explorer.value["lr_SGD"] == lr
    direct = cl.run(cl.SGD(lr), cl.problems.bowl().grad, [-5.0, -2.0], 5).x
    np.testing.assert_array_equal(explorer.lines["SGD path"], direct)


def test_what_is_no_rate_gets_none():
    class Steady(Mine):
        def step(self, state, g):
            return At(state.x - 0.1 * g)

    no_rates = [True, "0.1", None, np.nan, np.inf, 0.0]
    explorer = cl.explore.race(optimizers=map(Steady, no_rates), steps=5)
    assert list(explorer.controls) == ["x1", "x2", "step"]


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
    first, second = (explorer.table.lines[f"{name} path"].style for name in ("Adam", "Adam_2"))
    assert first.dash != second.dash and first.marker != second.marker
    labels = [control.label for control in explorer.table.controls.values()]
    assert {"Adam: rate η", "Adam, β₁ = 0: rate η"} <= set(labels)


def test_the_legend_tells_two_of_a_kind_by_what_differs():
    raced = [cl.RMSProp(0.1), cl.RMSProp(0.01, momentum=0.9), cl.RMSProp(0.2), Mine(0.1), Mine(0.2)]
    assert [racer.called for racer in racing._racers(raced)] == [
        "RMSProp",
        "RMSProp, μ = 0.9",
        "RMSProp, again",
        "yours",
        "yours, again",
    ]


def test_a_narrow_race_keeps_its_legend():
    raced = [cl.RMSProp(0.1), cl.RMSProp(0.01, momentum=0.9), cl.Adam(0.1), cl.SGD(0.1)]
    figure, _ = cl.explore.race(optimizers=raced, steps=5).table.still({}, (360, 500))
    (legend,) = figure.legends
    box = legend.get_window_extent()
    assert box.x0 >= 0 and box.x1 <= 360


def test_a_name_wider_than_a_narrow_race_stands_alone():
    raced = [cl.RMSProp(0.1), cl.RMSProp(0.1, rho=0.95, momentum=0.5, eps=0.001, initial=1.0)]
    figure, _ = cl.explore.race(optimizers=raced, steps=5).table.still({}, (360, 500))
    _, second = figure.legends[0].get_texts()
    assert second.get_text() == "RMSProp, ρ = 0.95, ε = 0.001, μ = 0.5, initial = 1"


class Own(cl.Adam):
    """A learner's class on the library's."""


@pytest.mark.parametrize(
    ("opt", "name"),
    [
        (cl.SGD(0.1), "SGD"),
        (cl.SGD(0.1, nesterov=True), "SGD"),
        (cl.SGD(0.1, momentum=0.9), "momentum"),
        (cl.SGD(0.1, momentum=0.9, nesterov=True), "Nesterov"),
        (cl.AdamW(0.1), "AdamW"),
        (cl.AMSGrad(0.1), "AMSGrad"),
        (cl.Adadelta(), "Adadelta"),
        (cl.conventions.as_in("torch", "RMSProp"), "RMSProp"),
        (cl.conventions.as_in("keras", "RMSProp", weight_decay=0.1), "RMSProp"),
        (cl.conventions.as_in("optax", "SGD", lr=0.1, momentum=0.5), "momentum"),
        (cl.conventions.as_in("torch", "Adam", weight_decay=0.1), "Adam"),
        (cl.conventions.as_in("keras", "AdamW"), "AdamW"),
        (cl.conventions.as_in("keras", "AMSGrad"), "AMSGrad"),
        (cl.conventions.as_in("keras", "Adadelta"), "Adadelta"),
        (Own(0.1), "yours"),
        (Mine(0.1), "yours"),
    ],
)
def test_the_librarys_own_go_by_their_names(opt, name):
    assert [racer.name for racer in racing._racers([opt])] == [name]


def test_an_optimizers_name_is_that_of_its_lines_and_its_rate():
    raced = [cl.Adadelta(), cl.SGD(0.1, 0.9, True), cl.conventions.as_in("torch", "RMSProp")]
    explorer = cl.explore.race(optimizers=raced, steps=5)
    for name in ("Adadelta", "Nesterov", "RMSProp"):
        assert explorer.table.lines[f"{name} path"].style == plots.OPTIMIZERS[name]
        assert {f"{name} loss", f"lr_{name}"} <= {*explorer.lines, *explorer.controls}


def test_every_optimizer_of_the_course_has_a_look():
    names = [cl.SGD, cl.AdaGrad, cl.RMSProp, cl.Adam, cl.AdamW, cl.AMSGrad, cl.Adadelta]
    assert {kind.__name__ for kind in names} <= set(plots.OPTIMIZERS)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cl.explore.race("hill"), "there is no problem 'hill'; there is bowl, rotated"),
        (lambda: cl.explore.race(optimizers=[cl.SGD()] * 7), "room for 1 to 6 optimizers, got 7"),
        (
            lambda: cl.explore.race(optimizers=[cl.SGD([[0.1], [0.2]])]),
            r"\[2 values\]\) is a sweep",
        ),
        (lambda: cl.explore.race(optimizers=[]), "room for 1 to 6 optimizers, got 0"),
        (lambda: cl.explore.race(steps=0), "steps must be at least 1, got 0"),
        (lambda: cl.explore.race(steps=-5), "steps must be at least 1, got -5"),
        (lambda: cl.explore.sweep(steps=0), "steps must be at least 1, got 0"),
        (lambda: cl.explore.sweep(steps=1001), "a sweep takes up to 1000 steps, got 1001"),
        (lambda: cl.explore.race(cl.problems.reddi()), "has 1 coordinate; a map needs two"),
        (lambda: cl.explore.sweep("SGD"), "there is no sweep of 'SGD'; there is RMSProp, Adam"),
    ],
)
def test_errors_name_what_there_is(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cl.explore.race(steps=10.0), "steps must be a whole number, got 10.0"),
        (lambda: cl.explore.sweep(steps=1.5), "steps must be a whole number, got 1.5"),
        (lambda: cl.explore.race(optimizers=[cl.SGD]), r"SGD is a class: write SGD\(\)"),
        (lambda: cl.explore.race(optimizers=cl.SGD), r"SGD is a class: write SGD\(\)"),
        (lambda: cl.explore.race(optimizers=[Mine]), r"Mine is a class: write Mine\(\)"),
        (lambda: cl.explore.race(optimizers=["SGD"]), "an optimizer has init.* not: 'SGD'"),
    ],
)
def test_what_is_no_number_and_what_is_no_optimizer_are_named(call, message):
    with pytest.raises(TypeError, match=message):
        call()


def test_a_loss_at_the_threshold_up_to_rounding_is_there():
    """Each step halves x: after two, the loss is 0.001 but for its last bits."""
    for off in 1 - 1e-15, 1.0, 1 + 1e-15:
        at = 4 * np.sqrt(2e-3) * off
        plain = replace(
            cl.problems.bowl(1.0, 1.0),
            start=np.array([at, 0.0]),
            box=np.array([[-at, at], [-1.0, 1.0]]),
        )
        assert "0.001 within 2 steps" in finished(cl.explore.race(plain, cl.SGD(0.5), steps=5)).alt


def unbeaten(explorer):
    (goal,) = explorer.table.goals
    return goal.look(**explorer.value)


def test_pairs_that_are_equal_but_for_rounding_are_not_better(monkeypatch):
    """Adam's first step is η, whatever β₂ is."""
    for seed in (0, 1, 2):
        last_bit.install(seed, monkeypatch.setattr)
        explorer = cl.explore.sweep("Adam", cl.problems.bowl(1.0, 1.0), steps=1)
        explorer.set(lr=10.0, beta2=0.9)
        assert unbeaten(explorer) == (False, "Still 108 pairs are better.")
        explorer.set(lr=1.0)
        assert unbeaten(explorer) == (False, "Still 18 pairs are better.")  # those of 2 and of 5


def test_what_lies_below_the_axis_is_not_told_in_digits():
    explorer = finished(cl.explore.race(optimizers=[cl.SGD(0.25)], steps=400))
    assert "SGD: loss below 1e-10, 0.001 within" in explorer.alt
    swept = cl.explore.sweep("Adam", steps=400)
    swept.set(lr=0.2, beta2=0.99)
    assert "loss below 1e-10 after 400 steps." in swept.alt and unbeaten(swept)[0]


@pytest.mark.parametrize("name", ["RMSProp", "Adam"])
def test_a_sweep_shows_the_run_of_each_pair(name):
    explorer = cl.explore.sweep(name, steps=80)
    decay = list(explorer.controls)[1]
    problem = cl.problems.bowl()
    pairs = itertools.product(*(c.values for c in explorer.table.controls.values()))
    final = {}
    for lr, value in pairs:
        explorer.set(**{"lr": lr, decay: value})
        opt = getattr(cl, name)(lr, **{decay: value})
        x = cl.run(opt, problem.grad, problem.start, 80, keep_going=True).x
        np.testing.assert_allclose(explorer.lines["path"], x, rtol=1e-12, atol=1e-12)
        final[lr, value] = problem.value(x[-1])
        chosen = (sweeping.RATES.index(lr), sweeping.DECAYS.index(value))
        assert tuple(explorer.lines["chosen"][0]) == chosen
        low = "below 1e-10" if final[lr, value] <= 1e-10 else number(final[lr, value])
        assert f"loss {low} after 80" in explorer.alt
    best = min(final, key=final.get)
    explorer.set(**{"lr": best[0], decay: best[1]})
    assert unbeaten(explorer)[0] and unbeaten(explorer)[1].startswith("No pair is better than η = ")


@pytest.mark.parametrize(
    "explore", [cl.explore.race, lambda problem: cl.explore.sweep("RMSProp", problem)]
)
def test_a_problem_of_your_own_that_cannot_be_drawn(explore):
    with pytest.raises(
        TypeError, match=r"needs a Problem or the name of one \(bowl, .*makes one of"
    ):
        explore(lambda x: x)
    own = replace(cl.problems.bowl(), name="mine", value=lambda x: float(x[0] ** 2 + x[1] ** 2))
    with pytest.raises(
        ValueError, match=r"value of mine must take many points.*x\[\.\.\., 0\] for x\[0\]"
    ):
        explore(own)
