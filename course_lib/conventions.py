"""The same names, as torch, Keras and optax mean them.

>>> first = {}
>>> for framework in ("torch", "keras", "optax"):
...     optimizer = as_in(framework, "RMSProp", lr=1.0)
...     first[framework] = optimizer.step(optimizer.init([0.0]), [1.0]).step.round(2).item()
>>> first
{'torch': 10.0, 'keras': 3.16, 'optax': 3.16}

Read from torch 2.13, Keras 3.15 and optax 0.2.8; ``make crosscheck`` compares with them.
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import NamedTuple

import numpy as np

from .base import Optimizer, effective_rate, like, weights
from .optimizers import SGD, AdaGrad, Adam, RMSProp
from .variants import Adadelta, AdamW, AMSGrad

__all__ = ["as_in"]


class OutsideState(NamedTuple):
    """`b` is the momentum before it is multiplied by the learning rate."""

    x: np.ndarray
    t: int
    b: np.ndarray
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class SGDRateOutside(SGD):
    """SGD of torch and optax: the learning rate multiplies the momentum, also the old part."""

    State = OutsideState

    def step(self, state, g):
        x, t, b, _ = state
        g = like(g, x)
        b = self.momentum * b + g
        step = self.lr * (g + self.momentum * b if self.nesterov else b)
        return OutsideState(x - step, t + 1, b, step)


class RMSPropOutsideState(NamedTuple):
    """`b` is the momentum before it is multiplied by the learning rate."""

    x: np.ndarray
    t: int
    v: np.ndarray
    m: np.ndarray
    b: np.ndarray
    rate: np.ndarray
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class RMSPropRateOutside(RMSProp):
    """RMSProp of torch: the learning rate multiplies the momentum, also the old part."""

    State = RMSPropOutsideState

    def step(self, state, g):
        x, t, v, m, b, *_ = state
        g = like(g, x)
        v = self.rho * v + (1 - self.rho) * (g * g)
        m = self.rho * m + (1 - self.rho) * g if self.centered else m
        square = np.maximum(v - m * m, 0) if self.centered else v
        scale = effective_rate(1.0, np.sqrt(square) + self.eps, v)
        b = self.momentum * b + g * scale
        step = self.lr * b
        return RMSPropOutsideState(x - step, t + 1, v, m, b, self.lr * scale, step)


@dataclass(frozen=True, repr=False, eq=False)
class AdamEpsHat(Adam):
    """Adam of Keras: ε stands beside the uncorrected √v, the paper's "ε hat"."""

    def step(self, state, g):
        x, t, m, v, *_ = state
        g, t = like(g, x), t + 1
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        c1, c2 = weights(self.beta1, t), weights(self.beta2, t)
        rate = effective_rate(self.lr * np.sqrt(c2), np.sqrt(v) + self.eps).astype(x.dtype)
        step = rate * (m / c1)
        return self.State(x - step, t, m, v, m / c1, v / c2, rate, step)


@dataclass(frozen=True, repr=False, eq=False)
class AMSGradEpsHat(AMSGrad):
    """AMSGrad of Keras: ε beside the uncorrected root of the largest v."""

    def step(self, state, g):
        x, t, m, v, v_max, *_ = state
        g, t = like(g, x), t + 1
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        v_max = np.maximum(v_max, v)
        c1, c2 = weights(self.beta1, t), weights(self.beta2, t)
        rate = effective_rate(self.lr * np.sqrt(c2), np.sqrt(v_max) + self.eps).astype(x.dtype)
        step = rate * (m / c1)
        return self.State(x - step, t, m, v, v_max, m / c1, v_max / c2, rate, step)


@dataclass(frozen=True, repr=False, eq=False)
class AMSGradOfCorrected(AMSGrad):
    """AMSGrad of optax: the largest of the corrected v."""

    def step(self, state, g):
        x, t, m, v, v_max, *_ = state
        g, t = like(g, x), t + 1
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        v_hat = v_max = np.maximum(v_max, v / weights(self.beta2, t))
        m_hat = m / weights(self.beta1, t)
        rate = effective_rate(self.lr, np.sqrt(v_hat) + self.eps)
        step = rate * m_hat
        return self.State(x - step, t, m, v, v_max, m_hat, v_hat, rate, step)


@dataclass(frozen=True, repr=False, eq=False)
class AdamWEpsHat(AdamW, AdamEpsHat):
    """AdamW of Keras: its decay is AdamW's, the rest Keras's Adam."""


@dataclass(frozen=True, repr=False, eq=False)
class L2(Optimizer):
    """``weight_decay=`` of torch and optax: w·x joins the gradient."""

    weight_decay: float = 0.0

    def step(self, state, g):
        return super().step(state, like(g, state.x) + self.weight_decay * state.x)


@dataclass(frozen=True, repr=False, eq=False)
class Decoupled(Optimizer):
    """``weight_decay=`` of Keras: η·w·x leaves x before the step, as in AdamW."""

    weight_decay: float = 0.0

    def step(self, state, g):
        shrunk = state.x - self.lr * self.weight_decay * state.x
        return super().step(state._replace(x=shrunk), g)


@cache
def _with_decay(decay, kind):
    """The class `kind` with one more hyper-parameter, `weight_decay`, and under its own name."""

    def reduce(self):  # pickle would look for the class under that name
        return _unpickled, (decay, kind, {f.name: getattr(self, f.name) for f in fields(self)})

    made = type(kind.__name__, (decay, kind), {"__reduce__": reduce})
    return dataclass(frozen=True, repr=False, eq=False)(made)


def _unpickled(decay, kind, hyper):
    return _with_decay(decay, kind)(**hyper)


# framework → name → the class, its defaults, and what may be given besides them
_HAT = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7}
_ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
_RULES = {
    "torch": {
        "SGD": (SGDRateOutside, {"lr": 0.001}, "momentum nesterov weight_decay"),
        "AdaGrad": (AdaGrad, {"lr": 0.01, "eps": 1e-10, "initial": 0.0}, "weight_decay"),
        "RMSProp": (
            RMSPropRateOutside,
            {"lr": 0.01, "rho": 0.99, "eps": 1e-8},
            "momentum centered weight_decay",
        ),
        "Adam": (Adam, {"lr": 0.001, **_ADAM}, "weight_decay"),
        "AdamW": (AdamW, {"lr": 0.001, **_ADAM, "weight_decay": 0.01}, ""),
        "AMSGrad": (AMSGrad, {"lr": 0.001, **_ADAM}, "weight_decay"),
        "Adadelta": (Adadelta, {"lr": 1.0, "rho": 0.9, "eps": 1e-6}, "weight_decay"),
    },
    "keras": {
        "SGD": (SGD, {"lr": 0.01}, "momentum nesterov weight_decay"),
        "AdaGrad": (
            AdaGrad,
            {"lr": 0.001, "eps": 1e-7, "initial": 0.1, "eps_inside": True},
            "weight_decay",
        ),
        "RMSProp": (
            RMSProp,
            {"lr": 0.001, "rho": 0.9, "eps": 1e-7, "eps_inside": True},
            "momentum centered weight_decay",
        ),
        "Adam": (AdamEpsHat, _HAT, "weight_decay"),
        "AdamW": (AdamWEpsHat, {**_HAT, "weight_decay": 0.004}, ""),
        "AMSGrad": (AMSGradEpsHat, _HAT, "weight_decay"),
        "Adadelta": (Adadelta, {"lr": 0.001, "rho": 0.95, "eps": 1e-7}, "weight_decay"),
    },
    "optax": {
        "SGD": (SGDRateOutside, {}, "lr momentum nesterov"),
        "AdaGrad": (AdaGrad, {"eps": 1e-7, "initial": 0.1, "eps_inside": True}, "lr"),
        "RMSProp": (
            RMSProp,
            {"rho": 0.9, "eps": 1e-8, "initial": 0.0, "eps_inside": True},
            "lr momentum centered",
        ),
        "Adam": (Adam, _ADAM, "lr"),
        "AdamW": (AdamW, {**_ADAM, "weight_decay": 1e-4}, "lr"),
        "AMSGrad": (AMSGradOfCorrected, _ADAM, "lr"),
        "Adadelta": (Adadelta, {"lr": 1.0, "rho": 0.9, "eps": 1e-6}, "weight_decay"),
    },
}


def as_in(framework, name, **hyper):
    """The optimizer that a framework has under a name, with the framework's defaults.

    Parameters
    ----------
    framework : {"torch", "keras", "optax"}
    name : {"SGD", "AdaGrad", "RMSProp", "Adam", "AdamW", "AMSGrad", "Adadelta"}
    **hyper
        Hyper-parameters by this course's names: `lr`, `rho`, `beta1`, `beta2`, `eps`,
        `momentum`, `nesterov`, `centered`, `initial`, `weight_decay`, where the framework has
        them. optax has no default for `lr`, but for Adadelta's factor.

    Returns
    -------
    Optimizer
        It sweeps, and ``dataclasses.replace`` changes its hyper-parameters, as with all others.

    Raises
    ------
    ValueError
        If there is no such framework or name, or a number is out of its range.
    TypeError
        If the framework does not take a hyper-parameter, or `lr` is missing for optax.

    Notes
    -----
    The rule is the framework's, its dangers are not. With ε = 0 a parameter without gradients is
    NaN in all three (but for optax's AdaGrad); here it stays. A centered RMSProp takes the root of
    v − m², which rounding can make negative: NaN there, 0 here. torch refuses `nesterov` without
    momentum, where all others take a plain step; and all three take a momentum ≥ 1, which is
    refused here.

    Examples
    --------
    >>> as_in("keras", "AdaGrad")
    AdaGrad(lr=0.001, eps=1e-07, initial=0.1, eps_inside=True)
    >>> as_in("torch", "Adam", weight_decay=0.1)
    Adam(lr=0.001, weight_decay=0.1)
    """
    if framework not in _RULES:
        raise ValueError(f"there is no framework {framework!r}; there are {', '.join(_RULES)}")
    if name not in _RULES[framework]:
        there = ", ".join(_RULES[framework])
        raise ValueError(f"there is no {name!r} in {framework}; there are {there}")
    kind, defaults, more = _RULES[framework][name]
    allowed = [word for word in [*defaults, *more.split()] if word != "eps_inside"]
    for word in hyper:
        if word not in allowed:
            raise TypeError(f"{framework}'s {name} takes {', '.join(allowed)}; not {word}")
    if "lr" not in {**defaults, **hyper}:
        raise TypeError(
            f'{framework} has no default learning rate: give one, as_in("{framework}", "{name}", '
            "lr=0.001)"
        )
    if "weight_decay" in hyper and not issubclass(kind, AdamW):
        kind = _with_decay(Decoupled if framework == "keras" else L2, kind)
    return kind(**{**defaults, **hyper})
