"""Put a learner's answers into the master, and nothing else of their file.

The master's stored outputs, its checks and its tags stay; the learner's are never looked at.
"""

import re
from typing import NamedTuple

from ..checks.sources import defines, is_blank, names
from .notebooks import ExerciseError, number_of, read

__all__ = ["GUARD", "Graft", "graft"]

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
    learner = theirs["cells"]
    ours = {cell["id"]: cell for cell in master["cells"]}
    asked = {
        name.replace("check-", "answer-"): call[2]
        for name, cell in ours.items()
        if name.startswith("check-") and (call := CHECK.search(cell["source"]))
    }
    # Of an answer that is not checked, the name that the cells after it use.
    variables = {
        name: asked.get(name) or next(iter(sorted(names(cell["source"]))), None)
        for name, cell in ours.items()
        if _is_answer(name)
    }
    ids = _recognised(learner, ours)
    _find_lost_answers(learner, ids, variables, asked)
    code = [cell["source"] for cell in learner if cell["cell_type"] == "code"]
    merged = any(defines(source, name) for source in code for name in asked.values())
    if not merged and not any(name and _is_answer(name) for name in ids):
        raise ExerciseError(
            f"none of the answers is in {learner_path.name}: `course reset "
            f"{number_of(learner_path)}` writes a fresh notebook"
        )
    new = _stop(NEWER.format(number_of(learner_path)))
    newer = dict.fromkeys(_newer(theirs, ids, variables, list(ours)), new)
    answers = {name: _answer(name, learner, ids, variables, asked, newer) for name in variables}
    newer = {name for name, source in answers.items() if source == new}
    unwritten = {name for name, source in answers.items() if is_blank(source)}
    blank = {asked.get(name) for name in unwritten}
    strays = _strays(learner, ids, ours, blank, set(answers.values()))
    cells = [_code_cell("guard", GUARD)]
    added = _added(learner, ids)
    number = 0
    for cell in master["cells"]:
        for source in added.get(cell["id"], ()):
            number += 1
            cells.append(_code_cell(f"extra-{number}", source))
        cell["source"] = answers.get(cell["id"], cell["source"])
        cells.append(cell)
    return Graft({**master, "cells": cells}, asked, unwritten, newer, strays)


def _added(learner, ids):
    """The sources of the learner's own code cells before each cell of ours."""
    added, waiting = {}, []
    for cell, name in zip(learner, ids, strict=True):
        if name:
            added.setdefault(name, []).extend(waiting)
            waiting = []
        elif cell["cell_type"] == "code":
            waiting.append(cell["source"])
    return added


def _is_answer(name):
    return name.startswith("answer-")


def _recognised(learner, ours):
    """The id in the master of each of the learner's cells, None for a cell of their own.

    Where the ids are gone, our own cells are known by their text, and a check by its question.
    """
    ids = [cell.get("id") if cell.get("id") in ours else None for cell in learner]
    lost = {name: cell for name, cell in ours.items() if name not in ids and not _is_answer(name)}
    by_text = {_lines(cell): name for name, cell in lost.items()}
    by_question = {call[1]: name for name, cell in lost.items() if (call := _check(cell))}
    for at, cell in enumerate(learner):
        if ids[at] is None:
            call = _check(cell)
            name = by_text.get(_lines(cell)) or (call and by_question.get(call[1]))
            if name not in ids:  # the first of several
                ids[at] = name
    return ids


def _lines(cell):
    return "\n".join(line.rstrip() for line in cell["source"].strip().splitlines())


def _check(cell):
    """The call of `cl.check` that a cell begins with."""
    return CHECK.match(cell["source"].strip()) if cell["cell_type"] == "code" else None


def _find_lost_answers(learner, ids, variables, asked):
    """Write the ids of answers that have lost theirs into `ids`."""
    code = [at for at, cell in enumerate(learner) if cell["cell_type"] == "code"]
    there = {ids[at] for at in code}
    lost = [name for name in variables if name not in there]
    for name in lost:  # the last cell above its check that defines it, or else the last of all
        where = [
            at for at in code if not ids[at] and defines(learner[at]["source"], variables[name])
        ]
        above = _cells_above(name.replace("answer-", "check-"), learner, ids)
        where = [at for at in where if at in above] or where
        if where:
            ids[where[-1]] = name
    for name in lost:  # a misspelt name is still an answer
        above = _cells_above(name.replace("answer-", "check-"), learner, ids)
        if name in asked and name not in ids and above:
            ids[above[-1]] = name


def _cells_above(name, learner, ids):
    """Where the learner's own code cells stand that come right above a cell of ours."""
    at, above = ids.index(name) if name in ids else 0, []
    while at > 0 and ids[at - 1] is None:
        at -= 1
        if learner[at]["cell_type"] == "code":
            above.insert(0, at)
    return above


def _newer(theirs, ids, variables, ours):
    """The answers to questions that came after the learner's notebook.

    It tells with which answers it began. From one that does not, somebody may have deleted a
    cell, but not the question's text and its check as well.
    """
    course = theirs["metadata"].get("course")
    began = course.get("answers") if isinstance(course, dict) else None
    if isinstance(began, list):
        return {name for name in variables if name not in began}
    texts = {name: ours[ours.index(name) - 1] for name in variables}
    checks = {name: name.replace("answer-", "check-") for name in variables}
    return {name for name in variables if not {name, texts[name], checks[name]} & {*ids}}


def _answer(name, learner, ids, variables, asked, newer):
    """The source of an answer; one that stops with a sentence when it cannot be told."""
    order, variable = list(variables), variables[name]
    cells = [cell for cell, known in zip(learner, ids, strict=True) if known == name]
    code = dict.fromkeys(cell["source"] for cell in cells if cell["cell_type"] == "code")
    written = [source for source in code if not is_blank(source)] or list(code)[:1]
    if len(written) > 1:  # one of them may be something else
        written = [source for source in written if defines(source, variable)] or written
    if len(written) == 1:
        return written[0]
    if len(written) > 1:
        return _stop("its cell is there twice, and the two differ: empty one of them")
    for cell, known in zip(learner, ids, strict=True):  # merged with another cell, perhaps
        if known and cell["cell_type"] == "code" and defines(cell["source"], variable):
            earlier = known in order and order.index(known) < order.index(name)
            return "" if earlier else cell["source"]
    if name not in asked:  # nothing depends on it that would be checked
        return ""
    if name in newer:
        return newer[name]
    if cells:
        return _stop("its cell is text now: turn it back into code (key Y in JupyterLab)")
    return _stop(f"its cell is gone: define `{variable}` in a new cell above its check")


def _stop(sentence):
    return f"from course_lib.command.guard import Stopped\nraise Stopped({sentence!r})"


def _strays(learner, ids, ours, blank, taken):
    """Names that the learner defines where it does not count → a sentence about that.

    A cell of ours counts where its source is `taken` for an answer that was merged with it.
    """
    strays = {}
    for cell, name in zip(learner, ids, strict=True):
        if cell["cell_type"] != "code" or cell["source"] in taken or (name and _is_answer(name)):
            continue
        if name:
            for own in names(cell["source"]) - names(ours[name]["source"]):
                strays[own] = (
                    f"your `{own}` stands in a cell of the course, and that runs here as it was "
                    "handed out"
                )
        for own in blank:
            if defines(cell["source"], own):
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
