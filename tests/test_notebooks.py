"""What nbval does not see: that cells were run, pictures have an alt text, links lead somewhere."""

import ast
import json
import re
from pathlib import Path

import pytest

from course_lib import explore as explorers

ROOT = Path(__file__).parent.parent
LESSONS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))
PAGES = [ROOT / "notebooks" / f"{name}.ipynb" for name in ("gallery", "notation")]
STORED = LESSONS + PAGES + sorted(ROOT.glob("exercises/solutions/*.ipynb"))
ALL = STORED + sorted(ROOT.glob("exercises/*.ipynb"))


def cells(path, kind):
    found = json.loads(path.read_text("utf-8"))["cells"]
    return [(c, "".join(c["source"])) for c in found if c["cell_type"] == kind]


def test_there_are_notebooks():
    assert len(LESSONS) >= 2 and len(STORED) >= 3


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_as_it_was_run(path):
    assert path.stat().st_size <= 500_000
    counts = [c["execution_count"] for c, _ in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))
    text = path.read_text("utf-8")
    assert "application/vnd.jupyter.widget" not in text and '"widgets"' not in text


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_pictures_have_an_alt_text(path):
    for cell, _ in cells(path, "code"):
        for output in cell["outputs"]:
            if "image/png" in output.get("data", {}):
                assert len(output["metadata"]["image/png"]["alt"]) > 20, cell["id"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_cells_have_names(path):
    names = [c["id"] for kind in ("code", "markdown") for c, _ in cells(path, kind)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in names)


@pytest.mark.parametrize("path", [*ALL, *ROOT.glob("*.md")], ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = path.read_text("utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(source for _, source in cells(path, "markdown"))
    folder = path.parent
    if folder.name == "solutions":  # its links are those of the learner's notebook
        folder = folder.parent
    for target in re.findall(r'\]\(([^)\s]+)(?: "[^"]*")?\)', text):
        if not target.startswith(("http:", "https:", "#")):
            page, _, heading = target.partition("#")
            assert (folder / page).is_file(), target
            assert not heading or heading in headings(folder / page), target


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_linked_word_tells_what_it_means(path):
    text = "\n".join(source for _, source in cells(path, "markdown"))
    links = re.findall(r"""\(notation\.ipynb#([^\s)]+)(?: "([^"]*)")?\)""", text)
    terms = headings(ROOT / "notebooks" / "notation.ipynb")
    terms = terms[terms.index("Glossary") + 1 :]
    assert [term for term, told in links if term in terms and not 5 < len(told) <= 90] == []


def headings(path):
    """The headings of a notebook as a link names them."""
    texts = "\n".join(source for _, source in cells(path, "markdown"))
    return [text.replace(" ", "-") for text in re.findall(r"^#+ (.+)$", texts, re.MULTILINE)]


def test_every_term_of_the_glossary_is_linked_from_a_lesson():
    terms = headings(ROOT / "notebooks" / "notation.ipynb")
    terms = terms[terms.index("Glossary") + 1 :]
    texts = "\n".join(source for path in LESSONS for _, source in cells(path, "markdown"))
    assert len(terms) >= 20
    assert [t for t in terms if not re.search(rf"\(notation\.ipynb#{t}[ )]", texts)] == []


# The house's style. Who adapts the course to another house may leave these two out.


@pytest.mark.parametrize("path", [*LESSONS, *PAGES], ids=lambda path: path.stem)
def test_no_wall_of_text(path):
    count = len(json.loads(path.read_text("utf-8"))["cells"])
    assert count <= 30, f"{path.name} has {count} cells: at most 30, else make two lessons of it"
    for cell, source in cells(path, "markdown"):
        read = re.sub(r"\]\([^)]*\)", "]", source)  # hover text is read by who asks for it
        words = len(re.findall(r"\S*\w\S*", read))  # the bars of a table are none
        told = f"{path.name}: the cell {cell['id']} has {words} words: at most 120, or divide it"
        assert words <= 120 or cell["id"] in {"card", "map", "symbols"}, told


@pytest.mark.parametrize("path", [*LESSONS, *PAGES], ids=lambda path: path.stem)
def test_words_to_avoid(path):
    for kind in ("code", "markdown"):
        for cell, source in cells(path, kind):
            word = re.search(r"\b(simply|obviously|just)\b", source, re.IGNORECASE)
            assert not word, (
                f"{path.name}: the cell {cell['id']} says “{word[0]}”: leave it out, "
                "what is plain to you is not to everyone"
            )


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_answers_to_predictions_are_folded_away(path):
    for cell, source in cells(path, "code"):
        if "cl.predict(" in source:
            assert cell["metadata"]["jupyter"]["source_hidden"], cell["id"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_numbers_behind_the_text_fold_themselves(path):
    checks = [c for c, _ in cells(path, "code") if c["id"].startswith("check-")]
    assert checks
    for cell in checks:
        (output,) = cell["outputs"]
        text = "".join(output["data"]["text/html"])
        assert text.startswith('<details class="course-numbers'), cell["id"]
        assert not re.search(r"\d", text[: text.index("</summary>")]), cell["id"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_right_option_has_no_place_of_its_own(path):
    places = []
    for _, source in cells(path, "code"):
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "cl.predict":
                options = [ast.literal_eval(option) for option in call.args[1].keys]
                places.append(options.index(ast.literal_eval(call.keywords[0].value)))
    assert max(map(places.count, places)) <= max(1, (len(places) + 1) // 2), places


def test_the_course_opens_with_a_picture_to_touch():
    (_, first), *_ = cells(LESSONS[0], "code")
    assert "cl.explore.first_look()" in first


@pytest.mark.parametrize("path", LESSONS[1:], ids=lambda path: path.stem)
def test_a_prediction_comes_before_the_first_picture(path):
    sources = [source for _, source in cells(path, "code")]
    asked = next(i for i, source in enumerate(sources) if "cl.predict(" in source)
    assert asked < next(i for i, source in enumerate(sources) if "cl.explore." in source)


def test_the_half_life_is_asked_for_before_anything_tells_it():
    lesson = next(path for path in LESSONS if path.name.startswith("02"))
    notebook = json.loads(lesson.read_text("utf-8"))["cells"]
    asked = next(i for i, cell in enumerate(notebook) if cell["id"] == "predict-half-life")
    for cell in notebook[:asked]:
        texts = "".join(cell["source"]) + json.dumps(cell.get("outputs"))
        assert not re.search(r"6\.5[78]|half-life \d|\\\\ln|\bln\b", texts), cell["id"]
    assert not re.search(r"power of 7|0\.478|7 steps", "".join(notebook[asked]["source"]))


def test_the_gallery_shows_every_explorer_with_its_goal():
    shown = [source for _, source in cells(ROOT / "notebooks" / "gallery.ipynb", "code")]
    names = set(explorers.__all__) - {"first_look"}  # that one belongs to lesson 00
    assert {f"cl.explore.{name}()" for name in names} == set(shown[1:])
    texts = [source for _, source in cells(ROOT / "notebooks" / "gallery.ipynb", "markdown")]
    assert all("**Goal:**" in text for text in texts[1:]) and len(texts) == len(shown)


EXERCISES = sorted(ROOT.glob("exercises/solutions/*.ipynb"))


@pytest.mark.parametrize("at", range(len(EXERCISES)), ids=[path.stem for path in EXERCISES])
def test_an_exercise_leads_back_and_on(at):
    number = EXERCISES[at].name[:2]
    lessons = {path.name[:2]: path.name for path in LESSONS}
    strip = [
        f"[Lesson {number}](../notebooks/{lessons[number]})",
        "[Map](../notebooks/notation.ipynb)",
    ]
    if at > 0:
        before = EXERCISES[at - 1].name
        strip.insert(0, f"[← Exercise {before[:2]}]({before})")
    if at + 1 < len(EXERCISES):
        after = EXERCISES[at + 1].name
        strip.append(f"[Exercise {after[:2]} →]({after})")
    (head, top), *_, (foot, bottom) = cells(EXERCISES[at], "markdown")
    assert (head["id"], foot["id"]) == ("title", "foot")
    assert top.splitlines()[2] == bottom.splitlines()[2] == " · ".join(strip)
    onward = lessons.get(f"{int(number) + 1:02}", "gallery.ipynb")
    assert bottom.startswith("**Next:** ") and f"](../notebooks/{onward})" in bottom


@pytest.mark.parametrize("path", EXERCISES, ids=[path.stem for path in EXERCISES])
def test_the_set_up_of_an_exercise_is_folded(path):
    (first, source), *_ = cells(path, "code")
    assert "import course_lib as cl" in source and first["metadata"]["jupyter"]["source_hidden"]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_what_a_notebook_uses_it_imports(path):
    """In the course's own environment `cl` and `np` are there anyway, elsewhere they are not."""
    known = set()
    for cell, source in cells(path, "code"):
        tree = ast.parse(source)
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                known |= {(name.asname or name.name).partition(".")[0] for name in node.names}
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert used & {"cl", "np", "inspect"} <= known, cell["id"]
