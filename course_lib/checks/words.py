"""What a verdict says: the first number that differs, an error, a kind of value."""

import builtins
import inspect
import traceback
from pathlib import Path
from types import ModuleType

import numpy as np

__all__ = ["difference", "given", "kind", "shape", "stopped", "summary"]

HERE = str(Path(__file__).parent)
LAST_DIGITS = (
    "only the last digits differ. Is something float32, or rounded, or is a small number added to "
    "be safe?"
)
SINGLE = 1e-5  # what float32 makes of a right answer stays well within


def difference(question, args, got, expected, tolerance):
    """The kind of verdict, and the first number that differs in words."""
    if got.shape != expected.shape:
        if got.ndim > 1 and got.shape[1:] == expected.shape[1:]:
            return "broken", f"{len(got)} came back, {len(expected)} are asked for"
        return "broken", f"{shape(got)} came back, {shape(expected)} is asked for"
    close = np.isclose(got, expected, rtol=tolerance, atol=tolerance)
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    if not question.draw:  # the expected value would be the answer
        if np.isnan(got[index]):
            return "differs", "NaN is not a number: something was divided by zero"
        if np.allclose(got, expected, rtol=SINGLE, atol=0):
            return "differs", LAST_DIGITS
        size = "large" if got[index] > expected[index] else "small"
        return "differs", f"{got[index]:.6g} is too {size}"
    if question.where:
        where = question.where(index, args)
    elif question.parts:
        where = f"in the {'new ' * question.in_place}{question.parts[index[0]]}"
        where += f", coordinate {index[1] + 1}," if index[1:] else ""
    else:
        where = f"at step {index[0] + 1}" if index else f"for {summary(question, args)}"
    if question.truth:
        yours, right = bool(got[index]), bool(expected[index])
        return "differs", f"{where} your answer is {yours}, not {right}"
    for digits in range(6, 18):  # more than 6 only when 6 look the same
        yours, right = f"{got[index]:.{digits}g}", f"{expected[index]:.{digits}g}"
        if yours != right:
            break
    hint = f"{where} your answer gives {yours}, expected {right}"
    if np.allclose(got, expected, rtol=SINGLE, atol=0):
        hint += f": {LAST_DIGITS}"
    elif np.isnan(got[index]):
        hint += ". NaN comes of 0/0, or of the root or the logarithm of a negative number"
    return "differs", hint


def stopped(problem, called_with):
    """Which error, where in the learner's code, for which input."""
    text = f"your function stops with {type(problem).__name__}: {problem}"[:500]
    frames = traceback.extract_tb(problem.__traceback__)
    ours = (HERE, str(Path(np.__file__).parent))  # `np.vectorize` calls the answer from within
    frames = [frame for frame in frames if not frame.filename.startswith(ours)]
    if frames:  # the innermost line of the file or cell that the answer was written in
        line = [f for f in frames if f.filename == frames[0].filename][-1]
        text += f", in line {line.lineno}: `{line.line}`" if line.line else f", line {line.lineno}"
    return f"{text} (called with {called_with}){_why(problem)}"


def _why(problem):
    """What is behind an error of which Python's own words do not speak."""
    text = str(problem)
    if "bitwise_xor" in text or "for ^" in text:
        return ": `^` is no power in Python, that is `**`"
    if type(problem) is NameError:  # its cell, or a line that was added to a cell of ours
        return ": is it misspelt? Else define or import it in the answer cell itself"
    *_, (frame, _) = traceback.walk_tb(problem.__traceback__)
    scope, code = {**frame.f_globals, **frame.f_locals}, frame.f_code
    for name in {*code.co_names, *code.co_varnames} & scope.keys():
        value = scope[name]
        own, one = callable(getattr(builtins, name, None)), f"'{type(value).__name__}' object"
        if own and text == f"{one} is not callable":
            return f": `{name}` is {kind(value)} here, which hides Python's own `{name}`"
        lost = name in ("np", "cl") and not isinstance(value, ModuleType)
        if lost and text.startswith(f"{one} has no attribute"):
            return f": `{name}` is {kind(value)} here: does a line say `{name} = …`?"
    return ""


def summary(question, args):
    """`x = a row of 12 numbers, beta = 0.9`: the reference's names for the arguments."""
    names = inspect.signature(question.right).parameters
    return ", ".join(
        f"{name} = {shape(arg) if np.ndim(arg) else format(arg, '.6g')}"
        for name, arg in zip(names, args, strict=False)  # the reference may have options
    )


def given(args):
    """`a list and a single number`: what a function was handed."""
    return " and ".join(
        "a list" if isinstance(arg, list | tuple) else shape(np.asarray(arg)) for arg in args
    )


def shape(array):
    """`a row of 12 numbers`."""
    if array.ndim == 0:
        return "a single number"
    if array.ndim == 1:
        return f"a row of {len(array)} numbers"
    return f"an array of shape {array.shape}"


def kind(value):
    """`float 0.5`, `ndarray`: the type, and the value where it is short."""
    name = type(value).__name__
    if isinstance(value, str):
        return f"{name} {value!r:.40}"
    plain = isinstance(value, bool | int | float | complex)
    return f"{name} {value!s:.40}" if plain else name
