"""Lesson 04 learns its words in a loop of its own, and the notes for it tell what it found."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import course_lib as cl

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LESSON = json.loads((NOTEBOOKS / "04_adagrad.ipynb").read_text("utf-8"))["cells"]


@pytest.fixture(scope="module")
def words():
    """What the cell defines, with three seeds in place of its hundreds."""
    cell = next("".join(cell["source"]) for cell in LESSON if cell["id"] == "check-words")
    few = re.sub(r"TUNING, SEEDS = \d+, \d+", "TUNING, SEEDS = 1, 3", cell)
    assert few != cell
    names = {"np": np}
    exec(few.partition("\nrare = ")[0], names)
    return names


@pytest.mark.parametrize(
    ("opt", "rate"),
    [
        (cl.AdaGrad, lambda etas, t, v, n: etas / np.sqrt(v)),
        (cl.SGD, lambda etas, t, v, n: etas),
    ],
)
def test_its_loop_is_the_librarys_optimizer(words, opt, rate):
    etas, seed, count = words["etas"], words["seed"], words["WORDS"]
    p, word, noise, weight = world = words["draw"](np.full(count, 1 / count))
    found = words["losses"](lambda *of: rate(etas, *of), *world)

    def grad(x, t):
        g, i = np.zeros_like(x), word[t - 1]
        g[:, seed, i] = x[:, seed, i] - weight[seed, i] - noise[t - 1]
        return g

    tame = slice(0, 8)  # the larger ones diverge with SGD
    start = np.zeros((8, len(seed), count))
    x = cl.run(opt(etas[tame].reshape(-1, 1, 1)), grad, start, 2000, record=["x"], every=1000).x
    loss = np.moveaxis(0.5 * p * (x[1:] - weight) ** 2, 1, -1)
    np.testing.assert_allclose(found[..., tame], loss, rtol=1e-7)


def test_the_notes_tell_the_numbers_of_the_lesson():
    text = (NOTEBOOKS / "INSTRUCTOR.md").read_text("utf-8")
    notes = re.search(r"^## 04 · .*?(?=^## )", text, re.MULTILINE | re.DOTALL)[0]
    printed = "".join("".join(o.get("text", "")) for c in LESSON for o in c.get("outputs", []))
    rounded = {f"{float(number):.4f}" for number in re.findall(r"\d\.\d+", printed)}
    told = re.findall(r"\d\.\d{4}", notes)
    assert told and [number for number in told if number not in rounded] == []
