"""Exercises: the masters, known mistakes, the graft, tampering and misbehaving answers.

A run of nbval costs some seconds, so each run here carries as many cases as fit into it.
"""

import inspect
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor
from copy import deepcopy
from multiprocessing import get_context
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

import numpy as np
import pytest
from answers import in_a_notebook
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.provisioning.local_provisioner import LocalPortCache

import course_lib as cl
from course_lib.checks import ASKED, VERDICT, WrongAnswer, check
from course_lib.checks.judge import BLANK, judge
from course_lib.checks.registry import find, questions
from course_lib.command import guard, kernel
from course_lib.command.blank import is_untouched, learner_version
from course_lib.command.graft import graft
from course_lib.command.notebooks import ExerciseError, find_exercise, read, reset, write
from course_lib.command.report import check_exercise

EXERCISES = Path(__file__).parents[1] / "exercises"
MASTERS = sorted((EXERCISES / "solutions").glob("*.ipynb"))
MASTER = EXERCISES / "solutions" / "02_moving_averages.ipynb"

names = [path.stem for path in MASTERS]


@pytest.fixture
def file(tmp_path):
    return tmp_path / MASTER.name


def blank():
    return learner_version(read(MASTER), MASTER.stem)


def cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell.get("id") == name)


def answered(**answers):
    """A learner's notebook with the master's answers, but for those given (`half_life=...`)."""
    notebook, master = blank(), read(MASTER)
    for one in notebook["cells"]:
        if one["id"].startswith("answer-"):
            key = one["id"].removeprefix("answer-").replace("-", "_")
            one["source"] = dedent(answers.get(key, cell(master, one["id"])["source"]))
    return notebook


def code(source, name="0a1b2c3d"):
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": name,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def run(notebook, file, **options):
    write(notebook, file)
    before = file.read_bytes()
    results = check_exercise(file, **options)
    assert file.read_bytes() == before
    return {result.question.partition(".")[2]: result for result in results}


def verdicts(results):
    return {name: result.verdict for name, result in results.items()}


ALL_RIGHT = {name.partition(".")[2]: "right" for name in questions("02")}


# The masters and what is made from them


@pytest.mark.parametrize("master", MASTERS, ids=names)
def test_the_learners_notebook_is_the_one_made_from_the_master(master, tmp_path):
    made = learner_version(read(master), master.stem)
    write(made, tmp_path / "made.ipynb")
    there = EXERCISES / master.name
    same = (tmp_path / "made.ipynb").read_bytes() == there.read_bytes()
    if "CI" not in os.environ:  # where a learner may have answered in it, or run it
        same = same or read(there)["metadata"].get("course") == made["metadata"]["course"]
    assert same, f"`make exercises` writes {there.name} anew; answers go with `course reset`"


@pytest.mark.parametrize("master", MASTERS, ids=names)
def test_every_question_is_checked_in_the_master_and_every_code_cell_was_run(master):
    cells = [cell for cell in read(master)["cells"] if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in cells)
    number = master.name[:2]
    for name in questions(number):
        one = next(c for c in cells if c["id"] == "check-" + name[3:].replace("_", "-"))
        assert f'cl.check("{name}", ' in one["source"]
        assert [out["text"] for out in one["outputs"]] == [f"{name}: right\n"]


def test_no_solution_and_no_output_is_left_for_the_learner():
    notebook = blank()
    text = json.dumps(notebook)
    assert "SOLUTION" not in text
    assert cell(notebook, "answer-warm-up")["source"].strip().endswith("# your answer here")
    assert all(not c["outputs"] for c in notebook["cells"] if c["cell_type"] == "code")
    assert "raises-exception" in cell(notebook, "check-ema")["metadata"]["tags"]
    assert "raises-exception" not in cell(read(MASTER), "check-ema")["metadata"].get("tags", [])


@pytest.mark.parametrize(
    ("source", "stub"),
    [
        ("### BEGIN SOLUTION\na = 7\n### END SOLUTION", "a = ...  # your answer here"),
        (
            "def f(x):\n    ### BEGIN SOLUTION\n    y = x\n    return y\n    ### END SOLUTION",
            "def f(x):\n    ...  # your answer here",
        ),
        (
            "for x in y:\n    ### BEGIN SOLUTION\n    v = x\n    ### END SOLUTION\n    print(v)",
            "for x in y:\n    v = ...  # your answer here\n    print(v)",
        ),
        (
            "### BEGIN SOLUTION\na, b = 1, 2\n### END SOLUTION\n"
            "### BEGIN SOLUTION\n%magic\n### END SOLUTION",
            "...  # your answer here\n...  # your answer here",
        ),
    ],
)
def test_a_solution_leaves_a_stub(source, stub):
    made = learner_version({"cells": [code(source, "answer-x")], "metadata": {}}, "00_x")
    assert made["cells"][0]["source"] == stub


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("answer-x", "x = 1"),
        ("answer-x", "### BEGIN SOLUTION\nx = 1"),
        ("setup", "### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
    ],
)
def test_a_master_that_would_leak_or_ask_nothing_is_refused(name, source):
    with pytest.raises(ValueError, match=f"cell {name}: each answer cell needs a block"):
        learner_version({"cells": [code(source, name)], "metadata": {}}, "00_x")


# Questions and their mistakes, without a notebook


MISTAKES = [(q, hint, wrong) for q in questions().values() for hint, wrong in q.wrong]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # some mistakes divide by zero
@pytest.mark.parametrize(
    ("question", "hint", "wrong"),
    MISTAKES,
    ids=[f"{q.name}-{hint[:40]}" for q, hint, _ in MISTAKES],
)
def test_each_mistake_is_named_with_its_own_hint(question, hint, wrong):
    for seed in range(10):
        verdict = judge(question, wrong, np.random.default_rng(seed))
        assert (verdict.kind, verdict.hint) == ("mistake", hint)


def test_the_bug_hunt_tries_short_and_long_memories():
    tried = [beta for (beta,) in find("02.bug_hunt").draw(np.random.default_rng(0))]
    assert {0.5, 0.9, 0.99} <= set(tried)
    verdict = judge(find("02.bug_hunt"), lambda b: min(find("02.bug_hunt").right(b), 60))
    assert verdict.hint == "for beta = 0.99 your answer gives 60, expected 69"


def test_no_two_hints_are_alike():
    hints = [hint for _, hint, _ in MISTAKES]
    assert len(set(hints)) == len(hints)


def ema_by_weights(x, beta):
    n = len(x)
    age = np.arange(n)[:, None] - np.arange(n)
    return np.where(age >= 0, (1 - beta) * beta ** np.maximum(age, 0.0), 0.0) @ x


def ema_by_difference(x, beta):
    v = 0
    out = np.zeros(len(x))
    for t in range(len(x)):
        v += (1 - beta) * (x[t] - v)
        out[t] = v
    return out


def ema_recursive(x, beta):
    if len(x) == 0:
        return []
    before = ema_recursive(x[:-1], beta)
    return [*before, beta * (before[-1] if before else 0) + (1 - beta) * float(x[-1])]


def ema_in_a_buffer_used_again(x, beta, buffer=np.zeros(1000)):  # noqa: B008
    v = 0.0
    for t, value in enumerate(x):
        buffer[t] = v = beta * v + (1 - beta) * value
    return buffer[: len(x)]


RIGHT = {
    "warm_up": [7, 7.0, np.int64(7), np.array(7)],
    "ema": [
        cl.ema,
        ema_by_weights,
        ema_by_difference,
        ema_recursive,
        ema_in_a_buffer_used_again,
        lambda x, beta: tuple(ema_recursive(x, beta)),
        lambda x, beta: [np.array(v) for v in ema_by_difference(x, beta)],
        lambda x, beta: np.array(ema_recursive(x, beta), dtype=object),
    ],
    "ema_corrected": [
        lambda x, b: cl.ema(x, b, bias_correction=True),
        lambda x, b: ema_by_difference(x, b) / ema_by_difference(np.ones(len(x)), b),
        lambda x, b: [v / (1 - b ** (t + 1)) for t, v in enumerate(ema_recursive(x, b))],
        lambda x, b: -ema_by_weights(x, b) / np.expm1(np.log(b) * np.arange(1, len(x) + 1)),
    ],
    "half_life": [
        cl.half_life,
        lambda b: -np.log(2) / np.log(b),
        lambda b: -1 / np.log2(b),
        lambda b: np.array(np.log10(0.5) / np.log10(b)),
        lambda b: float(np.emath.logn(b, 0.5)),
        lambda b: np.log(2) / -np.log1p(b - 1),
    ],
    "bug_hunt": [
        lambda b: int(np.ceil(round(cl.half_life(b), 9))),
        lambda b: next(k for k in range(1000) if b**k <= 0.5),
        lambda b: float(np.argmax(b ** np.arange(1000) <= 0.5)),
        lambda b: np.int64(np.sum(b ** np.arange(1000) > 0.5)),
    ],
    "volatility": [
        lambda r, b: np.sqrt(cl.ema(r * r, b, bias_correction=True)),
        lambda r, b: (ema_by_weights(r**2, b) / ema_by_weights(r**0, b)) ** 0.5,
        lambda r, b: [v**0.5 for v in cl.ema(np.abs(r) ** 2, b, bias_correction=True)],
    ],
}


@pytest.mark.parametrize(
    ("name", "answer"),
    [(name, answer) for name, answers in RIGHT.items() for answer in answers],
)
def test_right_answers_pass_however_they_are_written(name, answer):
    for seed in range(3):
        verdict = judge(find(f"02.{name}"), answer, np.random.default_rng(seed))
        assert verdict.right, verdict.hint


def test_an_answer_may_run_in_another_process_than_the_comparison():
    """What an instructor needs who grades: the answer cannot touch what judges it."""
    question = questions("02")["02.ema"]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as elsewhere:

        def there(function):
            return lambda *arguments: elsewhere.submit(function, *arguments).result()

        assert judge(question, there(ema_by_weights)).right

        def as_the_notes_say(*arguments):
            reply = elsewhere.submit(empty, *arguments).result()
            return ... if reply is None else reply

        assert judge(question, as_the_notes_say).kind == "blank"
        assert judge(question, there(v0_too)).hint == judge(question, v0_too).hint != ""
        # The notes say so: what is overwritten there is not seen here.
        assert judge(question, there(in_place)).right and not judge(question, in_place).right
    assert judge(find("02.warm_up"), 7).right  # a value is a value


def no_answer(x, beta):
    raise NotImplementedError


def unfinished(x, beta):
    v = ...
    return [beta * v for _ in x]


def begun(x, beta):
    """The average."""
    v = 0.0
    for _ in x:
        ...
    print(v)


def empty(x, beta):
    """The average."""
    pass


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ...,
        no_answer,
        unfinished,
        begun,
        empty,
        lambda x, beta: ...,
        lambda x, beta: [...] * len(x),
        lambda x, beta: np.array([...] * len(x)),
    ],
)
def test_blank_answers_are_not_answered_yet(answer):
    verdict = judge(find("02.ema"), answer)
    assert (verdict.kind, verdict.hint) == ("blank", BLANK)


def without_return(x, beta):
    v = 0.0
    for value in x[..., :]:
        v = beta * v + (1 - beta) * value
    print(v)


def in_place(x, beta):
    right = cl.ema(x, beta)
    x *= 0
    return right


def broken(x, beta):
    last = x[len(x)]
    return last


@pytest.mark.parametrize(
    ("answer", "kind", "hint"),
    [
        (3.0, "broken", "a function is asked for; this is float 3.0"),
        (without_return, "mistake", "nothing came back from your function: is a `return` missing"),
        (in_place, "mistake", "your function changed its input in place"),
        (broken, "broken", "stops with IndexError: index 30 is out of bounds"),
        (broken, "broken", ": `last = x[len(x)]` (called with x = a row of 30 numbers, beta = 0."),
        (lambda x: x, "broken", "takes 1 positional argument but 2 were given"),
        (lambda x, b: sys.exit(), "broken", "stops with SystemExit"),
        (lambda x, b: "many", "broken", "numbers are asked for; this is str 'many'"),
        (lambda x, b: (v for v in x), "broken", "numbers are asked for; this is generator"),
        (lambda x, b: x > 0, "broken", "numbers are asked for; this is ndarray"),
        (lambda x, b: x + 0j, "broken", "numbers are asked for"),
        (lambda x, b: [[1], [1, 2]], "broken", "numbers are asked for; this is list"),
        (lambda x, b: x[1:], "broken", "a row of 29 numbers came back, a row of 30 numbers is"),
        (lambda x, b: x[:, None], "broken", "an array of shape (30, 1) came back"),
        (lambda x, b: np.where(x > -9, np.nan, x), "differs", "at step 1 your answer gives nan"),
        (lambda x, b: x + np.inf, "differs", "at step 1 your answer gives inf"),
    ],
)
def test_other_wrong_answers_are_told_what_is_wrong(answer, kind, hint):
    verdict = judge(find("02.ema"), answer)
    assert verdict.kind == kind
    assert hint in verdict.hint


RIGHT_ON_EMA = """
    def ema_corrected(x, beta):
        return [v / (1 - beta ** (t + 1)) for t, v in enumerate(ema(x, beta))]
    def volatility(returns, beta, *, root=np.sqrt):
        return root(ema_corrected(returns**2, beta))
    """


@pytest.mark.parametrize(
    "earlier",
    [
        "def ema(x, beta):\n    return cl.ema(x, beta) / (1 - beta)",
        "def ema(x, beta):\n    return x[len(x)]",
        "def ema(x, beta):\n    ...",
    ],
)
def test_an_earlier_mistake_is_not_held_against_a_later_answer(earlier):
    names = in_a_notebook(earlier + dedent(RIGHT_ON_EMA))
    verdict = judge(find("02.ema_corrected"), names["ema_corrected"])
    assert verdict.kind == "waits"
    assert verdict.hint == "right in itself, but it calls `ema`, which is not right yet"
    verdict = judge(find("02.volatility"), names["volatility"])
    assert "calls `ema_corrected`, which is not right yet" in verdict.hint


def test_a_later_answer_is_told_of_its_own_mistake():
    names = in_a_notebook("""
        def ema(x, beta):
            return cl.ema(x, beta) / (1 - beta)
        def ema_corrected(x, beta):
            return ema(x, beta) / (1 - beta)
        def volatility(returns, beta):
            return ema_corrected(returns**2, beta)
        """)
    verdict = judge(find("02.ema_corrected"), names["ema_corrected"])
    assert verdict.hint.startswith("You divide by the same 1 − β at every step")
    verdict = judge(find("02.volatility"), names["volatility"])
    assert verdict.hint.startswith("This is the variance")


def test_the_first_number_that_differs_is_shown_with_what_was_expected():
    def late_slip(x, beta):
        v = cl.ema(x, beta)
        v[3:] += 0.001
        return v

    x, beta = find("02.ema").draw(np.random.default_rng(4))[0]
    right = cl.ema(x, beta)[3]
    verdict = judge(find("02.ema"), late_slip, np.random.default_rng(4))
    assert verdict.kind == "differs"
    assert verdict.hint == f"at step 4 your answer gives {right + 0.001:.6g}, expected {right:.6g}"
    assert judge(find("02.half_life"), lambda beta: 3.0).hint == (
        "for beta = 0.9 your answer gives 3, expected 6.57881"
    )


def test_numbers_that_look_alike_are_shown_with_more_digits():
    hint = judge(find("02.half_life"), lambda beta: np.float32(cl.half_life(beta))).hint
    assert hint.startswith("for beta = 0.9 your answer gives 6.578814, expected 6.578813")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("ema", lambda x, b: cl.ema(x.astype(np.float32), b)),
        ("ema_corrected", lambda x, b: cl.ema(np.float32(x), b, bias_correction=True)),
        ("half_life", lambda b: round(cl.half_life(b), 4)),
        ("volatility", lambda r, b: np.sqrt(cl.ema(np.float32(r) ** 2, b, bias_correction=True))),
    ],
)
def test_few_digits_are_called_that(name, answer):
    verdict = judge(find(f"02.{name}"), answer)
    assert verdict.kind == "differs"
    assert verdict.hint.endswith("or rounded, or is a small number added to be safe?")


def v0_too(x, beta):
    averages = [0.0]
    for value in x:
        averages.append(beta * averages[-1] + (1 - beta) * value)
    return averages


def return_in_loop(x, beta):
    v = 0.0
    for value in x:
        v = beta * v + (1 - beta) * value
        return v


def return_list_in_loop(x, beta):
    averages = []
    v = 0.0
    for value in x:
        v = beta * v + (1 - beta) * value
        averages.append(v)
        return averages


def whole_number_array(x, beta):
    averages = np.zeros(len(x), dtype=int)
    for t, v in enumerate(ema_by_difference(x, beta)):
        averages[t] = v
    return averages


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("warm_up", 6.58, "That is the half-life, a time on a continuous clock"),
        ("ema", v0_too, "The start v₀ came back too"),
        ("ema", return_in_loop, "Only the first average came back: does the `return`"),
        ("ema", return_list_in_loop, "A list of one number came back"),
        ("ema", whole_number_array, "The decimals have been cut off"),
        ("ema", without_return, "nothing came back from your function: is a `return` missing?"),
        ("half_life", lambda b: int(np.log(0.5) / np.log(b)), "The decimals have been cut off"),
        (
            "volatility",
            lambda r, b: RIGHT["volatility"][0](r, 0.94),
            "0.94 stands in your function",
        ),
    ],
)
def test_what_learners_were_seen_to_write_is_named(name, answer, hint):
    verdict = judge(find(f"02.{name}"), answer)
    assert verdict.kind == "mistake"
    assert verdict.hint.startswith(hint)


def test_the_hint_on_a_value_does_not_give_it_away():
    verdict = judge(find("02.warm_up"), 30)
    assert verdict.hint == "30 is too large"


def test_a_function_from_before_is_not_taken_for_one_that_did_not_run(monkeypatch, capsys):
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    check_it = 'import course_lib as cl\ncl.check("02.half_life", half_life)'

    def said(*cells):
        for source in cells:
            result = shell.run_cell(source)
        capsys.readouterr()
        return str(result.error_in_exec or "right")

    right = "import math\ndef half_life(beta):\n    return -1 / math.log2(beta)"
    assert said(right, check_it) == "right"
    assert said(right.replace(":", ""), check_it) == (
        "02.half_life: its cell did not run (SyntaxError), and `half_life` is the one from before"
    )
    # Other cells may fail as they like, and a cell that fails later has defined the function.
    assert said("def other(:", check_it) == said(f"{right}\n1 / 0", check_it) == "right"


def test_check_prints_one_line_whatever_the_answer_prints(capsys):
    def talkative(beta):
        print("beta", beta)
        print("to stderr", file=sys.stderr)
        return cl.half_life(beta)

    check("02.half_life", talkative)
    assert capsys.readouterr() == ("02.half_life: right\n", "")


def test_check_raises_with_the_hint_alone():
    with pytest.raises(WrongAnswer) as caught:
        check("02.half_life", lambda beta: 1 / beta)
    lines = caught.value._render_traceback_()
    assert len(lines) == 1
    assert lines[0].startswith("02.half_life: 1/β is what a well-known chapter prints")
    with pytest.raises(
        ValueError, match=r"no question '02\.emma'; there are 02\.warm_up, 02\.ema, "
    ):
        check("02.emma", 1)


def test_a_check_shows_its_verdict_as_data_only_to_a_kernel_that_asks(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data[VERDICT]))
    monkeypatch.setenv(ASKED, "1")
    check("02.half_life", cl.half_life)
    with pytest.raises(WrongAnswer) as caught:
        check("02.warm_up", 6.58)
    hint = str(caught.value).removeprefix("02.warm_up: ")
    assert shown == [
        {"question": "02.half_life", "kind": "right", "hint": ""},
        {"question": "02.warm_up", "kind": "mistake", "hint": hint},
    ]
    monkeypatch.delenv(ASKED)
    check("02.half_life", cl.half_life)
    assert len(shown) == 2 and capsys.readouterr().out == "02.half_life: right\n" * 2


# Through the notebook: graft, nbval, verdicts


def test_what_counts_is_the_verdict_and_not_the_line_that_is_printed(file, monkeypatch):
    monkeypatch.setattr(kernel, "ASKED", "NOBODY_ASKS")
    results = run(answered(), file)
    assert {(r.kind, r.hint) for r in results.values()} == {
        ("broken", "the check did not print its own line")
    }


def test_blank_answers_through_the_notebook(file):
    results = run(blank(), file)
    assert verdicts(results) == dict.fromkeys(ALL_RIGHT, BLANK)


def test_one_blank_answer_leaves_the_others_to_wait_for_it(file):
    results = run(answered(ema=cell(blank(), "answer-ema")["source"]), file)
    assert results["ema"].verdict == BLANK
    assert results["ema_corrected"].hint.startswith("right in itself, but it calls `ema`")
    assert results["volatility"].hint.startswith("right in itself, but it calls `ema_corrected`")
    assert {name for name, result in results.items() if result.verdict == "right"} == {
        "warm_up",
        "half_life",
        "bug_hunt",
    }


def test_a_finished_exercise_is_right_with_scratch_cells_and_prints(file):
    """Cells split, reordered and added; prints, pictures and nbval's own marks in the answers."""
    notebook = answered(
        ema="""
            # NBVAL_SKIP
            # NBVAL_CHECK_OUTPUT
            import matplotlib.pyplot as plt
            def ema(x, beta):
                print("checking", beta)
                plt.plot(x)
                plt.show()
                display(beta)
                return by_weights(x, beta)
            print("my", ema([1.0], 0.5))
            """,
        warm_up="# NBVAL_IGNORE_OUTPUT\nwarm_up = np.array(7.0)\nwarm_up",
    )
    source = inspect.getsource(ema_by_weights).replace("ema_by_weights", "by_weights")
    cells = notebook["cells"]
    where = cells.index(cell(notebook, "answer-ema"))
    cells[where:where] = [
        code("this is no Python", "a"),
        {"cell_type": "markdown", "id": "b", "metadata": {}, "source": ["mine"]},
        code(source, "c"),
    ]
    cells.append(code("raise SystemExit('after the last answer')", "d"))
    late = cells.pop(cells.index(cell(notebook, "answer-warm-up")))
    cells.append(late)
    results = run(notebook, file)
    assert verdicts(results) == ALL_RIGHT


def test_what_only_a_kernel_brings_is_told_as_well(file):
    notebook = answered(
        warm_up="""
            import warnings
            np.seterr(all="raise")
            warnings.simplefilter("error")
            warm_up = 7
            """,
        ema="""
            def ema(x, beta):
                return cl.ema(x, beta).tolist()
            """,
        half_life="def half_life(beta):\n    return float(input('steps? '))",
        bug_hunt="%%time\ndef measured_half_life(beta):\n    steps = 0",
        volatility="""
            ema = ema(returns, 0.94)
            def volatility(returns, beta):
                return np.sqrt(ema(returns**2, beta) / ema(np.ones(len(returns)), beta))
            """,
    )
    results = run(notebook, file)
    hints = {name: result.hint for name, result in results.items() if result.hint}
    assert verdicts(results)["ema_corrected"] == verdicts(results)["ema"] == "right"
    assert hints.pop("half_life").startswith("your function asks for input: a check cannot answer")
    assert hints.pop("bug_hunt") == "nothing came back from your function: is a `return` missing?"
    assert "calls `ema`, which is no function any more, but list: " in hints.pop("volatility")
    assert set(hints) <= {"explorer"}  # which is given a list for `ema`


WRONG = {
    "warm_up": ("warm_up = 10", "10 is 1/(1 − β)"),
    "ema": (
        "def ema(x, beta):\n"
        "    v = x[0]\n"
        "    out = []\n"
        "    for value in x:\n"
        "        v = beta * v + (1 - beta) * value\n"
        "        out.append(v)\n"
        "    return out",
        "Your average starts at the first value. Here",
    ),
    "ema_corrected": (
        "def ema_corrected(x, beta):\n    return cl.ema(x, beta) / (1 - beta)",
        "You divide by the same 1 − β",
    ),
    "half_life": ("def half_life(beta):\n    return 1 / beta", "1/β is what a well-known"),
    "bug_hunt": (
        "def measured_half_life(beta):\n    return int(cl.half_life(beta) // 1)",
        "The half-life is rounded down",
    ),
    "volatility": (
        "def volatility(r, beta):\n    return cl.ema(r**2, beta, bias_correction=True)\n"
        'cl.check("02.volatility", volatility)  # their own, which stops the cell',
        "This is the variance",
    ),
}


def tampered(notebook):
    """Outputs forged, and every kind of game with the check cells."""
    for one in notebook["cells"]:
        if one["id"].startswith("check-"):
            question = "02." + one["id"].removeprefix("check-").replace("-", "_")
            line = {"name": "stdout", "output_type": "stream", "text": f"{question}: right\n"}
            one.update(execution_count=1, outputs=[line])
    cells = notebook["cells"]
    cell(notebook, "check-warm-up")["source"] = 'print("02.warm_up: right")'
    cells.remove(cell(notebook, "check-ema"))
    cell(notebook, "check-ema-corrected")["metadata"]["tags"] = ["nbval-skip"]
    cell(notebook, "check-half-life")["metadata"]["tags"] = ["raises-exception"]
    cells.insert(0, deepcopy(cell(notebook, "check-bug-hunt")))
    cells.append(code('print("02.volatility: right")', "check-more"))
    for one in cells:
        if one["id"].startswith("answer-"):
            one["metadata"] = {"tags": ["nbval-skip", "raises-exception"]}
            one["source"] += '\nprint("02.ema: right")\n# NBVAL_RAISES_EXCEPTION'
            one["source"] += f"\ndisplay({{'{VERDICT}': {{'kind': 'right'}}}}, raw=True)"
    return notebook


def test_wrong_answers_are_named_and_neither_forging_nor_tampering_helps(file):
    notebook = tampered(answered(**{name: source for name, (source, _) in WRONG.items()}))
    results = run(notebook, file)
    assert verdicts(results) == dict.fromkeys(ALL_RIGHT, "wrong")
    for name, (_, mistake) in WRONG.items():
        (hint,) = [s.hint for s in find(f"02.{name}").mistakes if s.hint.startswith(mistake)]
        assert results[name].hint == hint


KINDS = {
    "warm_up": ("warm_up = 7.0", "right"),
    "ema": (WRONG["ema"][0], "mistake"),
    "ema_corrected": (
        "def ema_corrected(x, b):\n    return ema(x, b) / (1 - b ** np.arange(1, len(x) + 1))",
        "waits",
    ),
    "half_life": ("def half_life(beta):\n    return cl.half_life(beta) + beta**2", "differs"),
    "bug_hunt": ("def measured_half_life(beta):\n    ...", "blank"),
    "volatility": ("def volatility(returns, beta):\n    return returns[len(returns)]", "broken"),
}


def test_a_verdict_is_of_one_kind_in_the_notebook_and_in_the_terminal(file):
    results = run(answered(**{name: source for name, (source, _) in KINDS.items()}), file)
    there = in_a_notebook("\n".join(source for source, _ in KINDS.values()))
    for name, (_, kind) in KINDS.items():
        answer = there["measured_half_life" if name == "bug_hunt" else name]
        assert kind == judge(find(f"02.{name}"), answer).kind == results[name].kind
        assert (kind in ("right", "blank")) == (results[name].hint == "")


def test_misbehaving_answers_end_in_time_and_the_others_are_still_checked(file):
    notebook = answered(
        warm_up="while True:\n    pass",
        ema="exit()",
        ema_corrected="for _ in range(100):\n    print('x' * 1_000_000)",
        half_life="beta = 0.9\ndef half_life(beta:\n    return 1",
        bug_hunt="import sys\nsys.exit()",
        volatility="def volatility(returns, beta):\n"
        "    return np.sqrt(cl.ema(returns**2, beta, bias_correction=True))",
        explorer="raise ValueError('no picture')",
    )
    results = run(notebook, file, cell_limit=3)
    hints = {name: result.hint for name, result in results.items()}
    assert hints["warm_up"] == "it took more than 3 s: does a loop never end?"
    assert hints["ema"] == "exit() would end the notebook here: leave it out"
    assert hints["ema_corrected"] == "it printed more than 200 kB"
    assert hints["half_life"].startswith("the cell does not run: SyntaxError: '(' was never closed")
    assert hints["half_life"].endswith(", in line 2")
    assert hints["bug_hunt"] == "sys.exit() would end the notebook here: leave it out"
    assert verdicts(results)["volatility"] == "right"
    assert "explorer" not in hints  # as long as an answer that it may need is wrong


NOISE = "def noise():\n    while True:\n        print('x' * 1000)"


@pytest.mark.timeout(100)
@pytest.mark.parametrize(
    ("game", "hint"),
    [
        ("big = np.ones(500_000_000)", "the cell does not run: MemoryError: Unable to allocate"),
        ("import os\nos.kill(os.getpid(), 9)", "the kernel died here"),
        ("import sys\nsys.stdout.close()", "the cell does not run: ValueError: I/O operation on"),
        (
            "import sys\nsys.modules['numpy'] = sys.modules['course_lib'] = None",
            "the cell does not run: ModuleNotFoundError: ",
        ),
        (f"import threading\n{NOISE}\nthreading.Thread(target=noise).start()", None),
        (
            "import threading, time\n"
            "for _ in range(20):\n    threading.Thread(target=time.sleep, args=(1000,)).start()",
            "",
        ),
    ],
    ids=["4 GB", "kill", "closed stdout", "sys.modules", "noisy thread", "sleeping threads"],
)
def test_games_end_with_one_sentence_and_the_file_as_it_was(file, game, hint):
    if game.startswith("big") and sys.platform != "linux":
        pytest.skip("only Linux limits the memory of a process")
    write(answered(warm_up=f"{game}\nwarm_up = 7"), file)
    before = file.read_bytes()
    results = {r.question: r for r in check_exercise(file, 8)}
    assert file.read_bytes() == before
    if hint is not None:  # when a thread is heard is the threads' business
        assert results["02.warm_up"].verdict == ("wrong" if hint else "right")
        assert results["02.warm_up"].hint.startswith(hint)
    assert all("\n" not in r.hint for r in results.values())
    assert len(results) >= len(ALL_RIGHT)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no sockets in files that ZeroMQ takes")
def test_a_port_lost_to_another_kernel_stops_no_check_and_no_socket_is_left(file, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as short, socket.socket() as another:
        another.bind(("127.0.0.1", 0))
        another.listen()
        taken = another.getsockname()[1]
        monkeypatch.setattr(LocalPortCache, "find_available_port", lambda cache, ip: taken)
        monkeypatch.setattr(tempfile, "tempdir", short)
        results = run(answered(ema="import os\nos.kill(os.getpid(), 9)"), file)
        assert verdicts(results)["warm_up"] == "right"
        assert results["ema"].hint.startswith("the kernel died here")
        assert os.listdir(short) == []


@pytest.mark.timeout(120)  # a kernel that died would otherwise be waited for
def test_a_kernel_that_dies_is_noticed_long_before_the_limit(file):
    results = run(answered(ema="import os\nos._exit(0)"), file, cell_limit=1000)
    others = {name: verdict for name, verdict in verdicts(results).items() if verdict != "right"}
    assert others == {"ema": "wrong", "ema_corrected": "waits", "volatility": "waits"}
    assert results["ema"].hint.startswith("the kernel died here")


def test_loops_everywhere_end_with_the_exercises_own_limit(file):
    loop = "while True:\n    pass"
    answers = dict.fromkeys([*ALL_RIGHT, "explorer"], loop)
    answers["warm_up"] = (
        "try:\n    while True:\n        pass\nexcept BaseException:\n    warm_up = 7"
    )
    results = run(answered(**answers), file, cell_limit=1.2)
    assert set(verdicts(results).values()) == {"wrong"}
    assert results["warm_up"].hint == "it took more than 1.2 s: does a loop never end?"
    assert results["volatility"].hint == "not checked: the exercise took more than 4.8 s so far"


def test_plain_pytest_checks_the_graft_and_not_the_file(tmp_path):
    """As a learner would call it, in a course of its own; a saved wrong answer fails."""
    (tmp_path / "exercises" / "solutions").mkdir(parents=True)
    for name in ("conftest.py", f"solutions/{MASTER.name}"):
        (tmp_path / "exercises" / name).write_bytes((EXERCISES / name).read_bytes())
    source = answered(half_life="def half_life(beta):\n    return 1 / beta")
    write(tampered(source), tmp_path / "exercises" / MASTER.name)
    for copy in (".yours-1", "-Copy1"):
        write(blank(), tmp_path / "exercises" / f"{MASTER.stem}{copy}.ipynb")
    write(blank(), tmp_path / "exercises" / "homework.ipynb")

    def failed(name):
        words = ["-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider", name]
        done = subprocess.run(
            [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 1
        return [line for line in done.stdout.splitlines() if line.startswith("FAILED")]

    (line,) = failed("exercises")  # and none of a copy
    assert line.startswith(f"FAILED exercises/{MASTER.name}::check-half-life - 1/β is")
    lines = failed("exercises/homework.ipynb")
    assert len(lines) == 6
    assert lines[1] == "FAILED exercises/homework.ipynb::check-ema - not answered yet"


# Files that are not fit to be checked


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "02_moving_averages.ipynb is gone: `course reset 02` writes a fresh one"),
        ("", "is not a notebook, it is not JSON: `course reset 02` writes a fresh one and keeps"),
        ("<<<<<<< HEAD\n{}", "has two versions in it, between <<<<<<< and >>>>>>>"),
        (b"\xff\xfe\x00", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is JSON, but not a notebook with cells: `course reset 02`"),
        ('{"cells": ' + "[" * 900 + "]" * 900 + ', "metadata": {}}', "not a notebook"),
        ("{}", "is JSON, but not a notebook with cells"),
        ('{"cells": [1], "metadata": {}}', "is JSON, but not a notebook"),
        ('{"cells": [{"cell_type": "code"}], "metadata": {}}', "is JSON, but not a notebook"),
        ('{"cells": [], "metadata": []}', "is JSON, but not a notebook"),
        ('{"worksheets": [{"cells": 1}, 2], "metadata": {}}', "none of the answers is in"),
        ('{"cells": [], "metadata": {}}', "none of the answers is in 02_moving_averages.ipynb"),
        (
            '{"cells": [{"cell_type": "code", "source": [""]}], "metadata": {}}',
            "none of the answers is in 02_moving_averages.ipynb: `course reset 02` writes",
        ),
    ],
)
def test_files_that_cannot_be_checked_get_one_sentence(file, content, message):
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = file.read_bytes() if content is not None else None
    (result,) = check_exercise(file)
    assert message in result.hint
    assert (result.question, result.verdict) == ("02", "wrong")
    assert "\n" not in result.hint
    assert before is None or file.read_bytes() == before


def test_a_graft_takes_the_answers_and_nothing_else(file):
    notebook = tampered(answered(ema="mine"))
    notebook["metadata"]["kernelspec"] = {"name": "julia"}
    write(notebook, file)
    grafted = {c["id"]: c for c in graft(file, MASTER).notebook["cells"]}
    master = {c["id"]: c for c in read(MASTER)["cells"]}
    assert list(grafted) == ["guard", *master]
    assert grafted["answer-ema"]["source"].startswith("mine")
    assert grafted["answer-ema"]["metadata"] == master["answer-ema"]["metadata"]
    same = [name for name in master if not name.startswith("answer-")]
    assert all(grafted[name] == master[name] for name in same)
    assert graft(file, MASTER).notebook["metadata"] == read(MASTER)["metadata"]


def test_added_cells_run_before_the_cell_of_ours_that_follows_them(file):
    notebook = answered()
    cells = notebook["cells"]
    at = [c["id"] for c in cells].index("answer-ema")
    cells.insert(at + 1, code("after = 1", "bbbb"))
    cells.insert(at, code("before = 1", "aaaa"))
    cells.append(code("last = 1", "cccc"))
    write(notebook, file)
    grafted = [c for c in graft(file, MASTER).notebook["cells"] if c["cell_type"] == "code"]
    at = [c["id"] for c in grafted].index("answer-ema")
    assert [c["source"] for c in grafted[at - 1 : at + 2 : 2]] == ["before = 1", "after = 1"]
    assert grafted[at + 2]["id"] == "check-ema"
    assert "last = 1" not in [c["source"] for c in grafted]


# Reset


def test_what_a_reset_kept_is_not_reset_itself(file):
    write(answered(), file)
    kept = reset(file)
    with pytest.raises(ExerciseError, match="kept from an earlier reset"):
        reset(kept)
    assert read(kept) == answered()


def test_reset_never_loses_an_answer(file):
    assert reset(file) is None  # there was nothing
    assert read(file) == blank()
    assert reset(file) is None  # there was nothing of the learner's
    kept = []
    for text in (json.dumps(answered()), "no notebook", "no notebook either"):
        file.write_text(text)
        kept.append(reset(file))
        assert read(file) == blank()
        assert kept[-1].read_text() == text
    assert [path.name for path in kept] == [f"{file.stem}.yours-{n}.ipynb" for n in (1, 2, 3)]
    assert kept[1].read_text() == "no notebook"
    assert sorted(path.name for path in file.parent.iterdir()) == sorted(
        path.name for path in [file, *kept]
    )


def test_running_a_blank_notebook_is_no_work_but_writing_into_it_is():
    notebook = blank()
    cell(notebook, "check-ema").update(execution_count=3, outputs=[{"output_type": "error"}])
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.11"}
    assert is_untouched(notebook)
    cell(notebook, "answer-ema")["source"] += "\n    return x"
    assert not is_untouched(notebook)


# Names


@pytest.mark.parametrize("name", ["02", "2", "02_moving_averages", "02_moving_averages.ipynb"])
def test_an_exercise_has_several_names(name):
    assert find_exercise(name) == [EXERCISES / MASTER.name]


def test_an_unknown_name_lists_those_there_are():
    for name in ("nope", "99", "", "solutions/", "nope.ipynb", "/tmp/nope.ipynb"):
        with pytest.raises(ExerciseError, match="02_moving_averages"):
            find_exercise(name)
    assert find_exercise() == [EXERCISES / path.name for path in MASTERS]


# The guard


def test_each_cell_may_print_as_much_again(monkeypatch):
    class Stream:
        def __init__(self):
            self.text = ""

        def write(self, text):
            self.text += text
            return len(text)

    shown = []
    publisher = SimpleNamespace(publish=shown.append)
    hook = SimpleNamespace(write_format_data=shown.append)
    events = SimpleNamespace(register=lambda name, function: setattr(Shell, "new_cell", function))

    class Shell:
        user_ns = {}  # noqa: RUF012

    Shell.events, Shell.display_pub, Shell.displayhook = events, publisher, hook

    monkeypatch.setattr("sys.stdout", Stream())
    monkeypatch.setattr("sys.stderr", Stream())
    guard.install(Shell, limit=1000)
    for _ in range(3):
        Shell.new_cell(None)
        print("x" * 900)
        with pytest.raises(guard.Stopped, match="printed more than 1 kB"):
            print("x" * 900)
    assert len(sys.stdout.text) < 3000
    with pytest.raises(guard.Stopped, match="leave it out"):
        Shell.user_ns["quit"]()
    # A thread that prints too much ends in silence, since nobody would see its error.
    Shell.new_cell(None)

    def chatter():
        with pytest.raises(SystemExit):
            print("y" * 1100)

    thread = threading.Thread(target=chatter)
    thread.start()
    thread.join()
    assert "y" not in sys.stdout.text
    for show in (publisher.publish, hook.write_format_data):
        show({"text/plain": "small", "answer": 1})
        with pytest.raises(guard.Stopped, match="shows more than 5 MB"):
            show({"text/plain": "x" * 5_000_001})
    assert len(shown) == 2
