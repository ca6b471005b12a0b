"""A question: the right answer as a learner would write it, and the slips that it knows.

A known mistake is an edit of the right answer. So it is never silently right, two of them can be
made at once, and they are also the mutation test of the exercise.
"""

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import numpy as np

__all__ = ["Question", "QuestionError", "Slip"]


class QuestionError(ValueError):
    """What is wrong with a question: its file, its name and the slip, in one sentence."""


class Slip(NamedTuple):
    """One known mistake: edits of the right answer's source, or an expression in its place."""

    text: str
    hint: str
    edits: tuple  # of (old text, new text)

    @property
    def builds_on(self):
        """Whether another slip can be made as well."""
        return bool(self.edits or re.search(r"\bright\b", self.text))


@dataclass
class Question:
    '''A question with its right answer and the wrong ones that it recognises.

    Parameters
    ----------
    name : str
        ``"02.ema"``: the exercise's number, a dot, the question.
    right : callable or number
        The right answer as the master has it, a function of the name that the notebook asks for;
        or the value.
    slips : str
        The known mistakes, each a line with its hint behind ``#`` or below it, indented.
        ``old → new`` changes the source of `right` wherever the old text stands, and several
        such lines one after the other. A line without an arrow is an expression that comes back
        in its place: in it, the arguments have their names, `args` is all of them, and `right`
        is the right answer. The first slip that fits an answer is named.
    draw : callable, optional
        ``draw(rng)`` gives a list of argument tuples. Without it, the answer is a value.
    parts : tuple of str
        What the answer gives back, where that is several things: ``("x", "v")``.
    where : callable, optional
        ``where(index, args)`` says in words where a number stands. By default ``"at step 3"``
        in a row of numbers, ``"for beta = 0.9"`` where one number comes back.
    truth : bool
        Whether the answer is True or False.
    earlier : dict
        The exercise's earlier questions, which this answer may call: the name in the notebook →
        the question. `registry` fills it in.

    Raises
    ------
    QuestionError
        If a slip is no edit of `right`, has no hint, or has the hint of another.

    Examples
    --------
    >>> half = Question("00.half", 0.5, """
    ... 2
    ...     Upside down.
    ... """)
    >>> half.wrong
    [('Upside down.', 2)]
    '''

    name: str
    right: Callable | float
    slips: str = ""
    draw: Callable | None = None
    parts: tuple = ()
    where: Callable | None = None
    truth: bool = False
    earlier: dict = field(default_factory=dict, repr=False)

    def __post_init__(self):
        source = dedent(inspect.getsource(self.right)) if self.draw else ""
        if source and not source.startswith("def "):
            raise self.error("the right answer is to be a function, written with `def`")
        first = ast.parse(source).body[0].body[0].lineno - 1 if source else 0
        lines = source.splitlines(keepends=True)  # edits leave the line with `def` alone
        self.head, self.body = "".join(lines[:first]), "".join(lines[first:])
        self.mistakes = [self._slip(*block) for block in _blocks(self.slips)]
        by_hint = {}
        for slip in self.mistakes:
            one = by_hint.setdefault(slip.hint, slip)
            if one is not slip:
                both = f"`{one.text}` and `{slip.text}`"
                raise self.error(f"the slips {both} have one hint, {slip.hint!r}")

    def error(self, what):
        """A `QuestionError` that names the file and the question."""
        file = inspect.getsourcefile(self.draw) if self.draw else f"q{self.name[:2]}_….py"
        return QuestionError(f"{Path(file).name}, {self.name}: {what}")

    def _slip(self, lines, hint):
        text = "; ".join(lines)
        edits = tuple(_edit(line) for line in lines if "→" in line)
        if not hint:
            raise self.error(f"the slip `{text}` has no hint")
        if not lines or "→" in hint:
            raise self.error(f"{hint!r} stands below a slip: is it one, at the left, itself?")
        if "->" in text:
            raise self.error(f"the slip `{text}`: write → for ->")
        if len(edits) not in (0, len(lines)) or (not edits and len(lines) > 1):
            raise self.error(f"the slip `{text}` is neither edits (old → new) nor one expression")
        slip = Slip(text, hint, edits)
        if edits and not self.draw:
            raise self.error(f"the slip `{text}` is an edit: of a value, write the wrong one")
        if edits and self._edited(slip) in (None, self.body):
            raise self.error(f"the slip `{text}` is no edit: nothing changes below the `def`")
        return slip

    @property
    def in_place(self):
        """Whether the answer may write into its arguments, as a step may into the state."""
        return bool(self.parts and {*self.parts} & inspect.signature(self.right).parameters.keys())

    @cached_property
    def wrong(self):
        """The known mistakes at work: a list of (hint, function), or of (hint, value)."""
        return [(slip.hint, self._slipped(slip)) for slip in self.mistakes]

    @cached_property
    def pairs(self):
        """Two mistakes at once, where they go together: a list of ((hint, hint), function).

        The second is made after the first, or the first after the second where only that goes.
        """
        found = []
        for two in combinations([s for s in self.mistakes if self.draw and s.builds_on], 2):
            if wrong := self._slipped(*two) or self._slipped(*two[::-1]):
                found.append(((two[0].hint, two[1].hint), wrong))
        return found

    def _slipped(self, *slips):
        """The right answer with these slips; None where they do not go together."""
        body = self._edited(*slips)
        if body is None:
            return None
        try:
            made = _compiled(self.head + body, self.right) if self.draw else None
            for slip in slips:
                made = made if slip.edits else _instead(slip.text, made, self.right)
        except SyntaxError as problem:
            if len(slips) > 1:
                return None
            raise self.error(f"the slip `{slips[0].text}` is no Python: {problem.msg}") from None
        except NameError as problem:  # in a value
            raise self.error(f"the slip `{slips[0].text}` stops with {problem!r}") from None
        return made

    def _edited(self, *slips):
        body = self.body
        for old, new in (edit for slip in slips for edit in slip.edits):
            if old not in body:
                return None
            body = body.replace(old, new)
        return body


def _blocks(text):
    """The slips in a table: pairs of the lines that begin at the left, and their hint."""
    lines, hint = [], ""
    for line in filter(str.strip, text.splitlines()):
        if line[0].isspace():
            hint = f"{hint} {line.strip()}".lstrip()
        else:
            if hint:
                yield lines, hint
                lines, hint = [], ""
            edit, _, hint = line.partition(" # ")
            lines.append(edit.rstrip())
            hint = hint.strip()
    if lines or hint:
        yield lines, hint


def _edit(line):
    old, _, new = line.partition("→")
    return old.removesuffix(" "), new.removeprefix(" ")


def _compiled(source, right):
    scope = dict(right.__globals__)
    exec(source, scope)
    return scope[right.__name__]


def _instead(text, right, reference):
    """A function that gives back what the expression says; its value where `right` is none."""
    code = compile(text, "<slip>", "eval")
    if right is None:
        return eval(code, {"np": np, "right": reference})
    names = inspect.signature(reference).parameters
    scope = {**reference.__globals__, "right": right}

    def wrong(*args):
        return eval(code, {**scope, "args": args, **dict(zip(names, args, strict=False))})

    return wrong
