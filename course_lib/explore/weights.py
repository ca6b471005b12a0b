"""The explorer of the weights that an average gives to the past (lesson 02)."""

import numpy as np

from .. import averages
from . import plots
from .averaging import BETAS
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import looked_up, outermost, points, steps_word
from .streams import target


def ema_weights(beta=0.9, steps=100, bias_correction=False):
    """What an EMA makes of the past: the weight of each value, and what the last ones add up to.

    Parameters
    ----------
    beta, steps, bias_correction
        Decay β, values seen so far, and whether the weights are divided by their sum.

    Returns
    -------
    Explorer
        Lines `weights` (as a staircase, one stair for each value), `sum`, and the `half-life`
        and the effective `window` as upright lines in both axes.

    Examples
    --------
    >>> explorer = ema_weights(beta=0.5, steps=3)
    >>> explorer.lines["sum"][3].tolist()
    [3.0, 0.875]
    """
    betas, seen, ago = BETAS[1:13], (1, 2, 3, 5, 10, 20, 50, 100), np.arange(101)
    pulse = (ago[:-1] == 0).astype(float)  # what a single 1 leaves behind are the weights
    w = averages.ema(pulse, betas).T[:, None]
    w = np.where(ago[:-1] < np.array(seen)[:, None], w, np.nan)
    w = np.stack([w, w / np.nansum(w, axis=-1, keepdims=True)], axis=-2)  # (β, seen, corrected, k)
    share = np.concatenate([np.zeros((*w.shape[:-1], 1)), w.cumsum(axis=-1)], axis=-1)
    marks = {
        "half-life": (averages.half_life(betas), plots.LineStyle("#333333", dash=(1, 1))),
        "window": (averages.effective_window(betas), plots.WINDOW),
    }

    at = looked_up(share, beta=betas, steps=seen, bias_correction=(False, True))
    handed_out = {beta: at(beta=beta, steps=20, bias_correction=False)[20] for beta in betas}
    few = [beta for beta in betas if handed_out[beta] < 0.5]

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        styles = {"weight": plots.EMA, **{name: style for name, (_, style) in marks.items()}}
        limits = {"xlim": (0, 102), "ylim": (1e-3, 1.5), "yscale": "log"}
        plots.finish(left, styles, xlabel="steps ago k", ylabel="weight", **limits)
        of = {"xlabel": "the last k values", "ylabel": "sum of their weights"}
        plots.finish(right, {"sum of weights": plots.EMA}, xlim=(0, 102), ylim=(0, 1.05), **of)
        target(right, [0, 20], [0.5, 0.5], "below 0.5", (22, 0.48))
        return [left, right]

    def memory(beta):
        life, window = averages.half_life(beta), averages.effective_window(beta)
        return f"β = {beta:g}: half-life {life:.3g} steps, effective window {window:.3g} steps."

    def adds_up(steps, **now):
        sums, last = at(steps=steps, **now), min(10, steps)
        return (
            f"After {steps} {steps_word(steps)} the weights add up to {np.nanmax(sums):.3f}; "
            f"the last {last} carry {sums[last]:.3f}."
        )

    def little(beta, steps):
        if steps != 20:
            return False, f"Here {steps} {'value is' if steps == 1 else 'values are'} seen."
        told = f"With β = {beta:g}, 20 steps hand out {handed_out[beta]:.3f}"
        return outermost(min, few, beta, told)

    def all_of_it(beta, steps, bias_correction):
        if steps != 20 or beta not in few:
            return False, "First the goal above."
        added = at(beta=beta, steps=20, bias_correction=bias_correction)[20]
        return bias_correction, f"The weights add up to {added:.3f}."

    on = ("beta", "steps", "bias_correction")
    upright = [
        Line(f"{name}, {of}", ("beta",), points(np.transpose([x, x]), (1e-9, 9)), style, ax)
        for name, (x, style) in marks.items()
        for ax, of in enumerate(("weights", "sum"))
    ]
    goal = "with 20 values seen, find the smallest β whose weights add up to less than 0.5"
    return Explorer(
        controls=[
            Control("beta", "decay β", betas, beta),
            Control("steps", "values seen", seen, steps),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            *upright,
            Line(
                "weights", on, points(np.repeat(ago, 2)[1:-1], np.repeat(w, 2, axis=-1)), plots.EMA
            ),
            Line("sum", on, points(ago, share), plots.EMA, 1),
        ],
        words=[Words(("beta",), memory), Words(on, adds_up)],
        draw=draw,
        size=(760, 340),
        goals=[
            Goal(goal, on[:2], little),
            Goal("then make them add up to 1 without moving β", on, all_of_it),
        ],
    )
