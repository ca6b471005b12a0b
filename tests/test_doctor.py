"""What `course doctor` finds of other people's settings."""

import json

import pytest

from course_lib.command import doctor, lab

MANAGER = "@jupyter-widgets/jupyterlab-manager"
PREFIX = lab.CONFIG.parents[1] / "prefix"


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Write a page_config.json into the first or second folder of Jupyter's path."""

    def write(folder, disabled, name="page_config.json"):
        file = tmp_path / folder / "labconfig" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"disabledExtensions": disabled}))
        return file

    paths = [str(tmp_path / folder) for folder in ("first", "second")]
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: paths)
    # Also in an environment in which the course is not installed.
    monkeypatch.setenv("JUPYTER_PATH", str(PREFIX / "share/jupyter"))
    return write


def not_well():
    return [finding for finding in doctor._extensions() if not finding.ok]


def test_an_extension_that_is_missing_is_named_with_what_goes_without_it(settings, monkeypatch):
    assert not not_well()
    monkeypatch.setattr("jupyter_core.paths.jupyter_path", lambda *_: [])
    missing = {finding.what.split()[2]: finding.what for finding in not_well()}
    assert missing.keys() == doctor.EXTENSIONS.keys()
    assert missing["anywidget"].endswith("anywidget is missing: pictures would not move")


def test_the_server_extension_is_looked_for_as_the_server_does(settings, tmp_path, monkeypatch):
    finding = doctor._server()
    assert not finding.ok and "jupyter server extension enable" in finding.advice
    installed = str(PREFIX / "etc/jupyter")
    own = tmp_path / "jupyter_server_config.d/own.json"
    monkeypatch.setattr(
        "jupyter_core.paths.jupyter_config_path", lambda: [str(tmp_path), installed]
    )
    assert doctor._server().ok
    own.parent.mkdir()
    own.write_text('{"ServerApp": {"jpserver_extensions": {"course_lib.command.server": false}}}')
    assert not doctor._server().ok


@pytest.mark.parametrize("name", ["anywidget", "anywidget:plugin"])
@pytest.mark.parametrize("place", ["page_config.json", "page_config.d/other.json"])
def test_a_disabled_extension_is_named_with_the_file_that_says_so(settings, name, place):
    file = settings("second", {name: True, MANAGER: False, "anywidget-other": True}, place)
    (finding,) = not_well()
    assert finding.what.startswith("JupyterLab's extension anywidget is disabled")
    assert f"set {name} to false in {file}" in finding.advice


def test_the_first_file_on_the_path_has_the_last_word(settings):
    settings("second", {"anywidget": True, MANAGER: False})
    settings("first", {"anywidget": False, MANAGER: True})
    (finding,) = not_well()
    assert MANAGER in finding.what


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"disabledExtensions": ["anywidget"]}'])
def test_a_file_that_jupyterlab_cannot_use_either_is_passed_over(settings, text):
    settings("second", {"anywidget": True})
    settings("first", {}).write_text(text)
    (finding,) = not_well()
    assert "anywidget" in finding.what


def test_course_lab_enables_what_moves_pictures_whatever_the_learner_has_disabled(
    monkeypatch, tmp_path
):
    """JupyterLab's own reading, with the folder that the course puts in front."""
    from jupyterlab_server.config import get_page_config

    own = tmp_path / "labconfig" / "page_config.json"
    own.parent.mkdir()
    plugins = [*doctor.EXTENSIONS, *(f"{name}:plugin" for name in doctor.EXTENSIONS), "other"]
    own.write_text(json.dumps({"disabledExtensions": dict.fromkeys(plugins, True)}))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    assert set(plugins) <= set(get_page_config([])["disabledExtensions"])
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(lab.CONFIG.parent / "settings"))
    assert not set(plugins[:-1]) & set(get_page_config([])["disabledExtensions"])
    assert "other" in get_page_config([])["disabledExtensions"]


def test_a_checkout_that_cannot_be_written_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda *_: True)
    assert "cannot write" not in doctor._folder().what
    monkeypatch.setattr(doctor.os, "access", lambda *_: False)
    finding = doctor._folder()
    assert finding.ok and "you cannot write: save what you change" in finding.what
