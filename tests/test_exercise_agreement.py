"""What a check says in the notebook and what `course check` says, for every known mistake."""

import inspect
from concurrent.futures import ProcessPoolExecutor
from itertools import zip_longest
from multiprocessing import get_context

import pytest

from course_lib.exercises.check_file import check_exercise
from course_lib.exercises.folder import find_exercise, read, write
from course_lib.exercises.registry import questions

ANSWER = """
from course_lib.exercises.registry import find
{name} = find("{question}").mistakes[{at}]{called}
"""


def variable(cells, question):
    """The name that the check of a question is given in the notebook."""
    call = next(c["source"] for c in cells if c["source"].startswith(f'cl.check("{question}"'))
    return call.rpartition(",")[2].strip(" )\n")


@pytest.mark.parametrize("number", sorted({name[:2] for name in questions()}))
def test_the_command_line_says_what_the_notebook_says(number, tmp_path):
    """Notebook k answers every question with its k-th mistake, as long as there is one."""
    (learners,) = find_exercise(number)
    master = read(learners.parent / "solutions" / learners.name)
    asked = questions(number)
    rounds = list(zip_longest(*(range(len(q.mistakes)) for q in asked.values())))

    def answered(k):
        notebook = {**master, "cells": [dict(cell) for cell in master["cells"]]}
        expected = {}
        for (question, details), at in zip(asked.items(), rounds[k], strict=True):
            if at is None:  # the master's own answer, which may call a wrong one
                continue
            hint = " ".join(inspect.getdoc(details.mistakes[at]).split())
            expected[question] = ("wrong", hint)
            checks = [c["source"].startswith(f'cl.check("{question}"') for c in notebook["cells"]]
            before = notebook["cells"][: checks.index(True)]
            answer = [c for c in before if c["id"].startswith("answer-")][-1]
            name = variable(notebook["cells"], question)
            called = "()" if details.inputs is None else ""
            answer["source"] = ANSWER.format(name=name, question=question, at=at, called=called)
        path = tmp_path / str(k) / learners.name
        path.parent.mkdir()
        write(notebook, path)
        return path, expected

    paths, expected = zip(*map(answered, range(len(rounds))), strict=True)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:  # a kernel waits a lot
        for results, wanted in zip(pool.map(check_exercise, paths), expected, strict=True):
            found = {r.question: (r.verdict, r.hint) for r in results}
            assert found == {**found, **wanted}
