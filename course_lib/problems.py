"""Functions to minimise, each with its gradient, its minimum and a box to draw.

The last axis of x is the coordinates; leading axes are a sweep. ``grad(x, t)`` is what step t
sees: only noisy, sparse and drifting problems look at t.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .base import whole

__all__ = [
    "Problem",
    "beale",
    "bowl",
    "drift",
    "noisy",
    "rare_feature",
    "reddi",
    "rosenbrock",
    "rotated",
    "saddle",
]


@dataclass(frozen=True)
class Problem:
    """A function to minimise.

    Attributes
    ----------
    name : str
    value : callable
        ``value(x)``, shape (..., n) → (...).
    grad : callable
        ``grad(x, t=None)``, shape (..., n) → (..., n).
    minimum : ndarray of shape (n,) or None
        Where `value` is least; None if nowhere.
    start : ndarray of shape (n,)
    box : ndarray of shape (n, 2)
        Lower and upper limits of a picture.
    source : str
    project : callable or None
        Where x is held to a region: ``project(x) → x``, for `run`.
    """

    name: str
    value: Callable
    grad: Callable
    minimum: np.ndarray | None
    start: np.ndarray
    box: np.ndarray
    source: str
    project: Callable | None = None


def bowl(condition=20.0, steepest=4.0):
    """½ Σ λ·x² with two curvatures λ, `condition` times apart.

    Parameters
    ----------
    condition : float, default 20.0
        Condition number, ≥ 1.
    steepest : float, default 4.0
        The larger curvature, > 0, along x₂.

    Returns
    -------
    Problem
        The default is the bowl .1x₁² + 2x₂² of *Dive into Deep Learning*, chapter 12.

    Examples
    --------
    >>> bowl().grad(np.array([1.0, 1.0])).tolist()
    [0.2, 4.0]
    """
    if not condition >= 1:
        raise ValueError(f"condition must be at least 1, got {condition:g}")
    if not steepest > 0:
        raise ValueError(f"steepest must be positive, got {steepest:g}")
    curvature = np.array([steepest / condition, steepest])
    return Problem(
        f"bowl, condition {condition:g}",
        value=lambda x: 0.5 * (curvature * x * x).sum(axis=-1),
        grad=lambda x, t=None: curvature * x,
        minimum=np.zeros(2),
        start=np.array([-5.0, -2.0]),
        box=np.array([[-6.0, 2.0], [-3.0, 3.0]]),
        source="Zhang et al., Dive into Deep Learning, chapter 12",
    )


def rotated(problem, degrees=45.0):
    """The same problem, turned round the origin: each gradient is shared by all parameters.

    Parameters
    ----------
    problem : Problem
        Of two coordinates.
    degrees : float, default 45.0
        Counter-clockwise.

    Returns
    -------
    Problem
        In a box that holds the turned start and minimum.

    Examples
    --------
    >>> turned = rotated(bowl(), 90)
    >>> (turned.grad(np.array([1.0, 0.0])).round(12) + 0.0).tolist()
    [4.0, 0.0]
    """
    if len(problem.start) != 2:
        raise ValueError(f"{problem.name} has {len(problem.start)} coordinate(s); a turn needs two")
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    turn = np.array([[c, s], [-s, c]])  # a row vector times this is turned
    half, project = np.abs(problem.box).max(), problem.project
    return replace(
        problem,
        name=f"{problem.name}, turned by {degrees:g}°",
        value=lambda x: problem.value(x @ turn.T),
        grad=lambda x, t=None: problem.grad(x @ turn.T, t) @ turn,
        minimum=None if problem.minimum is None else problem.minimum @ turn,
        start=problem.start @ turn,
        box=np.array([[-half, half], [-half, half]]),
        project=project and (lambda x: project(x @ turn.T) @ turn),
    )


def rosenbrock():
    """(1 − x₁)² + 100 (x₂ − x₁²)²: a curved valley with an almost flat floor.

    Examples
    --------
    >>> rosenbrock().value(np.array([1.0, 1.0])).item()
    0.0
    """

    def grad(x, t=None):
        a, b = x[..., 0], x[..., 1]
        bend = b - a * a
        return np.stack([-2 * (1 - a) - 400 * a * bend, 200 * bend], axis=-1)

    return Problem(
        "Rosenbrock's valley",
        value=lambda x: (1 - x[..., 0]) ** 2 + 100 * (x[..., 1] - x[..., 0] ** 2) ** 2,
        grad=grad,
        minimum=np.ones(2),
        start=np.array([-1.2, 1.0]),
        box=np.array([[-2.0, 2.0], [-1.0, 3.0]]),
        source="Rosenbrock 1960",
    )


def beale():
    """Σ (yᵢ − x₁(1 − x₂ⁱ))², y = 1.5, 2.25, 2.625: flat plains and steep corners.

    Examples
    --------
    >>> beale().value(np.array([3.0, 0.5])).item()
    0.0
    """
    y = (1.5, 2.25, 2.625)

    def value(x):
        a, b = x[..., 0], x[..., 1]
        return sum((y[i - 1] - a * (1 - b**i)) ** 2 for i in (1, 2, 3))

    def grad(x, t=None):
        a, b = x[..., 0], x[..., 1]
        rest = [y[i - 1] - a * (1 - b**i) for i in (1, 2, 3)]
        da = sum(-2 * rest[i - 1] * (1 - b**i) for i in (1, 2, 3))
        db = sum(2 * rest[i - 1] * a * i * b ** (i - 1) for i in (1, 2, 3))
        return np.stack([da, db], axis=-1)

    return Problem(
        "Beale's function",
        value=value,
        grad=grad,
        minimum=np.array([3.0, 0.5]),
        start=np.array([1.0, 1.5]),
        box=np.array([[-1.0, 4.5], [-2.0, 2.0]]),
        source="Beale 1958",
    )


def saddle():
    """½x₁² − ½x₂² + ¼x₂⁴: the start lies almost on the ridge of a saddle.

    Examples
    --------
    >>> saddle().grad(np.array([0.0, 1.0])).tolist()
    [0.0, 0.0]
    """
    return Problem(
        "a saddle",
        value=lambda x: 0.5 * (x[..., 0] ** 2 - x[..., 1] ** 2) + 0.25 * x[..., 1] ** 4,
        grad=lambda x, t=None: np.stack([x[..., 0], x[..., 1] ** 3 - x[..., 1]], axis=-1),
        minimum=np.array([0.0, 1.0]),  # and its mirror image, (0, −1)
        start=np.array([-1.5, 0.001]),
        box=np.array([[-2.0, 2.0], [-2.0, 2.0]]),
        source="the double well, a standard example of nonlinear dynamics",
    )


def noisy(problem, noise=1.0, steps=1000, seed=0):
    """The same problem, its gradient seen through normal noise.

    Parameters
    ----------
    problem : Problem
    noise : float, default 1.0
        Standard deviation ≥ 0, in the unit of the gradient.
    steps : int, default 1000
        How many steps there is noise for; all members of a sweep see the same.
    seed : int, default 0

    Returns
    -------
    Problem

    Examples
    --------
    >>> noisy(bowl(), noise=0.0).grad(np.ones(2), t=1).tolist()
    [0.2, 4.0]
    """
    if not noise >= 0:
        raise ValueError(f"noise must be ≥ 0, got {noise:g}")
    whole("steps", steps, 1)
    drawn = noise * np.random.default_rng(seed).normal(size=(steps, len(problem.start)))

    def grad(x, t):
        whole("t", t, 1)
        if t > steps:
            raise ValueError(f"there is noise for {steps} steps, not for step {t}: raise steps=")
        return problem.grad(x, t) + drawn[t - 1]

    return replace(problem, name=f"{problem.name}, noise {noise:g}", grad=grad)


def rare_feature(probability=0.05, steps=1000, seed=0):
    """Least squares with one feature in every example and one that is rare but telling.

    Step t sees one example a with target a·(1, 1): a₁ is always there, a₂ with `probability`.

    Parameters
    ----------
    probability : float, default 0.05
        0 < probability ≤ 1.
    steps : int, default 1000
        How many examples there are.
    seed : int, default 0

    Returns
    -------
    Problem
        Its value is the expected loss of one example.

    Examples
    --------
    >>> rare_feature().value(np.zeros(2)).round(4).item()
    0.525
    """
    if not 0 < probability <= 1:
        raise ValueError(f"probability must be in (0, 1], got {probability:g}")
    whole("steps", steps, 1)
    rng = np.random.default_rng(seed)
    common = rng.choice([-1.0, 1.0], steps)
    rare = rng.choice([-1.0, 1.0], steps) * (rng.random(steps) < probability)
    a = np.stack([common, rare], axis=-1)

    def grad(x, t):
        whole("t", t, 1)
        if t > steps:
            raise ValueError(f"there are {steps} examples, none for step {t}: raise steps=")
        return ((x - 1) @ a[t - 1])[..., None] * a[t - 1]

    return Problem(
        f"a feature in {100 * probability:g} % of the examples",
        # a₁ and a₂ are independent with mean 0, so that the mixed term is 0 on average
        value=lambda x: 0.5 * ((x[..., 0] - 1) ** 2 + probability * (x[..., 1] - 1) ** 2),
        grad=grad,
        minimum=np.ones(2),
        start=np.zeros(2),
        box=np.array([[-0.5, 2.0], [-0.5, 2.0]]),
        source="after Duchi, Hazan and Singer 2011, section 1",
    )


def reddi(c=3.0):
    """Gradients c, −1, −1, c, …: on average uphill is to the right, on [−1, 1].

    Parameters
    ----------
    c : float, default 3.0
        The rare large gradient, > 2, so that the least value is at −1.

    Returns
    -------
    Problem
        One coordinate; give its `project` to `run`.

    Examples
    --------
    >>> [reddi().grad(np.zeros(1), t).item() for t in (1, 2, 3, 4)]
    [3.0, -1.0, -1.0, 3.0]
    """
    if not c > 2:
        raise ValueError(f"c must be above 2, else the least value is not at −1; got {c:g}")
    return Problem(
        "Reddi's stream",
        value=lambda x: (c - 2) / 3 * x[..., 0],
        grad=lambda x, t: np.full(np.shape(x), c if t % 3 == 1 else -1.0),
        minimum=np.array([-1.0]),
        start=np.zeros(1),
        box=np.array([[-1.0, 1.0]]),
        source="Reddi, Kale and Kumar 2018, theorem 1",
        project=lambda x: np.clip(x, -1, 1),
    )


def drift(path):
    """½(x − path(t))²: an optimum that moves.

    Parameters
    ----------
    path : callable
        ``path(t)``, where the optimum is at step t.

    Returns
    -------
    Problem
        One coordinate. `value` is that of the optimum at step 0.

    Examples
    --------
    >>> drift(lambda t: 0.005 * t).grad(np.zeros(1), 200).tolist()
    [-1.0]
    """
    return Problem(
        "a drifting optimum",
        value=lambda x: 0.5 * (x[..., 0] - path(0)) ** 2,
        grad=lambda x, t: x - path(t),
        minimum=None,
        start=np.zeros(1),
        box=np.array([[-1.0, 1.0]]),
        source="a standard test of tracking",
    )
