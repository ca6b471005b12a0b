"""The course's explorers: one short function each, ``cl.explore.NAME()`` in a notebook."""

from .forgetting import memory, rmsprop
from .keeping import adagrad_decay
from .momentum import adam, counterexample
from .racing import race, sweep
from .rareness import rare_words
from .rates import one_rate, scaling
from .remembering import ema_weights, first_look, moving_averages

__all__ = [
    "adagrad_decay",
    "adam",
    "counterexample",
    "ema_weights",
    "first_look",
    "memory",
    "moving_averages",
    "one_rate",
    "race",
    "rare_words",
    "rmsprop",
    "scaling",
    "sweep",
]
