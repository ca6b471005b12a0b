"""Exercise 01: questions on one learning rate, and the ways in which they go wrong.

The docstring of each mistake is the hint that the learner reads. The first that fits is shown.
"""

import math

import numpy as np

from course_lib.checks.judge import Question

from .shared import after_step, known, path_mistakes, walk

__all__ = ["QUESTIONS"]


def _starts(rng):
    """Numbers and rows, whole ones too; calm rates, rates that jump over the minimum or run away.

    One start comes so near to 0 that a run which stops there is seen.
    """
    single = [(float(x), float(lam), float(lr), 15) for x, lam, lr in rng.uniform(0.2, 0.9, (3, 3))]
    start, curvatures = np.array([-5.0, -2.0]), np.array([1.0, 4.0])  # those of the notebook
    return [
        *single,
        (5.0, 4, 0.3, 15),
        (rng.normal(0, 3, 2), np.array([0.2, 4.0]), 0.3, 15),
        (-2.0, 3.0, 0.7, 1),
        (np.array([-5, 0, 2]), np.array([1, 4, 2]), 0.1, 3),
        (start, curvatures, 0.4, 30),
        (start, curvatures, 0.6, 30),
    ]


def _starts_with_momentum(rng):
    """The same with μ, and one without it that comes near to 0."""
    near = np.array([-5.0, -2.0]), np.array([1.0, 4.0]), 0.4, 0.0, 40
    return [near, *((*args[:3], float(rng.uniform(0.3, 0.9)), args[3]) for args in _starts(rng))]


def _bowls(rng):
    """Curvatures in any order, rates on both sides of each limit, and a hilltop."""
    order = rng.permutation(2)
    either = [(np.array([1.0, 4.0])[order], lr) for lr in (0.2, 0.3, 0.45, 0.5, 0.6, 0.9, 1.5, 2.5)]
    both = [(np.array(lam), lr) for lam in ([1.0, 4.0], [4.0, 1.0]) for lr in (0.5, 0.6)]
    other = [([-1, 2], 0.5), ([2.0, -1.0], 0.5), ([0.01], 150.0), ([0.5, 1.0, 3.0], 0.6)]
    other += [([0.01, 1.0], 0.1), ([4.0, 1.0], 0.4999)]  # so slow that it seems to stand still
    other += [([1.0, 4.0], 0.51), ([4.0, 1.0], 0.51)]  # one runs away, slower than the other rests
    other += [([0.0, 1.0], 0.5)]  # level ground
    other += [([4, 4], 0.5), ([1, 2], 1)]  # whole numbers, at the limit
    some = rng.uniform(0.5, 2, (4, 3))
    share = rng.uniform([0.6, 0.6, 1.1, 1.1], [0.9, 0.9, 1.5, 1.5])  # of the limit, 2/λ
    other += zip(some, share * 2 / some.max(axis=1), strict=True)
    return [*both, *either, *((np.array(lam), float(lr)) for lam, lr in other)]


def _conditions(rng):
    """With κ = 3 the factor is ½, and two steps come to exactly a quarter."""
    fixed = [(20, 0.01), (100.0, 0.001), (4.0, 0.1), (10.0, 0.01), (2000.0, 0.01)]
    fixed += [(2, 0.01), (200, 0.01), (3, 0.25)]
    return [*fixed, *((k, s) for k, s in rng.uniform([2, 0.001], [200, 0.2], (3, 2)).tolist())]


def _races(rng):
    """The end is farther in the first coordinate, in the second, and in any."""
    lam, rates = np.array([0.5, 4.0]), rng.uniform(0.05, 0.4, (3, 3))
    some = [(rng.normal(0, 3, 2), lam, row, steps) for row, steps in zip(rates, (5, 8, 3))]  # noqa: B905
    first = (np.array([-4, 1]), lam, rng.uniform(0.1, 0.4, 3), 4)
    second = (np.array([0.2, -5.0]), lam, rng.uniform(0.42, 0.48, 2), 3)
    return [*some, first, second, (np.array([-5.0, -2.0]), lam, np.array([0.1, 0.1, 0.3]), 5)]


def _descend(x0, lam, lr, steps):
    return walk(x0, steps, lambda x: x - lr * lam * x)


def _is_stable(lam, lr):
    return bool(np.all(np.abs(1 - lr * lam) < 1))


def _decimal_steps(condition, share):
    return math.log(share) / math.log((condition - 1) / (condition + 1))


def _steps_needed(condition, share):
    return math.ceil(_decimal_steps(condition, share))


def _ball(x0, steps, move):
    """The positions where ``move(x, step)`` gives the next position and the step to remember."""
    x, step, path = x0, 0 * x0, [x0]
    for _ in range(steps):
        x, step = move(x, step)
        path.append(x)
    return np.array(path)


def _heavy_ball(x0, lam, lr, momentum, steps):
    def move(x, step):
        step = momentum * step + lr * lam * x
        return x - step, step

    return _ball(x0, steps, move)


def _ends(x0, lam, rates, steps):
    return np.array([_descend(x0, lam, lr, steps)[-1] for lr in rates])


def _compare(x0, lam, rates, steps):
    return np.linalg.norm(_ends(x0, lam, rates, steps), axis=1)


warm_up = Question("01.warm_up", lambda: -4)


@warm_up.mistake
def sign_lost():
    """The size is right. Is the step longer or shorter than the way to the minimum?"""
    return 4


@warm_up.mistake
def uphill():
    """That is uphill: the gradient points to where f grows, and the step goes against it."""
    return 14


@warm_up.mistake
def the_step_alone():
    """9 is the length of the step. Where does it lead from 5?"""
    return 9


@warm_up.mistake
def position_forgotten():
    """The slope at 5 is not 3: that is the curvature. The slope is λ times the position."""
    return 3.2


@warm_up.mistake
def half_forgotten():
    """The slope of λx² would be 2λx. There is a ½ before it."""
    return -13


@warm_up.mistake
def rate_forgotten():
    """The whole gradient is subtracted here. The rate makes the step shorter."""
    return -10


@warm_up.mistake
def half_kept():
    """The slope of ½λx² is not ½λx: what does the square bring down?"""
    return 0.5


descend = Question("01.descend", _descend, _starts, where=after_step)
path_mistakes(descend, "descend", numbers=True)


@descend.mistake
def ascent(x0, lam, lr, steps):
    """You climb: the step goes along the gradient. Which way is down?"""
    return walk(x0, steps, lambda x: x + lr * lam * x)


@descend.mistake
def curvature_forgotten(x0, lam, lr, steps):
    """The curvature has no say: the gradient of ½λx² is taken as x."""
    return walk(x0, steps, lambda x: x - lr * x)


@descend.mistake
def position_left_out(x0, lam, lr, steps):
    """All steps are alike, wherever x is: λ alone is the curvature. The gradient of ½λx² is λ times
    x."""
    return walk(x0, steps, lambda x: x - lr * lam)


@descend.mistake
def twice_the_gradient(x0, lam, lr, steps):
    """Each step is twice as long as it should be: 2λx is the slope of λx², without the ½."""
    return walk(x0, steps, lambda x: x - 2 * lr * lam * x)


@descend.mistake
def half_the_gradient(x0, lam, lr, steps):
    """Each step is half as long as it should be: the ½ of ½λx² is still in your gradient. What
    does the square bring down?"""
    return walk(x0, steps, lambda x: x - 0.5 * lr * lam * x)


@descend.mistake
def height_for_slope(x0, lam, lr, steps):
    """You subtract the height ½λx², which has no direction. Its slope is meant."""
    return walk(x0, steps, lambda x: x - lr * 0.5 * lam * x * x)


@descend.mistake
def rate_left_out(x0, lam, lr, steps):
    """The learning rate has no say: whatever `lr` is, the steps are the same."""
    return walk(x0, steps, lambda x: x - lam * x)


@descend.mistake
def slope_of_the_start(x0, lam, lr, steps):
    """All steps are alike: the gradient is taken at the start, once. Where should each step
    look?"""
    return walk(x0, steps, lambda x: x - lr * lam * x0)


@descend.mistake
def divided_by_curvature(x0, lam, lr, steps):
    """You divide x by the curvature. The gradient of ½λx² is x times λ: the steeper the side, the
    longer the step."""
    return walk(x0, steps, lambda x: x - lr / lam * x)


known(
    descend,
    {
        "One step too many: with the start, `descend` gives back steps + 1 positions.": (
            lambda x0, lam, lr, steps: _descend(x0, lam, lr, steps + 1)
        ),
    },
)


stable = Question(
    "01.is_stable",
    _is_stable,
    _bowls,
    truth=True,
    where=lambda index, args: f"for lam = {args[0].round(3).tolist()} and lr = {args[1]:g}",
)


@stable.mistake
def unstable(lam, lr):
    """True and False have changed places: True is for the rates that come to rest."""
    return not _is_stable(lam, lr)


@stable.mistake
def boundary_counted(lam, lr):
    """The limit itself is let in. There the position jumps from side to side for ever, and comes
    no closer."""
    return bool(np.all(np.abs(1 - lr * lam) <= 1))


@stable.mistake
def never_overshoots(lam, lr):
    """You ask that no step overshoots. Overshooting is allowed, as long as it ends closer than it
    began."""
    return lr * lam.max() < 1 and lam.min() > 0


@stable.mistake
def one_is_enough(lam, lr):
    """One coordinate at rest is enough for you. What do the others do?"""
    return bool(np.any(np.abs(1 - lr * lam) < 1))


@stable.mistake
def gentlest_side(lam, lr):
    """You ask the smallest curvature. Which side runs away first?"""
    return lr * lam.min() < 2 and lam.min() > 0


@stable.mistake
def mean_curvature(lam, lr):
    """You ask the mean curvature, but no coordinate feels the mean: each has its own."""
    return lr * lam.mean() < 2


@stable.mistake
def sum_of_curvatures(lam, lr):
    """You ask the sum of the curvatures, which is safe and too strict: coordinates do not add
    their steps."""
    return lr * lam.sum() < 2 and lam.min() > 0


@stable.mistake
def first_curvature(lam, lr):
    """You look at the first curvature only, and `lam` is in no order."""
    return abs(1 - lr * lam[0]) < 1


@stable.mistake
def last_curvature(lam, lr):
    """You look at the last curvature only, and `lam` is in no order."""
    return abs(1 - lr * lam[-1]) < 1


@stable.mistake
def size_forgotten(lam, lr):
    """No rate is too large for you: try 100. If you ask whether 1 − ηλ is below 1: −3 is below 1
    too. What counts is its size."""
    return bool(np.all(1 - lr * lam < 1))


@stable.mistake
def hilltop_forgotten(lam, lr):
    """Right in a valley. A negative curvature is a hilltop: does any rate come to rest there?"""
    return bool(np.all(lr * lam < 2))


@stable.mistake
def level_ground(lam, lr):
    """A curvature of 0 is level ground: nothing moves there, and nothing comes closer."""
    return bool(lam.min() >= 0 and lr * lam.max() < 2)


@stable.mistake
def has_arrived(lam, lr):
    """Too slow is not unstable: you ask whether it has arrived. Asked is whether each step brings
    it closer."""
    return bool(np.all(np.abs(1 - lr * lam) ** 50 < 0.01))


@stable.mistake
def distance_as_a_whole(lam, lr):
    """You measure the distance as a whole: one coordinate that shrinks hides another that does
    not."""
    return bool(np.linalg.norm(1 - lr * lam) < np.sqrt(len(lam)))


@stable.mistake
def one_for_each(lam, lr):
    """One True or False for each curvature came back. One for all is asked for."""
    return np.abs(1 - lr * lam) < 1


@stable.mistake
def upside_down(lam, lr):
    """Your limit grows with the curvature, λ/2. Should a steeper side allow a larger rate?"""
    return lr < lam.max() / 2 and lam.min() > 0


@stable.mistake
def still_finite(lam, lr):
    """`isfinite` asks too little: what jumps from side to side, or grows slowly, is finite for
    long."""
    with np.errstate(over="ignore"):
        return bool(np.isfinite((1 - lr * np.asarray(lam, float)) ** 1000).all())


needed = Question("01.steps_needed", _steps_needed, _conditions)


@needed.mistake
def safe_rate(condition, share):
    """This is for the rate 1/λ of the steep side. The rate asked for is larger, and lets the
    steep side overshoot."""
    return math.ceil(math.log(share) / math.log(1 - 1 / condition))


@needed.mistake
def height_not_distance(condition, share):
    """You follow the height f, which shrinks with the square. The distance takes longer."""
    return math.ceil(_decimal_steps(condition, share) / 2)


@needed.mistake
def cut_down(condition, share):
    """Cut down to a whole step: is the distance small enough by then?"""
    return math.floor(_decimal_steps(condition, share))


@needed.mistake
def to_the_nearest(condition, share):
    """Rounded to the nearest step, which sometimes comes too early. Is the distance small enough
    by then?"""
    return round(_decimal_steps(condition, share))


@needed.mistake
def decimals_left(condition, share):
    """Right but for its decimals: which whole step is the first to be close enough?"""
    return _decimal_steps(condition, share)


@needed.mistake
def start_counted(condition, share):
    """One too many: is the start counted as a step?"""
    return _steps_needed(condition, share) + 1


@needed.mistake
def below_the_share(condition, share):
    """One too many where `share` is met exactly: κ = 3 comes to 0.25 in 2 steps. (Or does your
    factor round? Write (κ − 1)/(κ + 1).)"""
    return math.floor(_decimal_steps(condition, share)) + 1


@needed.mistake
def negative_factor(condition, share):
    """Your factor is negative, and has no logarithm. It says that x jumps to the other side; what
    counts is its size."""
    return np.nan


@needed.mistake
def negative_factor_in_a_loop(condition, share):
    """Your loop ends after one step: a factor that is negative makes the distance so. What counts
    is its size."""
    return 1


@needed.mistake
def momentums_factor(condition, share):
    """With the root of the condition number: that is what the heavy ball reaches. Here it is
    plain descent."""
    return _steps_needed(math.sqrt(condition), share)


@needed.mistake
def rule_of_thumb(condition, share):
    """κ/2 · ln(1/share) is a good estimate for large κ, and too many steps for small ones. Use the
    factor itself."""
    return math.ceil(condition / 2 * math.log(1 / share))


@needed.mistake
def negative_steps(condition, share):
    """A negative number of steps: is the fraction upside down? The factor of a step that shrinks
    is below 1."""
    return math.ceil(-_decimal_steps(condition, share))


@needed.mistake
def share_of_the_way(condition, share):
    """`share` is what is left of the distance. You stop when that much of the way is done."""
    return _steps_needed(condition, 1 - share)


@needed.mistake
def condition_itself(condition, share):
    """The condition number itself, whatever share is asked for. Steps do grow with it, but ask
    how much one step leaves."""
    return condition


ball = Question("01.heavy_ball", _heavy_ball, _starts_with_momentum, where=after_step)
path_mistakes(ball, "heavy_ball", numbers=True)


@ball.mistake
def without_momentum(x0, lam, lr, momentum, steps):
    """This is plain descent: nothing of the last step is taken again. Is the step kept from one
    round to the next?"""
    return _descend(x0, lam, lr, steps)


@ball.mistake
def averaged(x0, lam, lr, momentum, steps):
    """The gradient enters with the share 1 − μ: that is a moving average. The heavy ball takes
    the gradient whole."""
    return _heavy_ball(x0, lam, (1 - momentum) * lr, momentum, steps)


@ball.mistake
def looked_ahead(x0, lam, lr, momentum, steps):
    """You take the gradient where the momentum would lead. That is Nesterov's method; the heavy
    ball looks where it is."""

    def move(x, step):
        step = momentum * step + lr * lam * (x - momentum * step)
        return x - step, step

    return _ball(x0, steps, move)


@ball.mistake
def against_the_motion(x0, lam, lr, momentum, steps):
    """The last step is taken back in part, where it should be taken again: look at its sign."""
    return _heavy_ball(x0, lam, lr, -momentum, steps)


@ball.mistake
def one_step_late(x0, lam, lr, momentum, steps):
    """The first step does not move: x is changed before the new step is known."""
    return _ball(x0, steps, lambda x, step: (x - step, momentum * step + lr * lam * x))


@ball.mistake
def late_and_ahead(x0, lam, lr, momentum, steps):
    """The first step stands still, and the others look at the place they come to: first the step,
    then the move."""

    def move(x, step):
        x = x - step
        return x, momentum * step + lr * lam * x

    return _ball(x0, steps, move)


@ball.mistake
def ball_without_position(x0, lam, lr, momentum, steps):
    """Your ball feels the same slope everywhere: λ alone is the curvature. The gradient of ½λx² is
    λ times x."""

    def move(x, step):
        step = momentum * step + lr * lam
        return x - step, step

    return _ball(x0, steps, move)


@ball.mistake
def nothing_lost(x0, lam, lr, momentum, steps):
    """The whole last step is taken again, and the ball never rests: where is μ?"""
    return _heavy_ball(x0, lam, lr, 1.0, steps)


@ball.mistake
def uphill_ball(x0, lam, lr, momentum, steps):
    """Your ball rolls uphill: the step is to be subtracted."""
    return _heavy_ball(x0, lam, -lr, momentum, steps)


@ball.mistake
def level_ball(x0, lam, lr, momentum, steps):
    """The curvature is missing in the ball's step: the gradient is λx."""
    return _heavy_ball(x0, 1.0, lr, momentum, steps)


@ball.mistake
def position_shrunk(x0, lam, lr, momentum, steps):
    """μ multiplies the position, which pulls it to 0. It is the last step that is taken again."""
    return walk(x0, steps, lambda x: momentum * x - lr * lam * x)


@ball.mistake
def rate_twice(x0, lam, lr, momentum, steps):
    """The rate is used twice: once in the step and once more when x moves."""
    return _heavy_ball(x0, lam, lr * lr, momentum, steps)


@ball.mistake
def short_memory(x0, lam, lr, momentum, steps):
    """You remember the last gradient. The last step has all earlier ones in it."""
    return _ball(x0, steps, lambda x, g: (x - lr * (lam * x + momentum * g), lam * x))


@ball.mistake
def forgetting_and_rate_swapped(x0, lam, lr, momentum, steps):
    """The rate and the momentum have changed places."""
    return _heavy_ball(x0, lam, momentum, lr, steps)


known(
    ball,
    {
        "The rate is missing in the ball's step: the gradient enters as it is.": (
            lambda x0, lam, lr, momentum, steps: _heavy_ball(x0, lam, 1.0, momentum, steps)
        ),
        "0.9 of the last step is taken again, whatever μ is. Use the argument `momentum`.": (
            lambda x0, lam, lr, momentum, steps: _heavy_ball(x0, lam, lr, 0.9, steps)
        ),
        "One step too many: with the start, `heavy_ball` gives back steps + 1 positions.": (
            lambda x0, lam, lr, momentum, steps: _heavy_ball(x0, lam, lr, momentum, steps + 1)
        ),
    },
)

compared = Question(
    "01.bug_hunt",
    _compare,
    _races,
    where=lambda index, args: f"for rate {args[2][index[0]]:.3g}",
)


@compared.mistake
def goes_on(x0, lam, rates, steps):
    """The bug is still in: the first rate is right, each other begins where the one before
    ended."""
    ends = []
    for lr in rates:
        x0 = _descend(x0, lam, lr, steps)[-1]
        ends.append(np.linalg.norm(x0))
    return np.array(ends)


@compared.mistake
def all_alike(x0, lam, rates, steps):
    """All numbers are alike, as in the stored outputs of that book: every run has the first
    rate."""
    return _compare(x0, lam, np.full_like(rates, rates[0]), steps)


@compared.mistake
def all_the_last(x0, lam, rates, steps):
    """All numbers are those of the last run: do they share one array, which each run overwrites?"""
    return _compare(x0, lam, np.full_like(rates, rates[-1]), steps)


@compared.mistake
def distance_squared(x0, lam, rates, steps):
    """The sum of squares is the distance squared. One operation is missing."""
    return _compare(x0, lam, rates, steps) ** 2


@compared.mistake
def along_the_streets(x0, lam, rates, steps):
    """You add the sizes of the coordinates. The distance asked for is the straight line."""
    return np.abs(_ends(x0, lam, rates, steps)).sum(axis=1)


@compared.mistake
def largest_coordinate(x0, lam, rates, steps):
    """You take the larger coordinate. The other one counts as well."""
    return np.abs(_ends(x0, lam, rates, steps)).max(axis=1)


@compared.mistake
def first_coordinate(x0, lam, rates, steps):
    """You measure the first coordinate only. The second one counts as well."""
    return np.abs(_ends(x0, lam, rates, steps))[:, 0]


@compared.mistake
def height_instead(x0, lam, rates, steps):
    """That is the height ½Σλx² at the end. Asked is how far away the minimum is."""
    return 0.5 * (lam * _ends(x0, lam, rates, steps) ** 2).sum(axis=1)


@compared.mistake
def distance_from_the_start(x0, lam, rates, steps):
    """You measure how far the run went from its start. Asked is what is left to the minimum, at
    0."""
    return np.linalg.norm(_ends(x0, lam, rates, steps) - x0, axis=1)


@compared.mistake
def a_step_short(x0, lam, rates, steps):
    """The distances are those of one step earlier: how many rounds does your loop make?"""
    return _compare(x0, lam, rates, steps - 1)


@compared.mistake
def last_rate_only(x0, lam, rates, steps):
    """Only the last rate's distance came back. One for each rate is asked for."""
    return _compare(x0, lam, rates, steps)[-1]


@compared.mistake
def first_rate_only(x0, lam, rates, steps):
    """Only the first rate's distance came back: does a `return` stand inside the loop over the
    rates?"""
    return _compare(x0, lam, rates, steps)[0]


QUESTIONS = (warm_up, descend, stable, needed, ball, compared)
