"""Another processor, imitated: every gradient and every averaged value off by its last bit.

NumPy takes other instructions on other processors, and the last bits of its results differ.
What is printed or stored must not show it.
"""

import numpy as np

from course_lib import averages, conventions, descent, optimizers, variants
from course_lib import base as hyper
from course_lib.explore import page

__all__ = ["Change", "install"]


class Change:
    """Moves each number to one of its two neighbours; 0, which no rounding made, stays 0.

    Examples
    --------
    >>> change = Change(seed=1)
    >>> one = change(np.ones(1000))
    >>> sorted(set(((one - 1) * 2**53).tolist()))
    [-1.0, 2.0]
    """

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        self.signs = 2 * rng.integers(0, 2, 2**20, dtype=np.int8) - 1  # drawing is slow
        self.used = 0

    def __call__(self, values):
        values = np.array(values)
        if values.dtype.kind != "f":
            return values
        if self.used + values.size > self.signs.size:
            self.used = 0
            self.signs = np.resize(self.signs, max(self.signs.size, values.size))
        signs = self.signs[self.used : self.used + values.size].reshape(values.shape)
        self.used += values.size
        moved = (values.view(f"i{values.itemsize}") + signs).view(values.dtype)
        return np.where(np.isfinite(values) & (values != 0), moved, values)


def install(seed, set_attribute=setattr):
    """From here on change what optimizers and averages are given, and all powers of β.

    Parameters
    ----------
    seed : int
    set_attribute : callable
        pytest's ``monkeypatch.setattr``, where it is to be undone.
    """
    change, last = Change(seed), None

    def changed(function):
        return lambda *args: change(function(*args))

    def changed_gradient(grad):
        grad = ORIGINAL["_of_two"](grad)

        def gradient(x, t):
            nonlocal last
            last = change(grad(x, t))
            return last

        return gradient

    def like(g, x):  # what comes from `run` is changed already
        return ORIGINAL["like"](g, x) if g is last else change(ORIGINAL["like"](g, x))

    inner = {"like": like, "weights": lambda beta, t: 1 - change(np.power(beta, t))}
    set_attribute(descent, "_of_two", changed_gradient)
    set_attribute(averages, "_stream", changed(ORIGINAL["_stream"]))
    set_attribute(averages, "_decay", changed(ORIGINAL["_decay"]))
    for module in (optimizers, variants, conventions):
        for name in inner.keys() & vars(module).keys():
            set_attribute(module, name, inner[name])
    set_attribute(page, "png", lambda *_: b"")  # no picture is compared, and drawing is slow


# Kept here, so that a second `install` does not change what is changed already.
ORIGINAL = {
    "_of_two": descent._of_two,
    "_stream": averages._stream,
    "_decay": averages._decay,
    "like": hyper.like,
}
