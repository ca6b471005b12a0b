"""Optimizers against each other, each with its own rate."""

import copy
from dataclasses import fields, replace
from typing import NamedTuple

import numpy as np

from ..base import an_optimizer, whole
from ..descent import of_the_course, paths
from ..optimizers import SGD, AdaGrad, Adam, RMSProp
from . import plots
from .explorer import Control, Explorer, Goal, Line, Words
from .maps import LOWEST, a_problem, loss_of, loss_word, lower, map_of
from .parts import ROUNDING, first, looked_up, points, steps_word

USUAL = (SGD(0.2), AdaGrad(1.0), RMSProp(0.1), Adam(0.2))
FACTORS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
SIGNS = {"momentum": "μ", "rho": "ρ", "beta1": "β₁", "beta2": "β₂", "eps": "ε"}


def race(problem="bowl", optimizers=None, steps=100):
    """Optimizers on one problem, each with its own learning rate, from a start of your choice.

    It opens on its way, and tells how it went once it has been played to the end. Does the ranking
    of the best rates stay when you move the start?

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
    problem, racers = a_problem(problem), _racers(USUAL if optimizers is None else optimizers)
    begin = dict(zip(("x1", "x2"), problem.start.tolist(), strict=True))
    sides = [_side(*limits) for limits in zip(problem.box, problem.start, strict=True)]
    place = dict(zip(begin, sides, strict=True))
    starts = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1)
    every = -(-steps // 100)  # at most a hundred points a line
    times = tuple(np.append(np.arange(0, steps, every), steps).tolist())

    def position(step):
        return f"Step {step} of {steps}: play it to the end." if step < steps else "At the finish:"

    about = f"A race on {problem.name}, {steps} {steps_word(steps)}."
    words = [Words((), lambda: about, shown=False), Words(("step",), position)]
    labels = {"x1": "start x₁", "x2": "start x₂"}
    controls = [Control(n, label, place[n], begin[n]) for n, label in labels.items()]
    lines, goals = [], []
    for name, called, style, opt, rates in racers:
        x = _paths(opt, rates, problem, starts, steps, every)  # (rates, starts, starts, n, 2)
        rate = {f"lr_{name}": rates} if rates else {}
        x = x if rates else x[0]
        loss, on = loss_of(problem, x), (*rate, *place)
        losses = looked_up(loss, **rate, **place)
        for lr in rate:
            controls.append(Control(lr, f"{called}: rate η", rates, rates[FACTORS.index(1)]))
            ends = [losses(**{lr: value}, **begin)[-1] for value in rates]
            goals.append(_lowest(lr, called, rates, np.maximum(ends, LOWEST), begin, steps))
        words.append(Words((*on, "step"), _outcome(called, losses, times)))
        lines += [
            Line(f"{name} path", on, x, style, upto="step"),
            Line(f"{name} loss", on, points(times, loss), style, 1, upto="step"),
        ]
    controls.append(Control("step", "step t", times, times[len(times) // 5], play=True))

    def draw(figure):
        left, right = plots.panels(figure, "AB")
        map_of(left, problem)
        left.set_title("click: another start")
        right.set(yscale="log", xlim=(0, 1.02 * steps), ylim=(LOWEST, 1e4))
        right.set(xlabel="step t", ylabel="loss above the minimum")
        right.axvline(steps, color="#555555", linewidth=1)
        right.annotate("finish ", (steps, 1e3), ha="right")
        for racer in racers:
            left.plot([], [], label=racer.called, **racer.style.matplotlib())
        widest = 60 + 7 * max(len(racer.called) for racer in racers)
        columns = max(1, int(figure.dpi * figure.get_figwidth() // widest))
        figure.legend(loc="outside upper left", ncols=columns, handlelength=2.6)
        return [left, right]

    return Explorer(controls, lines, words, draw, size=(760, 400), place=place, goals=goals)


class Racer(NamedTuple):
    """An optimizer, its name in `Explorer.lines` and in the legend, its look, and its rates."""

    name: str
    called: str
    style: plots.LineStyle
    opt: object
    rates: tuple


def _racers(optimizers):
    """Those of the library go by their own names, a learner's as `yours`.

    A second one of its kind has other dashes and another marker, and tells in what it differs.
    """
    optimizers = [optimizers] if hasattr(optimizers, "step") else list(optimizers)
    if not 1 <= len(optimizers) <= 6:
        raise ValueError(f"a race has room for 1 to 6 optimizers, got {len(optimizers)}")
    racers, kinds = [], []
    for opt in optimizers:
        kind = _kind(an_optimizer(opt))
        if kind != "yours" and any(np.ndim(getattr(opt, f.name)) for f in fields(opt)):
            raise ValueError(f"a race takes one number a hyper-parameter, and {opt!r} is a sweep")
        name, called, style = kind, kind, plots.OPTIMIZERS[kind]
        if kind in kinds:
            name = f"{kind}_{kinds.count(kind) + 1}"
            known = vars(optimizers[kinds.index(kind)])
            other = [
                f"{SIGNS.get(key, key)} = {value:g}"
                for key, value in vars(opt).items()
                if key != "lr" and isinstance(value, int | float) and value != known.get(key)
            ]
            called = ", ".join([kind, *(other or ["again"])])
            marker = "s" if style.marker == "o" else "o"
            style = replace(style, width=style.width * 0.7, dash=(1, 1), marker=marker)
        kinds.append(kind)
        racers.append(Racer(name, called, style, opt, _rates(opt)))
    return racers


def _kind(opt):
    """The name in the legend: of the class, or of the one that it is a framework's version of."""
    if not of_the_course(opt):
        return "yours"
    name = next(c.__name__ for c in type(opt).__mro__ if c.__name__ in plots.OPTIMIZERS)
    if name == "SGD" and np.any(opt.momentum):
        return "Nesterov" if opt.nesterov else "momentum"
    return name


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
    return np.concatenate([paths(o, problem, starts[None], steps, every) for o in opts])


def _with_rate(opt, rate):
    other = copy.copy(opt)
    object.__setattr__(other, "lr", rate)  # it may be frozen
    return other


def _lowest(control, name, rates, ends, begin, steps):
    """The goal to find an optimizer's best rate, from the race's first start."""
    text = "the best rate of {} from ({x1:g}, {x2:g})".format(name, **begin)

    def look(step, **at):
        (lr,) = at.values()
        if step < steps:
            return False, "The finish will tell."
        count = lower(ends, ends[rates.index(lr)])
        if count:
            end = "ends" if count == 1 else "end"
            return False, f"With η = {lr:g}, {count} of its {len(rates)} {end} lower."
        return True, f"With η = {lr:g}, none of {name}'s {len(rates)} rates ends lower."

    return Goal(text.replace("-", "−"), (control, "step"), look)


def _outcome(name, losses, times):
    """What to say of an optimizer at the finish."""

    def say(step, **at):
        if step < times[-1]:
            return ""
        loss = losses(**at)
        if loss[-1] > max(100 * loss[0], 1e3):
            return f"{name} diverges."
        low = first(loss <= 1e-3 * (1 + ROUNDING))
        when = f", 0.001 within {times[low - 1]} {steps_word(times[low - 1])}" if low else ""
        return f"{name}: {loss_word(loss[-1])}{when}."

    return say
