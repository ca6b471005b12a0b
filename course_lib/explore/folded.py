"""Numbers that show themselves when somebody asks for them, and not before."""

import contextlib
import html
import io

SUMMARIES = {
    "prediction": "The numbers behind your prediction",
    "goal": "The numbers behind the goal",
    "text": "The numbers behind the text",
}


@contextlib.contextmanager
def numbers(of="prediction"):
    """What is printed inside stands folded under the cell, until it is asked for.

    A notebook's own folds open when all cells are run, and show their first line before that.
    This one is a part of the output: closed in JupyterLab, in an exported page and on the web.
    The numbers behind a prediction open once the prediction above them is committed.

    Parameters
    ----------
    of : {"prediction", "goal", "text"}
        What the numbers stand behind.

    Raises
    ------
    ValueError
        If `of` is none of these.

    Examples
    --------
    >>> with numbers():
    ...     print("positions: 10 -6")
    positions: 10 -6
    """
    if of not in SUMMARIES:
        raise ValueError(f"numbers of {of!r}: there are {', '.join(SUMMARIES)}")
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            yield
    except BaseException:  # beside an error nothing is hidden
        print(printed.getvalue(), end="")
        raise
    from IPython.display import display  # not at the top: the formulas alone need no IPython

    display(_Folded(printed.getvalue(), of))


class _Folded:
    def __init__(self, text, of):
        self.text, self.of = text.rstrip("\n"), of

    def __repr__(self):
        return self.text

    def _repr_html_(self):
        opens = " course-answer" if self.of == "prediction" else ""
        return (
            f'<details class="course-numbers{opens}"><summary>{SUMMARIES[self.of]}</summary>'
            f"<pre>{html.escape(self.text)}</pre></details>"
        )
