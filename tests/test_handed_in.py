"""Files as they are handed in: what editors, tools and learners make of a notebook.

Most is tested on the graft alone, since a run through a kernel takes seconds.
"""

import json
import os
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from course_lib.checks.judge import BLANK
from course_lib.command import cli
from course_lib.command.blank import learner_version
from course_lib.command.graft import graft
from course_lib.command.nbval_plugin import ExerciseCell
from course_lib.command.notebooks import ExerciseError, find_exercise, master_of, read, reset, write
from course_lib.command.report import Result, check_exercise

MASTERS = sorted((find_exercise("02")[0].parent / "solutions").glob("*.ipynb"))
MASTER = MASTERS[1]


def answered(master=MASTER, **sources):
    """A learner's notebook with the master's answers, or those given (`half_life=...`)."""
    whole = read(master)
    notebook = learner_version(whole, master.stem)
    for cell, theirs in zip(notebook["cells"], whole["cells"], strict=True):
        if cell["id"].startswith("answer-"):
            name = cell["id"].removeprefix("answer-").replace("-", "_")
            cell["source"] = sources.get(name, theirs["source"])
    return notebook


def at(notebook, name):
    return next(at for at, cell in enumerate(notebook["cells"]) if cell.get("id") == name)


def code(source, name="0a1b2c3d"):
    return {"cell_type": "code", "id": name, "metadata": {}, "outputs": [], "source": source}


def grafted(notebook, path, master=MASTER):
    """Cell → source, in the notebook that would be run."""
    write(notebook, path)
    before = path.read_bytes()
    made = graft(path, master)
    assert path.read_bytes() == before
    return {cell["id"]: cell["source"] for cell in made.notebook["cells"]}


def answers(sources):
    return {name: source for name, source in sources.items() if name.startswith("answer-")}


def checked(notebook, path, **options):
    write(notebook, path)
    before = path.read_bytes()
    results = {result.question: result for result in check_exercise(path, **options)}
    assert path.read_bytes() == before
    return results


@pytest.fixture
def file(tmp_path):
    return tmp_path / MASTER.name


# Ids that an editor has lost


def without_ids(notebook):
    for cell in notebook["cells"]:
        del cell["id"]
    notebook["nbformat_minor"] = 4


def numbered(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = str(number)


def drawn_anew(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell.update(id=f"{number:08x}-9d1e-4f5a-8b7c-0123456789ab", metadata={})
        cell["source"] = "\r\n".join(f"{line}  " for line in cell["source"].splitlines())


def in_the_metadata(notebook):
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id")}


def as_version_3(notebook):
    cells = notebook.pop("cells")
    for cell in cells:
        del cell["id"]
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    notebook.update(worksheets=[{"cells": cells, "metadata": {}}], nbformat=3)


def plain(source):
    return [line.rstrip() for line in source.splitlines()]


@pytest.mark.parametrize(
    "editor", [without_ids, numbered, drawn_anew, in_the_metadata, as_version_3]
)
@pytest.mark.parametrize("master", MASTERS, ids=[path.stem for path in MASTERS])
def test_answers_are_found_in_a_file_whose_ids_are_gone(master, editor, tmp_path):
    notebook = answered(master)
    first = at(notebook, "answer-warm-up")
    notebook["cells"].insert(first, code("helper = 1", "a"))
    notebook["cells"].insert(first, code("warm_up = 'an older one'", "b"))
    # At the end is left out what the learner tried there, and a check called once more as well.
    again = [cell for cell in notebook["cells"] if cell["id"] == "check-warm-up"]
    notebook["cells"] += [code("warm_up = 'a later one'", "c"), code(again[0]["source"], "d")]
    expected = grafted(notebook, tmp_path / master.name, master)
    assert expected["extra-2"] == "helper = 1"
    editor(notebook)
    found = grafted(notebook, tmp_path / master.name, master)
    checked = [name for name in answers(expected) if name.replace("answer-", "check-") in expected]
    assert {name: plain(found[name]) for name in checked} == {
        name: plain(expected[name]) for name in checked
    }
    # What nothing checks may run as a cell of the learner's own, at the same place.
    ran = [plain(source) for source in found.values() if source]
    assert ran == [plain(source) for source in expected.values()]


def cut_and_pasted(notebook):
    cell = notebook["cells"].pop(at(notebook, "answer-ema"))
    notebook["cells"].append({**cell, "id": "0a1b2c3d"})


def pasted_above_its_check(notebook):
    notebook["cells"][at(notebook, "answer-ema")]["id"] = "0a1b2c3d"


def merged_with_its_check(notebook):
    answer = notebook["cells"].pop(at(notebook, "answer-ema"))
    notebook["cells"][at(notebook, "check-ema")]["source"] = (
        f'{answer["source"]}\n\ncl.check("02.ema", ema)'
    )


def merged_with_the_answer_before(notebook):
    answer = notebook["cells"].pop(at(notebook, "answer-ema"))
    notebook["cells"][at(notebook, "answer-warm-up")]["source"] += "\n" + answer["source"]


def written_beside_a_text(notebook):
    """The answer cell became text; its copy is code."""
    cell = notebook["cells"][at(notebook, "answer-ema")]
    notebook["cells"].append({**cell, "id": "0a1b2c3d"})
    cell["cell_type"] = "markdown"


@pytest.mark.parametrize(
    "how",
    [
        cut_and_pasted,
        pasted_above_its_check,
        merged_with_its_check,
        merged_with_the_answer_before,
        written_beside_a_text,
    ],
)
def test_an_answer_is_found_without_the_id_of_its_cell(how, file):
    notebook = answered(ema="def ema(x, beta):\n    return 'mine'")
    how(notebook)
    sources = grafted(notebook, file)
    ran = list(sources)[: list(sources).index("check-ema")]
    assert sum("'mine'" in sources[name] for name in ran) == 1
    others = {name: source for name, source in answers(sources).items() if name[7:] != "ema"}
    whole = answers(grafted(answered(), file))
    assert all(whole[name] in source for name, source in others.items())


@pytest.mark.parametrize("name", ["setup", "one-of-their-own"])
def test_answers_that_were_all_moved_into_one_cell_are_found(name, file):
    notebook = answered(ema="def ema(x, beta):\n    return 'mine'")
    moved = [cell for cell in notebook["cells"] if cell["id"].startswith("answer-")]
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in moved]
    setup = notebook["cells"].pop(at(notebook, "setup"))
    whole = "\n\n".join(cell["source"] for cell in [setup, *moved[:-1]])
    notebook["cells"].insert(0, code(whole, name))
    sources = grafted(notebook, file)
    assert sources["answer-ema" if name == "setup" else "answer-warm-up"] == whole
    notebook["cells"][0]["source"] = whole.replace("'mine'", "...")
    write(notebook, file)
    assert graft(file, MASTER).strays == {}  # a blank is not elsewhere


def test_a_misspelt_name_above_its_check_is_the_answer(file):
    notebook = answered(ema="def EMA(x, beta):\n    return 'mine'")
    pasted_above_its_check(notebook)
    assert "'mine'" in grafted(notebook, file)["answer-ema"]
    notebook["cells"][at(notebook, "check-ema")] = code("cl.check('02.ema', EMA)  # at last", "b")
    assert "'mine'" in grafted(notebook, file)["answer-ema"]


def test_broken_code_is_still_the_answer(file):
    notebook = answered(ema="def ema(x, beta:\n    return 'mine'")
    notebook["cells"].insert(at(notebook, "check-ema"), code("scratch = 1"))
    pasted_above_its_check(notebook)
    notebook["cells"][at(notebook, "0a1b2c3d")]["id"] = "another"
    sources = grafted(notebook, file)
    assert "'mine'" in sources["answer-ema"]
    assert "scratch = 1" in sources.values()


# Answers that are not there


def gone(notebook):
    del notebook["cells"][at(notebook, "answer-ema")]


def text(notebook):
    notebook["cells"][at(notebook, "answer-ema")]["cell_type"] = "markdown"


def raw(notebook):
    notebook["cells"][at(notebook, "answer-ema")]["cell_type"] = "raw"


def twice(notebook):
    notebook["cells"].append(code("def ema(x, beta):\n    return 0", "answer-ema"))


GONE = "its cell is gone: define `ema` in a new cell above its check"
TEXT = "its cell is text now: turn it back into code (key Y in JupyterLab)"
TWICE = "its cell is there twice, and the two differ: empty one of them"


@pytest.mark.parametrize(
    ("how", "sentence"), [(gone, GONE), (text, TEXT), (raw, TEXT), (twice, TWICE)]
)
def test_an_answer_that_cannot_be_told_stops_alone(how, sentence, file):
    whole = grafted(answered(), file)
    notebook = answered()
    how(notebook)
    sources = grafted(notebook, file)
    assert {name for name in whole if sources.get(name) != whole[name]} == {"answer-ema"}
    with pytest.raises(Exception, match="its cell") as stopped:
        exec(sources["answer-ema"], {})
    assert (type(stopped.value).__name__, str(stopped.value)) == ("Stopped", sentence)


def test_the_advice_for_an_answer_that_is_gone_or_there_twice_can_be_followed(file):
    notebook = answered()
    gone(notebook)
    notebook["cells"].insert(at(notebook, "check-ema"), code("def ema(x, beta):\n    return 1"))
    assert grafted(notebook, file)["answer-ema"] == "def ema(x, beta):\n    return 1"
    notebook["cells"].insert(0, code("def ema(x, beta):\n    return 2", "answer-ema"))
    notebook["cells"].insert(0, code("def ema(x, beta):\n    ...", "answer-ema"))
    notebook["cells"].insert(0, code("# empty", "answer-ema"))
    notebook["cells"].append(code("def ema(x, beta):\n    return 2", "answer-ema"))
    assert grafted(notebook, file)["answer-ema"] == "def ema(x, beta):\n    return 2"


def test_of_two_cells_with_the_same_id_the_one_that_defines_the_name_is_the_answer(file):
    whole = grafted(answered(), file)
    for where in (0, len(whole)):
        notebook = answered()
        notebook["cells"].insert(where, code("print(3)", "answer-ema"))
        assert grafted(notebook, file) == whole


@pytest.mark.parametrize(
    "more",
    [
        "class Rule(Protocol):\n    def step(self): ...",
        "class Lost(Exception): ...",
        "@overload\ndef f(x: int): ...\n@typing.overload\ndef f(x: str):\n    ...",
    ],
)
def test_three_dots_that_tell_a_type_are_not_left_to_be_filled_in(more, file):
    notebook = answered(explorer=f"{more}\ncl.explore")
    assert grafted(notebook, file)
    assert graft(file, MASTER).unwritten == set()
    for blank in ("for beta in (0.5, 0.9):\n    ...", "class Mine:\n    def step(self): ..."):
        assert grafted(answered(explorer=f"{more}\n{blank}"), file)
        assert graft(file, MASTER).unwritten == {"answer-explorer"}


# Questions that came after the notebook was begun


def before_a_question(notebook, name="volatility"):
    """The notebook as it was before that question was added."""
    cells = [c for c in notebook["cells"] if c["id"].partition("-")[2] != name and c["id"] != name]
    return {**notebook, "cells": cells}


def begun_lately(notebook):
    notebook = before_a_question(notebook)
    notebook["metadata"]["course"]["answers"].remove("answer-volatility")
    return notebook


def begun_long_ago(notebook):
    """Before notebooks told with which answers they began."""
    notebook = before_a_question(notebook)
    return {**notebook, "metadata": {"course": {"blank": "of another version"}}}


def begun_in_another_editor(notebook):
    notebook = before_a_question(notebook)
    without_ids(notebook)
    return {**notebook, "metadata": {}}


@pytest.mark.parametrize("begun", [begun_lately, begun_long_ago, begun_in_another_editor])
def test_a_question_that_came_later_is_not_answered_yet(begun, file):
    notebook = begun(answered())
    sources = grafted(notebook, file)
    assert graft(file, MASTER).newer == {"answer-volatility"}
    whole = grafted(answered(), file)
    others = {name for name in whole if sources[name] != whole[name]} - {"answer-explorer"}
    assert others == {"answer-volatility"}
    with pytest.raises(Exception, match="the question is newer than your notebook"):
        exec(sources["answer-volatility"], {})
    notebook["cells"].append(code("def volatility(returns, beta):\n    return 'mine'"))
    assert "'mine'" in grafted(notebook, file)["answer-volatility"]
    assert graft(file, MASTER).newer == set()


def deleted_whole(notebook):
    """The notebook was begun with the question, and says so."""
    return before_a_question(notebook)


def deleted_with_its_check(notebook):
    text = notebook["cells"][at(notebook, "volatility")]
    notebook = before_a_question(notebook)
    return {**notebook, "cells": [*notebook["cells"], text], "metadata": {"course": []}}


def deleted_with_its_text(notebook):
    check = notebook["cells"][at(notebook, "check-volatility")]
    notebook = before_a_question(notebook)
    return {**notebook, "cells": [*notebook["cells"], check], "metadata": {}}


@pytest.mark.parametrize("how", [deleted_whole, deleted_with_its_check, deleted_with_its_text])
def test_a_question_that_was_deleted_is_no_new_one(how, file):
    source = grafted(how(answered()), file)["answer-volatility"]
    assert "its cell is gone: define `volatility`" in source
    assert graft(file, MASTER).newer == set()


def test_all_other_answers_of_an_older_notebook_are_checked(file):
    results = checked(begun_lately(answered()), file)
    (last,) = [result for result in results.values() if result.verdict != "right"]
    assert (last.question, last.verdict) == ("02.volatility", BLANK)
    assert last.hint.startswith("the question is newer than your notebook: `course reset 02`")
    assert len(results) == 6


def test_an_answer_that_nothing_checks_may_be_missing(file):
    whole = grafted(answered(), file)
    notebook = answered()
    del notebook["cells"][at(notebook, "answer-explorer")]
    assert grafted(notebook, file) == {**whole, "answer-explorer": ""}


def test_a_file_with_none_of_the_answers_is_told_so(file):
    for cells in ([], [code("x = 1")], [code("import numpy as np", "setup")]):
        write({"cells": cells, "metadata": {}}, file)
        with pytest.raises(ExerciseError, match="none of the answers is in 02_moving_averages"):
            graft(file, MASTER)


def test_what_a_learner_adds_to_a_cell_of_the_course_is_remembered_but_not_what_is_local_to_it(
    file,
):
    notebook = answered()
    own = "import math as m\nfrom os import path\nhalf = 0.5\ndef helper(k):\n    local = k\n"
    own += "[k for k in range(3) if (last := k)]\n{i: j for i, j in {}.items()}\n"
    notebook["cells"][at(notebook, "setup")]["source"] += f"\n{own}"
    write(notebook, file)
    assert set(graft(file, MASTER).strays) == {"m", "path", "half", "helper", "last"}


# Names, formats, other files


@pytest.mark.parametrize(
    "name",
    [
        "02_moving_averages (1)",
        "02_moving_averages-Copy1",
        "Copy of 02_moving_averages",
        "ada_02_moving_averages",
        "02_moving_averages.yours-1",
        "12_ada_02_Moving_Averages_2026",
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


@pytest.mark.parametrize(
    "name",
    [
        "02_moving_averages-Copy1",
        "02_moving_averages (1)",
        "ada_02_moving_averages",
        "my homework",
        "05_rmsprop",
    ],
)
def test_a_notebook_knows_its_exercise_whatever_its_file_is_called(name, tmp_path):
    path, notebook = tmp_path / f"{name}.ipynb", answered()
    write(notebook, path)
    assert find_exercise(str(path)) == [path] and master_of(path) == MASTER
    if name != "05_rmsprop":
        with pytest.raises(ExerciseError, match="`course reset 02` resets the exercise itself"):
            reset(path)
    # Handed out before notebooks knew it, or said by something else: the name tells.
    by_name = next((m for m in MASTERS if m.stem in name), None)
    for said in (None, {}, [], {"exercise": 2}, {"exercise": "99_to_come"}):
        write({**notebook, "metadata": {"course": said}}, path)
        if by_name:
            assert master_of(path) == by_name
        else:
            with pytest.raises(ExerciseError, match="is none of the course's exercises"):
                master_of(path)


def test_a_reset_goes_by_the_name_of_the_file(tmp_path):
    path = tmp_path / "05_rmsprop.ipynb"
    write(answered(), path)
    assert read(reset(path)) == answered()
    assert read(path)["metadata"]["course"]["exercise"] == "05_rmsprop"


def test_a_file_with_the_name_of_another_exercise_is_told_which_it_is(tmp_path):
    path = tmp_path / "05_rmsprop.ipynb"
    write(answered(half_life="def half_life(beta):\n    return 1 / beta"), path)
    done = CliRunner().invoke(cli.main, ["check", str(path)])
    told = f"exercise 02: 5 of 6 right ({path}, which is 02_moving_averages, saved "
    assert told in done.output.replace("\n", "")
    two = [str(path), str(path)]
    done = CliRunner().invoke(cli.main, ["check", *two, "--json"])
    assert {one["exercise"] for one in json.loads(done.stdout)} == {"02_moving_averages"}


def test_a_merge_that_is_not_settled_is_named(file):
    file.write_text('{\n<<<<<<< HEAD\n "cells": [],\n=======\n "cells": [1],\n>>>>>>> ada\n}')
    (result,) = check_exercise(file)
    assert "has two versions in it, between <<<<<<< and >>>>>>>, as a merge in Git" in result.hint


def test_empty_worksheets_beside_the_cells_are_no_format_3(file):
    notebook = answered()
    whole = grafted(notebook, file)
    assert grafted({**notebook, "worksheets": []}, file) == whole


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


# Through a kernel


def test_what_a_lost_definition_is_lost_to_is_said(file):
    """One file with one such case in each answer."""
    notebook = answered(
        warm_up="warm_up = float(input('steps? '))",
        ema="%%timeit\ndef ema(x, beta):\n    return cl.ema(x, beta)",
        ema_corrected="def ema_corrected(x, beta):\n"
        "    return cl.ema(x, beta) / (1 - m.exp(m.log(beta)) ** np.arange(1, len(x) + 1))",
        half_life="# how long?\n%%time\ndef half_life(beta):\n    return cl.half_life(beta)",
        bug_hunt="def measured_half_life(beta):\n    ...  # your answer here",
        volatility="cl = 5",
        explorer="cl.explore.moving_averages('FTSE squared returns', ema=ema",
    )
    notebook["cells"][at(notebook, "setup")]["source"] += "\nimport math as m"
    below = code("def measured_half_life(beta):\n    return round(cl.half_life(beta))")
    notebook["cells"].insert(at(notebook, "check-bug-hunt") + 1, below)
    hints = {name[3:]: r.hint for name, r in checked(notebook, file).items()}
    assert hints["warm_up"] == "a check cannot answer `input()`: write the number itself"
    assert hints["ema"] == "`%%timeit` runs the cell in a world of its own: take it away"
    assert "NameError: name 'm' is not defined" in hints["ema_corrected"]
    assert hints["ema_corrected"].endswith(
        "; your `m` stands in a cell of the course, and that runs here as it was handed out"
    )
    assert hints["half_life"] == "`%%time` has to be the first line of its cell"
    assert hints["bug_hunt"] == (
        "you have `measured_half_life` in another cell: move it into the answer cell"
    )
    assert hints["volatility"] == "`cl` is the course: give your variable another name"
    assert len(hints) == 6  # the explorer, which needs `ema`, is no fault of its own


@pytest.mark.skipif(os.name == "nt", reason="Windows makes links for administrators only")
def test_nothing_around_a_right_file_makes_it_wrong(tmp_path, monkeypatch):
    """No ids, a link, another name, startup files, pytest's variables; 01.yours is blank."""
    (master,) = [path for path in MASTERS if path.name.startswith("01")]
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "00-mine.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("import numpy\nnumpy.ones = None")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    monkeypatch.setenv("PYTEST_PLUGINS", "nosuch")
    monkeypatch.setenv("PYTEST_THEME", "nosuch")
    notebook = answered(master, yours="rate = ...  # to come\nrate * 2")
    without_ids(notebook)
    write(notebook, tmp_path / "1234.ipynb")
    link = tmp_path / f"ada_{master.stem} (1).ipynb"
    link.symlink_to(tmp_path / "1234.ipynb")
    done = CliRunner().invoke(cli.main, ["check", str(link)])
    assert "exercise 01: 6 of 6 right" in done.output
    assert "yours" not in done.output and "picture" not in done.output
    assert done.exit_code == 0


def test_neither_the_name_of_a_file_nor_what_its_answers_print_makes_it_wrong(tmp_path):
    """A browser's copy, and names that pytest knows; lines that `redirect_stdout` cannot catch."""
    (tmp_path / "helper.py").write_text("import course_lib as cl\nema = cl.ema")
    name = "@02_moving_averages[1]" if os.name == "nt" else "-@02_moving_averages[1]::a"
    notebook = answered(
        ema="import helper, logging, sys\n"
        "logging.basicConfig(stream=sys.stdout)\n"
        "def ema(x, beta):\n"
        "    logging.getLogger('mine').warning('%d', len(x))\n"
        "    return helper.ema(x, beta)",
        half_life="import os\n"
        "def half_life(beta):\n    os.system('echo x')\n    return cl.half_life(beta)",
    )
    results = checked(notebook, tmp_path / f"{name}.ipynb")
    assert [(r.verdict, r.hint) for r in results.values()] == [("right", "")] * 6


def test_what_comes_of_one_slip_is_no_fault_of_its_own(file):
    notebook = answered(
        warm_up="beta = 0.9\nwarm_up = betta * 7",
        ema="def ema(x, beta):\n    return 2 * cl.ema(x, beta)",
        volatility="%reset -f\ndef volatility(returns, beta):\n    return 0",
    )
    results = {name[3:]: r for name, r in checked(notebook, file).items()}
    assert results["warm_up"].hint == (
        "name 'betta' is not defined: is it misspelt? Else define or import it in the answer cell "
        "itself"
    )
    assert results["volatility"].hint == "`cl` is gone: does a line delete it?"
    assert {name: r.verdict for name, r in results.items()} == {
        "warm_up": "wrong",
        "ema": "wrong",
        "ema_corrected": "waits",
        "half_life": "right",
        "bug_hunt": "right",
        "volatility": "wrong",
    }


def test_a_cell_that_stops_is_shown_when_all_answers_are_right_and_does_not_count(file):
    loud = "def ema(x, beta):\n    [print('x' * 30_000) for _ in range(10)]\n"
    write(answered(ema=loud + "    return cl.ema(x, beta)"), file)
    done = CliRunner().invoke(cli.main, ["check", str(file)], env={"COLUMNS": "200"})
    assert "02.explorer       stops    `ema` printed more than 200 kB" in done.output
    assert "exercise 02: 6 of 6 right" in done.output
    assert done.exit_code == 1


def test_what_needs_an_answer_that_nothing_checks_is_not_held_against_it(tmp_path):
    (master,) = [path for path in MASTERS if path.name.startswith("01")]
    results = checked(answered(master, yours="rate = fast"), tmp_path / master.name)
    others = {name: r for name, r in results.items() if r.verdict != "right"}
    hint = (
        "name 'fast' is not defined: is it misspelt? Else define or import it in the answer cell "
        "itself"
    )
    assert others == {"01.yours": Result("01.yours", "stops", hint)}


def test_a_file_that_hides_a_module_is_named(file):
    (file.parent / "numpy.py").write_text("mine = 1")
    (file.parent / "conftest.py").write_text("")
    (file.parent / "helper.py").write_text("")
    (file.parent / "tests.py").write_text("")  # a folder without __init__.py is no module
    write(answered(), file)
    (result,) = check_exercise(file)
    assert result.hint == "beside the notebook, numpy.py hides a Python module: rename it"


def test_a_cell_that_cannot_be_interrupted_is_asked_for_its_processes():
    """As a pool of processes, which are started over and over where there is no fork."""
    config = SimpleNamespace(option=SimpleNamespace(nbval_cell_timeout=30.0))
    for alive, question in [
        (False, "it took more than 30 s and could not be stopped: does it wait for processes of"),
        (True, "it took more than 30 s: does a loop never end?"),
    ]:
        kernel = SimpleNamespace(is_alive=lambda alive=alive: alive)
        parent = SimpleNamespace(timed_out=True, kernel=kernel)
        cell = SimpleNamespace(parent=parent, config=config)
        assert ExerciseCell._explain(cell, TimeoutError()).startswith(question)


def test_the_answers_after_a_kernel_that_ended_are_checked_in_another(file):
    notebook = answered(
        ema_corrected="import os\nos._exit(0)",
        half_life="import mine\ndef half_life(beta):\n    return 1 / beta",
    )
    (file.parent / "mine.py").write_text("")  # the other kernel is in the same folder
    notebook["cells"].insert(at(notebook, "answer-ema"), code("helper = cl.ema"))
    notebook["cells"][at(notebook, "answer-ema")]["source"] = "ema = helper"
    del notebook["cells"][at(notebook, "answer-bug-hunt")]
    results = checked(notebook, file)
    right = {name[3:] for name, result in results.items() if result.verdict == "right"}
    assert right == {"warm_up", "ema"}
    hints = {name[3:]: result.hint for name, result in results.items()}
    assert hints["ema_corrected"].startswith("the kernel died here")
    assert hints["half_life"].startswith("1/β is what a well-known chapter prints")
    assert hints["bug_hunt"] == (
        "its cell is gone: define `measured_half_life` in a new cell above its check"
    )
    assert "calls `ema_corrected`" in hints["volatility"]
