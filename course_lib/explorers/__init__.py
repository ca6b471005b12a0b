"""The course's explorers: one short function each, ``cl.explore.NAME()`` in a notebook."""

from .fooled import counterexample
from .forgetting import memory, rmsprop
from .keeping import adagrad_decay
from .momentum import adam
from .racing import race
from .rareness import rare_words
from .rates import scaling
from .ravine import heavy_ball, one_rate
from .remembering import first_look, moving_averages
from .shaking import adam_noise
from .sweeping import sweep
from .weighing import ema_weights

__all__ = [
    "adagrad_decay",
    "adam",
    "adam_noise",
    "counterexample",
    "ema_weights",
    "first_look",
    "heavy_ball",
    "memory",
    "moving_averages",
    "one_rate",
    "race",
    "rare_words",
    "rmsprop",
    "scaling",
    "sweep",
]
