"""Exercise 07: what each question on a comparison asks, and the ways in which answers go wrong."""

import numpy as np

from course_lib.checks.question import Question

__all__ = ["QUESTIONS"]

warm_up = Question("07.warm_up", 140, """
120  # That is the tuning alone. What is reported has to be run, too.
70  # One optimizer. There are two.
20  # That is what is reported. Tuning costs runs as well.
360  # All rates on all seeds, the reported ones too. Only the chosen rate runs on those.
80  # The tuning is counted for one optimizer only.
130  # Both optimizers run on the 10 seeds that are reported.
""")  # fmt: skip


def best_rate(losses, rates):
    losses = np.where(np.isfinite(losses), losses, np.inf)
    return rates[losses.mean(axis=0).argmin()]


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
        order = list(rng.permutation(ROLES) if i else ROLES)
        for role, at in places.items():
            order[order.index(role)], order[at] = order[at], role
        losses = rng.uniform(1, 2, (n, 13))
        run = dict(zip(order, losses.T, strict=True))  # views: one column each
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


best = Question("07.best_rate", best_rate, draw=_trials, slips="""
losses.mean → losses.min  # You take the rate of the single best run: one lucky seed decides.
np.where(np.isfinite(losses), losses, np.inf) → losses
losses.mean(axis=0) → np.nanmean(losses, axis=0)
    A rate that diverged won: its NaN was left out of the mean. Nothing is worse than to diverge.
losses.mean(axis=0) → np.sort(losses, axis=0)[:-1].mean(axis=0)
    A rate with one diverged run won: your score forgives the worst run of a rate.
losses.mean(axis=0).argmin() → np.bincount(losses.argmin(axis=1)).argmax()
    The rate that wins on most seeds is chosen. The mean is asked for, over all of them.
np.where(np.isfinite(losses), losses, np.inf) → losses
argmin → argmax  # `argmax` chooses the largest mean, or NaN. The smallest is asked for.
np.where(np.isfinite(losses), losses, np.inf) → losses
losses.mean(axis=0).argmin() → min(range(len(rates)), key=losses.mean(axis=0).__getitem__)
    NaN stays the best in your loop once it is there: no loss is below NaN.
np.where(np.isfinite(losses), losses, np.inf) → losses
    A rate with a diverged run won. What does `argmin` make of NaN?
losses.mean(axis=0) → np.median(losses, axis=0)
    The median forgives two ruined seeds of five. The mean is asked for.
np.inf → -np.inf
argmin → argmax  # The largest loss won.
np.where(np.isfinite(losses), losses, np.inf) → np.nan_to_num(losses)
    A run that diverged counts as a loss of 0 in your mean. Nothing is worse than it.
losses.mean → losses.max  # The worst run of each rate decides. The mean is asked for.
axis=0 → axis=1  # You average over the rates. The seeds are the rows: axis=0.
np.where(np.isfinite(losses), losses, np.inf) → losses
rates[losses.mean(axis=0).argmin()] → losses.mean(axis=0).argmin()
    The number of a rate came back, not the rate, and one with NaN at that.
rates[losses.mean(axis=0).argmin()] → losses.mean(axis=0).argmin()
    The number of the rate came back, not the rate.
losses.mean(axis=0) → losses[0]  # Only the first seed decides.
losses.mean(axis=0) → losses[-1]  # Only the last seed decides.
rates[losses.mean(axis=0).argmin()] → losses.mean(axis=0).min()
    The best loss came back. Which rate has it?
losses.mean(axis=0).argmin() → np.isfinite(losses).all(axis=0).argmax()
    The smallest rate that never diverged is safe, and not the best.
""")  # fmt: skip


def interval(a, b, t95):
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), t95 * d.std(ddof=1) / np.sqrt(len(d))


def _both(rng):
    cases = [(np.array([3, 1, 4, 1, 5]), np.array([2, 7, 1, 8, 2]), 2.776)]
    for n, t95 in ((10, 2.262), (5, 2.776), (12, 2.201)):
        seeds = rng.normal(0, 2, n)  # what both share, and a pairing takes away
        a, b = seeds + rng.normal(0.3, 0.2, n), seeds + rng.normal(0, 0.2, n)
        cases += [(a, b, t95), (b, a, t95)]  # a mean above zero, and one below
    return cases


paired = Question(
    "07.interval", interval, draw=_both,
    parts=("mean", "half width"), slips="""
d.std(ddof=1) → np.sqrt(np.var(a, ddof=1) + np.var(b, ddof=1))
    Unpaired: what both runs of a seed share is in your interval. Differences first.
/ np.sqrt(len(d)) →  # That is the spread of single differences. Their mean is surer, by √n.
np.abs(right(*args))  # The sign is gone: nobody could see which of the two is larger.
np.sqrt(len(d)) → len(d)  # You divide by n. The mean's error falls with its root.
ddof=1 → ddof=0
    The spread is that of the whole world, n seeds. They are a sample: n − 1 (ddof=1).
right(b, a, t95)  # The other way round: a minus b is asked for.
t95 * d → d  # The factor t is missing: that is one standard error.
right(a, b, 2)  # 2 is a rule of thumb. t is given, and larger for few seeds.
right(a, b, 1.96)  # 1.96 is for very many seeds. t is given.
d.std → d.var  # The variance stands where its root is meant.
right(*args)[0] + np.array([-1, 1]) * right(*args)[1]
    The two ends came back. Asked are the mean and half the width.
t95 * d → 2 * t95 * d  # That is the whole width. Half of it is asked for.
right(*args)[::-1]  # Mean and half width have changed places.
np.asarray → np.sort  # You sort before you subtract: then a and b of one seed are no longer a pair.
d.mean() → np.median(d)  # The median of the differences stands where the mean is asked for.
""")  # fmt: skip


def verdict(mean, half):
    return 0 if abs(mean) <= half else int(np.sign(mean))


def _outcomes(rng):
    """Zero inside, outside and exactly at the end; NumPy's floats too, as in the notebook."""
    half = rng.uniform(0.1, 2, 4)
    mean = half * rng.uniform([0.6, 0.6, 1.1, 1.1], [0.9, 0.9, 3, 3]) * [1, -1, 1, -1]
    fixed = [(0.2, 0.2), (-0.2, 0.2), (0.0, 0.1), (0.02, 0.01), (-0.02, 0.01), (1, 2), (-3, 2)]
    return [*fixed, *zip(mean, half, strict=True), *zip(mean.tolist(), half.tolist(), strict=True)]


clear = Question(
    "07.verdict", verdict, draw=_outcomes, where=lambda i, a: f"for {a[0]:g} ± {a[1]:g}", slips="""
0 if abs(mean) <= half else int → int
    The interval has no say: a difference that may be chance counts as one.
-right(*args)  # The signs have changed places: what is 1 should be −1.
<= half → < half  # At the very end of the interval zero is still inside: there the verdict is 0.
<= half → > half  # You ask whether zero is inside, and then answer as if it were outside.
abs(mean) → mean  # A clear difference below zero is not seen: take the size of the mean.
abs(mean) → -mean  # A clear difference above zero is not seen.
0 if abs(mean) <= half → -1 if mean <= half
    Everything that is not clearly above zero counts as below.
abs(right(*args))  # Clear or not came back, and not which way.
<= half → <= half / 2  # You compare with half of the half width.
<= half → <= 0.05  # A fixed bound decides, 0.05 or so. The interval is the bound.
0  # You always say: no difference.
""")  # fmt: skip


def honest_report(a, b, tuning, report):
    chosen = [losses[tuning].mean(axis=0).argmin() for losses in (a, b)]
    return np.array([a[report, chosen[0]], b[report, chosen[1]]])


def _studies(rng):
    """Losses (seeds, rates) in which every way to choose a rate chooses another one."""
    cases = []
    for shift in (2, 3, 5, 6):  # what a rate is good at for a, another one is for b
        a, b = rng.uniform(1.5, 1.55, (2, 11, 8))
        late = 4 + rng.permutation(7)  # the tuning seeds are not the first rows, nor in order
        tuning, first = late[:4], rng.permutation(4)[:2]
        report = rng.permutation([*first, *late[4:]])  # and two rows are neither
        p = rng.permutation(8)
        for losses, r in ((a, p), (b, np.roll(p, shift))):
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


bug_hunt = Question(
    "07.bug_hunt", honest_report, draw=_studies,
    where=lambda i, a: f"for optimizer {'ab'[i[0]]}, reported seed {i[1] + 1}", slips="""
[tuning] → [report]  # The bug is still in: the rate is chosen on the seeds that are reported.
losses[tuning] → losses  # The rate is chosen on all seeds, the reported ones among them.
[tuning].mean → [tuning].min  # One lucky run chooses the rate. Take the mean over the tuning seeds.
right(a, b, tuning, np.sort(report))  # The right losses in another order: keep that of `report`.
losses[tuning].mean(axis=0) → np.median(losses[tuning], axis=0)
    The median chooses the rate. The mean over the tuning seeds is asked for.
[tuning] → [: len(tuning)]
    `tuning` holds row numbers, and you take the first rows. They need not be the first.
right(a, b, np.arange(len(tuning)), np.arange(len(tuning), len(a)))
    The first rows tune and all others are reported. Both are given as row numbers.
chosen[1] → chosen[0]  # Both optimizers run at the rate of the first. Each is tuned on its own.
chosen[0] → chosen[1]  # Both optimizers run at the rate of the second. Tune each on its own.
in (a, b) → in (b, a)  # Each optimizer runs at the rate of the other. Each is tuned on its own.
right(a, b, tuning, tuning)  # You report the tuning seeds. Those know the rate already.
[a[report, chosen[0]], b[report, chosen[1]]] → [m[report].min(axis=1) for m in (a, b)]
    Every seed has the rate that suits it best: nobody can do that in advance.
argmin → argmax  # The worst rate was chosen.
chosen[1] → b[report].mean(axis=0).argmin()
    The first optimizer is tuned on the tuning seeds, the second on the reported ones.
right(*args)[::-1]  # The optimizers have changed places: a first, then b.
""")  # fmt: skip

QUESTIONS = (warm_up, best, paired, clear, bug_hunt)
