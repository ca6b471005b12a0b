"""Adaptive optimizers, from a moving average to Adam: the course's reference library.

>>> import course_lib as cl
>>> cl.ema([1.0, 1.0], beta=0.5).tolist()
[0.5, 0.75]
"""

from importlib import import_module

from . import averages, datasets, optimizers, problems, variants
from .averages import (
    beta_from_half_life,
    effective_window,
    ema,
    half_life,
    moving_average,
    running_mean,
)
from .descent import Diverged, run
from .optimizers import SGD, AdaGrad, Adam, RMSProp
from .variants import Adadelta, AdamW, AMSGrad

__version__ = "0.1.0"

# Pictures, widgets and checks load when they are first used: the formulas alone import fast.
_LATER = {
    "conventions": ("course_lib.conventions", None),
    "check": ("course_lib.exercises", "check"),
    "explore": ("course_lib.explorers", None),
    "networks": ("course_lib.networks", None),
    "numbers": ("course_lib.folded", "numbers"),
    "plots": ("course_lib.plots", None),
    "predict": ("course_lib.quiz", "predict"),
    "progress": ("course_lib.record", "progress"),
}

__all__ = [
    "SGD",
    "AMSGrad",
    "AdaGrad",
    "Adadelta",
    "Adam",
    "AdamW",
    "Diverged",
    "RMSProp",
    "averages",
    "beta_from_half_life",
    "check",
    "conventions",
    "datasets",
    "effective_window",
    "ema",
    "explore",
    "half_life",
    "moving_average",
    "networks",
    "numbers",
    "optimizers",
    "plots",
    "predict",
    "problems",
    "progress",
    "run",
    "running_mean",
    "variants",
]


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"course_lib has no {name!r}; it has {', '.join(__all__)}")
    module, attribute = _LATER[name]
    found = import_module(module)
    if attribute:
        found = getattr(found, attribute)
    globals()[name] = found
    return found


def __dir__():
    return sorted([*globals(), *_LATER])
