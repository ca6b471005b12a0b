"""Put a learner's answers into the master, and nothing else of their file.

The master's stored outputs, its checks and its tags stay; the learner's are never looked at.
"""

from copy import deepcopy

from .folder import ExerciseError, read

__all__ = ["GUARD", "graft"]

GUARD = """\
import os
os.environ["MPLBACKEND"] = "agg"  # pictures are drawn, but to nowhere
from course_lib.exercises import guard
guard.install(get_ipython())
guard.limit_memory()
del guard, os
"""


def graft(learner_path, master_path):
    """The master with the learner's answers in place of its own.

    Cells that the learner added run before the cell of ours that follows them, whether that is
    an answer (splitting a cell in JupyterLab leaves the id on the last part and puts new cells
    above it) or its check. Added cells at the end are left out, and the master's order wins.

    Parameters
    ----------
    learner_path, master_path : Path
        The learner's notebook and the executed master.

    Returns
    -------
    dict
        A notebook that starts with a cell of ours, which guards the kernel.

    Raises
    ------
    ExerciseError
        If the learner's file is no notebook, or an answer cell is gone, double or not code.
    """
    learner, master = read(learner_path), deepcopy(read(master_path))
    known = {cell["id"] for cell in master["cells"]}
    answers, added = _answers(learner, known, learner_path.name)
    cells = [_code_cell("guard", GUARD)]
    number = 0
    for cell in master["cells"]:
        for source in added.get(cell["id"], ()):
            number += 1
            cells.append(_code_cell(f"extra-{number}", source))
        if cell["id"].startswith("answer-"):
            if cell["id"] not in answers:
                raise _error(learner_path.name, f"the cell {cell['id']} is gone")
            cell["source"] = answers[cell["id"]]
        cells.append(cell)
    return {**master, "cells": cells}


def _answers(learner, known, file):
    """The sources of the answer cells, and those of the added cells before each known one."""
    if learner["cells"] and not any("id" in cell for cell in learner["cells"]):
        raise _error(file, "its cells have no names: an editor older than the course saved it")
    answers, added, waiting = {}, {}, []
    for cell in learner["cells"]:
        name = cell.get("id")
        if name not in known:
            if cell["cell_type"] == "code":
                waiting.append(cell["source"])
            continue
        added.setdefault(name, []).extend(waiting)
        waiting = []
        if name.startswith("answer-"):
            if name in answers:
                raise _error(file, f"the cell {name} is there twice")
            if cell["cell_type"] != "code":
                raise _error(file, f"the cell {name} is text now, turn it back into code (key Y)")
            answers[name] = cell["source"]
    return answers, added


def _code_cell(name, source):
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _error(file, what):
    return ExerciseError(
        f"{file}: {what}; undo that in JupyterLab, "
        f"or `course reset {file[:2]}` writes a fresh notebook and keeps yours beside it"
    )
