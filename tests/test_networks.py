import numpy as np
import pytest

from course_lib.networks import MLP


@pytest.mark.parametrize("sizes", [(3, 1), (2, 5, 1), (4, 6, 5, 2)])
def test_the_gradient_is_that_of_the_value(sizes):
    net, rng = MLP(sizes), np.random.default_rng(0)
    x = net.start(rng) + 0.1 * rng.normal(size=net.n)
    inputs, targets = rng.normal(size=(7, sizes[0])), rng.normal(size=(7, sizes[-1]))
    step = 1e-30  # complex steps: exact to rounding
    probes = x + 1j * step * np.eye(net.n)
    slopes = np.array([net.value(probe, inputs, targets).imag / step for probe in probes])
    np.testing.assert_allclose(net.grad(x, inputs, targets), slopes, rtol=1e-10, atol=1e-13)


def test_a_sweep_is_the_same_as_one_by_one():
    net, rng = MLP((3, 4, 1)), np.random.default_rng(1)
    x = rng.normal(size=(2, 5, net.n))
    inputs, targets = rng.normal(size=(2, 1, 8, 3)), rng.normal(size=(2, 1, 8, 1))
    together = net.grad(x, inputs, targets)
    assert together.shape == x.shape and net.value(x, inputs, targets).shape == (2, 5)
    for i, j in np.ndindex(2, 5):
        one = net.grad(x[i, j], inputs[i, 0], targets[i, 0])
        np.testing.assert_allclose(together[i, j], one, rtol=1e-12, atol=1e-15)


def test_weights_start_with_outputs_of_like_size_and_biases_at_zero():
    net = MLP((100, 50, 1))
    x = net.start(np.random.default_rng(0))
    assert len(x) == net.n == 101 * 50 + 51
    assert x[:5000].std() == pytest.approx(0.1, rel=0.05)
    assert (x[5000:5050] == 0).all() and x[-1] == 0


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ((3,), ValueError, r"sizes must be two or more numbers, got \(3,\)"),
        ((), ValueError, "sizes must be two or more numbers"),
        ((3, 0, 1), ValueError, "each of sizes must be at least 1, got 0"),
        ((3, 2.0), TypeError, "each of sizes must be a whole number, got 2.0"),
    ],
)
def test_sizes_that_make_no_network(sizes, error, message):
    with pytest.raises(error, match=message):
        MLP(sizes)
