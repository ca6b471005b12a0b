"""Make the course's own Python environment and start something in it.

    python start.py lab  [arguments of "course lab"]   JupyterLab with the course
    python start.py test [arguments of pytest]         the tests
    python start.py run  ARGUMENTS                     the environment's Python with ARGUMENTS
    python start.py env                                make the environment, say where it is

The environment is the folder .venv beside this file; nothing outside of it is touched. It is
made once from the versions that requirements.lock pins. Each later start looks whether it is
still whole, and makes it anew when it is not.

Standard library only, and nothing that an old Python cannot parse, Python 2 included: an old
Python must get as far as the sentence that says it is too old.
"""
# The check of the version comes before what an old Python may not have, and Python 2 parses the
# whole file first: no f-strings, no stars in lists.
# ruff: noqa: E402, RUF005, UP010, UP032

from __future__ import print_function

import sys


def too_old(version):
    """The sentence for a Python that is too old, or None.

    Parameters
    ----------
    version : tuple
        ``sys.version_info`` or the beginning of it.

    Returns
    -------
    str or None
    """
    if tuple(version[:2]) >= (3, 11):
        return None
    return (
        "The course needs Python 3.11 or newer and this is Python {}.{}: "
        'install a newer one and name it, for example "make lab PYTHON=python3.12" or '
        '"python3.12 start.py lab".'.format(*version)
    )


if too_old(sys.version_info):
    sys.exit(too_old(sys.version_info))

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = "requirements.lock"
TEST_LOCK = "requirements-test.lock"  # everything in LOCK, and what the tests need besides
MODULES = {"pytest-xdist": "xdist"}  # where a module is not named like its package

# What must not leak from the caller's shell into the environment.
LEAKS = set(
    ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "__PYVENV_LAUNCHER__")
    + ("CONDA_PREFIX", "CONDA_DEFAULT_ENV")
    + ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_CONSTRAINT")
)

NO_NETWORK = re.compile(
    r"connection|retrying|timed out|max retries|resolution|proxy|ssl|certificate|unreachable", re.I
)


# --- what the environment should be --------------------------------------------------------


def python():
    """The path of the environment's Python."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def pins(lock):
    """The pins of a lock file: ``{name: {versions}}``.

    A name has more than one version where the lock distinguishes Pythons or systems.
    """
    found = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.!+-]+)", lock, flags=re.M):
        found.setdefault(normal(name), set()).add(version)
    return found


def normal(name):
    """A package's name in its normal form (``Foo_Bar`` is ``foo-bar``)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def project():
    """The contents of pyproject.toml."""
    import tomllib  # not at the top: an old Python has none

    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def wanted(tests):
    """What the stamp of an up-to-date environment says, as a dictionary.

    The tables of pyproject.toml that no installation depends on (of the linter, of pytest) are
    left out, so that changing them costs nobody a new environment.
    """
    data = project()
    installed = [data.get(t) for t in ("build-system", "project", "dependency-groups")]
    stamp = {
        "python": "{}.{}".format(*sys.version_info),
        "pyproject.toml": digest(json.dumps(installed, sort_keys=True).encode()),
        LOCK: digest((ROOT / LOCK).read_bytes()),
    }
    if tests:
        stamp[TEST_LOCK] = digest((ROOT / TEST_LOCK).read_bytes())
    # The commands in an environment hold its path, so a moved or copied one is of no use. As
    # bytes: how they are decoded depends on the locale.
    stamp["the folder's path"] = digest(os.fsencode(str(ROOT)))
    return stamp


def digest(data):
    # Line ends differ between checkouts on Windows and elsewhere.
    return hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()


# --- whether it is --------------------------------------------------------------------------


def stamp_file():
    return VENV / "course-stamp.json"


def read_stamp():
    """The stamp, which is written when an installation is complete; {} without one."""
    try:
        stamp = json.loads(stamp_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(tests):
    stamp = dict(wanted(tests), files=installed_files())
    unfinished = stamp_file().with_suffix(".new")
    unfinished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    os.replace(unfinished, stamp_file())


def installed_files():
    """What lies in the environment's site-packages, by name, without what comes and goes."""
    names = {path.name for folder in site_packages() for path in folder.iterdir()}
    return sorted(names - {"__pycache__"})


def site_packages():
    """The folders that hold the environment's packages (one, as a rule)."""
    folders = [VENV / "Lib/site-packages"] + list(VENV.glob("lib/python*/site-packages"))
    return [folder for folder in folders if folder.is_dir()]


def problem(tests):
    """What is wrong with the environment, in half a sentence; None when it is whole.

    Parameters
    ----------
    tests : bool
        Whether it must hold what the tests need.
    """
    if not VENV.exists():
        return "there is none"
    stamp = read_stamp()
    if not stamp:
        return "its installation was not finished"
    for key, value in wanted(tests).items():
        if stamp.get(key) != value:
            if key == "python":
                return "it was made with Python {} and this is {}".format(stamp.get(key), value)
            return key + " has changed since it was made"
    lost = sorted(set(stamp.get("files", [])) - set(installed_files()))
    if lost:
        return lost[0] + " is missing from it"
    try:
        # -I: as the environment is, whatever the shell has set.
        look = subprocess.run(
            [str(python()), "-I", str(Path(__file__).resolve()), "_look", str(int(tests))],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "its Python does not start"
    if look.returncode:
        return "its Python does not start"
    return look.stdout.strip() or None


def problem_inside(tests):
    """What this very Python lacks of what the course needs directly; None when nothing."""
    data = project()["project"]
    needs = list(data["dependencies"])
    if tests:
        needs += data["optional-dependencies"]["test"]
    pinned = pins((ROOT / (TEST_LOCK if tests else LOCK)).read_text(encoding="utf-8"))
    for need in needs:
        name = normal(re.match(r"[\w.-]+", need).group())
        spec = importlib.util.find_spec(MODULES.get(name, name.replace("-", "_")))
        if spec is None or spec.origin is None:  # no origin: a folder that was emptied
            return name + " is missing from it"
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return name + " is missing from it"
        if version not in pinned.get(name, ()):
            return "it has {} {}, which is not the pinned version".format(name, version)
    spec = importlib.util.find_spec("course_lib")
    origin = spec and spec.origin
    if not origin or not Path(origin).resolve().is_relative_to(ROOT):
        return "it belongs to another copy of the course"
    return None


# --- making it ------------------------------------------------------------------------------


def ensure(tests):
    """Make the environment, or mend it, where it needs that; say so in one sentence."""
    ensure_packages(tests)
    update_shared_files()


def ensure_packages(tests):
    trouble = problem(tests=False)
    if trouble is None and tests:
        if TEST_LOCK not in read_stamp():
            say("Adding what the tests need to the environment in .venv (once).")
            install(TEST_LOCK)
            write_stamp(tests)
            return
        trouble = problem(tests)
    if trouble is None:
        return
    need_venv()  # before anything is removed
    if VENV.exists() or VENV.is_symlink():
        say("The environment in .venv is made anew, because {}.".format(trouble))
    else:
        say("Making the course's environment in .venv (once, about a minute).")
    remove()
    create()
    install(TEST_LOCK if tests else LOCK)
    install_course()
    write_stamp(tests)
    trouble = problem(tests)
    if trouble:
        sys.exit("The environment in .venv was made, but {}: please report this.".format(trouble))


def need_venv():
    """End with one sentence if this Python cannot make environments."""
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        sys.exit(
            "This Python comes without venv: install it (on Debian and Ubuntu: "
            '"sudo apt install python{}.{}-venv") and run the same command again.'.format(
                *sys.version_info
            )
        )


def remove():
    """Remove the old environment, and nothing that a link may point to."""
    try:
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        elif VENV.exists():
            stamp_file().unlink(missing_ok=True)  # first: half an environment has no stamp
            shutil.rmtree(VENV)
    except OSError as error:
        sys.exit(
            "The folder .venv could not be removed ({}): close what runs in it, remove it by hand "
            "and run the same command again.".format(error.strerror or error)
        )


def create():
    """Make an empty environment with pip."""
    # The Python below, should this one belong to an environment itself, perhaps to the old one.
    base = getattr(sys, "_base_executable", None) or sys.executable
    done = subprocess.run(
        [base, "-m", "venv", str(VENV)], env=child_env(), capture_output=True, text=True
    )
    if done.returncode:
        lines = (done.stderr + done.stdout).strip().splitlines() or ["no reason given"]
        sys.exit("No environment could be made in .venv: " + lines[-1])


def install(lock):
    """Install what a lock names: these files, known by their hashes, and no others."""
    # Ready-made packages only: building one would fetch tools that no lock names.
    total = len(pins((ROOT / lock).read_text(encoding="utf-8")))
    pip(["--require-hashes", "--only-binary=:all:", "-r", lock], total)


def install_course():
    """Install the course itself, by a link to this folder."""
    pip(["--no-deps", "--no-index", "--no-build-isolation", "--editable", "."], 0)
    # pip writes the link as a path in UTF-8, and Python reads it in the locale's encoding or the
    # Windows code page: letters that are not ASCII would lead elsewhere, or nowhere.
    for folder in site_packages():
        (folder / "course_lib.pth").write_text(os.path.relpath(str(ROOT), str(folder)) + "\n")


def update_shared_files():
    """Bring the files up to date that JupyterLab and its kernels read in the environment.

    pip has put them there; the course may have changed since.
    """
    folder = ROOT / "course_lib/command/prefix"
    for ours in folder.rglob("*.*"):
        theirs = VENV / ours.relative_to(folder)
        if ours.is_file() and not (theirs.is_file() and theirs.read_bytes() == ours.read_bytes()):
            try:
                theirs.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(ours), str(theirs))
            except OSError:
                return  # somebody else's environment, which works as it is


def pip(arguments, total):
    """Run ``pip install``, show how far it is, and end with one sentence if it fails."""
    command = [str(python()), "-m", "pip", "--retries=2", "install"] + arguments
    seen, output = 0, []
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=child_env(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        for line in process.stdout:
            output.append(line)
            if total and line.startswith("Collecting "):
                seen += 1
                name = line.split()[1]
                progress("  package {} of about {}: {}".format(seen, total, name), seen)
            elif total and line.startswith("Installing collected packages"):
                progress("  unpacking them (half a minute or less)", 0)
        process.wait()
    finally:
        if process.poll() is None:  # Ctrl-C: pip has heard it too
            process.kill()
            process.wait()
    if total and sys.stdout.isatty():
        print()
    if process.returncode:
        (VENV / "pip.log").write_text("".join(output), encoding="utf-8")
        sys.exit(why_pip_failed("".join(output)))


def why_pip_failed(output):
    """One sentence, with a way out, for what pip printed."""
    again = "then run the same command again (what pip said is in .venv/pip.log)."
    if "No space left on device" in output:
        return "The disk is full: make about 500 MB of room, " + again
    if "DO NOT MATCH THE HASHES" in output:
        return "A package that came is not the one that was pinned: try another network, " + again
    if NO_NETWORK.search(output):
        return "The packages could not be downloaded: check the network and its proxy, " + again
    errors = [line[7:].strip() for line in output.splitlines() if line.startswith("ERROR: ")]
    return "pip failed ({}): mend that, {}".format((errors + ["no reason given"])[0], again)


def child_env():
    """The variables for whatever runs in the environment."""
    env = {key: value for key, value in os.environ.items() if key not in LEAKS}
    env["VIRTUAL_ENV"] = str(VENV)
    # A terminal inside JupyterLab finds the command "course" and this Python.
    env["PATH"] = str(python().parent) + os.pathsep + env.get("PATH", os.defpath)
    env["PYTHONNOUSERSITE"] = "1"
    env["JUPYTER_PREFER_ENV_PATH"] = "1"  # the environment's kernel, not a namesake at home
    env["PIP_USER"] = "0"
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    return env


def say(text):
    print(text, flush=True)


def progress(text, seen):
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r" + text[:width].ljust(width), end="", flush=True)
    elif seen % 20 == 0:  # into a file: a line now and then
        say(text)


# --- starting something in it ---------------------------------------------------------------


def run(arguments):
    """Become the environment's Python with these arguments; return its exit code on Windows."""
    command = [str(python())] + arguments
    os.chdir(ROOT)
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, child_env())  # Ctrl-C goes straight to it
    process = subprocess.Popen(command, env=child_env())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass  # it has heard Ctrl-C too and may want to ask first


def main(arguments):
    """Run one of the commands in the text at the top; return the exit code."""
    command, rest = (arguments or [""])[0], arguments[1:]
    if command == "_look":  # asked by problem(), inside the environment
        print(problem_inside(tests=rest == ["1"]) or "")
    elif command == "lab":
        ensure(tests=False)
        return run(["-m", "course_lib.command.cli", "lab"] + rest)
    elif command == "test":
        ensure(tests=True)
        # Two workers, since much of the time is waiting; a later -n is the one that counts.
        return run(["-m", "pytest", "-n2"] + rest)
    elif command == "run" and rest:
        ensure(tests=True)
        return run(rest)
    elif command == "env":
        ensure(tests=False)
        say("The course's Python is {}".format(python()))
    elif command in ("-h", "--help", "help"):
        say(__doc__)
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print()
        sys.exit(130)
