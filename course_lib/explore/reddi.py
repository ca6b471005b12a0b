"""Where Adam fails: a stream that is built against it (lesson 06)."""

import numpy as np

from .. import averages, problems
from ..optimizers import Adam
from ..variants import AMSGrad
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import bars, fed, looked_up, outermost, points

LENGTH, LAST = 1500, 300
LARGE = (2.5, 3.0, 4.0, 5.0, 7.0, 10.0)
LONG = (0.05, 0.1, 0.2, 0.3, 0.4, 0.44, 0.46, 0.48, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 0.99, 0.999)
SHORT = (0.0, 0.9)
NEAR = -0.9  # an end left of it is near the minimum


def counterexample(c=3.0, beta2=0.999):
    """Reddi's stream: gradients c, −1, −1 for ever, so that downhill is to the left.

    Lines `Adam` and `AMSGrad`: the mean position over the last 30 steps, at η = 0.9/√t; and
    `Adam steps` and `AMSGrad steps`: the last three, divided by η, and their sum.

    Parameters
    ----------
    c, beta2 : float
        The large gradient, and the decay β₂.

    Examples
    --------
    >>> print(counterexample(beta2=0.1).alt.partition(";")[0])
    Mean position of the last 300 steps: Adam +0.989, the wrong end
    """
    games = [problems.reddi(large) for large in LARGE]
    stream = [[game.grad(np.zeros(1), t) for game in games] for t in range(1, LENGTH + 1)]
    stream = np.array(stream)[:, :, None, None]
    betas = {"beta1": np.reshape(SHORT, (-1, 1)), "beta2": np.reshape(LONG, (-1, 1, 1))}
    how = {"record": ["x", "step"], "project": games[0].project}

    def rate(t):
        return 0.9 / np.sqrt(t)

    def trace(kind):
        return fed(lambda t: kind(rate(t), eps=0, **betas), stream, **how)

    traces = {"Adam": trace(Adam), "AMSGrad": trace(AMSGrad)}
    known = {"c": LARGE, "beta2": LONG, "beta1": SHORT}
    shown = np.arange(0, LENGTH + 1, 10)
    calm, ends, beat = {}, {}, {}
    for name, one in traces.items():
        x = one.x[..., 0]
        calm[name] = np.moveaxis(averages.moving_average(x, 30)[shown], 0, -1)
        ends[name] = looked_up(x[-LAST:].mean(axis=0), **known)
        times = np.arange(LENGTH - 2, LENGTH + 1)  # the last c, −1, −1
        three = -one.step[-3:, ..., 0] / rate(times).reshape(3, 1, 1, 1)
        beat[name] = np.moveaxis(np.concatenate([three, three.sum(axis=0, keepdims=True)]), 0, -1)

    def draw(figure):
        left, right = plots.panels(figure, "AB", width_ratios=(1.6, 1))
        named = {name: plots.OPTIMIZERS[name] for name in traces}
        limits = {"xlim": (0, 1.03 * LENGTH), "ylim": (-1.3, 1.1)}
        plots.finish(left, styles=named, xlabel="step t", ylabel="mean of 30 positions x", **limits)
        left.axhline(-1, color="#555555", linewidth=0.8)
        left.annotate("the minimum, −1", (20, -1.03), va="top")
        left.axhline(NEAR, color="#B34700", linewidth=0.8, linestyle=(0, (2, 2)))
        right.set(xlim=(0.4, 4.6), ylim=(-2, 1.5), xlabel="gradient", ylabel="last three steps ÷ η")
        right.set_xticks([1, 2, 3, 4], ["c", "−1", "−1", "sum"])
        right.axhline(0, color="#555555", linewidth=0.8)
        right.axvline(3.5, color="#555555", linewidth=0.8)
        right.annotate("to the right", (0.5, 1.45), va="top")
        right.annotate("to the left", (0.5, -1.95), va="bottom")
        return [left, right]

    def outcome(**now):
        told = []
        for name, end_at in ends.items():
            end = end_at(**now)
            where = "the wrong end" if end > 0.5 else "the minimum" if end < NEAR else "in between"
            told.append(f"{name} {end:+.3f}, {where}".replace("-", "−"))
        return f"Mean position of the last {LAST} steps: {'; '.join(told)}."

    def smallest(name, sign, others):
        """Whether Adam ends near −1 here, and with no smaller value of that control."""

        def look(**now):
            if any(now[other] != value for other, value in others.items()):
                return False, "Not set yet."
            near = [value for value in known[name] if ends["Adam"](**{**now, name: value}) < NEAR]
            end = f"{ends['Adam'](**now):+.2f}".replace("-", "−")
            return outermost(
                min, near, now[name], f"With {sign} = {now[name]:g} Adam ends at {end}"
            )

        return look

    on = tuple(known)
    first = "with c = 3 and β₁ = 0, the smallest β₂ with which Adam ends near −1"
    then = "with β₂ = 0.2 and β₁ = 0, the smallest c with which Adam ends near −1"
    return Explorer(
        controls=[
            Control("c", "large gradient c", LARGE, c),
            Control("beta1", "decay β₁", SHORT, 0.0),
            Control("beta2", "decay β₂", LONG, beta2),
        ],
        lines=[
            *(Line(n, on, points(shown, calm[n]), plots.OPTIMIZERS[n]) for n in traces),
            *(
                Line(f"{n} steps", on, bars(beat[n], side, 0.17), plots.OPTIMIZERS[n], 1)
                for n, side in (("Adam", -0.2), ("AMSGrad", 0.2))
            ),
        ],
        words=[Words(on, outcome)],
        goals=[
            Goal(first, on, smallest("beta2", "β₂", {"c": 3.0, "beta1": 0.0})),
            Goal(then, on, smallest("c", "c", {"beta2": 0.2, "beta1": 0.0})),
        ],
        draw=draw,
        size=(760, 360),
    )
