"""What a learner has done: written only where somebody learns, and never in the way."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import course_lib as cl
from course_lib import checks, record
from course_lib.checks.registry import questions
from course_lib.command import progress

NOTHING = {"lessons": [], "predictions": {}, "exercises": {}}


@pytest.fixture
def disk(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("COURSE_RECORD")
    record._say_once.cache_clear()
    return tmp_path / "adaptive-optimizers-course" / "progress.jsonl"


def test_what_was_done_is_read_back(disk):
    assert progress.read() == NOTHING
    record.opened("01_one_learning_rate")
    for chosen in (0, 2, 1):
        record.committed("01_one_learning_rate", "3f2a", chosen, right=1)
    record.exercise("02", 3, 6)
    assert progress.read() == {
        "lessons": ["01_one_learning_rate"],
        "predictions": {"01_one_learning_rate": {"3f2a": {"first": 0, "last": 1, "right": 1}}},
        "exercises": {"02": {"right": 3, "of": 6}},
    }


def test_the_best_of_an_exercise_counts(disk):
    for right, of in ((3, 6), (5, 6), (1, 6), (0, 7)):
        record.exercise("02", right, of)
    assert progress.read()["exercises"] == {"02": {"right": 5, "of": 7}}
    record.exercise("02", 1, 4)  # questions were taken away
    assert progress.read()["exercises"] == {"02": {"right": 4, "of": 4}}


def test_what_is_known_already_adds_no_line(disk):
    for _ in range(3):
        record.opened("01_one_learning_rate")
        record.exercise("02", 3, 6)
        record.committed("01_one_learning_rate", "3f2a", 1, right=1, first=0)
    assert len([line for line in disk.read_text().splitlines() if line]) == 3


def test_an_answer_that_was_given_before_counts_again(disk):
    for chosen in (1, 2, 1):
        record.committed("01", "3f2a", chosen, right=1)
    assert progress.read()["predictions"]["01"]["3f2a"]["last"] == 1


def test_several_kernels_lose_nothing_of_each_other(disk):
    write = (
        "import sys; from course_lib import record\n"
        "for n in range(20): record.committed('01', f'{sys.argv[1]}{n}', n, 0)"
    )
    with ThreadPoolExecutor() as pool:
        kernels = [[sys.executable, "-c", write, name] for name in "abc"]
        list(pool.map(lambda kernel: subprocess.run(kernel, check=True), kernels))
    assert len(progress.read()["predictions"]["01"]) == 60


@pytest.mark.parametrize(
    "there", [b"half a line {", b"\xff\xfe", b"[" * 100_000, b'{"opened": 7}\nnull\n{"right": {}}']
)
def test_a_broken_file_costs_nothing_that_is_whole(there, disk):
    disk.parent.mkdir()
    disk.write_bytes(there)
    assert progress.read() == NOTHING
    record.opened("01_one_learning_rate")
    assert progress.read()["lessons"] == ["01_one_learning_rate"]
    assert disk.read_bytes().startswith(there)


def test_where_nothing_can_be_written_it_goes_on_and_says_so_once(disk, capsys):
    disk.parent.write_text("a file where the folder should be")
    for lesson in ("01", "02", "03"):
        record.opened(lesson)
    assert progress.read() == NOTHING
    told = capsys.readouterr().out
    assert told.startswith("What you do is not recorded: ") and told.count("\n") == 1
    assert str(disk) in told


def test_tests_and_checks_write_and_read_nothing(disk, monkeypatch):
    record.opened("01")
    before = disk.read_bytes()
    monkeypatch.setenv("COURSE_RECORD", "0")
    record.opened("02")
    assert progress.read() == NOTHING
    assert disk.read_bytes() == before


@pytest.mark.parametrize(
    ("session", "lesson"),
    [
        ("/home/ada/course/notebooks/02_moving_averages.ipynb", "02_moving_averages"),
        ("notebooks/02_moving_averages.ipynb", "02_moving_averages"),
        ("/home/ada/course/exercises/02_moving_averages.ipynb", None),  # of the same name
        ("/home/ada/notebooks/02_of_my_own.ipynb", None),
        ("/home/ada/notebooks/Untitled.ipynb", None),
        ("", None),
    ],
)
def test_only_a_lesson_in_a_session_is_one(session, lesson, monkeypatch, disk):
    monkeypatch.setenv("JPY_SESSION_NAME", session)
    assert record.here() == lesson
    record.opened(record.here())
    record.committed(record.here(), "3f2a", 0, 1)
    assert disk.exists() == (lesson is not None)


def test_without_a_session_there_is_no_lesson(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert record.here() is None


def test_the_table_tells_lessons_predictions_and_exercises(disk):
    record.opened("01_one_learning_rate")
    for key, choices in {"a": [1], "b": [0, 1], "c": [0]}.items():
        for chosen in choices:
            record.committed("01_one_learning_rate", key, chosen, right=1)
    record.exercise("01", 4, 6)
    table = cl.progress()
    heading, _, first, second, *_ = repr(table).splitlines()
    assert heading.split("  ")[0] == "lesson"
    asked = len([c for c in _cells("01_one_learning_rate") if "cl.predict(" in c])
    cells = [cell.strip() for cell in first.split("  ") if cell]
    assert cells == ["01 · One learning rate", "yes", f"3 of {asked}", "1", "2", "4 of 6"]
    assert second.split() == ["02", "·", "Moving", "averages", *"-----"]
    assert table._repr_markdown_().splitlines()[3] == f"| {' | '.join(cells)} |"


def _cells(lesson):
    notebook = json.loads((record.ROOT / "notebooks" / f"{lesson}.ipynb").read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"]]


def test_a_lesson_that_a_reset_kept_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "ROOT", tmp_path)
    (tmp_path / "notebooks").mkdir()
    for name in ("03_scaling", "03_scaling.yours-1"):
        (tmp_path / "notebooks" / f"{name}.ipynb").write_text("{}")
    assert list(record.lessons()) == ["03_scaling"]


def test_before_anything_is_done_the_table_is_one_sentence(disk):
    assert repr(cl.progress()) == cl.progress()._repr_markdown_() == progress.NOTHING


@pytest.fixture
def session(disk, monkeypatch):
    """A session in which exercise 02 is open, and what it displays."""
    shown = []
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/exercises/02_moving_averages.ipynb")
    monkeypatch.setattr(checks, "_right", set())
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    return shown


def test_in_a_session_a_right_answer_is_counted_and_recorded(session):
    cl.check("02.warm_up", 7)
    cl.check("02.half_life", cl.half_life)
    cl.check("02.half_life", cl.half_life)
    plain = "02.half_life: right (2 of 6 right so far)"
    assert session[-1]["text/plain"] == plain
    assert session[-1]["text/html"].endswith(f"✓</span> {plain}")
    assert progress.read()["exercises"] == {"02": {"right": 2, "of": 6}}
    with pytest.raises(checks.WrongAnswer):  # it was right, and is no more
        cl.check("02.warm_up", 8)
    cl.check("02.ema", cl.ema)
    assert session[-1]["text/plain"] == "02.ema: right (2 of 6 right so far)"


def test_the_last_right_answer_tells_that_all_are_right(session, monkeypatch):
    monkeypatch.setattr(checks, "_right", {*questions("02"), "01.warm_up"})
    cl.check("02.warm_up", 7)
    assert session[-1]["text/plain"] == "02.warm_up: right (all are right)"


def test_where_a_notebook_is_checked_the_line_is_the_stored_one(session, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_RECORD", "0")  # as `course check` does, also from a notebook
    cl.check("02.warm_up", 7)
    assert capsys.readouterr().out == "02.warm_up: right\n" and session == []


def test_without_jupyter_the_line_is_the_stored_one(session, monkeypatch, capsys):
    monkeypatch.delenv("JPY_SESSION_NAME")
    cl.check("02.warm_up", 7)
    assert capsys.readouterr().out == "02.warm_up: right\n" and session == []
    assert progress.read() == NOTHING


def test_a_commitment_in_a_lesson_is_recorded_with_its_first_choice(disk, monkeypatch):
    lesson = "01_one_learning_rate"
    monkeypatch.setenv("JPY_SESSION_NAME", f"/somewhere/notebooks/{lesson}.ipynb")
    options = {"a": "A.", "b": "B.", "c": "C."}
    quiz = cl.predict("Which?", options, right="b")
    quiz.chosen = 2
    quiz.chosen = -1  # asked again
    quiz.chosen = 1
    expected = {quiz.key: {"first": 2, "last": 1, "right": 1}}
    assert progress.read()["predictions"] == {lesson: expected}
    other = cl.predict("And which now?", options, right="b")
    other.first, other.chosen = 0, 1  # as a browser remembers that committed without a kernel
    assert progress.read()["predictions"][lesson][other.key]["first"] == 0
    cl.explore.first_look()._repr_mimebundle_()
    assert progress.read()["lessons"] == [lesson]
