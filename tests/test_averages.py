import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import course_lib as cl

streams = st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=40).map(np.array)
decays = st.floats(0, 0.999)


@given(streams, decays)
def test_ema_is_the_weighted_sum_of_the_past(x, beta):
    t = len(x)
    weights = (1 - beta) * beta ** np.arange(t)[::-1]
    np.testing.assert_allclose(cl.ema(x, beta)[-1], weights @ x, rtol=1e-9, atol=1e-9)


@given(streams, decays)
def test_corrected_ema_is_a_weighted_mean(x, beta):
    corrected = cl.ema(x, beta, bias_correction=True)
    np.testing.assert_allclose(corrected[0], x[0], rtol=1e-9, atol=1e-9)
    slack = 1e-9 * (1 + np.abs(x).max())
    assert (corrected >= np.minimum.accumulate(x) - slack).all()
    assert (corrected <= np.maximum.accumulate(x) + slack).all()


def test_a_sweep_equals_the_loop_bit_for_bit():
    x = np.random.default_rng(0).normal(size=(50, 3))
    betas = np.array([0.0, 0.5, 0.9, 0.999])
    sweep = cl.ema(x[:, :, None], betas)
    for i, j in np.ndindex(3, 4):
        assert (sweep[:, i, j] == cl.ema(x[:, i], betas[j])).all()


def test_initial_value_leaks_away():
    assert cl.ema([0.0, 0.0], 0.5, initial=4.0).tolist() == [2.0, 1.0]


def test_running_mean_and_window_against_the_loop():
    x = np.random.default_rng(1).normal(size=(30, 2))
    for t in range(30):
        np.testing.assert_allclose(cl.running_mean(x)[t], x[: t + 1].mean(axis=0))
        mean = cl.moving_average(x, 7)[t]
        assert np.isnan(mean).all() if t < 6 else np.allclose(mean, x[t - 6 : t + 1].mean(axis=0))


@pytest.mark.parametrize(
    "beta, life, window", [(0.9, 6.5788, 10), (0.99, 68.968, 100), (0.999, 692.80, 1000)]
)
def test_half_life_and_window_of_the_table(beta, life, window):
    assert cl.half_life(beta) == pytest.approx(life, rel=1e-5)
    assert cl.effective_window(beta) == pytest.approx(window)
    assert cl.beta_from_half_life(cl.half_life(beta)) == pytest.approx(beta)


def test_the_effective_window_carries_about_63_percent_of_a_long_memory():
    for beta, share in [(0.99, 0.634), (0.999, 0.632), (0.9999, 0.632)]:
        pulse = np.zeros(round(1 / (1 - beta)))
        pulse[0] = 1.0
        assert cl.ema(pulse, beta).sum() == pytest.approx(share, abs=5e-4)


def test_no_memory_at_all():
    assert cl.half_life(0) == 0 and cl.effective_window(0) == 1
    assert cl.ema([3.0, 5.0], 0).tolist() == [3.0, 5.0]


def test_dtypes():
    assert cl.ema(np.ones(3, np.float32), 0.9).dtype == np.float32
    assert cl.ema(np.ones(3, np.float32), np.array([0.9])).dtype == np.float32
    assert cl.ema([1, 2, 3], 0.5).dtype == cl.running_mean([True, False]).dtype == float
    assert type(cl.half_life(0.9)) is float and cl.half_life([0.5, 0.9]).shape == (2,)


@pytest.mark.filterwarnings("error")
def test_the_shortest_and_the_longest_half_life():
    assert cl.beta_from_half_life(1e-300) == cl.beta_from_half_life(1e-310) == 0
    assert cl.half_life(cl.beta_from_half_life(1e15)) == pytest.approx(1e15, rel=0.2)


def test_a_beta_that_fits_in_float32_is_taken():
    beta = np.nextafter(np.float32(1), np.float32(0))
    assert 0 < cl.ema(np.ones(1, np.float32), beta)[0] < 1e-6


@pytest.mark.parametrize(("dtype", "n"), [(np.float32, 5_000_000), (np.float16, 100_000)])
def test_many_small_numbers_do_not_drown_in_their_sum(dtype, n):
    mean = cl.running_mean(np.full(n, 0.1, dtype))
    assert mean.dtype == dtype
    assert mean[-1] == mean[0] == dtype(0.1)


def test_a_long_window_does_not_lose_digits_either():
    x = np.full((200_005, 2), 0.1, np.float32)
    mean = cl.moving_average(x, 200_000)
    assert mean.dtype == np.float32
    assert (mean[-1] == np.float32(0.1)).all()


def test_a_sweep_beside_several_streams_has_an_axis_of_its_own():
    x = np.ones((5, 3))
    message = r"have the shapes \(2,\) and \(\), .* value of x, \(3,\): give x an axis"
    with pytest.raises(ValueError, match=message):
        cl.ema(x, [0.5, 0.9])
    with pytest.raises(ValueError, match=r"have the shapes \(\) and \(4,\)"):
        cl.ema(x, 0.5, initial=np.zeros(4))
    assert cl.ema(x[..., None], [0.5, 0.9]).shape == (5, 3, 2)


def test_the_input_is_left_alone():
    x = np.arange(5.0)
    for average in cl.ema(x, 0.0), cl.moving_average(x, 1), cl.running_mean(x):
        average += 1
    assert x.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: cl.ema([1.0], 1.0), r"beta must be in \[0, 1\), got 1"),
        (lambda: cl.ema([1.0], -0.1), r"beta must be in \[0, 1\), got -0.1"),
        (lambda: cl.ema([1.0], [0.5, 1.5]), r"beta must be in \[0, 1\), got 1.5"),
        (lambda: cl.half_life(float("nan")), r"beta must be in \[0, 1\), got nan"),
        (lambda: cl.effective_window(1), r"beta must be in \[0, 1\), got 1"),
        (lambda: cl.ema([], 0.9), "x is empty"),
        (lambda: cl.ema(3.0, 0.9), "time along axis 0, got the single number 3.0"),
        (lambda: cl.ema([0.0, np.nan], 0.9), r"x\[1\] is nan"),
        (lambda: cl.running_mean([[0.0, np.inf]]), r"x\[0, 1\] is inf"),
        (lambda: cl.ema([1.0], 0.9, initial=np.inf), "initial must be finite in float64, got inf"),
        (lambda: cl.ema([1.0], 0.9, initial=1.0, bias_correction=True), "got initial=1.0"),
        (lambda: cl.ema(np.ones(3, np.float32), 0.5, initial=1e300), "in float32, got 1e\\+300"),
        (lambda: cl.ema([[1.0, 2.0], [3.0]], 0.9), "x must be one array"),
        (lambda: cl.moving_average([1.0, 2.0], 0), "window must be at least 1, got 0"),
        (lambda: cl.moving_average([1.0, 2.0], 3), "which is 2; got 3"),
        (
            lambda: cl.ema(np.ones(2, np.float32), 1 - 1e-9),
            r"\[0, 1\), got 0\.999999999, which float32 rounds to 1",
        ),
        (lambda: cl.beta_from_half_life(0), "positive and finite, got 0"),
        (lambda: cl.beta_from_half_life(-2.0), "positive and finite, got -2.0"),
        (lambda: cl.beta_from_half_life(np.inf), "positive and finite, got inf"),
        (lambda: cl.beta_from_half_life(np.nan), "positive and finite, got nan"),
        (lambda: cl.beta_from_half_life(2e16), "a β below 1 in float64"),
        (lambda: cl.beta_from_half_life(1e300), "a β below 1 in float64, got 1e\\+300"),
        (lambda: cl.beta_from_half_life(np.float32(1e9)), "a β below 1 in float32"),
    ],
)
def test_bad_values_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: cl.ema([1j], 0.9), "x must hold real numbers, got dtype complex128"),
        (lambda: cl.ema([1.0], "0.9"), "beta must hold real numbers"),
        (lambda: cl.moving_average([1.0, 2.0], 1.5), "window must be a whole number, got 1.5"),
        (lambda: cl.moving_average([1.0, 2.0], True), "window must be a whole number, got True"),
    ],
)
def test_bad_types_are_named(call, message):
    with pytest.raises(TypeError, match=message):
        call()
