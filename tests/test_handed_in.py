"""Files as they are handed in: what editors, tools and learners make of a notebook."""

import json

import pytest

from course_lib.exercises.check_file import check_exercise
from course_lib.exercises.folder import ExerciseError, find_exercise, master_of, read, reset, write

MASTERS = sorted((find_exercise("02")[0].parent / "solutions").glob("*.ipynb"))
MASTER = MASTERS[1]


def code(source, name="0a1b2c3d"):
    return {"cell_type": "code", "id": name, "metadata": {}, "outputs": [], "source": source}


@pytest.fixture
def file(tmp_path):
    return tmp_path / MASTER.name


# Names, formats, other files


@pytest.mark.parametrize(
    "name",
    [
        "02_moving_averages (1)",
        "02_moving_averages-Copy1",
        "Copy of 02_moving_averages",
        "ada_02_moving_averages",
        "02_moving_averages.yours-1",
        "2026_02_Moving_Averages_ada",
    ],
)
def test_a_copy_has_its_exercise_in_its_name(name, tmp_path):
    path = tmp_path / f"{name}.ipynb"
    assert master_of(path) == MASTER
    path.write_text("half a file")
    (result,) = check_exercise(path)
    assert result.question == "02"
    assert "`course reset 02`" in result.hint
    with pytest.raises(ExerciseError, match="`course reset 02` resets the exercise itself"):
        reset(path)


@pytest.mark.parametrize(
    "name", ["averages", "102_moving_averages", "02_moving", "02_moving_averages 06_adam"]
)
def test_a_name_without_or_with_two_exercises_is_none(name):
    with pytest.raises(ExerciseError, match="is none of the course's exercises"):
        master_of(f"{name}.ipynb")


def test_a_merge_that_is_not_settled_is_named(file):
    file.write_text('{\n<<<<<<< HEAD\n "cells": [],\n=======\n "cells": [1],\n>>>>>>> ada\n}')
    (result,) = check_exercise(file)
    assert "has two versions in it, between <<<<<<< and >>>>>>>, as a merge in Git" in result.hint


def test_lists_in_metadata_and_data_stay_lists(file):
    own = {"text": ["a", "b"], "source": "one\ntwo\n"}
    shown = {"data": {"application/json": own, "text/plain": "1\n2"}, "metadata": own}
    cell = {**code("x\ny"), "outputs": [{"output_type": "display_data", **shown}]}
    notebook = {"cells": [{**cell, "metadata": own}], "metadata": own}
    write(notebook, file)
    assert read(file) == notebook
    (saved,) = json.loads(file.read_text())["cells"]
    assert saved["source"] == ["x\n", "y"]
    assert saved["metadata"] == saved["outputs"][0]["data"]["application/json"] == own
