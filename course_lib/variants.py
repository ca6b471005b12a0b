"""What came after: AdamW, AMSGrad and Adadelta, each a few lines on the reference."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .base import Optimizer, effective_rate, like, weights
from .optimizers import Adam

__all__ = ["AMSGrad", "Adadelta", "AdamW"]


@dataclass(frozen=True, repr=False, eq=False)
class Decoupled(Optimizer):
    """Weight decay in front of another rule's step: η·w·x leaves x, and passes through no mean."""

    weight_decay: float = 0.0

    def step(self, state, g):
        shrunk = state.x - self.lr * self.weight_decay * state.x
        return super().step(state._replace(x=shrunk), g)


@dataclass(frozen=True, repr=False, eq=False)
class AdamW(Decoupled, Adam):
    """Adam with decoupled weight decay: the parameters shrink by the share η·w each step.

    Parameters
    ----------
    lr, beta1, beta2, eps, bias_correction
        As `Adam`.
    weight_decay : float or array_like, default 0.01
        w ≥ 0. It does not pass through the means, as an L2 penalty in the gradient would.

    Notes
    -----
    After Loshchilov and Hutter 2019, whose decay follows the schedule of the learning rate, but
    not η itself. All frameworks multiply by η and use x before the step; `step` in the state is
    Adam's part alone.

    Examples
    --------
    >>> optimizer = AdamW(lr=0.1, weight_decay=0.5)
    >>> optimizer.step(optimizer.init([1.0]), [0.0]).x.tolist()
    [0.95]
    """

    weight_decay: float = 0.01


class AMSGradState(NamedTuple):
    """As Adam's; `v_max` is the largest v so far, and `v_hat` comes from it."""

    x: np.ndarray
    t: int
    m: np.ndarray
    v: np.ndarray
    v_max: np.ndarray
    m_hat: np.ndarray
    v_hat: np.ndarray
    rate: np.ndarray
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class AMSGrad(Adam):
    """Adam that divides by the largest v so far.

    Parameters
    ----------
    lr, beta1, beta2, eps, bias_correction
        As `Adam`.

    Notes
    -----
    Reddi, Kale and Kumar 2018, who leave the correction out: with ``bias_correction=False`` a rate
    never grows again. With it this is the rule of torch, which corrects the maximum: after an
    early peak a rate can still grow for about 1/(1 − β₂) steps, in all by up to 1/√(1 − β₂), 31.6
    at the default.

    Examples
    --------
    >>> optimizer = AMSGrad(lr=0.1, beta2=0.5, bias_correction=False)
    >>> state = optimizer.step(optimizer.init([0.0]), [4.0])
    >>> optimizer.step(state, [0.0]).v_max.tolist()
    [8.0]
    """

    State = AMSGradState

    def step(self, state, g):
        x, t, m, v, v_max, *_ = state
        g, t = like(g, x), t + 1
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        v_max = np.maximum(v_max, v)
        m_hat = m / weights(self.beta1, t) if self.bias_correction else m
        v_hat = v_max / weights(self.beta2, t) if self.bias_correction else v_max
        rate = effective_rate(self.lr, np.sqrt(v_hat) + self.eps)
        step = rate * m_hat
        return AMSGradState(x - step, t, m, v, v_max, m_hat, v_hat, rate, step)


class AdadeltaState(NamedTuple):
    """`v` mean of squared gradients, `u` mean of squared steps before they are scaled by η."""

    x: np.ndarray
    t: int
    v: np.ndarray
    u: np.ndarray
    rate: np.ndarray
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class Adadelta(Optimizer):
    """RMSProp whose rate is the root of a leaky mean of its own squared steps.

    The unit of the gradient then cancels, and a step has the unit of x.

    Parameters
    ----------
    lr : float or array_like, default 1.0
        A factor η ≥ 0, which the paper does not have.
    rho : float or array_like, default 0.9
        Decay ρ of both means, 0 ≤ ρ < 1. The paper takes .95.
    eps : float or array_like, default 1e-6
        ε ≥ 0 under both roots. It starts the motion: with 0 nothing ever moves.

    Notes
    -----
    Zeiler 2012.

    Examples
    --------
    >>> optimizer = Adadelta()
    >>> optimizer.step(optimizer.init([1.0]), [5.0]).step.round(6).tolist()
    [0.003162]
    """

    lr: float = 1.0
    rho: float = 0.9
    eps: float = 1e-6
    State = AdadeltaState

    def step(self, state, g):
        x, t, v, u, *_ = state
        g = like(g, x)
        v = self.rho * v + (1 - self.rho) * (g * g)
        rate = effective_rate(np.sqrt(u + self.eps), np.sqrt(v + self.eps))
        delta = rate * g
        u = self.rho * u + (1 - self.rho) * (delta * delta)
        return AdadeltaState(x - self.lr * delta, t + 1, v, u, self.lr * rate, self.lr * delta)
