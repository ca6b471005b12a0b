"""A lesson as it was handed out, when somebody has changed theirs."""

import subprocess
from pathlib import Path

from .notebooks import ExerciseError, choose, course_folder, keep, nearest


def is_lesson(name):
    """Whether this is the path of a notebook in a folder ``notebooks/``."""
    path = Path(name)
    return path.suffix == ".ipynb" and path.absolute().parent.name == "notebooks"


def find_lesson(name):
    """The learner's notebook that ``"03"``, a lesson's name or its path means."""
    if is_lesson(name):
        return Path(name)
    lessons = _names()
    return nearest("notebooks", lessons) / choose("lesson", name, lessons)[0]


def reset_lesson(path):
    """Write a lesson as it was handed out; what is there now is kept beside it.

    Parameters
    ----------
    path : Path
        The learner's notebook, existing or not.

    Returns
    -------
    Path or None
        Where the old file is now. None when there was nothing to keep.

    Raises
    ------
    ExerciseError
        If there is no such lesson, or nowhere to take it from.
    """
    fresh, kept = _handed_out(path), None
    if path.is_file() and path.read_bytes() != fresh:
        kept = keep(path)
    path.write_bytes(fresh)
    return kept


def _names():
    """The files of the lessons, also of those that somebody has deleted."""
    tracked = (_git("ls-files") or b"").decode().splitlines()
    there = {path.name for path in _folder().glob("*.ipynb")}
    names = (name for name in {*tracked, *there} if name.endswith(".ipynb"))
    return sorted(name for name in names if name.count(".") == 1)  # none that was kept


def _handed_out(path):
    """The bytes of a lesson: as Git has it, else those beside the library."""
    ours = _folder() / path.name
    if path.name not in _names():
        raise ExerciseError(f"there is no lesson of that name in {ours.parent}")
    tracked = _git("show", f"HEAD:./{path.name}")
    if tracked is not None:
        return tracked
    if path.exists() and ours.samefile(path):
        raise ExerciseError(
            "a fresh one is taken from Git, which has none here: download the course again, and "
            f"take notebooks/{path.name} from there"
        )
    return ours.read_bytes()


def _folder():
    return course_folder() / "notebooks"


def _git(*words):
    """What Git says in the folder of the lessons; None where it says nothing."""
    try:
        return subprocess.run(
            ["git", *words], cwd=_folder(), capture_output=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):  # no Git, no checkout, no such file in it
        return None
