"""Make the course's own Python environment and start something in it.

    python start.py lab  [arguments of "course lab"]   JupyterLab with the course
    python start.py test [arguments of pytest]         the tests
    python start.py run  [arguments of Python]         the environment's Python

The environment is the folder .venv beside this file, made once and again when it is not whole.
pip fetches uv into .uv, and uv installs what the lock names; without uv, pip does that, too. An
old Python, 2.7 included, parses this file to say that it is too old: no f-strings, no [*stars].
"""

from __future__ import print_function  # noqa: UP010

import sys

if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "The course needs Python 3.11 or newer and this is Python {}.{}: install a newer one and "
        'name it, as in "make lab PYTHON=python3.12".'.format(*sys.version_info)
    )

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PREFIX = ROOT / "course_lib/command/prefix"  # what JupyterLab and its kernels read in .venv
LOCK, TEST_LOCK = "requirements.lock", "requirements-test.lock"  # the second holds the first
STAMP = VENV / "course-stamp.txt"  # written last: half an environment has none
PYTHON = str(VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
PACKAGES = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))
LEAKS = "PYTHON(HOME|PATH|STARTUP|USERBASE|DONTWRITE)|__PYVENV|CONDA_(PREFIX|DEFAULT_ENV)"
LEAKS += "|PIP_(TARGET|PREFIX|ROOT|PYTHON|CONSTRAINT)"  # must not leak in from the caller's shell
NETWORK = {"index-url": "UV_DEFAULT_INDEX", "proxy": "HTTPS_PROXY", "cert": "SSL_CERT_FILE"}


def ensure(lock):
    """Make the environment, make it anew, or add what the tests need, where that is due."""
    made = made_from()
    if made not in (recipe(lock), recipe(TEST_LOCK)):
        print("Installing into .venv (once, and again when it is not whole or old).", flush=True)
        STAMP.unlink(missing_ok=True)
        if made != recipe(LOCK):
            create()
        install(lock)
        write_stamp(lock)
    with contextlib.suppress(OSError):  # somebody else's environment, which works as it is
        shutil.copytree(PREFIX, VENV, dirs_exist_ok=True)


def recipe(lock):
    """What an environment is made from, in one word: lock, project, Python and place."""
    text = (ROOT / lock).read_text("utf-8") + (ROOT / "pyproject.toml").read_text("utf-8")
    return hashlib.sha256((text + sys.version[:4]).encode() + os.fsencode(ROOT)).hexdigest()


def made_from():
    """The recipe of the environment; "" when there is none, or something of it is lost."""
    lines = STAMP.read_text("utf-8").splitlines() if STAMP.exists() else [""]
    return lines[-1] if all((VENV / name).exists() for name in lines[:-1]) else ""


def write_stamp(lock):
    """List what lies in the environment, but for pip, which users replace, and its recipe."""
    found = set(VENV.glob("*/*")).union(PACKAGES.glob("*"), PACKAGES.glob("*/*"))
    names = sorted(os.path.relpath(path, VENV) for path in found)
    lines = [name for name in names if not re.search(r"__pycache__|[\\/]pip\b", name)]
    STAMP.write_text("\n".join(lines + [recipe(lock)]), "utf-8")  # noqa: RUF005


def create():
    """Make an empty environment with pip, and fetch uv where it can be had."""
    if VENV.is_symlink():
        VENV.unlink()  # and nothing that it points to
    if subprocess.call([sys.executable, "-I", "-m", "venv", "--clear", VENV]):
        sys.exit(
            "No environment could be made in .venv (the reason stands above): install venv (Debian "
            'and Ubuntu: "sudo apt install python{}.{}-venv"), or close what runs in .venv and '
            "remove it by hand, and run the same command again.".format(*sys.version_info)
        )
    uv = ("--upgrade", "--target", ".uv", "--require-hashes", "-r", "requirements-uv.lock")
    failed("pip", "install", *uv)


def install(lock):
    """Install what a lock names, known by its hashes and ready-made, and a link to the course."""
    packages = ("install", "--require-hashes", "--only-binary=:all:", "-r", lock)
    course = ("install", "-q", "--no-deps", "--no-index", "--no-build-isolation", "-e", ".")
    if (failed("uv", "pip", *packages) and failed("pip", *packages)) or failed("pip", *course):
        sys.exit(
            "The packages could not be installed (the reason stands above): check the network and "
            "its proxy, or make 500 MB of room, and run the same command again."
        )
    # As Python reads it, in the locale's encoding: pip writes UTF-8.
    (PACKAGES / "course_lib.pth").write_text(os.path.relpath(ROOT, PACKAGES) + "\n")


def failed(module, *arguments):
    """Run a module in the environment, uv with what pip is told; return whether it failed."""
    command = [PYTHON, "-m", module] + list(arguments)  # noqa: RUF005
    env = dict(uv_settings() if module == "uv" else (), **child_env())
    return subprocess.call(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL) != 0


def uv_settings():
    """The variables that tell uv where it is and, as it asks pip nothing, what pip is told."""
    asked = [PYTHON, "-mpip", "config", "list"]
    told = subprocess.run(asked, env=child_env(), stdout=subprocess.PIPE).stdout.decode()
    found = re.findall(r"^\S+\.({})='(.*)'$".format("|".join(NETWORK)), told, flags=re.M)
    settings = {NETWORK[key]: value.replace("\\\\", "\\") for key, value in found[::-1]}
    uv = "" if ".no-index=" in told else ".uv"  # pip alone knows where to look then
    return dict(settings, PYTHONPATH=uv, UV_CACHE_DIR=".uv/cache", UV_SYSTEM_CERTS="1")


def child_env():
    """The variables for whatever runs in the environment."""
    env = {key: value for key, value in os.environ.items() if not re.match(LEAKS, key)}
    # A terminal inside JupyterLab finds the command "course" and this Python.
    env["PATH"] = os.path.dirname(PYTHON) + os.pathsep + env.get("PATH", os.defpath)
    env["JUPYTER_PREFER_ENV_PATH"] = "1"  # the environment's kernel, not a namesake at home
    return dict(env, VIRTUAL_ENV=str(VENV), PYTHONNOUSERSITE="1", PIP_USER="0", PIP_RETRIES="2")


def main(command="", *rest):
    """Become one of the commands in the text at the top; on Windows, wait until it ends."""
    lines = {"lab": "-m course_lib.command.cli lab", "test": "-m pytest -n2", "run": ""}
    if command not in lines:
        sys.exit(__doc__)
    ensure(LOCK if command == "lab" else TEST_LOCK)
    line = [PYTHON] + lines[command].split() + list(rest)  # noqa: RUF005
    os.chdir(ROOT)
    if os.name != "nt":
        os.execve(PYTHON, line, child_env())  # Ctrl-C goes straight to it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it hears Ctrl-C, too, and may want to ask first
    sys.exit(subprocess.call(line, env=child_env()))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
