"""The pictures of lessons 00 and 02: how they open there, and what their goals say."""

import ast
import json
import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import test_explorers

import course_lib as cl

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def calls(lesson):
    """The calls of explorers in a lesson, as they are written."""
    cells = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text("utf-8"))["cells"]
    trees = [ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    made = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [text for text in map(ast.unparse, made) if text.startswith("cl.explore.")]


OPENED = [*calls("00_start_here"), *calls("02_moving_averages")]


def test_lesson_02_has_the_weights_that_the_notes_show():
    assert len(OPENED) == 5 and any("ema_weights" in call for call in OPENED)


@pytest.mark.parametrize("call", OPENED)
def test_the_goals_are_far_where_the_lesson_opens(call):
    make = partial(eval, call, {"cl": cl})
    assert make().table.goals
    test_explorers.test_goals_are_found_and_not_met_on_opening_or_by_one_key(make)


def reached(explorer, goal, name, **others):
    """The values of a control that reach a goal, with the others where they are put."""
    (goal,) = [g for g in explorer.table.goals if g.text.startswith(goal)]
    values = explorer.table.controls[name].values
    return {value for value in values if goal.look(**{name: value}, **others)[0]}


def test_the_largest_beta_is_in_time_by_the_formula():
    in_time = {b for b in cl.explore.first_look().table.controls["beta"].values if 1 - b**20 >= 0.9}
    assert reached(cl.explore.first_look(), "find", "beta") == {max(in_time)} == {0.89}


def test_calm_and_quick_together():
    explorer = cl.explore.moving_averages("noisy step")
    for bias_correction in (False, True):
        at = {"series": "noisy step", "bias_correction": bias_correction}
        assert reached(explorer, "find", "beta", **at) == {0.9}
    assert not reached(explorer, "find", "beta", series="Hinton's stream", bias_correction=False)


def test_the_smallest_swing():
    explorer = cl.explore.moving_averages("Hinton's stream")
    at = {"series": "Hinton's stream", "bias_correction": False}
    assert reached(explorer, "find", "beta", **at) == {0.96}
    v = cl.ema(cl.datasets.hinton_stream(300), [0.94, 0.96])[-10:]
    assert (np.ptp(v, axis=0) < 0.05).tolist() == [False, True]


def test_the_longest_window():
    explorer = cl.explore.moving_averages("FTSE squared returns", window=200)
    assert reached(explorer, "find", "window", series="FTSE squared returns") == {30}
    explorer.set(window=30)
    shown = explorer.lines["window mean"]
    assert shown[:, 1].max() > 2 and shown[shown[:, 1].argmax(), 0] > 1997.75


def test_less_than_half_of_the_weight():
    explorer = cl.explore.ema_weights()
    assert reached(explorer, "with", "beta", steps=20) == {0.97}
    assert not reached(explorer, "with", "beta", steps=50)
    little = {b for b in explorer.table.controls["beta"].values if 1 - b**20 < 0.5}
    assert reached(explorer, "then", "beta", steps=20, bias_correction=True) == little
    assert not reached(explorer, "then", "beta", steps=20, bias_correction=False)


def test_a_series_of_your_own():
    values = [3, 1, 4, 1, 5]
    explorer = cl.explore.moving_averages(values, beta=0.5, window=2)
    assert explorer.value["series"] == "yours" and explorer.table.goals == []
    there = explorer.lines["EMA"][-5:]
    np.testing.assert_allclose(there[:, 0], [1, 2, 3, 4, 5])
    np.testing.assert_allclose(there[:, 1], cl.ema(values, 0.5))
    assert np.isnan(explorer.lines["EMA"][:-5, 1]).all()
    np.testing.assert_allclose(explorer.lines["window mean"][-4:, 1], [2, 2.5, 2.5, 3])
    assert explorer.alt.endswith("The EMA ends at 3.41; the last value is 5.00.")
    explorer.set(series="noisy step")
    assert "After the jump" in explorer.alt


@pytest.mark.parametrize(
    "series, told",
    [
        ([1.0], "at least two numbers; this has the shape (1,)"),
        ([[1.0, 2.0]], "this has the shape (1, 2)"),
        (["a", "b"], "the type <U1"),
        ([1.0, float("nan")], "value 1 of the series is not finite"),
    ],
)
def test_a_series_that_cannot_be_averaged(series, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        cl.explore.moving_averages(series)
