"""What the checked notebook is guarded against: endless printing, and leaving early."""

import sys

__all__ = ["Stopped", "install"]

LIMIT = 200_000


class Stopped(Exception):
    """Ends a cell with one sentence."""

    def _render_traceback_(self):
        return [str(self)]


def install(shell, limit=LIMIT):
    """Cap what each cell prints, and let `exit` and `quit` raise instead of ending the kernel.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    limit : int
        Characters that a cell may print.
    """

    def cap_again(info):
        # Within the cell, since IPython wraps `write` itself before a cell and restores it after.
        for stream in (sys.stdout, sys.stderr):
            write = stream.write.write if isinstance(stream.write, _Cap) else stream.write
            stream.write = _Cap(write, limit)

    shell.events.register("pre_run_cell", cap_again)
    shell.user_ns["exit"] = shell.user_ns["quit"] = _leave


class _Cap:
    """A `write` that raises after so many characters."""

    def __init__(self, write, limit):
        self.write, self.left, self.limit = write, limit, limit

    def __call__(self, text):
        self.left -= len(text)
        if self.left < 0:
            raise Stopped(f"it printed more than {self.limit // 1000} kB")
        return self.write(text)


def _leave(code=None):
    raise Stopped("exit() would end the notebook here: leave it out")
