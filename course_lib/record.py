"""What a learner has done: a small file on their own disk, of which nothing is sent anywhere.

Each event is a line of its own in `progress.jsonl`, added at the end. So two kernels never undo
each other's, and a broken line costs no other. Who deletes the file begins anew. What the lines
come to is for `course_lib/command/progress.py`.

Nothing is recorded or read where ``COURSE_RECORD=0``: in tests, in checks, and when an author
runs the lessons.
"""

import json
import os
from functools import lru_cache
from pathlib import Path, PurePath

from jupyter_core.paths import jupyter_data_dir

__all__ = ["committed", "exercise", "file", "here", "is_session", "lessons", "lines", "opened"]

ROOT = Path(__file__).resolve().parents[1]


def file():
    """Where the record is."""
    return Path(jupyter_data_dir()) / "adaptive-optimizers-course" / "progress.jsonl"


def lines():
    """What is in the record, as bytes; nothing where there is none."""
    try:
        return [] if _is_off() else file().read_bytes().splitlines()
    except OSError:
        return []


def lessons():
    """The course's lessons: name → file."""
    paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return {path.stem: path for path in paths if "." not in path.stem}  # none that a reset kept


def is_session():
    """Whether somebody works here in Jupyter; not where a notebook is checked or tested."""
    return "JPY_SESSION_NAME" in os.environ and not _is_off()


def here():
    """The lesson whose kernel this is, in a Jupyter session; else None.

    Returns
    -------
    str or None
        The notebook's name, ``"01_one_learning_rate"``.
    """
    path = PurePath(os.environ.get("JPY_SESSION_NAME", ""))  # set by jupyter_server
    return path.stem if path.parent.name == "notebooks" and path.stem in lessons() else None


def opened(lesson):
    """Record that a lesson was opened; nothing when it is None.

    Examples
    --------
    >>> opened(here())
    """
    if lesson:
        _note({"opened": lesson})


def committed(lesson, key, chosen, right, first=None):
    """Record an answer to a prediction; nothing when the lesson is None.

    Parameters
    ----------
    lesson : str or None
        What `here` gives.
    key : str
        Names the prediction within the lesson.
    chosen, right : int
        The option that was chosen, and the one that is right.
    first : int, optional
        The option that was chosen first, where that may have been in another kernel.

    Examples
    --------
    >>> committed(here(), "3f2a", chosen=0, right=1)
    """
    if lesson:
        first = chosen if first is None else first
        event = {"chosen": chosen, "right": right, "first": first}
        _note({"lesson": lesson, "prediction": key, **event})


def exercise(number, right, of):
    """Record how many questions of an exercise, ``"02"``, are right. The best counts."""
    _note({"exercise": number, "right": right, "of": of})


def _is_off():
    return os.environ.get("COURSE_RECORD") == "0"


def _note(event):
    """Add a line to the file, unless it is there already."""
    line = json.dumps(event).encode()
    subject = line.partition(b', "chosen"')[0]  # of a prediction the last answer counts
    if _is_off() or [one for one in lines() if one.startswith(subject)][-1:] == [line]:
        return
    try:
        file().parent.mkdir(parents=True, exist_ok=True)
        with file().open("ab", buffering=0) as record:  # first a line's end: one may be missing
            record.write(b"\n%b\n" % line)
    except OSError as problem:
        _say_once(f"What you do is not recorded: {file()} cannot be written ({problem.strerror}).")


@lru_cache
def _say_once(sentence):
    print(sentence)
