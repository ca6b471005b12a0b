"""The notes for lesson 04 tell what its tables found."""

import json
import re
from pathlib import Path

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
LESSON = json.loads((NOTEBOOKS / "04_adagrad.ipynb").read_text("utf-8"))["cells"]


def test_the_notes_tell_the_numbers_of_the_lesson():
    text = (NOTEBOOKS / "INSTRUCTOR.md").read_text("utf-8")
    notes = re.search(r"^## 04 · .*?(?=^## )", text, re.MULTILINE | re.DOTALL)[0]
    outputs = [output for cell in LESSON for output in cell.get("outputs", [])]
    printed = "".join("".join(o.get("data", {}).get("text/plain", "")) for o in outputs)
    rounded = {f"{float(number):.4f}" for number in re.findall(r"\d\.\d+", printed)}
    told = re.findall(r"\d\.\d{4}", notes)
    assert told and [number for number in told if number not in rounded] == []
