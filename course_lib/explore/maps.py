"""Maps of problems of two coordinates, and their losses in words."""

import numpy as np

from .. import problems
from . import plots
from .parts import ROUNDING, number

PROBLEMS = {
    "bowl": problems.bowl,
    "rotated bowl": lambda: problems.rotated(problems.bowl()),
    "Rosenbrock": problems.rosenbrock,
    "Beale": problems.beale,
    "saddle": problems.saddle,
}
LOWEST = 1e-10


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
