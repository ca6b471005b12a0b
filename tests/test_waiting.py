import pytest

import course_lib as cl
from course_lib.explore import waiting


@pytest.fixture
def shown(monkeypatch):
    """What a cell displays, and "cleared" where it takes that back."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: displayed.append(set(data)))
    monkeypatch.setattr("IPython.display.clear_output", lambda: displayed.append("cleared"))
    return displayed


def test_what_is_quickly_done_shows_no_bar(shown):
    assert list(cl.bar("abc")) == ["a", "b", "c"]
    assert shown == []


def test_what_lasts_shows_one_and_takes_it_away(shown, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    assert list(cl.bar(n for n in range(3))) == [0, 1, 2]
    assert shown == [{waiting.VIEW}, "cleared"]


def test_a_bar_tells_how_far_it_is(shown, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    clock = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    bars = []
    show = waiting._show
    monkeypatch.setattr(waiting, "_show", lambda total: bars.append(show(total)) or bars[-1])
    told = [(bars[0].value, bars[0].max, bars[0].description) for _ in cl.bar("abc")]
    assert told == [(0, 3, "0 of 3"), (1, 3, "1 of 3"), (2, 3, "2 of 3")]


def test_an_error_stays_on_the_page(shown, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    for _ in cl.bar("abc"):
        break  # as an error would
    assert shown == [{waiting.VIEW}]
