"""Judge one answer: right, blank, a known mistake, or the first number that differs.

Nothing here knows of notebooks: a question, an answer and a random generator are enough, so a
grader can draw the inputs, run the answer elsewhere and compare here.
"""

import ast
import inspect
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, field
from textwrap import dedent
from types import CodeType, FunctionType

import numpy as np

__all__ = ["BLANK", "Question", "Verdict", "judge"]

BLANK = "not answered yet"
TOLERANCE = 1e-10
PENCIL = 0.005  # a value found by pencil may be rounded
LAST_DIGITS = (
    "only the last digits differ. Is something float32, or rounded, or is a small number added to "
    "be safe?"
)
SINGLE = 1e-5  # what float32 makes of a right answer stays well within


@dataclass
class Question:
    """A question with its right answer and the wrong ones that it recognises.

    Parameters
    ----------
    name : str
        ``"02.ema"``: the exercise's number, a dot, the question.
    right : callable
        The reference. Without arguments when the answer is a single value.
    inputs : callable or None
        ``inputs(rng)`` draws a list of argument tuples. None when the answer is a value.
    mistakes : list of callables
        Wrong implementations, called like `right`. The docstring of each is its hint, and the
        first that fits is named.
    builds_on : dict
        Earlier answers that this one may call: the name in the notebook → its reference.
    where : callable or None
        ``where(index, args)`` says in words where a number stands. By default ``"at step 3"``
        in a row of numbers, ``"for beta = 0.9"`` where one number comes back.
    in_place : bool
        Whether the answer may write into its arguments, as a step may into the state.
    truth : bool
        Whether the answer is True or False.
    """

    name: str
    right: Callable
    inputs: Callable | None = None
    mistakes: list = field(default_factory=list)
    builds_on: dict = field(default_factory=dict)
    where: Callable | None = None
    in_place: bool = False
    truth: bool = False

    def mistake(self, function):
        """Decorator: one more known mistake."""
        self.mistakes.append(function)
        return function


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
    >>> double = Question("00.double", lambda x: 2 * x, lambda rng: [(rng.random(),)])
    >>> @double.mistake
    ... def forgot(x):
    ...     '''the factor 2 is missing'''
    ...     return x
    >>> judge(double, lambda x: x + x)
    Verdict(kind='right', hint='')
    >>> judge(double, lambda x: x).hint
    'the factor 2 is missing'
    """
    if _is_blank(answer):
        return Verdict("blank", BLANK)
    if question.inputs is None:
        cases, call = [()], lambda: answer
    elif callable(answer):
        cases, call = question.inputs(rng or np.random.default_rng()), answer
    else:
        return Verdict("broken", f"a function is asked for; this is {_kind(answer)}")
    verdict = _compare(question, call, cases)
    earlier = {name: question.builds_on[name] for name in _calls(answer, question.builds_on)}
    if verdict.right or not earlier:
        return verdict
    # The mistake may be that of an earlier answer. What is this one worth without it?
    on_its_own = _compare(question, _with_globals(answer, earlier), cases)
    if on_its_own.right:
        names = " or ".join(f"`{name}`" for name in earlier)
        unharmed = {name: _on_copies(answer.__globals__.get(name)) for name in earlier}
        if _compare(question, _with_globals(answer, unharmed), cases).right:
            return Verdict(
                "mistake",
                f"{names} writes into what it is given, and your function needs that afterwards: "
                "give it copies, or let it work in arrays of its own",
            )
        return Verdict("waits", f"right in itself, but it calls {names}, which is not right yet")
    if on_its_own.kind == "broken" and verdict.kind != "broken":
        return verdict
    return on_its_own


def _compare(question, call, cases):
    got = []
    for args in cases:
        output, problem = _run(question, call, args)
        if problem:
            return problem
        got.append(output)
    expected = [_numbers(question.right(*deepcopy(args))) for args in cases]
    if all(map(_agree, got, expected)):
        return Verdict("right")
    pairs = list(zip(got, cases, strict=True))
    with np.errstate(all="ignore"):
        tolerance = PENCIL if question.inputs is None else TOLERANCE
        for mistake in question.mistakes:
            if all(_agree(g, _numbers(mistake(*deepcopy(a))), tolerance) for g, a in pairs):
                return Verdict("mistake", inspect.getdoc(mistake).replace("\n", " "))
    where = next(i for i in range(len(cases)) if not _agree(got[i], expected[i]))
    return _difference(question, cases[where], got[where], expected[where])


def _run(question, call, args):
    """The answer's numbers for one input, or the verdict that ends the judging."""
    given = deepcopy(args)
    try:
        with redirect_stdout(_Sink()), redirect_stderr(_Sink()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            output = call(*given)
            if output is None and not _unfinished(call):
                return None, Verdict(
                    "mistake", "nothing came back from your function: is a `return` missing?"
                )
            if _is_blank(output):
                return None, Verdict("blank", BLANK)
            output = _numbers(output, question.truth)
    except NotImplementedError:
        return None, Verdict("blank", BLANK)
    except _NotNumbers as problem:
        asked = np.shape(question.right(*deepcopy(args)))
        if isinstance(output, list | tuple) and len(asked) > 1 and len(output) != asked[0]:
            hint = f"{len(output)} things came back, {asked[0]} are asked for"
            return None, Verdict("broken", hint)
        return None, Verdict("broken", str(problem))
    except (Exception, SystemExit) as problem:
        floats = [arg.astype(float) if _is_whole(arg) else arg for arg in args]
        if "Cannot cast ufunc" in str(problem) and any(map(_is_whole, args)):
            return _run(question, call, floats)  # `x -= …`, which NumPy refuses: nothing is cut
        if "ellipsis" in str(problem):  # arithmetic with a `...` that is still to be filled in
            return None, Verdict("blank", BLANK)
        return None, Verdict("broken", _stopped(problem, _summary(question, args)))
    if not question.in_place and not all(map(_same, given, args)):
        return None, Verdict(
            "mistake",
            "your function changed its input in place: whoever calls it loses their data; "
            "write into an array of your own",
        )
    return output, None


def _calls(function, names):
    """Those of `names` that a function's code looks up."""
    waiting, used = [function.__code__] if isinstance(function, FunctionType) else [], set()
    while waiting:
        code = waiting.pop()
        used.update(code.co_names)
        # comprehensions and functions within
        waiting.extend(const for const in code.co_consts if isinstance(const, CodeType))
    return [name for name in names if name in used]


def _with_globals(function, replaced):
    """The same function in a world where some names mean something else."""
    world = {**function.__globals__, **replaced}
    defaults, closure = function.__defaults__, function.__closure__
    made = FunctionType(function.__code__, world, function.__name__, defaults, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _on_copies(function):
    """The same function, unable to write into what it is given."""
    return lambda *args, **more: function(*deepcopy(args), **deepcopy(more))


def _unfinished(function):
    """Whether a `...` is still to be filled in, or nothing has been written but `pass`."""
    try:
        tree = ast.parse(dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # its source cannot be looked at
        return True
    values = [getattr(node, "value", None) for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    if any(isinstance(value, ast.Constant) and value.value is ... for value in values):
        return True
    body = getattr(tree.body[0], "body", [])
    text = [n for n in body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)]
    return all(isinstance(node, ast.Pass) or node in text for node in body)


class _NotNumbers(Exception):
    pass


class _Sink:
    """A file that forgets: what an answer prints is its own business."""

    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


def _is_whole(value):
    return isinstance(value, np.ndarray) and value.dtype.kind == "i"


def _same(one, other):
    return np.array_equal(one, other, equal_nan=True)


def _is_blank(value):
    if isinstance(value, list | tuple):  # a loop whose one line is still `...`
        return any(_is_blank(item) for item in value)
    if isinstance(value, np.ndarray) and value.dtype == object:
        return _is_blank(value.tolist())
    return value is None or value is Ellipsis or value is NotImplemented


def _numbers(value, truth=True):
    """A float array of its own, so that later calls cannot change what came back now."""
    asked, kinds = ("True or False is", "bfiu") if truth else ("numbers are", "fiu")
    try:
        array = np.asarray(value)
        if array.dtype == object:
            array = array.astype(float)
    except (TypeError, ValueError):
        raise _NotNumbers(f"{asked} asked for; this is {_kind(value)}") from None
    if array.dtype.kind not in kinds:
        raise _NotNumbers(f"{asked} asked for; this is {_kind(value)}")
    return array.astype(float)


def _agree(got, expected, tolerance=TOLERANCE):
    return got.shape == expected.shape and np.allclose(
        got, expected, rtol=tolerance, atol=TOLERANCE, equal_nan=True
    )


def _difference(question, args, got, expected):
    """The first number that differs, in words."""
    if got.shape != expected.shape:
        if got.ndim > 1 and got.shape[1:] == expected.shape[1:]:
            return Verdict("broken", f"{len(got)} came back, {len(expected)} are asked for")
        return Verdict("broken", f"{_shape(got)} came back, {_shape(expected)} is asked for")
    close = np.isclose(got, expected, rtol=TOLERANCE, atol=TOLERANCE)
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    if question.inputs is None:  # the expected value would be the answer
        if np.isnan(got[index]):
            return Verdict("differs", "NaN is not a number: something was divided by zero")
        if np.allclose(got, expected, rtol=SINGLE, atol=0):
            return Verdict("differs", LAST_DIGITS)
        size = "large" if got[index] > expected[index] else "small"
        return Verdict("differs", f"{got[index]:.6g} is too {size}")
    if question.where:
        where = question.where(index, args)
    else:
        where = f"at step {index[0] + 1}" if index else f"for {_summary(question, args)}"
    if question.truth:
        return Verdict(
            "differs", f"{where} your answer is {got[index] == 1}, not {expected[index] == 1}"
        )
    for digits in range(6, 18):  # more than 6 only when 6 look the same
        yours, right = f"{got[index]:.{digits}g}", f"{expected[index]:.{digits}g}"
        if yours != right:
            break
    hint = f"{where} your answer gives {yours}, expected {right}"
    if np.allclose(got, expected, rtol=SINGLE, atol=SINGLE * np.abs(expected).max()):
        hint += f": {LAST_DIGITS}"
    elif np.isnan(got[index]):
        hint += ". NaN comes of 0/0, or of the root or the logarithm of a negative number"
    return Verdict("differs", hint)


def _stopped(problem, called_with):
    """Which error, where in the learner's code, for which input."""
    text = f"your function stops with {type(problem).__name__}: {problem}"[:500]
    frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename != __file__]
    if frames:  # the innermost line of the file or cell that the answer was written in
        line = [f for f in frames if f.filename == frames[0].filename][-1]
        text += f", in line {line.lineno}: `{line.line}`" if line.line else f", line {line.lineno}"
    return f"{text} (called with {called_with})"


def _summary(question, args):
    """`x = a row of 12 numbers, beta = 0.9`: the reference's names for the arguments."""
    names = inspect.signature(question.right).parameters
    return ", ".join(
        f"{name} = {_shape(arg) if np.ndim(arg) else format(arg, '.6g')}"
        for name, arg in zip(names, args, strict=False)  # the reference may have options
    )


def _shape(array):
    if array.ndim == 0:
        return "a single number"
    if array.ndim == 1:
        return f"a row of {len(array)} numbers"
    return f"an array of shape {array.shape}"


def _kind(value):
    name = type(value).__name__
    plain = isinstance(value, str | bool | int | float | complex)
    return f"{name} {value!r:.40}" if plain else name
