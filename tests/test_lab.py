"""`course lab` starts in the same way for everyone, and where it keeps what it writes."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat.v4 as v4
import pytest
from jupyter_core.paths import jupyter_config_path
from jupyterlab.commands import get_user_settings_dir

import course_lib as cl
from course_lib.command import doctor, lab


def test_the_layout_goes_with_the_environment(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "not yet"))
    assert lab.workspaces() == tmp_path / "not yet/share/jupyter/lab/workspaces"
    assert f"--LabApp.workspaces_dir={lab.workspaces()}" in lab.command()


def test_where_the_environment_cannot_be_written_the_layout_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "shared"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "home"))
    (tmp_path / "shared/share/jupyter").mkdir(parents=True)
    # Not by chmod, which does not bind root.
    monkeypatch.setattr(os, "access", lambda path, _: tmp_path / "shared" not in Path(path).parents)
    assert lab.workspaces() == tmp_path / "home/adaptive-optimizers-course/workspaces"
    assert not lab.workspaces().exists()


@pytest.mark.parametrize("name", sorted(lab.LEAKS))
def test_what_is_set_for_another_server_does_not_leak_in(monkeypatch, name):
    monkeypatch.setenv(name, "tcp://10.0.0.1:8888")
    monkeypatch.setenv("MINE", "stays")
    assert name not in lab.environment()
    assert lab.environment()["MINE"] == "stays"


@pytest.mark.parametrize("others", [None, "/opt/modules/share/jupyter"])
def test_a_namesake_of_the_kernel_or_of_an_extension_elsewhere_is_not_taken(monkeypatch, others):
    monkeypatch.delenv("JUPYTER_PATH", raising=False)
    if others:
        monkeypatch.setenv("JUPYTER_PATH", others)
    first, *rest = lab.environment()["JUPYTER_PATH"].split(os.pathsep)
    assert first == str(Path(sys.prefix) / "share/jupyter")
    assert rest == ([others] if others else [])


def test_the_doctor_starts_the_kernel_that_the_lab_would_start(monkeypatch, tmp_path):
    kernel = tmp_path / "kernels/python3/kernel.json"
    kernel.parent.mkdir(parents=True)
    kernel.write_text('{"argv": ["/nonexistent"], "display_name": "", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert doctor._kernel().what == "a kernel starts, answers and finds course_lib"


def test_a_servers_configuration_at_home_is_not_read_and_the_settings_are(monkeypatch, tmp_path):
    # There lies jupyter_lab_config.py, with a password perhaps, and lab/user-settings.
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("JUPYTERLAB_SETTINGS_DIR", raising=False)
    assert str(tmp_path) in jupyter_config_path()
    for name, value in lab.environment().items():
        monkeypatch.setenv(name, value)
    assert str(tmp_path) not in jupyter_config_path()
    assert get_user_settings_dir() == str(tmp_path / "lab/user-settings")
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", "/chosen")
    assert lab.environment()["JUPYTERLAB_SETTINGS_DIR"] == "/chosen"


def test_without_a_place_to_write_there_is_one_sentence(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file/runtime"  # not even root makes a folder in a file
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    with pytest.raises(SystemExit, match=r"cannot write in .*: set the variable") as stop:
        lab.start(browser=False)
    assert str(folder) in stop.value.code and "\n" not in stop.value.code
    finding = doctor._runtime()
    assert not finding.ok
    assert f"{finding.what}: {finding.advice}" == stop.value.code


def test_a_place_to_write_is_made(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "new/runtime"))
    assert lab.runtime_problem() is None
    assert doctor._runtime().ok


@pytest.fixture
def said(tmp_path):
    """Run code in a fresh kernel that has the course's start-up file: what it says, as text."""
    from jupyter_client.manager import start_new_kernel

    startup = tmp_path / "profile_default/startup"
    startup.mkdir(parents=True)
    for file in (lab.CONFIG.parents[1] / "prefix/etc/ipython/startup").iterdir():
        shutil.copy(file, startup)
    session = {"JPY_SESSION_NAME": "/somewhere/notebooks/01_a_lesson.ipynb"}  # as a server says
    env = {**os.environ, "IPYTHONDIR": str(tmp_path), **session}
    manager, client = start_new_kernel(env=env, stderr=subprocess.DEVNULL)

    def run(code):
        texts = []

        def hear(message):
            content = message["content"]
            texts.append(content.get("text") or "\n".join(content.get("traceback", [])))

        client.execute_interactive(code, output_hook=hear, timeout=60)
        return re.sub(r"\x1b\[[\d;]*m", "", "".join(texts)).strip()

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_kernel_has_the_course_before_anything_has_run_and_loads_it_when_it_is_used(said):
    loaded = "import sys; print({'course_lib', 'numpy', 'matplotlib'} & sys.modules.keys())"
    assert said(loaded) == "set()"
    assert said("%who") == "sys"
    assert said("print(cl.ema(np.ones(2), beta=0.5), 'AdamW' in dir(cl))") == "[0.5  0.75] True"
    assert said("import course_lib as cl\n%who") == "cl\t sys"
    assert said("cl = 5\nprint(cl)") == "5"


def test_a_name_from_a_cell_that_has_not_run_is_explained(said):
    sentence = "Run All Above Selected Cell brings back what they define."
    assert "'bowl' is not defined" in said("bowl") and sentence not in said("bowl")  # any notebook
    trace = said("cl.run(cl.SGD(0.1), bowl.grad, [1.0], 3)")
    assert trace.endswith(sentence) and "NameError: name 'bowl' is not defined\n" in trace
    assert sentence not in said("import course_lib as cl\nbowl")
    assert sentence not in said("1 / 0")


@pytest.fixture
def exported(monkeypatch):
    """Export a notebook as the menu of JupyterLab does: with the server's configuration."""
    from bs4 import BeautifulSoup
    from nbconvert import get_exporter
    from traitlets.config import Config

    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")  # set there, and put back
    config = Config()
    names = {"get_config": lambda: config, "__file__": str(lab.CONFIG)}
    exec(compile(lab.CONFIG.read_text(encoding="utf-8"), str(lab.CONFIG), "exec"), names)

    def export(cells, kind):
        page, _ = get_exporter(kind)(config=config).from_notebook_node(v4.new_notebook(cells=cells))
        return BeautifulSoup(page, features="html.parser")

    return export


@pytest.mark.parametrize("kind", ["html", "slides"])
def test_an_exported_page_holds_the_alt_texts_of_the_pictures(exported, kind):
    _, metadata = cl.explore.moving_averages()._repr_mimebundle_()
    metadata["image/png"]["alt"] = 'It is < 1 & "flat".'
    outputs = [v4.new_output("display_data", {"image/png": "iVBO"}, metadata=metadata)]
    outputs += [v4.new_output("display_data", {"image/png": "iVBO"})]
    page = exported([v4.new_code_cell("1", outputs=outputs)], kind)
    told, untold = page.select("img")
    assert (told["alt"], told["width"]) == ('It is < 1 & "flat".', "760")
    assert untold["alt"].startswith("No description")
    assert bool(page.select("div.reveal section")) == (kind == "slides")


@pytest.mark.parametrize("kind", ["html", "slides"])
def test_an_exported_page_keeps_answers_folded(exported, kind):
    fold = '<details class="course-answer"><summary>Answer</summary>{}</details>'
    bundle = {"text/plain": "42", "text/html": fold.format("<pre>42</pre>")}
    output = v4.new_output("display_data", bundle)
    text = v4.new_markdown_cell(fold.format("\n\nIt is *forty-two*.\n\n"))
    page = exported([v4.new_code_cell("1", outputs=[output]), text], kind)
    numbers, told = page.select("details.course-answer:not([open])")
    assert numbers.pre.text == "42" and told.em.text == "forty-two"


def test_the_lab_command():
    line = lab.command(port=8899, browser=False)
    assert line[:3] == [sys.executable, "-m", "jupyterlab"]
    assert {"--ServerApp.port=8899", "--no-browser", f"--ServerApp.root_dir={lab.ROOT}"} <= set(
        line
    )
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
