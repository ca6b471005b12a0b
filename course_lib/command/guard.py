"""What the checked notebook is guarded against: endless output, huge arrays, leaving early."""

import sys
import threading
from contextlib import suppress

LIMIT = 200_000
SHOWN = 5_000_000
MEMORY = 3 * 2**30  # bytes


class Stopped(Exception):
    """Ends a cell with one sentence."""

    def _render_traceback_(self):
        return [str(self)]


def install(shell, limit=LIMIT):
    """Cap what each cell prints or shows; `exit` and `quit` raise and do not end the kernel.

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
    shell.display_pub.publish = _not_too_large(shell.display_pub.publish)
    shell.displayhook.write_format_data = _not_too_large(shell.displayhook.write_format_data)
    shell.user_ns["exit"] = shell.user_ns["quit"] = _leave


def limit_memory(limit=MEMORY):
    """Let a larger allocation fail with a MemoryError, where the system can (Linux)."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(ValueError, OSError):  # a lower limit is there already
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


class _Cap:
    """A `write` that raises after so many characters."""

    def __init__(self, write, limit):
        self.write, self.left, self.limit = write, limit, limit

    def __call__(self, text):
        self.left -= len(text)
        if self.left < 0:
            if threading.current_thread() is not threading.main_thread():
                raise SystemExit  # ends that thread; another error would reach nobody
            raise Stopped(f"{_printing()} printed more than {self.limit // 1000} kB")
        return self.write(text)


def _printing():
    """The function of the notebook that prints now; "it" for the cell itself."""
    frame = sys._getframe(2)
    while frame and (
        frame.f_globals.get("__name__") != "__main__" or frame.f_code.co_name.startswith("<")
    ):
        frame = frame.f_back
    return f"`{frame.f_code.co_name}`" if frame else "it"


def _not_too_large(show):
    """A way to show data that raises when they are too many."""

    def show_if_small(data, *args, **options):
        if sum(len(value) for value in data.values() if isinstance(value, str | bytes)) > SHOWN:
            raise Stopped(f"it shows more than {SHOWN // 1_000_000} MB at once")
        return show(data, *args, **options)

    return show_if_small


def _leave(code=None):
    raise Stopped("exit() would end the notebook here: leave it out")
