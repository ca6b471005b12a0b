"""For authors: run the notebooks and store them so that the same input gives the same file.

``python -m course_lib.command.authoring notebooks [NAMES]`` runs the lessons,
``python -m course_lib.command.authoring exercises [NAMES]`` the masters, and then
writes the learners' notebooks from them.
"""

import json
import os
import re
import subprocess
import time
from itertools import chain, count
from pathlib import Path

import click

from ..checks.question import QuestionError
from ..checks.registry import questions
from .blank import SOLUTION, is_untouched, learner_version
from .examine import examine
from .graft import CHECK
from .notebooks import ExerciseError, as_file, course_folder, read, write
from .saved import HIDE_INPUT, without_widget_views

CELL_LIMIT = 120
LARGEST = 500_000
PAGES = ("gallery", "notation")  # beside the numbered ones; what else is there is somebody's own
NAME = re.compile(r"[a-z][a-z0-9-]*")
RANDOM = re.compile(r"(?=.*\d)[0-9a-f]{8}(-[0-9a-f-]+)?")  # as nbformat and JupyterLab draw them


class AuthoringError(click.ClickException):
    """Something to mend in a notebook: one sentence."""


def run(path):
    """Run a notebook from top to bottom and store it, normalised, in its place.

    Parameters
    ----------
    path : Path
        A notebook. A cell whose id is no name, as one that was added in JupyterLab, gets one.
        Nothing is written if a cell fails, or if the outputs are too large.

    Returns
    -------
    dict
        The notebook as written.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = read(path)
    for name in name_cells(notebook):
        click.echo(f"a new cell is named {name} … ", nl=False)
    node = nbformat.from_dict(notebook)
    client = NotebookClient(
        node,
        timeout=CELL_LIMIT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # where a stream is cut depends on the clock
    )
    try:
        # The kernel talks of its sockets; an author is no learner whose progress counts.
        client.execute(stderr=subprocess.DEVNULL, env={**os.environ, "COURSE_RECORD": "0"})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
        raise AuthoringError(f"{path.name}: {problem}") from None
    notebook = normalise(json.loads(json.dumps(node)))
    size = len(as_file(notebook))
    if size > LARGEST:
        raise AuthoringError(
            f"{path.name} would have {size // 1000} kB, at most {LARGEST // 1000} do"
        )
    write(notebook, path)
    return notebook


def normalise(notebook):
    """Drop what differs from run to run, and tag folded sources: a page that is exported has none.

    What differs are widgets, times, and the versions of the machine.

    Parameters
    ----------
    notebook : dict
        An executed notebook.

    Returns
    -------
    dict
    """
    notebook = without_widget_views(notebook) or notebook
    for cell in notebook["cells"]:
        cell["metadata"].pop("execution", None)
        if cell["metadata"].get("jupyter", {}).get("source_hidden"):
            tags = {HIDE_INPUT, *cell["metadata"].get("tags", [])}
            cell["metadata"]["tags"] = sorted(tags)
        if "nbval-ignore-output" in cell["metadata"].get("tags", []):
            cell["outputs"] = []  # a machine or a learner speaks of itself
    return {
        **notebook,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def name_cells(notebook):
    """Give each cell without a name of its own one, after its question or its first words.

    Parameters
    ----------
    notebook : dict
        It is changed in place.

    Returns
    -------
    list of str
        The new names.

    Examples
    --------
    >>> cell = {"id": "1a2b3c4d", "cell_type": "markdown", "source": "## A window forgets abruptly"}
    >>> name_cells({"cells": [cell]})
    ['a-window-forgets-abruptly']
    """
    cells, before, new = notebook["cells"], set(), []
    for at, cell in enumerate(cells):
        name = str(cell.get("id"))
        lost = SOLUTION.search(cell["source"]) and not name.startswith("answer-")
        if lost or not NAME.fullmatch(name) or RANDOM.fullmatch(name) or name in before:
            words = _words_for(cell, cells[at:])
            numbered = (f"{words}-{number}" for number in count(2))
            taken = {one.get("id") for one in cells}
            name = cell["id"] = next(one for one in chain([words], numbered) if one not in taken)
            new.append(name)
        before.add(name)
    return new


def _words_for(cell, after):
    """What a cell is to be called: by the question it asks or answers, else by its first words."""
    source = cell["source"]
    if cell["cell_type"] == "code" and (call := CHECK.search(source)):
        return f"check-{_question(call)}"
    if SOLUTION.search(source):
        calls = filter(None, (CHECK.search(one["source"]) for one in after))
        call = next(calls, None)
        words = _question(call) if call else _first_words(SOLUTION.sub(r"\g<body>", source))
        return f"answer-{words}"
    return _first_words(source)


def _question(call):
    return call[1].partition(".")[2].replace("_", "-")


def _first_words(source):
    return "-".join(re.findall("[a-z][a-z0-9]*", source.lower())[:4]) or "cell"


@click.group()
def main():
    """Run notebooks and store them."""


@main.command()
@click.argument("names", nargs=-1)
def notebooks(names):
    """Run the lessons in notebooks/, all or those named."""
    for path in _chosen(course_folder() / "notebooks", names):
        _timed(path)


@main.command()
@click.argument("names", nargs=-1)
def exercises(names):
    """Run the masters in exercises/solutions/ and write the learners' notebooks."""
    for path in _chosen(course_folder() / "exercises" / "solutions", names):
        _look_at_questions(path)
        write_learners(_timed(path), path)


def _look_at_questions(path):
    """Stop where a master and its questions do not fit, or a question cannot be asked."""
    try:
        asked = questions(path.stem[:2])
        for question in asked.values():
            examine(question)
    except QuestionError as problem:
        raise AuthoringError(str(problem)) from None
    checks = [call[1] for cell in read(path)["cells"] if (call := CHECK.match(cell["source"]))]
    if checks != list(asked):
        raise AuthoringError(
            f"{path.name} asks {', '.join(checks) or 'no question'}, and QUESTIONS in its file are "
            f"{', '.join(asked)}: let them be the same, in one order"
        )


def write_learners(master, path):
    """Write the learner's notebook of a master, unless somebody has worked in the one there."""
    learners = path.parents[1] / path.name
    try:
        if learners.exists() and not is_untouched(read(learners)):
            raise AuthoringError(
                f"somebody has worked in exercises/{path.name}: `course reset {path.name[:2]}` "
                "keeps that beside it and writes a fresh one"
            )
        write(learner_version(master, path.stem), learners)
    except (ExerciseError, ValueError) as problem:
        raise AuthoringError(f"{path.name}: {problem}") from None


def _timed(path):
    began = time.monotonic()
    click.echo(f"{path.stem} … ", nl=False)
    notebook = run(path)
    seconds = time.monotonic() - began
    click.echo(f"{seconds:.1f} s, {path.stat().st_size / 1000:.0f} kB")
    return notebook


def _chosen(folder, names):
    paths = [p for p in sorted(folder.glob("[0-9][0-9]_*.ipynb")) if "." not in p.stem]
    paths += [path for path in (folder / f"{page}.ipynb" for page in PAGES) if path.exists()]
    wanted = [Path(name).stem for name in names]
    chosen = [p for p in paths if not names or p.stem in wanted or p.stem[:2] in wanted]
    missing = [w for w in wanted if w not in [part for p in paths for part in (p.stem, p.stem[:2])]]
    if missing or not chosen:
        there = ", ".join(path.stem for path in paths) or "none"
        raise AuthoringError(f"no notebook {', '.join(missing)} in {folder.name}/; there: {there}")
    return chosen


if __name__ == "__main__":
    main()
