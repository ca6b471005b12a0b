import io
import json
from base64 import b64decode

import nbformat
import numpy as np
import pytest
from lab_in_browser import ROOT, execute, open_and_run, write_notebook
from nbconvert import HTMLExporter
from PIL import Image, ImageFilter

import course_lib as cl
from course_lib import explore as explorers

PICTURE = "canvas => canvas.toDataURL()"
TEXT = 9.5 * 100 / 72  # the pictures' text in CSS pixels, at their own size


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

    def next_of(name):
        values = explorer.table.controls[name].values
        return values[values.index(explorer.value[name]) + 1]

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
    moved(beta=next_of("beta"))
    window.focus()
    page.keyboard.press("ArrowRight")
    moved(window=next_of("window"))
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
    moved(beta=next_of("beta"))


def picture_of(canvas):
    return Image.open(io.BytesIO(b64decode(canvas.evaluate(PICTURE).partition(",")[2])))


def difference(image, other):
    """The share of pixels that differ clearly, after a blur that evens out how text is drawn."""
    size = (760, round(760 * image.height / image.width))
    both = [
        np.asarray(i.convert("RGB").resize(size).filter(ImageFilter.GaussianBlur(2)), float)
        for i in (image, other)
    ]
    return (np.abs(both[0] - both[1]).max(axis=-1) > 40).mean()


def moving_parts(explorer, axes):
    """The lines at the current value, in pixels, cut at the edges of their axes.

    `axes` keeps what stands still, for it is slow to draw: its controls' values → its axes.
    """
    still = tuple(explorer.value[name] for name in explorer.table.draw_on)
    if still not in axes:
        axes[still] = explorer.figure().axes
    drawn = []
    for name, xy in explorer.lines.items():
        ax = axes[still][explorer.table.lines[name].ax]
        box, pixels = ax.bbox, ax.transData.transform(xy)
        drawn.append(np.clip(pixels, box.min, box.max))
    return drawn


@pytest.mark.parametrize("name", explorers.__all__)
def test_every_control_is_moved_through_its_whole_range(page, url, course, keep, name):
    write_notebook(course / f"{name}.ipynb", ["import course_lib as cl", f"cl.explore.{name}()"])
    assert open_and_run(page, url, f"{name}.ipynb")
    canvas = page.locator(".course-explorer canvas")
    canvas.wait_for()
    explorer, stills = getattr(cl.explore, name)(), {}
    sliders = iter(page.get_by_role("slider").all())

    def shown(**values):
        """Wait for the words of these values; the picture, and what moves in it."""
        explorer.set(**values)
        page.wait_for_function(
            "alt => document.querySelector('.course-explorer canvas').ariaLabel === alt",
            arg=explorer.alt,
            timeout=10_000,
        )
        return canvas.evaluate(PICTURE), moving_parts(explorer, stills)

    for control in explorer.table.controls.values():
        before = start = explorer.value[control.name]
        slider = None
        if isinstance(start, bool):
            box = page.get_by_role("checkbox", name=control.label)
            box.focus()
        elif isinstance(start, str):
            menu = page.get_by_role("combobox", name=control.label)
        else:
            slider = next(sliders)
            slider.focus()
            page.keyboard.press("Home")
        pictures = {}
        positions = range(0, len(control.values), max(1, len(control.values) // 6))
        at = 0
        for i in positions:
            value = control.values[i]
            if isinstance(start, bool):
                if value != before:
                    page.keyboard.press("Space")
                before = value
            elif isinstance(start, str):
                menu.select_option(value)
            else:
                for _ in range(i - at):
                    page.keyboard.press("ArrowRight")
                at = i
            picture, lines = shown(**{control.name: value})
            for other, others in pictures.items():
                moved = [
                    a.shape != b.shape or np.nanmax(np.abs(a - b), initial=0) > 1.5
                    for a, b in zip(lines, others, strict=True)
                ]
                if control.name not in explorer.table.draw_on:
                    assert (picture != other) or not any(moved), (control.name, value)
            pictures[picture] = lines
        assert len(pictures) > 1, f"{control.name} moves nothing"
        # A map's squares may be off by half a pixel.
        assert difference(picture_of(canvas), drawn(explorer)) < 0.008
        if slider:  # back to where it was
            back = at - control.index(start)
            for _ in range(abs(back)):
                page.keyboard.press("ArrowLeft" if back > 0 else "ArrowRight")
        elif isinstance(start, bool) and start != before:
            page.keyboard.press("Space")
        elif isinstance(start, str):
            menu.select_option(start)
        shown(**{control.name: start})
    canvas.scroll_into_view_if_needed()
    keep(f"explorer-{name}")

    # On a projector text is at least 22 pixels high, and nothing is off the screen.
    page.set_viewport_size({"width": 1280, "height": 720})
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.querySelector('canvas').dataset.shape === '2'")
    page.wait_for_timeout(200)
    keep(f"explorer-{name}-full")
    wide = explorer.widget.children[1].spec["layouts"][2]
    assert canvas.bounding_box()["width"] / wide["size"][0] * TEXT >= 22
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.course-goals')).fontSize")
        == "22px"
    )
    height = page.evaluate("document.fullscreenElement.scrollHeight")
    assert height <= 720
    page.get_by_role("button", name="Leave full screen").click()

    # In half a window the panels stand one below another.
    page.set_viewport_size({"width": 700, "height": 900})
    page.wait_for_function("() => document.querySelector('canvas').dataset.shape === '1'")
    keep(f"explorer-{name}-narrow")


def drawn(explorer):
    data, _ = explorer._repr_mimebundle_()
    return Image.open(io.BytesIO(b64decode(data["image/png"])))


def test_a_click_picks_the_nearest_start(page, url, course):
    finished = "race = cl.explore.race()\nrace.set(step=100)\nrace"  # there it tells how it went
    write_notebook(course / "click.ipynb", ["import course_lib as cl", finished])
    assert open_and_run(page, url, "click.ipynb")
    canvas = page.locator(".course-explorer canvas")
    canvas.wait_for()
    explorer = cl.explore.race()
    explorer.set(step=100)
    controls, ax = explorer.table.controls, explorer.figure().axes[0]
    want = {"x1": controls["x1"].values[3], "x2": controls["x2"].values[1]}
    x, y = ax.transData.transform(list(want.values()))
    size = canvas.bounding_box()
    scale = size["width"] / explorer.table.size[0]
    canvas.click(position={"x": (x + 3) * scale, "y": (explorer.table.size[1] - y + 3) * scale})
    explorer.set(**want)
    page.wait_for_function(
        "alt => document.querySelector('.course-explorer canvas').ariaLabel === alt",
        arg=explorer.alt,
        timeout=10_000,
    )
    assert page.locator(".widget-readout").first.inner_text() == f"{want['x1']:g}"


def test_a_page_without_kernel_or_network_shows_the_pictures(chromium, tmp_path):
    notebook = nbformat.read(ROOT / "notebooks" / "gallery.ipynb", as_version=4)
    html = HTMLExporter(template_name="classic").from_notebook_node(notebook)[0]
    (tmp_path / "gallery.html").write_text(html, "utf-8")
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto((tmp_path / "gallery.html").as_uri())
    sizes = page.locator("img").evaluate_all("all => all.map(i => [i.naturalWidth, i.alt])")
    context.close()
    assert len(sizes) == len(explorers.__all__) - 1  # the first look is in lesson 00
    assert all(width >= 760 and len(alt) > 20 for width, alt in sizes)


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
    form.get_by_text("Not this one. It looks so.").wait_for()
    assert form.locator(".course-told").inner_text().endswith("The answer is: this. It is.")
    assert form.get_by_role("radio", name="this").is_disabled()
    keep("quiz")
    form.get_by_role("button", name="Ask me again").click()
    assert "It looks so" not in form.inner_text() and commit.is_disabled()
