"""Each number in the text is one that its lesson computes and prints, or one that its code sets.

Numbers in words (*ten times*, *a tenth*) are not read.
"""

import ast
import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LESSONS = {path.name[:2]: path for path in sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))}
PAGES = {name: ROOT / "notebooks" / f"{name}.ipynb" for name in ("gallery", "notation")}
NOTES = (ROOT / "notebooks" / "INSTRUCTOR.md").read_text("utf-8")

EXCEPTIONS = {  # (lesson, the number as it is written): why no cell has it
    ("05", "2.13"): "torch's version, as in tests/crosscheck/requirements.txt",
    ("07", "50 000"): "Schmidt, Schneider and Hennig 2021 counted them",
    ("notes on 01", "13"): "one_rate shows it: tests/test_instructor.py",
    ("notes on 03", "6"): "scaling shows it: tests/test_instructor.py",
    ("notes on 06", "0.48"): "adam shows it: tests/test_instructor.py",
}

NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.^])(?P<sign>[−-]?)"
    r"(?P<digits>\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+|\d+(?:\.\d+)?)(?P<power>e[+−-]?\d+)?"
    r"(?!\.?[A-Za-z0-9_])(?P<percent>(?=(?: to \d+)?\s?%))?"
)
NO_CLAIM = [  # what has digits and says nothing that could be computed
    r"\$\$.*?\$\$|\$.*?\$",  # a formula
    r"`[^`]*`",  # code
    r"\]\([^)]*\)",  # where a link leads
    r"\[(?:← )?\d\d\b|^##? \d\d\b|\*Prerequisites\.\*[\s\d,]+",  # a lesson's number
    r"(?i:lesson|exercise|part|section|chapter|algorithm|theorem|lecture|issue|request|JMLR)s?\s+"
    r"\[?\d+(?:(?:,| and| or| to)\s+\[?\d+)*",
    r"(?<![\d.])(?:19\d\d|20[0-2][1-9]|20[12]0)(?![\d.]\d)",  # a year
    r"\d+, and \d+ for the \[exercise|\*Minutes\.\* \d+",  # minutes
    r"^\d\. ",  # the number of a list's item
]
ABOUT = re.compile(r"\b(about|near|nearly|almost|hardly more than)\s+(the\s+)?$|≈\s*$")


@cache
def read(path):
    return json.loads(path.read_text("utf-8"))["cells"]


def numbers(text):
    """Each number of a text: as it is written, its value, and its half unit in the last place."""
    for found in NUMBER.finditer(text):
        digits = re.sub(r"[^\d.]", "", found["digits"])
        value = Decimal(digits + (found["power"] or "").replace("−", "-"))
        half = Decimal((0, (5,), value.as_tuple().exponent - 1))
        if ABOUT.search(text[: found.start()]):  # about 200 is also 194
            half = Decimal((0, (5,), value.normalize().as_tuple().exponent - 1))
        elif half > value / 20:  # one digit leaves nothing to round: it has to be that number
            half = Decimal(0)
        negative = found["sign"] and found["digits"] != "0"
        yield found[0], -value if negative else value, half, found["percent"] is not None


def predictions(cell):
    """The calls of `cl.predict` in a cell."""
    calls = [
        node for node in ast.walk(ast.parse("".join(cell["source"]))) if type(node) is ast.Call
    ]
    return [call for call in calls if ast.unparse(call.func) == "cl.predict"]


def claims(cells):
    """The texts that may claim something: (cell id, text)."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            yield cell["id"], "".join(cell["source"])
        else:
            for call in predictions(cell):
                question, options = map(ast.literal_eval, call.args)
                right = ast.literal_eval(call.keywords[0].value)
                yield cell["id"], question
                yield cell["id"], right  # the other choices are wrong and may say anything
                yield from ((cell["id"], feedback) for feedback in options.values())


def computed(cells):
    """The numbers that the code sets and those that it prints, with the pictures' sentences."""
    there = set()
    for cell in cells:
        if cell["cell_type"] == "code" and not predictions(cell):  # those print what they ask
            tree = ast.parse("".join(cell["source"]))
            for node in ast.walk(tree):
                constant = node.operand if type(node) is ast.UnaryOp else node
                if type(constant) is ast.Constant and type(constant.value) in (int, float):
                    value = Decimal(str(constant.value))
                    there.add(value if constant is node else -value)
            for output in cell["outputs"]:
                text = output.get("text") or output.get("data", {}).get("text/plain", "")
                there |= {value for _, value, _, _ in numbers("".join(text))}
    return there


def loose(cells, there):
    """The numbers of the text that are not there: (cell id, number)."""
    missing = []
    for name, text in claims(cells):
        for pattern in NO_CLAIM:
            text = re.sub(pattern, " ", text, flags=re.DOTALL | re.MULTILINE)
        for written, value, half, percent in numbers(text):
            # Without a sign a number may tell a size: that of a step, of a loss.
            sizes = there if value < 0 else {abs(n) for n in there}
            units = [1, Decimal("0.01")] if percent else [1]
            if not any(abs(n - value * unit) <= half * unit for n in sizes for unit in units):
                missing.append((name, written))
    return missing


@cache
def tied(name):
    """The cells of a text, and the numbers that it may use."""
    if name in LESSONS:
        return read(LESSONS[name]), computed(read(LESSONS[name]))
    if name in PAGES:  # it sums up what the lessons have computed
        lessons = [tied(lesson)[1] for lesson in LESSONS]
        return read(PAGES[name]), computed(read(PAGES[name])).union(*lessons)
    lesson = name.removeprefix("notes on ")
    notes = re.search(rf"^## {lesson} · .*?(?=^## )", NOTES, re.DOTALL | re.MULTILINE)[0]
    return [{"cell_type": "markdown", "id": "notes", "source": notes}], tied(lesson)[1]


TEXTS = [*LESSONS, *PAGES, *(f"notes on {lesson}" for lesson in LESSONS)]


@pytest.mark.parametrize("name", TEXTS)
def test_each_number_in_the_text_is_computed(name):
    missing = loose(*tied(name))
    assert [(cell, n) for cell, n in missing if (name, n) not in EXCEPTIONS] == []


def test_each_exception_is_needed():
    missing = {(name, n) for name in TEXTS for _, n in loose(*tied(name))}
    assert EXCEPTIONS.keys() - missing == set()


@pytest.mark.parametrize(
    ("name", "written", "wrong"),
    [
        ("02", "6.58", "6.57"),
        ("03", "1.2", "1.3"),
        ("05", "31.6", "31.7"),
        ("06", "7.27", "7.28"),
        ("06", "from −1 to", "from −7 to"),
        ("07", "31.6", "31.7"),
        ("notation", "65 %", "68 %"),
        ("notes on 06", "7.27", "7.28"),
    ],
)
def test_a_wrong_number_is_missed(name, written, wrong):
    cells, there = tied(name)
    text = json.dumps(cells, ensure_ascii=False)
    assert written in text
    altered = loose(json.loads(text.replace(written, wrong)), there)
    assert len(altered) > len(loose(cells, there))
