"""Adaptive optimizers, from a moving average to Adam: the course's reference library.

>>> import course_lib as cl
>>> cl.ema([1.0, 1.0], beta=0.5).tolist()
[0.5, 0.75]
"""

from importlib import import_module

__version__ = "0.1.0"

# What each module has to offer, and the modules that are offered themselves. All load when they are
# first used: JupyterLab's server, which wants one small function, loads no NumPy, and the formulas
# alone load no matplotlib.
_OFFERED = {
    "averages": "beta_from_half_life effective_window ema half_life moving_average running_mean",
    "checks": "check",
    "command.progress": "progress",
    "descent": "Diverged run",
    "explore.folded": "numbers",
    "explore.quiz": "predict",
    "explore.waiting": "bar",
    "optimizers": "AdaGrad Adam RMSProp SGD",
    "variants": "AMSGrad AdamW Adadelta",
}
_MODULES = "averages conventions datasets explore networks optimizers problems variants"

# name → its module, and its name there
_LATER = {name: (module, name) for module, names in _OFFERED.items() for name in names.split()}
_LATER |= {module: (module, None) for module in _MODULES.split()}
_LATER["plots"] = "explore.plots", None

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
