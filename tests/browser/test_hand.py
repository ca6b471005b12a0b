"""A learner's hand at the course: keys, the screen's edge, the next day, two tabs, no storage."""

from itertools import pairwise

import hand
import pytest
from hand import ask, cell_ids, cell_of, reopen, run_count, select, settled_box, tab_to, wait_idle
from lab_in_browser import execute, open_and_run, open_notebook, write_notebook

from course_lib.command.notebooks import read, write

PREDICT = "cl.predict('Which?', {'this': 'It is.', 'that': 'It looks so.'}, right='this')"
EXPLORE = "cl.explore.moving_averages()"
HEAD = "import course_lib as cl"


def wait_for_active(page, cell):
    """Wait until a cell is the active one."""
    page.wait_for_function(
        "id => window.jupyterapp.shell.currentWidget.content.activeCell.model.id === id",
        arg=cell,
        timeout=5_000,
    )


def alt(canvas):
    return canvas.get_attribute("aria-label")


def wait_for_other(page, canvas, before):
    """Wait until a picture says something else than before."""
    page.wait_for_function(
        "([canvas, before]) => canvas.ariaLabel !== before",
        arg=[canvas.element_handle(), before],
        timeout=5_000,
    )


# --- keys -----------------------------------------------------------------------------------


@pytest.mark.every_lab
def test_a_lesson_with_the_keyboard_alone(page, url, course):
    path = "notebooks/01_one_learning_rate.ipynb"
    open_notebook(page, url, path)
    ids = cell_ids(page)
    sources = {cell["id"]: "".join(cell["source"]) for cell in read(course / path)["cells"]}
    assert hand.active_cell(page) == ids[0]
    asked, looked = 0, 0
    for cell, after in pairwise(ids):
        page.keyboard.press("Shift+Enter")
        wait_for_active(page, after)
        wait_idle(page)
        if "cl.predict(" in sources[cell]:
            answer_by_keys(page, cell, commit=["Enter", "Space"][asked % 2])
            asked += 1
        elif "cl.explore." in sources[cell]:
            look_by_keys(page, cell)
            looked += 1
        else:
            continue
        count = run_count(page, cell)
        page.keyboard.press("Shift+Enter")  # from inside, on to the next cell
        wait_for_active(page, after)
        wait_idle(page)
        assert run_count(page, cell) == count, f"{cell} was run again"
    assert asked and looked


def answer_by_keys(page, cell, commit):
    """Choose an option of a prediction that was just run, and commit to it."""
    form = cell_of(page, cell).locator("form.course-quiz")
    form.wait_for()
    tab_to(page, f'[data-cell="{cell}"] input[type=radio]', "Shift+Tab")
    page.keyboard.press("ArrowDown")
    assert form.locator("input:checked").count() == 1
    tab_to(page, f'[data-cell="{cell}"] [type=submit]')
    page.keyboard.press(commit)
    form.get_by_role("button", name="Ask me again").wait_for(timeout=5_000)
    page.wait_for_function(
        "inside => document.activeElement.closest(inside)",
        arg=f'[data-cell="{cell}"]',
        timeout=5_000,
    )


def look_by_keys(page, cell):
    """Move a slider of a picture that was just run, and save."""
    canvas = cell_of(page, cell).locator("canvas")
    canvas.wait_for()
    settled_box(page, canvas)  # nobody is quicker
    before = alt(canvas)
    tab_to(page, f'[data-cell="{cell}"] [role=slider]', "Shift+Tab")
    at_end = page.evaluate(
        "() => document.activeElement.ariaValueNow === document.activeElement.ariaValueMax"
    )
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
    wait_for_other(page, canvas, before)
    assert hand.is_dirty(page)
    page.keyboard.press("Control+s")
    page.wait_for_function(
        "() => !window.jupyterapp.shell.currentWidget.context.model.dirty", timeout=5_000
    )


@pytest.mark.every_lab
def test_a_drop_down_with_the_keyboard_alone(page, url, course):
    write_notebook(course / "menu.ipynb", [HEAD, EXPLORE, "1"])
    assert open_and_run(page, url, "menu.ipynb")
    canvas = page.locator(".course-explorer canvas")
    canvas.wait_for()
    settled_box(page, canvas)
    select(page, "cell-1")
    tab_to(page, "select")
    before = alt(canvas)
    page.keyboard.press("ArrowDown")
    wait_for_other(page, canvas, before)
    assert hand.focus_is_in(page, "select")
    page.keyboard.press("Shift+Enter")
    wait_for_active(page, "cell-2")


def test_every_button_of_a_picture_has_a_name(page, url, course):
    write_notebook(course / "play.ipynb", [HEAD, "cl.explore.race()"])
    assert open_and_run(page, url, "play.ipynb")
    page.locator(".course-explorer canvas").wait_for()
    buttons = page.locator(".jp-OutputArea .widget-vbox button")
    names = buttons.evaluate_all(
        "all => all.map(b => b.textContent.trim() || b.ariaLabel || b.title)"
    )
    assert len(names) >= 3 and all(names) and len(set(names)) == len(names)


# --- the screen's edge ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def pictures(course):
    """A notebook of every explorer of the lessons, each between the cells beside it there.

    Returns
    -------
    dict
        The cells to run, in order: id → whether it is an explorer's.
    """
    notebook, shown, run = None, [], {}
    for path in sorted((course / "notebooks").glob("0*.ipynb")):
        notebook = read(path)
        cells = [{**c, "id": f"{path.stem[:2]}-{c['id']}"} for c in notebook["cells"]]
        first = next(c for c in cells if c["cell_type"] == "code")
        shown.append(first)
        run[first["id"]] = False
        for before, cell, after in zip(cells, cells[1:], cells[2:], strict=False):
            source = "".join(cell["source"])
            shows = "cl.explore." in source and "cl.numbers(" not in source
            if cell["cell_type"] == "code" and shows:
                shown += [c for c in (before, cell, after) if c not in shown]
                run |= {before["id"]: False, cell["id"]: True}
    write({**notebook, "cells": shown}, course / "notebooks" / "pictures.ipynb")
    return run


@pytest.mark.parametrize("height", [800, pytest.param(720, marks=pytest.mark.every_lab)])
def test_after_shift_enter_an_explorer_stands_whole_on_the_screen(page, url, pictures, height):
    page.set_viewport_size({"width": 1280, "height": height})
    open_notebook(page, url, "notebooks/pictures.ipynb")
    cut = {}
    for cell, is_picture in pictures.items():
        select(page, cell)
        page.keyboard.press("Shift+Enter")
        if is_picture:
            share = share_on_screen(page, cell)
            if share < 0.999:
                cut[cell] = f"{share:.0%}"
    assert any(pictures.values())
    assert not cut, ", ".join(f"{share} of {cell}" for cell, share in cut.items())


def share_on_screen(page, cell):
    """How much of an explorer with its controls is seen, once it has come."""
    ask(page, "id => { notebook.widgets[at(id)].node.dataset.cell = id; }", cell)
    whole = page.locator(f'.jp-Cell[data-cell="{cell}"] .widget-vbox:has(.course-explorer)').last
    whole.locator("canvas").wait_for(timeout=20_000)
    return settled_box(page, whole)["share"]


# --- nothing is lost ------------------------------------------------------------------------


# In these notebooks cell 1 is a prediction and the last cell a picture.


def answer_and_look(page):
    """Commit to the second option, and move the first slider; what its readout says then."""
    answer(cell_of(page, "cell-1"))
    slider = cell_of(page, cell_ids(page)[-1]).get_by_role("slider").first
    slider.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    return readout(page)


def answer(cell):
    """Commit to the second option."""
    cell.get_by_role("radio").nth(1).click()
    cell.get_by_role("button", name="Commit").click()
    cell.locator(".course-told").get_by_text("It looks so.").wait_for()


def readout(page):
    """What the first slider of the picture says of its value."""
    return cell_of(page, cell_ids(page)[-1]).locator(".widget-readout").first.inner_text()


def eventually(page, holds, when="at last"):
    """Wait until something holds that a page does by itself."""
    for _ in range(50):
        if holds():
            return
        page.wait_for_timeout(200)
    raise AssertionError(f"not so {when}")


def run_all(page):
    assert execute(page, "notebook:run-all-cells")
    wait_idle(page)
    cell_of(page, cell_ids(page)[-1]).locator("canvas").wait_for()


def is_as_before(page, value):
    """Whether the prediction is answered with the second option and the slider where it was."""
    form = cell_of(page, "cell-1").locator("form")
    answered = form.get_by_role("radio").nth(1).is_checked()
    return answered and "It looks so." in form.inner_text() and readout(page) == value


@pytest.mark.every_lab
@pytest.mark.first_lesson
def test_a_prediction_and_a_slider_are_kept(page, url, course):
    write_notebook(course / "kept.ipynb", [HEAD, PREDICT, EXPLORE])
    open_notebook(page, url, "kept.ipynb")
    run_all(page)
    value = answer_and_look(page)
    run_all(page)
    eventually(page, lambda: is_as_before(page, value), "after running the cells again")
    execute(page, "docmanager:save")
    open_notebook(page, url, "kept.ipynb")
    run_all(page)
    eventually(page, lambda: is_as_before(page, value), "after reloading the page")
    hand.restart_kernel(page)
    run_all(page)
    eventually(page, lambda: is_as_before(page, value), "after restarting the kernel")
    reopen(page, url, "kept.ipynb")
    run_all(page)
    eventually(page, lambda: is_as_before(page, value), "after closing and opening")


@pytest.mark.every_lab
def test_numbers_show_between_their_commitment_and_the_next_question(page, url, course):
    other = PREDICT.replace("Which?", "And now?")
    numbers = "with cl.numbers():\n    print('number', %d)"
    write_notebook(
        course / "numbers.ipynb",
        [HEAD, PREDICT.replace("Which", "What"), numbers % 1, other, numbers % 2],
    )
    assert open_and_run(page, url, "numbers.ipynb")
    wait_idle(page)

    def seen():
        texts = hand.visible_cells(page).values()
        return [n for n in (1, 2) if any(f"number {n}" in text for text in texts)]

    assert seen() == []
    answer(cell_of(page, "cell-1"))
    page.wait_for_timeout(300)
    assert seen() == [1]


OPENINGS = """() => {
    window.openings = [];
    new MutationObserver((changes) => changes.forEach(({ target }) => {
        if (target.open) window.openings.push(target.textContent.trim().slice(-1));
    })).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["open"] });
}"""


@pytest.mark.every_lab
def test_a_question_that_is_run_again_opens_no_answer_of_its_own(page, url, course):
    questions = [PREDICT.replace("Which", f"Again {n}") for n in (1, 2)]
    numbers = "with cl.numbers():\n    print('number', %d)"
    cells = [HEAD, questions[0], numbers % 1, questions[1], numbers % 2]
    write_notebook(course / "again.ipynb", cells)
    assert open_and_run(page, url, "again.ipynb")
    wait_idle(page)
    answer(cell_of(page, "cell-1"))
    page.wait_for_timeout(300)
    page.evaluate(OPENINGS)
    assert execute(page, "notebook:run-all-cells")
    wait_idle(page)
    page.wait_for_timeout(500)
    assert page.evaluate("window.openings") == ["1"]  # never, not even while it was run, the other
    cell_of(page, "cell-1").get_by_role("button", name="Ask me again").click()
    page.wait_for_timeout(300)
    assert not any("number 1" in text for text in hand.visible_cells(page).values())


# --- two tabs, no storage -------------------------------------------------------------------


@pytest.mark.every_lab
def test_two_tabs_of_one_lesson(page, url, course):
    write_notebook(course / "tabs.ipynb", [HEAD, PREDICT.replace("Which", "Who"), EXPLORE])
    open_notebook(page, url, "tabs.ipynb")
    run_all(page)
    other = page.context.new_page()
    open_notebook(other, url, "tabs.ipynb")
    run_all(other)
    value = answer_and_look(page)
    eventually(other, lambda: is_as_before(other, value))  # what one tab knows, the other hears
    run_all(other)
    eventually(other, lambda: is_as_before(other, value))
    cell_of(other, "cell-2").get_by_role("slider").first.focus()
    other.keyboard.press("ArrowLeft")
    now = readout(other)
    assert now != value
    run_all(page)
    eventually(page, lambda: is_as_before(page, now))
    first = cell_of(page, "cell-2").get_by_role("button", name="Start again")
    first.click()
    eventually(other, lambda: readout(page) == readout(other) not in (value, now))


FORBIDDEN = """Object.defineProperty(window, "localStorage", {
    get() { throw new DOMException("The operation is insecure.", "SecurityError"); },
});"""
FULL = """Storage.prototype.setItem = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
};"""


@pytest.mark.every_lab
@pytest.mark.first_lesson
@pytest.mark.parametrize("script", [FORBIDDEN, FULL], ids=["forbidden", "full"])
def test_without_storage_the_course_goes_on_and_says_so_once(page, url, course, script):
    questions = [PREDICT.replace("Which", f"Without {n}") for n in ("a", "b")]
    write_notebook(course / "without.ipynb", [HEAD, *questions, EXPLORE])
    open_notebook(page, url, "without.ipynb")
    page.evaluate(f"() => {{ {script} }}")  # now: JupyterLab itself does not start without storage
    run_all(page)
    before = readout(page)
    answer(cell_of(page, "cell-2"))
    answer_and_look(page)
    assert readout(page) != before
    assert page.locator(".course-notice").count() == 1
