"""Exercise 01: what each question on one rate asks, and the ways in which answers go wrong."""

import numpy as np

from course_lib.checks.question import Question

from .shared import after_step, of_path

__all__ = ["QUESTIONS"]

warm_up = Question("01.warm_up", -4, """
4  # The size is right. Is the step longer or shorter than the way to the minimum?
14  # That is uphill: the gradient points to where f grows, and the step goes against it.
9  # 9 is the length of the step. Where does it lead from 5?
3.2  # The slope at 5 is not 3: that is the curvature. The slope is λ times the position.
-13  # The slope of λx² would be 2λx. There is a ½ before it.
-10  # The whole gradient is subtracted here. The rate makes the step shorter.
0.5  # The slope of ½λx² is not ½λx: what does the square bring down?
""")  # fmt: skip


def _starts(rng):
    """Numbers and rows, whole ones too; calm rates, rates that jump over the minimum or run away.

    One start comes so near to 0 that a run which stops there is seen.
    """
    start, curvatures = np.array([-5.0, -2.0]), np.array([1.0, 4.0])  # those of the notebook
    return [
        *((*three, 15) for three in rng.uniform(0.2, 0.9, (3, 3)).tolist()),
        (5.0, 4, 0.3, 15),
        (rng.normal(0, 3, 2), np.array([0.2, 4.0]), 0.3, 15),
        (-2.0, 3.0, 0.7, 1),
        (np.array([-5, 0, 2]), np.array([1, 4, 2]), 0.1, 3),
        (start, curvatures, 0.4, 30),
        (start, curvatures, 0.6, 30),
    ]


def descend(x0, lam, lr, steps):
    x, path = x0, [x0]
    for _ in range(steps):
        x = x - lr * lam * x
        path.append(x)
    return np.array(path)


descending = Question(
    "01.descend", descend, draw=_starts, where=after_step,
    slips=of_path("descend", numbers=True) + """
x - lr → x + lr  # You climb: the step goes along the gradient. Which way is down?
lam * x → x  # The curvature has no say: the gradient of ½λx² is taken as x.
lam * x → lam
    All steps are alike, wherever x is: λ alone is the curvature. The gradient of ½λx² is λ times x.
lr * → 2 * lr *
    Each step is twice as long as it should be: 2λx is the slope of λx², without the ½.
lr * → 0.5 * lr *
    Each step is half as long as it should be: the ½ of ½λx² is still in your gradient. What does
    the square bring down?
lam * x → 0.5 * lam * x * x
    You subtract the height ½λx², which has no direction. Its slope is meant.
lr * →  # The learning rate has no say: whatever `lr` is, the steps are the same.
lam * x → lam * x0
    All steps are alike: the gradient is taken at the start, once. Where should each step look?
lr * lam → lr / lam
    You divide x by the curvature. The gradient of ½λx² is x times λ: the steeper the side, the
    longer the step.
range(steps) → range(steps + 1)
    One step too many: with the start, `descend` gives back steps + 1 positions.
""")  # fmt: skip


def _bowls(rng):
    """Curvatures in any order, rates on both sides of each limit, and a hilltop."""
    either = np.array([1.0, 4.0])[rng.permutation(2)]
    cases = [(lam, lr) for lam in ([1.0, 4.0], [4.0, 1.0]) for lr in (0.5, 0.6)]
    cases += [(either, lr) for lr in (0.2, 0.3, 0.45, 0.5, 0.6, 0.9, 1.5, 2.5)]
    cases += [([-1, 2], 0.5), ([2.0, -1.0], 0.5), ([0.01], 150.0), ([0.5, 1.0, 3.0], 0.6)]
    cases += [([0.01, 1.0], 0.1), ([4.0, 1.0], 0.4999)]  # so slow that it seems to stand still
    cases += [([1.0, 4.0], 0.51), ([4.0, 1.0], 0.51)]  # one runs away, slower than the other rests
    cases += [([0.0, 1.0], 0.5)]  # level ground
    cases += [([4, 4], 0.5), ([1, 2], 1)]  # whole numbers, at the limit
    some = rng.uniform(0.5, 2, (4, 3))
    share = rng.uniform([0.6, 0.6, 1.1, 1.1], [0.9, 0.9, 1.5, 1.5])  # of the limit, 2/λ
    cases += zip(some, share * 2 / some.max(axis=1), strict=True)
    return [(np.array(lam), float(lr)) for lam, lr in cases]


def is_stable(lam, lr):
    factor = 1 - lr * np.asarray(lam)
    return bool(np.all(np.abs(factor) < 1))


stable = Question(
    "01.is_stable", is_stable, draw=_bowls, truth=True,
    where=lambda index, args: f"for lam = {args[0].round(3).tolist()} and lr = {args[1]:g}",
    slips="""
np.logical_not(right(*args))
    True and False have changed places: True is for the rates that come to rest.
< 1 → <= 1
    The limit itself is let in. There the position jumps from side to side for ever, and comes no
    closer.
np.abs(factor) < 1 → (0 < factor) & (factor < 1)
    You ask that no step overshoots. Overshooting is allowed, as long as it ends closer than it
    began.
np.all → np.any  # One coordinate at rest is enough for you. What do the others do?
np.asarray(lam) → np.min(lam)  # You ask the smallest curvature. Which side runs away first?
np.asarray(lam) → np.mean(lam)
    You ask the mean curvature, but no coordinate feels the mean: each has its own.
np.abs(factor) < 1 → (factor < 1) & (lr * np.sum(lam) < 2)
    You ask the sum of the curvatures, which is safe and too strict: coordinates do not add their
    steps.
np.asarray(lam) → lam[0]  # You look at the first curvature only, and `lam` is in no order.
np.asarray(lam) → lam[-1]  # You look at the last curvature only, and `lam` is in no order.
np.abs(factor) → factor
    No rate is too large for you: try 100. If you ask whether 1 − ηλ is below 1: −3 is below 1 too.
    What counts is its size.
np.abs(factor) < 1 → factor > -1
    Right in a valley. A negative curvature is a hilltop: does any rate come to rest there?
np.abs(factor) < 1 → (-1 < factor) & (factor <= 1)
    A curvature of 0 is level ground: nothing moves there, and nothing comes closer.
np.abs(factor) < 1 → np.abs(factor) ** 50 < 0.01
    Too slow is not unstable: you ask whether it has arrived. Asked is whether each step brings it
    closer.
np.all(np.abs(factor) < 1) → np.linalg.norm(factor) < np.sqrt(len(lam))
    You measure the distance as a whole: one coordinate that shrinks hides another that does not.
bool(np.all(np.abs(factor) < 1)) → np.abs(factor) < 1
    One True or False for each curvature came back. One for all is asked for.
np.abs(factor) < 1 → (factor < 1) & (lr < np.max(lam) / 2)
    Your limit grows with the curvature, λ/2. Should a steeper side allow a larger rate?
np.abs(factor) < 1 → np.isfinite(factor**1000)
    `isfinite` asks too little: what jumps from side to side, or grows slowly, is finite for long.
""")  # fmt: skip


def _conditions(rng):
    """With κ = 3 the factor is ½, and two steps come to exactly a quarter."""
    fixed = [(20, 0.01), (100.0, 0.001), (4.0, 0.1), (10.0, 0.01), (2000.0, 0.01)]
    fixed += [(2, 0.01), (200, 0.01), (3, 0.25)]
    return [*fixed, *map(tuple, rng.uniform([2, 0.001], [200, 0.2], (3, 2)).tolist())]


def steps_needed(condition, share):
    factor = (condition - 1) / (condition + 1)
    return int(np.ceil(np.log(share) / np.log(factor)))


needed = Question("01.steps_needed", steps_needed, draw=_conditions, slips="""
(condition - 1) / (condition + 1) → 1 - 1 / condition
    This is for the rate 1/λ of the steep side. The rate asked for is larger, and lets the steep
    side overshoot.
np.log(factor) → (2 * np.log(factor))
    You follow the height f, which shrinks with the square. The distance takes longer.
np.ceil → np.floor  # Cut down to a whole step: is the distance small enough by then?
np.ceil → np.round
    Rounded to the nearest step, which sometimes comes too early. Is the distance small enough by
    then?
int(np.ceil(np.log(share) / np.log(factor))) → np.log(share) / np.log(factor)
    Right but for its decimals: which whole step is the first to be close enough?
right(*args) + 1  # One too many: is the start counted as a step?
np.ceil → 1 + np.floor
    One too many where `share` is met exactly: κ = 3 comes to 0.25 in 2 steps. (Or does your factor
    round? Write (κ − 1)/(κ + 1).)
np.nan
    No number came back: a factor that is negative has no logarithm. It says that x jumps to the
    other side; what counts is its size.
1
    One step, whatever is asked for. Does a loop end at once, since a factor that is negative makes
    the distance so? What counts is its size.
right(np.sqrt(condition), share)
    With the root of the condition number: that is what the heavy ball reaches. Here it is plain
    descent.
np.log(share) / np.log(factor) → condition / 2 * np.log(1 / share)
    κ/2 · ln(1/share) is a good estimate for large κ, and too many steps for small ones. Use the
    factor itself.
(condition - 1) / (condition + 1) → (condition + 1) / (condition - 1)
    A negative number of steps: is the fraction upside down? The factor of a step that shrinks is
    below 1.
right(condition, 1 - share)
    `share` is what is left of the distance. You stop when that much of the way is done.
condition
    The condition number itself, whatever share is asked for. Steps do grow with it, but ask how
    much one step leaves.
""")  # fmt: skip


def _starts_with_momentum(rng):
    """The same with μ, and one without it that comes near to 0."""
    near = np.array([-5.0, -2.0]), np.array([1.0, 4.0]), 0.4, 0.0, 40
    return [near, *((*args[:3], float(rng.uniform(0.3, 0.9)), args[3]) for args in _starts(rng))]


def heavy_ball(x0, lam, lr, momentum, steps):
    x, step, path = x0, 0.0, [x0]
    for _ in range(steps):
        step = momentum * step + lr * lam * x
        x = x - step
        path.append(x)
    return np.array(path)


ball = Question(
    "01.heavy_ball", heavy_ball, draw=_starts_with_momentum, where=after_step,
    slips=of_path("heavy_ball", numbers=True) + """
momentum * step + →
    This is plain descent: nothing of the last step is taken again. Is the step kept from one round
    to the next?
+ lr → + (1 - momentum) * lr
    The gradient enters with the share 1 − μ: that is a moving average. The heavy ball takes the
    gradient whole.
lam * x → lam * (x - momentum * step)
    You take the gradient where the momentum would lead. That is Nesterov's method; the heavy ball
    looks where it is.
momentum * step + → -momentum * step +
    The last step is taken back in part, where it should be taken again: look at its sign.
step = momentum → old, step = step, momentum
x - step → x - old  # The first step does not move: x is changed before the new step is known.
x = x - step → pass
step = momentum → x = x - step; step = momentum
    The first step stands still, and the others look at the place they come to: first the step, then
    the move.
lam * x → lam
    Your ball feels the same slope everywhere: λ alone is the curvature. The gradient of ½λx² is λ
    times x.
momentum * step → step  # The whole last step is taken again, and the ball never rests: where is μ?
x - step → x + step  # Your ball rolls uphill: the step is to be subtracted.
lam * x → x  # The curvature is missing in the ball's step: the gradient is λx.
momentum * step + →
x - step → momentum * x - step
    μ multiplies the position, which pulls it to 0. It is the last step that is taken again.
x - step → x - lr * step  # The rate is used twice: once in the step and once more when x moves.
step = momentum * step + → old, step = step,
x - step → x - (step + momentum * old)
    You remember the last gradient. The last step has all earlier ones in it.
right(x0, lam, momentum, lr, steps)  # The rate and the momentum have changed places.
lr * →  # The rate is missing in the ball's step: the gradient enters as it is.
right(x0, lam, lr, 0.9, steps)
    0.9 of the last step is taken again, whatever μ is. Use the argument `momentum`.
range(steps) → range(steps + 1)
    One step too many: with the start, `heavy_ball` gives back steps + 1 positions.
""")  # fmt: skip


def _races(rng):
    """The end is farther in the first coordinate, in the second, and in any."""
    lam, rates = np.array([0.5, 4.0]), rng.uniform(0.05, 0.4, (3, 3))
    some = [(rng.normal(0, 3, 2), lam, *two) for two in zip(rates, (5, 8, 3), strict=True)]
    first = (np.array([-4, 1]), lam, rng.uniform(0.1, 0.4, 3), 4)
    second = (np.array([0.2, -5.0]), lam, rng.uniform(0.42, 0.48, 2), 3)
    return [*some, first, second, (np.array([-5.0, -2.0]), lam, np.array([0.1, 0.1, 0.3]), 5)]


def compare(x0, lam, rates, steps):
    ends = [descend(x0, lam, lr, steps)[-1] for lr in rates]
    return np.array([np.linalg.norm(end) for end in ends])


compared = Question(
    "01.bug_hunt", compare, draw=_races,
    where=lambda index, args: f"for rate {args[2][index[0]]:.3g}",
    slips="""
descend(x0 → x0 := descend(x0
    The bug is still in: the first rate is right, each other begins where the one before ended.
lam, lr → lam, rates[0]
    All numbers are alike, as in the stored outputs of that book: every run has the first rate.
lam, lr → lam, rates[-1]
    All numbers are those of the last run: do they share one array, which each run overwrites?
np.linalg.norm(end) → np.sum(end**2)
    The sum of squares is the distance squared. One operation is missing.
np.linalg.norm(end) → np.sum(np.abs(end))
    You add the sizes of the coordinates. The distance asked for is the straight line.
np.linalg.norm(end) → np.max(np.abs(end))
    You take the larger coordinate. The other one counts as well.
np.linalg.norm(end) → abs(end[0])
    You measure the first coordinate only. The second one counts as well.
np.linalg.norm(end) → 0.5 * np.sum(lam * end**2)
    That is the height ½Σλx² at the end. Asked is how far away the minimum is.
np.linalg.norm(end) → np.linalg.norm(end - x0)
    You measure how far the run went from its start. Asked is what is left to the minimum, at 0.
right(x0, lam, rates, steps - 1)
    The distances are those of one step earlier: how many rounds does your loop make?
right(*args)[-1]  # Only the last rate's distance came back. One for each rate is asked for.
right(*args)[0]
    Only the first rate's distance came back: does a `return` stand inside the loop over the rates?
""")  # fmt: skip

QUESTIONS = (warm_up, descending, stable, needed, ball, compared)
