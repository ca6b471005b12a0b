"""Run an answer once, guarded, and read the numbers that come back."""

import ast
import builtins
import dis
import inspect
import os
import sysconfig
import traceback
import warnings
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from copy import deepcopy
from functools import partial
from textwrap import dedent
from unittest.mock import patch

import numpy as np

from .words import given, kind, stopped, summary

__all__ = ["BLANK", "NoNumbers", "asking_nobody", "calm", "is_blank", "numbers", "run"]

BLANK = "not answered yet"
IDLE = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
IDLE |= {"COPY_FREE_VARS", "MAKE_CELL"}  # of a stub within a function


LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))


class NoNumbers(Exception):
    """Nothing came back that could be compared. Its arguments are a verdict's kind and hint."""


@contextmanager
def calm():
    """NumPy's own error state and no warnings, whatever has been set before."""
    usual = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")
    with warnings.catch_warnings(), usual:
        warnings.simplefilter("ignore")
        yield


def asking_nobody():
    """A context in which `input()` stops, in the notebook as in the terminal."""
    return patch.object(builtins, "input", _ask)


def run(question, call, args):
    """The answer's numbers for one input; NoNumbers when there are none."""
    given = deepcopy(args)
    try:
        # What an answer prints is its own business.
        with (
            open(os.devnull, "w", encoding="utf-8", errors="ignore") as nowhere,
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
            calm(),
        ):
            found = _read(question, call, args, call(*given))
    except NoNumbers:
        raise
    except _Asks:
        raise NoNumbers(
            "broken", "your function asks for input: a check cannot answer; write the number itself"
        ) from None
    except (Exception, SystemExit) as problem:
        if _to_be_filled_in(problem):
            raise NoNumbers("blank", BLANK) from None
        if "Cannot cast ufunc" in str(problem) and any(map(_is_whole, args)):
            # `x -= …` in an array of whole numbers: NumPy refuses, and cuts nothing in silence.
            return run(question, call, [a.astype(float) if _is_whole(a) else a for a in args])
        raise NoNumbers("broken", stopped(problem, summary(question, args))) from None
    if not question.in_place and not all(map(_same, given, args)):
        raise NoNumbers(
            "mistake",
            "your function changed its input in place: whoever calls it loses their data; "
            "write into an array of your own",
        )
    return found


def _read(question, call, args, output):
    """The numbers in what came back."""
    if is_blank(output) or (output is None and _unfinished(call)):
        raise NoNumbers("blank", BLANK)
    if output is None:
        raise NoNumbers("mistake", "nothing came back from your function: is a `return` missing?")
    if _has_none(output):
        raise NoNumbers(
            "mistake",
            "something came back as None: `append`, `sort` and `print` give nothing back",
        )
    try:
        found = numbers(output, question.truth)
    except TypeError as problem:
        hint, asked = str(problem), np.shape(question.draw and question.right(*deepcopy(args)))
        if isinstance(output, list | tuple) and len(asked) > 1 and len(output) != asked[0]:
            hint = f"{len(output)} things came back, {asked[0]} are asked for"
        elif isinstance(output, tuple) and len({getattr(one, "shape", ()) for one in output}) > 1:
            hint = f"{given(map(np.asarray, output))} came back; they should be of one shape"
        raise NoNumbers("broken", hint) from None
    if not found.size and _unfinished(call):  # a loop whose body is still `...`
        raise NoNumbers("blank", BLANK)
    if question.truth and not np.isin(found, (0, 1)).all():
        raise NoNumbers("broken", f"True or False is asked for; this is {kind(output)}")
    return found


def numbers(value, truth=True):
    """A float array of its own, so that later calls cannot change what came back now."""
    asked, kinds = ("True or False is", "bfiu") if truth else ("numbers are", "fiu")
    if any(map(np.ma.is_masked, value if isinstance(value, list | tuple) else [value])):
        raise TypeError(f"{asked} asked for; some of these are masked")
    try:
        array = np.asarray(value)
        if array.dtype == object:
            array = array.astype(float)
    except (TypeError, ValueError):
        array = None
    if array is None or array.dtype.kind not in kinds:
        raise TypeError(f"{asked} asked for; this is {kind(value)}")
    return array.astype(float)


def is_blank(value):
    """Whether it is `...`, or holds one: a loop whose one line is still to be written."""
    return value is Ellipsis or value is NotImplemented or any(map(is_blank, _items(value)))


def _has_none(value):
    return value is None or any(map(_has_none, _items(value)))


def _items(value):
    if isinstance(value, np.ndarray) and value.dtype == object:
        value = value.tolist()
    return value if isinstance(value, list | tuple) else ()


def _unfinished(function):
    """Whether nothing but `...` or `pass` has been written, or a `...` is left somewhere."""
    while isinstance(function, partial):
        function = function.func
    function = function if inspect.isroutine(function) else type(function).__call__
    function = inspect.unwrap(function)
    # A stub needs no source to be seen: it does nothing and gives back what it holds.
    code = getattr(function, "__code__", None)
    if code and {step.opname for step in dis.get_instructions(code)} <= IDLE:
        return True
    try:
        tree = ast.parse(dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # its source cannot be looked at
        return False
    values = [getattr(node, "value", None) for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return any(isinstance(value, ast.Constant) and value.value is ... for value in values)


def _to_be_filled_in(problem):
    """Whether a line of the answer says so (no subclass does), or calculates with a `...`."""
    if type(problem) is NotImplementedError:
        *_, last = traceback.extract_tb(problem.__traceback__)
        return not last.filename.startswith(LIBRARIES)  # which speak of something else
    return "'ellipsis'" in str(problem) and "indices must be" not in str(problem)


class _Asks(Exception):
    pass


def _ask(prompt=""):
    raise _Asks


def _is_whole(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "i"


def _same(one, other):
    return np.array_equal(one, other, equal_nan=True)
