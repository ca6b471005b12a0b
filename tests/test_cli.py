"""The command `course`: its words, its exit codes, and that it never shows a traceback."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from course_lib.command import cli, doctor, lab, lessons, notebooks, progress, report
from course_lib.command.blank import learner_version
from course_lib.command.notebooks import ExerciseError, master_of, read, write
from course_lib.command.report import Result

ROOT = Path(__file__).resolve().parents[1]
MASTER = ROOT / "exercises" / "solutions" / "02_moving_averages.ipynb"


def course(*arguments, **environment):
    return CliRunner().invoke(
        cli.main, arguments, env={"COLUMNS": "200", **environment}, catch_exceptions=False
    )


@pytest.fixture
def checked(monkeypatch):
    """What `check_exercise` would find, so that no kernel is needed."""

    def set_results(*results):
        monkeypatch.setattr(report, "check_exercise", lambda *_: list(results))

    return set_results


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_alone_and_with_help_it_tells_what_to_do_next(arguments):
    done = course(*arguments)
    assert done.exit_code == 0
    for line in ("course lab  ", "course check 02  ", "course reset 02  ", "course doctor  "):
        assert line in done.output


def test_every_command_that_help_names_exists():
    named = set(re.findall(r"^  course (\w+)", cli.NEXT, re.MULTILINE))
    assert named == set(cli.main.commands)


@pytest.mark.parametrize("arguments", [("check", "nope"), ("reset", "nope"), ("check", "2", "77")])
def test_an_unknown_exercise_lists_those_there_are(arguments):
    done = course(*arguments)
    assert done.exit_code == 2
    assert f"there is no exercise '{arguments[-1]}'; there are: 01_rates" in done.output
    assert ", 02_moving_averages" in done.output


def test_a_notebook_that_is_no_exercise_is_told_so(tmp_path):
    done = course("check", str(tmp_path / "mine.ipynb"))
    assert done.exit_code == 2
    assert "mine.ipynb is none of the course's exercises" in done.output


def test_all_right_exits_with_0_and_anything_else_with_1(checked):
    right = Result("02.a", "right")
    checked(right, right)
    done = course("check", "02")
    assert done.exit_code == 0
    assert "exercise 02: 2 of 2 right" in done.output
    for other in (Result("02.b", "mistake", "why"), Result("02.b", "blank")):
        checked(right, other)
        done = course("check", "02")
        assert done.exit_code == 1
        assert "exercise 02: 1 of 2 right" in done.output
        assert other.verdict in done.output and other.hint in done.output


def test_a_cell_that_stops_is_shown_and_does_not_count(checked):
    checked(Result("02.a", "right"), Result("02.explorer", "stops", "it prints too much"))
    done = course("check", "02")
    assert done.exit_code == 1
    assert "02.explorer  stops    it prints too much" in done.output
    assert "exercise 02: 1 of 1 right" in done.output
    assert "all: 2 of 2 right" in course("check", "02", "04").output


def test_an_answer_that_waits_for_another_is_told_apart_from_a_wrong_one(checked):
    waits = Result("02.c", "waits", "right in itself, but it calls `b`")
    checked(Result("02.a", "right"), Result("02.b", "mistake", "why"), waits)
    done = course("check", "02")
    assert done.exit_code == 1
    assert re.search(r"02\.c +waits +right in itself", done.output)
    assert "exercise 02: 1 of 3 right, 1 waits for another (" in done.output
    assert "all: 2 of 6 right, 2 wait for another\n" in course("check", "02", "04").output
    assert json.loads(course("check", "02", "--json").stdout)[2]["verdict"] == "waits"


def test_where_something_is_not_answered_it_says_which_file_counts(checked):
    checked(Result("02.a", "blank"))
    assert "What counts is the file as it was saved last." in course("check", "02").output
    checked(Result("02.a", "right"))
    assert "What counts" not in course("check", "02").output


@pytest.fixture
def yours(tmp_path, monkeypatch):
    """A copy of exercise 02 in another place than the library's, and we are in it."""
    file = tmp_path / "mine" / "exercises" / MASTER.name
    (file.parent / "deep").mkdir(parents=True)
    file.write_text("yours")
    monkeypatch.chdir(tmp_path / "mine")
    return file


@pytest.mark.parametrize("place", [".", "exercises", "exercises/deep"])
def test_the_exercise_nearest_to_the_working_directory_is_meant(yours, monkeypatch, place):
    seen = []
    monkeypatch.setattr(
        report,
        "check_exercise",
        lambda path, *_: seen.append(path) or [Result("02.a", "right")],
    )
    monkeypatch.chdir(yours.parents[1] / place)
    for name in ("02", "2", "02_moving_averages"):
        assert "exercise 02: 1 of 1 right" in course("check", name).output
    assert seen == [yours] * 3
    course("check")
    assert seen[3:] == [yours.with_name(m.name) for m in sorted(MASTER.parent.glob("*.ipynb"))]
    assert course("reset", "02").exit_code == 0
    assert read(yours)["cells"]
    assert yours.with_name("02_moving_averages.yours-1.ipynb").read_text() == "yours"


def test_elsewhere_the_exercise_beside_the_library_is_meant(checked, monkeypatch, tmp_path):
    (tmp_path / "exercises").mkdir()  # of something else
    monkeypatch.chdir(tmp_path)
    checked(Result("02.a", "right"))
    file = MASTER.parents[1] / MASTER.name
    assert f"exercise 02: 1 of 1 right ({file}, saved " in course("check", "02").output


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "a moment ago"),
        (-5, "a moment ago"),
        (200, "3 min ago"),
        (89.9 * 60, "89 min ago"),
        (90 * 60, "2 h ago"),
        (7250, "2 h ago"),
        (4 * 86_400, "4 days ago"),
    ],
)
def test_it_tells_which_file_was_checked_and_when_it_was_saved(yours, checked, seconds, told):
    then = time.time() - seconds
    os.utime(yours, (then, then))
    checked(Result("02.a", "blank"))
    told = f"exercise 02: 0 of 1 right (exercises/{MASTER.name}, saved {told})\n"
    assert told in course("check", "02").output
    assert f"right (exercises/{MASTER.name}, saved" in course("check", str(yours)).output


def test_a_file_that_is_gone_is_told_with_its_path(yours, monkeypatch):
    yours.with_name("01_rates_and_stability.ipynb").write_text("another one")
    yours.unlink()
    told = course("check", "02").output
    assert told.startswith("exercise 02 was not checked: 02_moving_averages.ipynb is gone: ")
    assert told.endswith(f" (exercises/{MASTER.name})\n")


def test_what_is_right_is_recorded_and_shown(yours, checked, monkeypatch):
    monkeypatch.delenv("COURSE_RECORD")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(yours.parents[1]))
    checked(Result("02.a", "right"), Result("02.b", "mistake", "why"), Result("02.c", "stops"))
    assert progress.NOTHING not in course("check", "02").output
    assert progress.read()["exercises"] == {"02": {"right": 1, "of": 2}}
    assert re.search(r"02 · Moving averages +- .* 1 of 2\n", course("check").output)
    assert "lesson" not in course("check", "--json").output


def test_of_what_was_handed_in_nothing_is_recorded(yours, checked, monkeypatch):
    monkeypatch.delenv("COURSE_RECORD")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(yours.parents[1]))
    others = [yours.with_name(f"{who}_{MASTER.name}") for who in ("ada", "bob")]
    for file in others:
        file.write_text("{}")
    checked(Result("02.a", "right"))
    course("check", str(others[0]))
    course("check", *map(str, others))
    checked(Result("02", "broken", "it is no notebook"))
    course("check", "02")
    assert progress.read()["exercises"] == {}


def test_a_copy_goes_by_the_number_of_its_exercise(checked, tmp_path):
    (tmp_path / f"ada_{MASTER.name}").write_text("{}")
    checked(Result("02.a", "right"))
    assert (
        "exercise 02: 1 of 1 right" in course("check", str(tmp_path / f"ada_{MASTER.name}")).output
    )


def test_a_file_that_cannot_be_checked_is_one_sentence(tmp_path):
    (tmp_path / MASTER.name).write_text("half a file")
    done = course("check", str(tmp_path / MASTER.name))
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert line.startswith("exercise 02 was not checked: 02_moving_averages.ipynb is not a")


def test_json_has_every_question_and_nothing_else(checked):
    checked(Result("02.a", "right"), Result("02.b", "mistake", "√ is [missing]"))
    done = course("check", "02", "--json")
    assert done.exit_code == 1
    first, second = json.loads(done.stdout)
    assert first == {
        "file": str(MASTER.parents[1] / MASTER.name),
        "exercise": "02_moving_averages",
        "question": "02.a",
        "verdict": "right",
        "hint": "",
    }
    assert second["hint"] == "√ is [missing]"


def test_a_pile_that_was_handed_in_is_told_apart(checked, tmp_path):
    long = tmp_path / ("a folder with a long name " * 4)
    piles = [long / "ada" / MASTER.name, long / "bob [2]" / "02_moving_averages.yours-1.ipynb"]
    for path in piles:
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    checked(Result("02.a", "right"))
    paths = [str(path) for path in piles]
    assert [one["file"] for one in json.loads(course("check", *paths, "--json").stdout)] == paths
    told = course("check", *paths).stdout.splitlines()
    assert all(f"exercise 02 ({path}): 1 of 1 right" in told for path in paths)
    assert told[-1] == "all: 2 of 2 right"


def test_a_wrong_name_in_a_pile_does_not_hold_up_the_others(tmp_path):
    piles = [tmp_path / "ada" / "ada.ipynb", tmp_path / "bob" / MASTER.name]
    for path in piles:
        path.parent.mkdir()
        path.write_text("half a file")
    done = course("check", *map(str, piles))
    assert done.exit_code == 1
    first, second, _ = done.output.splitlines()
    told = f"the file ({piles[0]}) was not checked: ada.ipynb is none of the course's exercises"
    assert first.startswith(told)
    assert f"exercise 02 ({piles[1]}) was not checked: {MASTER.name} is not a notebook" in second


def test_a_solution_that_is_handed_in_is_not_the_one_to_compare_with(tmp_path):
    forged = tmp_path / "solutions" / MASTER.name
    forged.parent.mkdir()
    forged.write_text("{}")
    assert master_of(tmp_path / MASTER.name) == MASTER


def test_watch_checks_again_when_the_file_is_saved(tmp_path, monkeypatch):
    path = tmp_path / MASTER.name
    path.write_text("first")
    seen, pauses = [], iter(["nothing", "save", "gone", "save", "stop"])

    def found(path, *_):
        seen.append(path.read_text())
        return [Result("02.a", "right" if seen[-1] == "third" else "mistake")]

    def pause(_):
        what = next(pauses)
        if what == "stop":
            raise KeyboardInterrupt
        if what == "gone":  # as an editor that writes a new file and renames it
            path.unlink()
        if what == "save":
            path.write_text("second" if len(seen) == 1 else "third")
            os.utime(path, ns=(len(seen), len(seen)))

    monkeypatch.setattr(report, "check_exercise", found)
    monkeypatch.setattr(cli.time, "sleep", pause)
    done = course("check", str(path), "--watch")
    assert seen == ["first", "second", "third"]
    assert "exercise 02: 1 of 1 right" in done.output and "Ctrl+C ends it" in done.output


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_hints_wrap_and_are_never_cut(checked, columns, monkeypatch):
    saved = os.stat(MASTER.parents[1] / MASTER.name).st_mtime
    monkeypatch.setattr(cli.time, "time", lambda: saved + 100 * 60)  # not 81 columns with its file
    hint = "weights [0, 1) and [bold]β[/bold] " + " ".join(f"word{n}" for n in range(40))
    checked(Result("02.ema_corrected", "mistake", hint))
    output = course("check", "02", COLUMNS=str(columns)).output
    if columns >= 80:
        assert max(map(len, output.splitlines())) <= columns
    letters = "".join(output.split())
    for word in hint.split()[-40:] if columns >= 80 else []:
        assert word in letters
    # Folded in a narrow column, the letters still come in order.
    position = 0
    for letter in "".join(hint.split()):
        position = output.index(letter, position) + 1


def test_a_terminal_without_greek_letters_gets_question_marks():
    code = (
        "from course_lib.command import report as c\n"
        "c.check_exercise = lambda *_: [c.Result('02.x', 'mistake', '1 - ρ')]\n"
        "from course_lib.command.cli import main\n"
        "main(['check', '02'])"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment, timeout=60
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"1 - ?" in done.stdout


def test_check_runs_without_a_terminal_and_says_what_is_missing(tmp_path):
    """The command itself, in a process of its own: one whole run."""
    write(learner_version(read(MASTER), MASTER.stem), tmp_path / MASTER.name)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from course_lib.command.cli import main; main()",
            "check",
            MASTER.name,
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "60"},
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.count("not answered yet") == 6
    assert "exercise 02: 0 of 6 right" in done.stdout
    assert "\x1b" not in done.stdout
    assert os.listdir(tmp_path) == [MASTER.name]


def test_reset_keeps_the_answers_and_says_where(tmp_path):
    file = tmp_path / MASTER.name
    file.write_text("mine")
    done = course("reset", str(file))
    assert done.exit_code == 0
    assert "your answers are in 02_moving_averages.yours-1.ipynb" in done.output
    assert (tmp_path / "02_moving_averages.yours-1.ipynb").read_text() == "mine"
    assert "your answers" not in course("reset", str(file)).output


def test_reset_where_nothing_can_be_written_is_one_sentence(tmp_path):
    done = course("reset", str(tmp_path / "nowhere" / MASTER.name))
    assert done.exit_code == 1
    assert done.output.startswith("Error: 02_moving_averages.ipynb was not reset: ")


LESSON = "03_per_parameter_scaling.ipynb"
BACK = [("--lesson", "03"), ("--lesson", "3"), ("--lesson", LESSON), (f"notebooks/{LESSON}",)]


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A course of its own, with Git, in which a lesson was changed."""
    file = tmp_path / "notebooks" / LESSON
    for path in (file, tmp_path / "exercises" / "solutions" / MASTER.name):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"as handed out\r\n")
    git = [
        "git",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.org",
        "-c",
        "core.autocrlf=false",
    ]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    file.write_text("mine")
    monkeypatch.chdir(tmp_path)
    for module in (notebooks, lessons):
        monkeypatch.setattr(module, "course_folder", lambda: tmp_path)
    return file


@pytest.mark.parametrize("words", BACK)
def test_a_lesson_comes_back_and_what_was_there_is_kept(checkout, words):
    done = course("reset", *words)
    assert done.exit_code == 0
    kept = LESSON.replace(".ipynb", ".yours-1.ipynb")
    assert f"notebooks/{LESSON} is fresh" in done.output
    assert f"what was there is in {kept}\n" in done.output
    assert checkout.read_bytes() == b"as handed out\r\n"
    assert checkout.with_name(kept).read_text() == "mine"
    assert "what was there" not in course("reset", *words).output  # there is nothing to keep
    checkout.unlink()
    assert course("reset", *words).exit_code == 0
    assert checkout.read_bytes() == b"as handed out\r\n"


def test_a_lesson_of_another_copy_comes_from_beside_the_library(checkout, tmp_path, monkeypatch):
    shutil.rmtree(tmp_path / ".git")
    yours = tmp_path / "home" / "notebooks" / LESSON
    yours.parent.mkdir(parents=True)
    yours.write_text("yours")
    monkeypatch.chdir(yours.parent)
    assert course("reset", "--lesson", "03").exit_code == 0
    assert yours.read_text() == checkout.read_text() == "mine"
    assert yours.with_name(LESSON.replace(".ipynb", ".yours-1.ipynb")).read_text() == "yours"


@pytest.mark.parametrize("words", BACK)
def test_without_git_a_lesson_stays_as_it_is_and_that_is_said(checkout, words):
    shutil.rmtree(checkout.parents[1] / ".git")
    done = course("reset", *words)
    assert done.exit_code == 1
    assert f"{LESSON} was not reset: a fresh one is taken from Git, which has none" in done.output
    assert checkout.read_text() == "mine" and os.listdir(checkout.parent) == [LESSON]


def test_a_name_that_is_no_lesson_is_told_so(checkout):
    done = course("reset", "--lesson", "77")
    assert (done.exit_code, done.output) == (
        2,
        "Error: there is no lesson '77'; there are: 03_per_parameter_scaling\n",
    )
    (checkout.parent / "03_per_parameter_scaling.yours-1.ipynb").write_text("kept")
    for name in ("Untitled", "03_per_parameter_scaling.yours-1"):
        done = course("reset", f"notebooks/{name}.ipynb")
        assert done.exit_code == 1
        assert f"{name}.ipynb was not reset: there is no lesson of that name" in done.output


def test_who_resets_a_lesson_as_an_exercise_is_told_how():
    done = course("reset", "03_per_parameter_scaling")
    assert done.exit_code == 2
    assert done.output.endswith("; `course reset --lesson 03` is for a lesson\n")
    assert "--lesson" in course("reset", "--help").output


def test_lab_hands_its_options_on(monkeypatch):
    seen = {}
    monkeypatch.setattr(lab, "start", lambda **options: seen.update(options))
    assert course("lab", "--port", "8899", "--no-browser").exit_code == 0
    assert seen == {"port": 8899, "browser": False}
    assert course("lab").exit_code == 0
    assert seen == {"port": None, "browser": True}
    assert course("lab", "--port", "99999").exit_code == 2


def test_without_its_folder_the_course_says_so(monkeypatch):
    def lost(name=None):
        raise ExerciseError("there is no folder exercises/ in site-packages: run it from ...")

    monkeypatch.setattr("course_lib.command.notebooks.find_exercise", lost)
    done = course("check")
    assert done.exit_code == 2
    assert "there is no folder exercises/" in done.output


def test_doctor_looks_at_everything():
    found = {finding.what.partition(" (")[0]: finding for finding in doctor.examine()}
    text = "\n".join(found)
    for part in (
        "anywidget",
        "jupyterlab-manager",
        "course_lib.command.server",
        "port 8",
        "a kernel starts, answers",
    ):
        assert part in text
    assert all(finding.ok for name, finding in found.items() if "not installed" not in name)


def test_doctor_says_when_the_library_is_in_another_copy(yours, monkeypatch):
    (finding,) = doctor._own_copy()
    assert finding.ok
    assert f"you are in another copy, {yours.parents[1]}: " in finding.what
    assert finding.what.endswith(f"course_lib is the one in {ROOT}")
    monkeypatch.chdir(ROOT / "notebooks")
    assert list(doctor._own_copy()) == []


def test_doctor_says_what_to_do(monkeypatch):
    findings = [doctor.Finding(True, "fine"), doctor.Finding(False, "x is missing", "install x")]
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    done = course("doctor")
    assert done.exit_code == 1
    assert done.output == "ok  fine\n!!  x is missing\n    what to do: install x\n1 to mend\n"


def test_doctor_names_what_is_missing_or_too_old(monkeypatch):
    versions = {"jupyterlab": "3.6", "numpy": "2.4.1"}

    def version(name):
        if name not in versions:
            raise doctor.metadata.PackageNotFoundError(name)
        return versions[name]

    asked = {"Requires-Python": ">=3.11"}
    needs = ["jupyterlab>=4.4,<5", "numpy>=2,<3", "rich>=13", 'playwright>=1; extra == "test"']

    class Metadata(dict):
        def get_all(self, name):
            return needs

    monkeypatch.setattr(doctor.metadata, "metadata", lambda name: Metadata(asked))
    monkeypatch.setattr(doctor.metadata, "version", version)
    found = [(finding.ok, finding.what) for finding in doctor._packages()][1:]
    assert found == [
        (False, "jupyterlab 3.6 (asked for: <5,>=4.4)"),
        (True, "numpy 2.4.1 (asked for: <3,>=2)"),
        (False, "rich is missing (asked for: >=13)"),
    ]
