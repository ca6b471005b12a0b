"""The rooms: what each holds at most, what it may import, and that CONTRIBUTING's map is true.

Lines that say something are counted: docstrings and comments are, empty lines are not.
"""

import ast
import re
from pathlib import Path

import pytest

import course_lib

ROOT = Path(__file__).resolve().parents[1]
BUDGETS = {
    "course_lib": 2200,
    "course_lib/explore": 2500,
    "course_lib/checks": 950,
    "course_lib/command": 2150,
    "exercises/questions": 1600,
}
LONGEST = {room: 300 for room in BUDGETS} | {"exercises/questions": 280}
MAY_IMPORT = {  # beside what is installed
    "course_lib": set(),
    "course_lib/explore": {"course_lib"},
    "course_lib/checks": {"course_lib"},
    "course_lib/command": {"course_lib", "course_lib/explore", "course_lib/checks"},
    "exercises/questions": {"course_lib", "course_lib/checks"},
}
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def files(room):
    """A room's modules: the flat part has those in front alone."""
    return sorted((ROOT / room).glob("*.py" if room == "course_lib" else "**/*.py"))


def count(file):
    return sum(bool(line.strip()) for line in file.read_text("utf-8").splitlines())


def name(file):
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", BUDGETS)
def test_a_room_holds_what_it_may(room):
    lines = sum(map(count, files(room)))
    assert 0 < lines <= BUDGETS[room], f"{room} has {lines} lines, at most {BUDGETS[room]} do"


@pytest.mark.parametrize("room", BUDGETS)
def test_a_module_is_not_too_long(room):
    lines = {name(file): count(file) for file in files(room)}
    too_long = [f"{file} has {n} lines" for file, n in lines.items() if n > LONGEST[room]]
    assert not too_long, f"at most {LONGEST[room]} do: {'; '.join(too_long)}"


def imported(tree, package):
    """The modules that a file in a package imports, in functions and through ``cl.`` as well."""
    courses = {"course_lib"}  # the names by which it knows the library
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
                courses |= {one.asname for one in names if one.name == "course_lib" and one.asname}
            case ast.ImportFrom(module=module, names=names, level=level):
                above = package[: len(package) - level + 1] if level else []
                source = ".".join([*above, *([module] if module else [])])
                yield from (_behind(f"{source}.{alias.name}") for alias in names)
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=known), attr=attr) if known in courses:
                yield _behind(f"course_lib.{attr}")


def _behind(module):
    """Where a name of the library comes from: behind ``cl.predict`` is a picture."""
    library, _, attribute = module.partition(".")
    later = course_lib._LATER if library == "course_lib" else {}
    return f"course_lib.{later[attribute][0]}" if attribute in later else module


def room_of(module):
    """The room of a module; "" if it is installed, else the folder that nobody imports."""
    match module.split("."):
        case ["course_lib", "explore" | "checks" | "command" as room, *_]:
            return f"course_lib/{room}"
        case ["course_lib", *_]:
            return "course_lib"
        case ["exercises", "questions", file, *_] if not re.match(r"q\d\d_", file):
            return "exercises/questions"  # what they share: a question knows no other one
        case ["tests" | "exercises" | "exercise_questions" as folder, *_]:
            return folder
    return ""


def trespasses(file, text):
    """What a file imports and may not, each in a sentence."""
    folder = Path(file).parent
    room = next(room for room in (folder, *folder.parents) if room.as_posix() in BUDGETS).as_posix()
    found = sorted(set(imported(ast.parse(text), list(folder.parts))))
    allowed = MAY_IMPORT[room] | {room, ""}
    return [f"{file} imports {one}" for one in found if room_of(one) not in allowed]


def test_no_import_leads_where_it_may_not():
    every = [file for room in BUDGETS for file in files(room)]
    found = [one for file in every for one in trespasses(name(file), file.read_text("utf-8"))]
    assert not found, "; ".join(found)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("course_lib/base.py", "def late():\n    from .explore import plots"),
        ("course_lib/base.py", "from . import checks"),
        ("course_lib/descent.py", "import course_lib as cl\ncl.predict"),
        ("course_lib/descent.py", "from course_lib import progress"),
        ("course_lib/explore/races.py", "from ..checks.judge import judge"),
        ("course_lib/checks/judge.py", "import course_lib.command.report"),
        ("course_lib/checks/judge.py", "import course_lib\ncourse_lib.plots.finish"),
        ("course_lib/command/lab.py", "import tests.answers"),
        ("course_lib/command/lab.py", "from exercises.questions import shared"),
        ("course_lib/checks/registry.py", "from exercise_questions import shared"),
        ("exercises/questions/q05_rmsprop.py", "from .q04_adagrad import step"),
        ("exercises/questions/q05_rmsprop.py", "from course_lib.explore import race"),
    ],
)
def test_a_wrong_import_is_seen(file, text):
    assert len(trespasses(file, text)) == 1


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("course_lib/descent.py", "from .base import whole\nimport numpy.linalg"),
        ("course_lib/explore/races.py", "from .. import record\nfrom ..descent import run"),
        ("course_lib/command/prefix/startup.py", "import course_lib as cl\ncl.predict\ncl.check"),
        ("exercises/questions/q05_rmsprop.py", "from .shared import same\nimport course_lib as cl"),
        ("exercises/questions/q05_rmsprop.py", "from course_lib.checks import judge"),
    ],
)
def test_a_right_import_is_none(file, text):
    assert trespasses(file, text) == []


def test_the_map_in_contributing_tells_the_rooms():
    told = {}
    for row in re.findall(r"^\| `.*\|$", CONTRIBUTING, re.MULTILINE):
        room, _, imports, lines = (cell.strip() for cell in row.strip("|").split("|"))
        others = {path.rstrip("/") for path in re.findall(r"`([^`]+)`", imports)}
        told[room.strip("`/")] = others, int(lines)
    assert told == {room: (MAY_IMPORT[room], lines) for room, lines in BUDGETS.items()}
    modules, questions = sorted(set(LONGEST.values()), reverse=True)
    assert f"at most {modules} lines, a file of questions {questions}" in " ".join(
        CONTRIBUTING.split()
    )


def test_each_path_in_contributing_leads_somewhere():
    words = re.findall(r"`([\w./-]+)`", CONTRIBUTING)
    paths = [word for word in words if "/" in word or word.endswith((".md", ".toml", ".yml"))]
    patterns = {path: path.replace("NN_name", "[0-9][0-9]_*") for path in paths}
    assert len(paths) > 30
    assert [path for path, pattern in patterns.items() if not any(ROOT.glob(pattern))] == []
