"""The course's explorers: one short function each, ``cl.explore.NAME()`` in a notebook."""

from .adam_path import adam, adam_noise
from .averaging import first_look, moving_averages
from .leaky_memory import memory, rmsprop
from .races import race
from .ravine import heavy_ball, one_rate, scaling
from .reddi import counterexample
from .sparse import rare_words
from .sweeps import sweep
from .weights import ema_weights
from .whole_history import adagrad_decay

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
