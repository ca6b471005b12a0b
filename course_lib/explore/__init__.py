"""The course's explorers: one short function each, ``cl.explore.NAME()`` in a notebook.

Each takes where its controls stand at the start, and returns an `Explorer`. A value that is not in
a control's list is a ValueError that tells the list.
"""

from importlib import import_module

import numpy as np

# The module of each. It loads when the explorer is first used: what draws or asks in another way
# loads none of them.
_LATER = {
    "adagrad_decay": "whole_history",
    "adam": "adam_path",
    "adam_noise": "adam_path",
    "counterexample": "reddi",
    "ema_weights": "averaging",
    "first_look": "averaging",
    "heavy_ball": "ravine",
    "memory": "leaky_memory",
    "moving_averages": "averaging",
    "one_rate": "ravine",
    "race": "races",
    "rare_words": "whole_history",
    "rmsprop": "leaky_memory",
    "scaling": "ravine",
    "sweep": "sweeps",
}

# An explorer's arithmetic is no matter of what a learner has set with np.seterr.
_NUMPYS_OWN_ERRORS = np.errstate(divide="warn", over="warn", under="ignore", invalid="warn")

__all__ = sorted(_LATER)


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"there is no explorer {name!r}; there are {', '.join(__all__)}")
    explorer = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = _NUMPYS_OWN_ERRORS(explorer)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *_LATER})
