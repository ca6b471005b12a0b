"""Run an optimizer on a gradient and keep what happened."""

import inspect
import math
import os
import time

import numpy as np

from .base import an_optimizer, floats, like, whole

__all__ = ["Diverged", "YourOptimizerError", "paths", "run"]

FAR = 1e9  # a path that goes further has diverged

PATIENCE = 2.0  # seconds without a word, then a progress bar


class Diverged(ArithmeticError):
    """A number stopped being finite. `trace` is what happened so far, `t` and `where` say when."""

    def __init__(self, message, trace, t, where):
        super().__init__(message)
        self.trace, self.t, self.where = trace, t, where


def run(opt, grad, x0, steps, *, record=None, every=1, project=None, keep_going=False):
    """Take steps and record the states.

    Parameters
    ----------
    opt : optimizer or callable
        Anything with ``init(x)`` and ``step(state, g)`` whose state is a NamedTuple with an `x`.
        A function ``t → optimizer`` makes a schedule: its optimizer for t takes step t.
    grad : callable
        ``grad(x, t)`` or ``grad(x)``, an array of x's shape. Step t, counted from 1, asks for
        the gradient where step t − 1 ended.
    x0 : array_like, shape (..., n)
        The start. Leading axes are a sweep. Whole numbers become float64.
    steps : int
        How many, ≥ 0.
    record : sequence of str, optional
        The quantities to keep, such as ``["x", "v"]``; `t` is always kept. Default: all.
    every : int, default 1
        Keep every so many steps, and the start and the last.
    project : callable, optional
        ``project(x) → x`` after each step, to hold x in a region.
    keep_going : bool, default False
        Let numbers overflow, as some members of a sweep may.

    Returns
    -------
    NamedTuple
        The optimizer's state with a leading time axis: with ``every=1``, ``trace.x[0]`` is `x0`
        and ``trace.x[t]`` is x after t steps. What was not recorded is None.

    Raises
    ------
    Diverged
        When x or v stops being finite: the step, the coordinate and the trace so far.
    TypeError
        If `opt` is neither an optimizer nor a schedule, its states are no NamedTuples with an x,
        a function returns nothing, or `steps` or `every` is no whole number.
    ValueError
        If `steps` or `every` is out of range, `record` names what the state has not, `x0` is not
        finite, or a function returns another shape than that of x.

    Examples
    --------
    >>> from course_lib.optimizers import SGD
    >>> trace = run(SGD(lr=0.25), lambda x: 2 * x, [4.0], steps=3)
    >>> trace.x[:, 0].tolist()
    [4.0, 2.0, 1.0, 0.5]
    """
    whole("steps", steps, 0)
    whole("every", every, 1)
    schedule, grad = _schedule(opt), _of_two(grad)
    first = schedule(1)
    state = first.init(_start(x0, keep_going))
    _demand_state(state, first, "init")
    times = np.append(np.arange(0, steps, every), steps)
    kept = {name: np.empty((len(times), *np.shape(q := getattr(state, name))), np.asarray(q).dtype)
            for name in _names(state, record)}  # fmt: skip
    progress, row = _Progress(steps), 0

    def keep():
        for name, rows in kept.items():
            value = np.asarray(getattr(state, name))
            if value.shape != rows.shape[1:] or value.dtype != rows.dtype:
                kept[name] = rows = _with_room(rows, value)
            rows[row] = value

    def trace(rows):
        return type(state)(*(kept[n][:rows] if n in kept else None for n in state._fields))

    keep()
    with np.errstate(over="ignore", invalid="ignore"), progress:
        for t in range(1, steps + 1):
            x = floats("x", state.x)
            g = like(grad(x.copy(), t), x)  # a copy, in case grad works in place
            optimizer, before = schedule(t), state
            state = optimizer.step(before, g)
            _demand_state(state, optimizer, "step", before)
            if project:
                state = state._replace(x=like(project(state.x), x, "what project returns"))
            if t % every == 0 or t == steps:
                row += 1
                keep()
            if not keep_going:
                _demand_finite(state, t, lambda: trace(row + 1))  # noqa: B023
            progress.show(t)
    return trace(len(times))


class YourOptimizerError(ValueError):
    """A learner's optimizer stopped: in a notebook one line, and no walk through the library."""

    def _render_traceback_(self):
        return [str(self)]


def of_the_course(opt):
    """Whether the class is the library's own: it takes a sweep, and goes by its own name."""
    return type(opt).__module__.startswith("course_lib.")


def paths(opt, problem, start, steps, every=1):
    """Where an optimizer goes from many starts, also if it runs away.

    Parameters
    ----------
    opt : optimizer
        One of the library's may be a sweep. A learner's gets one start after another, for its
        step knows one point, and may take that one's norm.
    problem : course_lib.problems.Problem
    start : ndarray, shape (..., n)
    steps, every : int
        As in `run`.

    Returns
    -------
    ndarray, shape (..., time, n)
        A path stays where it is further than 1e9 for the first time.

    Raises
    ------
    YourOptimizerError
        If an optimizer that is not the library's stops.

    Examples
    --------
    >>> from course_lib import SGD, problems
    >>> paths(SGD(0.4), problems.bowl(), np.array([[-5.0, -2.0], [5.0, 2.0]]), 10).shape
    (2, 11, 2)
    """
    how = {"record": ["x"], "every": every, "project": problem.project, "keep_going": True}
    with np.errstate(all="ignore"):
        if of_the_course(opt):
            x = run(opt, problem.grad, start, steps, **how).x
        else:
            points = start.reshape(-1, start.shape[-1])
            try:
                x = [run(opt, problem.grad, point, steps, **how).x for point in points]
            except Exception as stopped:
                raise YourOptimizerError(
                    f"your optimizer stops with {type(stopped).__name__}: "
                    f"{str(stopped).rstrip('.')}. Is the answer that it calls right?"
                ) from stopped
            x = np.stack(x, axis=1).reshape(-1, *start.shape)
    return np.clip(until_far(np.moveaxis(x, 0, -2), FAR), -FAR, FAR)


def until_far(x, far):
    """Paths (…, time, n) that stay where they first are further than `far`."""
    near = np.logical_and.accumulate((np.abs(x) <= far).all(axis=-1), axis=-1).sum(axis=-1)
    at = np.minimum(np.arange(x.shape[-2]), near[..., None])
    return np.take_along_axis(x, at[..., None], axis=-2)


def _schedule(opt):
    """`opt` as a function of t, also if it is one optimizer; that may be callable itself."""
    if callable(opt) and not isinstance(opt, type) and not hasattr(opt, "step"):
        return lambda t: an_optimizer(opt(t))
    an_optimizer(opt)
    return lambda t: opt


def _start(x0, keep_going):
    x0 = floats("x0", x0)
    if not keep_going and not np.isfinite(x0).all():
        where, at = _first_not_finite(x0)
        raise ValueError(f"x0{at} is {x0[where]}: a start needs finite numbers")
    return x0.copy()


def _demand_state(state, optimizer, method, before=None):
    """That a learner's method has returned a state, and one of the same kind as `before`."""
    fields = getattr(state, "_fields", ())
    if fields and before and fields == before._fields and np.shape(state.x) == np.shape(before.x):
        return
    by = f"{type(optimizer).__name__}.{method}"
    if state is None:
        raise TypeError(f"{by} returns nothing: does it end with `return` and the state?")
    if "x" not in fields:
        raise TypeError(
            f"{by} returns a {type(state).__name__}: a state is a NamedTuple with x among its "
            "fields, such as class State(NamedTuple): x: np.ndarray"
        )
    if before is None:
        return
    if fields != before._fields:
        new, old = ", ".join(fields), ", ".join(before._fields)
        raise TypeError(f"{by} returns a state of {new}; the state before has {old}")
    new, old = np.shape(state.x), np.shape(before.x)
    raise ValueError(f"{by} returns an x of the shape {new}; the x before has {old}")


def _with_room(rows, value):
    """Rows that `value` fits in too: a memory may begin as the number 0 and go on as an array."""
    shape, dtype = np.broadcast_shapes(rows.shape[1:], value.shape), np.result_type(rows, value)
    if (shape, dtype) == (rows.shape[1:], rows.dtype):
        return rows
    rows = rows.reshape(len(rows), *[1] * (1 + len(shape) - rows.ndim), *rows.shape[1:])
    return np.array(np.broadcast_to(rows, (len(rows), *shape)), dtype)


def _demand_finite(state, t, trace):
    for name in ("x", "v"):
        values = np.asarray(getattr(state, name, 0.0))
        # A finite sum has finite terms, and is quick to see.
        if values.dtype.kind != "f" or math.isfinite(values.sum()) or np.isfinite(values).all():
            continue
        where, at = _first_not_finite(values)
        raise Diverged(
            f"{name}{at} is {values[where]} after step {t}: try a smaller learning rate, or look "
            "at the gradient there; the trace so far is in this error's .trace",
            trace(),
            t,
            where,
        )


def _first_not_finite(values):
    """The index of the first value that is not finite, and how it is written after a name."""
    where = tuple(np.argwhere(~np.isfinite(values))[0].tolist())
    return where, f"[{', '.join(map(str, where))}]" if where else ""


def _of_two(grad):
    """`grad` as a function of x and t."""
    try:
        parameters = inspect.signature(grad).parameters.values()
    except ValueError:  # some built-in functions have no signature
        parameters = []
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in positional if p.default is p.empty]
    takes_t = len(needed) == 2 or (len(positional) > 1 and positional[1].name == "t")
    return grad if takes_t else lambda x, t: grad(x)


def _names(state, record):
    if record is None:
        return state._fields
    if isinstance(record, str):
        record = [record]
    for name in record:
        if name not in state._fields:
            there = ", ".join(state._fields)
            raise ValueError(f"there is no {name!r} to record; the state has {there}")
    return [name for name in state._fields if name in record or name == "t"]


class _Progress:
    """A bar for runs that take longer than a moment, where somebody may be watching."""

    def __init__(self, steps):
        # A bar is an output, and a notebook that is compared or stored has the same on any machine.
        watched = os.environ.get("COURSE_PROGRESS") != "0"
        self.steps, self.bar = steps, None
        self.due = time.monotonic() + PATIENCE if watched else math.inf

    def __enter__(self):
        return self

    def show(self, t):
        if t % 64 or time.monotonic() < self.due:
            return
        if not self.bar:
            from rich.console import Console
            from rich.progress import Progress

            self.bar = Progress(console=Console(stderr=True), transient=True)
            self.bar.start()
            self.task = self.bar.add_task("steps", total=self.steps)
        self.bar.update(self.task, completed=t)
        self.due = time.monotonic() + 0.2

    def __exit__(self, *_):
        if self.bar:
            self.bar.stop()
