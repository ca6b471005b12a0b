"""Look at the installation: each finding says what was seen and, if bad, what to do."""

import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

DISTRIBUTION = "adaptive-optimizers-course"
AGAIN = "install the course anew: `make lab`, or `pip install -e .` in the course's folder"

EXTENSIONS = {  # and what goes without it
    "@jupyter-widgets/jupyterlab-manager": "pictures would not move",
    "anywidget": "pictures would not move",
    "adaptive-optimizers-course": "a lesson opened again would not know what you answered",
}


class Finding(NamedTuple):
    """One thing that was looked at; `advice` says what to do when it is not `ok`."""

    ok: bool
    what: str
    advice: str = AGAIN


def examine():
    """Yield the findings one by one; the slow ones come last."""
    yield from _packages()
    yield _folder()
    yield from _own_copy()
    yield from _extensions()
    yield _server()
    yield _runtime()
    yield _port()
    yield _kernel()


def _packages():
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    try:
        course = metadata.metadata(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        yield Finding(False, "the course is not installed in this Python")
        return
    wanted, there = course["Requires-Python"], platform.python_version()
    yield Finding(there in SpecifierSet(wanted), f"Python {there} (asked for: {wanted})")
    for text in course.get_all("Requires-Dist") or []:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        asked = f"(asked for: {requirement.specifier})"
        try:
            there = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            yield Finding(False, f"{requirement.name} is missing {asked}")
            continue
        fits = requirement.specifier.contains(there, prereleases=True)
        yield Finding(fits, f"{requirement.name} {there} {asked}")


def _folder():
    root = Path(__file__).resolve().parents[2]
    missing = [name for name in ("notebooks", "exercises/solutions") if not (root / name).is_dir()]
    if missing:
        what = f"no folder {' or '.join(missing)} in {root}"
        return Finding(False, what, "use the course from its own checkout: `git clone`, `make lab`")
    what = f"course_lib, notebooks and exercises in {root}"
    if not all(os.access(root / name, os.W_OK) for name in ("notebooks", "exercises")):
        what += ", where you cannot write: save what you change in a folder of your own"
    return Finding(True, what)


def _own_copy():
    """Where the working directory is in another copy of the course than the library."""
    from .notebooks import ExerciseError, course_folder, find_exercise

    try:
        library, yours = course_folder(), find_exercise()[0].resolve().parents[1]
    except ExerciseError:  # `_folder` has told it
        return
    if yours != library:
        yield Finding(
            True,
            f"you are in another copy, {yours}: there `course check 02` looks for your answers; "
            f"course_lib is the one in {library}",
        )


def _extensions():
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    disabled = _disabled()
    for extension, lost in EXTENSIONS.items():
        what = f"JupyterLab's extension {extension}"
        # A setting names an extension, or one of its plugins after a colon.
        off = [name for name in disabled if name.split(":")[0] == extension]
        if not any((folder / extension / "package.json").is_file() for folder in folders):
            yield Finding(False, f"{what} is missing: {lost}")
        elif off:
            yield Finding(
                False,
                f"{what} is disabled: {lost}",
                f"set {off[0]} to false in {disabled[off[0]]}, or start JupyterLab with "
                "`course lab`, which enables it for itself",
            )
        else:
            yield Finding(True, f"{what} found")


def _disabled():
    """What is switched off in JupyterLab: name → the file that says so."""
    from jupyter_core.paths import jupyter_config_path

    said = {}
    for folder in reversed(jupyter_config_path()):  # the first folder has the last word
        folder = Path(folder) / "labconfig"
        for file in (*sorted(folder.glob("page_config.d/*.json")), folder / "page_config.json"):
            try:
                names = json.loads(file.read_text(encoding="utf-8"))["disabledExtensions"]
                said |= {name: file if off else None for name, off in names.items()}
            except (OSError, ValueError, KeyError, AttributeError, TypeError):
                continue  # not there, or nothing that JupyterLab could read
    return {name: file for name, file in said.items() if file}


def _server():
    from jupyter_core.paths import jupyter_config_path
    from jupyter_server.extension.config import ExtensionConfigManager

    extension = "course_lib.command.server"
    what = f"Jupyter's server extension {extension}"
    if ExtensionConfigManager(read_config_path=jupyter_config_path()).enabled(extension):
        return Finding(True, f"{what} is enabled: a saved lesson keeps its pictures")
    return Finding(
        False,
        f"{what} is not enabled: lessons saved outside of `course lab` would lose their pictures",
        f"`jupyter server extension enable {extension}`",
    )


def _runtime():
    from .lab import jupyter_runtime_dir, runtime_problem

    problem, _, advice = (runtime_problem() or "").partition(": ")
    return Finding(not problem, problem or f"Jupyter writes in {jupyter_runtime_dir()}", advice)


def _port():
    from .lab import is_free

    free = next((port for port in range(8888, 8938) if is_free(port)), None)
    if free is None:
        return Finding(False, "no free port from 8888 to 8937", "`course lab --port 9000`")
    return Finding(True, f"port {free} is free")


def _kernel():
    import subprocess
    from unittest.mock import patch

    from jupyter_client.manager import run_kernel

    from .lab import environment

    said = []
    quiet = {"startup_timeout": 30, "stderr": subprocess.DEVNULL, "cwd": sys.prefix}
    try:
        with (
            patch.dict(os.environ, environment()),
            run_kernel(**quiet) as kernel,
        ):  # as the Lab does
            kernel.execute_interactive(
                "import sys, course_lib; print(sys.prefix)",
                timeout=30,
                output_hook=lambda message: said.append(message["content"].get("text", "").strip()),
            )
    except TimeoutError:
        return Finding(False, "a kernel starts, but does not answer within 30 s")
    except Exception as problem:  # whatever it is, it is the finding
        return Finding(False, f"a kernel does not start: {type(problem).__name__}: {problem}")
    if sys.prefix not in said:
        return Finding(False, "the kernel `python3` is not the one of this Python")
    return Finding(True, "a kernel starts, answers and finds course_lib")
