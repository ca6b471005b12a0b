"""What the record comes to: the table that ``cl.progress()`` and ``course check`` show."""

import json
import re
from functools import lru_cache

from .. import record

__all__ = ["Progress", "progress", "read"]

HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
ASKS = re.compile(r"^(?:\w+ = )?cl\.predict\(", re.MULTILINE)
NOTHING = (
    "Nothing is recorded yet. Lessons, predictions and exercises show here once you work on them."
)
COLUMNS = ("lesson", "opened", "predictions", "right at first", "right after", "exercise")


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
    lessons, predictions, exercises = {}, {}, {}
    for event in _events():
        match event:
            case {"opened": str(lesson)}:
                lessons[lesson] = True
            case {"lesson": str(name), "prediction": str(key), "chosen": int(i), "right": int(j)}:
                answers = predictions.setdefault(name, {})
                first = answers.get(key, {"first": event.get("first", i)})["first"]
                answers[key] = {"first": first, "last": i, "right": j}
            case {"exercise": str(number), "right": int(right), "of": int(of)}:
                best = max(right, exercises.get(number, {"right": 0})["right"])
                exercises[number] = {"right": min(best, of), "of": of}
    return {"lessons": list(lessons), "predictions": predictions, "exercises": exercises}


def _events():
    """Each line of the record that can be read."""
    for line in record.lines():
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):  # half a line, or somebody's own
            continue


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
        self.rows = [_row(name, path, done) for name, path in record.lessons().items()]
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


@lru_cache
def _looked_into(path):
    """A lesson's heading, and how many predictions it asks for."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    heading = HEADING.search(text)
    return heading[1] if heading else path.stem, len(ASKS.findall(text))
