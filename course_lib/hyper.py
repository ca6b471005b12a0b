"""What all optimizers share: checked hyper-parameters, a checked start, a checked gradient."""

from dataclasses import fields

import numpy as np

__all__ = ["Optimizer", "effective_rate", "like", "weights"]

# name → what it may be, in words, and the test
_AT_LEAST_0 = "a finite number ≥ 0", lambda value: np.isfinite(value) & (value >= 0)
_DECAY = "in [0, 1)", lambda value: (value >= 0) & (value < 1)  # False for NaN too
_RANGES = {name: _DECAY for name in ("rho", "beta1", "beta2", "momentum")}


class Optimizer:
    """Base of the frozen dataclasses that hold an optimizer's hyper-parameters.

    Each number may be an array: a sweep, which broadcasts against the leading axes of x. One out
    of its range is a ValueError that names it; what is not a real number is a TypeError.
    """

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
        x = np.asarray(x)
        _real(x, "x")
        numbers = [v for f in fields(self) if not isinstance(v := getattr(self, f.name), bool)]
        shape = np.broadcast_shapes(x.shape, *map(np.shape, numbers))
        kinds = [v.dtype for v in numbers if isinstance(v, np.ndarray)]
        dtype = np.result_type(x.dtype if x.dtype.kind == "f" else float, *kinds)
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
        ValueError
            If the gradient's shape is not that of x.
        """
        raise NotImplementedError


def like(g, x):
    """The gradient as an array of x's dtype; a ValueError if it has not x's shape."""
    g = np.asarray(g)
    if g.shape != x.shape:
        raise ValueError(f"the gradient has the shape {g.shape}, the parameters have {x.shape}")
    if g.dtype != x.dtype:
        _real(g, "the gradient")
        g = g.astype(x.dtype)
    return g


def effective_rate(lr, denominator):
    """lr / denominator, and 0 where that is 0: with ε = 0 no gradient yet means no step."""
    if np.count_nonzero(denominator) == denominator.size:
        return lr / denominator
    whole = np.zeros_like(denominator)
    return np.divide(lr, denominator, out=whole, where=denominator != 0)


def weights(beta, t):
    """1 − β^t, the sum of a leaky mean's weights after t steps.

    A float by itself and a float in a sweep give the same bits, and no float64 scalar comes back,
    which would turn float32 into float64.
    """
    total = 1 - np.power(beta, t)
    return total if total.ndim else float(total)


def _real(array, name):
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")


def _number(name, value):
    array = np.asarray(value)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name} must be a real number or an array of them, got {value!r}")
    allowed, inside = _RANGES.get(name, _AT_LEAST_0)
    good = inside(array)
    if not good.all():
        raise ValueError(f"{name} must be {allowed}, got {array[~good].flat[0]:g}")
    if array.ndim == 0:
        return float(array)  # leaves float32 as it is, which a NumPy float64 would not
    return np.array(array, array.dtype if array.dtype.kind == "f" else float)


def _flag(name, value):
    if not isinstance(value, bool | np.bool):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def _short(value):
    if isinstance(value, np.ndarray):
        return f"[{value.size} values]"
    return str(value) if isinstance(value, bool) else f"{value:g}"
