"""Break the update rules in small ways, one at a time, and see whether the tests notice.

``make mutants``. Each mutant is a copy of the library with one piece of text replaced; the tests
of the optimizers have to fail on it. A mutant that lives is a hole in the tests, or equivalent to
the original: those are left out here, each with its reason.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = [f"tests/test_{what}.py" for what in ("optimizers", "descent", "conventions")]

# module, class or function → pairs of the text and what replaces it
MUTANTS = {
    ("optimizers", "SGD"): [
        ("step = self.momentum * step + self.lr * g", "step = self.momentum * step - self.lr * g"),
        ("step = self.momentum * step", "step = (1 - self.momentum) * step"),
        ("step = self.momentum * step + self.lr * g", "step = self.lr * g"),
        (
            "step = self.momentum * step + self.lr * g",
            "step = self.momentum * step + (1 - self.momentum) * self.lr * g",
        ),
        ("ahead = self.momentum * step", "ahead = self.momentum * state.step"),
        ("ahead = self.momentum * step + self.lr * g", "ahead = self.momentum * step"),
        ("if self.nesterov", "if not self.nesterov"),
        ("x - ahead", "x + ahead"),
        ("t + 1, step)", "t, step)"),
        ("t + 1, step)", "t + 1, ahead)"),
    ],
    ("optimizers", "AdaGrad"): [
        ("v = v + g * g", "v = v + np.abs(g)"),
        ("v = v + g * g", "v = 0.99 * v + g * g"),
        ("v = v + g * g", "v = np.maximum(v, g * g)"),
        ("v = v + g * g", "v += g * g"),
        ("else np.sqrt(v) + self.eps", "else np.sqrt(v + self.eps)"),
        ("np.sqrt(v + self.eps) if", "np.sqrt(v) + self.eps if"),
        ("else np.sqrt(v) + self.eps", "else v + self.eps"),
        ("else np.sqrt(v) + self.eps", "else np.sqrt(v)"),
        ("else np.sqrt(v) + self.eps", "else np.sqrt(state.v) + self.eps"),
        ("x - step", "x + step"),
        ("step = rate * g", "step = rate * np.sign(g)"),
        ("t + 1, v", "t, v"),
    ],
    ("optimizers", "RMSProp"): [
        ("v = self.rho * v + (1 - self.rho) *", "v = (1 - self.rho) * v + self.rho *"),
        ("v = self.rho * v + (1 - self.rho) *", "v = self.rho * v +"),
        ("v = self.rho * v +", "v = v +"),
        ("v = self.rho * v + (1 - self.rho) * (g * g)", "v = v + g * g"),
        ("(1 - self.rho) * (g * g)", "(1 - self.rho) * np.abs(g)"),
        ("v = self.rho * v", "v *= self.rho; v = v"),
        ("m = self.rho * m + (1 - self.rho) * g", "m = (1 - self.rho) * m + self.rho * g"),
        ("m = self.rho * m + (1 - self.rho) * g", "m = self.rho * m + g"),
        ("np.maximum(v - m * m, 0)", "(v - m * m)"),
        ("np.maximum(v - m * m, 0)", "np.abs(v - m * m)"),
        ("np.maximum(v - m * m, 0)", "np.maximum(v - m, 0)"),
        ("np.maximum(v - m * m, 0)", "np.maximum(v - state.m * state.m, 0)"),
        ("m * m, 0) if self.centered else v", "m * m, 0) if not self.centered else v"),
        ("else np.sqrt(square) + self.eps", "else np.sqrt(square + self.eps)"),
        ("np.sqrt(square + self.eps) if", "np.sqrt(square) + self.eps if"),
        ("else np.sqrt(square) + self.eps", "else square + self.eps"),
        ("else v\n        root", "else state.v\n        root"),
        ("effective_rate(self.lr, root, v)", "effective_rate(self.lr, root)"),
        (
            "effective_rate(self.lr, root, v)",
            "effective_rate(self.lr, root / (1 - self.rho ** (t + 1)), v)",
        ),
        ("step = self.momentum * step + rate * g", "step = rate * (self.momentum * step + g)"),
        ("step = self.momentum * step + rate * g", "step = rate * g"),
        (
            "self.momentum * step + rate * g",
            "self.momentum * step + (1 - self.momentum) * rate * g",
        ),
        ("x - step", "x + step"),
    ],
    ("optimizers", "Adam"): [
        ("m = self.beta1 * m + (1 - self.beta1)", "m = self.beta2 * m + (1 - self.beta2)"),
        ("v = self.beta2 * v + (1 - self.beta2)", "v = self.beta1 * v + (1 - self.beta1)"),
        ("m = self.beta1 * m + (1 - self.beta1) *", "m = (1 - self.beta1) * m + self.beta1 *"),
        ("v = self.beta2 * v + (1 - self.beta2) *", "v = (1 - self.beta2) * v + self.beta2 *"),
        ("m = self.beta1 * m + (1 - self.beta1) * g", "m = self.beta1 * m + g"),
        ("m = self.beta1 * m", "m *= self.beta1; m = m"),
        ("(g * g)", "(m * m)"),
        ("m / weights(self.beta1, t)", "m / weights(self.beta2, t)"),
        ("v / weights(self.beta2, t)", "v / weights(self.beta1, t)"),
        ("m / weights(self.beta1, t)", "m / weights(self.beta1, t + 1)"),
        ("v / weights(self.beta2, t)", "v / weights(self.beta2, t + 1)"),
        ("m_hat = m / weights(self.beta1, t) if self.bias_correction else m", "m_hat = m"),
        ("v_hat = v / weights(self.beta2, t) if self.bias_correction else v", "v_hat = v"),
        ("if self.bias_correction else m", "if not self.bias_correction else m"),
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat + self.eps)"),
        ("np.sqrt(v_hat) + self.eps", "v_hat + self.eps"),
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat)"),
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(state.v_hat) + self.eps"),
        ("step = rate * m_hat", "step = rate * m"),
        ("step = rate * m_hat", "step = rate * g"),
        ("step = rate * m_hat", "step = rate * state.m_hat"),
        ("x - step", "x + step"),
    ],
    ("variants", "Decoupled"): [
        ("state.x - self.lr", "state.x + self.lr"),
        ("self.lr * self.weight_decay", "self.weight_decay"),
        ("_replace(x=shrunk), g)", "_replace(x=state.x), g + self.weight_decay * state.x)"),
    ],
    ("variants", "AMSGrad"): [
        ("np.maximum(v_max, v)", "np.minimum(v_max, v)"),
        ("np.maximum(v_max, v)", "v"),
        ("v_hat = v_max /", "v_hat = v /"),
        ("np.maximum(v_max, v)", "np.maximum(v_max, v / weights(self.beta2, t))"),
        ("m / weights(self.beta1, t) if self.bias_correction else m", "m"),
    ],
    ("variants", "Adadelta"): [
        ("np.sqrt(u + self.eps), np.sqrt", "u + self.eps, np.sqrt"),
        ("np.sqrt(u + self.eps)", "np.sqrt(u) + self.eps"),
        ("(delta * delta)", "(g * g)"),
        ("u = self.rho * u + (1 - self.rho) *", "u = (1 - self.rho) * u + self.rho *"),
        ("x - self.lr * delta", "x - delta"),
    ],
    ("conventions", "L2"): [
        ("+ self.weight_decay * state.x", "- self.weight_decay * state.x"),
    ],
    ("conventions", "EpsHat"): [
        ("state.t + 1", "state.t + 2"),
        ("self.beta2", "self.beta1"),
        ("eps=eps", "eps=self.eps"),
    ],
    ("conventions", "AMSGradOfCorrected"): [
        ("v / weights(self.beta2, t))", "v)"),
        ("m / weights(self.beta1, t)", "m"),
    ],
    ("base", "Optimizer"): [
        ('memory["v"] += self.initial', "pass"),
        ("x = np.array(np.broadcast_to(x, shape), dtype)", "x = np.asarray(x, dtype)"),
        ("np.result_type(x.dtype, *kinds)", "float"),
        ("self.State(x, 0,", "self.State(x, 1,"),
    ],
    ("base", "like"): [
        ("if g.shape != x.shape:", "if False:"),
        ("g = g.astype(x.dtype)", "pass"),
    ],
    ("base", "effective_rate"): [
        ("if np.count_nonzero(denominator) == denominator.size:", "if True:"),
        ("np.where(unbounded, np.inf, 0.0)", "np.zeros(denominator.shape)"),
        ("np.where(unbounded, np.inf, 0.0)", "np.full(denominator.shape, np.inf)"),
    ],
    ("base", "_of_its_own"): [
        ("if type(state) is not self.State:", "if False:"),
    ],
    ("base", "weights"): [
        ("return 1 - power", "return power"),
        ("power * beta if t & 1 else power", "power * beta"),
        ("t >> 1", "t - 1"),
    ],
    ("descent", "run"): [
        ("= schedule(t), state", "= schedule(1), state"),
        ("grad(x.copy(), t)", "grad(x.copy(), t - 1)"),
        ("grad(x.copy(), t)", "grad(x, t)"),
        ("np.append(np.arange(0, steps, every), steps)", "np.arange(0, steps + 1, every)"),
        ("if not keep_going:", "if keep_going:"),
        ("if project:", "if not project and False:"),
        ("kept[name] = rows = _with_room(rows, value)", "pass"),
    ],
    ("descent", "_start"): [
        ('floats("x0", x0)', "np.asarray(x0)"),
        ("x0.copy()", "x0"),
    ],
    ("descent", "_schedule"): [
        (' and not hasattr(opt, "step")', ""),
        ("not isinstance(opt, type) and", ""),
    ],
}


def mutated(text, name, old, new):
    """The module's text with one class or function changed."""
    start = re.search(rf"^(class|def) {name}\b", text, re.MULTILINE).start()
    end = re.search(r"^\S", text[start:].partition("\n")[2], re.MULTILINE)
    end = len(text) if end is None else text.index("\n", start) + 1 + end.start()
    # Decorated functions nest in no class here, so the next unindented line ends this one.
    body = text[start:end]
    docstring_end = body.find('"""', body.find('"""') + 3) + 3
    head, code = body[:docstring_end], body[docstring_end:]
    if old not in code:
        raise SystemExit(f"{name} has no {old!r} any more: mend the list of mutants")
    return text[:start] + head + code.replace(old, new, 1) + text[end:]


def survives(mutant):
    """Whether the tests pass on a mutant; None for the original."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        leave = shutil.ignore_patterns("__pycache__", "artefacts", ".hypothesis")
        shutil.copytree(ROOT / "course_lib", folder / "course_lib", ignore=leave)
        shutil.copytree(ROOT / "tests", folder / "tests", ignore=leave)
        if mutant:
            module, name, old, new = mutant
            path = folder / "course_lib" / f"{module}.py"
            path.write_text(mutated(path.read_text("utf-8"), name, old, new), "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *TESTS],
            cwd=folder,  # which is where -m looks for course_lib first
            env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=600,
        )
        return done.returncode == 0


def main():
    if not survives(None):
        sys.exit("the tests fail on the original")
    mutants = [(*where, *pair) for where, pairs in MUTANTS.items() for pair in pairs]
    alive = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (mutant, lives) in enumerate(
            zip(mutants, pool.map(survives, mutants), strict=True), start=1
        ):
            alive += lives
            word = "LIVES " if lives else "caught"
            print(f"{number:3} {word} {mutant[1]}: {mutant[2]!r} → {mutant[3]!r}", flush=True)
    print(f"{len(mutants) - alive} of {len(mutants)} caught")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
