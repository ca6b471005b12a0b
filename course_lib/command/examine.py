"""Whether a question can tell its known mistakes apart, before learners meet it."""

from itertools import combinations

import numpy as np

from ..checks.judge import judge, same, worked_out
from ..checks.running import calm

__all__ = ["examine"]

DRAWS = 10
FEWEST, LONGEST = 3, 200  # slips of a function, characters of a hint
AVOIDED = ("simply", "obviously", "just ")


def examine(question):
    """Look for what makes a question ambiguous.

    Parameters
    ----------
    question : course_lib.checks.question.Question

    Raises
    ------
    QuestionError
        If the right answer is not right by its own check, a slip stops or gives the right
        numbers, two slips give the same numbers for all that is drawn, there are fewer than
        three, or a hint is too long or has a word that the course avoids.

    Examples
    --------
    >>> from course_lib.checks.registry import find
    >>> examine(find("05.rmsprop_step"))
    """
    if not (verdict := judge(question, question.right)).right:
        raise question.error(f"the right answer fails its own check: {verdict.hint}")
    with calm():
        for seed in range(DRAWS):
            _look(question, np.random.default_rng(seed))
    if question.draw and len(question.mistakes) < FEWEST:
        raise question.error(f"{len(question.mistakes)} slips are too few: {FEWEST} or more")
    for hint in (slip.hint for slip in question.mistakes):
        if len(hint) > LONGEST:
            raise question.error(f"the hint {hint!r} has {len(hint)} characters, {LONGEST} may be")
        if words := [word for word in AVOIDED if word in hint.lower()]:
            raise question.error(f"the hint {hint!r}: leave out {words[0].strip()!r}")


def _look(question, rng):
    cases = question.draw(rng) if question.draw else [()]
    expected = worked_out(question, question.right, cases)
    found = []
    for slip, (_, wrong) in zip(question.mistakes, question.wrong, strict=True):
        try:
            found.append((slip.text, worked_out(question, wrong, cases)))
        except Exception as problem:
            raise question.error(f"the slip `{slip.text}` stops with {problem!r}") from problem
        if same(question, found[-1][1], expected):
            raise question.error(
                f"the slip `{slip.text}` gives the right numbers for all that is drawn"
            )
    for (one, numbers), (other, others) in combinations(found, 2):
        if same(question, numbers, others):
            raise question.error(
                f"the slips `{one}` and `{other}` give the same numbers for all that is drawn"
            )
