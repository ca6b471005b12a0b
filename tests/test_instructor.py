"""What INSTRUCTOR.md promises for the lecture is what the explorers show."""

import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import course_lib as cl

TEXT = (Path(__file__).parents[1] / "notebooks" / "INSTRUCTOR.md").read_text("utf-8")
CALLS = sorted(set(re.findall(r"`(cl\.explore\.\w+\([^`]*\))`", TEXT)))


@pytest.mark.parametrize("call", CALLS)
def test_every_call_it_names_works(call):
    assert eval(call, {"cl": cl}).alt


def test_it_demonstrates_in_every_lesson():
    assert len(CALLS) >= 5  # the other pictures it names by their cells
    sections = re.split(r"^## (?=\d\d · )", TEXT, flags=re.MULTILINE)[1:]
    assert [section[:2] for section in sections] == [f"{i:02}" for i in range(8)]
    for section in sections:
        for part in ("Objectives", "Prerequisites", "Minutes", "Demonstrate", "Ask the room"):
            assert f"*{part}.*" in section, (section[:2], part)
        assert "*Misconceptions.*" in section and "*When short of time.*" in section, section[:2]


def test_every_cell_it_names_is_in_its_lesson():
    named = 0
    for section in re.split(r"^## (?=\d\d · )", TEXT, flags=re.MULTILINE)[1:]:
        lesson = next((Path(__file__).parents[1] / "notebooks").glob(f"{section[:2]}_*.ipynb"))
        there = {cell["id"] for cell in json.loads(lesson.read_text("utf-8"))["cells"]}
        cells = set(
            re.findall(r"`((?:check|predict|explore|race)-[a-z-]+)`", section.split("\n## ")[0])
        )
        assert cells <= there, section[:2]
        named += len(cells)
    assert named >= 8


SHOWN = [  # the explorer, where its controls stand, what it says then, and what the notes say
    ("one_rate", {"lr": 0.48}, "steep side by −0.92", "At 0.48 the steep side has become the slow"),
    ("one_rate", {"lr": 0.5}, "from side to side for ever", "At 0.5 it jumps for ever"),
    ("heavy_ball", {"lr": 0.74}, "the path runs away", "set η = 0.74. The path runs away"),
    ("heavy_ball", {"lr": 0.74, "momentum": 0.7}, "1e-6 after 50", "below 1e-6 after 50 steps"),
    ("scaling", {"condition": 5.0}, "SGD: within 0.5 after 6 steps", "SGD is there after 6 steps"),
    ("scaling", {"condition": 5.0}, "RMSProp: within 0.5 after 50", "RMSProp after 50"),
    ("scaling", {"condition": 100.0}, "SGD: never within 0.5", "it is never within 0.5"),
    ("scaling", {"condition": 100.0}, "RMSProp: within 0.5 after 50", "RMSProp is after 50 steps"),
    (
        "scaling",
        {"condition": 100.0, "turned": True},
        "RMSProp: never within 0.5",
        "Now RMSProp is never within 0.5 either",
    ),
    (
        "scaling",
        {"condition": 100.0, "turned": True},
        "sign: within 0.5 after 46 steps",
        "The sign method hardly minds",
    ),
    ("ema_weights", {"beta": 0.97, "steps": 20}, "add up to 0.456", "less than a half"),
    (
        "adagrad_decay",
        {"steps": 10_000},
        "constant 1 %, noisy 1 %, sparse 10 %",
        "stays ten times above them",
    ),
    (
        "memory",
        {"rho": 0.9, "jump": 0.01},
        "76 steps after the jump (half-life of ρ = 0.9: 6.58",
        "eleven half",
    ),
    (
        "memory",
        {"rho": 0.9, "jump": 100.0},
        "4 steps after the jump",
        "at ρ = 0.9, it takes a few steps",
    ),
    ("rmsprop", {"rho": 0.99}, "The first step is 10 η", "the first step is ten rates long"),
    (
        "rmsprop",
        {"rho": 0.99, "lr": 0.1},
        "|x₁| stays below 1e-6",
        "and η = 0.1 it looks converged",
    ),
    ("rmsprop", {"rho": 0.99, "lr": 0.3}, "|x₂| reaches 0.28", "the burst is there already"),
    (
        "rmsprop",
        {"rho": 0.9, "lr": 0.1},
        "between +η/2 and −η/2, ±0.05",
        "half a rate to either side",
    ),
    ("rmsprop", {"rho": 0.9, "lr": 0.02}, "±0.01", "the cycle shrinks with it"),
    ("adam", {"gradients": "constant"}, "Every step is 1 η", "every step is one rate long"),
    (
        "adam",
        {"gradients": "constant", "bias_correction": False},
        "first step is 3.16 η",
        "The first is 3.16 rates long",
    ),
    (
        "adam",
        {"gradients": "constant", "bias_correction": False},
        "step 12 with 6.57 η",
        "grow to 6.57 at step 12",
    ),
    ("adam", {"gradients": "one spike"}, "step 10 with 0.484 η", "0.48 rates at step 10"),
    (
        "adam",
        {"gradients": "a spike after a long silence"},
        "step 10 with 3.16 η",
        "silence*: 3.16, the corrections are gone",
    ),
    ("adam_noise", {"noise": 10.0}, "0.80 η long and gets 0.10", "0.80 rates long and gets 0.10"),
    ("adam_noise", {"noise": 10.0, "beta1": 0.9}, "0.20 η long and gets 0.10", "and 0.20 long"),
    ("counterexample", {"beta2": 0.1}, "Adam +0.989, the wrong end", "walks to the wrong end"),
    ("counterexample", {"beta2": 0.1}, "AMSGrad −0.991, the minimum", "AMSGrad to the right one"),
    ("counterexample", {"beta2": 0.5}, "Adam −0.985, the minimum", "see Adam mended too"),
    ("counterexample", {"c": 10.0, "beta2": 0.1}, "Adam −0.783, in", "a larger c fools it less"),
]


@cache
def opened(name):
    return getattr(cl.explore, name)()


@pytest.mark.parametrize(("name", "settings", "shown", "said"), SHOWN)
def test_the_settings_show_what_is_said(name, settings, shown, said):
    explorer = opened(name)
    explorer.set(**{name: c.start for name, c in explorer.table.controls.items()})
    explorer.set(**settings)
    assert shown in explorer.alt
    assert said in " ".join(TEXT.split())


def test_the_rate_that_reaches_the_goal_first():
    explorer = cl.explore.one_rate()
    steps = {}
    for _, lr in explorer.controls["lr"].options:
        explorer.set(lr=lr)
        if found := re.search(r"below 1e-6 after (\d+) steps", explorer.alt):
            steps[lr] = int(found[1])
    assert min(steps, key=steps.get) == 0.47 and "0.47 reaches the goal first" in TEXT


def test_what_is_left_of_the_flat_side():
    for condition, lr, left in [(20, 0.1, "13 %"), (100, 0.45, "16 %")]:
        bowl = cl.problems.bowl(condition)
        end = cl.run(cl.SGD(lr), bowl.grad, bowl.start, 100).x[-1, 0] / bowl.start[0]
        assert f"{end:.0%}".replace("%", " %") == left and left in TEXT


def test_at_condition_100_no_rate_reaches_the_goal():
    bowl = cl.problems.bowl(100)
    rates = np.linspace(0.01, 0.5, 99)[:, None]
    ends = cl.run(cl.SGD(rates), bowl.grad, np.tile(bowl.start, (99, 1)), 100).x[-1]
    assert bowl.value(ends).min() > 1e-6
