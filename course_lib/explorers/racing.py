"""Explorers that set optimizers against each other, and one against its own settings."""

import copy
from dataclasses import fields, replace

import numpy as np
from matplotlib.lines import Line2D

from .. import optimizers as library
from .. import plots, problems
from ..descent import run
from ..explorer import Control, Explorer, Line, Words
from ..hyper import an_optimizer, whole
from .parts import ROUNDING, numpys_own_errors, points, steps_word

__all__ = ["race", "sweep"]


class YourOptimizerError(ValueError):
    """A learner's optimizer stopped: in a notebook one line, and no walk through the library."""

    def _render_traceback_(self):
        return [str(self)]


FACTORS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
DECAYS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
PROBLEMS = {
    "bowl": problems.bowl,
    "rotated bowl": lambda: problems.rotated(problems.bowl()),
    "Rosenbrock": problems.rosenbrock,
    "Beale": problems.beale,
    "saddle": problems.saddle,
}
FAR = 1e9  # what goes further has diverged
LOWEST = 1e-10


@numpys_own_errors
def race(problem="bowl", optimizers=None, steps=100):
    """Optimizers on one problem, each with its own learning rate, from a start of your choice.

    Parameters
    ----------
    problem : {"bowl", "rotated bowl", "Rosenbrock", "Beale", "saddle"} or Problem
        Of two coordinates.
    optimizers : optimizer or sequence of them, optional
        Up to six, yours among them: anything with `init` and `step`, for one point at a time. One
        with a number `lr` gets a control from a tenth of it to ten times it. Default: SGD,
        AdaGrad, RMSProp and Adam.
    steps : int, default 100
        How many, ≥ 1.

    Returns
    -------
    Explorer
        For each optimizer the lines `NAME path` and `NAME loss`. A click in the contour picks the
        nearest start. A path stays where it first goes further than 1e9.

    Raises
    ------
    TypeError
        If `steps` is no whole number, or one of `optimizers` is a class or no optimizer.
    ValueError
        If the problem is not known or not of two coordinates, the optimizers are too many, none
        or a sweep, `steps` is below 1, or your optimizer stops.

    Examples
    --------
    >>> explorer = race()
    >>> explorer.set(step=1, lr_SGD=0.4)
    >>> explorer.lines["SGD path"].round(9).tolist()
    [[-5.0, -2.0], [-4.6, 1.2]]
    """
    whole("steps", steps, 1)
    problem, named = _problem(problem), _named(optimizers)
    sides = [_side(*limits) for limits in zip(problem.box, problem.start, strict=True)]
    starts = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1)
    every = -(-steps // 100)  # at most a hundred points a line
    times = tuple(np.append(np.arange(0, steps, every), steps).tolist())
    first = dict(zip(("x1", "x2"), problem.start.tolist(), strict=True))
    place = dict(zip(first, sides, strict=True))
    controls = [
        Control(n, f"start {n[0]}{'₀₁₂'[int(n[1])]}", s, first[n]) for n, s in place.items()
    ]
    lines, words = [], []
    for name, opt in named.items():
        rates = _rates(opt)
        x = _paths(opt, rates, problem, starts, steps, every)  # (rates, starts, starts, n, 2)
        loss = _loss(problem, x)
        on = ("x1", "x2")
        if rates:
            on = (f"lr_{name}", *on)
            controls.append(Control(on[0], f"{name} rate η", rates, rates[FACTORS.index(1)]))
        else:
            x, loss = x[0], loss[0]
        style = _style(name, named)
        lines += [
            Line(f"{name} path", on, x, style, upto="step"),
            Line(f"{name} loss", on, points(times, loss), style, 1, upto="step"),
        ]
        values = {c.name: c.values for c in controls}
        words.append(Words(on, _outcome(name, loss, times, on, values)))
    controls.append(Control("step", "step t", times, steps, play=True))

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        _map_of(left, problem)
        right.set(yscale="log", xlim=(0, steps), ylim=(LOWEST, 1e4))
        right.set(xlabel="step t", ylabel="loss above the minimum")
        handles = [
            Line2D([], [], label=name, **_style(name, named).matplotlib(figure.dpi))
            for name in named
        ]
        figure.legend(handles=handles, loc="outside upper left", ncols=6, handlelength=2.6)
        return [left, right]

    about = f"A race on {problem.name}, {steps} {steps_word(steps)}."
    words.insert(0, Words((), lambda: about, shown=False))
    return Explorer(controls, lines, words, draw, size=(760, 400), place=place)


@numpys_own_errors
def sweep(optimizer="RMSProp", problem="bowl", steps=100):
    """The final loss for each pair of learning rate and decay as a map, and one pair's path.

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
    problem = _problem(problem)
    grid = {"lr": np.reshape(RATES, (-1, 1, 1)), decay: np.reshape(DECAYS, (-1, 1))}
    x = _descend(getattr(library, optimizer)(**grid), problem, problem.start, steps, 1)
    final = np.maximum(_loss(problem, x)[..., -1], LOWEST)  # lower ones are equal, as in the map
    columns, rows = np.arange(len(RATES)), np.arange(len(DECAYS))
    on, style = ("lr", decay), plots.OPTIMIZERS[optimizer]

    def draw(figure):
        left, right = plots.panels(figure, "AB", width_ratios=(1.35, 1))
        shown = np.log10(np.minimum(final.T, 1e2))
        image = left.pcolormesh(columns, rows, shown, cmap="cividis_r", vmin=-10, vmax=2)
        left.set(xlabel="learning rate η", ylabel=label)
        left.set_xticks(columns[::3], [f"{rate:g}" for rate in RATES[::3]])
        left.set_yticks(rows, [f"{value:g}" for value in DECAYS])
        left.grid(False)
        bar = figure.colorbar(image, ax=left, label=f"loss after {steps} steps", pad=0.02)
        bar.set_ticks([-10, -6, -2, 2], labels=["≤ 1e-10", "1e-6", "0.01", "≥ 100"])
        _map_of(right, problem)
        return [left, right]

    def outcome(**at):
        i, j = RATES.index(at["lr"]), DECAYS.index(at[decay])
        better = int((final < final[i, j] * (1 - ROUNDING)).sum())
        few = {0: "no pair in the map is better", 1: "1 pair is better"}
        rank = few.get(better, f"{better} pairs are better")
        told = f"{optimizer} with η = {at['lr']:g} and {label.split()[1]} = {at[decay]:g}"
        return f"{told}: {_loss_word(final[i, j])} after {steps} {steps_word(steps)}; {rank}."

    return Explorer(
        controls=[
            Control("lr", "rate η", RATES, 0.1),
            Control(decay, label, DECAYS, 0.9),
        ],
        lines=[
            Line("chosen", on, points(columns[:, None, None], rows[:, None]), style),
            Line("path", on, x, style, 1),
        ],
        words=[Words(on, outcome)],
        draw=draw,
        size=(760, 360),
        place={"lr": columns, decay: rows},
    )


def _problem(problem):
    if isinstance(problem, str):
        if problem not in PROBLEMS:
            raise ValueError(f"there is no problem {problem!r}; there is {', '.join(PROBLEMS)}")
        problem = PROBLEMS[problem]()
    if len(problem.start) != 2:
        raise ValueError(f"{problem.name} has {len(problem.start)} coordinate; a map needs two")
    return problem


def _named(optimizers):
    """Name → optimizer: the library's by their own names, a learner's as `yours`."""
    if optimizers is None:
        optimizers = (
            library.SGD(0.2),
            library.AdaGrad(1.0),
            library.RMSProp(0.1),
            library.Adam(0.2),
        )
    optimizers = [optimizers] if hasattr(optimizers, "step") else list(optimizers)
    if not 1 <= len(optimizers) <= 6:
        raise ValueError(f"a race has room for 1 to 6 optimizers, got {len(optimizers)}")
    named = {}
    for opt in optimizers:
        name = _kind(an_optimizer(opt))
        if name != "yours" and any(np.ndim(getattr(opt, f.name)) for f in fields(opt)):
            raise ValueError(f"a race takes one number a hyper-parameter, and {opt!r} is a sweep")
        again = sum(known.split("_")[0] == name for known in named)
        named[f"{name}_{again + 1}" if again else name] = opt
    return named


def _of_the_course(opt):
    """Whether the class is the library's own: it takes a sweep, and goes by its own name."""
    return type(opt).__module__.startswith("course_lib.")


def _kind(opt):
    """The name in the legend: of the class, or of the one that it is a framework's version of."""
    if not _of_the_course(opt):
        return "yours"
    name = next(c.__name__ for c in type(opt).__mro__ if c.__name__ in plots.OPTIMIZERS)
    if name == "SGD" and np.any(opt.momentum):
        return "Nesterov" if opt.nesterov else "momentum"
    return name


def _style(name, named):
    """The optimizer's own look; a second one of its kind is thinner."""
    kind, _, again = name.partition("_")
    style = plots.OPTIMIZERS[kind]
    return replace(style, width=style.width / 2) if again else style


def _side(limits, start):
    """Five coordinates across the box, one of them the problem's own start."""
    low, high = limits
    side = np.linspace(0.9 * low + 0.1 * high, 0.1 * low + 0.9 * high, 5).round(3)
    side[np.abs(side - start).argmin()] = start
    return tuple(side.tolist())


def _rates(opt):
    lr = getattr(opt, "lr", None)
    if isinstance(lr, bool) or not isinstance(lr, float | int | np.number) or not 0 < lr < np.inf:
        return ()
    lr = float(str(lr))  # float32's 0.1 is 0.1
    return tuple(lr if factor == 1 else float(f"{factor * lr:.6g}") for factor in FACTORS)


def _paths(opt, rates, problem, starts, steps, every):
    """One run for all rates and starts; a learner's optimizer need not take a sweep of rates."""
    if _of_the_course(opt) and rates:
        opts = [replace(opt, lr=np.reshape(rates, (-1, 1, 1, 1)))]
    else:
        opts = [_with_rate(opt, rate) for rate in rates] or [opt]
    return np.concatenate([_descend(o, problem, starts[None], steps, every) for o in opts])


def _with_rate(opt, rate):
    other = copy.copy(opt)
    object.__setattr__(other, "lr", rate)  # it may be frozen
    return other


def _descend(opt, problem, start, steps, every):
    """Paths with the time as the last axis but one; a run that diverges stays where it left."""
    how = {"record": ["x"], "every": every, "project": problem.project, "keep_going": True}
    with np.errstate(all="ignore"):
        if _of_the_course(opt):
            x = run(opt, problem.grad, start, steps, **how).x
        else:
            x = _one_by_one(opt, problem, start, steps, how)
    near = np.logical_and.accumulate((np.abs(x) <= FAR).all(axis=-1), axis=0)
    times = np.arange(len(x)).reshape(-1, *[1] * (x.ndim - 2))
    x = np.take_along_axis(x, np.minimum(times, near.sum(axis=0))[..., None], axis=0)
    return np.moveaxis(np.clip(x, -FAR, FAR), 0, -2)


def _one_by_one(opt, problem, start, steps, how):
    """As `run` for all starts at once; a learner's step knows one point, and may take its norm."""
    points = start.reshape(-1, start.shape[-1])
    try:
        paths = [run(opt, problem.grad, point, steps, **how).x for point in points]
    except Exception as stopped:
        raise YourOptimizerError(
            f"your optimizer stops with {type(stopped).__name__}: {str(stopped).rstrip('.')}. Is "
            "the answer that it calls right?"
        ) from stopped
    return np.stack(paths, axis=1).reshape(-1, *start.shape)


def _loss(problem, x):
    floor = 0.0 if problem.minimum is None else problem.value(problem.minimum)
    return problem.value(x) - floor


def _loss_word(loss):
    """A loss in words; what lies below the axis is mostly rounding."""
    return f"loss {loss:.1e}" if loss > LOWEST else f"loss below {LOWEST:.0e}"


def _map_of(ax, problem):
    plots.contours(ax, problem)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=problem.box[0], ylim=problem.box[1])


def _outcome(name, loss, times, on, values):
    """What to say of an optimizer's losses at each value of its controls."""
    values = [values[control] for control in on]

    def say(**at):
        now = loss[tuple(v.index(at[control]) for v, control in zip(values, on, strict=True))]
        if now[-1] > max(100 * now[0], 1e3):
            return f"{name} diverges."
        low = np.flatnonzero(now <= 1e-3 * (1 + ROUNDING))
        when = f", 0.001 within {times[low[0]]} {steps_word(times[low[0]])}" if len(low) else ""
        return f"{name}: {_loss_word(now[-1])}{when}."

    return say
