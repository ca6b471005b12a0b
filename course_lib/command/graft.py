"""Put a learner's answers into the master, and nothing else of their file.

The master's stored outputs, its checks and its tags stay; the learner's are never looked at.
"""

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from .notebooks import ExerciseError, exercise_of, read
from .sources import defines, is_blank, names

GUARD = """\
import os
os.environ["MPLBACKEND"] = "agg"  # pictures are drawn, but to nowhere
from course_lib.command import guard
guard.install(get_ipython())
guard.limit_memory()
del guard, os
"""
NEWER = (
    "the question is newer than your notebook: `course reset {}` writes a fresh one and keeps "
    "yours beside it"
)
CHECK = re.compile(r"""\bcl\.check\(\s*["']([\w.]+)["']\s*,\s*(\w+)""")


class Graft(NamedTuple):
    """A notebook to run, and what else the learner's file tells.

    Attributes
    ----------
    notebook : dict
        The master with the learner's answers. A cell of ours, which guards the kernel, is first.
    asked : dict
        The name that each checked answer defines: ``{"answer-ema": "ema"}``.
    unwritten : set
        The answers that are blank or not there.
    newer : set
        The answers to questions that the learner's notebook never had.
    strays : dict
        Names that the learner defines where it does not count → a sentence about that.
    """

    notebook: dict
    asked: dict
    unwritten: set
    newer: set
    strays: dict


@dataclass(eq=False)
class _Cell:
    """A cell; `name` is the id that it has in the master, None for one of the learner's own."""

    name: str | None
    code: bool
    source: str

    @property
    def is_answer(self):
        return bool(self.name) and self.name.startswith("answer-")

    def defines(self, variable):
        return self.code and defines(self.source, variable)

    def question(self):
        """The question of the call of `cl.check` that the cell begins with; None without one."""
        call = CHECK.match(self.source.strip()) if self.code else None
        return call and call[1]

    def lines(self):
        return "\n".join(line.rstrip() for line in self.source.strip().splitlines())


def graft(learner_path, master_path):
    """The master with the learner's answers in place of its own.

    An answer is known by the id of its cell. An editor may have lost that: then the cell that
    defines the name which the check asks for is the answer, or the cell above that check.

    Cells that the learner added run before the cell of ours that follows them, whether that is
    an answer (splitting a cell in JupyterLab leaves the id on the last part and puts new cells
    above it) or its check. Added cells at the end are left out, and the master's order wins.

    Parameters
    ----------
    learner_path, master_path : Path
        The learner's notebook and the executed master.

    Returns
    -------
    Graft
        An answer that is gone, text or there twice is a cell that stops with a sentence about
        it, so that all the others are checked. One that the learner's notebook never had is not
        answered yet.

    Raises
    ------
    ExerciseError
        If the learner's file is no notebook, or none of the answers is anywhere in it.
    """
    theirs, master = read(learner_path), read(master_path)
    ours = {cell["id"]: _as_cell(cell, cell["id"]) for cell in master["cells"]}
    asked = {
        answer_of(name): call[2]
        for name, cell in ours.items()
        if name.startswith("check-") and (call := CHECK.search(cell.source))
    }
    # Of an answer that is not checked, the name that the cells after it use.
    variables = {
        name: asked.get(name) or min(names(cell.source), default=None)
        for name, cell in ours.items()
        if cell.is_answer
    }
    cells = [_as_cell(c, c["id"] if c.get("id") in ours else None) for c in theirs["cells"]]
    _recognise(cells, ours)
    _find_lost_answers(cells, variables, asked)
    number = exercise_of(learner_path)[:2]
    merged = any(cell.defines(name) for cell in cells for name in asked.values())
    if not merged and not any(cell.is_answer for cell in cells):
        raise ExerciseError(
            f"none of the answers is in {learner_path.name}: `course reset {number}` writes a "
            "fresh notebook"
        )
    new = _stop(NEWER.format(number))
    newer = dict.fromkeys(_newer(theirs["metadata"], cells, variables, list(ours)), new)
    answers = {name: _answer(name, cells, variables, asked, newer) for name in variables}
    unwritten = {name for name, source in answers.items() if is_blank(source)}
    blank = {asked.get(name) for name in unwritten}
    added, whole = _added(cells), [_code_cell("guard", GUARD)]
    for cell in master["cells"]:
        whole += added.get(cell["id"], [])
        whole.append({**cell, "source": answers.get(cell["id"], cell["source"])})
    return Graft(
        {**master, "cells": whole},
        asked,
        unwritten,
        newer={name for name, source in answers.items() if source == new},
        strays=_strays(cells, ours, blank, set(answers.values())),
    )


def answer_of(check):
    """The name of the answer that a check is about: ``"answer-ema"`` for ``"check-ema"``."""
    return check.replace("check-", "answer-")


def _check_of(answer):
    return answer.replace("answer-", "check-")


def _as_cell(cell, name):
    return _Cell(name, cell["cell_type"] == "code", cell["source"])


def _added(cells):
    """The learner's own code cells before each cell of ours."""
    added, waiting, number = {}, [], 0
    for cell in cells:
        if cell.name:
            added.setdefault(cell.name, []).extend(waiting)
            waiting = []
        elif cell.code:
            number += 1
            waiting.append(_code_cell(f"extra-{number}", cell.source))
    return added


def _recognise(cells, ours):
    """Name the cells of ours that have lost their ids: by their text, a check by its question."""
    there = {cell.name for cell in cells}
    lost = [cell for cell in ours.values() if cell.name not in there and not cell.is_answer]
    by_text = {cell.lines(): cell.name for cell in lost}
    by_question = {cell.question(): cell.name for cell in lost if cell.question()}
    for cell in cells:
        name = by_text.get(cell.lines()) or by_question.get(cell.question())
        if cell.name is None and name not in there:  # the first of several
            cell.name = name
            there.add(name)


def _find_lost_answers(cells, variables, asked):
    """Name the cells whose answers have lost their ids."""
    there = {cell.name for cell in cells if cell.code}
    lost = [name for name in variables if name not in there]
    for name in lost:  # the last cell above its check that defines it, or else the last of all
        where = [cell for cell in cells if not cell.name and cell.defines(variables[name])]
        above = _own_above(_check_of(name), cells)
        where = [cell for cell in where if cell in above] or where
        if where:
            where[-1].name = name
    for name in lost:  # a misspelt name is still an answer
        above = _own_above(_check_of(name), cells)
        if name in asked and above and not any(cell.name == name for cell in cells):
            above[-1].name = name


def _own_above(name, cells):
    """The learner's own code cells that come right above a cell of ours."""
    at = next((at for at, cell in enumerate(cells) if cell.name == name), 0)
    own = list(takewhile(lambda cell: cell.name is None, reversed(cells[:at])))
    return [cell for cell in reversed(own) if cell.code]


def _newer(metadata, cells, variables, order):
    """The answers to questions that came after the learner's notebook.

    It tells with which answers it began. From one that does not, somebody may have deleted a
    cell, but not the question's text and its check as well.
    """
    course = metadata.get("course")
    began = course.get("answers") if isinstance(course, dict) else None
    if isinstance(began, list):
        return {name for name in variables if name not in began}
    there = {cell.name for cell in cells}
    texts = dict(zip(order[1:], order[:-1], strict=True))  # each right above its answer
    return {name for name in variables if not {name, texts.get(name), _check_of(name)} & there}


def _answer(name, cells, variables, asked, newer):
    """The source of an answer; one that stops with a sentence when it cannot be told."""
    order, variable = list(variables), variables[name]
    there = [cell for cell in cells if cell.name == name]
    code = dict.fromkeys(cell.source for cell in there if cell.code)
    written = [source for source in code if not is_blank(source)] or list(code)[:1]
    if len(written) > 1:  # one of them may be something else
        written = [source for source in written if defines(source, variable)] or written
    if len(written) == 1:
        return written[0]
    if len(written) > 1:
        return _stop("its cell is there twice, and the two differ: empty one of them")
    for cell in cells:  # merged with another cell, perhaps
        if cell.name and cell.defines(variable):
            earlier = cell.name in order and order.index(cell.name) < order.index(name)
            return "" if earlier else cell.source
    if name not in asked:  # nothing depends on it that would be checked
        return ""
    if name in newer:
        return newer[name]
    if there:
        return _stop("its cell is text now: turn it back into code (key Y in JupyterLab)")
    return _stop(f"its cell is gone: define `{variable}` in a new cell above its check")


def _stop(sentence):
    return f"from course_lib.command.guard import Stopped\nraise Stopped({sentence!r})"


def _strays(cells, ours, blank, taken):
    """Names that the learner defines where it does not count → a sentence about that.

    A cell of ours counts where its source is `taken` for an answer that was merged with it.
    """
    strays = {}
    for cell in cells:
        if not cell.code or cell.is_answer or cell.source in taken:
            continue
        added = names(cell.source) - names(ours[cell.name].source) if cell.name else ()
        for own in added:
            strays[own] = (
                f"your `{own}` stands in a cell of the course, and that runs here as it was "
                "handed out"
            )
        for own in filter(cell.defines, blank):
            strays[own] = f"you have `{own}` in another cell: move it into the answer cell"
    return strays


def _code_cell(name, source):
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
