import pytest

import course_lib as cl


@pytest.fixture
def folded(monkeypatch, capsys):
    """What a cell of numbers displays, as mime type → text."""

    def run(**of):
        shown = []
        monkeypatch.setattr("IPython.display.display", shown.append)
        with cl.numbers(**of):
            print("a < b")
            print("1.5")
        assert capsys.readouterr().out == ""
        (output,) = shown
        return {"text/plain": repr(output), "text/html": output._repr_html_()}

    return run


def test_the_numbers_stand_in_a_closed_fold_whose_head_tells_nothing(folded):
    data = folded()
    assert data["text/plain"] == "a < b\n1.5"
    assert data["text/html"] == (
        '<details class="course-numbers course-answer"><summary>The numbers behind your prediction'
        "</summary><pre>a &lt; b\n1.5</pre></details>"
    )


@pytest.mark.parametrize("of", ["goal", "text"])
def test_numbers_that_answer_no_prediction_are_not_opened_by_one(folded, of):
    assert "course-answer" not in folded(of=of)["text/html"]


def test_beside_an_error_nothing_is_hidden(capsys):
    with pytest.raises(ZeroDivisionError), cl.numbers():
        print("so far")
        print(1 / 0)
    assert capsys.readouterr().out == "so far\n"


def test_an_unknown_kind_of_numbers(folded):
    with pytest.raises(ValueError, match="numbers of 'goals': there are prediction, goal, text"):
        folded(of="goals")
