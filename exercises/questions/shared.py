"""What the questions of several exercises share: how paths and states are named, and go wrong."""

import re

import numpy as np

__all__ = [
    "after_step",
    "gradients",
    "in_state",
    "known",
    "path_mistakes",
    "state_mistakes",
    "walk",
]


def gradients(rng, n):
    """Drawn numbers of both signs, whatever the draw."""
    g = rng.normal(0, 2, n)
    g[:2] = -abs(g[0]), abs(g[1])
    return g


def walk(x0, steps, move):
    """The positions from `x0` on, each ``move`` of the one before."""
    path = [x0]
    for _ in range(steps):
        path.append(move(path[-1]))
    return np.array(path)


def after_step(index, args):
    """Where a number of a path stands: entry 0 is the start."""
    coordinate = f", coordinate {index[1] + 1}," if index[1:] else ""
    return f"after step {index[0]}{coordinate}"


def in_state(*names):
    """Where a number stands among the arrays that a step gives back."""
    return lambda index, args: f"in the new {names[index[0]]}, coordinate {index[1] + 1},"


def known(question, mistakes):
    """Add known mistakes: hint → wrong implementation."""
    for hint, function in mistakes.items():

        def mistake(*args, function=function):
            return function(*args)

        mistake.__name__ = "_".join(re.findall("[a-z]+", hint.lower())[:5])
        mistake.__doc__ = hint
        question.mistake(mistake)


def path_mistakes(question, name, numbers=False):
    """The ways to give back too little of a path; `numbers` if a start may be a number."""
    right = question.right

    def last(path):
        return np.broadcast_to(path[-1], path.shape)

    def last_after_the_start(path):
        return np.concatenate([path[:1], last(path)[1:]])

    def of_arrays(change):  # with a number, `-=` makes a new one
        return lambda *args: change(p) if (p := right(*args)).ndim > 1 else p

    why = "`-=` writes into the array that you noted before. Write x = x − …"
    known(
        question,
        {
            f"All positions in your `{name}` are the last one: {why}": lambda *args: last(
                right(*args)
            ),
            f"After the start all positions in your `{name}` are the last: {why}": (
                lambda *args: last_after_the_start(right(*args))
            ),
        },
    )
    if numbers:
        known(
            question,
            {
                f"With an array all positions in your `{name}` are the last: {why}": of_arrays(
                    last
                ),
                f"With an array all in your `{name}` after the start are the last: {why}": (
                    of_arrays(last_after_the_start)
                ),
            },
        )
    known(
        question,
        {
            f"The start is missing: `{name}` should give back one position more than it takes "
            "steps.": lambda *args: right(*args)[1:],
            f"Only the end came back: `{name}` should give back all positions, the start first.": (
                lambda *args: right(*args)[-1]
            ),
            f"One step short: where `{name}` notes a position, before or after it moves, decides "
            "whether the last is noted.": lambda *args: right(*args)[:-1],
            f"One step and no more: does a `return` of `{name}` stand inside its loop? It ends the "
            "function at once.": lambda *args: right(*args)[:2],
        },
    )


def state_mistakes(question, *names):
    """The ways to give back half a state, or a state upside down."""
    name, right = question.name.partition(".")[2], question.right
    known(
        question,
        {
            f"Only the new {names[0]} came back: the next `{name}` needs the new "
            f"{' and '.join(names[1:])} too.": lambda *args: right(*args)[0],
            f"The order is another one: `{name}` gives back the new {', then '.join(names)}.": (
                lambda *args: right(*args)[::-1]
            ),
        },
    )
    if len(names) == 3:
        known(
            question,
            {
                f"{names[0]} comes first: `{name}` gives back {', '.join(names)}.": (
                    lambda *args: np.roll(right(*args), -1, axis=0)
                ),
                f"{names[1]} and {names[2]} have changed places in what `{name}` gives back.": (
                    lambda *args: np.asarray(right(*args))[[0, 2, 1]]
                ),
            },
        )
