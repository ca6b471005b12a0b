"""What the tests of single exercises share."""

from textwrap import dedent

import numpy as np

import course_lib as cl
from course_lib.exercises.blank import learner_version
from course_lib.exercises.check_file import check_exercise
from course_lib.exercises.folder import find_exercise, read, write
from course_lib.exercises.registry import find, questions
from course_lib.exercises.verdict import BLANK, judge


def in_a_notebook(source):
    """The names that a notebook has after these lines."""
    names = {"np": np, "cl": cl}
    exec(dedent(source), names)
    return names


def pairs(answers):
    """Question and answer, one by one, from question → list of answers."""
    return [(name, answer) for name, several in answers.items() for answer in several]


def judged(name, answer, seeds=3):
    """The verdicts on an answer, for streams drawn with several seeds."""
    return [judge(find(name), answer, np.random.default_rng(seed)) for seed in range(seeds)]


def hints_through_the_notebook(number, tmp_path):
    """Question → hint, for the learner's notebook as it is handed out and for the master."""
    (learners,) = find_exercise(number)
    master = read(learners.parent / "solutions" / learners.name)
    found = []
    for notebook in (learner_version(master), master):
        write(notebook, tmp_path / learners.name)
        results = check_exercise(tmp_path / learners.name)
        found.append({r.question: r.hint or r.verdict for r in results})
    return found


def expected_hints(number):
    """What `hints_through_the_notebook` should give."""
    return [dict.fromkeys(questions(number), word) for word in (BLANK, "right")]
