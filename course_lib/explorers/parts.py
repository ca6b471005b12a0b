"""What several explorers share."""

import numpy as np


def points(x, y):
    """(..., n) and (..., n) → (..., n, 2)."""
    return np.stack(np.broadcast_arrays(x, y), axis=-1)


def steps_word(count):
    """ "step" or "steps"."""
    return "step" if count == 1 else "steps"
