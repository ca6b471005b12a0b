"""What a check says in the notebook and what `course check` says, for every known mistake."""

from itertools import islice, zip_longest

import pytest

from course_lib.checks.judge import BLANK
from course_lib.checks.registry import questions
from course_lib.command import notebooks as folder
from course_lib.command.blank import learner_version
from course_lib.command.notebooks import find_exercise, read, write
from course_lib.command.report import check_exercise

NUMBERS = sorted({name[:2] for name in questions()})
ANSWER = """
from course_lib.checks.registry import find
{name} = find("{question}").wrong[{at}][1]
"""


def exercise(number):
    """Where the learner's notebook is, and the master."""
    (learners,) = find_exercise(number)
    return learners, read(learners.parent / "solutions" / learners.name)


def answer(question, at, name):
    """The lines that answer a question with its mistake number `at`."""
    return ANSWER.format(name=name, question=question.name, at=at)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_command_line_says_the_hint_of_every_mistake(number, tmp_path, monkeypatch):
    """One notebook, and so one kernel, in which each mistake has an answer and a check."""
    learners, master = exercise(number)
    plain, expected = {"metadata": {}, "outputs": [], "execution_count": 1}, {}
    cells = [cell for cell in master["cells"] if cell["id"] == "setup"]
    for question in questions(number).values():
        for at, slip in enumerate(question.mistakes):
            name = f"{question.name[3:]}_{at}"
            lines = {
                "answer": answer(question, at, name),
                "check": f'cl.check("{question.name}", {name})',
            }
            for kind, source in lines.items():
                cell = {**plain, "cell_type": "code", "id": f"{kind}-{name}", "source": source}
                cells.append(cell)
            expected[f"{number}.{name}"] = ("wrong", slip.hint)
    path = tmp_path / "exercises" / learners.name
    (path.parent / "solutions").mkdir(parents=True)
    for copy in (path, path.parent / "solutions" / path.name):
        write({**master, "cells": cells}, copy)
    monkeypatch.setattr(folder, "course_folder", lambda: tmp_path)
    found = {r.question: (r.verdict, r.hint) for r in check_exercise(path)}
    assert found == expected


@pytest.mark.parametrize("number", NUMBERS)
def test_what_is_handed_out_is_not_answered_yet(number, tmp_path):
    (learners,) = find_exercise(number)
    master = read(learners.parent / "solutions" / learners.name)
    write(learner_version(master, learners.stem), tmp_path / learners.name)
    found = {r.question: r.verdict for r in check_exercise(tmp_path / learners.name)}
    assert found == dict.fromkeys(questions(number), BLANK)


def variable(cells, question):
    """The name that the check of a question is given in the notebook."""
    call = next(c["source"] for c in cells if c["source"].startswith(f'cl.check("{question}"'))
    return call.rpartition(",")[2].strip(" )\n")


@pytest.mark.parametrize("number", NUMBERS)
def test_wrong_answers_among_the_cells_of_the_exercise(number, tmp_path):
    """The exercise itself, twice: each question answered with its first, its second mistake."""
    learners, master = exercise(number)
    asked = questions(number)
    rounds = zip_longest(*(range(len(q.mistakes)) for q in asked.values()))
    for k, chosen in enumerate(islice(rounds, 2)):
        notebook = {**master, "cells": [dict(cell) for cell in master["cells"]]}
        expected = {}
        for question, at in zip(asked.values(), chosen, strict=True):
            if at is None:  # the master's own answer, which may call a wrong one
                continue
            expected[question.name] = ("wrong", question.mistakes[at].hint)
            call = f'cl.check("{question.name}"'
            checks = [c["source"].startswith(call) for c in notebook["cells"]]
            before = notebook["cells"][: checks.index(True)]
            cell = [c for c in before if c["id"].startswith("answer-")][-1]
            cell["source"] = answer(question, at, variable(notebook["cells"], question.name))
        path = tmp_path / str(k) / learners.name
        path.parent.mkdir()
        write(notebook, path)
        found = {r.question: (r.verdict, r.hint) for r in check_exercise(path)}
        assert found == {**found, **expected}
