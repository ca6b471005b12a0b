"""All questions, by name. Exercise 02 keeps its own in `ex02.py`, and so on."""

import pkgutil
from importlib import import_module
from pathlib import Path

__all__ = ["find", "questions"]

# Where an answer that later ones may call has another name in the notebook than its question.
NAMES = {"02.bug_hunt": "measured_half_life"}


def questions(number=None):
    """The questions of one exercise, or of all.

    Parameters
    ----------
    number : str, optional
        The exercise, ``"02"``.

    Returns
    -------
    dict
        Name to `Question`, in the order in which they are asked.

    Examples
    --------
    >>> list(questions("02"))[:2]
    ['02.warm_up', '02.ema']
    """
    here = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    modules = [m for m in here if m[:2] == "ex" and m[2:].isdigit() and number in (None, m[2:])]
    found = {}
    for module in modules:
        earlier = {}
        for question in import_module(f".{module}", __package__).QUESTIONS:
            found[question.name] = question
            question.earlier = dict(earlier)
            if question.inputs:  # a function, which later answers may call
                earlier[NAMES.get(question.name, question.name[3:])] = question
    return found


def find(name):
    """The question of that name, ``"02.ema"``; ValueError with the names there are."""
    there = questions(str(name).partition(".")[0]) or questions()
    if name not in there:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(there)}")
    return there[name]
