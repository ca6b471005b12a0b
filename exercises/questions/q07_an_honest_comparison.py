"""Exercise 07: questions on an honest comparison, and the ways in which they go wrong."""

import numpy as np

from course_lib.checks.judge import Question

from .shared import known

__all__ = ["QUESTIONS"]


# What the rates of a drawn table are good at, or bad.
ROLES = ["once", "calm", "ruined", "best", "dear", "median", "lucky", "lost"]
ROLES += ["last", "first", "steady", "worst", "wins"]


def _trials(rng):
    """Losses (seeds, rates) in which each way to choose a rate chooses another one."""
    # A loss may be large, or below zero as its logarithm is. NaN stands in the first column of the
    # first table, nowhere in the second; the best rate may stand at an end.
    tables = [
        (5, 1, 0, {}),
        (5, 1e4, 0, {"calm": 0, "best": 7}),
        (5, 1, -2.5, {"calm": 0, "ruined": 1, "best": 12}),
        (7, 10, -30, {"best": 0}),
    ]
    cases = []
    for i, (n, unit, zero, places) in enumerate(tables):
        order = rng.permutation(ROLES) if i else np.array(ROLES)
        for role, at in places.items():
            there = order == role
            order[there], order[at] = order[at], role
        losses = rng.uniform(1, 2, (n, 13))
        run = {role: losses[:, j] for j, role in enumerate(order)}  # views: one column each
        run["best"][:] = rng.uniform(0.5, 0.55, n)  # the best mean,
        run["best"][2] = 1.6  # with one run that is none too good
        run["median"][:], run["median"][-(n // 2) :] = 0.4, 3  # the best median, often ruined
        run["lucky"][2], run["first"][0], run["last"][-1] = 0.01, 0.09, 0.05  # in one seed each
        run["wins"][:], run["wins"][[0, 2, -1]] = 0.2, 2.9  # the best in most of the others
        run["steady"][:] = rng.uniform(0.9, 0.95, n)  # the one whose worst run is best
        run["worst"][:] = rng.uniform(2.2, 2.6, n)  # the worst of those that arrive
        run["worst"][0] += 20  # so that the means of the rows are told apart
        run["ruined"][:], run["lost"][:] = (0.6, 0.2)[i % 2], 0.3  # good where they arrive
        run["ruined"][1:-1], run["lost"][1:-1] = np.inf if i == 1 else np.nan, np.inf
        run["once"][:] = 0.45  # the best of all, but for one run
        run["once"][rng.integers(1, n - 1)] = np.inf if i % 2 else np.nan
        cases.append((unit * losses + zero, np.geomspace(0.001, 1, 13) * rng.uniform(1, 2)))
    return cases


def _or_infinite(losses):
    """Nothing is worse than to diverge."""
    return np.where(np.isfinite(losses), losses, np.inf)


def _best_rate(losses, rates):
    mean = _or_infinite(losses).mean(axis=0)
    return rates[mean.argmin()]


def _best_in_a_loop(losses, rates):
    best, mean = 0, losses.mean(axis=0)
    for i in range(len(rates)):
        if mean[i] < mean[best]:
            best = i
    return rates[best]


def _pairs(rng):
    cases = [(np.array([3, 1, 4, 1, 5]), np.array([2, 7, 1, 8, 2]), 2.776)]
    for n, t in ((10, 2.262), (5, 2.776), (12, 2.201)):
        seeds = rng.normal(0, 2, n)  # what both share, and a pairing takes away
        a, b = seeds + rng.normal(0.3, 0.2, n), seeds + rng.normal(0, 0.2, n)
        cases += [(a, b, t), (b, a, t)]  # a mean above zero, and one below
    return cases


def _interval(a, b, t):
    d = a - b
    return np.array([d.mean(), t * d.std(ddof=1) / np.sqrt(len(d))])


def _outcomes(rng):
    """Zero inside, outside and exactly at the end; NumPy's floats too, as in the notebook."""
    half = rng.uniform(0.1, 2, 4)
    mean = half * rng.uniform([0.6, 0.6, 1.1, 1.1], [0.9, 0.9, 3, 3]) * [1, -1, 1, -1]
    fixed = [(0.2, 0.2), (-0.2, 0.2), (0.0, 0.1), (0.02, 0.01), (-0.02, 0.01), (1, 2), (-3, 2)]
    return [*fixed, *zip(mean, half, strict=True), *zip(mean.tolist(), half.tolist(), strict=True)]


def _verdict(mean, half):
    return 0 if abs(mean) <= half else int(np.sign(mean))


def _studies(rng):
    """Losses (seeds, rates) in which every way to choose a rate chooses another one."""
    cases = []
    for _ in range(4):
        a, b = rng.uniform(1.5, 1.55, (2, 11, 8))
        late = 4 + rng.permutation(7)  # the tuning seeds are not the first rows, nor in order
        tuning, first = late[:4], rng.permutation(4)[:2]
        report = rng.permutation([*first, *late[4:]])  # and two rows are neither
        p = rng.permutation(8)
        for losses, r in ((a, p), (b, np.roll(p, 2))):
            losses[tuning, r[0]] -= [1.0, 1.0, 1.0, 0.6]  # the best mean where tuned
            losses[report, r[1]] -= 1.4  # the best where reported
            losses[report[0], r[[1, 4]]] += [0.4, -1.2]  # but for one seed
            losses[:, r[2]] -= 0.8  # the best over all,
            losses[tuning, r[2]] -= [-0.6, 0.2, 0.2, 0.2]  # though not in each run
            losses[tuning[0], r[3]] -= 1.45  # one lucky seed
            losses[tuning, r[4]] += [-1.1, -1.1, -1.1, 1.5]  # the best median
            losses[:4, r[5]] -= 1.2  # the best in the first rows
            losses[tuning, r[6]] += 0.2  # the worst where tuned
            losses[tuning, r[7]] -= 0.7  # the one whose worst run is best
        cases.append((a, b, tuning, report))
    return cases


def _honest(
    a, b, tuning, report, choose=lambda losses, tuning, report: losses[tuning].mean(axis=0).argmin()
):
    return np.array([losses[report, choose(losses, tuning, report)] for losses in (a, b)])


warm_up = Question("07.warm_up", lambda: 140)
known(
    warm_up,
    {
        "That is the tuning alone. What is reported has to be run, too.": lambda: 120,
        "One optimizer. There are two.": lambda: 70,
        "That is what is reported. Tuning costs runs as well.": lambda: 20,
        "All rates on all seeds, the reported ones too. Only the chosen rate runs on those.": (
            lambda: 360
        ),
        "The tuning is counted for one optimizer only.": lambda: 80,
        "Both optimizers run on the 10 seeds that are reported.": lambda: 130,
    },
)

best_rate = Question("07.best_rate", _best_rate, _trials)
known(
    best_rate,
    {
        "You take the rate of the single best run: one lucky seed decides.": (
            lambda losses, rates: rates[np.nanmin(losses, axis=0).argmin()]
        ),
        "A rate that diverged won: its NaN was left out of the mean. Nothing is worse than to "
        "diverge.": lambda losses, rates: rates[np.nanmean(losses, axis=0).argmin()],
        "A rate with one diverged run won: your score forgives the worst run of a rate.": (
            lambda losses, rates: rates[
                np.sort(_or_infinite(losses), axis=0)[:-1].mean(axis=0).argmin()
            ]
        ),
        "The rate that wins on most seeds is chosen. The mean is asked for, over all of them.": (
            lambda losses, rates: rates[np.bincount(_or_infinite(losses).argmin(axis=1)).argmax()]
        ),
        "`argmax` chooses the largest mean, or NaN. The smallest is asked for.": (
            lambda losses, rates: rates[losses.mean(axis=0).argmax()]
        ),
        "NaN stays the best in your loop once it is there: no loss is below NaN.": _best_in_a_loop,
        "A rate with a diverged run won. What does `argmin` make of NaN?": (
            lambda losses, rates: rates[losses.mean(axis=0).argmin()]
        ),
        "The median forgives two ruined seeds of five. The mean is asked for.": (
            lambda losses, rates: rates[np.median(_or_infinite(losses), axis=0).argmin()]
        ),
        "The largest loss won.": lambda losses, rates: rates[
            np.where(np.isfinite(losses), losses, -np.inf).mean(axis=0).argmax()
        ],
        "A run that diverged counts as a loss of 0 in your mean. Nothing is worse than it.": (
            lambda losses, rates: rates[np.nan_to_num(losses).mean(axis=0).argmin()]
        ),
        "The worst run of each rate decides. The mean is asked for.": (
            lambda losses, rates: rates[_or_infinite(losses).max(axis=0).argmin()]
        ),
        "You average over the rates. The seeds are the rows: axis=0.": (
            lambda losses, rates: rates[_or_infinite(losses).mean(axis=1).argmin()]
        ),
        "The number of a rate came back, not the rate, and one with NaN at that.": (
            lambda losses, rates: losses.mean(axis=0).argmin()
        ),
        "The number of the rate came back, not the rate.": (
            lambda losses, rates: _or_infinite(losses).mean(axis=0).argmin()
        ),
        "Only the first seed decides.": lambda losses, rates: rates[np.nanargmin(losses[0])],
        "Only the last seed decides.": lambda losses, rates: rates[np.nanargmin(losses[-1])],
        "The best loss came back. Which rate has it?": (
            lambda losses, rates: _or_infinite(losses).mean(axis=0).min()
        ),
        "The smallest rate that never diverged is safe, and not the best.": (
            lambda losses, rates: rates[np.isfinite(losses).all(axis=0)][0]
        ),
    },
)

interval = Question(
    "07.interval", _interval, _pairs, where=lambda i, a: ("in the mean", "in the half width")[i[0]]
)
known(
    interval,
    {
        "Unpaired: what both runs of a seed share is in your interval. Differences first.": (
            lambda a, b, t: np.array(
                [a.mean() - b.mean(), t * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))]
            )
        ),
        "That is the spread of single differences. Their mean is surer, by √n.": (
            lambda a, b, t: np.array([(a - b).mean(), t * (a - b).std(ddof=1)])
        ),
        "The sign is gone: nobody could see which of the two is larger.": (
            lambda a, b, t: np.abs(_interval(a, b, t))
        ),
        "You divide by n. The mean's error falls with its root.": (
            lambda a, b, t: np.array([(a - b).mean(), t * (a - b).std(ddof=1) / len(a)])
        ),
        "The spread is that of the whole world, n seeds. They are a sample: n − 1 (ddof=1).": (
            lambda a, b, t: np.array([(a - b).mean(), t * (a - b).std() / np.sqrt(len(a))])
        ),
        "The other way round: a minus b is asked for.": (
            lambda a, b, t: _interval(a, b, t) * [-1, 1]
        ),
        "The factor t is missing: that is one standard error.": lambda a, b, t: _interval(
            a, b, 1.0
        ),
        "1.96 is for very many seeds. t is given.": lambda a, b, t: _interval(a, b, 1.96),
        "The variance stands where its root is meant.": (
            lambda a, b, t: np.array([(a - b).mean(), t * (a - b).var(ddof=1) / np.sqrt(len(a))])
        ),
        "The two ends came back. Asked are the mean and half the width.": (
            lambda a, b, t: _interval(a, b, t)[0] + np.array([-1, 1]) * _interval(a, b, t)[1]
        ),
        "That is the whole width. Half of it is asked for.": (
            lambda a, b, t: _interval(a, b, t) * [1, 2]
        ),
        "Mean and half width have changed places.": lambda a, b, t: _interval(a, b, t)[::-1],
        "You sort before you subtract: then a and b of one seed are no longer a pair.": (
            lambda a, b, t: _interval(np.sort(a), np.sort(b), t)
        ),
        "The median of the differences stands where the mean is asked for.": (
            lambda a, b, t: np.array([np.median(a - b), _interval(a, b, t)[1]])
        ),
    },
)

verdict = Question("07.verdict", _verdict, _outcomes, where=lambda i, a: f"for {a[0]:g} ± {a[1]:g}")
known(
    verdict,
    {
        "The interval has no say: a difference that may be chance counts as one.": (
            lambda mean, half: int(np.sign(mean))
        ),
        "The signs have changed places: what is 1 should be −1.": (
            lambda mean, half: -_verdict(mean, half)
        ),
        "At the very end of the interval zero is still inside: there the verdict is 0.": (
            lambda mean, half: int(np.sign(mean)) if abs(mean) >= half else 0
        ),
        "You ask whether zero is inside, and then answer as if it were outside.": (
            lambda mean, half: int(np.sign(mean)) if abs(mean) <= half else 0
        ),
        "A clear difference below zero is not seen: take the size of the mean.": (
            lambda mean, half: 1 if mean > half else 0
        ),
        "A clear difference above zero is not seen.": lambda mean, half: -1 if mean < -half else 0,
        "Everything that is not clearly above zero counts as below.": (
            lambda mean, half: 1 if mean > half else -1
        ),
        "Clear or not came back, and not which way.": lambda mean, half: int(abs(mean) > half),
        "You compare with half of the half width.": (
            lambda mean, half: 0 if abs(mean) <= half / 2 else int(np.sign(mean))
        ),
        "A fixed bound decides, 0.05 or so. The interval is the bound.": (
            lambda mean, half: 0 if abs(mean) <= 0.05 else int(np.sign(mean))
        ),
        "You always say: no difference.": lambda mean, half: 0,
    },
)

bug_hunt = Question(
    "07.bug_hunt",
    _honest,
    _studies,
    where=lambda i, a: f"for optimizer {'ab'[i[0]]}, reported seed {i[1] + 1}",
)
known(
    bug_hunt,
    {
        "The bug is still in: the rate is chosen on the seeds that are reported.": (
            lambda *a: _honest(*a, choose=lambda x, tuning, report: x[report].mean(axis=0).argmin())
        ),
        "The rate is chosen on all seeds, the reported ones among them.": (
            lambda *a: _honest(*a, choose=lambda x, tuning, report: x.mean(axis=0).argmin())
        ),
        "One lucky run chooses the rate. Take the mean over the tuning seeds.": (
            lambda *a: _honest(*a, choose=lambda x, tuning, report: x[tuning].min(axis=0).argmin())
        ),
        "The right losses in another order: keep that of `report`.": (
            lambda a, b, tuning, report: _honest(a, b, tuning, np.sort(report))
        ),
        "The median chooses the rate. The mean over the tuning seeds is asked for.": (
            lambda *a: _honest(
                *a, choose=lambda x, tuning, report: np.median(x[tuning], axis=0).argmin()
            )
        ),
        "`tuning` holds row numbers, and you take the first rows. They need not be the first.": (
            lambda *a: _honest(
                *a, choose=lambda x, tuning, report: x[: len(tuning)].mean(axis=0).argmin()
            )
        ),
        "The first rows tune and all others are reported. Both are given as row numbers.": (
            lambda a, b, tuning, report: np.array(
                [x[len(tuning) :, x[: len(tuning)].mean(axis=0).argmin()] for x in (a, b)]
            )
        ),
        "Both optimizers run at the rate of the first. Each is tuned on its own.": (
            lambda a, b, tuning, report: np.array(
                [m[report, a[tuning].mean(axis=0).argmin()] for m in (a, b)]
            )
        ),
        "Both optimizers run at the rate of the second. Tune each on its own.": (
            lambda a, b, tuning, report: np.array(
                [m[report, b[tuning].mean(axis=0).argmin()] for m in (a, b)]
            )
        ),
        "Each optimizer runs at the rate of the other. Each is tuned on its own.": (
            lambda a, b, tuning, report: np.array(
                [
                    a[report, b[tuning].mean(axis=0).argmin()],
                    b[report, a[tuning].mean(axis=0).argmin()],
                ]
            )
        ),
        "You report the tuning seeds. Those know the rate already.": (
            lambda a, b, tuning, report: _honest(a, b, tuning, tuning)
        ),
        "Every seed has the rate that suits it best: nobody can do that in advance.": (
            lambda a, b, tuning, report: np.array([m[report].min(axis=1) for m in (a, b)])
        ),
        "The worst rate was chosen.": (
            lambda *a: _honest(*a, choose=lambda x, tuning, report: x[tuning].mean(axis=0).argmax())
        ),
        "The first optimizer is tuned on the tuning seeds, the second on the reported ones.": (
            lambda a, b, tuning, report: np.array(
                [
                    a[report, a[tuning].mean(axis=0).argmin()],
                    b[report, b[report].mean(axis=0).argmin()],
                ]
            )
        ),
        "The optimizers have changed places: a first, then b.": lambda *a: _honest(*a)[::-1],
    },
)  # fmt: skip

QUESTIONS = (warm_up, best_rate, interval, verdict, bug_hunt)
