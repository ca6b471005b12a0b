"""Start JupyterLab at the first page of the course."""

import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir, jupyter_runtime_dir

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).resolve().parent / "lab_config" / "jupyter_lab_config.py"
FIRST = "notebooks/00_start_here.ipynb"

# What a learner may have set for another server: a token of one's own is not printed, a port
# may be another service's (Kubernetes), and the folder may hold another JupyterLab.
LEAKS = {
    *("JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE", "JUPYTER_PORT", "JUPYTER_NO_CONFIG"),
    "JUPYTERLAB_DIR",
}


def has_display():
    """Whether a browser could open a window here."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def workspaces():
    """The folder where JupyterLab stores the layout of its windows.

    The layout belongs to the course and goes with its environment; where that cannot be written,
    as in one installation for a class, each user has their own.
    """
    with_course = Path(sys.prefix) / "share/jupyter/lab/workspaces"
    there = next(folder for folder in (with_course, *with_course.parents) if folder.exists())
    if os.access(there, os.W_OK):
        return with_course
    return Path(jupyter_data_dir()) / "adaptive-optimizers-course/workspaces"


def environment():
    """The variables for JupyterLab: it starts in the same way for everyone.

    A server's configuration at home (its password, its address) is for the learner's own server.
    Their settings of JupyterLab, such as a dark theme, are for this one, too.
    """
    settings = Path(jupyter_config_dir()) / "lab/user-settings"
    # The kernel and the extensions of this environment, not namesakes elsewhere.
    shared = [str(Path(sys.prefix) / "share/jupyter"), os.environ.get("JUPYTER_PATH")]
    # A terminal finds the command `course` and this Python.
    commands = [str(Path(sys.executable).parent), os.environ.get("PATH")]
    return {
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        **{name: value for name, value in os.environ.items() if name not in LEAKS},
        "JUPYTER_CONFIG_DIR": str(workspaces().with_name("config")),
        "PATH": os.pathsep.join(filter(None, commands)),
        "JUPYTER_PATH": os.pathsep.join(filter(None, shared)),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }


def runtime_problem():
    """Why JupyterLab cannot write what it must while it runs, in one sentence; else None."""
    folder = Path(jupyter_runtime_dir())
    with contextlib.suppress(OSError):  # what counts is whether it can be written
        folder.mkdir(parents=True, exist_ok=True)
    if os.access(folder, os.W_OK):
        return None
    return (
        f"Jupyter cannot write in {folder}: set the variable JUPYTER_RUNTIME_DIR to a folder in "
        "which you can."
    )


def command(port=None, browser=True):
    """The command that starts JupyterLab, as a list of words; see `start`."""
    arguments = [
        f"--config={CONFIG}",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        f"--LabApp.workspaces_dir={workspaces()}",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if not browser:
        arguments += ["--no-browser"]
    return [sys.executable, "-m", "jupyterlab", *arguments]


def start(port=None, browser=True):
    """Start JupyterLab with the course, and stay until it stops.

    The server listens on this machine only, with Jupyter's token on. Its address is printed; a
    browser opens where there is a display.

    Parameters
    ----------
    port : int, optional
        The port to listen on; without one, JupyterLab takes the first free from 8888.
    browser : bool
        Whether to open a browser.

    Returns
    -------
    int
        The server's exit code (on Windows; elsewhere this process becomes the server).

    Raises
    ------
    SystemExit
        With one sentence, if the notebooks are not beside the library, the port is taken, or
        there is nowhere to write.
    """
    if not (ROOT / FIRST).is_file():
        raise SystemExit(
            f"{FIRST} is not in {ROOT}: the notebooks come with the course's folder, "
            "so start it from there."
        )
    if port is not None and not is_free(port):
        other = port + 1 if port < 65535 else 8890
        raise SystemExit(f"Port {port} cannot be used here: choose another, such as {other}.")
    if problem := runtime_problem():
        raise SystemExit(problem)
    browser = browser and has_display()
    print("JupyterLab is starting. Leave this window open; Ctrl-C twice stops it.", flush=True)
    if not browser:
        print("Open the last address that it prints in your browser.", flush=True)
    env = environment()
    arguments = command(port, browser)
    if os.name != "nt":
        os.execve(arguments[0], arguments, env)  # Ctrl-C goes straight to the server
    process = subprocess.Popen(arguments, env=env)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass  # the server has heard it too


def is_free(port):
    """Whether a server may listen on this port of this machine."""
    with socket.socket() as probe:
        if os.name != "nt":  # as the server does: a port that was just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True
