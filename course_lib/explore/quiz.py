"""Predict, commit, reveal: a question to answer before the answer shows."""

import anywidget
import traitlets

from .. import record
from . import page


def predict(question, options, right):
    """Ask for a prediction; the answer shows once the learner has committed to one.

    Parameters
    ----------
    question : str
        Plain text.
    options : dict
        Option → what to tell someone who chose it. At least two; a wrong one says why one
        might believe it.
    right : str
        The option that is right.

    Returns
    -------
    Prediction
        A widget that needs no kernel once it is shown.

    Raises
    ------
    ValueError
        If there are fewer than two options, one has no feedback, or `right` is not among them.

    Examples
    --------
    >>> predict("Is the sky blue?", {"yes": "It is.", "no": "Look up."}, right="yes")
    Predict before you go on: Is the sky blue? (yes / no)
    """
    if len(options) < 2:
        raise ValueError(f"a prediction needs at least two options, got {len(options)}")
    if right not in options:
        raise ValueError(f"right is {right!r}, which is not among the options {list(options)}")
    for option, feedback in options.items():
        if not feedback:
            raise ValueError(f"the option {option!r} has no feedback")
    return Prediction(
        question=question,
        options=list(options),
        feedback=list(options.values()),
        right=list(options).index(right),
        key=page.key(question, list(options), right),
    )


class Prediction(anywidget.AnyWidget):
    """The widget that `predict` returns; `chosen` is −1 until the learner commits."""

    _esm = page.script("quiz.js")
    _css = page.look()
    key = traitlets.Unicode().tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    feedback = traitlets.List(traitlets.Unicode()).tag(sync=True)
    right = traitlets.Int().tag(sync=True)
    first = traitlets.Int(-1).tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)

    @traitlets.observe("chosen")
    def _record(self, change):
        if change.new >= 0:
            for chosen in (self.first, change.new):  # the first may be of a kernel that is gone
                if chosen >= 0:
                    record.committed(record.here(), self.key, chosen, self.right)

    def __repr__(self):
        return f"Predict before you go on: {self.question} ({' / '.join(self.options)})"

    def _repr_mimebundle_(self, **kwargs):
        # What a reader without a kernel sees: the question, and not the answer.
        data = super()._repr_mimebundle_(**kwargs)
        data, metadata = data if isinstance(data, tuple) else (data, {})
        options = "\n".join(f"- {option}" for option in self.options)
        text = f"**Predict before you go on.** {self.question}\n\n{options}\n\n"
        text += '<span class="course-quiz-still">*Run this cell to commit to an answer.*</span>'
        metadata = {**metadata, "course": {"prediction": self.key}}
        return {**data, "text/plain": repr(self), "text/markdown": text}, metadata
