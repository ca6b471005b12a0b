"""Exercise 02: questions on moving averages, and the ways in which they go wrong.

The docstring of each mistake is the hint that the learner reads. The first that fits is shown.
"""

import math
from functools import partial

import numpy as np

from course_lib.averages import ema, half_life, moving_average, running_mean
from course_lib.checks.judge import Question

__all__ = ["QUESTIONS"]


def _streams(rng):
    """Streams with a level of their own, so that a wrong factor or a wrong start shows.

    Long ones too, for weights that are cut off or whose powers vanish, β = 0, by which nothing
    can be divided, and a stream of whole numbers, zeros among them.
    """
    short = [(rng.normal(2, 1, 30), float(beta)) for beta in rng.uniform(0.6, 0.95, 3)]
    long = [(rng.normal(2, 1, 300), beta) for beta in (0.99, 0.05)]
    whole = (np.array([3, 0, 0, 5, -1, 4, 0, 2]), 0.9)
    return [*short, *long, (rng.normal(2, 1, 12), 0.0), (np.array([3.0]), 0.9), whole]


def _betas(rng):
    return [(beta,) for beta in [0.9, 0.8, *rng.uniform(0.6, 0.99, 4).tolist(), 0.5, 0.25, 0.999]]


def _pulses(rng):
    return [
        (beta,) for beta in [0.9, 0.8, 0.5, 0.25, 0.99, *rng.uniform(0.6, 0.99, 4).tolist(), 0.995]
    ]


def _returns(rng):
    betas = [0.94, *rng.uniform(0.85, 0.97, 2).tolist()]
    some = [(rng.standard_t(4, 60) + 0.1, beta) for beta in betas]
    return [*some, (np.array([1, -2, 0, 3, 0, -1, 2, 1, 0, -3, 1, 2]), 0.9)]


def _steps(x):
    return np.arange(1, len(x) + 1)


def _swapped(x, beta):
    """As `ema` with 1 − β, but without its objection when that is 1."""
    v, out = 0.0, []
    for value in x:
        v = (1 - beta) * v + beta * value
        out.append(v)
    return np.array(out)


def _counted(beta):
    k, weight = 0, 1.0
    while weight > 0.5:
        k, weight = k + 1, weight * beta
    return k


def _volatility(returns, beta):
    return np.sqrt(ema(returns**2, beta, bias_correction=True))


warm_up = Question("02.warm_up", lambda: 7)


@warm_up.mistake
def window_for_half():
    """10 is 1/(1 − β), where the average has come 65 % of the way. Half is earlier."""
    return 10


@warm_up.mistake
def reciprocal():
    """That is near 1/β, which tells nothing of the time it takes. After one step the average
    has come a tenth of the way."""
    return 1


@warm_up.mistake
def second_step():
    """1/β is about 1.1, but it is not a time. After two steps the average stands at 0.19."""
    return 2


@warm_up.mistake
def straight_line():
    """A tenth each step makes five steps only on a straight line. Each step covers a tenth of
    what is still missing, and that shrinks."""
    return 5


@warm_up.mistake
def before_half():
    """Close: after that step the average is still below a half. Count the first 1 as step 1."""
    return 6


@warm_up.mistake
def one_too_many():
    """Close: the average was above a half one step earlier."""
    return 8


@warm_up.mistake
def half_life_itself():
    """That is the half-life, a time on a continuous clock. Steps are whole, and at the sixth the
    average is not there yet: which is the first after it?"""
    return half_life(0.9)


average = Question("02.ema", ema, _streams)


@average.mistake
def swapped(x, beta):
    """β and 1 − β have changed places: β belongs to the past, 1 − β to the new value."""
    return _swapped(x, beta)


@average.mistake
def leaky_sum(x, beta):
    """The average is too large by 1/(1 − β): the new value enters whole. This is a leaky sum,
    an average gives weights that add up to at most 1."""
    return ema(x, beta) / (1 - beta)


@average.mistake
def first_value(x, beta):
    """Your average starts at the first value. Here it starts at 0, so that the first output is
    only a part of the first value."""
    return ema(x, beta, initial=x[0])


@average.mistake
def before_update(x, beta):
    """All numbers come one step late: the average is stored before the new value is let in."""
    return np.append(0.0, ema(x, beta)[:-1])


@average.mistake
def first_value_left_out(x, beta):
    """The first value never gets in: does your loop begin at the second? v₁ already holds
    (1 − β)x₁."""
    return ema(np.append(0.0, x[1:]), beta)


@average.mistake
def list_emptied(x, beta):
    """A list of one number came back, the last average: is the list made anew at every step?"""
    return ema(x, beta)[-1:]


@average.mistake
def already_corrected(x, beta):
    """The start is corrected already. That is the next question; here the plain average from 0
    is asked for."""
    return ema(x, beta, bias_correction=True)


@average.mistake
def mean_of_all(x, beta):
    """This is the mean of everything so far: it never forgets, and β has no say in it."""
    return running_mean(x)


@average.mistake
def mean_of_window(x, beta):
    """This is the mean of a window of 1/(1 − β) values. An EMA has no window: old values fade,
    none drops out."""
    window = round(1 / (1 - beta))
    return np.array([np.mean(x[max(0, t - window) : t]) for t in range(1, len(x) + 1)])


@average.mistake
def previous_input(x, beta):
    """β multiplies the previous input; it should multiply the previous average. This remembers
    one step and no more."""
    return beta * np.append(0.0, x[:-1]) + (1 - beta) * x


@average.mistake
def last_only(x, beta):
    """Only the last average came back. One number for each step is asked for."""
    return ema(x, beta)[-1]


@average.mistake
def oldest_first(x, beta):
    """The weights run backwards: the oldest value has the largest. Which value should count
    most?"""
    return np.cumsum((1 - beta) * beta ** np.arange(len(x)) * x)


@average.mistake
def both_beta(x, beta):
    """The old average and the new value are both multiplied by β. The two shares should add up
    to 1."""
    return ema(x, beta) * beta / (1 - beta)


@average.mistake
def divided_by_powers(x, beta):
    """Right on paper, but you divide by β^t. That is 0 when β is 0, and a computer rounds it to 0
    when t is large. Carry v from step to step."""
    t = _steps(x)
    return (1 - beta) * beta**t * np.cumsum(x / beta**t)


@average.mistake
def old_weights_cut_off(x, beta):
    """Only the last hundred values are looked at. An EMA never drops one: with β = 0.99 more than a
    third of the weight is older than that."""
    kept = min(len(x), 100)
    return np.convolve(x, (1 - beta) * beta ** np.arange(kept))[: len(x)]


@average.mistake
def with_the_start(x, beta):
    """The start v₀ came back too, so that there is one number too many. Return the averages from
    v₁ on."""
    return np.append(0.0, ema(x, beta))


@average.mistake
def returned_in_the_loop(x, beta):
    """Only the first average came back: does the `return` stand inside the loop? It ends the
    function at once. Move it out, below the loop."""
    return ema(x, beta)[0]


@average.mistake
def returned_in_the_loop_as_list(x, beta):
    """A list of one number came back, the first average: does the `return` stand inside the loop?
    Move it out, below the loop."""
    return ema(x, beta)[:1]


@average.mistake
def cut_to_whole_numbers(x, beta):
    """The decimals have been cut off, as `int()` does, or an array made for whole numbers. Keep
    the averages as floats."""
    return np.trunc(ema(x, beta))


@average.mistake
def always_nine_tenths(x, beta):
    """This is the average with β = 0.9, whatever β is asked for. Use the argument `beta`."""
    return ema(x, 0.9)


@average.mistake
def always_riskmetrics(x, beta):
    """This is the average with β = 0.94, whatever β is asked for. Use the argument `beta` in place
    of the number."""
    return ema(x, 0.94)


_ema_corrected = partial(ema, bias_correction=True)
corrected = Question("02.ema_corrected", _ema_corrected, _streams)


@corrected.mistake
def not_corrected(x, beta):
    """No correction yet: this is the plain average, too small in its first steps."""
    return ema(x, beta)


@corrected.mistake
def steps_from_zero(x, beta):
    """The steps are counted from 0, so that the first divides by 1 − β⁰, which is nothing.
    When the first value is in, t is 1."""
    return ema(x, beta) / (1 - beta ** (_steps(x) - 1))


@corrected.mistake
def zero_guarded(x, beta):
    """Steps are counted from 0 and the division by zero is stepped round. After the first value
    t is 1, and nothing needs a guard."""
    return ema(x, beta) / np.append(1.0, 1 - beta ** _steps(x)[:-1])


@corrected.mistake
def one_step_ahead(x, beta):
    """The correction is one step ahead: it uses t + 1. The first output should equal the first
    value."""
    return ema(x, beta) / (1 - beta ** (_steps(x) + 1))


@corrected.mistake
def constant_factor(x, beta):
    """You divide by the same 1 − β at every step. Only the first is right: the weights handed
    out grow from step to step."""
    return ema(x, beta) / (1 - beta)


@corrected.mistake
def brackets_forgotten(x, beta):
    """You divide by 1 and subtract β^t after that. Mind the brackets below the fraction bar."""
    return ema(x, beta) - beta ** _steps(x)


@corrected.mistake
def multiplied(x, beta):
    """You multiply by the sum of the weights, and the start gets smaller still. It is too small
    already."""
    return ema(x, beta) * (1 - beta ** _steps(x))


@corrected.mistake
def times_not_power(x, beta):
    """β·t where a power is meant: what is left of the start shrinks by the factor β each step."""
    return ema(x, beta) / (1 - beta * _steps(x))


@corrected.mistake
def fed_back(x, beta):
    """The corrected value goes back into the recursion. Keep the plain average for the next
    step and correct a copy on the way out."""
    v, out = 0.0, []
    for t, value in enumerate(x, start=1):
        v = (beta * v + (1 - beta) * value) / (1 - beta**t)
        out.append(v)
    return np.array(out)


@corrected.mistake
def wrong_base(x, beta):
    """The power is taken of 1 − β. What remains of the start after t steps is a power of the
    share that the past keeps."""
    return ema(x, beta) / (1 - (1 - beta) ** _steps(x))


@corrected.mistake
def started_at_first(x, beta):
    """The average starts at the first value and is not corrected. That removes the zero, but
    gives the first value too much weight."""
    return ema(x, beta, initial=x[0])


@corrected.mistake
def corrected_twice(x, beta):
    """The average starts at the first value and is corrected too. The correction belongs to a
    start at 0."""
    return ema(x, beta, initial=x[0]) / (1 - beta ** _steps(x))


@corrected.mistake
def swapped_corrected(x, beta):
    """β and 1 − β have changed places in the average: the correction is right, what it corrects
    is not."""
    return _swapped(x, beta) / (1 - beta ** _steps(x))


@corrected.mistake
def swapped_everywhere(x, beta):
    """β and 1 − β have changed places in the average and in the correction: β belongs to the
    past, and the past is what the correction is about."""
    return _swapped(x, beta) / (1 - (1 - beta) ** _steps(x))


@corrected.mistake
def corrected_with_the_start(x, beta):
    """One number too many: the start v₀ came back too. There is nothing to correct in it; begin
    with the first value."""
    return np.append(0.0, ema(x, beta, bias_correction=True))


@corrected.mistake
def corrected_in_the_loop(x, beta):
    """Only the first number came back. A `return` inside the loop ends the function at its first
    round: move it below the loop."""
    return x[0]


@corrected.mistake
def corrected_last_only(x, beta):
    """Only the last corrected average came back. One for each step is asked for."""
    return ema(x, beta, bias_correction=True)[-1]


@corrected.mistake
def last_power_for_all(x, beta):
    """Every average is divided by the last step's 1 − β^t. Each step has a t of its own, counted
    from 1."""
    return ema(x, beta) / (1 - beta ** len(x))


@corrected.mistake
def corrected_and_cut(x, beta):
    """Corrected rightly, then the decimals were cut off: `int()`, or an array made for whole
    numbers? Keep floats."""
    return np.trunc(ema(x, beta, bias_correction=True))


@corrected.mistake
def corrected_always_nine_tenths(x, beta):
    """The β is always 0.9 here, whatever is asked for. Use the argument `beta`, in the average and
    in the correction."""
    return ema(x, 0.9, bias_correction=True)


forgetting = Question("02.half_life", half_life, _betas)


@forgetting.mistake
def one_over_beta(beta):
    """1/β is what a well-known chapter prints, and at 0.9 it would be 1.1 steps: but after one
    step 90 % is still there. When is β^k a half?"""
    return 1 / beta


@forgetting.mistake
def time_constant(beta):
    """1/(1 − β) is the effective window, the time to fall to about 1/e. Half is reached
    earlier."""
    return 1 / (1 - beta)


@forgetting.mistake
def upside_down(beta):
    """The fraction is upside down: a longer memory should give a larger number."""
    return math.log(beta) / math.log(0.5)


@forgetting.mistake
def without_two(beta):
    """−1/ln β is the time to fall to 1/e. Where does the half come in?"""
    return -1 / math.log(beta)


@forgetting.mistake
def mixed_logarithms(beta):
    """Two kinds of logarithm are mixed: base 10 above, natural below. Take the same in both."""
    return math.log10(0.5) / math.log(beta)


@forgetting.mistake
def mixed_the_other_way(beta):
    """Two kinds of logarithm are mixed: natural above, base 10 below. Take the same in both."""
    return math.log(0.5) / math.log10(beta)


@forgetting.mistake
def of_the_rest(beta):
    """This is the half-life of 1 − β, the share of the new value. It is β that the past is
    multiplied by."""
    return math.log(0.5) / math.log(1 - beta)


@forgetting.mistake
def negative(beta):
    """The sign is wrong: a time came out negative. ln β is negative; what should stand above
    it?"""
    return math.log(2) / math.log(beta)


@forgetting.mistake
def for_beta_near_one(beta):
    """ln 2/(1 − β) is what the answer tends to when β is close to 1. At 0.9 it is off by five
    per cent: keep the logarithm of β."""
    return math.log(2) / (1 - beta)


@forgetting.mistake
def rounded_up(beta):
    """Rounded up to a whole step. The half-life is a time: leave its decimals."""
    return math.ceil(half_life(beta))


@forgetting.mistake
def cut_to_whole_steps(beta):
    """The decimals have been cut off, as `int()` and `//` do. The half-life is a time: leave
    them."""
    return int(half_life(beta))


@forgetting.mistake
def two_decimals(beta):
    """Right, and then rounded to two decimals. Leave all of them: return the formula as it is."""
    return round(half_life(beta), 2)


@forgetting.mistake
def always_of_nine_tenths(beta):
    """This is the half-life of β = 0.9, whatever β is asked for. Use the argument `beta`."""
    return half_life(0.9)


@forgetting.mistake
def rounded(beta):
    """Rounded to a whole step. The half-life is a time: leave its decimals."""
    return round(half_life(beta))


counting = Question("02.bug_hunt", _counted, _pulses)


@counting.mistake
def counts_the_pulse(beta):
    """One too many: the step of the pulse itself is counted. k counts the steps after it."""
    return _counted(beta) + 1


@counting.mistake
def last_above_half(beta):
    """One too few: after so many steps more than half the weight is still there."""
    return _counted(beta) - 1


@counting.mistake
def rounded_down(beta):
    """The half-life is rounded down, which comes a little too early. Is the weight at half or
    below by then?"""
    return math.floor(half_life(beta))


@counting.mistake
def nearest_step(beta):
    """The half-life is rounded to the nearest step, but sometimes the nearest comes too early.
    Is the weight at half or below by then?"""
    return round(half_life(beta))


@counting.mistake
def strictly_below(beta):
    """You wait until the weight is below a half. Exactly a half counts too: try β = 0.5."""
    return _counted(beta) + (beta == 0.5)


@counting.mistake
def chapters_formula(beta):
    """1/β again, the formula under suspicion. Count instead: multiply by β until half is left."""
    return 1 / beta


@counting.mistake
def chapters_formula_whole(beta):
    """1/β rounded up is still the formula under suspicion. Count instead: multiply by β until
    half is left."""
    return math.ceil(1 / beta)


@counting.mistake
def other_page(beta):
    """1/(1 − β), the other page's formula, counts down to about 37 %. Stop at half."""
    return 1 / (1 - beta)


@counting.mistake
def other_page_whole(beta):
    """1/(1 − β) in whole steps, the other page's formula, counts down to about 37 %. Stop at
    half."""
    return round(1 / (1 - beta))


@counting.mistake
def always_ten(beta):
    """10 for every β. Let the function count with the β that it is given."""
    return 10


@counting.mistake
def always_seven(beta):
    """7 for every β. Let the function count with the β that it is given."""
    return 7


@counting.mistake
def not_whole(beta):
    """This is the half-life itself, with decimals. Asked is the first whole step at which half
    or less is left."""
    return half_life(beta)


@counting.mistake
def absolute_weight(beta):
    """You wait until the weight (1 − β)·β^k itself is at most a half. Half of what it was at
    the start is meant."""
    k = 0
    while (1 - beta) * beta**k > 0.5:
        k += 1
    return k


risk = Question(
    "02.volatility",
    _volatility,
    _returns,
)


@risk.mistake
def without_root(returns, beta):
    """This is the variance, in percent squared. One step is missing to come back to percent."""
    return ema(returns**2, beta, bias_correction=True)


@risk.mistake
def without_squares(returns, beta):
    """The returns are averaged as they are, and gains cancel losses. Volatility asks how large
    they are: what makes them positive?"""
    return ema(returns, beta, bias_correction=True)


@risk.mistake
def root_without_squares(returns, beta):
    """The root is taken of an average of returns, which is negative on bad days. Volatility is
    made of squares."""
    return np.sqrt(ema(returns, beta, bias_correction=True))


@risk.mistake
def squared_too_late(returns, beta):
    """The squares are taken after averaging, when gains and losses have cancelled. Square each
    return first."""
    return np.abs(ema(returns, beta, bias_correction=True))


@risk.mistake
def root_too_early(returns, beta):
    """The root comes before the average: this is the mean size of a return. Average the
    squares, then take the root."""
    return ema(np.abs(returns), beta, bias_correction=True)


@risk.mistake
def mean_removed(returns, beta):
    """The mean is subtracted first. It is not known on the day, and RiskMetrics takes it as
    0."""
    return _volatility(returns - returns.mean(), beta)


@risk.mistake
def swapped_decay(returns, beta):
    """β and 1 − β have changed places: this forgets almost everything within a day."""
    return _volatility(returns, 1 - beta)


@risk.mistake
def start_too_calm(returns, beta):
    """The first days look too calm: the average of squares starts at 0 and is not corrected."""
    return np.sqrt(ema(returns**2, beta))


@risk.mistake
def corrected_too_late(returns, beta):
    """The correction is applied after the root. It belongs to the average of squares."""
    return np.sqrt(ema(returns**2, beta)) / (1 - beta ** _steps(returns))


@risk.mistake
def days_from_zero(returns, beta):
    """The days are counted from 0 in the correction, and the first divides by nothing. The first
    day is day 1."""
    with np.errstate(divide="ignore"):
        return np.sqrt(ema(returns**2, beta) / (1 - beta ** (_steps(returns) - 1)))


@risk.mistake
def a_day_late(returns, beta):
    """All days come one late: today's return should be in today's volatility."""
    return np.append(0.0, _volatility(returns, beta)[:-1])


@risk.mistake
def of_a_window(returns, beta):
    """This is a window's volatility, with 1/(1 − β) days of equal weight. Let old days fade
    instead."""
    window = round(1 / (1 - beta))
    early = [np.sqrt(np.mean(returns[:t] ** 2)) for t in range(1, window)]
    return np.append(early, np.sqrt(moving_average(returns**2, window)[window - 1 :]))


@risk.mistake
def a_year(returns, beta):
    """This is the volatility of a year of 260 days. Asked is that of a day: leave the factor
    out."""
    return _volatility(returns, beta) * math.sqrt(260)


@risk.mistake
def a_shorter_year(returns, beta):
    """This is the volatility of a year of 252 days. Asked is that of a day: leave the factor
    out."""
    return _volatility(returns, beta) * math.sqrt(252)


@risk.mistake
def started_at_first_square(returns, beta):
    """The average of squares starts at the first square: that day gets too much weight. Start
    at 0 and correct."""
    return np.sqrt(ema(returns**2, beta, initial=returns[0] ** 2))


@risk.mistake
def always_094(returns, beta):
    """0.94 stands in your function in place of the argument: other decays give the same numbers.
    Use `beta`."""
    return _volatility(returns, 0.94)


@risk.mistake
def volatility_with_the_start(returns, beta):
    """One day too many: the start came back too. Return one number for each return."""
    return np.append(0.0, _volatility(returns, beta))


@risk.mistake
def volatility_in_the_loop(returns, beta):
    """Only the first day came back. Is there a `return` inside a loop? Move it below."""
    return _volatility(returns, beta)[0]


@risk.mistake
def volatility_last_only(returns, beta):
    """Only the last day's volatility came back. One number for each day is asked for."""
    return _volatility(returns, beta)[-1]


@risk.mistake
def volatility_cut(returns, beta):
    """The decimals of a volatility have been cut off: `int()`, or an array made for whole
    numbers? Keep floats."""
    return np.trunc(_volatility(returns, beta))


QUESTIONS = (warm_up, average, corrected, forgetting, counting, risk)
