"""The set-up: the environment, its pins, what start.py notices."""

import ast
import copy
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import warnings
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from course_lib.command import lab

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = PROJECT["project"]["dependencies"]
TEST_DEPENDENCIES = PROJECT["project"]["optional-dependencies"]["test"]
BUILD = PROJECT["build-system"]["requires"]
LOCKS = ("requirements.lock", "requirements-test.lock")
LOWEST = "tests/browser/lowest.txt"
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
CONDA_LINE = re.compile(r"[a-z][a-z0-9_-]*(?:(?:>=|<)\d+(?:\.\d+)*)(?:,(?:>=|<)\d+(?:\.\d+)*)*")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


# --- environment.yml --------------------------------------------------------------------------


def conda_differences(text, dependencies):
    """What an environment.yml has otherwise than a list of dependencies; [] when nothing."""
    data = yaml.safe_load(text)
    lines = [line for line in data["dependencies"] if isinstance(line, str)]
    wrong = [] if data["channels"] == ["conda-forge"] else ["channels"]
    # Binder reads this form of the version and no other.
    wrong += [line for line in ("python=3.12", "pip") if line not in lines]
    wrong += [] if data["dependencies"][-1] == {"pip": ["-e ."]} else ["the course itself"]
    ranges = {}
    for line in lines:
        if line in ("python=3.12", "pip"):
            continue
        if not CONDA_LINE.fullmatch(line):  # a missing comma means something else to conda
            wrong.append(line)
            continue
        need = Requirement(line)
        ranges[canonicalize_name(CONDA_NAMES.get(need.name, need.name))] = need.specifier
    expected = {canonicalize_name(n.name): n.specifier for n in map(Requirement, dependencies)}
    names = expected.keys() | ranges.keys()
    return wrong + sorted(name for name in names if expected.get(name) != ranges.get(name))


def test_conda_environment_is_in_step_with_pyproject():
    assert conda_differences(read("environment.yml"), DEPENDENCIES) == []


@pytest.mark.parametrize("line", [d.replace("matplotlib", "matplotlib-base") for d in DEPENDENCIES])
@pytest.mark.parametrize(
    "change",
    [
        lambda line: "",
        lambda line: "  - " + line.replace("<", "<1"),
        lambda line: "  - " + line.replace(">=", ">=1"),
        lambda line: "  - " + line.replace(",", ""),
        lambda line: "  - " + line.split(",")[0],
        lambda line: f"  - {line}\n  - scipy>=1,<2",
    ],
)
def test_a_drifted_conda_environment_is_noticed(line, change):
    text = read("environment.yml")
    assert f"  - {line}\n" in text
    assert conda_differences(text.replace("  - " + line, change(line)), DEPENDENCIES)


def test_conda_environment_names_a_python_that_the_course_takes():
    assert "3.12" in Requirement("python" + PROJECT["project"]["requires-python"]).specifier


# --- the locks --------------------------------------------------------------------------------


def entries(text):
    """The pins of a lock: ``[(requirement, hashes)]``."""
    logical = re.sub(r"\\\n\s*", " ", text)
    found = []
    for line in logical.splitlines():
        if line and not line.startswith("#"):
            need, *hashes = line.split(" --hash=")
            found.append((Requirement(need), [h.strip() for h in hashes]))
    return found


def version(need):
    (only,) = need.specifier
    assert only.operator == "=="
    return only.version


@pytest.mark.parametrize("name", [*LOCKS, LOWEST])
def test_every_pin_has_hashes(name):
    for need, hashes in entries(read(name)):
        assert version(need)
        assert hashes, need
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in hashes), need


@pytest.mark.parametrize("python", ["3.11.7", "3.12.1", "3.13.0", "3.14.0"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize(
    "name, needs",
    [
        ("requirements.lock", DEPENDENCIES + BUILD),
        ("requirements-test.lock", DEPENDENCIES + BUILD + TEST_DEPENDENCIES),
    ],
)
def test_locks_satisfy_the_ranges_everywhere(name, needs, system, python):
    environment = default_environment() | {
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
    }
    pinned = {}
    for need, _ in entries(read(name)):
        if need.marker is None or need.marker.evaluate(environment):
            assert canonicalize_name(need.name) not in pinned, f"{need.name} is pinned twice"
            pinned[canonicalize_name(need.name)] = version(need)
    for need in map(Requirement, needs):
        assert pinned[canonicalize_name(need.name)] in need.specifier


def test_the_test_lock_holds_all_of_the_other():
    base, tests = (
        {str(need): set(hashes) for need, hashes in entries(read(name))} for name in LOCKS
    )
    assert base.items() <= tests.items()


def test_the_lowest_versions_are_the_lower_ends_of_the_ranges():
    pinned = {canonicalize_name(need.name): version(need) for need, _ in entries(read(LOWEST))}
    for need in map(Requirement, DEPENDENCIES):
        (lowest,) = (part.version for part in need.specifier if part.operator == ">=")
        assert Version(pinned[canonicalize_name(need.name)]) == Version(lowest), need


def test_the_build_backend_is_locked():
    assert PROJECT["dependency-groups"]["build"] == BUILD


@pytest.mark.parametrize(
    "name", [*LOCKS, LOWEST, "environment.yml", "Makefile", "start.py", ".ci/run"]
)
def test_no_hosts_and_no_machine_paths(name):
    text = read(name)
    assert not re.search(
        r"https?://|file://|--(extra-)?index-url|--find-links|/home/|/Users/", text
    )


@pytest.mark.parametrize("module", ["course_lib.explore.plots", "test_averages", "traitlets.x"])
def test_what_we_use_and_is_deprecated_is_an_error(module):
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("an old name", DeprecationWarning, "x.py", 1, module=module)


@pytest.mark.parametrize(
    "module, message",
    [
        ("matplotlib._fontconfig_pattern", "'oneOf' deprecated - use 'one_of'"),
        ("pyparsing.util", "'parseAll' argument is deprecated, use 'parse_all'"),
        (
            "traitlets.traitlets",
            "Deprecated in traitlets 4.1, use the instance .metadata dictionary directly, like ...",
        ),
    ],
)
def test_the_lowest_versions_may_use_old_names_of_the_newest(module, message):
    warnings.warn_explicit(message, DeprecationWarning, "x.py", 1, module=module)


# --- start.py ---------------------------------------------------------------------------------


@pytest.fixture
def start(tmp_path):
    """start.py as a module, in a checkout of its own with a whole, very small environment."""
    tmp_path = tmp_path / "Übung"
    tmp_path.mkdir()
    for name in ("start.py", "pyproject.toml", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    spec = importlib.util.spec_from_file_location("start_under_test", tmp_path / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if os.name == "nt":
        pytest.skip("the small environment is a shell script")
    packages = module.VENV / "lib/python3/site-packages"
    packages.mkdir(parents=True)
    (packages / "numpy").mkdir()
    # A Python that looks and finds nothing wrong.
    module.python().parent.mkdir()
    module.python().write_text("#!/bin/sh\nexit 0\n")
    module.python().chmod(0o755)
    module.write_stamp(tests=True)
    return module


def edit_stamp(start, **changes):
    stamp = start.read_stamp() | changes
    start.stamp_file().write_text(json.dumps({k: v for k, v in stamp.items() if v is not None}))


def test_start_parses_on_old_pythons():
    ast.parse(read("start.py"), feature_version=(3, 6))


def unknown_to_python_2(source):
    """What Python 2 cannot parse in a text, as far as start.py might use it; [] when nothing."""
    wrong = [] if source.isascii() else ["a letter that is not ASCII"]
    wrong += [] if "import print_function\n" in source else ["print"]
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.JoinedStr() | ast.AnnAssign() | ast.NamedExpr() | ast.Nonlocal():
                wrong.append(ast.unparse(node))
            case ast.Raise(cause=new) | ast.FunctionDef(returns=new) | ast.arg(annotation=new):
                wrong += [new] if new else []
            case ast.arguments(kwonlyargs=new):
                wrong += new
            case ast.Dict(keys=keys):
                wrong += [key for key in keys if key is None]
            case (
                ast.Call(args=stars)
                | ast.List(elts=stars)
                | ast.Set(elts=stars)
                | ast.Tuple(elts=stars)
            ):
                if isinstance(node, ast.Call):  # f(x, *y) is old
                    stars = stars[:-1]
                wrong += [star for star in stars if isinstance(star, ast.Starred)]
    return wrong


def test_start_parses_on_python_2():
    assert unknown_to_python_2(read("start.py")) == []


@pytest.mark.parametrize(
    "line",
    [
        'f"{x}"',
        "[*x]",
        "{*x}",
        "a, *b = x",
        "f(*x, y)",
        "{**x}",
        "x: int = 1",
        "def f(x: int): pass",
        "def f() -> int: pass",
        "def f(*, x): pass",
        "raise x from y",
        "(x := y)",
        "'β'",
    ],
)
def test_what_python_2_cannot_parse_is_noticed(line):
    known = "from __future__ import print_function\nf(x, *y)\n"
    assert unknown_to_python_2(known) == []
    assert unknown_to_python_2(known + line)
    assert unknown_to_python_2("print(x, flush=True)")


@pytest.mark.parametrize("old", [(3, 6, 15), (3, 8), (3, 10, 13), (2, 7)])
def test_an_old_python_gets_one_sentence(start, old):
    sentence = start.too_old(old)
    assert "needs Python 3.11" in sentence
    assert f"this is Python {old[0]}.{old[1]}:" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("new", [(3, 11), (3, 12, 1), (3, 14), (4, 0)])
def test_a_new_python_passes(start, new):
    assert start.too_old(new) is None


def test_a_whole_environment_has_no_problem(start):
    assert start.problem(tests=False) is None
    assert start.problem(tests=True) is None


def no_venv(start):
    shutil.rmtree(start.VENV)


def no_stamp(start):
    start.stamp_file().unlink()


def cut_stamp(start):
    start.stamp_file().write_text(start.stamp_file().read_text()[:-20])


def other_python(start):
    edit_stamp(start, python="3.5")


def other_lock(start):
    with (start.ROOT / start.LOCK).open("a") as file:
        file.write("# one line more\n")


def other_project(start):
    path = start.ROOT / "pyproject.toml"
    path.write_text(path.read_text().replace("numpy>=2.0", "numpy>=2.1"))


def moved(start):
    start.ROOT = start.ROOT.with_name("elsewhere")
    shutil.copytree(start.VENV.parent, start.ROOT)
    start.VENV = start.ROOT / ".venv"


def package_gone(start):
    shutil.rmtree(start.VENV / "lib/python3/site-packages/numpy")


def python_gone(start):
    start.python().unlink()


def python_broken(start):
    start.python().write_text("#!/bin/sh\nexit 3\n")


def package_inside_gone(start):
    start.python().write_text("#!/bin/sh\necho numpy is missing from it\n")


@pytest.mark.parametrize(
    "harm, sentence",
    [
        (no_venv, "there is none"),
        (no_stamp, "not finished"),
        (cut_stamp, "not finished"),
        (other_python, "made with Python 3.5"),
        (other_lock, "requirements.lock has changed"),
        (other_project, "pyproject.toml has changed"),
        (moved, "the folder's path has changed"),
        (package_gone, "numpy is missing"),
        (python_gone, "does not start"),
        (python_broken, "does not start"),
        (package_inside_gone, "numpy is missing"),
    ],
)
def test_harm_is_noticed_and_mended(start, harm, sentence, monkeypatch, capsys):
    harm(start)
    assert sentence in start.problem(tests=False)
    # Mended from nothing, with one sentence; the stamp comes last.
    steps = []
    for step in ("remove", "create", "install", "install_course", "write_stamp"):
        monkeypatch.setattr(start, step, lambda *_, step=step: steps.append(step))
    monkeypatch.setattr(start, "problem", lambda tests: None if steps else sentence)
    start.ensure(tests=False)
    assert steps == ["remove", "create", "install", "install_course", "write_stamp"]
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_linter_setting_costs_no_environment(start):
    path = start.ROOT / "pyproject.toml"
    path.write_text(path.read_text().replace("line-length = 100", "line-length = 99"))
    assert start.problem(tests=True) is None


def test_what_the_tests_need_is_added_to_a_whole_environment(start, monkeypatch):
    edit_stamp(start, **{start.TEST_LOCK: None})
    assert start.problem(tests=False) is None
    added = []
    monkeypatch.setattr(start, "install", added.append)
    start.ensure(tests=True)
    assert added == [start.TEST_LOCK]
    assert start.problem(tests=True) is None


def test_a_link_is_removed_and_not_what_it_points_to(start, tmp_path):
    other = tmp_path / "elsewhere"
    start.VENV.rename(other)
    start.VENV.symlink_to(other)
    start.remove()
    assert not start.VENV.exists()
    assert (other / "course-stamp.json").exists()


def test_the_course_is_found_in_a_folder_with_any_name_whatever_the_locale(start, monkeypatch):
    start.ROOT = start.ROOT / "Übung β"
    start.VENV = start.ROOT / ".venv"
    (start.ROOT / "course_lib").mkdir(parents=True)
    (start.ROOT / "course_lib/__init__.py").touch()
    venv.create(start.VENV, symlinks=True)
    (packages,) = start.site_packages()

    def pip(arguments, total):  # what it does with --editable
        (packages / "course_lib.pth").write_text(str(start.ROOT), encoding="utf-8")

    monkeypatch.setattr(start, "pip", pip)
    start.install_course()
    for locale in ("C", "C.UTF-8"):
        done = subprocess.run(
            [start.python(), "-I", "-c", "import course_lib; print(ascii(course_lib.__file__))"],
            env={**start.child_env(), "LC_ALL": locale},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("/course_lib/__init__.py'\n")
        assert ".venv" not in done.stdout


def test_what_jupyterlab_reads_in_the_environment_is_brought_up_to_date(start, monkeypatch):
    ours = start.ROOT / "course_lib/command/prefix/etc/startup/course.py"
    ours.parent.mkdir(parents=True)
    theirs = start.VENV / "etc/startup/course.py"
    for text in ("new", "newer"):
        ours.write_text(text)
        start.ensure(tests=False)
        assert theirs.read_text() == text
    written = theirs.stat().st_mtime_ns
    start.ensure(tests=False)
    assert theirs.stat().st_mtime_ns == written
    # A class that shares an environment: its students may not write there.
    ours.write_text("newest")
    monkeypatch.setattr(start.shutil, "copyfile", lambda *_: exec("raise PermissionError"))
    start.ensure(tests=False)


def test_a_wheel_brings_what_jupyterlab_reads_in_the_environment(tmp_path):
    pytest.importorskip("flit_core")  # pip builds with it, and so do we
    from flit_core.wheel import make_wheel_in

    info = make_wheel_in(ROOT / "pyproject.toml", tmp_path)
    folder = ROOT / "course_lib/command/prefix"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()}
    names = zipfile.ZipFile(info.file).namelist()
    brought = {name.partition(".data/data/")[2] for name in names} - {""}
    assert files == brought
    kinds = {name.split("/")[1] + "/" + name.split("/")[2] for name in brought}
    assert kinds == {"jupyter/jupyter_server_config.d", "ipython/startup", "jupyter/labextensions"}


def test_the_locale_is_no_reason_for_a_new_environment(start):
    stamps = set()
    for locale in ("C", "C.UTF-8"):
        code = "import start; print(start.wanted(tests=True))"
        stamps.add(
            subprocess.run(
                [sys.executable, "-X", "utf8=0", "-c", code],
                cwd=start.ROOT,
                env={**os.environ, "LC_ALL": locale, "PYTHONCOERCECLOCALE": "0"},
                capture_output=True,
                check=True,
            ).stdout
        )
    assert len(stamps) == 1


def test_the_look_inside_finds_this_environment_whole():
    # In a process of its own: the real start.py, with the Python that runs the tests.
    look = subprocess.run(
        [sys.executable, "-I", str(ROOT / "start.py"), "_look", "1"], capture_output=True, text=True
    )
    assert look.returncode == 0, look.stderr
    if Path(sys.prefix) == ROOT / ".venv":
        assert look.stdout == "\n"


def pinned_versions(start, monkeypatch):
    """Let every package be there, in its pinned version."""
    pinned = start.pins(read("requirements-test.lock"))
    spec = importlib.util.spec_from_file_location("x", start.ROOT / "course_lib/__init__.py")
    monkeypatch.setattr(start.importlib.metadata, "version", lambda name: min(pinned[name]))
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: spec)
    return spec


def test_the_look_inside_passes_what_is_pinned(start, monkeypatch):
    pinned_versions(start, monkeypatch)
    assert start.problem_inside(tests=True) is None


@pytest.mark.parametrize("name", [Requirement(d).name for d in DEPENDENCIES + TEST_DEPENDENCIES])
def test_the_look_inside_misses_each_package(start, monkeypatch, name):
    spec = pinned_versions(start, monkeypatch)
    module = start.MODULES.get(name, name.replace("-", "_"))
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda n: None if n == module else spec)
    assert start.problem_inside(tests=True) == f"{name} is missing from it"
    emptied = copy.copy(spec)
    emptied.origin = None
    monkeypatch.setattr(
        start.importlib.util, "find_spec", lambda n: emptied if n == module else spec
    )
    assert start.problem_inside(tests=True) == f"{name} is missing from it"


def test_the_look_inside_knows_a_wrong_version(start, monkeypatch):
    pinned_versions(start, monkeypatch)
    monkeypatch.setattr(start.importlib.metadata, "version", lambda name: "0.0.1")
    assert "which is not the pinned version" in start.problem_inside(tests=False)


def test_the_look_inside_knows_another_copy_of_the_course(start, monkeypatch, tmp_path):
    here = pinned_versions(start, monkeypatch)
    there = importlib.util.spec_from_file_location("x", ROOT / "course_lib/__init__.py")
    for found in (there, None):
        monkeypatch.setattr(
            start.importlib.util, "find_spec", lambda n, f=found: f if n == "course_lib" else here
        )
        assert start.problem_inside(tests=False) == "it belongs to another copy of the course"


def test_a_python_without_venv_gets_one_sentence_and_nothing_is_removed(start, monkeypatch):
    no_stamp(start)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        start.importlib.util, "find_spec", lambda n: None if n == "ensurepip" else find(n)
    )
    with pytest.raises(SystemExit, match=r"comes without venv: .*apt install python3") as stop:
        start.ensure(tests=False)
    assert "\n" not in stop.value.code
    assert start.VENV.exists()


@pytest.mark.parametrize(
    "output, sentence",
    [
        ("WARNING: Retrying (Retry(total=0)) after connection broken\nERROR: none", "network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was pinned"),
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: something else\nmore", "something else"),
        ("", "no reason given"),
    ],
)
def test_pip_failures_are_one_sentence(start, output, sentence):
    said = start.why_pip_failed(output)
    assert sentence in said
    assert "\n" not in said


def test_the_shell_does_not_leak_in(start, monkeypatch):
    for name in start.LEAKS:
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", "/elsewhere")
    env = start.child_env()
    assert "/elsewhere" not in env.values()
    assert env["VIRTUAL_ENV"] == str(start.VENV)
    assert env["PATH"].split(os.pathsep)[0] == str(start.python().parent)
    assert env["PYTHONNOUSERSITE"] == "1"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["run"]])
def test_start_without_a_command_says_what_there_is(start, arguments):
    with pytest.raises(SystemExit, match=r"start\.py lab"):
        start.main(arguments)


# --- JupyterLab -------------------------------------------------------------------------------


def test_the_lab_command():
    line = lab.command(port=8899, browser=False)
    assert line[:3] == [sys.executable, "-m", "jupyterlab"]
    assert {"--ServerApp.port=8899", "--no-browser", f"--ServerApp.root_dir={ROOT}"} <= set(line)
    assert not any("token" in word or "password" in word for word in line)
    assert "--no-browser" not in lab.command()


def test_a_taken_port_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="start it from there"):
        lab.start()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / lab.FIRST).write_text("{}")
    with lab.socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SystemExit, match=f"Port {port} cannot be used"):
            lab.start(port=port)
    with pytest.raises(SystemExit, match=r"Port 99999 cannot .* such as 8890"):
        lab.start(port=99999)


def test_a_display_is_looked_for_on_linux(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not lab.has_display()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert lab.has_display()


def test_the_lab_settings_exist_in_this_jupyterlab():
    # A setting under a misspelt name would be ignored without a word.
    settings = json.loads(
        (lab.CONFIG.parent / "settings/labconfig/default_setting_overrides.json").read_text()
    )
    schemas = Path(sys.prefix) / "share/jupyter/lab/schemas"
    for plugin, values in settings.items():
        package, name = plugin.split(":")
        schema = json.loads((schemas / package / f"{name}.json").read_text(encoding="utf-8"))
        assert values.keys() <= schema["properties"].keys()
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def lab_config(monkeypatch):
    """jupyter_lab_config.py as Jupyter loads it: the configuration and its names."""
    from traitlets.config import Config

    config = Config()
    names = {"get_config": lambda: config, "__file__": str(lab.CONFIG)}
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/before")
    exec(compile(lab.CONFIG.read_text(encoding="utf-8"), str(lab.CONFIG), "exec"), names)
    return config, names


def test_the_lab_config_is_offline_and_local(monkeypatch):
    config, _ = lab_config(monkeypatch)
    assert config.LabApp.news_url is None
    assert config.LabApp.extension_manager == "readonly"
    assert config.ServerApp.ip == "127.0.0.1"
    assert "course_lib.command.server" in config.ServerApp.jpserver_extensions
    (extensions,) = map(Path, config.LabServerApp.extra_labextensions_path)
    assert [folder.name for folder in extensions.iterdir()] == ["adaptive-optimizers-course"]
    assert "token" not in config.ServerApp and "IdentityProvider" not in config
    paths = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert paths == [str(lab.CONFIG.parent / "settings"), "/before"]
