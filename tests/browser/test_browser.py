import json

import pytest
from lab_in_browser import execute, open_and_run, write_notebook

import course_lib as cl

PICTURE = "canvas => canvas.toDataURL()"


def test_every_control_moves_the_picture(page, url, course, keep):
    write_notebook(
        course / "explorer.ipynb",
        ["import course_lib as cl", "cl.explore.moving_averages()"],
    )
    assert open_and_run(page, url, "explorer.ipynb")
    canvas = page.locator(".course-explorer canvas")
    canvas.wait_for()
    explorer = cl.explore.moving_averages()
    drawn = [canvas.evaluate(PICTURE)]

    def moved(**values):
        explorer.set(**values)
        page.wait_for_function(
            "alt => document.querySelector('.course-explorer canvas').ariaLabel === alt",
            arg=explorer.alt,
            timeout=10_000,
        )
        drawn.append(canvas.evaluate(PICTURE))
        assert len(set(drawn)) == len(drawn)

    beta, window = page.get_by_role("slider").all()
    beta.focus()
    page.keyboard.press("ArrowRight")
    moved(beta=0.94)
    window.focus()
    page.keyboard.press("ArrowRight")
    moved(window=20)
    page.get_by_role("checkbox", name="bias correction").focus()
    page.keyboard.press("Space")
    moved(bias_correction=True)
    page.get_by_role("combobox", name="series").select_option("Hinton's stream")
    moved(series="Hinton's stream")
    assert page.locator(".course-explorer p").inner_text() in explorer.alt

    execute(page, "docmanager:save")
    saved = json.loads((course / "explorer.ipynb").read_text("utf-8"))
    data = saved["cells"][1]["outputs"][0]["data"]
    assert "image/png" in data and "application/vnd.jupyter.widget-view+json" not in data

    keep("explorer-light")
    execute(page, "apputils:change-theme", theme="JupyterLab Dark")
    page.wait_for_timeout(500)
    keep("explorer-dark")
    page.set_viewport_size({"width": 640, "height": 450})  # what 200 % zoom leaves of 1280
    page.wait_for_timeout(500)
    keep("explorer-narrow")
    assert canvas.bounding_box()["width"] < 640

    # The page looks things up by itself: with the kernel gone, a slider is still answered.
    page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.shutdown()")
    beta.focus()
    page.keyboard.press("ArrowRight")
    moved(beta=0.97)


def test_a_prediction_is_committed_before_the_answer_shows(page, url, course, keep):
    source = "cl.predict('Which?', {'this': 'It is.', 'that': 'It looks so.'}, right='this')"
    write_notebook(course / "quiz.ipynb", ["import course_lib as cl", source])
    assert open_and_run(page, url, "quiz.ipynb")
    form = page.locator("form.course-quiz")
    commit = form.get_by_role("button", name="Commit")
    assert commit.is_disabled() and "It looks so" not in form.inner_text()
    form.get_by_role("radio", name="that").focus()
    page.keyboard.press("Space")
    commit.focus()
    page.keyboard.press("Enter")
    form.get_by_text("Not this one. It looks so. The answer is: this. It is.").wait_for()
    assert form.get_by_role("radio", name="this").is_disabled()
    keep("quiz")


@pytest.mark.parametrize("name", ["00_start_here", "02_moving_averages"])
def test_lessons_run_and_their_pictures_move(page, url, keep, name):
    assert open_and_run(page, url, f"notebooks/{name}.ipynb")
    canvas = page.locator(".course-explorer canvas").first
    canvas.scroll_into_view_if_needed()
    before = canvas.evaluate(PICTURE)
    page.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "old => document.querySelector('.course-explorer canvas').toDataURL() !== old", arg=before
    )
    keep(name)
