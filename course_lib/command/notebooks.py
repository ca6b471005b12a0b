"""Where the exercises are, and notebooks as files."""

import json
import os
import re
from itertools import count
from pathlib import Path

from .blank import is_untouched, learner_version


class ExerciseError(Exception):
    """What is wrong with a file or a name, in one sentence, and the way out."""


def course_folder():
    """The checkout in which `course_lib` lies, with `exercises/` beside it."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / "exercises" / "solutions").is_dir():
        raise ExerciseError(
            f"there is no folder exercises/solutions/ in {folder}, and the checks need it: run the "
            "course from its own checkout, installed with `make lab` or `pip install -e .`"
        )
    return folder


def nearest(room, names):
    """The learner's folder ``exercises/`` or ``notebooks/``, which holds some of these files.

    It is the first one upward from the working directory, as where many have copies of their own
    and share the library; else the one beside the library.
    """
    here = Path.cwd()
    for folder in (place / room for place in (here, *here.parents)):
        if any((folder / name).is_file() for name in names):
            return folder
    return course_folder() / room


def find_exercise(name=None):
    """The learner's notebook that `name` means; all of them without a name.

    Parameters
    ----------
    name : str, optional
        ``"02"``, ``"2"``, ``"02_moving_averages"`` or the path of a notebook.

    Returns
    -------
    list of Path
        The files need not exist: a lost one is a matter for `read`.
    """
    path = Path(name or "")
    if path.suffix == ".ipynb" and (path.exists() or path.name != name):
        master_of(path)
        return [path]
    files = [master.name for master in masters()]
    folder = nearest("exercises", files)
    return [folder / file for file in (files if name is None else choose("exercise", name, files))]


def choose(kind, name, files):
    """Those of some files that ``"02"``, ``"2"`` or ``"02_moving_averages"`` means."""
    wanted = name.removesuffix(".ipynb").zfill(2)
    found = [file for file in files if wanted in (file.removesuffix(".ipynb"), file[:2])]
    if not found:
        there = ", ".join(file.removesuffix(".ipynb") for file in files) or "none yet"
        raise ExerciseError(f"there is no {kind} {name!r}; there are: {there}")
    return found


def masters():
    """The masters of all exercises: ours, not those handed in with a notebook."""
    return sorted((course_folder() / "exercises/solutions").glob("[0-9][0-9]_*.ipynb"))


def master_of(path):
    """The master that a learner's notebook belongs to.

    Its metadata tell, whatever the file is called. A notebook without them is known by its name,
    which may be that of a copy: `02_moving_averages (1)`, `….yours-1`, `ada_02_…`.
    """
    told = _told_by(path) or _named_in(path)
    if len(told) != 1:
        raise ExerciseError(
            f"{Path(path).name} is none of the course's exercises: "
            "its name should be that of the exercise, such as 02_moving_averages.ipynb"
        )
    return told[0]


def misnamed(path):
    """The exercise that a notebook says it is, where its file has the name of another; else ""."""
    told, named = _told_by(path), _named_in(path)
    return told[0].stem if told and named not in ([], told) else ""


def _named_in(path):
    """The masters whose names the name of a file holds."""
    name = Path(path).stem
    return [
        master
        for master in masters()
        if re.search(rf"(?<!\d){re.escape(master.stem)}(?![a-z])", name, re.IGNORECASE)
    ]


def _told_by(path):
    """The master that a notebook's metadata name; none where it is no notebook, or an older one."""
    try:
        said = json.loads(Path(path).read_bytes())["metadata"]["course"]["exercise"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return []
    return [master for master in masters() if master.stem == said]


def exercise_of(path):
    """The name of the exercise that a file belongs to; if to none, what the file is called."""
    try:
        return master_of(path).stem
    except ExerciseError:
        return Path(path).stem


def read(path):
    """A notebook as a dict, looked at only as far as grafting needs.

    By hand, since `course check` reads before it knows whether there is anything to run, and
    nbformat takes 0.2 s to import (and 1.9 s as it comes, see `report._import_nbformat`).
    """
    path = Path(path)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise ExerciseError(
            f"{path.name} is gone: `course reset {exercise_of(path)[:2]}` writes a fresh one"
        ) from None
    except OSError as problem:
        raise ExerciseError(f"{path.name} cannot be read: {problem.strerror}") from None
    try:
        notebook = _with_texts(_joined, _in_cells(json.loads(text)))
        problem = "" if _is_notebook(notebook) else "is JSON, but not a notebook with cells: "
    except (ValueError, RecursionError):
        problem = "is not a notebook, it is not JSON: "
        if re.search(rb"^<{7} ", text, re.MULTILINE):
            problem = (
                "has two versions in it, between <<<<<<< and >>>>>>>, as a merge in Git leaves "
                "them: keep one of the two, or "
            )
    if problem:
        raise ExerciseError(
            f"{path.name} {problem}`course reset {exercise_of(path)[:2]}` writes a fresh one and "
            "keeps this file beside it"
        )
    return notebook


def as_file(notebook):
    """The bytes of a notebook's file: the same notebook gives the same ones."""
    text = json.dumps(
        _with_texts(_in_lines, notebook), indent=1, sort_keys=True, ensure_ascii=False
    )
    return f"{text}\n".encode()


def write(notebook, path):
    """Write a notebook, and never half a file."""
    unfinished = Path(path).with_name(f".{Path(path).name}.unfinished")
    unfinished.write_bytes(as_file(notebook))
    os.replace(unfinished, path)


def reset(path):
    """Write a fresh learner's notebook; what somebody has worked on is kept beside it.

    Parameters
    ----------
    path : Path
        The learner's notebook, existing or not.

    Returns
    -------
    Path or None
        Where the old file is now, such as `02_moving_averages.yours-1.ipynb`. None when there
        was nothing to keep.
    """
    path = Path(path)
    master = next((master for master in masters() if master.name == path.name), None)
    if master is None:
        raise ExerciseError(
            f"it is a copy, or kept from an earlier reset; `course reset {exercise_of(path)[:2]}` "
            "resets the exercise itself"
        )
    fresh = learner_version(read(master), master.stem)
    kept = None
    if path.is_file() and not _is_untouched_file(path):
        kept = keep(path)
    write(fresh, path)
    return kept


def _is_untouched_file(path):
    try:
        return is_untouched(read(path))
    except ExerciseError:
        return False


def keep(path):
    """Copy to the first free name; "x" makes sure that no other file is overwritten."""
    for number in count(1):
        copy = path.with_name(f"{path.stem}.yours-{number}.ipynb")
        try:
            with copy.open("xb") as file:
                file.write(path.read_bytes())
            return copy
        except FileExistsError:
            continue


def _with_texts(change, value, key=""):
    """The same JSON with another form of each text, such as a cell's source or what it prints."""
    if isinstance(value, dict):
        return {k: v if _is_data(k) else _with_texts(change, v, k) for k, v in value.items()}
    if key in ("source", "text") or key.startswith("text/"):
        return change(value)
    return [_with_texts(change, v) for v in value] if isinstance(value, list) else value


def _is_data(key):
    """Whether what stands there is somebody's own, in which "text" may mean anything."""
    return key == "metadata" or key.endswith("json")


def _in_lines(text):
    """A text as a list of lines, as Jupyter saves it: a change is then one line of a diff."""
    return text.splitlines(True) if isinstance(text, str) else text


def _joined(lines):
    """The way back."""
    is_text = isinstance(lines, list) and all(isinstance(line, str) for line in lines)
    return "".join(lines) if is_text else lines


def _in_cells(notebook):
    """A notebook of format 3, which has its cells in worksheets, as later ones have them."""
    if not isinstance(notebook, dict) or "cells" in notebook:
        return notebook
    if not isinstance(notebook.get("worksheets"), list):
        return notebook
    sheets = [sheet.get("cells") for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
    cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    cells = [{"source": cell.get("input"), **cell} for cell in cells if isinstance(cell, dict)]
    return {**notebook, "cells": cells}


def _is_notebook(notebook):
    match notebook:
        case {"cells": [*cells], "metadata": {}}:
            return all(map(_is_cell, cells))
    return False


def _is_cell(cell):
    match cell:
        case {"cell_type": str(), "source": str()}:
            return isinstance(cell.get("id", ""), str)
    return False
