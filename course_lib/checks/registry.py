"""All questions, by name: those of exercise 02 are in ``exercises/questions/q02_….py``."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

__all__ = ["find", "questions"]

FOLDER = Path(__file__).resolve().parents[2] / "exercises" / "questions"
PACKAGE = "exercise_questions"  # what these files are imported as: they lie in no package


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
    if PACKAGE not in sys.modules:
        sys.modules[PACKAGE] = ModuleType(PACKAGE)
        sys.modules[PACKAGE].__path__ = [str(FOLDER)]
    found = {}
    for file in sorted(FOLDER.glob("q[0-9][0-9]_*.py")):
        if number not in (None, file.name[1:3]):
            continue
        earlier = {}
        for question in import_module(f"{PACKAGE}.{file.stem}").QUESTIONS:
            found[question.name] = question
            question.earlier = dict(earlier)
            if question.draw:  # a function, which later answers may call
                earlier[question.right.__name__] = question
    return found


def find(name):
    """The question of that name, ``"02.ema"``; ValueError with the names there are."""
    there = questions(str(name).partition(".")[0]) or questions()
    if not there:
        raise ValueError(f"there are no questions in {FOLDER}: run the course from its checkout")
    if name not in there:
        raise ValueError(f"there is no question {name!r}; there are {', '.join(there)}")
    return there[name]
