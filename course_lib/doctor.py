"""Look at the installation: each finding says what was seen and, if bad, what to do."""

import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

__all__ = ["Finding", "examine"]

DISTRIBUTION = "adaptive-optimizers-course"
AGAIN = "install the course anew: `make lab`, or `pip install -e .` in the course's folder"


class Finding(NamedTuple):
    """One thing that was looked at; `advice` says what to do when it is not `ok`."""

    ok: bool
    what: str
    advice: str = AGAIN


def examine():
    """Yield the findings one by one; the slow ones come last."""
    yield from _packages()
    yield _folder()
    yield from _widgets()
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
    root = Path(__file__).resolve().parents[1]
    missing = [name for name in ("notebooks", "exercises/solutions") if not (root / name).is_dir()]
    if missing:
        what = f"no folder {' or '.join(missing)} in {root}"
        return Finding(False, what, "use the course from its own checkout: `git clone`, `make lab`")
    return Finding(True, f"notebooks and exercises in {root}")


def _widgets():
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("labextensions")]
    for extension in ("@jupyter-widgets/jupyterlab-manager", "anywidget"):
        found = any((folder / extension / "package.json").is_file() for folder in folders)
        state = "found" if found else "is missing: pictures would not move"
        yield Finding(found, f"JupyterLab's extension {extension} {state}")


def _port():
    from .lab import is_free

    free = next((port for port in range(8888, 8938) if is_free(port)), None)
    if free is None:
        return Finding(False, "no free port from 8888 to 8937", "`course lab --port 9000`")
    return Finding(True, f"port {free} is free")


def _kernel():
    import os
    import subprocess

    # As `course lab` does: the kernel of this environment, not one of the same name at home.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    from jupyter_client.manager import start_new_kernel

    try:
        manager, client = start_new_kernel(
            startup_timeout=30, stderr=subprocess.DEVNULL, cwd=sys.prefix
        )
    except Exception as problem:  # whatever it is, it is the finding
        return Finding(False, f"a kernel does not start: {type(problem).__name__}: {problem}")
    try:
        said = []
        client.execute_interactive(
            "import sys, course_lib; print(sys.prefix)",
            timeout=30,
            output_hook=lambda message: said.append(message["content"].get("text", "").strip()),
        )
    except TimeoutError:
        return Finding(False, "a kernel starts, but does not answer within 30 s")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if sys.prefix not in said:
        return Finding(False, "the kernel `python3` is not the one of this Python")
    return Finding(True, "a kernel starts, answers and finds course_lib")
