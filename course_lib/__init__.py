"""Adaptive optimizers, from a moving average to Adam: the course's reference library.

>>> import course_lib as cl
>>> cl.ema([1.0, 1.0], beta=0.5).tolist()
[0.5, 0.75]
"""

from importlib import import_module

__version__ = "0.1.0"

# Each name's module, and its name there. All load when they are first used: JupyterLab's server,
# which wants one small function, loads no NumPy, and the formulas alone load no matplotlib.
_LATER = {
    "SGD": ("optimizers", "SGD"),
    "AMSGrad": ("variants", "AMSGrad"),
    "AdaGrad": ("optimizers", "AdaGrad"),
    "Adadelta": ("variants", "Adadelta"),
    "Adam": ("optimizers", "Adam"),
    "AdamW": ("variants", "AdamW"),
    "Diverged": ("descent", "Diverged"),
    "RMSProp": ("optimizers", "RMSProp"),
    "averages": ("averages", None),
    "bar": ("explore.waiting", "bar"),
    "beta_from_half_life": ("averages", "beta_from_half_life"),
    "check": ("checks", "check"),
    "conventions": ("conventions", None),
    "datasets": ("datasets", None),
    "effective_window": ("averages", "effective_window"),
    "ema": ("averages", "ema"),
    "explore": ("explore", None),
    "half_life": ("averages", "half_life"),
    "moving_average": ("averages", "moving_average"),
    "networks": ("networks", None),
    "numbers": ("explore.folded", "numbers"),
    "optimizers": ("optimizers", None),
    "plots": ("explore.plots", None),
    "predict": ("explore.quiz", "predict"),
    "problems": ("problems", None),
    "progress": ("command.progress", "progress"),
    "run": ("descent", "run"),
    "running_mean": ("averages", "running_mean"),
    "variants": ("variants", None),
}

__all__ = sorted(_LATER)


def __getattr__(name):
    if name not in _LATER:
        raise AttributeError(f"course_lib has no {name!r}; it has {', '.join(__all__)}")
    module, attribute = _LATER[name]
    found = import_module(f"{__name__}.{module}")
    if attribute:
        found = getattr(found, attribute)
    globals()[name] = found
    return found


def __dir__():
    return sorted([*globals(), *_LATER])
