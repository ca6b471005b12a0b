"""All settings of an optimizer at once, as a map of final losses."""

import numpy as np

from .. import optimizers as library
from ..base import whole
from ..descent import paths
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .maps import LOWEST, a_problem, loss_of, loss_word, lower, map_of
from .parts import looked_up, points, steps_word

RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
DECAYS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)


def sweep(optimizer="RMSProp", problem="bowl", steps=100):
    """The final loss for each pair of learning rate and decay as a map, and one pair's path.

    How far can you go from the best pair, to the left and to the right, before the loss is a
    hundred times larger?

    Parameters
    ----------
    optimizer : {"RMSProp", "Adam"}
        Its decay is ρ or β₂.
    problem : {"bowl", "rotated bowl", "Rosenbrock", "Beale", "saddle"} or Problem
        Of two coordinates.
    steps : int, default 100
        How many, 1 to 1000.

    Returns
    -------
    Explorer
        Controls `lr` and `rho` or `beta2`; lines `chosen`, the pair in the map, and `path`. A
        click in the map picks the nearest pair.

    Raises
    ------
    TypeError
        If `steps` is no whole number.
    ValueError
        If the optimizer or the problem is not known, or `steps` is not 1 to 1000.

    Examples
    --------
    >>> explorer = sweep("Adam")
    >>> explorer.set(lr=0.5, beta2=0.99)
    >>> explorer.lines["path"].shape
    (101, 2)
    """
    decays = {"RMSProp": ("rho", "decay ρ"), "Adam": ("beta2", "decay β₂")}
    if optimizer not in decays:
        raise ValueError(f"there is no sweep of {optimizer!r}; there is {', '.join(decays)}")
    decay, label = decays[optimizer]
    whole("steps", steps, 1)
    if steps > 1000:
        raise ValueError(f"a sweep takes up to 1000 steps, got {steps}")
    problem = a_problem(problem)
    grid = {"lr": np.reshape(RATES, (-1, 1, 1)), decay: np.reshape(DECAYS, (-1, 1))}
    x = paths(getattr(library, optimizer)(**grid), problem, problem.start, steps)
    final = np.maximum(loss_of(problem, x)[..., -1], LOWEST)  # lower ones are equal, as in the map
    columns, rows = np.arange(len(RATES)), np.arange(len(DECAYS))
    on, style = ("lr", decay), plots.OPTIMIZERS[optimizer]

    def draw(figure):
        left, right = plots.panels(figure, "AB", width_ratios=(1.35, 1))
        shown = np.log10(np.minimum(final.T, 1e2))
        image = left.pcolormesh(columns, rows, shown, cmap="cividis_r", vmin=-10, vmax=2)
        left.set(xlabel="learning rate η", ylabel=label)
        left.set_title(f"loss after {steps} {steps_word(steps)}; click: another pair")
        left.set_xticks(columns[::3], [f"{rate:g}" for rate in RATES[::3]])
        left.set_yticks(rows, [f"{value:g}" for value in DECAYS])
        left.grid(False)
        bar = figure.colorbar(image, ax=left, pad=0.02)
        bar.set_ticks([-10, -6, -2, 2], labels=["≤ 1e-10", "1e-6", "0.01", "≥ 100"])
        bar.ax.plot([0, 1], [shown.min()] * 2, color="#D55E00", linewidth=4)  # the goal
        map_of(right, problem)
        return [left, right]

    final_loss = looked_up(final, **dict(zip(on, (RATES, DECAYS), strict=True)))

    def told(at):
        pair = f"η = {at['lr']:g} and {label.split()[1]} = {at[decay]:g}"
        return f"{pair}: {loss_word(final_loss(**at))}"

    def outcome(**at):
        return f"{optimizer} with {told(at)} after {steps} {steps_word(steps)}."

    def unbeaten(**at):
        better = lower(final, final_loss(**at))
        if not better:
            return True, f"No pair is better than {told(at)}."
        return False, f"Still {better} {'pairs are' if better > 1 else 'pair is'} better."

    return Explorer(
        controls=[Control("lr", "rate η", RATES, 0.01), Control(decay, label, DECAYS, 0.5)],
        lines=[
            Line("chosen", on, points(columns[:, None, None], rows[:, None]), style),
            Line("path", on, x, style, 1),
        ],
        words=[Words(on, outcome)],
        goals=[Goal("a pair of this map that no other beats", on, unbeaten)],
        draw=draw,
        size=(760, 360),
        place={"lr": columns, decay: rows},
    )
