"""What a learner has done: a small file on their own disk, of which nothing is sent anywhere.

Each event is a line of its own in `progress.jsonl`, added at the end. So two kernels never undo
each other's, and a broken line costs no other. Who deletes the file begins anew.

Nothing is recorded or read where ``COURSE_RECORD=0``: in tests, in checks, and when an author
runs the lessons.
"""

import json
import os
import re
from functools import lru_cache
from pathlib import Path, PurePath

from jupyter_core.paths import jupyter_data_dir

__all__ = [
    "Progress",
    "committed",
    "exercise",
    "file",
    "here",
    "is_session",
    "opened",
    "progress",
    "read",
]

ROOT = Path(__file__).resolve().parents[1]
HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
ASKS = re.compile(r"^(?:\w+ = )?cl\.predict\(", re.MULTILINE)
NOTHING = (
    "Nothing is recorded yet. Lessons, predictions and exercises show here once you work on them."
)
COLUMNS = ("lesson", "opened", "predictions", "right at first", "right after", "exercise")


def file():
    """Where the record is."""
    return Path(jupyter_data_dir()) / "adaptive-optimizers-course" / "progress.jsonl"


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
    return path.stem if path.parent.name == "notebooks" and path.stem in _lessons() else None


def opened(lesson):
    """Record that a lesson was opened; nothing when it is None.

    Examples
    --------
    >>> opened(here())
    """
    if lesson:
        _note({"opened": lesson})


def committed(lesson, key, chosen, right):
    """Record an answer to a prediction; nothing when the lesson is None.

    Parameters
    ----------
    lesson : str or None
        What `here` gives.
    key : str
        Names the prediction within the lesson.
    chosen, right : int
        The option that was chosen, and the one that is right.

    Examples
    --------
    >>> committed(here(), "3f2a", chosen=0, right=1)
    """
    if lesson:
        _note({"lesson": lesson, "prediction": key, "chosen": chosen, "right": right})


def exercise(number, right, of):
    """Record how many questions of an exercise, ``"02"``, are right. The best counts."""
    _note({"exercise": number, "right": right, "of": of})


def read():
    """What has been done, from the disk.

    Returns
    -------
    dict
        ``{"lessons": [name, …], "predictions": {name: {key: {"first": 0, "last": 1, "right": 1}}},
        "exercises": {"02": {"right": 3, "of": 6}}}``. Options are counted from 0.

    Examples
    --------
    >>> sorted(read())
    ['exercises', 'lessons', 'predictions']
    """
    return _sum(_events())


def progress():
    """Show what you have done so far: lessons, predictions, exercises.

    It is recorded in Jupyter and by ``course check``, on this disk and nowhere else.

    Returns
    -------
    Progress

    Examples
    --------
    >>> progress()
    Nothing is recorded yet. Lessons, predictions and exercises show here once you work on them.
    """
    return Progress(read())


class Progress:
    """The table that `progress` returns."""

    def __init__(self, done):
        self.rows = [_row(name, path, done) for name, path in _lessons().items()]
        self.empty = not any(done.values())

    def __repr__(self):
        if self.empty:
            return NOTHING
        table = [COLUMNS, *self.rows]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)
        return "\n".join(lines)

    def _repr_markdown_(self):
        if self.empty:
            return NOTHING
        table = [COLUMNS, ["---"] * len(COLUMNS), *self.rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in table)


def _row(lesson, path, done):
    title, asked = _looked_into(path)
    answers = done["predictions"].get(lesson, {}).values()
    exercise = done["exercises"].get(lesson[:2])
    first = sum(answer["first"] == answer["right"] for answer in answers)
    last = sum(answer["last"] == answer["right"] for answer in answers)
    return (
        title,
        "yes" if lesson in done["lessons"] else "-",
        f"{len(answers)} of {max(asked, len(answers))}" if answers else "-",
        str(first) if answers else "-",
        str(last) if answers else "-",
        f"{exercise['right']} of {exercise['of']}" if exercise else "-",
    )


def _lessons():
    """The course's lessons: name → file."""
    paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return {path.stem: path for path in paths if "." not in path.stem}  # none that a reset kept


@lru_cache
def _looked_into(path):
    """A lesson's heading, and how many predictions it asks for."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    heading = HEADING.search(text)
    return heading[1] if heading else path.stem, len(ASKS.findall(text))


def _is_off():
    return os.environ.get("COURSE_RECORD") == "0"


def _events():
    """Each line of the file that can be read."""
    try:
        lines = [] if _is_off() else file().read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):  # half a line, or somebody's own
            continue


def _sum(events):
    """What the events come to."""
    lessons, predictions, exercises = [], {}, {}
    for event in events:
        match event:
            case {"opened": str(lesson)}:
                lessons += [lesson] if lesson not in lessons else []
            case {"lesson": str(name), "prediction": str(key), "chosen": int(i), "right": int(j)}:
                answers = predictions.setdefault(name, {})
                first = answers[key]["first"] if key in answers else i
                answers[key] = {"first": first, "last": i, "right": j}
            case {"exercise": str(number), "right": int(right), "of": int(of)}:
                best = max(right, exercises.get(number, {"right": 0})["right"])
                exercises[number] = {"right": min(best, of), "of": of}
    return {"lessons": lessons, "predictions": predictions, "exercises": exercises}


def _note(event):
    """Add a line to the file, unless it would tell nothing new."""
    events = list(_events())
    if _is_off() or _sum([*events, event]) == _sum(events):
        return
    try:
        file().parent.mkdir(parents=True, exist_ok=True)
        with file().open("ab", buffering=0) as record:  # first a line's end: one may be missing
            record.write(f"\n{json.dumps(event)}\n".encode())
    except OSError as problem:
        _say_once(f"What you do is not recorded: {file()} cannot be written ({problem.strerror}).")


@lru_cache
def _say_once(sentence):
    print(sentence)
