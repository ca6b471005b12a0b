"""The explorer of the weights that an average gives to the past (lesson 02)."""

import numpy as np

from .. import averages
from . import plots
from .averaging import BETAS
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import numpys_own_errors, points, steps_word
from .streams import target

__all__ = ["ema_weights"]


@numpys_own_errors
def ema_weights(beta=0.9, steps=100, bias_correction=False):
    """What an EMA makes of the past: the weight of each value, and what the last ones add up to.

    Goal: with 20 values seen, find the smallest β whose weights add up to less than 0.5. Goal:
    then make them add up to 1 without moving β.

    Parameters
    ----------
    beta, steps, bias_correction
        Where the controls stand at the start: decay β, values seen so far, and whether the
        weights are divided by their sum.

    Returns
    -------
    Explorer
        Lines `weights` (as a staircase, one stair for each value), `sum`, and the `half-life`
        and the effective `window` as upright lines in both axes.

    Raises
    ------
    ValueError
        If a start value is not among the control's.

    Examples
    --------
    >>> explorer = ema_weights(beta=0.5, steps=3)
    >>> explorer.lines["sum"][3].tolist()
    [3.0, 0.875]
    """
    betas, seen, ago = BETAS[1:13], (1, 2, 3, 5, 10, 20, 50, 100), np.arange(100)
    pulse = (ago == 0).astype(float)  # what a single 1 leaves behind are the weights
    w = np.where(ago < np.array(seen)[:, None], averages.ema(pulse, betas).T[:, None], np.nan)
    w = np.stack([w, w / np.nansum(w, axis=-1, keepdims=True)], axis=-2)  # (β, seen, corrected, k)
    share = np.concatenate([np.zeros((*w.shape[:-1], 1)), w.cumsum(axis=-1)], axis=-1)
    stairs = points(np.repeat(np.arange(101), 2)[1:-1], np.repeat(w, 2, axis=-1))
    sums = points(np.arange(101), share)
    marks = {
        "half-life": (averages.half_life(betas), plots.LineStyle("#333333", dash=(1, 1))),
        "window": (averages.effective_window(betas), plots.WINDOW),
    }

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        styles = {name: style for name, (_, style) in marks.items()}
        limits = {"xlim": (0, 102), "xlabel": "steps ago k"}
        left.set_yscale("log")
        one = {"weight": plots.EMA, **styles}
        plots.finish(left, styles=one, ylabel="weight", ylim=(1e-3, 1.5), **limits)
        limits["xlabel"] = "the last k values"
        both = {"sum of weights": plots.EMA}
        plots.finish(right, styles=both, ylabel="sum of their weights", ylim=(0, 1.05), **limits)
        target(right, [0, 20], [0.5, 0.5], "below 0.5", (22, 0.48))
        return [left, right]

    def memory(beta):
        life, window = averages.half_life(beta), averages.effective_window(beta)
        return f"β = {beta:g}: half-life {life:.3g} steps, effective window {window:.3g} steps."

    def adds_up(beta, steps, bias_correction):
        sum_ = share[betas.index(beta), seen.index(steps), int(bias_correction)]
        few = min(10, steps)
        return (
            f"After {steps} {steps_word(steps)} the weights add up to {np.nanmax(sum_):.3f}; "
            f"the last {few} carry {sum_[few]:.3f}."
        )

    def little(beta, steps):
        of_20 = [share[k, seen.index(20), 0, 20] for k in range(len(betas))]
        k = betas.index(beta)
        if steps != 20:
            return False, f"Here {steps} {'value is' if steps == 1 else 'values are'} seen."
        told = f"With β = {beta:g}, 20 steps hand out {of_20[k]:.3f}"
        if of_20[k] >= 0.5:
            return False, f"{told}."
        if k and of_20[k - 1] < 0.5:
            return False, f"{told}; with a smaller β less than 0.5, too."
        return True, f"{told}: the smallest of the slider's values."

    def all_of_it(beta, steps, bias_correction):
        handed_out, _ = share[betas.index(beta), seen.index(20), :, 20]
        if steps != 20 or handed_out >= 0.5:
            return False, "First the goal above."
        added = share[betas.index(beta), seen.index(20), int(bias_correction), 20]
        return bias_correction, f"The weights add up to {added:.3f}."

    goal = "with 20 values seen, find the smallest β whose weights add up to"
    on = ("beta", "steps", "bias_correction")
    upright = [
        Line(f"{name}, {of}", ("beta",), points(np.transpose([x, x]), (1e-9, 9)), style, ax)
        for name, (x, style) in marks.items()
        for ax, of in enumerate(("weights", "sum"))
    ]
    return Explorer(
        controls=[
            Control("beta", "decay β", betas, beta),
            Control("steps", "values seen", seen, steps),
            Control("bias_correction", "bias correction", (False, True), bias_correction),
        ],
        lines=[
            *upright,
            Line("weights", on, stairs, plots.EMA),
            Line("sum", on, sums, plots.EMA, 1),
        ],
        words=[Words(("beta",), memory), Words(on, adds_up)],
        draw=draw,
        size=(760, 340),
        goals=[
            Goal(f"{goal} less than 0.5", ("beta", "steps"), little),
            Goal("then make them add up to 1 without moving β", on, all_of_it),
        ],
    )
