"""A real JupyterLab in a real browser, for the browser tests and for the benchmark.

Two variables choose another server than this Python's JupyterLab; the browser stays the same:
COURSE_SERVER_PYTHON, the Python of the environment that serves and runs the kernels, and
COURSE_FRONT_END, "lab" as the course starts it or "notebook", a plain Notebook 7.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from course_lib.command import lab

ROOT = Path(__file__).resolve().parents[2]
# Without these, Chromium asks the network for things of its own.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PYTHON = os.environ.get("COURSE_SERVER_PYTHON", sys.executable)
FRONT_END = os.environ.get("COURSE_FRONT_END", "lab")


def find_browser():
    """The path of a Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def server(folder):
    """A server on `folder`, with settings of its own; the address of its first page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    own = {name: str(folder / ".jupyter" / name) for name in ("config", "data", "runtime")}
    env = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": own["config"],
        "JUPYTER_DATA_DIR": own["data"],
        "JUPYTER_RUNTIME_DIR": own["runtime"],
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": str(ROOT),
    }
    front_end = {"lab": _lab, "notebook": _notebook}[FRONT_END]
    command = [
        PYTHON,
        *front_end(folder, port),
        f"--ServerApp.root_dir={folder}",
        f"--IdentityProvider.token={token}",
        "--allow-root",
    ]
    log = folder / "server.log"
    with open(log, "w") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://127.0.0.1:{port}/api/status?token={token}", process, log)
        first = f"lab?token={token}&reset" if FRONT_END == "lab" else f"tree?token={token}"
        yield f"http://127.0.0.1:{port}/{first}"
    finally:
        process.terminate()
        process.wait(20)


def _lab(folder, port):
    """JupyterLab as `make lab` starts it, but on another folder."""
    mine = ("--ServerApp.root_dir=", "--LabApp.workspaces_dir=")
    arguments = [part for part in lab.command(port, browser=False)[1:] if not part.startswith(mine)]
    return [
        *arguments,
        f"--LabApp.workspaces_dir={folder / '.jupyter' / 'workspaces'}",
        "--LabApp.expose_app_in_browser=True",
    ]


def _notebook(folder, port):
    """Notebook 7 as anyone starts it, without a word of the course."""
    options = (f"--ServerApp.port={port}", "--JupyterNotebookApp.expose_app_in_browser=True")
    return ["-m", "notebook", "--no-browser", *options]


def _wait(url, process, log):
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url).close()
            return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError(f"The server did not answer:\n{log.read_text()[-2000:]}")


def execute(page, command, **arguments):
    """Run one of the front-end's commands; its result, if it is a plain one."""
    return page.evaluate(
        """async ([command, arguments]) => {
            const result = await window.jupyterapp.commands.execute(command, arguments);
            return typeof result === "boolean" ? result : null;
        }""",
        [command, arguments],
    )


def open_notebook(page, url, path):
    """Open a notebook and wait until it is shown and its kernel is idle."""
    page.goto(url if FRONT_END == "lab" else url.replace("/tree?", f"/notebooks/{path}?"))
    page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", timeout=60_000)
    if FRONT_END == "lab":
        execute(page, "docmanager:open", path=path)
    wait_for_notebook(page, path)


def wait_for_notebook(page, path):
    """Wait until this notebook is the one in front, and its kernel is idle."""
    page.wait_for_function(
        """path => {
            const panel = window.jupyterapp.shell.currentWidget;
            const kernel = panel?.context?.sessionContext?.session?.kernel;
            return panel?.context?.path === path && kernel?.status === "idle";
        }""",
        arg=path,
        timeout=60_000,
    )


def open_and_run(page, url, path):
    """Open a notebook, run all its cells; whether they all ran."""
    open_notebook(page, url, path)
    return execute(page, "notebook:run-all-cells")


def launch(playwright):
    return playwright.chromium.launch(executable_path=find_browser(), args=QUIET)


def write_notebook(path, sources):
    """Write a notebook with one code cell for each source."""
    import nbformat.v4 as v4

    cells = [v4.new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(sources)]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    path.write_text(v4.writes(notebook), "utf-8")
