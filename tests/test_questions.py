"""The questions themselves: slips as edits, two at once, facts where none fits, bad files."""

import ast
from functools import partial

import numpy as np
import pytest

from course_lib.checks.judge import judge
from course_lib.checks.question import Question, QuestionError
from course_lib.checks.registry import find, questions
from course_lib.command.examine import examine
from course_lib.command.notebooks import find_exercise, master_of, read

FUNCTIONS = {name: question for name, question in questions().items() if question.draw}


# A small question of its own


def step(x, v, g, lr, rho):
    v = rho * v + (1 - rho) * g**2
    return x - lr * g / np.sqrt(v), v


def draw(rng):
    return [(*rng.uniform(1, 2, (3, 3)), *rng.uniform(0.2, 0.8, 2).tolist()) for _ in range(3)]


SLIPS = """
x - lr → x + lr  # It climbs.
g**2 → g  # No square.
np.sqrt(v) → v
    No root.
lr * g → g
    No rate.
[right(*args)[0], v]
    The old v came back.
"""
ask = partial(Question, "00.step", step, draw=draw, parts=("x", "v"))
QUESTION = ask(SLIPS)
TWO = "These numbers would come of two slips at once. First: "


def said(answer, question=QUESTION):
    verdicts = {judge(question, answer, np.random.default_rng(seed)) for seed in range(3)}
    (kind,) = {verdict.kind for verdict in verdicts}
    return kind, min(verdict.hint for verdict in verdicts)


def test_a_slip_is_the_right_answer_with_an_edit_or_an_expression_about_it():
    args = draw(np.random.default_rng(0))[0]
    x, v, g, lr, rho = args
    new = rho * v + (1 - rho) * g**2
    wrong = dict(QUESTION.wrong)
    assert np.allclose(wrong["It climbs."](*args), (x + lr * g / np.sqrt(new), new))
    assert np.allclose(wrong["The old v came back."](*args), (x - lr * g / np.sqrt(new), v))


def test_several_edits_make_one_slip():
    (slip,) = ask("v = rho → old, v = v, rho\nsqrt(v) → sqrt(old)\n    Late.\n").mistakes
    assert slip.hint == "Late." and len(slip.edits) == 2


def test_two_mistakes_at_once_are_both_named():
    def both(x, v, g, lr, rho):
        v = rho * v + (1 - rho) * g
        return x + lr * g / np.sqrt(v), v

    hint = f"{TWO}It climbs. Second: No square."
    assert said(both) == ("mistake", hint)


def test_an_expression_goes_with_an_edit():
    def both(x, v, g, lr, rho):
        return step(x, v, g, 1.0, rho)[0], v

    assert said(both)[1] == f"{TWO}No rate. Second: The old v came back."


def test_where_two_pairs_fit_neither_is_named():
    question = ask(SLIPS + "lr → 2 * lr  # Twice.\nlr * g → (lr + lr) * g  # Lr twice.\n")

    def both(x, v, g, lr, rho):
        return step(x, v, g, 2 * lr, rho)[0], v

    kind, hint = said(both, question)
    assert kind == "differs" and not [slip for slip in question.mistakes if slip.hint in hint]


def test_yes_and_no_tell_too_little_for_two_mistakes():
    """An answer with a mistake of its own, which two known ones would explain by chance."""
    question = find("01.is_stable")
    told = {judge(question, wrong, np.random.default_rng(0)).hint for _, wrong in question.pairs}
    assert not [hint for hint in told if hint.startswith(TWO)]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda x, v, g, lr, rho: (step(x, v, g, lr, rho)[0], v + 1), "x is right"),
        (lambda x, v, g, lr, rho: (x - 3 * lr * g, step(x, v, g, lr, rho)[1]), "v is right"),
        (
            lambda x, v, g, lr, rho: (step(x, v, g, 2.5 * lr, rho)[0], step(x, v, g, lr, rho)[1]),
            "v is right; the step of x is 2.5 times what it should be, everywhere",
        ),
        (
            lambda x, v, g, lr, rho: (step(x, v, g, lr**2, rho)[0], step(x, v, g, lr, rho)[1]),
            "v is right; the step of x is lr times what it should be",
        ),
        (
            lambda x, v, g, lr, rho: (
                step(x, v, g, lr / (1 - rho), rho)[0],
                step(*[x, v, g, lr, rho])[1],
            ),
            "v is right; the step of x is what it should be divided by 1 − rho",
        ),
        (
            lambda x, v, g, lr, rho: (step(x, v, g**3, lr, 0)[0], step(x, v, g, lr, rho)[1]),
            "v is right; the step of x has the right sign in each coordinate",
        ),
        (
            lambda x, v, g, lr, rho: (step(x, v, g, lr, rho)[0], -step(x, v, g, lr, rho)[1]),
            "x is right; the new v has the other sign everywhere",
        ),
        (
            lambda x, v, g, lr, rho: (step(x, v, g, lr, rho)[0], step(x, v, g, lr, rho)[1][::-1]),
            "x is right; the new v has the right numbers in another order",
        ),
    ],
)
def test_what_is_known_is_said_where_no_known_mistake_fits(answer, told):
    kind, hint = said(answer)
    assert kind == "differs" and f"({told}" in hint


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_answer_that_nobody_thought_of_gets_a_verdict(name):
    """Single numbers, rows and states: what came back is compared in every shape."""
    question = FUNCTIONS[name]

    def off(*args):
        return np.array(question.right(*args), float) * 1.234567 + 0.123456

    verdict = judge(question, off, np.random.default_rng(0))
    assert verdict.kind in ("differs", "broken"), verdict


def test_of_last_digits_no_rule_is_made():
    kind, hint = said(lambda x, v, g, lr, rho: np.array(step(x, v, g, lr, rho)) * (1 + 1e-9))
    assert kind == "differs" and "only the last digits differ" in hint and "(" not in hint


def test_nothing_is_said_where_nothing_holds():
    kind, hint = said(lambda x, v, g, lr, rho: (x + v, v * g))
    assert kind == "differs" and "(" not in hint.partition("expected")[2]


# All questions


@pytest.mark.parametrize("question", FUNCTIONS.values(), ids=list(FUNCTIONS))
def test_two_known_mistakes_are_both_named_where_the_numbers_can_tell_them(question):
    """Of many pairs, a seventh: the others are alike."""
    step = 7 if len(question.pairs) > 30 else 1
    tried = question.pairs[::step]
    verdicts = [judge(question, w, np.random.default_rng(k)) for k, (_, w) in enumerate(tried)]
    both = [v.hint == TWO + "{} Second: {}".format(*h) for (h, _), v in zip(tried, verdicts)]  # noqa: B905
    if not np.ndim(question.right(*question.draw(np.random.default_rng(0))[0])):
        assert not any(both)  # one number tells too little
    else:
        assert sum(both) >= 0.4 * len(both), sum(both) / len(both)


# question → answers with a mistake that no list has
BESIDE = {
    "02.half_life": [lambda beta: np.log(2) / beta],
    "03.bug_hunt": [lambda lr, eps, inside: lr / eps**2],
    "04.rate_for": [lambda distance, steps: 1 / sum(1 / np.sqrt(np.arange(1, steps + 1)))],
    "04.travelled": [
        lambda lr, steps: lr,
        lambda lr, steps: sum(lr / np.sqrt(k) for k in range(2, steps + 2)),
    ],
    "05.rmsprop_step": [
        lambda x, v, g, lr, rho, eps: (x - lr * g, rho * v + (1 - rho) * g**2),
        lambda x, v, g, lr, rho, eps: (x, rho * v + (1 - rho) * g**2),
        lambda x, v, g, lr, rho, eps: (x - lr * g / 0, v),
    ],
    "07.interval": [lambda a, b, t: (np.mean(a - b), 2 * np.std(a - b, ddof=1) / len(a) ** 0.5)],
}


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name, several in BESIDE.items() for answer in several]
)
def test_a_mistake_beside_the_known_ones_is_not_said_to_be_two_of_them(name, answer):
    for seed in range(10):
        hint = judge(find(name), answer, np.random.default_rng(seed)).hint
        assert hint and not hint.startswith(TWO) and "inf times" not in hint


@pytest.mark.parametrize("question", questions().values(), ids=list(questions()))
def test_a_question_tells_its_known_mistakes_apart(question):
    examine(question)


@pytest.mark.parametrize("path", find_exercise(), ids=lambda path: path.stem)
def test_the_right_answer_is_the_masters(path):
    """As Python reads them: the master's comments are for learners."""
    cells = read(master_of(path))["cells"]
    code = "\n".join(c["source"] for c in cells if c["id"].startswith("answer-"))
    master = {node.name: node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
    for name, question in questions(path.stem[:2]).items():
        if question.draw:
            (ours,) = ast.parse(question.head + question.body).body
            assert ast.unparse(ours) == ast.unparse(master[ours.name]), name


# Bad question files


@pytest.mark.parametrize(
    ("slips", "problem"),
    [
        ("g**3 → g\n    Cube.\n", "`g**3 → g` is no edit: nothing changes"),
        ("v → v\n    Nothing.\n", "`v → v` is no edit: nothing changes"),
        ("v -> g\n    Arrow.\n", "the slip `v -> g`: write → for ->"),
        ("v → g\n", "the slip `v → g` has no hint"),
        ("v → g", "the slip `v → g` has no hint"),
        ("    v → g\n        Indented.\n", "stands below a slip: is it one, at the left, itself?"),
        ("v → g\n    Right.\n g → v  # Indented.\n", "stands below a slip: is it one, at the left"),
        ("v → g\nright(*args)\n    Both.\n", "neither edits (old → new) nor one expression"),
        (
            SLIPS + "lr → 2 * lr\n    No root.\n",
            "`np.sqrt(v) → v` and `lr → 2 * lr` have one hint",
        ),
    ],
)
def test_a_table_of_slips_that_cannot_be_meant_is_refused(slips, problem):
    with pytest.raises(QuestionError, match=r"^test_questions\.py, 00\.step: ") as raised:
        ask(slips)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("slips", "problem"),
    [
        ("lr * g → g * lr\n    Turned.\n", "the slip `lr * g → g * lr` gives the right numbers"),
        (SLIPS + "g**2 → g**1\n    First power.\n", "`g**2 → g` and `g**2 → g**1` give the same"),
        ("g**2 → (g\n    Open.\n", "the slip `g**2 → (g` is no Python: "),
        ("g**2 → gg\n    Unknown.\n", "the slip `g**2 → gg` stops with NameError"),
        ("g**2 → g  # One.\n", "1 slips are too few: 3 or more"),
        (SLIPS + f"lr → 2 * lr  # {'Long. ' * 40}\n", "has 239 characters, 200 may be"),
        (SLIPS + "lr → 2 * lr  # That is just wrong.\n", "leave out 'just'"),
    ],
)
def test_slips_that_cannot_be_told_apart_are_found(slips, problem):
    with pytest.raises(QuestionError, match=r"^test_questions\.py, 00\.step: ") as raised:
        examine(ask(slips))
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("slips", "problem"),
    [
        ("1 → 2  # Edit.\n", "is an edit: of a value, write the wrong one"),
        ("nope  # Unknown.\n", "the slip `nope` stops with NameError"),
        ("right  # The same.\n", "the slip `right` gives the right numbers"),
    ],
)
def test_a_value_has_wrong_values_for_slips(slips, problem):
    with pytest.raises(QuestionError, match=r"^q00_….py, 00\.half: ") as raised:
        examine(Question("00.half", 0.5, slips))
    assert problem in str(raised.value)


def test_a_right_answer_that_fails_its_own_check_is_found():
    def changes_its_input(x):
        x += 1
        return x

    question = Question("00.x", changes_its_input, draw=lambda rng: [(rng.normal(size=3),)])
    with pytest.raises(QuestionError, match="the right answer fails its own check: your function"):
        examine(question)


def test_the_hints_name_only_what_is_there():
    """Answers with a mistake that no list has get a fact, and no hint."""
    question = find("05.rmsprop_step")
    verdict = judge(
        question, lambda x, v, g, lr, rho, eps: (x - 1, question.right(x, v, g, lr, rho, eps)[1])
    )
    assert verdict.kind == "differs" and "v is right" in verdict.hint
