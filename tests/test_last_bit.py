"""What is stored, printed or said is the same when every gradient is off by its last bit."""

import gc
import io
import os
import warnings
from contextlib import redirect_stdout
from pathlib import Path

import last_bit
import pytest

from course_lib import explore as explorers
from course_lib.command.notebooks import read, write

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(
    path
    for folder in ("notebooks", "exercises/solutions")
    for path in (ROOT / folder).glob("*.ipynb")
    if path.stem != "gallery"  # its pictures' sentences are looked at below, at every position
)
SEEDS = (1, 2, 3)
CHANGE = "import sys\nsys.path.append({tests!r})\nimport last_bit\nlast_bit.install({seed})"


class Failures:
    """A pytest plugin that notes what failed."""

    def __init__(self):
        self.passed, self.failed = 0, []

    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            self.passed += 1
        elif report.failed:
            self.failed.append(f"{report.nodeid}\n{report.longrepr}")


def once_a_seed(notebook):
    """The notebook's cells once for each seed, in one kernel."""
    cells = []
    for seed in SEEDS:
        source = CHANGE.format(tests=str(ROOT / "tests"), seed=seed)
        start = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": []}
        cells.append({**start, "id": f"seed-{seed}", "source": source})
        cells += [{**cell, "id": f"{cell['id']}-{seed}"} for cell in notebook["cells"]]
    return {**notebook, "cells": cells}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_stored_output_hangs_on_the_last_bit(path, tmp_path):
    notebook = once_a_seed(read(path))
    write(notebook, tmp_path / path.name)
    seen = Failures()
    options = ["-c", os.devnull, "--rootdir", str(tmp_path), "--noconftest"]
    off = ["-p", "no:cacheprovider", "-p", "no:unraisableexception"]
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"]
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.main([*options, *off, *nbval, str(tmp_path / path.name)], plugins=[seen])
        gc.collect()  # nbval leaves a file open, and a warning as a failure comes when it goes
    assert not seen.failed, "\n".join(seen.failed)
    assert seen.passed == sum(cell["cell_type"] == "code" for cell in notebook["cells"])


def sentences(name):
    explorer = getattr(explorers, name)()
    return {
        (words.on, *at.values()): words.say(**at)
        for words in explorer.table.words
        for at in explorer.table.every(words.on)
    }


@pytest.mark.parametrize("name", explorers.__all__)
def test_no_sentence_of_an_explorer_hangs_on_the_last_bit(name, monkeypatch):
    said = sentences(name)
    for seed in SEEDS:
        last_bit.install(seed, monkeypatch.setattr)
        assert sentences(name) == said
