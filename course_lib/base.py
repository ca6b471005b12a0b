"""What all optimizers share: checked hyper-parameters, a checked start, state and gradient."""

from dataclasses import fields
from functools import wraps

import numpy as np

__all__ = [
    "Optimizer",
    "an_optimizer",
    "effective_rate",
    "first_not_finite",
    "floats",
    "like",
    "weights",
    "whole",
]

# name → what it may be, in words, and the test
_AT_LEAST_0 = "a finite number ≥ 0", lambda value: np.isfinite(value) & (value >= 0)
_DECAY = "in [0, 1)", lambda value: (value >= 0) & (value < 1)  # False for NaN too
_RANGES = {name: _DECAY for name in ("rho", "beta1", "beta2", "momentum")}


class Optimizer:
    """Base of the frozen dataclasses that hold an optimizer's hyper-parameters.

    Each number may be an array: a sweep, which broadcasts against the leading axes of x. One out
    of its range is a ValueError that names it; what is not a real number is a TypeError. Two
    optimizers are equal if they are of one class and all their numbers are equal.

    `State`, which is no hyper-parameter, is the class of the states: x, t and what begins at 0.
    `step` takes no other optimizer's state: that is seen to here, as lessons show the rules.
    """

    def __init_subclass__(cls):
        if "step" in vars(cls):
            cls.step = _of_its_own(cls.step)

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            check = _flag if isinstance(field.default, bool) else _number
            object.__setattr__(self, field.name, check(field.name, value))  # it is frozen

    def __repr__(self):
        shown = [f for f in fields(self) if f.name == "lr" or self._differs(f)]
        said = ", ".join(f"{f.name}={_short(getattr(self, f.name))}" for f in shown)
        return f"{type(self).__name__}({said})"

    def _differs(self, field):
        value = getattr(self, field.name)
        return isinstance(value, np.ndarray) or value != field.default

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, f.name), getattr(other, f.name)) for f in fields(self)
        )

    def __hash__(self):
        values = (np.ravel(getattr(self, f.name)).tolist() for f in fields(self))
        return hash((type(self), *map(tuple, values)))

    def init(self, x):
        """The state before the first step.

        Parameters
        ----------
        x : array_like, shape (..., n)
            The start; it is copied. Whole numbers become float64. Leading axes are a sweep, and
            so are those of a hyper-parameter.

        Returns
        -------
        NamedTuple
            With ``t = 0`` and zeros, but for `v`, which starts at `initial` where there is one.
        """
        x = floats("x", x)
        numbers = [v for f in fields(self) if not isinstance(v := getattr(self, f.name), bool)]
        shape = np.broadcast_shapes(x.shape, *map(np.shape, numbers))
        kinds = [v.dtype for v in numbers if isinstance(v, np.ndarray)]
        dtype = np.result_type(x.dtype, *kinds)
        x = np.array(np.broadcast_to(x, shape), dtype)
        memory = {name: np.zeros_like(x) for name in self.State._fields[2:]}
        if hasattr(self, "initial"):
            memory["v"] += self.initial
        return self.State(x, 0, **memory)

    def step(self, state, g):
        """One step.

        Parameters
        ----------
        state : NamedTuple
            From `init` or the step before. It is not changed.
        g : array_like
            The gradient at ``state.x``, of its shape.

        Returns
        -------
        NamedTuple
            The next state, with ``t`` one higher.

        Raises
        ------
        TypeError
            If the state is another optimizer's.
        ValueError
            If the gradient's shape is not that of x.
        """
        raise NotImplementedError


def _of_its_own(step):
    """A rule that refuses another optimizer's state, whose numbers it would take by their place."""

    @wraps(step)
    def checked(self, state, g):
        if type(state) is not self.State:
            name, got = type(self).__name__, type(state).__name__
            raise TypeError(
                f"{name} needs a state of its own, {self.State.__name__}, and got {got}: "
                f"{name}.init makes one"
            )
        return step(self, state, g)

    return checked


def an_optimizer(opt):
    """What was given, or a TypeError if it is not an optimizer."""
    if isinstance(opt, type):
        raise TypeError(f"{opt.__name__} is a class: write {opt.__name__}(), with its brackets")
    if not (hasattr(opt, "init") and hasattr(opt, "step")):
        raise TypeError(f"an optimizer has init(x) and step(state, g), and this has not: {opt!r}")
    return opt


def like(g, x, name="the gradient"):
    """The gradient as an array of x's dtype; a ValueError if it has not x's shape."""
    if g is None:
        raise TypeError(f"{name} is None: does its function return it?")
    g = _one_array(name, g)
    if g.dtype != x.dtype:
        _real(name, g)
        g = g.astype(x.dtype)
    if g.shape != x.shape:
        raise ValueError(f"{name} has the shape {g.shape}, the parameters have {x.shape}")
    return g


def effective_rate(lr, denominator, v=0):
    """lr / denominator. Where that is 0, as it may be with ε = 0: 0, or ∞ if v is not 0.

    No gradient yet means no step. Only a centered rule has a v above a denominator of 0: there
    were gradients, but no spread to divide by.
    """
    if np.count_nonzero(denominator) == denominator.size:
        return lr / denominator
    unbounded = np.broadcast_to(v, denominator.shape) != 0
    limit = np.where(unbounded, np.inf, 0.0).astype(denominator.dtype)
    return np.divide(lr, denominator, out=limit, where=denominator != 0)


def weights(beta, t):
    """1 − β^t, the sum of a leaky mean's weights after t steps.

    By squaring and multiplying, which give the same bits on every processor and in every sweep;
    a library's power does not.
    """
    power = 1.0
    while t > 0:
        power = power * beta if t & 1 else power
        beta, t = beta * beta, t >> 1
    return 1 - power


def whole(name, value, least):
    """Nothing, if the value is a whole number from `least` on."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value!r}")


def floats(name, value):
    """The value as an array of floats: float32 stays, and whole numbers become float64."""
    array = _one_array(name, value)
    _real(name, array)
    return array if array.dtype.kind == "f" else array.astype(float)


def first_not_finite(values):
    """The index of the first value that is not finite, and how it is written after a name."""
    where = tuple(np.argwhere(~np.isfinite(values))[0].tolist())
    return where, f"[{', '.join(map(str, where))}]" if where else ""


def _one_array(name, value):
    try:
        return np.asarray(value)
    except ValueError as ragged:
        raise ValueError(
            f"{name} must be one array, and its parts have several shapes: put them into one "
            "vector, np.concatenate([np.ravel(part) for part in parts])"
        ) from ragged


def _real(name, array):
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")


def _number(name, value):
    if name == "beta1" and isinstance(value, tuple):
        raise TypeError(f"beta1 must be a real number, got {value!r}: give beta1= and beta2=")
    array = _one_array(name, value)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be a real number or an array of them, got {value!r}")
    allowed, inside = _RANGES.get(name, _AT_LEAST_0)
    good = inside(array)
    if not good.all():
        raise ValueError(f"{name} must be {allowed}, got {array[~good].flat[0]:g}")
    if array.ndim == 0:
        return float(array)  # leaves float32 as it is, which a NumPy float64 would not
    array = np.array(array, array.dtype if array.dtype.kind == "f" else float)
    array.flags.writeable = False  # as frozen as the optimizer
    return array


def _flag(name, value):
    if not isinstance(value, bool | np.bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _short(value):
    if isinstance(value, np.ndarray):
        return f"[{value.size} values]"
    return str(value) if isinstance(value, bool) else f"{value:g}"
