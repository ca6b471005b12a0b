"""What is learnt of rare words: the loop is the library's optimizers, the picture is the loop."""

import itertools

import numpy as np
import pytest

import course_lib as cl
from course_lib import words
from course_lib.explore import whole_history as rareness

P = np.array([0.5, 0.3, 0.15, 0.05])


@pytest.mark.parametrize(
    ("opt", "rate"),
    [
        (cl.AdaGrad, lambda lrs, t, v, n: lrs / np.sqrt(v)),
        (cl.SGD, lambda lrs, t, v, n: lrs),
    ],
)
@pytest.mark.parametrize("noise", [1.0, 0.3])
def test_its_loop_is_the_librarys_optimizer(opt, rate, noise):
    examples, lrs = words.draw(P, steps=300, seeds=3), np.array([0.01, 0.1, 1.0])
    found = words.learn(lambda *of: rate(lrs, *of), examples, noise)
    seed = np.arange(3)

    def grad(x, t):
        g, i = np.zeros_like(x), examples.word[t - 1]
        target = examples.weight[seed, i] + noise * examples.noise[t - 1]
        g[:, seed, i] = x[:, seed, i] - target
        return g

    x = cl.run(opt(lrs.reshape(-1, 1, 1)), grad, np.zeros((3, 3, len(P))), 300).x[-1]
    np.testing.assert_allclose(found, np.moveaxis(x - examples.weight, 0, -1), rtol=1e-9)


def test_a_rate_knows_the_clock_of_all_and_that_of_its_word():
    examples = words.draw(P, steps=200, seeds=2)
    seen = {word: set() for word in range(len(P))}
    for t, word in enumerate(examples.word[:, 0], 1):
        seen[word].add((t, len(seen[word]) + 1))
    expected = set().union(*seen.values())
    one = words.Examples(examples.word[:, :1], examples.noise[:, :1], examples.weight[:1])
    heard = set()

    def rate(t, v, n):
        heard.update((int(at), n) for at in np.ravel(t))
        return 0.1

    words.learn(rate, one)
    assert heard - {(1, 1.0)} == expected - {(1, 1)}  # (1, 1): it is asked for its shape, too


def test_a_word_that_never_came_is_as_far_off_as_at_the_start():
    examples = words.draw([1.0, 0.0], steps=10, seeds=2)
    off = words.learn(lambda t, v, n: 1 / n, examples)
    np.testing.assert_array_equal(off[:, 1], -examples.weight[:, 1])


def test_noise_and_rates_make_a_sweep():
    examples, noises, lrs = words.draw(P, 50, 2), np.array([[0.0], [2.0]]), np.array([0.1, 0.5, 9])
    every = words.learn(lambda t, v, n: lrs, examples, noises)
    assert every.shape == (2, len(P), 2, 3)
    for i, j in np.ndindex(2, 3):
        one = words.learn(lambda t, v, n, j=j: lrs[j], examples, noises[i, 0])
        np.testing.assert_allclose(every[..., i, j], one, rtol=1e-12)


@pytest.fixture(scope="module")
def explorer():
    return cl.explore.rare_words()


def losses(rate, noise):
    p = 1 / np.arange(1, 51)
    p /= p.sum()
    off = words.learn(rate, words.draw(p, 2000, rareness.SEEDS), noise)
    return 0.5 * off**2 @ p


def test_the_picture_is_a_direct_comparison(explorer):
    best = min(
        rareness.WORD_RATES, key=lambda lr: losses(lambda t, v, n: lr / np.sqrt(v), 1.0).mean()
    )
    rival = losses(lambda t, v, n: best / np.sqrt(v), 1.0)
    assert best == 0.3 and explorer.alt != ""
    for schedule, lr in [("constant", 0.1), ("straight to 0", 0.3), ("η/n", 1.0)]:
        explorer.set(noise=1.0, schedule=schedule, lr=lr)
        at = rareness.SCHEDULES[schedule]
        above = losses(lambda t, v, n: at(lr, t, n), 1.0) - rival  # noqa: B023
        half = 2.001 * above.std(ddof=1) / np.sqrt(60)
        lines = explorer.lines
        np.testing.assert_allclose(lines["chosen"], [[lr, above.mean()]], rtol=1e-9)
        at = rareness.WORD_RATES.index(lr)
        np.testing.assert_allclose(lines["SGD"][at], lines["chosen"][0])
        bar = lines["intervals"][3 * at : 3 * at + 2, 1]
        np.testing.assert_allclose(bar, above.mean() + np.array([-half, half]), rtol=1e-9)
        where = "above" if above.mean() > 0 else "below"
        assert f"{abs(above.mean()):.4f} ± {half:.4f} {where} AdaGrad's best" in explorer.alt
        assert f"loss {(above + rival).mean():.4f}" in explorer.alt
    np.testing.assert_allclose(lines["best"], [[0.3, 0]])
    assert "AdaGrad's best η here is 0.3" in explorer.alt


def test_no_difference_is_claimed_where_the_interval_holds_zero(explorer):
    told = {}
    for values in itertools.product(rareness.WORD_NOISES, rareness.SCHEDULES, rareness.WORD_RATES):
        explorer.set(**dict(zip(("noise", "schedule", "lr"), values, strict=True)))
        at = 3 * rareness.WORD_RATES.index(values[2])
        low, high = explorer.lines["intervals"][at : at + 2, 1]
        if "worse than to have learnt nothing" not in explorer.alt:
            told[values] = "no more apart" in explorer.alt
            assert told[values] or low > 0 or high < 0, values
    assert any(told.values()) and not all(told.values())
    assert told[0.0, "constant", 1.0] and not told[1.0, "straight to 0", 0.3]


def test_the_goals_of_the_rare_words(explorer):
    lowest, below = (goal.look for goal in explorer.table.goals)
    every = [(s, lr) for s in rareness.SCHEDULES for lr in rareness.WORD_RATES]
    assert [at for at in every if lowest(1.0, *at)[0]] == [("constant", 0.07), ("constant", 0.1)]
    assert {s for s, lr in every if below(1.0, s, lr)[0]} == {"η/√n", "η/n"}
    assert not below(0.0, "η/n", 1.0)[0]
    unsure = 0
    for schedule, lr in every:
        explorer.set(noise=1.0, schedule=schedule, lr=lr)
        at = 3 * rareness.WORD_RATES.index(lr)
        low, high = explorer.lines["intervals"][at : at + 2, 1]
        assert below(1.0, schedule, lr)[0] == (high < 0)
        unsure += low + high < 0 < high
    assert unsure  # lower in the mean, and not by more than chance explains
    assert "above AdaGrad's best" in lowest(1.0, "constant", 0.1)[1]


def test_rare_words_are_learnt_less(explorer):
    explorer.set(noise=1.0, schedule="constant", lr=0.1)
    for name in ("SGD words", "AdaGrad words"):
        error = explorer.lines[name][:, 1]
        assert error[-1] > 2 * error[0]
    assert explorer.lines["SGD words"][0, 1] > 5 * explorer.lines["AdaGrad words"][0, 1]
    p = 1 / np.arange(1, 51)
    off = words.learn(lambda t, v, n: 0.1, words.draw(p / p.sum(), 2000, rareness.SEEDS))
    groups = [range(0, 1), range(1, 2), range(2, 3), range(3, 5), range(40, 50)]
    expected = [(off[:, list(group)] ** 2).mean() for group in groups]
    np.testing.assert_allclose(explorer.lines["SGD words"][[0, 1, 2, 3, -1], 1], expected)
    assert explorer.lines["SGD words"][[0, 3, -1], 0].tolist() == [1, 4.5, 45.5]
