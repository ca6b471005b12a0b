"""Each lesson, run as a whole: it works, and it answers no question before the learner does."""

import ast
import re

import pytest
from hand import SHOWN, cell_of, export_html, reopen, visible_cells, wait_idle
from lab_in_browser import ROOT, open_and_run

from course_lib.command.notebooks import read

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
PICTURE = "canvas => canvas.toDataURL()"


class GivenAway(AssertionError):
    """An answer was seen before its question was answered."""


# --- what must not be seen ------------------------------------------------------------------


def squeezed(text):
    """Without what a rendering adds or takes away: white space, quotes, marks of Markdown."""
    return re.sub(r"[\s\"'*_`$\\]+", "", text)


def secrets_of(notebook):
    """What gives an answer away: the id of the cell that keeps it → its phrases.

    The feedback of a prediction's right option; what a check prints; what Markdown keeps in
    ``<details class="course-answer">``.
    """
    found = {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            answers = re.findall(
                r'<details class="[^"]*course-answer.*?</summary>(.*?)</details>', source, re.S
            )
            phrases = [part for text in answers for part in re.split(r"[.:]\s|\n|<[^>]*>", text)]
        elif cell["id"].startswith("check-"):
            # A table's head stands in the code as well, and tells nothing.
            known = squeezed(source)
            phrases = [line for line in printed(cell).splitlines() if squeezed(line) not in known]
        elif "cl.predict(" in source:
            phrases = re.split(r"(?<=[.:])\s", right_feedback(source))
        else:
            continue
        found[cell["id"]] = [p for p in map(squeezed, phrases) if len(p) >= 8]
    return {cell: phrases for cell, phrases in found.items() if phrases}


def printed(cell):
    """What the stored outputs of a cell say in plain text."""
    outputs = cell["outputs"]
    texts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in outputs]
    return "".join("".join(text) for text in texts)


def right_feedback(source):
    """What the only ``cl.predict(...)`` of a cell tells who chose the right option."""
    (call,) = (
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "predict"
    )
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    options = named.get("options") or ast.literal_eval(call.args[1])
    return options[named.get("right") or ast.literal_eval(call.args[2])]


def look_for(secrets, seen, when):
    """Fail with the cells whose secrets are among what is seen (cell → text) in the notebook.

    What a check prints is looked for in its own cell only: a picture's sentence may say the same
    of other numbers.
    """
    everything = squeezed(" ".join(seen.values()))
    given = []
    for cell, phrases in secrets.items():
        where = squeezed(seen[cell]) if cell.startswith("check-") else everything
        given += [f"{cell}: {phrase}" for phrase in phrases if phrase in where][:1]
    if given:
        raise GivenAway(f"{when}, one reads " + "; ".join(given))


def test_secrets_are_found_in_a_notebook():
    predict = "cl.predict('Which?', {'a': 'Because it is.', 'b': 'Who says so?'}, right='a')"
    answer = '<details class="course-answer"><summary>After</summary>It is *number one*.</details>'
    output = {
        "output_type": "stream",
        "name": "stdout",
        "text": ["a head\n", "number one is it\n", "no\n"],
    }
    notebook = {
        "cells": [
            {"id": "ask", "cell_type": "code", "source": [predict], "outputs": []},
            {"id": "check-it", "cell_type": "code", "source": ["'a head'"], "outputs": [output]},
            {"id": "told", "cell_type": "markdown", "source": [answer]},
        ]
    }
    secrets = secrets_of(notebook)
    assert secrets["ask"] == ["Becauseitis."]
    assert secrets["check-it"] == ["numberoneisit"] and secrets["told"] == ["Itisnumberone."]
    seen = dict.fromkeys(secrets, "number one is it")
    with pytest.raises(GivenAway, match=r"check-it: numberoneisit$"):
        look_for(secrets, seen, "now")
    look_for(secrets, seen | {"check-it": "It is"}, "now")


# --- the lessons ----------------------------------------------------------------------------


def of_lesson(name):
    """The lesson with its marks: the first few are enough for another server."""
    marks = []
    if name < "02":
        marks.append(pytest.mark.every_lab)
    if name < "01":
        marks.append(pytest.mark.first_lesson)
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [of_lesson(name) for name in LESSONS])
def test_lessons_run_and_their_pictures_move_and_no_answer_is_given_away(
    page, chromium, url, course, keep, tmp_path, name
):
    path = f"notebooks/{name}.ipynb"
    notebook = read(course / path)
    secrets = secrets_of(notebook)
    picture = next(c["id"] for c in notebook["cells"] if "cl.explore." in "".join(c["source"]))
    assert open_and_run(page, url, path)
    wait_idle(page)
    run = visible_cells(page)
    cell = cell_of(page, picture)
    canvas = cell.locator("canvas")
    canvas.scroll_into_view_if_needed()
    before = canvas.evaluate(PICTURE)
    cell.get_by_role("slider").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([canvas, old]) => canvas.toDataURL() !== old",
        arg=[canvas.element_handle(), before],
        timeout=10_000,
    )
    keep(name)
    reopen(page, url, path)
    reopened = visible_cells(page)
    exported = exported_cells(chromium, export_html(page, url, path), tmp_path)
    assert run.keys() == reopened.keys() == exported.keys()
    look_for(secrets, run, "after Run All")
    look_for(secrets, reopened, "on coming back")
    look_for(secrets, exported, "in the export")


def exported_cells(chromium, html, folder):
    """The text that is seen in each cell of an exported notebook, without a network."""
    (folder / "exported.html").write_text(html, "utf-8")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.goto((folder / "exported.html").as_uri())
    found = page.evaluate(
        f"""() => {{ {SHOWN}
            const cells = [...document.querySelectorAll('.jp-Cell[id^="cell-id="]')];
            return Object.fromEntries(cells.map(cell => [cell.id.slice(8), shown(cell)]));
        }}"""
    )
    context.close()
    return found
