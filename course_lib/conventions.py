"""The same names, as torch, Keras and optax mean them.

>>> first = {}
>>> for framework in ("torch", "keras", "optax"):
...     optimizer = as_in(framework, "RMSProp", lr=1.0)
...     first[framework] = optimizer.step(optimizer.init([0.0]), [1.0]).step.round(2).item()
>>> first
{'torch': 10.0, 'keras': 3.16, 'optax': 3.16}

Read from torch 2.13, Keras 3.15 and optax 0.2.8; ``make crosscheck`` compares with them.
"""

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from .base import Optimizer, effective_rate, like, weights
from .optimizers import SGD, AdaGrad, Adam, RMSProp
from .variants import Adadelta, AdamW, AMSGrad, Decoupled

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


class EpsHat(Optimizer):
    """ε beside the root of the uncorrected v, as Keras has it: the paper's "ε hat".

    That is the rule whose ε, beside the corrected root, is larger as long as the correction lasts.
    """

    def step(self, state, g):
        eps = self.eps / np.sqrt(weights(self.beta2, state.t + 1))
        return super(EpsHat, replace(self, eps=eps)).step(state, g)


class AdamEpsHat(EpsHat, Adam):
    """Adam of Keras."""


class AMSGradEpsHat(EpsHat, AMSGrad):
    """AMSGrad of Keras."""


class AdamWEpsHat(AdamW, AdamEpsHat):
    """AdamW of Keras: its decay is AdamW's, the rest Keras's Adam."""


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
class L2(Optimizer):
    """``weight_decay=`` of torch and optax: w·x joins the gradient."""

    weight_decay: float = 0.0

    def step(self, state, g):
        return super().step(state, like(g, state.x) + self.weight_decay * state.x)


@cache
def _with_decay(decay, kind):
    """The class `kind` with one more hyper-parameter, `weight_decay`, and under its own name."""

    def reduce(self):  # pickle would look for the class under that name
        return _unpickled, (decay, kind, {f.name: getattr(self, f.name) for f in fields(self)})

    made = type(kind.__name__, (decay, kind), {"__reduce__": reduce})
    return dataclass(frozen=True, repr=False, eq=False)(made)


def _unpickled(decay, kind, hyper):
    return _with_decay(decay, kind)(**hyper)


# framework → name → the class and its defaults
_HAT = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-7}
_ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
_RULES = {
    "torch": {
        "SGD": (SGDRateOutside, {"lr": 0.001}),
        "AdaGrad": (AdaGrad, {"lr": 0.01, "eps": 1e-10, "initial": 0.0}),
        "RMSProp": (RMSPropRateOutside, {"lr": 0.01, "rho": 0.99, "eps": 1e-8}),
        "Adam": (Adam, {"lr": 0.001, **_ADAM}),
        "AdamW": (AdamW, {"lr": 0.001, **_ADAM, "weight_decay": 0.01}),
        "AMSGrad": (AMSGrad, {"lr": 0.001, **_ADAM}),
        "Adadelta": (Adadelta, {"lr": 1.0, "rho": 0.9, "eps": 1e-6}),
    },
    "keras": {
        "SGD": (SGD, {"lr": 0.01}),
        "AdaGrad": (AdaGrad, {"lr": 0.001, "eps": 1e-7, "initial": 0.1, "eps_inside": True}),
        "RMSProp": (RMSProp, {"lr": 0.001, "rho": 0.9, "eps": 1e-7, "eps_inside": True}),
        "Adam": (AdamEpsHat, _HAT),
        "AdamW": (AdamWEpsHat, {**_HAT, "weight_decay": 0.004}),
        "AMSGrad": (AMSGradEpsHat, _HAT),
        "Adadelta": (Adadelta, {"lr": 0.001, "rho": 0.95, "eps": 1e-7}),
    },
    "optax": {
        "SGD": (SGDRateOutside, {}),
        "AdaGrad": (AdaGrad, {"eps": 1e-7, "initial": 0.1, "eps_inside": True}),
        "RMSProp": (RMSProp, {"rho": 0.9, "eps": 1e-8, "initial": 0.0, "eps_inside": True}),
        "Adam": (Adam, _ADAM),
        "AdamW": (AdamW, {**_ADAM, "weight_decay": 1e-4}),
        "AMSGrad": (AMSGradOfCorrected, _ADAM),
        "Adadelta": (Adadelta, {"lr": 1.0, "rho": 0.9, "eps": 1e-6}),
    },
}
_MORE = {"SGD": ("momentum", "nesterov"), "RMSProp": ("momentum", "centered")}


def _taken(framework, name):
    """The hyper-parameters that a framework's optimizer takes, in the order of its defaults."""
    _, defaults = _RULES[framework][name]
    decay = ("weight_decay",) if framework != "optax" or name == "Adadelta" else ()
    taken = dict.fromkeys((*defaults, "lr", *_MORE.get(name, ()), *decay))
    return [word for word in taken if word != "eps_inside"]


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
    kind, defaults = _RULES[framework][name]
    allowed = _taken(framework, name)
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
