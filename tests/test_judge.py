"""Judging: in which state, whom it blames, and what it takes for blank."""

import asyncio
import re
import sys
import warnings
from functools import lru_cache, partial
from textwrap import dedent

import numpy as np
import pytest
from answers import corrected_by_powers, corrected_by_running_sums, in_a_notebook

import course_lib as cl
from course_lib.checks import WrongAnswer, check
from course_lib.checks.judge import BLANK, judge
from course_lib.checks.registry import find, questions
from course_lib.command.notebooks import find_exercise, read

NONE = "nothing came back from your function: is a `return` missing?"
SOME_NONE = "something came back as None: `append`, `sort` and `print` give nothing back"


def asked(name, answer, seed=0):
    return judge(find(name), answer, np.random.default_rng(seed))


# The state that the learner has set


@pytest.fixture(params=["raise", "under", "call", "warnings", "all at once"])
def state(request):
    """What learners set in a cell, or in a file that IPython reads at its start."""
    with warnings.catch_warnings(), np.errstate(all="warn"), np.printoptions(precision=2):
        before = np.seterrcall(lambda *a: sys.exit("called"))
        if request.param in ("raise", "all at once"):
            np.seterr(all="raise")
        if request.param == "under":
            np.seterr(under="raise")
        if request.param == "call":
            np.seterr(all="call")
        if request.param in ("warnings", "all at once"):
            warnings.simplefilter("error")
            np.seterr(**{"under": "warn"} if request.param == "warnings" else {})
        yield
        np.seterrcall(before)


@pytest.mark.parametrize("answer", [corrected_by_running_sums, corrected_by_powers])
def test_a_right_answer_is_right_whatever_the_error_state(state, answer):
    before = np.geterr(), list(warnings.filters)
    assert asked("02.ema_corrected", answer).right
    check("02.ema_corrected", answer)
    assert (np.geterr(), list(warnings.filters)) == before


def test_hints_are_the_same_whatever_the_error_state(state):
    def divided_by_nothing(x, beta):
        return cl.ema(x, beta) / (1 - beta ** np.arange(len(x)))

    hint = asked("02.ema_corrected", divided_by_nothing).hint
    assert hint == asked("02.ema_corrected", divided_by_nothing).hint
    with np.errstate(all="warn"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert asked("02.ema_corrected", divided_by_nothing).hint == hint
    assert hint.startswith("The steps are counted from 0, so that the first divides by 1 − β⁰")
    assert asked("02.ema", lambda x, b: x * np.inf).hint.startswith("at step 1 your answer gives")


def test_an_answer_that_sets_the_error_state_disturbs_nobody():
    def strict(x, beta):
        np.seterr(all="raise")
        warnings.simplefilter("error")
        return corrected_by_running_sums(x, beta)

    before = np.geterr(), list(warnings.filters)
    assert asked("02.ema_corrected", strict).right
    assert (np.geterr(), list(warnings.filters)) == before

    def strict_and_late(x, beta):
        np.seterr(all="raise")
        with np.errstate(all="ignore"):
            return cl.ema(x, beta) / (1 - beta ** np.arange(len(x)))

    hint = asked("02.ema_corrected", strict_and_late).hint
    assert hint.startswith("The steps are counted from 0")


def test_a_check_neither_asks_nor_turns_the_learners_dice():
    def draws(seed):
        seen = []

        def half_life(beta):
            seen.append(beta)
            return cl.half_life(beta)

        np.random.seed(seed)
        before = np.random.get_state()[1].tolist()
        check("02.half_life", half_life)
        assert np.random.get_state()[1].tolist() == before
        return seen

    assert draws(1) != draws(1)


# Whom it blames


def test_every_earlier_question_is_known_by_its_name_in_the_notebook():
    for question in questions().values():
        (path,) = find_exercise(question.name[:2])
        sources = [c["source"] for c in read(path)["cells"] if c["cell_type"] == "code"]
        for name, earlier in question.earlier.items():
            assert f'cl.check("{earlier.name}", {name})' in sources
    assert list(find("02.volatility").earlier) == [
        "ema", "ema_corrected", "half_life", "measured_half_life"
    ]  # fmt: skip
    assert not find("02.ema").earlier  # a warm-up is a number, which nothing can call


BODY = "return ema(x, beta) / (1 - beta ** np.arange(1, len(x) + 1))"
RIGHT_OVER_EMA = {
    "plain": f"""
        def ema_corrected(x, beta):
            {BODY}
        """,
    "helper": f"""
        def helper(x, beta):
            {BODY}
        def ema_corrected(x, beta):
            return helper(x, beta)
        """,
    "wraps": f"""
        def loud(function):
            @wraps(function)
            def call(*args):
                return function(*args)
            return call
        @loud
        def ema_corrected(x, beta):
            {BODY}
        """,
    "decorator without wraps": f"""
        def loud(function):
            return lambda *args: function(*args)
        @loud
        def ema_corrected(x, beta):
            {BODY}
        """,
    "lru_cache": """
        @lru_cache
        def cached(x, beta):
            return tuple(ema(np.array(x), beta))
        @lru_cache
        def divisor(n, beta):
            return 1 - beta ** np.arange(1, n + 1)
        def ema_corrected(x, beta):
            return cached(tuple(x), beta) / divisor(len(x), beta)
        """,
    "closure": """
        def divided(average):
            def ema_corrected(x, beta):
                return average(x, beta) / (1 - beta ** np.arange(1, len(x) + 1))
            return ema_corrected
        ema_corrected = divided(ema)
        """,
    "class": f"""
        class Corrected:
            def __call__(self, x, beta):
                {BODY}
        ema_corrected = Corrected()
        """,
    "method": f"""
        class Corrected:
            def of(self, x, beta):
                {BODY}
        ema_corrected = Corrected().of
        """,
    "partial": f"""
        def helper(power, x, beta):
            {BODY}
        ema_corrected = partial(helper, 1)
        """,
    "comprehension": """
        def ema_corrected(x, beta):
            return [ema(x[: t + 1], beta)[-1] / (1 - beta ** (t + 1)) for t in range(len(x))]
        """,
    "inherited": f"""
        class Average:
            def __call__(self, x, beta):
                {BODY}
        class Corrected(Average):
            pass
        ema_corrected = Corrected()
        """,
    "vectorized": f"""
        def helper(x, beta):
            {BODY}
        ema_corrected = np.vectorize(helper, signature="(n),()->(n)")
        """,
    "by keyword": """
        def ema_corrected(x, beta):
            return ema(beta=beta, x=x) / (1 - beta ** np.arange(1, len(x) + 1))
        """,
    "of a list": """
        def ema_corrected(x, beta):
            return np.divide(ema(list(x), beta), 1 - beta ** np.arange(1, len(x) + 1))
        """,
}
TOOLS = "from functools import lru_cache, partial, wraps\n"
WRONG_EMA = {
    "too large": "def ema(x, beta):\n    return cl.ema(x, beta) / (1 - beta)\n",
    "a step late": "def ema(x, beta):\n    return np.append(0, cl.ema(x, beta)[:-1])\n",
    "stops": "def ema(x, beta):\n    return x[len(x)]\n",
    "blank": "def ema(x, beta):\n    ...\n",
}


def notebook(*parts):
    return in_a_notebook(TOOLS + "".join(map(dedent, parts)))


@pytest.mark.parametrize("later", RIGHT_OVER_EMA)
@pytest.mark.parametrize("earlier", WRONG_EMA)
def test_right_code_over_a_wrong_earlier_answer_waits_however_it_calls_it(earlier, later):
    names = notebook(WRONG_EMA[earlier], RIGHT_OVER_EMA[later])
    before = dict(names)
    verdict = asked("02.ema_corrected", names["ema_corrected"])
    assert verdict.kind == "waits"
    assert verdict.hint == "right in itself, but it calls `ema`, which is not right yet"
    assert names == before
    right = notebook("def ema(x, beta):\n    return cl.ema(x, beta)\n", RIGHT_OVER_EMA[later])
    assert asked("02.ema_corrected", right["ema_corrected"]).right


# exercise → an earlier answer with a slip, and right code that calls it
WAITS = {
    "01.is_stable": (
        """
        def descend(x0, lam, lr, steps):
            return np.array([x0 * (1 - lr * lam / 2) ** t for t in range(steps + 1)])
        def is_stable(lam, lr):
            return all(abs(descend(1.0, one, lr, 2000)[-1]) < 0.5 for one in lam)
        """,
        "descend",
    ),
    "01.heavy_ball": (
        """
        def descend(x0, lam, lr, steps):
            return np.array([x0 * (1 + lr * lam) ** t for t in range(steps + 1)])
        def heavy_ball(x0, lam, lr, momentum, steps):
            path = [x0]
            for t in range(steps):
                before = path[max(t - 1, 0)]
                path.append(descend(path[t], lam, lr, 1)[1] + momentum * (path[t] - before))
            return np.array(path)
        """,
        "descend",
    ),
    "02.bug_hunt": (
        """
        def half_life(beta):
            return 1 / beta
        def measured_half_life(beta):
            return int(np.ceil(np.round(half_life(beta), 9)))
        """,
        "half_life",
    ),
    "03.rprop_step": (
        """
        def sign_step(x, g, lr):
            return x + lr * np.sign(g)
        def rprop_step(x, rate, last, g):
            agree = np.sign(g) * last
            rate = np.where(agree > 0, 1.2 * rate, np.where(agree < 0, 0.5 * rate, rate))
            return sign_step(x, g, rate), rate
        """,
        "sign_step",
    ),
    "04.travelled": (
        """
        def adagrad_step(x, v, g, lr, eps):
            v = v + g**2
            return x - lr * g / (v + eps), v
        def travelled(lr, steps):
            x, v = np.zeros(1), np.zeros(1)
            for _ in range(steps):
                x, v = adagrad_step(x, v, np.ones(1), lr, 0.0)
            return -x[0]
        """,
        "adagrad_step",
    ),
    "05.bug_hunt": (
        """
        def rmsprop_step(x, v, g, lr, rho, eps):
            v = (1 - rho) * v + rho * g**2
            return x - lr * g / (np.sqrt(v) + eps), v
        def first_root(params, g, rho):
            _, v = rmsprop_step(params, np.zeros(len(g)), g, 0.1, rho, 1e-8)
            return np.sqrt(v)
        """,
        "rmsprop_step",
    ),
    "06.first_step": (
        """
        def adam_step(x, m, v, t, g, lr, beta1, beta2, eps):
            m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
            return x - lr * m / (v + eps), m, v
        def first_step(beta1, beta2):  # after so many steps nothing is left to correct
            zero, one = np.zeros(1), np.ones(1)
            return -adam_step(zero, zero, zero, 10**6, one, 1.0, beta1, beta2, 0.0)[0][0]
        """,
        "adam_step",
    ),
}


@pytest.mark.parametrize("name", WAITS)
def test_a_wrong_earlier_answer_is_named_and_no_mistake_of_the_later_one(name):
    source, earlier = WAITS[name]
    *_, answer = notebook(source).values()
    for seed in range(3):
        verdict = asked(name, answer, seed)
        assert verdict.kind == "waits"
        assert verdict.hint == f"right in itself, but it calls `{earlier}`, which is not right yet"


LISTS = """
    def ema_corrected(x, beta):
        return [float(v) for v in cl.ema(x, beta, bias_correction=True)]
    """


def test_two_right_answers_that_do_not_fit_together_are_told_how():
    names = notebook(
        LISTS,
        """
        def volatility(returns, beta):
            return ema_corrected(returns**2, beta) ** 0.5
        """,
    )
    assert asked("02.ema_corrected", names["ema_corrected"]).right
    hint = asked("02.volatility", names["volatility"]).hint
    assert hint.startswith("your function stops with TypeError: unsupported operand type(s) for **")
    assert hint.endswith("; `ema_corrected` gives back a list")


@pytest.mark.parametrize(
    ("name", "source", "hint"),
    [
        (
            "02.ema_corrected",
            """
            def ema(x, beta):
                return [float(v) for v in cl.ema(x, beta)]
            def ema_corrected(x, beta):
                v = ema(x, beta).copy()
                return v / (1 - beta ** np.arange(1, v.size + 1))
            """,
            "; `ema` gives back a list",
        ),
        (
            "02.ema_corrected",
            """
            def ema(x, beta):
                return cl.ema(x, beta)[: x.size]
            def ema_corrected(x, beta):
                return ema(list(x), beta) / (1 - beta ** np.arange(1, len(x) + 1))
            """,
            "; `ema` was given a list and a single number",
        ),
        (
            "04.rate_for",
            """
            def travelled(lr, steps):
                return sum(float(lr) / np.sqrt(k) for k in range(1, steps + 1))
            def rate_for(distance, steps):
                return distance / travelled(np.ones(2), steps)[0]
            """,
            "; `travelled` was given a row of 2 numbers and a single number",
        ),
    ],
)
def test_what_was_handed_over_is_said_and_nobody_is_blamed(name, source, hint):
    *_, answer = notebook(source).values()
    verdict = asked(name, answer)
    assert verdict.kind == "broken"
    assert verdict.hint.startswith("your function stops with ")
    assert re.search(r", line \d \(called with ", verdict.hint)
    assert verdict.hint.endswith(hint)


def test_an_error_that_has_nothing_to_do_with_a_list_is_not_put_down_to_it():
    names = notebook(
        LISTS,
        """
        def volatility(returns, beta):
            return np.sqrt(ema_corrected(returns**2, beta))[len(returns)]
        """,
    )
    hint = asked("02.volatility", names["volatility"]).hint
    assert "IndexError" in hint
    assert "gives back" not in hint


@pytest.mark.parametrize(
    ("after", "hint"),
    [
        ("ema = ema(np.ones(3), 0.94)", "which is no function any more, but ndarray: does a line"),
        ("del ema", "which is not defined here: does its cell run?"),
    ],
)
def test_a_name_that_lost_its_function_is_said_to_have(after, hint):
    right = "def ema(x, beta):\n    return cl.ema(x, beta)\n"
    names = notebook(right, RIGHT_OVER_EMA["plain"], after)
    verdict = asked("02.ema_corrected", names["ema_corrected"])
    assert verdict.kind == "waits"
    assert verdict.hint.startswith(f"right in itself, but it calls `ema`, {hint}")


def test_only_those_that_are_wrong_are_named():
    names = notebook(
        WRONG_EMA["too large"],
        LISTS,
        """
        def volatility(returns, beta):
            weight = ema(np.ones(len(returns)), beta)
            late = ema(returns**2, beta) / weight
            return np.sqrt((late + np.array(ema_corrected(returns**2, beta))) / 2)
        """,
    )
    names["ema"] = lambda x, beta: cl.ema(x, beta) + 0.1
    verdict = asked("02.volatility", names["volatility"])
    assert verdict.hint == "right in itself, but it calls `ema`, which is not right yet"
    names["ema_corrected"] = lambda x, beta: cl.ema(x, beta)
    verdict = asked("02.volatility", names["volatility"])
    assert verdict.hint == (
        "right in itself, but it calls `ema`, which is not right yet and `ema_corrected`, which is "
        "not right yet"
    )


def test_no_mistake_is_named_where_the_reference_cannot_stand_in():
    names = notebook("""
        def ema(x, beta, divided=False):
            v = cl.ema(x, beta)
            return v / (1 - beta) if divided else v + 0.1
        def ema_corrected(x, beta):
            return ema(x, beta, divided=True)
        """)
    verdict = asked("02.ema_corrected", names["ema_corrected"])
    assert verdict.kind == "waits"
    assert verdict.hint == "it calls `ema`, which is not right yet: that comes first"


def test_the_librarys_function_of_the_same_name_is_no_earlier_answer():
    names = notebook(
        WRONG_EMA["too large"],
        """
        def ema_corrected(x, beta):
            return cl.ema(x, beta) / (1 - beta)
        """,
    )
    verdict = asked("02.ema_corrected", names["ema_corrected"])
    assert verdict.hint.startswith("You divide by the same 1 − β at every step")


def test_an_interrupted_check_leaves_the_notebook_as_it_was():
    names = notebook(
        WRONG_EMA["too large"],
        """
        def ema_corrected(x, beta):
            v = ema(x, beta)
            if v[0] < 1.5 * abs(x[0]) * (1 - beta):  # over the reference
                raise KeyboardInterrupt
            return v
        """,
    )
    before = dict(names)
    with pytest.raises(KeyboardInterrupt):
        asked("02.ema_corrected", names["ema_corrected"])
    assert names == before


# What it takes for blank


class Forgets:
    def __call__(self, beta):
        cl.half_life(beta)


class Stub:
    def __call__(self, beta):
        """Something to write."""


def without_source(source):
    """As `%%time` leaves it: no line of it can be looked up."""
    names = {"np": np, "cl": cl}
    exec(compile(dedent(source), "<timed exec>", "exec"), names)
    return names["half_life"]


def prints(beta, word):
    print(word, beta)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda beta: print(beta), NONE),
        (print, NONE),
        (Forgets(), NONE),
        (partial(prints, word="beta"), NONE),
        (without_source("def half_life(beta):\n    steps = cl.half_life(beta)"), NONE),
        (lambda beta: [print(beta)], SOME_NONE),
        (lambda beta: (cl.half_life(beta), None), SOME_NONE),
        (lambda beta: np.array([None]), SOME_NONE),
        (Stub(), BLANK),
        (partial(without_source("def half_life(beta):\n    pass")), BLANK),
        (lru_cache(without_source("def half_life(beta):\n    'Steps.'\n    ...")), BLANK),
        (without_source("def half_life(beta):\n    return ..."), BLANK),
        (without_source("def half_life(beta):\n    return"), BLANK),
        (without_source("def half_life(beta):\n    return 2 * ..."), BLANK),
        (without_source("def half_life(beta):\n    raise NotImplementedError('later')"), BLANK),
        (without_source("def half_life(beta):\n    return np.sqrt(float(...))"), BLANK),
        (
            without_source("def half_life(beta):\n    row = [1.0]\n    return row[...]"),
            "list indices must be",
        ),
    ],
)
def test_only_a_stub_is_not_answered_yet(answer, hint):
    verdict = asked("02.half_life", answer)
    assert hint in verdict.hint
    assert (verdict.kind == "blank") == (hint == BLANK)


def test_a_pair_whose_second_is_none_is_answered():
    verdict = asked("05.rmsprop_step", lambda x, v, g, lr, rho, eps: (x, None))
    assert (verdict.kind, verdict.hint) == ("mistake", SOME_NONE)
    verdict = asked("02.ema", lambda x, beta: [[].append(value) for value in x])
    assert (verdict.kind, verdict.hint) == ("mistake", SOME_NONE)


def test_an_answer_that_asks_for_input_is_told_that_nobody_answers():
    verdict = asked("02.half_life", lambda beta: float(input("steps? ")))
    assert verdict.kind == "broken"
    assert verdict.hint == (
        "your function asks for input: a check cannot answer; write the number itself"
    )


class AnswersToAnything:
    made = []  # noqa: RUF012

    def __getattr__(self, name):
        self.made.append(AnswersToAnything())
        return self.made[-1]

    def __call__(self, x, beta):
        pass


def test_an_object_that_has_every_attribute_is_judged_too():
    verdict = asked("02.ema_corrected", AnswersToAnything())
    assert (verdict.kind, verdict.hint) == ("blank", BLANK)


def test_a_loop_whose_body_is_left_is_blank():
    def ema(x, beta):
        out = []
        for _ in x:
            ...
        return out

    assert asked("02.ema", ema).kind == "blank"


def test_only_the_answers_own_word_of_what_is_not_written_counts():
    def two_ellipses(x, beta):
        out = np.zeros((len(x), 1))
        out[..., ...] = x
        return out

    def in_a_library(x, beta):
        return asyncio.AbstractEventLoop().time()

    assert "single ellipsis" in asked("02.ema", two_ellipses).hint
    assert "stops with NotImplementedError" in asked("02.ema", in_a_library).hint


def test_a_value_that_is_left_out_is_blank():
    assert asked("02.warm_up", ...).kind == asked("02.warm_up", None).kind == "blank"


# What else it sees


def with_a_list(x, beta, out=[]):  # noqa: B006
    v = 0.0
    for value in x:
        v = beta * v + (1 - beta) * value
        out.append(v)
    return out


KEPT = {"v": 0.0}


def with_a_global(x, beta):
    out = []
    for value in x:
        KEPT["v"] = beta * KEPT["v"] + (1 - beta) * value
        out.append(KEPT["v"])
    return out


def with_a_path(x0, lam, lr, steps, path=[]):  # noqa: B006
    for t in range(steps + 1):
        path.append(x0 * (1 - lr * lam) ** t)  # numbers, and then rows
    return path


def by_chance(x, beta):
    return cl.ema(x, beta) + np.random.random()


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("02.ema", with_a_list),
        ("02.ema", with_a_global),
        ("02.ema", by_chance),
        ("01.descend", with_a_path),
    ],
)
def test_what_is_kept_between_calls_is_noticed(name, answer):
    verdict = asked(name, answer)
    assert verdict.kind == "mistake"
    assert verdict.hint.startswith("the same call gives other numbers the second time")


def test_the_line_is_the_answers_and_not_one_of_numpys():
    names = notebook("""
        def half_life(beta):
            return np.log(beta) / nothing
        """)
    hint = asked("02.half_life", np.vectorize(names["half_life"])).hint
    assert "NameError: name 'nothing' is not defined, line 4 (called with beta = 0.9)" in hint


def test_a_memory_that_changes_no_number_is_right():
    assert asked("02.half_life", lru_cache(cl.half_life)).right


@pytest.mark.parametrize("source", ["g^2", "float(g[0]) ^ 2", "np.bitwise_xor(g, 2)"])
def test_a_hat_is_told_that_it_is_no_power(source):
    names = notebook(f"def f(x, v, g, lr, rho, eps):\n    return x, v + ({source})\n")
    hint = asked("05.rmsprop_step", names["f"]).hint
    assert hint.endswith(": `^` is no power in Python, that is `**`")


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        (
            "np = 5\ndef f(b):\n    return np.log(b)",
            "`np` is int 5 here: does a line say `np = …`?",
        ),
        ("cl = 5\ndef f(b):\n    return cl.half_life(b)", "`cl` is int 5 here: does a line say"),
        (
            "sum = 0.0\ndef f(b):\n    return sum([b])",
            "`sum` is float 0.0 here, which hides Py",
        ),
        (
            "def f(b):\n    max = 1\n    return max(b, 1)",
            "`max` is int 1 here, which hides Py",
        ),
        ("def f(b):\n    max = 1\n    return b(max)", None),
        ("def f(b):\n    return np.logarithm(b)", None),
        (
            "def f(b):\n    return m.log(b)",
            ": is it misspelt? Else define or import it in the answer cell itself",
        ),
        ("def f(b):\n    b = c + b\n    c = 1", None),
    ],
)
def test_a_name_that_hides_another_or_is_not_there_is_named(source, hint):
    found = asked("02.half_life", notebook(source)["f"]).hint
    assert found.startswith("your function stops with ")
    assert hint in found if hint else found.endswith(")")


def test_true_or_false_is_neither_a_half_nor_nan():
    for value in (0.5, 2, float("nan")):
        verdict = asked("01.is_stable", lambda lam, lr, value=value: value)
        assert verdict.hint == f"True or False is asked for; this is {type(value).__name__} {value}"


def test_masked_numbers_are_no_numbers():
    def masked(x, beta):
        return np.ma.array(cl.ema(x, beta), mask=np.arange(len(x)) == 0)

    verdict = asked("02.ema", masked)
    assert verdict.hint == "numbers are asked for; some of these are masked"
    assert asked("02.ema", lambda x, beta: np.ma.array(cl.ema(x, beta))).right
    verdict = asked("05.rmsprop_step", lambda x, v, *_: (np.ma.array(x, mask=x > 0), v))
    assert verdict.hint == "numbers are asked for; some of these are masked"


def test_a_number_is_shown_as_such_however_numpy_prints_it():
    with np.printoptions(precision=1):
        verdict = asked("02.half_life", lambda beta: np.complex128(2))
    assert verdict.hint == "numbers are asked for; this is complex128 (2+0j)"


def test_check_says_it_in_one_line():
    with pytest.raises(WrongAnswer, match=r"^02\.half_life: your function asks for input: "):
        check("02.half_life", lambda beta: input())
