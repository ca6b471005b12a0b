"""The course's explorers: one short function each, ``cl.explore.NAME()`` in a notebook."""

from .racing import race, sweep
from .remembering import ema_weights, first_look, moving_averages

__all__ = ["ema_weights", "first_look", "moving_averages", "race", "sweep"]
