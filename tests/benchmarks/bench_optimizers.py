"""How long a step, a sweep and an import take, beside torch, optax and Keras; one run.

Part of ``make bench``. The frameworks are there once ``make crosscheck`` has made its environment.
"""

import os
import statistics
import subprocess
import sys
import timeit
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import numpy as np  # noqa: E402

import course_lib as cl  # noqa: E402

NAMES = ("SGD", "AdaGrad", "RMSProp", "Adam")
TORCH = {"SGD": "SGD", "AdaGrad": "Adagrad", "RMSProp": "RMSprop", "Adam": "Adam"}


def median(function, repeat=7):
    """Seconds for one call, the median of batches of at least .05 s."""
    timer = timeit.Timer(function)
    number, taken = timer.autorange()
    number = max(1, number // 4 if taken > 0.2 else number)
    return statistics.median(timer.repeat(repeat, number)) / number


def of_the_course(name, g):
    opt = getattr(cl, name)()
    state = opt.step(opt.init(np.zeros_like(g)), g)
    return lambda: opt.step(state, g)


def of_torch(name, g, **options):
    import torch

    x = torch.zeros(len(g), dtype=torch.float64, requires_grad=True)
    x.grad = torch.tensor(g)
    opt = getattr(torch.optim, TORCH[name])([x], lr=0.01, **options)
    opt.step()
    return opt.step


def of_optax(name, g):
    import jax

    jax.config.update("jax_enable_x64", True)
    import optax

    opt = getattr(optax, name.lower())(0.01)
    x, g = jax.numpy.zeros(len(g)), jax.numpy.asarray(g)

    @jax.jit
    def step(x, state, g):
        updates, state = opt.update(g, state, x)
        return optax.apply_updates(x, updates), state

    x, state = step(x, opt.init(x), g)
    return lambda: step(x, state, g)[0].block_until_ready()


def of_keras(name, g):
    import keras

    keras.config.set_floatx("float64")
    opt = getattr(keras.optimizers, TORCH[name])(learning_rate=0.01)
    x, g = keras.Variable(np.zeros(len(g)), dtype="float64"), keras.ops.convert_to_tensor(g)
    opt.build([x])
    opt.apply([g], [x])
    return lambda: (opt.apply([g], [x]), x.value.block_until_ready())


def steps(size, unit, columns):
    print(f"\none step on {size:,} parameters, {'µs' if unit == 1e6 else 'ms'}, float64")
    print(f"{'':9}" + "".join(f"{title:>15}" for title in columns))
    g = np.random.default_rng(0).normal(size=size)
    for name in NAMES:
        row = []
        for make in columns.values():
            try:
                row.append(f"{unit * median(make(name, g)):15.1f}")
            except (ImportError, RuntimeError, TypeError):
                row.append(f"{'–':>15}")
        print(f"{name:9}" + "".join(row), flush=True)


def sweep():
    lr, rho = np.logspace(-4, -1, 50)[:, None, None], np.linspace(0, 0.99, 50)[None, :, None]
    grad, start = cl.problems.bowl().grad, cl.problems.bowl().start

    def swept():
        cl.run(cl.RMSProp(lr=lr, rho=rho), grad, start, 500, record=["x"], every=500)

    def looped():
        for a in lr.flat:
            for b in rho.flat:
                cl.run(cl.RMSProp(lr=a, rho=b), grad, start, 500, record=["x"], every=500)

    fast = statistics.median(timeit.repeat(swept, number=1, repeat=5))
    slow = timeit.timeit(looped, number=1)
    print("\na 50 × 50 sweep of 500 steps of RMSProp")
    print(f"vectorised {fast:.2f} s, looped {slow:.1f} s: {slow / fast:.0f} times")


def imports():
    def start(what):
        return timeit.timeit(
            lambda: subprocess.run([sys.executable, "-c", what], cwd=ROOT, check=True), number=1
        )

    taken = {what: [] for what in ("pass", "import numpy", "import course_lib")}
    for _ in range(15):
        for what, times in taken.items():
            times.append(start(what))
    bare, numpy, course = (statistics.median(times) for times in taken.values())
    ratio = (course - bare) / (numpy - bare)
    print("\nimport, above an empty Python")
    print(
        f"numpy {1e3 * (numpy - bare):.0f} ms, course_lib with it {1e3 * (course - bare):.0f} ms: "
        f"{ratio:.2f} times"
    )


def main():
    course = {"course": of_the_course}
    try:
        import keras  # noqa: F401
        import optax  # noqa: F401
        import torch
    except ImportError:
        print("torch, optax and Keras are not here: `make crosscheck` installs them")
        frameworks, large = {}, {}
    else:
        torch.set_num_threads(1)  # as NumPy
        single = {"torch": lambda name, g: of_torch(name, g, foreach=False)}
        frameworks = {**single, "optax, jitted": of_optax, "Keras": of_keras}
        large = {
            **single,
            "torch fused": lambda name, g: of_torch(name, g, fused=True),
            "optax, jitted": of_optax,
        }
    for size in (2, 1000):
        steps(size, 1e6, course | frameworks)
    steps(10**6, 1e3, course | large)
    a, b = np.zeros(10**6), np.ones(10**6)
    print(f"copying 1,000,000 numbers takes {1e3 * median(lambda: np.copyto(a, b)):.2f} ms")
    sweep()
    imports()


if __name__ == "__main__":
    main()
