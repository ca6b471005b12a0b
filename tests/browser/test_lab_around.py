"""What JupyterLab does around a lesson, with the course's extensions of it and of its server."""

import json
import os
import shutil
import sys
from contextlib import ExitStack

import nbformat.v4 as v4
import pytest
from lab_in_browser import ROOT, execute, lab, server, write_notebook

from course_lib.command.saved import VIEW

PREFIX = ROOT / "course_lib/command/prefix"
LESSON, TERMS = "notebooks/01_one_learning_rate.ipynb", "notebooks/notation.ipynb"
DARK = "invert(0.93) hue-rotate(180deg)"
DIRTY = "() => window.jupyterapp.shell.currentWidget.model.dirty"


@pytest.fixture(scope="module")
def plain(chromium, tmp_path_factory):
    """JupyterLab as anybody starts it who has installed the course: its folder and its address."""
    folder = tmp_path_factory.mktemp("plain")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    # What an installation puts into the environment is looked for in the course's folder here.
    shutil.copytree(PREFIX / "etc/ipython/startup", folder / "ipython/profile_default/startup")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser"]
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JUPYTER_CONFIG_PATH", str(PREFIX / "etc/jupyter"))
            patch.setenv("JUPYTER_PATH", str(PREFIX / "share/jupyter"))
            patch.setenv("IPYTHONDIR", str(folder / "ipython"))
            patch.setattr(lab, "command", lambda port, **_: [*command, f"--ServerApp.port={port}"])
            url = stack.enter_context(server(folder))
        yield folder, url


def open_notebook(page, url, path):
    page.goto(url)
    page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", timeout=60_000)
    open_again(page, path)


def open_again(page, path):
    execute(page, "docmanager:open", path=path)
    wait_for(page, path)


def wait_for(page, path):
    """Wait until JupyterLab has heard from the kernel, and has written down which one it is."""
    page.wait_for_function(
        """path => {
            const panel = window.jupyterapp.shell.currentWidget;
            const kernel = panel?.context?.sessionContext?.session?.kernel;
            const known = panel?.model?.metadata.language_info?.version;
            return panel?.context?.path === path && kernel?.status === "idle" && known;
        }""",
        arg=path,
        timeout=60_000,
    )
    page.wait_for_timeout(500)


def run_cell(page, beginning):
    """Run the first cell that begins so; its outputs, as JSON."""
    page.evaluate(
        """beginning => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.activeCellIndex = content.widgets.findIndex(
                ({ model }) => model.sharedModel.source.startsWith(beginning));
        }""",
        beginning,
    )
    execute(page, "notebook:run-cell")
    return page.evaluate(
        """() => JSON.stringify(
            window.jupyterapp.shell.currentWidget.content.activeCell.model.outputs.toJSON())"""
    )


def test_a_lesson_that_was_only_opened_is_not_changed(page, url, course):
    before = (course / LESSON).read_bytes()
    open_notebook(page, url, LESSON)
    assert not page.evaluate(DIRTY)
    execute(page, "application:close")
    open_again(page, LESSON)  # its kernel has lived on
    assert not page.evaluate(DIRTY)
    assert (course / LESSON).read_bytes() == before


def test_a_lesson_that_was_changed_stays_so_whatever_its_kernel_does(page, url):
    open_notebook(page, url, LESSON)
    page.evaluate(
        """async () => {
            const panel = window.jupyterapp.shell.currentWidget;
            panel.content.widgets[0].model.sharedModel.setSource("mine");
            await new Promise(done => setTimeout(done, 100));
            panel.model.setMetadata("language_info", { name: "other" });
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate(DIRTY)


def test_a_notebook_without_the_course_is_left_alone(page, url, course):
    shutil.copy(course / LESSON, course / "other.ipynb")
    text = (course / "other.ipynb").read_text("utf-8")
    (course / "other.ipynb").write_text(text.replace("course_lib", "other_lib"), "utf-8")
    open_notebook(page, url, "other.ipynb")
    execute(page, "apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    picture = page.locator(".jp-RenderedImage img").first
    assert picture.evaluate("img => getComputedStyle(img).filter") == "none"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_a_stored_picture_follows_the_theme(page, url, keep, theme):
    open_notebook(page, url, LESSON)
    execute(page, "apputils:change-theme", theme=theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)
    picture = page.locator(".jp-RenderedImage img").first
    picture.scroll_into_view_if_needed()
    keep(f"stored-{theme}")
    seen = picture.evaluate("img => getComputedStyle(img).filter")
    assert seen == (DARK if "Dark" in theme else "none")
    execute(page, "apputils:change-theme", theme="JupyterLab Light")


def test_the_first_click_on_a_term_lands_on_it(page, url, keep):
    open_notebook(page, url, LESSON)
    link = page.locator("a[href*='notation.ipynb'][href$='#condition-number']").first
    link.scroll_into_view_if_needed()
    link.click()
    wait_for(page, TERMS)
    heading = page.get_by_role("heading", name="condition number")
    page.wait_for_function(
        """heading => {
            const top = heading.getBoundingClientRect().top;
            return 50 < top && top < 250;
        }""",
        arg=heading.element_handle(),
        timeout=10_000,
    )
    keep("term")
    # It does not hold the page there.
    page.wait_for_timeout(1000)
    page.mouse.move(700, 500)
    page.mouse.wheel(0, -1500)
    page.wait_for_timeout(1500)
    assert heading.bounding_box()["y"] > 700


def question(key):
    text = "**Predict before you go on.** Which?\n\n- this\n- that\n\n"
    text += '<span class="course-quiz-still">*Run this cell to commit to an answer.*</span>'
    mark = {"course": {"prediction": key}}
    return v4.new_output("display_data", {"text/markdown": text}, metadata=mark)


def fold(text):
    return f'<details class="course-answer"><summary>Answer</summary>\n\n{text}\n\n</details>'


@pytest.mark.parametrize(
    "last, right, told",
    [
        (0, 0, ["You chose: this ✓"]),
        (1, 0, ["You chose: that ✗", "The answer is: this"]),
        (1, None, ["You chose: that"]),
    ],
)
def test_a_question_that_was_answered_is_so_when_it_is_opened_again(
    page, url, course, keep, last, right, told
):
    def cells(i):
        key = f"key{i}"
        numbers = v4.new_output("display_data", {"text/html": fold(f"numbers {i}")})
        yield v4.new_code_cell("cl.predict(...)", outputs=[question(key)])
        yield v4.new_code_cell("numbers", outputs=[numbers])
        yield v4.new_markdown_cell(fold(f"because {i}"))

    nb = v4.new_notebook(cells=[v4.new_code_cell("import course_lib as cl"), *cells(1), *cells(2)])
    nb.metadata["kernelspec"] = {"display_name": "", "language": "python", "name": "python3"}
    nb.metadata["language_info"] = {"name": "python"}
    (course / "asked.ipynb").write_text(v4.writes(nb), "utf-8")
    page.goto(url)
    kept = {"first": last, "last": last} | ({} if right is None else {"right": right})
    page.evaluate(
        "kept => localStorage.setItem('adaptive-optimizers:prediction:key1', kept)",
        json.dumps(kept),
    )
    open_notebook(page, url, "asked.ipynb")
    first, second = page.locator(".course-quiz-still").all()
    assert first.inner_text().split("\n") == told
    assert second.inner_text() == "Run this cell to commit to an answer."
    seen = page.locator(".jp-Notebook").inner_text()
    assert "numbers 1" in seen and "because 1" in seen
    assert "numbers 2" not in seen and "because 2" not in seen
    assert not page.evaluate(DIRTY)
    keep("answered")
    # Who folds it afterwards has read it.
    page.get_by_text("Answer", exact=True).first.click()
    run_cell(page, "import course_lib")
    page.wait_for_timeout(300)
    assert "numbers 1" not in page.locator(".jp-Notebook").inner_text()


def test_an_answer_is_still_there_the_next_day(page, url, course, keep):
    """The whole way: committed, saved, closed, and opened again with nothing run."""
    ask = "cl.predict('Which?', {'this': 'It is.', 'that': 'It looks so.'}, right='this')"
    write_notebook(course / "day.ipynb", ["import course_lib as cl", ask])
    open_notebook(page, url, "day.ipynb")
    assert execute(page, "notebook:run-all-cells")
    page.get_by_role("radio", name="that").check()
    page.get_by_role("button", name="Commit").click()
    page.get_by_text("Not this one.").wait_for()
    execute(page, "docmanager:save")
    execute(page, "application:close")
    open_again(page, "day.ipynb")
    still = page.locator(".course-quiz-still")
    assert still.inner_text().startswith("You chose: that")
    assert not page.locator("form.course-quiz").count()
    keep("next-day")


def test_a_cell_in_the_middle_is_run_first(page, plain):
    folder, url = plain
    open_notebook(page, url, LESSON)
    outputs = run_cell(page, "cl.explore.")
    assert "NameError" not in outputs and VIEW in outputs
    write_notebook(
        folder / "notebooks" / "middle.ipynb",
        ["import course_lib as cl", "start = np.ones(3)", "cl.ema(start, beta=0.5)"],
    )
    open_again(page, "notebooks/middle.ipynb")
    outputs = run_cell(page, "cl.ema")
    assert "'start' is not defined" in outputs and "Run All Above Selected Cell" in outputs
    execute(page, "notebook:run-all-above")
    assert "0.875" in run_cell(page, "cl.ema")


def test_a_plain_jupyterlab_saves_pictures_too(page, plain):
    folder, url = plain
    source = ["import course_lib as cl", "cl.explore.moving_averages()"]
    source += ["import ipywidgets\nipywidgets.IntSlider(3)"]
    write_notebook(folder / "saved.ipynb", source)
    open_notebook(page, url, "saved.ipynb")
    assert execute(page, "notebook:run-all-cells")
    page.locator(".course-explorer canvas").wait_for()
    execute(page, "docmanager:save")
    saved = json.loads((folder / "saved.ipynb").read_text("utf-8"))
    explorer, slider = (cell["outputs"][0]["data"].keys() for cell in saved["cells"][1:])
    assert "image/png" in explorer
    assert VIEW not in explorer and VIEW in slider


@pytest.mark.skipif(os.name == "nt", reason="there are no login shells")
def test_a_terminal_keeps_the_path_where_the_server_was_not_started_from_one(
    page, tmp_path, monkeypatch
):
    # As here: then Jupyter takes a login shell, whose profile sets another PATH.
    monkeypatch.setenv("PATH", "/the/course" + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("SHELL", shutil.which("bash"))
    with server(tmp_path) as url:
        page.goto(url)
        page.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", timeout=60_000)
        page.evaluate("() => { window.jupyterapp.commands.execute('terminal:create-new'); }")
        page.locator(".xterm").wait_for()
        page.wait_for_timeout(1000)
        page.keyboard.type(f"cd '{tmp_path}'; echo $PATH > path; mv path found\n")
        for _ in range(50):
            if (tmp_path / "found").exists():
                break
            page.wait_for_timeout(200)
        page.goto("about:blank")  # before its server is gone
    assert "/the/course" in (tmp_path / "found").read_text().split(os.pathsep)


def test_no_kernel_alarms_in_the_log(page, url, course):
    open_notebook(page, url, LESSON)
    assert "eavesdropping" not in (course / "server.log").read_text("utf-8")
