"""What is compared: the settings, the gradients, and how an error is measured."""

import numpy as np

STEPS = 80
KEPT = (1, 2, 10, 80)  # the steps that the committed table has


def settings():
    """(framework, name, hyper-parameters) by the course's names; {} means the defaults."""
    adam = {"lr": 0.05, "beta1": 0.8, "beta2": 0.95, "eps": 1e-4}
    own = {
        "SGD": [{"lr": 0.02, "momentum": 0.9}, {"lr": 0.02, "momentum": 0.9, "nesterov": True}],
        "AdaGrad": [{"lr": 0.1, "eps": 1e-3, "initial": 0.5}],
        "RMSProp": [
            {"lr": 0.01, "rho": 0.95, "eps": 1e-3, "momentum": 0.9},
            {"lr": 0.01, "rho": 0.95, "eps": 1e-3, "centered": True},
        ],
        "Adam": [adam],
        "AdamW": [{**adam, "weight_decay": 0.1}],
        "AMSGrad": [adam],
        "Adadelta": [{"lr": 0.5, "rho": 0.8, "eps": 1e-4}],
    }
    for framework in ("torch", "keras", "optax"):
        for name, variants in own.items():
            yield framework, name, {"lr": 0.01} if framework == "optax" else {}
            for hyper in variants:
                yield framework, name, hyper
            if name != "AdamW" and (framework != "optax" or name == "Adadelta"):
                yield framework, name, {"lr": 0.02, "weight_decay": 0.1}


STREAM = np.random.default_rng(20).normal(size=(STEPS, 4)) * [1.0, 0.1, 10.0, 1e-3]


def _rosenbrock(x, t):
    a, b = x
    return np.array([-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)]) / 100


# name → gradient and start
SOURCES = {
    "quadratic": (lambda x, t: np.array([0.5, 1.0, 3.0]) * x, np.array([1.0, -2.0, 0.5])),
    "Rosenbrock / 100": (_rosenbrock, np.array([-1.2, 1.0])),
    "fixed stream": (lambda x, t: STREAM[t - 1], np.array([1.0, 2.0, -3.0, 0.5])),
}


def error(ours, theirs):
    """The largest difference, relative to the size that each coordinate has had.

    A coordinate on its way through 0 has no relative error of its own.
    """
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    return float(np.max(np.abs(ours - theirs) / np.abs(theirs).max(axis=0)))
