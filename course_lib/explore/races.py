"""Optimizers against each other, each with its own rate."""

import copy
from dataclasses import fields, replace

import numpy as np
from matplotlib.lines import Line2D

from .. import optimizers as library
from ..base import an_optimizer, whole
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .parts import ROUNDING, numpys_own_errors, points, steps_word
from .paths import LOWEST, a_problem, descend, loss_of, loss_word, map_of, of_the_course

__all__ = ["race"]

FACTORS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


@numpys_own_errors
def race(problem="bowl", optimizers=None, steps=100):
    """Optimizers on one problem, each with its own learning rate, from a start of your choice.

    It opens on its way, and tells how it went once it has been played to the end.

    Goal: find the best rate of each optimizer from the first start, the one with the lowest end.
    Does the ranking stay when you move the start?

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
    problem, named = a_problem(problem), _named(optimizers)
    sides = [_side(*limits) for limits in zip(problem.box, problem.start, strict=True)]
    starts = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1)
    every = -(-steps // 100)  # at most a hundred points a line
    times = tuple(np.append(np.arange(0, steps, every), steps).tolist())
    first = dict(zip(("x1", "x2"), problem.start.tolist(), strict=True))
    place = dict(zip(first, sides, strict=True))
    controls = [
        Control(n, f"start {n[0]}{'₀₁₂'[int(n[1])]}", s, first[n]) for n, s in place.items()
    ]
    lines, words, goals, called = [], [], [], _called(named)
    for name, opt in named.items():
        rates = _rates(opt)
        x = _paths(opt, rates, problem, starts, steps, every)  # (rates, starts, starts, n, 2)
        loss = loss_of(problem, x)
        on = ("x1", "x2")
        if rates:
            on = (f"lr_{name}", *on)
            own = rates[FACTORS.index(1)]
            controls.append(Control(on[0], f"{called[name]}: rate η", rates, own))
            ends = loss[(..., *(side.index(first[n]) for n, side in place.items()), -1)]
            goals.append(_lowest(on[0], called[name], rates, ends, first, steps))
        else:
            x, loss = x[0], loss[0]
        style = _style(name, named)
        lines += [
            Line(f"{name} path", on, x, style, upto="step"),
            Line(f"{name} loss", on, points(times, loss), style, 1, upto="step"),
        ]
        values = {c.name: c.values for c in controls}
        words.append(Words((*on, "step"), _outcome(called[name], loss, times, on, values)))
    controls.append(Control("step", "step t", times, times[len(times) // 5], play=True))

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        map_of(left, problem)
        left.set_title("click: another start")
        right.set(yscale="log", xlim=(0, 1.02 * steps), ylim=(LOWEST, 1e4))
        right.set(xlabel="step t", ylabel="loss above the minimum")
        right.axvline(steps, color="#555555", linewidth=1)
        right.annotate("finish ", (steps, 1e3), ha="right")
        handles = [
            Line2D([], [], label=called[name], **_style(name, named).matplotlib(figure.dpi))
            for name in named
        ]
        columns = figure.dpi * figure.get_figwidth() // (60 + 7 * max(map(len, called.values())))
        figure.legend(
            handles=handles, loc="outside upper left", ncols=int(columns), handlelength=2.6
        )
        return [left, right]

    about = f"A race on {problem.name}, {steps} {steps_word(steps)}."

    def position(step):
        return f"Step {step} of {steps}: play it to the end." if step < steps else "At the finish:"

    words = [Words((), lambda: about, shown=False), Words(("step",), position), *words]
    return Explorer(controls, lines, words, draw, size=(760, 400), place=place, goals=goals)


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


def _kind(opt):
    """The name in the legend: of the class, or of the one that it is a framework's version of."""
    if not of_the_course(opt):
        return "yours"
    name = next(c.__name__ for c in type(opt).__mro__ if c.__name__ in plots.OPTIMIZERS)
    if name == "SGD" and np.any(opt.momentum):
        return "Nesterov" if opt.nesterov else "momentum"
    return name


SIGNS = {"momentum": "μ", "rho": "ρ", "beta1": "β₁", "beta2": "β₂", "eps": "ε"}


def _called(named):
    """Name → what the legend says: a second one of its kind tells in what it differs."""
    called = {}
    for name, opt in named.items():
        kind, _, again = name.partition("_")
        first, other = vars(named[kind]), []
        if again:
            other = [
                f"{SIGNS.get(key, key)} = {value:g}"
                for key, value in vars(opt).items()
                if key != "lr" and isinstance(value, int | float) and value != first.get(key)
            ]
        called[name] = ", ".join([kind, *(other or ["again"] * bool(again))])
    return called


def _style(name, named):
    """The optimizer's own look; a second one of its kind has other dashes and another marker."""
    kind, _, again = name.partition("_")
    style = plots.OPTIMIZERS[kind]
    if not again:
        return style
    return replace(
        style, width=style.width * 0.7, dash=(1, 1), marker="o" if style.marker != "o" else "s"
    )


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
    if of_the_course(opt) and rates:
        opts = [replace(opt, lr=np.reshape(rates, (-1, 1, 1, 1)))]
    else:
        opts = [_with_rate(opt, rate) for rate in rates] or [opt]
    return np.concatenate([descend(o, problem, starts[None], steps, every) for o in opts])


def _with_rate(opt, rate):
    other = copy.copy(opt)
    object.__setattr__(other, "lr", rate)  # it may be frozen
    return other


def _lowest(control, name, rates, ends, start, steps):
    """The goal to find an optimizer's best rate, from the race's first start."""
    ends = np.maximum(ends, LOWEST)  # lower ones are equal, as in the picture
    x1, x2 = start.values()
    text = f"the best rate of {name} from ({x1:g}, {x2:g})"

    def look(step, **at):
        (lr,) = at.values()
        if step < steps:
            return False, "The finish will tell."
        lower = int((ends < ends[rates.index(lr)] * (1 - ROUNDING)).sum())
        if lower:
            end = "ends" if lower == 1 else "end"
            return False, f"With η = {lr:g}, {lower} of its {len(rates)} {end} lower."
        return True, f"With η = {lr:g}, none of {name}'s {len(rates)} rates ends lower."

    return Goal(text.replace("-", "−"), (control, "step"), look)


def _outcome(name, loss, times, on, values):
    """What to say at the finish of an optimizer's losses, at each value of its controls."""
    values = [values[control] for control in on]

    def say(step, **at):
        if step < times[-1]:
            return ""
        now = loss[tuple(v.index(at[control]) for v, control in zip(values, on, strict=True))]
        if now[-1] > max(100 * now[0], 1e3):
            return f"{name} diverges."
        low = np.flatnonzero(now <= 1e-3 * (1 + ROUNDING))
        when = f", 0.001 within {times[low[0]]} {steps_word(times[low[0]])}" if len(low) else ""
        return f"{name}: {loss_word(now[-1])}{when}."

    return say
