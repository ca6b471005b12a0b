"""A small network, its backpropagation written out, its parameters in one flat vector."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .base import whole

__all__ = ["MLP"]


@dataclass(frozen=True)
class MLP:
    """A multilayer perceptron with tanh in its hidden layers and a straight output.

    Parameters
    ----------
    sizes : tuple of int
        Inputs, hidden units of each layer, outputs: at least two numbers, all ≥ 1.

    Raises
    ------
    TypeError, ValueError
        If there are fewer than two sizes, or one is not a whole number or below 1.

    Examples
    --------
    >>> MLP((4, 16, 1)).n
    97
    """

    sizes: tuple

    def __post_init__(self):
        if len(self.sizes) < 2:
            raise ValueError(f"sizes must be two or more numbers, got {self.sizes}")
        for size in self.sizes:
            whole("each of sizes", size, 1)

    @property
    def n(self):
        """The number of parameters."""
        return sum((a + 1) * b for a, b in pairwise(self.sizes))

    def start(self, rng):
        """Random parameters, shape (n,): weights of variance 1/inputs, and biases of 0."""
        layers = pairwise(self.sizes)
        return np.concatenate(
            [part for a, b in layers for part in (rng.normal(0, a**-0.5, a * b), np.zeros(b))]
        )

    def _layers(self, x):
        """Views of x, shape (..., n): for each layer its weights (..., a, b) and biases."""
        layers, at = [], 0
        for a, b in pairwise(self.sizes):
            weights = x[..., at : at + a * b].reshape(*x.shape[:-1], a, b)
            layers.append((weights, x[..., None, at + a * b : at + (a + 1) * b]))
            at += (a + 1) * b
        return layers

    def _forward(self, x, inputs):
        """The values of all layers, the inputs first."""
        values = [inputs]
        layers = self._layers(x)
        for i, (weights, bias) in enumerate(layers):
            z = values[-1] @ weights + bias
            values.append(z if i == len(layers) - 1 else np.tanh(z))
        return values

    def output(self, x, inputs):
        """What the network makes of `inputs`: (..., n) and (..., batch, a) → (..., batch, b)."""
        return self._forward(x, inputs)[-1]

    def value(self, x, inputs, targets):
        """Mean squared error over the batch: shape (...)."""
        return ((self.output(x, inputs) - targets) ** 2).mean(axis=(-2, -1))

    def grad(self, x, inputs, targets):
        """The gradient of `value` by backpropagation: x's shape.

        Examples
        --------
        >>> net = MLP((1, 1))  # x₁·input + x₂
        >>> net.grad(np.array([1.0, 0.0]), np.array([[2.0]]), np.array([[1.0]])).tolist()
        [4.0, 2.0]
        """
        values, layers = self._forward(x, inputs), self._layers(x)
        error = values[-1] - targets
        delta = 2 * error / (error.shape[-2] * error.shape[-1])  # of the layer's input z
        parts = []
        for i in reversed(range(len(layers))):
            weights = np.swapaxes(values[i], -1, -2) @ delta
            parts += [delta.sum(axis=-2), weights.reshape(*weights.shape[:-2], -1)]
            if i:
                back = delta @ np.swapaxes(layers[i][0], -1, -2)
                delta = back * (1 - values[i] ** 2)  # tanh' = 1 − tanh²
        return np.concatenate(parts[::-1], axis=-1)
