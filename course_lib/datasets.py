"""The streams of the course: real data that ship with it, and three that are made."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from .base import whole

__all__ = ["Demand", "Prices", "ftse", "hinton_stream", "noisy_step", "returns", "victoria"]

# importlib.resources would cost the import of course_lib a tenth of NumPy's.
_DATA = Path(__file__).with_name("data")


class Prices(NamedTuple):
    """A price series: `year` (decimal year, 260 days each) and `close`, both of shape (n,)."""

    year: np.ndarray
    close: np.ndarray


def ftse():
    """Daily closing prices of the FTSE 100 from the middle of 1991 to August 1998.

    Returns
    -------
    Prices
        1 860 business days. `year` is the time index of the source, not a calendar date.

    Notes
    -----
    Series ``EuStockMarkets`` of R's ``datasets`` package, provided by Erste Bank AG, Vienna.
    See ``course_lib/data/SOURCES.md``.

    Examples
    --------
    >>> prices = ftse()
    >>> len(prices.close), prices.close[0].item()
    (1860, 2443.6)
    """
    with (_DATA / "eu_stock_markets_1991_1998.csv").open() as file:
        year, close = np.loadtxt(file, delimiter=",", skiprows=1, usecols=(0, 4), unpack=True)
    return Prices(year, close)


class Demand(NamedTuple):
    """Electricity demand, every half hour of a year; all of shape (n,)."""

    hour: np.ndarray
    demand: np.ndarray
    workday: np.ndarray
    temperature: np.ndarray


def victoria():
    """Electricity demand of the state of Victoria, Australia, in 2014.

    Returns
    -------
    Demand
        17 520 half hours: `hour` of the day (local time), `demand` in GW, `workday` 1 or 0,
        `temperature` in Melbourne in °C.

    Notes
    -----
    Series ``elecdemand`` of the R package ``fpp2``. See ``course_lib/data/SOURCES.md``.

    Examples
    --------
    >>> year = victoria()
    >>> len(year.demand), year.demand.max().round(2).item()
    (17520, 9.35)
    """
    with (_DATA / "victoria_electricity_2014.csv").open() as file:
        table = np.loadtxt(file, delimiter=",", skiprows=1, usecols=(1, 2, 3))
    return Demand(np.arange(len(table)) / 2 % 24, *table.T)


def returns(close):
    """Daily returns in percent: 100 · ln(price today / price yesterday).

    Parameters
    ----------
    close : array_like, shape (n,)
        Prices, all positive, n ≥ 2.

    Returns
    -------
    ndarray, shape (n - 1,)
        Entry t is the return from day t to day t + 1, in percent.

    Raises
    ------
    ValueError
        If there are fewer than two prices, or one is not positive and finite.

    Examples
    --------
    >>> returns([100.0, 101.0]).round(3).tolist()
    [0.995]
    """
    close = np.asarray(close, dtype=float)
    if close.ndim != 1 or len(close) < 2:
        raise ValueError(f"close must be a row of at least two prices, got shape {close.shape}")
    wrong = ~(np.isfinite(close) & (close > 0))
    if wrong.any():
        raise ValueError(
            f"close[{wrong.argmax()}] is {close[wrong][0]:g}; prices are positive and finite"
        )
    return 100 * np.diff(np.log(close))


def hinton_stream(steps=300):
    """Nine gradients of +0.1, then one of −0.9, again and again: they sum to zero.

    The stream of Hinton's lecture 6e (2012), which shows what a sign method does wrong.

    Parameters
    ----------
    steps : int, default 300
        Length of the stream, at least 1.

    Returns
    -------
    ndarray, shape (steps,)

    Raises
    ------
    TypeError, ValueError
        If `steps` is not a whole number, or less than 1.

    Examples
    --------
    >>> stream = hinton_stream(20)
    >>> stream[8:11].tolist(), abs(stream.sum().round(12)).item()
    ([0.1, -0.9, 0.1], 0.0)
    """
    whole("steps", steps, 1)
    return np.where(np.arange(1, steps + 1) % 10 == 0, -0.9, 0.1)


def noisy_step(steps=300, jump=100, noise=0.4, seed=0):
    """A level that jumps from 0 to 1, seen through noise.

    Parameters
    ----------
    steps : int, default 300
        Length of the stream, at least 1.
    jump : int, default 100
        The index of the first value on the new level.
    noise : float, default 0.4
        Standard deviation of the normal noise.
    seed : int, default 0
        The same seed gives the same stream.

    Returns
    -------
    ndarray, shape (steps,)

    Raises
    ------
    TypeError, ValueError
        If `steps` is not a whole number, or less than 1.

    Examples
    --------
    >>> noisy_step(5, jump=3, noise=0.0).tolist()
    [0.0, 0.0, 0.0, 1.0, 1.0]
    """
    whole("steps", steps, 1)
    level = (np.arange(steps) >= jump).astype(float)
    return level + noise * np.random.default_rng(seed).normal(size=steps)
