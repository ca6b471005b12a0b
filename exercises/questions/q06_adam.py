"""Exercise 06: what each question on Adam asks, and the ways in which answers go wrong."""

import numpy as np

from course_lib.checks.question import Question

from .shared import gradients, of_state

__all__ = ["QUESTIONS"]

warm_up = Question("06.warm_up", 0.95, """
1.05  # The steps lead uphill. The gradient is positive, so x falls.
0.985  # The size of the gradient is in your steps. Does it cancel?
0.99  # That is one step. Five are asked for.
0.05  # That is how far x walks. Where does it stand?
0.5  # Those steps are ten times too long: the rate is 0.01.
1 - 0.01 * 0.1 / np.sqrt(0.001)
    That is one step without correction, 3.16 rates long. Here both averages are corrected.
""")  # fmt: skip


def adam_step(x, m, v, t, g, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return x - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def _states(rng):
    cases = []
    for t, eps in ((1, 0.1), (2, 0.03), (7, 0.2), (40, 0.1)):
        x, m, g = rng.normal(0, 3, 3), rng.normal(0, 0.5, 3), gradients(rng, 3)
        v = rng.uniform(0.5, 4, 3)
        if t == 1:
            m, v = np.zeros((2, 3))
        betas = rng.uniform([0.7, 0.92], [0.9, 0.98]).tolist()
        cases.append((x, m, v, t, g, float(rng.uniform(0.1, 0.6)), *betas, eps))
    # With the default β₂ step 5000 is corrected still. Then the first step of the notebook, with a
    # root below ε and a gradient of 0; and whole numbers.
    cases.append((x, m, v, 5000, g, 0.1, 0.9, 0.999, 1e-8))
    start, small = np.array([-5.0, -2.0, 1.0, 3.0]), np.array([-5.0, 0.05, 0.0, 2.0])
    cases.append((start, *np.zeros((2, 4)), 1, small, 0.4, 0.9, 0.95, 0.1))
    *whole, g = np.array([[-5, 3, 2], [1, 0, -2], [4, 0, 9], [2, 0, -3]])
    return [*cases, (*whole, 3, g, 0.1, 0.8, 0.95, 0.1)]


adam = Question(
    "06.adam_step", adam_step, draw=_states, parts=("x", "m", "v"),
    slips=of_state("adam_step", "x", "m", "v") + """
m / (1 - beta1**t) → m
v / (1 - beta2**t) → v  # Neither average is corrected for its start at zero.
v / (1 - beta2**t) → v  # m is corrected and v is not.
m / (1 - beta1**t) → m  # v is corrected and m is not.
**t → **(t + 1)  # The correction is one step ahead: t counts this step already.
**t →  # The correction divides by 1 − β, whatever t is: it fits the first step alone.
/ (1 - beta → * (1 - beta  # You multiply by 1 − βᵗ. The averages are too small, so divide.
**t → * t  # β times t stands where β to the power t is meant.
np.sqrt(v_hat) → np.sqrt(v) / (1 - beta2**t)
    v is corrected outside the root. The correction belongs under it.
**t → **(t - 1)  # The correction is one step late, and at t = 1 it divides by 0: t counts from 1.
np.sqrt(v_hat) + eps → np.sqrt(v_hat + eps)
    ε stands inside the root here. In Adam's paper it is added after it.
(np.sqrt(v_hat) + eps) → np.sqrt(v_hat)  # ε is not used in your step.
+ eps → + eps / np.sqrt(1 - beta2**t)  # ε is added before v is corrected: that is Keras's ε hat.
(np.sqrt(v_hat) + eps) → np.sqrt(v_hat) + eps
    ε is added to the parameter: the brackets end too early. A book's port did so.
np.sqrt(v_hat) + eps → np.maximum(np.sqrt(v_hat), eps)
    ε is a floor under your corrected root. It should be added to it.
right(x, m, v, t, g, lr, 0.9, 0.999, eps)
    β₁ is 0.9 and β₂ 0.999 in your step, whatever is asked for. Use the arguments.
beta1 * m + (1 - beta1) → (1 - beta1) * m + beta1
beta2 * v + (1 - beta2) → (1 - beta2) * v + beta2
    Both averages have their shares β and 1 − β in each other's place.
(1 - beta2) * g**2 → g**2  # The whole square is added to v: its share 1 − β₂ is missing.
(1 - beta1) * g → (1 - beta1) * np.abs(g)
    m averages the sizes of the gradients, and their directions are lost.
lr * m_hat → m_hat  # The rate is missing in Adam's step.
np.sqrt(v_hat) → v_hat  # The root of the corrected v is missing.
right(x, m, v, t, g, lr, beta2, beta1, eps)  # The two decays have changed places.
lr * m_hat → lr * g
    The gradient itself is the direction, and m is not used: that is RMSProp, corrected.
(1 - beta1) * g → g  # The whole gradient is added to m: its share 1 − β₁ is missing.
(1 - beta1) * g → g
(1 - beta2) * g**2 → g**2
    Gradient and square are added whole: both averages lack the share 1 − β of the new.
g**2 → g  # v averages the gradients. Their squares are asked for.
g**2 → m**2  # v averages the squares of m, and not of the gradients.
x - lr → x + lr  # Your step climbs: mind the sign before the rate.
eps), m, v → eps), m_hat, v_hat
    The corrected averages came back. The next step needs them as they are.
""")  # fmt: skip


def first_step(beta1, beta2):
    return (1 - beta1) / np.sqrt(1 - beta2)


def _decays(rng):
    fixed = [(0.9, 0.999), (0.5, 0.99), (0.9, 0.9), (0.0, 0.999)]
    return [*fixed, *map(tuple, rng.uniform([0.1, 0.9], [0.9, 0.999], (3, 2)).tolist())]


first = Question(
    "06.first_step", first_step, draw=_decays,
    where=lambda i, a: f"for beta1 = {a[0]:.3g}, beta2 = {a[1]:.4g}", slips="""
1 - beta → beta
    The decays themselves stand there. After one step the shares 1 − β are in the averages.
1 / right(*args)  # Upside down: m stands above the fraction bar.
np.sqrt(1 - beta2) → (1 - beta2)  # The root is missing below.
(1 - beta1) / np.sqrt(1 - beta2) → np.sqrt((1 - beta1) / (1 - beta2))
    The root is over both. Only v is under it.
1.0  # With the corrections every first step is 1. Here they are switched off.
(1 - beta1) → 1  # That is RMSProp's first step. Here m is too small as well.
/ np.sqrt(1 - beta2) →  # That is what is in m. And what divides it?
right(beta2, beta1)  # The two decays stand in each other's place.
/ np.sqrt → * np.sqrt  # You multiply by the root instead of dividing.
right(*args) / np.sqrt(1 - beta1**2 / beta2)
    The bound on all steps is another formula: (1−β₁)/√((1−β₂)(1−β₁²/β₂)). Here it is the first one.
""")  # fmt: skip


def adamw_step(x, m, v, t, g, lr, beta1, beta2, eps, weight_decay):
    new, m, v = adam_step(x, m, v, t, g, lr, beta1, beta2, eps)
    return new - lr * weight_decay * x, m, v


def _with_decay(rng):
    weights = (0.1, 0.5, 0.3, 0.2, 0.1, 0.4, 0.3)
    return [(*case, w) for case, w in zip(_states(rng), weights, strict=True)]


decoupled = Question(
    "06.adamw_step", adamw_step, draw=_with_decay, parts=("x", "m", "v"),
    slips=of_state("adamw_step", "x", "m", "v") + """
adam_step(x, m, v, t, g → adam_step(x, m, v, t, g + weight_decay * x
new - lr * weight_decay * x → new
    The decay is in the gradient: so it is divided by √v like the rest, which AdamW avoids.
new - lr * weight_decay * x → new  # There is no decay in your step: that is Adam.
lr * weight_decay → weight_decay  # The decay has no rate: it takes off wx, and should take off ηwx.
new - lr → new + lr  # The parameters grow: the decay is added.
weight_decay * x, m → weight_decay * new, m
    The decay is that of the new x. It should be that of the x before the step.
weight_decay * x → weight_decay * x / (np.sqrt(v / (1 - beta2**t)) + eps)
    The decay is divided by the root of v. It stands apart from the scaling.
weight_decay * x → weight_decay
    The decay takes off ηw, of whatever size x is. It is a share of x.
* weight_decay → * 2 * weight_decay
    Half the decay, or twice: the gradient of ½wx² is wx, and here it is 2wx.
* x, m, v → * x, (1 - lr * weight_decay) * m, (1 - lr * weight_decay) * v
    Both averages shrink too. The decay is for x alone.
weight_decay * x → weight_decay * np.sign(x)
    The decay pulls by the sign of x. It should be in proportion to x.
""")  # fmt: skip


def reddi_gradient(x, t, c):
    return c if t % 3 == 1 else -1.0


def _times(rng):
    return [
        (float(x), t, float(c))
        for t in (*range(1, 13), 31, 100, 102, 4999, 5000)
        for x, c in [rng.uniform([-2, 2.5], [2, 5])]
    ]


bug_hunt = Question(
    "06.bug_hunt", reddi_gradient, draw=_times,
    where=lambda i, a: f"at x = {a[0]:.2f}, t = {a[1]}, c = {a[2]:.2f}", slips="""
t % 3 → x % 3  # The bug is still in: the remainder of the position is taken, not of the step.
== 1 → == 0  # The large gradient comes at steps 3, 6, 9. It should come at 1, 4, 7.
== 1 → == 2  # The large gradient comes at steps 2, 5, 8. It should come at 1, 4, 7.
t % 3 → t % 2  # Every second gradient is large. It should be every third.
t % 3 == 1 → t in (1, 4, 7)
    The large gradient stops after step 7. It goes on for ever, every third step.
-right(*args)  # The signs have changed places: the rare gradient is +c, the two others are −1.
right(x, t, 3.0)  # The large gradient is always 3. It is c.
c if t % 3 == 1 else -1.0 → c  # The gradient is always the large one.
-1.0 → 0.0  # The two others are 0 in your stream. They are −1.
right(*args) * x
    The gradient is multiplied by x. The function is a straight line: its slope does not depend on
    x.
t % 3 == 1 → t % 3  # Two of three gradients are large. It should be one of three.
""")  # fmt: skip

QUESTIONS = (warm_up, adam, first, decoupled, bug_hunt)
