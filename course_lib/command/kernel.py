"""The kernel that a checked exercise runs in."""

import os
import shutil
import subprocess
import tempfile
import time
from queue import Empty
from secrets import token_hex

from jupyter_client.manager import KernelManager
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, NbvalKernelspecManager, RunningKernel

from ..checks import ASKED
from .guard import Stopped

POLL = 0.2
LONGEST = 100  # bytes that every system takes as the name of a socket


def begin(folder):
    """Let a kernel of this Python start in a folder, and do not wait for it."""
    manager = KernelManager(
        kernel_name=CURRENT_ENV_KERNEL_NAME,
        kernel_spec_manager=NbvalKernelspecManager(),
        **_sockets(),
    )
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    # Nothing that IPython runs at the start of the learner's own kernels, nor their settings.
    manager.ipython_folder = tempfile.mkdtemp(prefix="course-")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONSTARTUP"}
    env["IPYTHONDIR"] = manager.ipython_folder
    env[ASKED] = "1"
    env["COURSE_RECORD"] = "0"  # and a check prints its plain line
    try:
        manager.start_kernel(**quiet, cwd=str(folder), env=env)
    except BaseException:
        end(manager)
        raise
    return manager


def end(manager):
    """End a kernel, also one that is dead already, and what it has left behind."""
    try:
        manager.shutdown_kernel(now=True)
    finally:
        shutil.rmtree(manager.ipython_folder, ignore_errors=True)


def _sockets():
    """Files to talk through; ports where there are no such sockets or their names are too long.

    A port is found free before the kernel takes it. When many exercises are checked at once,
    another kernel may have taken it by then, and this one never answers.
    """
    name = os.path.join(tempfile.gettempdir(), f"course-{token_hex(8)}")
    if os.name == "nt" or len(os.fsencode(f"{name}-5")) > LONGEST:
        return {}
    return {"transport": "ipc", "ip": name}


class Kernel(RunningKernel):
    """As nbval's own, but a dead kernel is noticed early, and nothing is left open."""

    def __init__(self, manager, startup_timeout):
        self.km = manager
        self.kc = manager.client()
        self.kc.start_channels()
        try:
            self.kc.wait_for_ready(timeout=startup_timeout)
            self._ensure_iopub_up()
        except BaseException:  # also when it died, or the learner interrupts
            self.stop()
            raise

    def stop(self):
        if hasattr(self, "km"):  # else it is stopped already
            self.kc.stop_channels()
            end(self.km)
            del self.km

    def await_reply(self, msg_id, timeout=None):
        """Look at the kernel while waiting: a dead one never answers."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                return super().await_reply(msg_id, timeout=POLL)
            except Empty:
                if not self.is_alive():
                    raise Stopped(
                        "the kernel died here: was it ended from inside, or out of memory?"
                    ) from None
        raise Empty
