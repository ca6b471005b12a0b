"""Paths on a problem of two coordinates, for the explorers that race and sweep."""

import numpy as np

from .. import problems
from ..descent import run
from . import plots
from .parts import ROUNDING, number, until_far

PROBLEMS = {
    "bowl": problems.bowl,
    "rotated bowl": lambda: problems.rotated(problems.bowl()),
    "Rosenbrock": problems.rosenbrock,
    "Beale": problems.beale,
    "saddle": problems.saddle,
}
FAR = 1e9  # what goes further has diverged
LOWEST = 1e-10


class YourOptimizerError(ValueError):
    """A learner's optimizer stopped: in a notebook one line, and no walk through the library."""

    def _render_traceback_(self):
        return [str(self)]


def a_problem(problem):
    if isinstance(problem, str):
        if problem not in PROBLEMS:
            raise ValueError(f"there is no problem {problem!r}; there is {', '.join(PROBLEMS)}")
        problem = PROBLEMS[problem]()
    if not isinstance(problem, problems.Problem):
        raise TypeError(
            f"a map needs a Problem or the name of one ({', '.join(PROBLEMS)}), not {problem!r}; "
            "cl.problems.Problem makes one of a function, its gradient, a start and a box"
        )
    if len(problem.start) != 2:
        raise ValueError(f"{problem.name} has {len(problem.start)} coordinate; a map needs two")
    try:
        shape = np.shape(problem.value(np.stack([problem.start] * 3)))
    except Exception as stopped:  # whatever somebody's function does with three points
        shape = type(stopped).__name__
    if shape != (3,):
        raise ValueError(
            f"the value of {problem.name} must take many points at once, (…, 2) → (…), and gave "
            f"{shape} for three: write x[..., 0] for x[0] and x[..., 1] for x[1]"
        )
    return problem


def of_the_course(opt):
    """Whether the class is the library's own: it takes a sweep, and goes by its own name."""
    return type(opt).__module__.startswith("course_lib.")


def descend(opt, problem, start, steps, every):
    """Paths with the time as the last axis but one; a run that diverges stays where it left."""
    how = {"record": ["x"], "every": every, "project": problem.project, "keep_going": True}
    with np.errstate(all="ignore"):
        if of_the_course(opt):
            x = run(opt, problem.grad, start, steps, **how).x
        else:
            x = _one_by_one(opt, problem, start, steps, how)
    return np.clip(until_far(np.moveaxis(x, 0, -2), FAR), -FAR, FAR)


def _one_by_one(opt, problem, start, steps, how):
    """As `run` for all starts at once; a learner's step knows one point, and may take its norm."""
    points = start.reshape(-1, start.shape[-1])
    try:
        paths = [run(opt, problem.grad, point, steps, **how).x for point in points]
    except Exception as stopped:
        raise YourOptimizerError(
            f"your optimizer stops with {type(stopped).__name__}: {str(stopped).rstrip('.')}. Is "
            "the answer that it calls right?"
        ) from stopped
    return np.stack(paths, axis=1).reshape(-1, *start.shape)


def loss_of(problem, x):
    floor = 0.0 if problem.minimum is None else problem.value(problem.minimum)
    return problem.value(x) - floor


def lower(losses, loss):
    """How many of these are lower, and not by rounding alone."""
    return int((losses < loss * (1 - ROUNDING)).sum())


def loss_word(loss):
    """A loss in words; what lies below the axis is mostly rounding."""
    return f"loss {number(loss)}" if loss > LOWEST else f"loss below {LOWEST:.0e}"


def map_of(ax, problem):
    plots.contours(ax, problem)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=problem.box[0], ylim=problem.box[1])
