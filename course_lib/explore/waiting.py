"""A bar for what takes longer than a moment."""

import sys
import time

__all__ = ["bar"]

PATIENCE = 2.0  # seconds without a word
VIEW = "application/vnd.jupyter.widget-view+json"


def bar(things):
    """The same things one after the other, with a bar under the cell once they have lasted 2 s.

    At the end it is gone, and with it what the cell has shown until then: print after the loop.

    Parameters
    ----------
    things : iterable
        What a loop goes through, not without end.

    Yields
    ------
    object
        Each of them.

    Examples
    --------
    >>> [2 * rate for rate in bar([0.1, 0.2])]
    [0.2, 0.4]
    """
    things = list(things)
    shown, due = None, time.monotonic() + PATIENCE
    try:
        for done, thing in enumerate(things):
            if time.monotonic() > due and "ipykernel" in sys.modules:  # else nobody could see it
                shown = shown or _show(len(things))
                shown.value, shown.description = done, f"{done} of {len(things)}"
                due = time.monotonic() + 0.2
            yield thing
    finally:
        if shown:
            shown.close()
    if shown:  # not in case of an error, which the cell shows by then
        from IPython.display import clear_output

        clear_output()


def _show(total):
    """A bar by its live view alone: this is no output that nbval would compare."""
    from IPython.display import display
    from ipywidgets import IntProgress

    shown = IntProgress(max=total)
    display({VIEW: shown._repr_mimebundle_()[VIEW]}, raw=True)
    return shown
