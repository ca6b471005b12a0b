import pytest

import course_lib as cl

OPTIONS = {"up": "It rises.", "down": "It does not fall."}


def test_the_answer_is_not_in_what_is_saved():
    quiz = cl.predict("Which way?", OPTIONS, right="up")
    data, _ = quiz._repr_mimebundle_()
    assert "Which way?" in data["text/markdown"] and "- down" in data["text/markdown"]
    for text in data["text/markdown"], data["text/plain"]:
        assert "rises" not in text and "right" not in text
    assert (quiz.right, quiz.chosen) == (0, -1)


@pytest.mark.parametrize(
    "options, right, message",
    [
        ({"up": "It rises."}, "up", "at least two options, got 1"),
        (OPTIONS, "left", "'left', which is not among the options"),
        ({"up": "It rises.", "down": ""}, "up", "'down' has no feedback"),
    ],
)
def test_a_question_that_cannot_be_asked(options, right, message):
    with pytest.raises(ValueError, match=message):
        cl.predict("Which way?", options, right)
