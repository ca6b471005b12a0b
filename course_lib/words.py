"""Fifty words, most of them rare: what an optimizer learns of each from noisy examples."""

from typing import NamedTuple

import numpy as np

__all__ = ["Examples", "draw", "learn"]

FAR = 1e100  # what goes further has diverged, and its square is no number any more


class Examples(NamedTuple):
    """One word an example: ``word`` and ``noise`` (step, seed), ``weight`` (seed, word).

    The target of an example is its word's weight, plus noise of deviation 1.
    """

    word: np.ndarray
    noise: np.ndarray
    weight: np.ndarray

    def first(self, count):
        """The first of them, as many as `count`, in every run."""
        return Examples(self.word[:count], self.noise[:count], self.weight)


def draw(p, steps, seeds):
    """Examples in which word k comes with the probability ``p[k]``.

    Parameters
    ----------
    p : array_like
        Of the words; they add up to 1.
    steps, seeds : int
        Examples in a run; runs, from the seeds 0, 1, 2 ...

    Returns
    -------
    Examples

    Examples
    --------
    >>> draw([0.9, 0.1], steps=5, seeds=2).word.T.tolist()
    [[0, 0, 0, 0, 0], [0, 1, 0, 1, 0]]
    """
    rngs = [np.random.default_rng(seed) for seed in range(seeds)]
    word = np.array([rng.choice(len(p), steps, p=p) for rng in rngs]).T
    noise = np.array([rng.normal(size=steps) for rng in rngs]).T
    return Examples(word, noise, np.array([rng.choice([-1.0, 1.0], len(p)) for rng in rngs]))


def learn(rate, examples, noise=1.0):
    """How far each weight is off in the end, from a start at 0.

    Parameters
    ----------
    rate : callable
        ``rate(t, v, n)`` at the example number t, where the word has come n times and the sum of
        its squared gradients is v. What it returns may have more axes at the end, a sweep.
    examples : Examples
    noise : float or array_like
        The deviation of the noise; an array broadcasts with the sweep.

    Returns
    -------
    ndarray
        x − weight: seed, word, sweep. It is inf where the rate was too large.

    Examples
    --------
    >>> examples = draw([0.9, 0.1], steps=5, seeds=2)
    >>> off = learn(lambda t, v, n: 1 / n, examples)  # a word's x is the mean of its targets
    >>> off.shape, bool(np.isclose(off[0, 0], examples.noise[:, 0].mean()))
    ((2, 2), True)
    """
    seeds = len(examples.weight)
    # A weight moves only with its own word, so the n-th example of every word is taken at once.
    weights = examples.weight.ravel()
    owner = (examples.word + examples.weight.shape[1] * np.arange(seeds)).ravel()
    count = np.bincount(owner, minlength=len(weights))
    place = np.empty(len(weights), int)  # words that come often first: those that still come
    place[np.argsort(-count, kind="stable")] = np.arange(len(weights))  # are the first ones
    order = np.argsort(owner, kind="stable")
    owner = owner[order]
    n = np.arange(len(owner)) - (np.cumsum(count) - count)[owner]
    t, xi = np.zeros((2, count.max(), len(weights)))
    t[n, place[owner]] = order // seeds + 1
    xi[n, place[owner]] = examples.noise.ravel()[order]

    sweep = np.broadcast(rate(1.0, 1.0, 1.0), noise).shape
    column = (slice(None), *(None,) * len(sweep))
    goal, come = np.empty(len(weights)), np.empty(len(weights), int)
    goal[place], come[place] = weights, count
    x, v = np.zeros((2, len(weights), *sweep))
    with np.errstate(over="ignore", invalid="ignore"):
        for i in range(count.max()):
            some = slice(np.count_nonzero(come > i))
            g = x[some] - goal[some][column] - noise * xi[i, some][column]
            v[some] += g * g
            x[some] -= rate(t[i, some][column], v[some], i + 1) * g
    off = x[place] - weights[column]
    return np.where(np.abs(off) < FAR, off, np.inf).reshape(*examples.weight.shape, *sweep)
