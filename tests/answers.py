"""What the tests of single exercises share."""

from textwrap import dedent

import numpy as np

import course_lib as cl
from course_lib.checks.judge import judge
from course_lib.checks.registry import find


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


def corrected_by_running_sums(x, beta):
    """A right answer to 02.ema_corrected, in which 0.05³⁰⁰ underflows."""
    out, total, weight = [], 0.0, 0.0
    for value in x:
        total, weight = beta * total + value, beta * weight + 1
        out.append(total / weight)
    return out


def corrected_by_powers(x, beta):
    """Another."""
    return cl.ema(x, beta) / (1 - beta ** np.arange(1, len(x) + 1))
