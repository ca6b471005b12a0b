"""Averages of a stream: of everything, of a window, and the leaky one (EMA).

Time runs along axis 0. Further axes are a sweep: one call averages many streams,
or one stream with many values of β.
"""

import numpy as np

from .base import first_not_finite, floats, whole

__all__ = [
    "beta_from_half_life",
    "effective_window",
    "ema",
    "half_life",
    "moving_average",
    "running_mean",
]


def running_mean(x):
    """Mean of everything seen so far.

    Parameters
    ----------
    x : array_like, shape (n, ...)
        The stream, n ≥ 1 values along axis 0. Any unit.

    Returns
    -------
    ndarray, shape (n, ...)
        Entry t is the mean of the first t + 1 values, in the unit of `x`.

    Raises
    ------
    ValueError
        If `x` is empty, or holds a NaN or an infinity.

    Examples
    --------
    >>> running_mean([4.0, 2.0, 0.0]).tolist()
    [4.0, 3.0, 2.0]
    """
    x = _stream(x)
    count = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
    total = np.cumsum(x, axis=0, dtype=np.result_type(x, float))  # float32 would lose small terms
    return (total / count).astype(x.dtype)


def moving_average(x, window):
    """Mean of the last `window` values.

    Parameters
    ----------
    x : array_like, shape (n, ...)
        The stream, n ≥ 1 values along axis 0. Any unit.
    window : int
        How many values to average, 1 ≤ window ≤ n.

    Returns
    -------
    ndarray, shape (n, ...)
        Entry t averages ``x[t - window + 1 : t + 1]``. The first ``window - 1`` entries are
        NaN: there the window is not full yet.

    Raises
    ------
    ValueError
        If `window` is out of range, or `x` is empty or holds a NaN or an infinity.
    TypeError
        If `window` is not a whole number.

    Examples
    --------
    >>> moving_average([4.0, 2.0, 0.0, 1.0], window=2).tolist()
    [nan, 3.0, 1.0, 0.5]
    """
    x = _stream(x)
    whole("window", window, 1)
    if window > len(x):
        raise ValueError(
            f"window must be between 1 and the length of x, which is {len(x)}; got {window}"
        )
    mean = np.full_like(x, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(x, window, axis=0)
    mean[window - 1 :] = windows.mean(axis=-1, dtype=np.result_type(x, float))
    return mean


def ema(x, beta, *, bias_correction=False, initial=0.0):
    """Exponential moving average: a sum that leaks.

    Each step keeps the share β of the average and lets in the share 1 − β of the new value::

        v ← β·v + (1 − β)·x

    Parameters
    ----------
    x : array_like, shape (n, ...)
        The stream, n ≥ 1 values along axis 0. Any unit.
    beta : float or array_like
        The decay β, 0 ≤ β < 1. An array is a sweep: it broadcasts against one value of the
        stream, ``x[0]``.
    bias_correction : bool, default False
        Divide by 1 − β^t, the sum of the weights handed out in t steps. The average then starts
        at ``x[0]`` instead of creeping up from 0.
    initial : float or array_like, default 0.0
        v before the first step, in the unit of `x`. Only without bias correction, which
        assumes a start at 0.

    Returns
    -------
    ndarray, shape (n, ...)
        v after each step, in the unit of `x`. float32 stays float32.

    Raises
    ------
    ValueError
        If β is outside [0, 1), if `x` is empty or holds a NaN or an infinity, if `initial` is
        not finite or is used together with `bias_correction`, or if the shapes do not fit.
    TypeError
        If `x`, `beta` or `initial` is not real.

    Notes
    -----
    The value of k steps ago has the weight (1 − β)·β^k. With ``x = g**2`` this is the quantity
    that RMSProp divides by (Hinton, *Neural Networks for Machine Learning*, lecture 6e, 2012).
    The correction is that of Kingma and Ba, *Adam*, 2015, section 3.

    Examples
    --------
    >>> ema([1.0, 1.0, 1.0], beta=0.5).tolist()
    [0.5, 0.75, 0.875]
    >>> ema([1.0, 1.0, 1.0], beta=0.5, bias_correction=True).tolist()
    [1.0, 1.0, 1.0]

    A sweep over two decays:

    >>> ema([1.0, 1.0], beta=[0.5, 0.75]).tolist()
    [[0.5, 0.25], [0.75, 0.4375]]
    """
    x, beta, v = _for_ema(x, beta, bias_correction, initial)
    average = np.empty((len(x), *np.broadcast_shapes(x.shape[1:], beta.shape, v.shape)), x.dtype)
    for t, x_t in enumerate(x, start=1):
        v = beta * v + (1 - beta) * x_t
        average[t - 1] = v / (1 - beta**t) if bias_correction else v
    return average


def half_life(beta):
    """Steps after which an EMA has forgotten half: ln ½ / ln β.

    Parameters
    ----------
    beta : float or array_like
        The decay β, 0 ≤ β < 1.

    Returns
    -------
    float or ndarray
        Steps, not rounded. 0 for β = 0, which remembers only the newest value.

    Raises
    ------
    ValueError
        If β is outside [0, 1).

    Examples
    --------
    >>> round(half_life(0.9), 4)
    6.5788
    """
    with np.errstate(divide="ignore"):  # ln 0 = −∞ gives the right limit, a half-life of 0
        return _plain(np.log(0.5) / np.log(_decay(beta)))


def effective_window(beta):
    """Number of recent steps that an EMA is often said to average over: 1 / (1 − β).

    Those steps carry about 63 % of the weight when β is close to 1 (1 − 1/e).

    Parameters
    ----------
    beta : float or array_like
        The decay β, 0 ≤ β < 1.

    Returns
    -------
    float or ndarray
        Steps, at least 1.

    Raises
    ------
    ValueError
        If β is outside [0, 1).

    Examples
    --------
    >>> round(effective_window(0.9), 6)
    10.0
    """
    return _plain(1 / (1 - _decay(beta)))


def beta_from_half_life(steps):
    """The decay β of an EMA that forgets half in `steps` steps: ½^(1/steps).

    Parameters
    ----------
    steps : float or array_like
        Half-life, a positive finite number of steps, not necessarily whole. At most about 1e16:
        the β of a longer one is 1 in float64.

    Returns
    -------
    float or ndarray
        β, with 0 ≤ β < 1; 0 when `steps` is so small that nothing is left after one.

    Raises
    ------
    ValueError
        If `steps` is not positive and finite, or so large that β would be 1.

    Examples
    --------
    >>> round(beta_from_half_life(11), 4)
    0.9389
    """
    h = floats("steps", steps)
    if not (np.isfinite(h) & (h > 0)).all():
        raise ValueError(f"steps must be positive and finite, got {steps!r}")
    with np.errstate(over="ignore", under="ignore"):  # 1/h may be ∞, and ½ to that power is 0
        beta = 0.5 ** (1 / h)
    if (beta == 1).any():
        raise ValueError(
            f"steps must be small enough for a β below 1 in {beta.dtype}, got {steps!r}"
        )
    return _plain(beta)


def _stream(x):
    x = floats("x", x)
    if x.ndim == 0:
        raise ValueError(f"x must be a stream with time along axis 0, got the single number {x}")
    if x.size == 0:
        raise ValueError("x is empty; an average needs at least one value")
    if not np.isfinite(x).all():
        where, at = first_not_finite(x)
        raise ValueError(f"x{at} is {x[where]}; an average needs finite values")
    return x


def _for_ema(x, beta, bias_correction, initial):
    x = _stream(x)
    with np.errstate(over="ignore"):
        v = floats("initial", initial).astype(x.dtype)
    if not np.isfinite(v).all():
        raise ValueError(f"initial must be finite in {x.dtype}, got {initial!r}")
    if bias_correction and v.any():
        raise ValueError(f"bias_correction assumes a start at 0, got initial={initial!r}")
    beta = _decay(beta, x.dtype)
    try:
        np.broadcast_shapes(x.shape[1:], beta.shape, v.shape)
    except ValueError:
        raise ValueError(
            f"beta and initial have the shapes {beta.shape} and {v.shape}, which do not fit one "
            f"value of x, {x.shape[1:]}: give x an axis for them, x[..., None]"
        ) from None
    return x, beta, v


def _decay(beta, dtype=None):
    """β as floats, checked after rounding to `dtype`: a β close to 1 is 1 in float32."""
    given = floats("beta", beta)
    beta = given.astype(dtype or given.dtype)
    inside = (beta >= 0) & (beta < 1)  # False for NaN too
    if not inside.all():
        first = given[~inside].flat[0]
        rounded = f", which {beta.dtype} rounds to 1" if 0 <= first < 1 else ""
        raise ValueError(f"beta must be in [0, 1), got {float(first)!r}{rounded}")
    return beta


def _plain(value):
    """A Python float for a single number, so that it prints as one."""
    return value if np.ndim(value) else float(value)
