"""Check answers: in the notebook (`check`), and outside it (`course check`).

`check` runs beside the learner's own code, which could forge a pass. That is all right for
somebody who checks their own work; to grade a class, compare in another process with
`course_lib.checks.judge.judge`.
"""

import os
import re
import sys
from contextlib import nullcontext

from .. import record
from .judge import Verdict, judge
from .registry import find, questions

__all__ = ["WrongAnswer", "check"]

VERDICT = "application/vnd.course.verdict+json"  # an output that holds a verdict as data
ASKED = "COURSE_VERDICTS"  # the variable with which a kernel asks for such outputs

_right = set()  # the questions that are right in this kernel


class WrongAnswer(Exception):
    """A wrong answer. A notebook shows its hint and no traceback."""

    def _render_traceback_(self):
        return [str(self)]


def check(name, answer):
    """Check an answer: print one line when it is right, else stop with a hint.

    In a Jupyter session the line has a green tick, and counts how many are right.

    Parameters
    ----------
    name : str
        The question, ``"02.ema"``.
    answer : callable or number or array
        Your function, or your value.

    Raises
    ------
    WrongAnswer
        If the answer is blank or wrong. Its message is the hint.
    ValueError
        If there is no such question.

    Examples
    --------
    >>> import math
    >>> check("02.half_life", lambda beta: -1 / math.log2(beta))
    02.half_life: right
    """
    question = find(name)
    if hint := _not_run(answer):
        verdict = Verdict("broken", hint)
    else:
        with _no_pictures():
            verdict = judge(question, answer)
    _tell(name, verdict)
    if not verdict.right:
        _right.discard(name)
        raise WrongAnswer(f"{name}: {verdict.hint}")
    _right.add(name)
    if record.is_session():
        _show(name)
    else:
        print(f"{name}: right")


def _tell(name, verdict):
    """Show a verdict as data to `course check`, which asks for it; no stored notebook has one."""
    if ASKED in os.environ:
        from IPython.display import display

        data = {"question": name, "kind": verdict.kind, "hint": verdict.hint}
        display({VERDICT: data}, raw=True)


def _show(name):
    """Show a right answer in a session, and record it."""
    from IPython.display import display

    number = name.partition(".")[0]
    asked = questions(number)
    right = len(_right & asked.keys())
    record.exercise(number, right, len(asked))
    count = "all are right" if right == len(asked) else f"{right} of {len(asked)} right so far"
    text = f"{name}: right ({count})"
    tick = '<span style="color: var(--jp-success-color1, #388e3c)">✓</span>'
    display({"text/plain": text, "text/html": f"{tick} {text}"}, raw=True)


def _not_run(answer):
    """A sentence where the cell before is this answer's, and is no Python: nothing of it ran."""
    name, last = getattr(answer, "__name__", ""), getattr(_shell(), "last_execution_result", None)
    error = last and last.error_before_exec
    if not (name and error) or not re.search(
        rf"^(def +)?{name}\b", last.info.raw_cell, re.MULTILINE
    ):
        return ""
    return f"its cell did not run ({type(error).__name__}), and `{name}` is the one from before"


def _no_pictures():
    """Keep what an answer displays out of the check's output, which is compared."""
    if _shell() is None:
        return nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False)


def _shell():
    """IPython's shell, where there is one."""
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
