"""start.py: the environment that it makes, what it notices, and what it says."""

import ast
import importlib.util
import os
import runpy
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = (ROOT / "start.py").read_text(encoding="utf-8")
MADE = ["venv", "pip .uv", "uv requirements.lock", "pip -e"]


@pytest.mark.parametrize("old", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_an_old_python_gets_one_sentence(monkeypatch, old):
    monkeypatch.setattr(sys, "version_info", old)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 .* is Python (2\.7|3\.6|3\.10): "):
        runpy.run_path(str(ROOT / "start.py"))


def unknown_to_python_2(source):
    """What Python 2 cannot parse in a text, as far as start.py might use it; [] when nothing."""
    new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.Starred)
    nodes = [node for node in ast.walk(ast.parse(source)) if not isinstance(node, ast.expr_context)]
    last = {id(node.args[-1]) for node in nodes if isinstance(node, ast.Call) and node.args}
    wrong = [node for node in nodes if isinstance(node, new) and id(node) not in last]
    for name in ("returns", "annotation", "cause", "kwonlyargs"):
        wrong += [node for node in nodes if getattr(node, name, None)]
    wrong += [node for node in nodes if isinstance(node, ast.Dict) and None in node.keys]
    return wrong + [source] * (not source.isascii() or "import print_function" not in source)


def test_start_parses_on_python_2():
    assert unknown_to_python_2(SOURCE) == []
    known = "from __future__ import print_function\nf(x, *y)\n"
    assert not unknown_to_python_2(known)
    lines = ['f"{x}"', "[*x]", "a, *b = x", "f(*x, y)", "{**x}", "x: int = 1", "(x := y)", "'β'"]
    lines += ["def f(x: int): pass", "def f() -> int: pass", "def f(*, x): pass", "raise x from y"]
    assert all(unknown_to_python_2(known + line) for line in lines)
    assert unknown_to_python_2("print(x, flush=True)")


@pytest.fixture
def start(tmp_path, monkeypatch):
    """start.py in a checkout of its own; what it runs is noted, makes little, and fails if told."""
    folder = tmp_path / "Übung β"
    (folder / "course_lib").mkdir(parents=True)
    (folder / "course_lib/__init__.py").touch()
    for name in ("start.py", "pyproject.toml", "requirements.lock", "requirements-test.lock"):
        shutil.copy(ROOT / name, folder)
    spec = importlib.util.spec_from_file_location("start_under_test", folder / "start.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ran, module.broken, module.env = [], (), {}

    def call(command, env=None, **_):
        command = [str(word) for word in command]
        what = next(word for word in ("venv", "uv", "pip") if word in command)
        told = {".uv", "-e", module.LOCK, module.TEST_LOCK}.intersection(command)
        what = " ".join([what, *told])
        module.ran.append(what)
        module.env[what] = env
        if what == "venv":
            venv.create(module.VENV, clear=True, symlinks=os.name != "nt")
        if what.endswith(".lock"):
            (module.PACKAGES / "numpy/core").mkdir(parents=True, exist_ok=True)
        return int(what.startswith(module.broken))

    monkeypatch.setattr(module.subprocess, "call", call)
    module.told, really = b"", subprocess.run

    def run(command, **options):
        if "config" in command:
            return SimpleNamespace(stdout=module.told)
        return really(command, **options)

    monkeypatch.setattr(module.subprocess, "run", run)
    return module


def test_an_environment_is_made_once_and_what_the_tests_need_is_added(start):
    start.ensure(start.LOCK)
    start.ensure(start.LOCK)
    assert start.ran == MADE
    for lock in (start.TEST_LOCK, start.TEST_LOCK, start.LOCK):
        start.ensure(lock)
    assert start.ran == [*MADE, "uv requirements-test.lock", "pip -e"]


HARMS = {
    "no environment": lambda start: shutil.rmtree(start.VENV),
    "not finished": lambda start: start.STAMP.unlink(),
    "a stamp that was cut": lambda start: start.STAMP.write_text(start.STAMP.read_text()[:-70]),
    "a package gone": lambda start: shutil.rmtree(start.PACKAGES / "numpy"),
    "a package emptied": lambda start: shutil.rmtree(start.PACKAGES / "numpy/core"),
    "no Python": lambda start: Path(start.PYTHON).unlink(),
    "another lock": lambda start: (start.ROOT / start.LOCK).write_text("# another"),
    "another project": lambda start: (start.ROOT / "pyproject.toml").write_text("# another"),
    "another version": lambda start: setattr(sys, "version", "3.99.1"),
    "another place": lambda start: setattr(
        start, "ROOT", Path(shutil.copytree(start.ROOT, f"{start.ROOT} 2", symlinks=True))
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_harm_is_noticed_and_mended(start, harm, capsys, monkeypatch):
    monkeypatch.setattr(sys, "version", sys.version)  # what is changed is put back
    start.ensure(start.LOCK)
    HARMS[harm](start)
    start.ran.clear()
    start.ensure(start.LOCK)
    start.ensure(start.LOCK)
    assert start.ran == MADE
    assert capsys.readouterr().out.count("Installing into .venv") == 2


def test_pip_is_the_users_to_replace(start):
    start.ensure(start.LOCK)
    pip = start.PACKAGES / "pip-1.dist-info"
    pip.mkdir()
    start.write_stamp(start.LOCK)
    pip.rmdir()
    assert start.made_from()


def test_a_link_is_removed_and_not_what_it_points_to(start, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other/file").touch()
    start.VENV.symlink_to(tmp_path / "other")
    start.ensure(start.LOCK)
    assert not start.VENV.is_symlink()
    assert (tmp_path / "other/file").exists()


@pytest.mark.parametrize("broken", [("uv",), ("uv", "pip .uv")])
def test_where_uv_cannot_be_had_pip_installs(start, broken):
    start.broken = broken
    start.ensure(start.LOCK)
    assert start.ran == [*MADE[:3], "pip requirements.lock", "pip -e"]
    assert start.made_from()


@pytest.mark.parametrize(
    "broken, sentence",
    [
        (("uv", "pip"), r"check the network and its proxy.* run the same command again\."),
        (("pip -e",), r"could not be installed .* run the same command again\."),
        (("venv",), r"install venv .*apt install python3.* run the same command again\."),
    ],
)
def test_what_fails_ends_with_one_sentence_and_is_begun_again(start, broken, sentence):
    start.broken = broken
    with pytest.raises(SystemExit, match=sentence) as stop:
        start.main("lab")
    assert "\n" not in stop.value.code
    start.broken = ()
    start.ran.clear()
    start.ensure(start.LOCK)
    assert start.ran == MADE


def test_half_of_what_the_tests_need_is_begun_again(start):
    start.ensure(start.LOCK)
    start.broken = ("pip", "uv")
    with pytest.raises(SystemExit):
        start.ensure(start.TEST_LOCK)
    assert not start.made_from()


def test_uv_is_told_what_pip_is_told(start, monkeypatch):
    told = ":env:.cert='C:\\\\a.pem'\nglobal.cert='/b.pem'\nglobal.index-url='there'\nx.y='z'\n"
    start.told = told.encode()
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "the user's")
    start.ensure(start.LOCK)
    env = start.env["uv requirements.lock"]
    assert env["SSL_CERT_FILE"] == "C:\\a.pem"
    assert env["UV_DEFAULT_INDEX"] == "the user's"
    assert start.uv_settings()["UV_DEFAULT_INDEX"] == "there"
    assert start.uv_settings()["PYTHONPATH"] == ".uv"
    start.told = b"global.no-index='true'\n"
    assert start.uv_settings()["PYTHONPATH"] == ""


def test_the_shell_does_not_leak_in(start, monkeypatch):
    for name in ("PYTHONPATH", "PYTHONHOME", "CONDA_PREFIX", "PIP_TARGET", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/elsewhere")
    start.ensure(start.LOCK)
    for env in (start.child_env(), start.env["uv requirements.lock"], start.env["pip -e"]):
        assert "/elsewhere" not in env.values()
        assert env["VIRTUAL_ENV"] == str(start.VENV)
        assert env["PATH"].split(os.pathsep)[0] == str(Path(start.PYTHON).parent)


def test_the_course_is_found_in_a_folder_with_any_name_whatever_the_locale(start):
    start.ensure(start.LOCK)
    for locale in ("C", "C.UTF-8"):
        done = subprocess.run(
            [start.PYTHON, "-I", "-c", "import course_lib; print(ascii(course_lib.__file__))"],
            env={**start.child_env(), "LC_ALL": locale},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.endswith("/course_lib/__init__.py'\n")


def test_what_jupyterlab_reads_in_the_environment_is_brought_up_to_date(start, monkeypatch):
    ours, theirs = start.PREFIX / "etc/startup/x.py", start.VENV / "etc/startup/x.py"
    ours.parent.mkdir(parents=True)
    for text in ("new", "newer"):
        ours.write_text(text)
        start.ensure(start.LOCK)
        assert theirs.read_text() == text
    # A class that shares an environment: its students may not write there.
    monkeypatch.setattr(start.shutil, "copytree", lambda *_, **__: exec("raise PermissionError"))
    start.ensure(start.LOCK)


def test_a_wheel_brings_what_jupyterlab_reads_in_the_environment(tmp_path):
    pytest.importorskip("flit_core")  # pip builds with it, and so do we
    from flit_core.wheel import make_wheel_in

    info = make_wheel_in(ROOT / "pyproject.toml", tmp_path)
    (folder,) = ROOT.glob("course_lib/**/prefix")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*") if path.is_file()}
    names = zipfile.ZipFile(info.file).namelist()
    brought = {name.partition(".data/data/")[2] for name in names} - {""}
    assert files == brought
    kinds = {"/".join(name.split("/")[1:3]) for name in brought}
    assert kinds == {"jupyter/jupyter_server_config.d", "ipython/startup", "jupyter/labextensions"}
    assert f'"{folder.relative_to(ROOT).as_posix()}"' in SOURCE


@pytest.mark.parametrize("arguments", [[], ["nonsense"]])
def test_start_without_a_command_says_what_there_is(start, arguments):
    with pytest.raises(SystemExit, match=r"start\.py lab"):
        start.main(*arguments)
