"""The course's explorers: one short function each, ``cl.explore.NAME()`` in a notebook."""

from .remembering import first_look, moving_averages

__all__ = ["first_look", "moving_averages"]
