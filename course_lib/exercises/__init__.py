"""Check answers: in the notebook (`check`), and outside it (`course check`).

`check` runs beside the learner's own code, which could forge a pass. That is all right for
somebody who checks their own work; to grade a class, compare in another process with
`verdict.judge`.
"""

import sys
from contextlib import nullcontext

from .registry import find
from .verdict import judge

__all__ = ["WrongAnswer", "check"]


class WrongAnswer(Exception):
    """A wrong answer. A notebook shows its hint and no traceback."""

    def _render_traceback_(self):
        return [str(self)]


def check(name, answer):
    """Check an answer: print one line when it is right, else stop with a hint.

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
    with _no_pictures():
        verdict = judge(question, answer)
    if not verdict.right:
        raise WrongAnswer(f"{name}: {verdict.hint}")
    print(f"{name}: right")


def _no_pictures():
    """Keep what an answer displays out of the check's output, which is compared."""
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        return nullcontext()
    from IPython.utils.capture import capture_output

    return capture_output(stdout=False, stderr=False)
