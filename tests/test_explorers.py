import itertools
import subprocess
import sys
from functools import cache, partial

import numpy as np
import pytest
from matplotlib.colors import to_rgb

import course_lib as cl
from course_lib import explore as explorers
from course_lib.explore import plots
from course_lib.explore.explorer import Control, Explorer, Line, Words
from course_lib.explore.parts import LEVEL
from course_lib.explore.streams import streams as all_streams

EVERY = [getattr(explorers, name) for name in explorers.__all__]


def every_value(explorer):
    """Each position of all controls; the values that the explorer then has."""
    for values in itertools.product(*(c.values for c in explorer.table.controls.values())):
        values = dict(zip(explorer.controls, values, strict=True))
        explorer.set(**values)
        yield values


def looked_up(page, line, value_at):
    """What explorer.js reads: the points of a line as fractions of their axes."""
    table = np.frombuffer(page.table, "<f4")
    start = line["offset"] + 2 * line["points"] * sum(
        stride * value_at[at] for at, stride in line["strides"].items()
    )
    points = value_at[line["upto"]] + 1 if line["upto"] else line["points"]
    return table[start : start + 2 * points].reshape(-1, 2)


def test_every_line_at_every_value_equals_the_library():
    explorer = cl.explore.moving_averages()
    streams = all_streams()
    count = 0
    for at in every_value(explorer):
        x = streams[at["series"]].values  # the whole series; the last 300 steps are shown
        lines = {name: xy[:, 1] for name, xy in explorer.lines.items()}
        np.testing.assert_array_equal(lines["stream"], x[-300:])
        mean = cl.moving_average(x, at["window"])[-300:]
        np.testing.assert_array_equal(lines["window mean"], mean)
        expected = cl.ema(x, at["beta"], bias_correction=at["bias_correction"])
        np.testing.assert_array_equal(lines["EMA"], expected[-300:])
        count += 1
    assert count == 3 * 15 * 12 * 2


def two_stills():
    """An explorer whose stills hang on the second control of its line."""
    xy = np.random.default_rng(0).normal(size=(3, 2, 5, 2))

    def draw(figure, b):
        ax = figure.subplots()
        ax.set(xlim=(-3, 3 + b), ylim=(-3, 3))
        return ax

    return Explorer(
        [Control("a", "a", (1, 2, 3), 1), Control("b", "b", (0, 4), 0)],
        [Line("line", ("a", "b"), xy, plots.EMA)],
        [Words(("b", "a"), lambda b, a: f"{b} {a}")],
        draw,
        draw_on=("b",),
    )


@pytest.mark.parametrize("make", [*EVERY, two_stills])
def test_the_page_looks_up_the_lines_of_the_figure(make):
    explorer = make()
    page = explorer.widget.children[1]
    rng = np.random.default_rng(0)
    axes = {}  # what stands still is drawn once: its transforms serve all positions
    for k in range(20):
        controls = explorer.table.controls.values()
        explorer.set(**{c.name: c.values[rng.integers(len(c.values))] for c in controls})
        at = explorer.positions
        still = tuple(at[name] for name in explorer.table.draw_on)
        at = {f"at_{name}": i for name, i in at.items()}
        if still not in axes or k < 2:
            axes[still] = explorer.figure().axes
            drawn = [list(ax.lines) for ax in axes[still]]
            for line in reversed(explorer.table.lines.values()):  # what moves was drawn last
                xy = drawn[line.ax].pop().get_xydata()
                np.testing.assert_array_equal(xy, explorer.lines[line.name])
        for line, spec in zip(explorer.table.lines.values(), page.spec["lines"], strict=True):
            xy = explorer.lines[line.name]
            ax = axes[still][line.ax]
            fractions = (ax.transData + ax.transAxes.inverted()).transform(xy)
            fractions = np.clip(fractions, -1e4, 1e4)
            np.testing.assert_allclose(looked_up(page, spec, at), fractions, rtol=1e-5, atol=1e-6)
        said = [
            words["texts"][sum(stride * at[name] for name, stride in words["strides"].items())]
            for words in page.spec["words"]
        ]
        assert " ".join(filter(None, said)) == explorer.alt


@pytest.mark.parametrize("make", EVERY)
def test_a_learners_error_state_is_no_matter_of_the_pictures(make):
    with np.errstate(all="raise"):
        explorer = make()
        assert explorer.alt
        assert np.geterr()["under"] == "raise"


@cache
def made(make):
    """An explorer for tests that only look at it."""
    return make()


@pytest.mark.parametrize("make", EVERY)
def test_size_of_what_the_page_gets(make):
    page = made(make).widget.children[1]
    stills = sum(len(png) for shape in page.stills for png in shape)
    assert len(page.table) + stills + len(str(page.spec)) < 2_000_000


@pytest.mark.parametrize("make", EVERY)
def test_goals_are_found_and_not_met_on_opening_or_by_one_key(make):
    explorer = made(make)
    controls = explorer.table.controls
    start = explorer.positions
    for goal in explorer.table.goals:
        # One press: left, right, Home and End move the slider that has the focus.
        near = [start]
        for name in goal.on:
            count = len(controls[name].values)
            keys = {max(start[name] - 1, 0), min(start[name] + 1, count - 1), 0, count - 1}
            near += [{**start, name: i} for i in keys]
        looks = [goal.look(**{n: controls[n].values[at[n]] for n in goal.on}) for at in near]
        assert not any(reached for reached, _ in looks), goal.text
        every = itertools.product(*(controls[n].values for n in goal.on))
        seen = [goal.look(**dict(zip(goal.on, values, strict=True))) for values in every]
        assert any(reached for reached, _ in seen), goal.text
        assert all(told[0].isupper() and told.endswith(".") for _, told in seen)


@pytest.mark.parametrize("make", EVERY)
def test_a_narrow_picture_has_its_panels_one_below_another(make):
    page = made(make).widget.children[1]
    _, narrow, wide = page.spec["layouts"]
    assert narrow["size"][0] < 400 and wide["size"][0] / wide["size"][1] > 2
    for boxes in narrow["boxes"]:
        lefts, tops = {round(box[0]) for box in boxes}, [box[1] for box in boxes]
        assert max(lefts) - min(lefts) < 30 and tops == sorted(set(tops))
        assert all(box[2] > 180 and box[3] > 100 for box in boxes)
    assert all(box[3] > 100 for boxes in wide["boxes"] for box in boxes)


def test_what_a_reader_without_a_kernel_gets():
    explorer = cl.explore.moving_averages(beta=0.9)
    data, metadata = explorer._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == explorer.alt
    assert data["image/png"].startswith("iVBOR")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "half-life 6.58 steps" in explorer.alt and "8 steps to reach 0.5" in explorer.alt


def test_the_start_of_the_ftse_lies_far_before_what_is_shown():
    explorer = cl.explore.moving_averages("FTSE squared returns", beta=0.94, window=200)
    plain = explorer.lines
    explorer.set(bias_correction=True)
    np.testing.assert_allclose(plain["EMA"], explorer.lines["EMA"], rtol=1e-12)
    assert np.isfinite(plain["window mean"]).all()
    prices = cl.datasets.ftse()
    v = cl.ema(cl.datasets.returns(prices.close) ** 2, 0.94)
    assert (plain["EMA"][:, 0] == prices.year[-300:]).all() and plain["EMA"][-1, 1] == v[-1]
    assert "it starts at 0.77 % a day, is highest around 1997.85 with 1.42 %" in explorer.alt


def test_the_half_life_is_not_told_before_it_is_asked_for():
    told = [cl.explore.moving_averages(beta=0.9, memory=memory).alt for memory in (True, False)]
    assert "β = 0.9: half-life 6.58 steps, effective window 10 steps. Window" in told[0]
    assert "β = 0.9. Window mean: 10 steps." in told[1]


def test_the_figure_follows_the_controls():
    explorer = cl.explore.moving_averages()
    explorer.controls["series"].value = "Hinton's stream"
    figure = explorer.figure()
    assert figure.axes[0].get_ylabel() == "gradient g" and figure.dpi == plots.DPI
    assert figure.axes[0].lines[-1].get_ydata()[9] == cl.ema(cl.datasets.hinton_stream(), 0.98)[9]


def test_your_own_average_goes_into_the_picture():
    mine = cl.explore.moving_averages(ema=lambda x, beta: np.cumsum(x) * beta)
    mine.set(series="Hinton's stream", beta=0.5)
    assert mine.lines["EMA"][:3, 1] == pytest.approx([0.05, 0.1, 0.15])
    both = cl.explore.moving_averages(
        "Hinton's stream", ema=lambda x, beta: 2 * x, ema_corrected=lambda x, beta: 3 * x
    )
    assert both.lines["EMA"][0, 1] == pytest.approx(0.2)
    both.set(bias_correction=True)
    assert both.lines["EMA"][0, 1] == pytest.approx(0.3)


def test_a_recursive_average_is_drawn_too():
    def ema(x, beta):
        before = ema(x[:-1], beta) if len(x) > 1 else [0.0]
        return [*before[len(x) == 1 :], beta * before[-1] + (1 - beta) * x[-1]]

    mine = cl.explore.moving_averages("FTSE squared returns", 0.9, ema=ema).lines["EMA"][:, 1]
    theirs = cl.explore.moving_averages("FTSE squared returns", 0.9).lines["EMA"][:, 1]
    np.testing.assert_allclose(mine[-50:], theirs[-50:], rtol=1e-6)


@pytest.mark.parametrize(
    "ema, message",
    [
        (lambda x, beta: x[-1], r"must have the shape \(300,\)"),
        (lambda x, beta: x * np.nan, "not a finite number"),
        (partial(lambda n, x, beta: x[:n], 3), r"your function returned the shape \(3,\)"),
        (partial(lambda n, x, beta: x * n, np.inf), "your function returned something that is not"),
    ],
)
def test_an_average_that_cannot_be_drawn(ema, message):
    with pytest.raises(ValueError, match=message):
        cl.explore.moving_averages(ema=ema)


def test_unknown_names_and_values_are_named():
    explorer = cl.explore.first_look()
    with pytest.raises(ValueError, match="no control 'rho'; there are beta"):
        explorer.set(rho=0.9)
    with pytest.raises(ValueError, match=r"beta has no value 0\.93; it has 0\.0, 0\.2"):
        explorer.set(beta=0.93)
    with pytest.raises(ValueError, match="series has no value 'DAX'; it has 'noisy step'"):
        cl.explore.moving_averages("DAX")
    assert explorer.value == {"beta": 0.96}


LOADED = """
import sys
import course_lib as cl
cl.plots, cl.predict, cl.numbers, cl.explore
print(*(name for name in sys.modules if name.startswith("course_lib.explore.")))
"""


def test_an_explorer_loads_when_it_is_first_used():
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    )
    loaded = {name.rpartition(".")[2] for name in done.stdout.split()}
    assert loaded == {"plots", "quiz", "page", "folded"}
    assert set(explorers.__all__) <= set(dir(explorers))
    with pytest.raises(AttributeError, match="no explorer 'rase'; there are adagrad_decay, adam, "):
        explorers.rase  # noqa: B018


def test_a_computed_value_finds_its_place():
    assert Control("lr", "rate", (0.1, 0.3), 0.1).index(0.1 + 0.2) == 1


def test_every_optimizer_has_a_look_of_its_own_and_enough_contrast():
    def luminance(colour):
        part = np.array(to_rgb(colour))
        linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    styles = plots.OPTIMIZERS.values()
    assert len({(s.dash, s.marker) for s in styles}) >= len(styles) - 1  # yours: by its width
    for line in styles:
        assert 1.05 / (luminance(line.colour) + 0.05) >= 3


def test_the_weights_of_an_average_are_what_it_does_to_a_pulse():
    explorer = cl.explore.ema_weights()
    for at in every_value(explorer):
        n, beta = at["steps"], at["beta"]
        w = (1 - beta) * beta ** np.arange(n)
        if at["bias_correction"]:
            w /= 1 - beta**n
        stairs = explorer.lines["weights"]
        np.testing.assert_allclose(stairs[: 2 * n, 1], np.repeat(w, 2), rtol=1e-9)
        assert np.isnan(stairs[2 * n :, 1]).all()
        np.testing.assert_array_equal(stairs[: 2 * n, 0], np.repeat(np.arange(n + 1), 2)[1:-1])
        sums = explorer.lines["sum"]
        np.testing.assert_allclose(sums[1 : n + 1, 1], w.cumsum(), rtol=1e-9)
        assert sums[0].tolist() == [0, 0]
        assert f"add up to {w.sum():.3f}" in explorer.alt
    explorer.set(beta=0.9)
    assert explorer.lines["half-life, sum"][:, 0] == pytest.approx(6.5788, abs=1e-4)
    assert explorer.lines["window, weights"][:, 0] == pytest.approx(10)


def luminance(colour):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return np.dot([0.2126, 0.7152, 0.0722], channels)


@pytest.mark.parametrize("make", EVERY)
def test_lines_stand_out_from_the_page_and_from_each_other_without_colour(make):
    lines = [line for line in make().table.lines.values() if line.style != LEVEL]
    for line in lines:
        assert 1.05 / (luminance(line.style.colour) + 0.05) >= 3, line.name
    for one, other in itertools.combinations(lines, 2):
        if one.ax == other.ax and one.style != other.style:
            looks = [(s.dash, s.marker, s.width) for s in (one.style, other.style)]
            apart = abs(luminance(one.style.colour) - luminance(other.style.colour))
            assert looks[0] != looks[1] or apart > 0.1, (one.name, other.name)
