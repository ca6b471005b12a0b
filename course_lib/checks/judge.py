"""Judge one answer: right, blank, a known mistake, or the first number that differs.

Nothing here knows of notebooks: a question, an answer and a random generator are enough, so a
grader can draw the inputs, run the answer elsewhere and compare here.
"""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from .blame import MISSING, Calls, World, on_copies, recorded, stand_in
from .clues import clues
from .running import BLANK, NoNumbers, asking_nobody, calm, is_blank, numbers, run
from .words import difference, given, kind

__all__ = ["BLANK", "Verdict", "judge", "same", "worked_out"]

TOLERANCE = 1e-10
PENCIL = 0.005  # a value found by pencil may be rounded
TWO = "These numbers would come of two slips at once. First: {} Second: {}"
TELLING = 6  # numbers with decimals from which two mistakes at once can be told
KEPT = (
    "the same call gives other numbers the second time: is something kept between calls (a default "
    "argument that is a list, a global), or drawn by chance?"
)


@dataclass(frozen=True)
class Verdict:
    """What came of judging an answer.

    `kind` is ``"right"``, ``"blank"``, ``"mistake"`` (a known one), ``"differs"`` (no known one),
    ``"broken"`` (no numbers of the right shape came back) or ``"waits"`` (right as soon as the
    earlier answer is that it calls). `hint` is empty when right.
    """

    kind: str
    hint: str = ""

    @property
    def right(self):
        return self.kind == "right"


def judge(question, answer, rng=None):
    """Compare an answer with the reference on streams drawn anew.

    Parameters
    ----------
    question : Question
    answer : callable or number or array
        What the learner wrote: a function, or the value itself.
    rng : numpy.random.Generator, optional
        Where the streams come from. By default every call draws others.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> from course_lib.checks.registry import find
    >>> judge(find("02.half_life"), lambda beta: np.log(2) / -np.log(beta))
    Verdict(kind='right', hint='')
    >>> judge(find("02.half_life"), lambda beta: np.log(2) / np.log(beta)).hint
    'The sign is wrong: a time came out negative. ln β is negative; what should stand above it?'
    """
    with calm(), asking_nobody():
        return _judge(question, answer, rng or np.random.default_rng())


def _judge(question, answer, rng):
    if answer is None or is_blank(answer):
        return Verdict("blank", BLANK)
    if not question.draw:
        cases, call = [()], lambda: answer
    elif callable(answer):
        cases, call = question.draw(rng), answer
    else:
        return Verdict("broken", f"a function is asked for; this is {kind(answer)}")
    expected = worked_out(question, question.right, cases)

    def compared():
        return _compare(question, call, cases, expected)

    verdict = compared()
    if verdict.right or not (world := World(answer)).places:
        return verdict
    return _by_itself(question, world, compared, verdict, rng)


def _compare(question, call, cases, expected):
    got, problem = [], None
    try:
        for args in cases:
            got.append(run(question, call, args))
    except NoNumbers as stop:
        problem = Verdict(*stop.args)
    if got and question.draw and not _again(question, call, cases[0], got[0]):
        return Verdict("mistake", KEPT)
    if problem or all(map(_agree, got, expected)):
        return problem or Verdict("right")
    if named := _known(question, cases, got):
        return Verdict("mistake", named)
    where = next(i for i in range(len(cases)) if not _agree(got[i], expected[i]))
    kind, hint = difference(question, cases[where], got[where], expected[where], TOLERANCE)
    if kind == "differs" and (told := clues(question, cases, got, expected)):
        hint += f" ({told})"
    return Verdict(kind, hint)


def _known(question, cases, got):
    """The hint of the first known mistake with these numbers; else of the only two at once."""

    def fits(wrong):
        try:
            return all(
                same(question, [ours], worked_out(question, wrong, [args]))
                for ours, args in zip(got, cases, strict=True)
            )
        except Exception:  # two slips at once may stop with anything
            return False

    for hint, wrong in question.wrong:
        if fits(wrong):
            return hint
    # Two may fit by chance where one number comes back, or whole ones, yes and no.
    with np.errstate(invalid="ignore"):
        telling = sum(np.count_nonzero(np.isfinite(one) & (one % 1 != 0)) for one in got)
    if telling < TELLING or not any(one.ndim for one in got):
        return ""
    two = [hints for hints, wrong in question.pairs if fits(wrong)]
    return TWO.format(*two[0]) if len(two) == 1 else ""


def worked_out(question, answer, cases):
    """The numbers of the right answer or of a known mistake, for each case."""
    return [numbers(answer(*deepcopy(args)) if question.draw else answer) for args in cases]


def same(question, got, expected):
    """Whether two lists of numbers are as alike as a known mistake and an answer have to be."""
    near = TOLERANCE if question.draw else PENCIL
    return all(_agree(one, other, near) for one, other in zip(got, expected, strict=True))


def _again(question, call, args, before):
    """Whether the same call, after all others, gives the same numbers."""
    try:
        return _agree(run(question, call, args), before)
    except NoNumbers:
        return False


def _agree(got, expected, tolerance=TOLERANCE):
    return got.shape == expected.shape and np.allclose(
        got, expected, rtol=tolerance, atol=TOLERANCE, equal_nan=True
    )


def _by_itself(question, world, compared, verdict, rng):
    """The verdict on an answer that is not right, but for what earlier answers do to it."""
    calls = Calls()

    def over(meaning):
        """The verdict when each earlier name means another function."""
        with world.where({name: meaning(name) for name in question.earlier}):
            return compared()

    def over_references(backs):
        return over(lambda name: stand_in(question.earlier[name].right, world[name], backs[name]))

    over(lambda name: recorded(name, world[name], calls))
    if not calls:
        return verdict
    wrong = {name: _wrong(name, question.earlier[name], world[name], rng) for name in calls}
    blamed = " and ".join(f"`{name}`, which is {why}" for name, why in wrong.items() if why)
    backs = {name: calls[name].back if name in calls else MISSING for name in question.earlier}
    alone = over_references(backs)
    if blamed and alone.right:
        return Verdict("waits", f"right in itself, but it calls {blamed}")
    if blamed and alone.kind == "broken" != verdict.kind:
        return Verdict("waits", f"it calls {blamed}: that comes first")
    if blamed:
        return alone
    if alone.right and over(lambda name: on_copies(world[name])).right:
        names = " or ".join(f"`{name}`" for name in calls)
        return Verdict(
            "mistake",
            f"{names} writes into what it is given, and your function needs that afterwards: "
            "give it copies, or let it work in arrays of its own",
        )
    # All are right, and do not fit together: which of them was handed what?
    hint = verdict.hint
    if verdict.kind == alone.kind == "broken":
        if over_references(dict.fromkeys(backs, MISSING)).kind != "broken":
            lists = {name: back for name, back in backs.items() if isinstance(back, list | tuple)}
            hint += "".join(f"; `{name}` gives back a {kind(b)}" for name, b in lists.items())
    elif verdict.kind == "broken":
        stops = [name for name in calls if calls[name].back is MISSING]
        hint += "".join(f"; `{name}` was given {given(calls[name].args)}" for name in stops)
    return alone if alone.kind == "mistake" else Verdict(verdict.kind, hint)


def _wrong(name, question, answer, rng):
    """What is wrong with an earlier answer, or nothing."""
    if answer is MISSING:
        return "not defined here: does its cell run?"
    if not callable(answer):
        return f"no function any more, but {kind(answer)}: does a line say `{name} = …`?"
    return "" if _judge(question, answer, rng).right else "not right yet"
