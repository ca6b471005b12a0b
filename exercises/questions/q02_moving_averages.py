"""Exercise 02: what each question on averages asks, and the ways in which answers go wrong."""

import numpy as np

from course_lib.checks.question import Question

__all__ = ["QUESTIONS"]

warm_up = Question("02.warm_up", 7, """
10  # 10 is 1/(1 − β), where the average has come 65 % of the way. Half is earlier.
1
    That is near 1/β, which tells nothing of the time it takes. After one step the average has come
    a tenth of the way.
2  # 1/β is about 1.1, but it is not a time. After two steps the average stands at 0.19.
5
    A tenth each step makes five steps only on a straight line. Each step covers a tenth of what is
    still missing, and that shrinks.
6  # Close: after that step the average is still below a half. Count the first 1 as step 1.
8  # Close: the average was above a half one step earlier.
np.log(0.5) / np.log(0.9)
    That is the half-life, a time on a continuous clock. Steps are whole, and at the sixth the
    average is not there yet: which is the first after it?
""")  # fmt: skip


def _streams(rng):
    """Streams with a level of their own, so that a wrong factor or a wrong start shows.

    Long ones too, for weights that are cut off or whose powers vanish, β = 0, by which nothing
    can be divided, and a stream of whole numbers, zeros among them.
    """
    short = [(rng.normal(2, 1, 30), float(beta)) for beta in rng.uniform(0.6, 0.95, 3)]
    long = [(rng.normal(2, 1, 300), beta) for beta in (0.99, 0.05)]
    whole = (np.array([3, 0, 0, 5, -1, 4, 0, 2]), 0.9)
    return [*short, *long, (rng.normal(2, 1, 12), 0.0), (np.array([3.0]), 0.9), whole]


def _steps(x):
    return np.arange(1, len(x) + 1)


def ema(x, beta):
    v, averages = 0.0, []
    for value in x:
        v = beta * v + (1 - beta) * value
        averages.append(v)
    return np.array(averages)


average = Question("02.ema", ema, draw=_streams, slips="""
right(x, 1 - beta)
    β and 1 − β have changed places: β belongs to the past, 1 − β to the new value.
(1 - beta) * value → value
    The average is too large by 1/(1 − β): the new value enters whole. This is a leaky sum, an
    average gives weights that add up to at most 1.
0.0 → x[0]
    Your average starts at the first value. Here it starts at 0, so that the first output is only a
    part of the first value.
v = beta → old, v = v, beta
append(v) → append(old)
    All numbers come one step late: the average is stored before the new value is let in.
right(np.append(0.0, x[1:]), beta)
    The first value never gets in: does your loop begin at the second? v₁ already holds (1 − β)x₁.
right(*args)[-1:]
    A list of one number came back, the last average: is the list made anew at every step?
append(v) → append(v / (1 - beta ** (len(averages) + 1)))
    The start is corrected already. That is the next question; here the plain average from 0 is
    asked for.
beta * v + (1 - beta) * value → v + (value - v) / (len(averages) + 1)
    This is the mean of everything so far: it never forgets, and β has no say in it.
beta * v + (1 - beta) * value → np.mean(x[: len(averages) + 1][-round(1 / (1 - beta)) :])
    This is the mean of a window of 1/(1 − β) values. An EMA has no window: old values fade, none
    drops out.
append(v) → append(v); v = value
    β multiplies the previous input; it should multiply the previous average. This remembers one
    step and no more.
right(*args)[-1]  # Only the last average came back. One number for each step is asked for.
beta * v + (1 - beta) → v + (1 - beta) * beta ** len(averages)
    The weights run backwards: the oldest value has the largest. Which value should count most?
(1 - beta) * value → beta * value
    The old average and the new value are both multiplied by β. The two shares should add up to 1.
(1 - beta) * beta ** _steps(x) * np.cumsum(x / beta ** _steps(x))
    Right on paper, but you divide by β^t. That is 0 when β is 0, and a computer rounds it to 0 when
    t is large. Carry v from step to step.
right(*args) - beta**100 * np.append(np.zeros(100), right(*args))[: len(x)]
    Only the last hundred values are looked at. An EMA never drops one: with β = 0.99 more than a
    third of the weight is older than that.
np.append(0.0, right(*args))
    The start v₀ came back too, so that there is one number too many. Return the averages from v₁
    on.
right(*args)[0]
    Only the first average came back: does the `return` stand inside the loop? It ends the function
    at once. Move it out, below the loop.
right(*args)[:1]
    A list of one number came back, the first average: does the `return` stand inside the loop? Move
    it out, below the loop.
np.trunc(right(*args))
    The decimals have been cut off, as `int()` does, or an array made for whole numbers. Keep the
    averages as floats.
right(x, 0.9)  # This is the average with β = 0.9, whatever β is asked for. Use the argument `beta`.
right(x, 0.94)
    This is the average with β = 0.94, whatever β is asked for. Use the argument `beta` in place of
    the number.
""")  # fmt: skip


def ema_corrected(x, beta):
    t = np.arange(1, len(x) + 1)
    return ema(x, beta) / (1 - beta**t)


corrected = Question("02.ema_corrected", ema_corrected, draw=_streams, slips="""
/ (1 - beta**t) →  # No correction yet: this is the plain average, too small in its first steps.
(1, len(x) + 1) → (len(x))
    The steps are counted from 0, so that the first divides by 1 − β⁰, which is nothing. When the
    first value is in, t is 1.
beta**t → beta ** (t - 1) * (t > 1)
    Steps are counted from 0 and the division by zero is stepped round. After the first value t is
    1, and nothing needs a guard.
(1, len(x) + 1) → (2, len(x) + 2)
    The correction is one step ahead: it uses t + 1. The first output should equal the first value.
beta**t → beta
    You divide by the same 1 − β at every step. Only the first is right: the weights handed out grow
    from step to step.
/ (1 - beta**t) → / 1 - beta**t
    You divide by 1 and subtract β^t after that. Mind the brackets below the fraction bar.
/ (1 → * (1
    You multiply by the sum of the weights, and the start gets smaller still. It is too small
    already.
beta**t → beta * t
    β·t where a power is meant: what is left of the start shrinks by the factor β each step.
t = np → v, t = 0.0, np
ema(x, beta) / (1 - beta**t) → [v := (y + beta * (v - y)) / (1 - beta**i) for i, y in zip(t, x)]
    The corrected value goes back into the recursion. Keep the plain average for the next step and
    correct a copy on the way out.
beta**t → (1 - beta) ** t
    The power is taken of 1 − β. What remains of the start after t steps is a power of the share
    that the past keeps.
ema(x, → ema(x - x[0],
/ (1 - beta**t) → + x[0]
    The average starts at the first value and is not corrected. That removes the zero, but gives the
    first value too much weight.
ema(x, beta) → (ema(x - x[0], beta) + x[0])
    The average starts at the first value and is corrected too. The correction belongs to a start at
    0.
ema(x, beta) → ema(x, 1 - beta)
    β and 1 − β have changed places in the average: the correction is right, what it corrects is
    not.
right(x, 1 - beta)
    β and 1 − β have changed places in the average and in the correction: β belongs to the past, and
    the past is what the correction is about.
np.append(0.0, right(*args))
    One number too many: the start v₀ came back too. There is nothing to correct in it; begin with
    the first value.
right(*args)[0]
    Only the first number came back. A `return` inside the loop ends the function at its first
    round: move it below the loop.
right(*args)[-1]  # Only the last corrected average came back. One for each step is asked for.
beta**t → beta ** len(x)
    Every average is divided by the last step's 1 − β^t. Each step has a t of its own, counted from
    1.
np.trunc(right(*args))
    Corrected rightly, then the decimals were cut off: `int()`, or an array made for whole numbers?
    Keep floats.
right(x, 0.9)
    The β is always 0.9 here, whatever is asked for. Use the argument `beta`, in the average and in
    the correction.
""")  # fmt: skip


def _betas(rng):
    return [(beta,) for beta in [0.9, 0.8, *rng.uniform(0.6, 0.99, 4).tolist(), 0.5, 0.25, 0.999]]


def half_life(beta):
    return np.log(0.5) / np.log(beta)


forgetting = Question("02.half_life", half_life, draw=_betas, slips="""
np.log(0.5) / np.log(beta) → 1 / beta
    1/β is what a well-known chapter prints, and at 0.9 it would be 1.1 steps: but after one step 90
    % is still there. When is β^k a half?
np.log(0.5) / np.log(beta) → 1 / (1 - beta)
    1/(1 − β) is the effective window, the time to fall to about 1/e. Half is reached earlier.
np.log(0.5) / np.log(beta) → np.log(beta) / np.log(0.5)
    The fraction is upside down: a longer memory should give a larger number.
np.log(0.5) → -1  # −1/ln β is the time to fall to 1/e. Where does the half come in?
np.log(0.5) → np.log10(0.5)
    Two kinds of logarithm are mixed: base 10 above, natural below. Take the same in both.
np.log(beta) → np.log10(beta)
    Two kinds of logarithm are mixed: natural above, base 10 below. Take the same in both.
right(1 - beta)
    This is the half-life of 1 − β, the share of the new value. It is β that the past is multiplied
    by.
np.log(0.5) → np.log(2)
    The sign is wrong: a time came out negative. ln β is negative; what should stand above it?
np.log(0.5) / np.log(beta) → np.log(2) / (1 - beta)
    ln 2/(1 − β) is what the answer tends to when β is close to 1. At 0.9 it is off by five per
    cent: keep the logarithm of β.
np.ceil(right(beta))  # Rounded up to a whole step. The half-life is a time: leave its decimals.
np.trunc(right(beta))
    The decimals have been cut off, as `int()` and `//` do. The half-life is a time: leave them.
np.round(right(beta), 2)
    Right, and then rounded to two decimals. Leave all of them: return the formula as it is.
right(0.9)  # This is the half-life of β = 0.9, whatever β is asked for. Use the argument `beta`.
np.round(right(beta))  # Rounded to a whole step. The half-life is a time: leave its decimals.
""")  # fmt: skip


def _pulses(rng):
    drawn = rng.uniform(0.6, 0.99, 4).tolist()
    return [(beta,) for beta in [0.9, 0.8, 0.5, 0.25, 0.99, *drawn, 0.995]]


def measured_half_life(beta):
    steps, weight = 0, 1.0
    while weight > 0.5:
        weight = weight * beta
        steps = steps + 1
    return steps


counting = Question("02.bug_hunt", measured_half_life, draw=_pulses, slips="""
right(beta) + 1
    One too many: the step of the pulse itself is counted. k counts the steps after it.
right(beta) - 1  # One too few: after so many steps more than half the weight is still there.
np.floor(half_life(beta))
    The half-life is rounded down, which comes a little too early. Is the weight at half or below by
    then?
np.round(half_life(beta))
    The half-life is rounded to the nearest step, but sometimes the nearest comes too early. Is the
    weight at half or below by then?
right(beta) + (beta == 0.5)
    You wait until the weight is below a half. Exactly a half counts too: try β = 0.5.
1 / beta  # 1/β again, the formula under suspicion. Count instead: multiply by β until half is left.
np.ceil(1 / beta)
    1/β rounded up is still the formula under suspicion. Count instead: multiply by β until half is
    left.
1 / (1 - beta)  # 1/(1 − β), the other page's formula, counts down to about 37 %. Stop at half.
np.round(1 / (1 - beta))
    1/(1 − β) in whole steps, the other page's formula, counts down to about 37 %. Stop at half.
10  # 10 for every β. Let the function count with the β that it is given.
7  # 7 for every β. Let the function count with the β that it is given.
half_life(beta)
    This is the half-life itself, with decimals. Asked is the first whole step at which half or less
    is left.
1.0 → 1 - beta
    You wait until the weight (1 − β)·β^k itself is at most a half. Half of what it was at the start
    is meant.
""")  # fmt: skip


def _returns(rng):
    betas = [0.94, *rng.uniform(0.85, 0.97, 2).tolist()]
    some = [(rng.standard_t(4, 60) + 0.1, beta) for beta in betas]
    return [*some, (np.array([1, -2, 0, 3, 0, -1, 2, 1, 0, -3, 1, 2]), 0.9)]


def _window(x, beta):
    """The mean of the last 1/(1 − β) values."""
    return np.array([np.mean(x[:t][-round(1 / (1 - beta)) :]) for t in _steps(x)])


def volatility(returns, beta):
    return np.sqrt(ema_corrected(np.asarray(returns) ** 2, beta))


risk = Question("02.volatility", volatility, draw=_returns, slips="""
np.sqrt →  # This is the variance, in percent squared. One step is missing to come back to percent.
np.sqrt(ema_corrected(np.asarray(returns) ** 2, beta)) → ema_corrected(returns, beta)
    The returns are averaged as they are, and gains cancel losses. Volatility asks how large they
    are: what makes them positive?
** 2 →
    The root is taken of an average of returns, which is negative on bad days. Volatility is made of
    squares.
np.sqrt(ema_corrected(np.asarray(returns) ** 2, beta)) → np.abs(ema_corrected(returns, beta))
    The squares are taken after averaging, when gains and losses have cancelled. Square each return
    first.
np.sqrt(ema_corrected(np.asarray(returns) ** 2, beta)) → ema_corrected(np.abs(returns), beta)
    The root comes before the average: this is the mean size of a return. Average the squares, then
    take the root.
right(returns - np.mean(returns), beta)
    The mean is subtracted first. It is not known on the day, and RiskMetrics takes it as 0.
right(returns, 1 - beta)
    β and 1 − β have changed places: this forgets almost everything within a day.
ema_corrected → ema
    The first days look too calm: the average of squares starts at 0 and is not corrected.
np.sqrt(ema_corrected → 1 / (1 - beta ** _steps(returns)) * np.sqrt(ema
    The correction is applied after the root. It belongs to the average of squares.
ema_corrected → 1 / (1 - beta ** (_steps(returns) - 1)) * ema
    The days are counted from 0 in the correction, and the first divides by nothing. The first day
    is day 1.
np.append(0.0, right(*args)[:-1])
    All days come one late: today's return should be in today's volatility.
ema_corrected → _window
    This is a window's volatility, with 1/(1 − β) days of equal weight. Let old days fade instead.
right(*args) * np.sqrt(260)
    This is the volatility of a year of 260 days. Asked is that of a day: leave the factor out.
right(*args) * np.sqrt(252)
    This is the volatility of a year of 252 days. Asked is that of a day: leave the factor out.
ema_corrected → beta ** _steps(returns) * returns[0] ** 2 + ema
    The average of squares starts at the first square: that day gets too much weight. Start at 0 and
    correct.
right(returns, 0.94)
    0.94 stands in your function in place of the argument: other decays give the same numbers. Use
    `beta`.
np.append(0.0, right(*args))
    One day too many: the start came back too. Return one number for each return.
right(*args)[0]  # Only the first day came back. Is there a `return` inside a loop? Move it below.
right(*args)[-1]  # Only the last day's volatility came back. One number for each day is asked for.
np.trunc(right(*args))
    The decimals of a volatility have been cut off: `int()`, or an array made for whole numbers?
    Keep floats.
""")  # fmt: skip

QUESTIONS = (warm_up, average, corrected, forgetting, counting, risk)
