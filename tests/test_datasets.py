import numpy as np
import pytest

from course_lib import datasets


def test_ftse_is_the_shipped_series():
    year, close = datasets.ftse()
    assert (len(year), close[0], close[-1]) == (1860, 2443.6, 5455.0)
    np.testing.assert_allclose(np.diff(year), 1 / 260, atol=2e-5)


def test_returns_add_up():
    close = datasets.ftse().close
    total = 100 * np.log(close[-1] / close[0])
    assert datasets.returns(close).sum() == pytest.approx(total)


@pytest.mark.parametrize(
    "close, message",
    [
        ([1.0], "at least two prices"),
        ([[1.0, 2.0]], "at least two prices"),
        ([1.0, 0.0], r"close\[1\] is 0"),
        ([1.0, np.nan], r"close\[1\] is nan"),
    ],
)
def test_bad_prices_are_named(close, message):
    with pytest.raises(ValueError, match=message):
        datasets.returns(close)


def test_made_streams():
    hinton = datasets.hinton_stream(300)
    assert (hinton > 0).sum() == 270 and abs(hinton.sum()) < 1e-12
    noisy = datasets.noisy_step()
    assert abs(noisy[:100].mean()) < 0.1 and abs(noisy[100:].mean() - 1) < 0.1
    assert (noisy == datasets.noisy_step()).all()


@pytest.mark.parametrize("stream", [datasets.hinton_stream, datasets.noisy_step])
@pytest.mark.parametrize("steps", [0, -3])
def test_a_stream_has_at_least_one_step(stream, steps):
    with pytest.raises(ValueError, match=f"steps must be at least 1, got {steps}"):
        stream(steps)


@pytest.mark.parametrize("stream", [datasets.hinton_stream, datasets.noisy_step])
@pytest.mark.parametrize("steps", [10.7, 10.0, "10", True])
def test_a_stream_has_a_whole_number_of_steps(stream, steps):
    with pytest.raises(TypeError, match=f"steps must be a whole number, got {steps!r}"):
        stream(steps)
    assert len(stream(np.int64(10))) == 10
