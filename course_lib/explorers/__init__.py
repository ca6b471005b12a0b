"""The course's explorers: one short function each, ``cl.explore.NAME()`` in a notebook."""

from .forgetting import adagrad_decay, memory, rmsprop
from .momentum import adam, counterexample
from .racing import race, sweep
from .rates import scaling
from .ravine import heavy_ball, one_rate
from .remembering import ema_weights, first_look, moving_averages

__all__ = [
    "adagrad_decay",
    "adam",
    "counterexample",
    "ema_weights",
    "first_look",
    "heavy_ball",
    "memory",
    "moving_averages",
    "one_rate",
    "race",
    "rmsprop",
    "scaling",
    "sweep",
]
