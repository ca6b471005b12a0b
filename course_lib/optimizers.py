"""SGD, AdaGrad, RMSProp and Adam: the reference.

An optimizer holds hyper-parameters and no memory. What it remembers is the state: a tuple with
every inner quantity, so that any of them can be plotted and any single step can be tested.

>>> optimizer = RMSProp(lr=0.1)
>>> state = optimizer.init([1.0, 100.0])
>>> state = optimizer.step(state, [1.0, 100.0])
>>> state.x.round(4).tolist(), state.t
([0.6838, 99.6838], 1)

Symbols are the same everywhere: x parameters, t steps taken, g gradient, v mean or sum of its
squares, m its mean, ``rate`` the effective learning rate, ``step`` what was subtracted from x.
Every operation is elementwise: leading axes of x, or of a hyper-parameter, are a sweep. A sweep
given in float64 makes the run float64; otherwise float32 stays float32.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .base import Optimizer, effective_rate, like, weights

__all__ = ["SGD", "AdaGrad", "Adam", "RMSProp"]


class SGDState(NamedTuple):
    """`step` is carried on as momentum; without `nesterov` it is what was subtracted from x."""

    x: np.ndarray
    t: int
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class SGD(Optimizer):
    """Gradient descent, with Polyak's momentum or Nesterov's.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η ≥ 0.
    momentum : float or array_like, default 0.0
        Share μ of the last step that is taken again, 0 ≤ μ < 1.
    nesterov : bool, default False
        Take the momentum one step ahead of the gradient.

    Notes
    -----
    Polyak 1964; Nesterov 1983, rewritten as in torch and Keras: x is the look-ahead point θ + μv of
    Sutskever et al. 2013, where their gradient is taken. The learning rate is inside the momentum,
    which matters only if it changes on the way.

    Examples
    --------
    >>> optimizer = SGD(lr=0.1, momentum=0.5)
    >>> state = optimizer.step(optimizer.init([1.0]), [1.0])
    >>> optimizer.step(state, [1.0]).step.round(4).tolist()
    [0.15]
    """

    lr: float = 0.01
    momentum: float = 0.0
    nesterov: bool = False
    State = SGDState

    def step(self, state, g):
        x, t, step = state
        g = like(g, x)
        step = self.momentum * step + self.lr * g
        ahead = self.momentum * step + self.lr * g if self.nesterov else step
        return SGDState(x - ahead, t + 1, step)


class AdaGradState(NamedTuple):
    """`v` sum of squared gradients; `rate` and `step` of the last step. All of x's shape."""

    x: np.ndarray
    t: int
    v: np.ndarray
    rate: np.ndarray
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class AdaGrad(Optimizer):
    """A rate for each parameter: η over the root of the sum of all its squared gradients.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η ≥ 0.
    eps : float or array_like, default 1e-10
        ε ≥ 0, in the unit of the gradient. With 0 a parameter without gradients stays.
    initial : float or array_like, default 0.0
        v before the first step, ≥ 0, in the unit of the squared gradient.
    eps_inside : bool, default False
        √(v + ε) in place of √v + ε; ε is then in the unit of the squared gradient.

    Notes
    -----
    Duchi, Hazan and Singer 2011, JMLR 12:2121–2159, with a diagonal matrix.

    Examples
    --------
    >>> optimizer = AdaGrad(lr=0.1)
    >>> state = optimizer.step(optimizer.init([1.0, 1.0]), [1.0, 100.0])
    >>> state.rate.round(6).tolist()
    [0.1, 0.001]
    """

    lr: float = 0.01
    eps: float = 1e-10
    initial: float = 0.0
    eps_inside: bool = False
    State = AdaGradState

    def step(self, state, g):
        x, t, v, *_ = state
        g = like(g, x)
        v = v + g * g
        root = np.sqrt(v + self.eps) if self.eps_inside else np.sqrt(v) + self.eps
        rate = effective_rate(self.lr, root)
        step = rate * g
        return AdaGradState(x - step, t + 1, v, rate, step)


class RMSPropState(NamedTuple):
    """`v` mean of squared gradients; `m` mean of gradients, 0 unless centered."""

    x: np.ndarray
    t: int
    v: np.ndarray
    m: np.ndarray
    rate: np.ndarray
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class RMSProp(Optimizer):
    """AdaGrad that forgets: the sum of squares becomes a leaky mean.

    Parameters
    ----------
    lr : float or array_like, default 0.01
        Learning rate η ≥ 0.
    rho : float or array_like, default 0.9
        Decay ρ of the mean of squares, 0 ≤ ρ < 1.
    eps : float or array_like, default 1e-8
        ε ≥ 0, in the unit of the gradient. With 0 a parameter without gradients stays.
    momentum : float or array_like, default 0.0
        Share μ of the last step that is taken again, 0 ≤ μ < 1.
    centered : bool, default False
        Divide by the spread round the mean, √(v − m²); what rounds to below 0 counts as 0. With
        ε = 0 the rate is then infinite.
    initial : float or array_like, default 0.0
        v before the first step, ≥ 0, in the unit of the squared gradient.
    eps_inside : bool, default False
        √(v + ε) in place of √v + ε; ε is then in the unit of the squared gradient.

    Notes
    -----
    Hinton, Srivastava and Swersky, *Neural Networks for Machine Learning*, lecture 6e, 2012;
    momentum and centering as in Graves 2013, whose ε stands inside the root. Without bias
    correction: the first step is η/√(1 − ρ) long.

    Examples
    --------
    >>> optimizer = RMSProp(lr=0.1)
    >>> optimizer.step(optimizer.init([1.0]), [5.0]).step.round(4).tolist()
    [0.3162]
    """

    lr: float = 0.01
    rho: float = 0.9
    eps: float = 1e-8
    momentum: float = 0.0
    centered: bool = False
    initial: float = 0.0
    eps_inside: bool = False
    State = RMSPropState

    def step(self, state, g):
        x, t, v, m, _, step = state
        g = like(g, x)
        v = self.rho * v + (1 - self.rho) * (g * g)
        m = self.rho * m + (1 - self.rho) * g if self.centered else m
        square = np.maximum(v - m * m, 0) if self.centered else v
        root = np.sqrt(square + self.eps) if self.eps_inside else np.sqrt(square) + self.eps
        rate = effective_rate(self.lr, root, v)
        step = self.momentum * step + rate * g
        return RMSPropState(x - step, t + 1, v, m, rate, step)


class AdamState(NamedTuple):
    """`m_hat` and `v_hat` are `m` and `v` with their start corrected. All of x's shape."""

    x: np.ndarray
    t: int
    m: np.ndarray
    v: np.ndarray
    m_hat: np.ndarray
    v_hat: np.ndarray
    rate: np.ndarray
    step: np.ndarray


@dataclass(frozen=True, repr=False, eq=False)
class Adam(Optimizer):
    """Leaky means of gradients and of their squares, both with the zero start corrected.

    Parameters
    ----------
    lr : float or array_like, default 0.001
        Learning rate η ≥ 0.
    beta1, beta2 : float or array_like, default 0.9 and 0.999
        Decays of the mean of gradients and of the mean of squares, 0 ≤ β < 1.
    eps : float or array_like, default 1e-8
        ε ≥ 0, in the unit of the gradient.
    bias_correction : bool, default True
        Divide both means by the sum of their weights, 1 − β^t.

    Notes
    -----
    Kingma and Ba 2015, algorithm 1.

    Examples
    --------
    >>> optimizer = Adam(lr=0.1)
    >>> optimizer.step(optimizer.init([1.0]), [5.0]).step.round(4).tolist()
    [0.1]
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    bias_correction: bool = True
    State = AdamState

    def step(self, state, g):
        x, t, m, v, *_ = state
        g, t = like(g, x), t + 1
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        m_hat = m / weights(self.beta1, t) if self.bias_correction else m
        v_hat = v / weights(self.beta2, t) if self.bias_correction else v
        rate = effective_rate(self.lr, np.sqrt(v_hat) + self.eps)
        step = rate * m_hat
        return AdamState(x - step, t, m, v, m_hat, v_hat, rate, step)
