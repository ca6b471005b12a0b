"""Compare the course's optimizers with torch, Keras and optax themselves, step by step.

``make crosscheck`` runs this in an environment with all three. It fails if an optimizer is off
by more than 1e-12 of a coordinate's size in any of 80 steps, or if the committed table is not
what the frameworks give. ``make crosscheck ARGS=--write`` writes the table.
"""

# ruff: noqa: E402  (jax and Keras are told of float64 before they are used)

import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import jax
import numpy as np

jax.config.update("jax_enable_x64", True)

import keras
import optax
import torch
from cases import KEPT, SOURCES, STEPS, error, settings

import course_lib as cl

keras.config.set_floatx("float64")

TABLE = Path(__file__).with_name("frameworks.json")
LIMIT = 1e-12


def renamed(hyper, **names):
    return {names.get(key, key): value for key, value in hyper.items()}


def in_torch(name, hyper, grad, x0):
    hyper = dict(hyper)
    if "beta1" in hyper:
        hyper["betas"] = (hyper.pop("beta1"), hyper.pop("beta2"))
    if name == "AMSGrad":
        hyper["amsgrad"] = True
    rho = "alpha" if name == "RMSProp" else "rho"
    kind = {"AdaGrad": "Adagrad", "RMSProp": "RMSprop", "AMSGrad": "Adam"}.get(name, name)
    x = torch.tensor(x0, requires_grad=True)
    names = {"rho": rho, "initial": "initial_accumulator_value"}
    optimizer = getattr(torch.optim, kind)([x], **renamed(hyper, **names))
    for t in range(1, STEPS + 1):
        x.grad = torch.tensor(grad(x.detach().numpy().copy(), t))
        optimizer.step()
        yield x.detach().numpy().copy()


def in_keras(name, hyper, grad, x0):
    names = {
        **{"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"},
        "initial": "initial_accumulator_value",
    }
    hyper = renamed(hyper, **names)
    if name == "AMSGrad":
        hyper["amsgrad"] = True
    kind = {"AdaGrad": "Adagrad", "RMSProp": "RMSprop", "AMSGrad": "Adam"}.get(name, name)
    optimizer = getattr(keras.optimizers, kind)(**hyper)
    x = keras.Variable(x0, dtype="float64")
    optimizer.build([x])
    for t in range(1, STEPS + 1):
        g = grad(keras.ops.convert_to_numpy(x).copy(), t)
        optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float64")], [x])
        yield keras.ops.convert_to_numpy(x).copy()


def in_optax(name, hyper, grad, x0):
    initial = "initial_scale" if name == "RMSProp" else "initial_accumulator_value"
    rho = "decay" if name == "RMSProp" else "rho"
    names = {"lr": "learning_rate", "beta1": "b1", "beta2": "b2", "initial": initial, "rho": rho}
    optimizer = getattr(optax, name.lower())(**renamed(hyper, **names))
    x = jax.numpy.asarray(x0)
    state = optimizer.init(x)
    update = jax.jit(optimizer.update)
    for t in range(1, STEPS + 1):
        updates, state = update(jax.numpy.asarray(grad(np.array(x), t)), state, x)
        x = optax.apply_updates(x, updates)
        yield np.array(x)


FRAMEWORKS = {"torch": in_torch, "keras": in_keras, "optax": in_optax}


def main():
    worst, rows = {}, []
    for framework, name, hyper in settings():
        for source, (grad, x0) in SOURCES.items():
            theirs = np.array(list(FRAMEWORKS[framework](name, hyper, grad, x0)))
            ours = cl.run(cl.conventions.as_in(framework, name, **hyper), grad, x0, STEPS).x[1:]
            off = error(ours, theirs)
            worst[framework, name] = max(worst.get((framework, name), 0.0), off)
            if not off <= LIMIT:
                print(f"{framework} {name} {hyper} on the {source}: off by {off:.1e}")
            x = {str(t): theirs[t - 1].tolist() for t in KEPT}
            scale = np.abs(theirs).max(axis=0).tolist()
            case = {"framework": framework, "name": name, "hyper": hyper, "source": source}
            rows.append({**case, "x": x, "scale": scale})
    names = list(dict.fromkeys(name for _, name in worst))
    print(f"largest error, of {len(rows)} runs of {STEPS} steps, all coordinates")
    print(f"{'':8}" + "".join(f"{name:>10}" for name in names))
    for framework in FRAMEWORKS:
        print(f"{framework:8}" + "".join(f"{worst[framework, name]:10.1e}" for name in names))
    versions = {name: version(name) for name in FRAMEWORKS}
    print(", ".join(f"{name} {number}" for name, number in versions.items()))
    table = {"versions": {n: v.partition("+")[0] for n, v in versions.items()}, "rows": rows}
    if "--write" in sys.argv:
        text = json.dumps(table).replace('{"framework"', '\n{"framework"')
        TABLE.write_text(text + "\n", encoding="utf-8")
    stale = not same(json.loads(TABLE.read_text(encoding="utf-8")), table)
    if stale:
        print(f"{TABLE.name} is not what these versions give: make crosscheck ARGS=--write")
    return stale or not max(worst.values()) <= LIMIT


def same(old, new):
    """Whether two tables say the same, up to rounding that differs between processors."""

    def heads(table):
        return [{**row, "x": None, "scale": None} for row in table["rows"]]

    return (
        old["versions"] == new["versions"]
        and heads(old) == heads(new)
        and all(
            np.allclose(a["x"][t], b["x"][t], rtol=1e-12, atol=1e-12)
            for a, b in zip(old["rows"], new["rows"], strict=True)
            for t in map(str, KEPT)
        )
    )


if __name__ == "__main__":
    sys.exit(main())
