"""In a real session: which notebook a kernel belongs to, and what a right answer looks like."""

import json

from lab_in_browser import ROOT, open_and_run, open_notebook, write_notebook

from course_lib.command.notebooks import read, write

LEARNING = "import os\ndel os.environ['COURSE_RECORD']  # as for a learner\n"


def recorded(course):
    file = course / ".jupyter/data/adaptive-optimizers-course/progress.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]


def test_a_kernel_knows_its_lesson_and_shows_what_was_done(page, url, course, keep):
    lesson = "01_one_learning_rate"
    file = course / "notebooks" / f"{lesson}.ipynb"
    before = file.read_bytes()
    sources = [
        "import course_lib as cl\nfrom course_lib import record\nrecord.opened(record.here())"
    ]
    sources += ["record.committed(record.here(), 'a', chosen=0, right=1)", "cl.progress()"]
    write_notebook(file, [LEARNING, *sources])
    try:
        assert open_and_run(page, url, f"notebooks/{lesson}.ipynb")
        row = page.locator(".jp-OutputArea table tr", has_text="01 · One learning rate")
        row.wait_for()
        assert row.locator("td").all_inner_texts()[1] == "yes"
        keep("progress")
        assert recorded(course)[-2:] == [
            {"opened": lesson},
            {"lesson": lesson, "prediction": "a", "chosen": 0, "right": 1, "first": 0},
        ]
    finally:
        file.write_bytes(before)


def test_a_right_answer_has_a_tick_and_a_count(page, url, course, keep):
    name = "02_moving_averages.ipynb"
    learners, master = read(course / "exercises" / name), read(ROOT / "exercises/solutions" / name)
    for cell, solved in zip(learners["cells"], master["cells"], strict=True):
        if cell["id"].startswith("answer-") and "volatility" not in cell["id"]:
            cell["source"] = solved["source"]
    learners["cells"][1]["source"] = LEARNING + learners["cells"][1]["source"]
    before = (course / "exercises" / name).read_bytes()
    write(learners, course / "exercises" / name)
    try:
        open_and_run(page, url, f"exercises/{name}")
        line = page.get_by_text("✓ 02.bug_hunt: right (5 of 6 right so far)")
        line.wait_for()
        line.scroll_into_view_if_needed()
        keep("exercise")
        assert recorded(course)[-1] == {"exercise": "02", "right": 5, "of": 6}
    finally:
        (course / "exercises" / name).write_bytes(before)


def test_a_bar_shows_while_a_loop_lasts_and_is_gone_then(page, url, course, keep):
    sources = ["import time\nimport course_lib as cl"]
    sources += ["for _ in cl.bar(range(10)):\n    time.sleep(0.5)\nprint('done')"]
    write_notebook(course / "notebooks/waits.ipynb", sources)
    open_notebook(page, url, "notebooks/waits.ipynb")
    page.evaluate("() => void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    bar = page.locator(".jp-OutputArea .widget-hprogress")
    bar.get_by_text("7 of 10").wait_for()
    keep("bar")
    page.get_by_text("done", exact=True).wait_for()
    assert bar.count() == 0
