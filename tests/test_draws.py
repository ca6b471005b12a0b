"""What a check draws covers what the notebook itself asks of an answer, and the usual corners.

An answer that is right by its check is called by the cells that follow. If these hand over more
steps, or numbers of another type, it may stop there.
"""

import numpy as np
import pytest

import course_lib as cl
from course_lib.checks.registry import questions
from course_lib.command.notebooks import find_exercise, master_of, read

EXERCISES = find_exercise()
FUNCTIONS = {name: question for name, question in questions().items() if question.draw}
SEEDS = range(5)


def drawn(name, seed):
    return FUNCTIONS[name].draw(np.random.default_rng(seed))


def arrays(name, seed):
    return [arg for case in drawn(name, seed) for arg in case if np.ndim(arg)]


def calls_in(notebook, monkeypatch):
    """Question and arguments of each call. Explorers, who try all kinds of array, are left out."""
    world, calls = {}, []

    def noted(name, answer):
        def noting(*args):
            calls.append((name, args))
            return answer(*args)

        if callable(answer):
            world.update({key: noting for key, value in world.items() if value is answer})

    monkeypatch.setattr(cl, "check", noted)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "cl.explore" not in cell["source"]:
            exec(cell["source"], world)
    return calls


def kinds(args):
    """Of each argument the type, and the dimensions and type of an array."""
    return [(type(arg), np.ndim(arg), np.asarray(arg).dtype.kind) for arg in args]


def sizes(args):
    """Of each argument how many numbers, or how large a whole number."""
    return np.array([arg if isinstance(arg, int) else np.size(arg) for arg in args])


@pytest.mark.parametrize("path", EXERCISES, ids=[path.stem for path in EXERCISES])
def test_the_calls_of_the_notebook_are_among_what_is_drawn(path, monkeypatch, capsys):
    calls = calls_in(read(master_of(path)), monkeypatch)
    assert calls or path.stem.startswith("02")
    for name, args in calls:
        for seed in SEEDS:
            alike = [case for case in drawn(name, seed) if kinds(case) == kinds(args)]
            assert any((sizes(case) >= sizes(args)).all() for case in alike), (name, args)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if arrays(name, 0)])
def test_arrays_of_whole_numbers_are_drawn_where_numbers_are_asked_for(name):
    if name != "07.best_rate":  # whose NaN no whole number can be
        assert all(any(a.dtype.kind == "i" for a in arrays(name, seed)) for seed in SEEDS)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name.endswith("step")])
def test_a_coordinate_without_gradient_is_drawn(name):
    if arrays(name, 0):
        assert all(any((a == 0).any() for a in arrays(name, seed)) for seed in SEEDS)


def test_each_check_draws_other_numbers():
    for name in FUNCTIONS:
        one, other = (repr(drawn(name, seed)) for seed in (0, 1))
        assert one != other, name
