"""The authors' tool: the same input gives the same file, and no learner's work is overwritten."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from course_lib.checks.question import Question
from course_lib.command import authoring
from course_lib.command.blank import is_untouched
from course_lib.command.notebooks import read, write


def cell(name, source, **more):
    outputs = {"outputs": [], "execution_count": None} | more
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source} | outputs


def notebook(*cells):
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def test_running_a_master_twice_gives_the_same_file_and_the_learners(tmp_path):
    folder = tmp_path / "exercises" / "solutions"
    folder.mkdir(parents=True)
    path = folder / "07_tiny.ipynb"
    answer = "### BEGIN SOLUTION\na = 7\n### END SOLUTION"
    printing = "import sys\nfor i in range(3):\n    print(i, flush=True)\na"
    started = notebook(cell("answer-a", answer), cell("print-it", printing))
    started["metadata"] = {"widgets": {"state": 1}, "language_info": {"version": "3.0"}}
    started["cells"][0]["metadata"] = {"execution": {"iopub.execute_input": "2024"}}
    write(started, path)
    master = authoring.run(path)
    first = path.read_bytes()
    assert authoring.run(path) == master
    assert path.read_bytes() == first

    text = first.decode()
    assert "iopub" not in text and "widgets" not in text and "3.0" not in text
    stream, result = master["cells"][1]["outputs"]
    assert (stream["text"], result["data"]["text/plain"]) == ("0\n1\n2\n", "7")

    learners = tmp_path / "exercises" / path.name
    authoring.write_learners(master, path)
    made = learners.read_bytes()
    assert is_untouched(read(learners))
    authoring.write_learners(master, path)
    assert learners.read_bytes() == made
    for worked in (made.replace(b"a = ...", b"a = 8"), b"half a file"):
        learners.write_bytes(worked)
        with pytest.raises(authoring.AuthoringError, match="07"):
            authoring.write_learners(master, path)
        assert learners.read_bytes() == worked


def test_a_bar_is_no_output_that_is_stored_or_compared(tmp_path):
    path = tmp_path / "01_tiny.ipynb"
    patient = (
        "import course_lib as cl\nfrom course_lib.explore import waiting\nwaiting.PATIENCE = -1"
    )
    looping = "print('soon')\nfor n in cl.bar(range(3)): last = n\nprint(last)"
    write(notebook(cell("imports", patient), cell("loops", looping)), path)
    imports, loops = authoring.run(path)["cells"]
    assert [output["text"] for output in loops["outputs"]] == ["2\n"]  # the bar has taken "soon"
    loops["source"] = loops["source"].replace("print('soon')\n", "")
    write(notebook(imports, loops), path)
    nbval = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", str(path)]
    done = subprocess.run([*nbval, "-p", "no:cacheprovider"], capture_output=True, text=True)
    assert "2 passed" in done.stdout, done.stdout


def test_a_cell_that_fails_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "01_tiny.ipynb"
    write(notebook(cell("fails", "1 / 0")), path)
    before = path.read_bytes()
    with pytest.raises(authoring.AuthoringError, match="ZeroDivisionError"):
        authoring.run(path)
    assert path.read_bytes() == before


def test_outputs_that_are_too_large_leave_the_file_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "01_tiny.ipynb"
    write(notebook(cell("prints", "print('x' * 3000)")), path)
    before = path.read_bytes()
    monkeypatch.setattr(authoring, "LARGEST", 3000)
    with pytest.raises(authoring.AuthoringError, match=r"01_tiny\.ipynb would have 3 kB"):
        authoring.run(path)
    assert path.read_bytes() == before


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of its own, and the notebooks that are run in it (none really is)."""
    lessons, solutions = tmp_path / "notebooks", tmp_path / "exercises" / "solutions"
    for folder in (lessons, solutions):
        folder.mkdir(parents=True)
        for name in ("01_first", "02_second", "02_second.yours-1", "gallery", "mine"):
            answer = cell("answer-a", "### BEGIN SOLUTION\na = 7\n### END SOLUTION")
            write(notebook(answer), folder / f"{name}.ipynb")
    ran = []
    monkeypatch.setattr(authoring, "course_folder", lambda: tmp_path)
    monkeypatch.setattr(authoring, "run", lambda path: ran.append(path) or read(path))
    monkeypatch.setattr(authoring, "questions", lambda number: {})
    return tmp_path, ran


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], ["01_first", "02_second", "gallery"]),
        (["02"], ["02_second"]),
        (["gallery", "notebooks/01_first.ipynb"], ["01_first", "gallery"]),
    ],
)
def test_lessons_are_chosen_by_number_name_or_path(course, names, chosen):
    folder, ran = course
    done = CliRunner().invoke(authoring.main, ["notebooks", *names])
    assert done.exit_code == 0
    assert ran == [folder / "notebooks" / f"{name}.ipynb" for name in chosen]
    assert [line.partition(" …")[0] for line in done.output.splitlines()] == chosen
    assert list((folder / "exercises").iterdir()) == [folder / "exercises" / "solutions"]


def test_exercises_are_run_and_handed_out(course):
    folder, ran = course
    done = CliRunner().invoke(authoring.main, ["exercises", "02"])
    assert done.exit_code == 0
    assert ran == [folder / "exercises" / "solutions" / "02_second.ipynb"]
    (made,) = read(folder / "exercises" / "02_second.ipynb")["cells"]
    assert made["source"] == "a = ...  # your answer here"


def test_a_question_that_cannot_tell_its_mistakes_apart_stops_before_anything_is_run(
    course, monkeypatch
):
    _, ran = course
    half = Question("02.half", 0.5, "2\n    Upside down.\n1 / 0.5\n    The fraction is turned.\n")
    monkeypatch.setattr(authoring, "questions", lambda number: {"02.half": half})
    done = CliRunner().invoke(authoring.main, ["exercises", "02"])
    assert done.exit_code == 1 and ran == []
    assert "02.half: the slips `2` and `1 / 0.5` give the same numbers" in done.output


def test_a_question_that_the_master_does_not_ask_stops_before_anything_is_run(course, monkeypatch):
    _, ran = course
    half = Question("02.half", 0.5)
    monkeypatch.setattr(authoring, "questions", lambda number: {"02.half": half})
    done = CliRunner().invoke(authoring.main, ["exercises", "02"])
    assert done.exit_code == 1 and ran == []
    assert "02_second.ipynb asks no question, and QUESTIONS in its file are 02.half" in done.output


@pytest.mark.parametrize("command", ["notebooks", "exercises"])
def test_a_name_that_is_none_stops_before_anything_is_run(course, command):
    _, ran = course
    done = CliRunner().invoke(authoring.main, [command, "01", "mine", "77"])
    assert done.exit_code == 1
    there = "there: 01_first, 02_second, gallery"
    assert done.output.startswith("Error: no notebook mine, 77 in ")
    assert done.output.strip().endswith(there)
    assert ran == []


def test_a_cell_with_a_solution_is_named_after_its_question():
    solution = cell("mine", "### BEGIN SOLUTION\na = 7\n### END SOLUTION")
    assert authoring.name_cells(notebook(solution, cell("check-a", 'cl.check("02.a", a)')))
    assert solution["id"] == "answer-a"


@pytest.mark.parametrize(
    ("ids", "named"),
    [
        (["1a2b3c4d"], ["print"]),
        (["f3a0b1c2-9d1e-4f5a-8b7c-0123456789ab"], ["print"]),
        (["Zero", "zero_start", ""], ["print", "print-2", "print-3"]),
        (["twice", "twice"], ["twice", "print"]),
        (["a1b2c3d4", "print"], ["print-2", "print"]),
        (["fine", "a", "zero-start-2"], ["fine", "a", "zero-start-2"]),
    ],
)
def test_a_cell_without_a_name_gets_one(ids, named, tmp_path, capsys):
    path = tmp_path / "01_tiny.ipynb"
    write(notebook(*[cell(name, "print(1)") for name in ids]), path)
    assert [one["id"] for one in authoring.run(path)["cells"]] == named
    assert [one["id"] for one in read(path)["cells"]] == named
    told = capsys.readouterr().out
    assert [name for name in named if f"a new cell is named {name} " in told] == [
        name for name in named if name not in ids or ids.index(name) != named.index(name)
    ]


def text(source):
    return {"cell_type": "markdown", "id": "1a2b3c4d", "metadata": {}, "source": source}


def test_a_cell_is_named_after_its_question_or_its_first_words():
    answer = "def forgetting(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    check = 'cl.check("05.so_much_forgetting", forgetting)'
    one = notebook(
        text("## 2. Write the update, once more"),
        cell("", answer),
        cell("", "scratch = 1"),
        cell("", check),
        text(f"A text that tells of {check}"),
        text("$η^2$ · 7"),
        cell("", "### BEGIN SOLUTION\nyours = 2\n### END SOLUTION"),
    )
    assert authoring.name_cells(one) == [
        "write-the-update-once",
        "answer-so-much-forgetting",
        "scratch",
        "check-so-much-forgetting",
        "a-text-that-tells",
        "cell",
        "answer-yours",
    ]
    assert authoring.name_cells(one) == []


def test_a_stored_picture_takes_the_place_of_a_widget():
    view = "application/vnd.jupyter.widget-view+json"
    data = {view: {"model_id": "1"}, "image/png": "iVBO"}
    output = {"output_type": "display_data", "data": data, "metadata": {"course": {}}}
    shown = cell("shown", "w", outputs=[output])
    made = authoring.normalise(notebook(shown))
    assert list(made["cells"][0]["outputs"][0]["data"]) == ["image/png"]
    assert json.dumps(made).count("widget") == 0


def test_a_folded_source_stays_out_of_exported_pages():
    folded, open_ = cell("folded", "1"), cell("open", "2")
    folded["metadata"] = {"jupyter": {"source_hidden": True}, "tags": ["mine"]}
    for _ in range(2):  # tagged once, however often it is run
        folded, open_ = authoring.normalise(notebook(folded, open_))["cells"]
    assert folded["metadata"]["tags"] == ["course-hide-input", "mine"]
    assert "tags" not in open_["metadata"]


def test_what_a_machine_says_of_itself_is_not_stored(tmp_path):
    path = tmp_path / "01_tiny.ipynb"
    cells = [cell("says", "import sys\nsys.version"), cell("counts", "1 + 1")]
    cells[0]["metadata"] = {"tags": ["nbval-ignore-output"]}
    write(notebook(*cells), path)
    says, counts = authoring.run(path)["cells"]
    assert says["outputs"] == [] and says["execution_count"] == 1
    assert counts["outputs"][0]["data"]["text/plain"] == "2"
