"""Check an exercise from outside: graft, run with nbval, gather one verdict a question."""

import io
import os
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from unittest.mock import patch

from ..checks.judge import BLANK
from .graft import answer_of, graft
from .notebooks import ExerciseError, exercise_of, master_of

WORDS = {"right": "right", "blank": BLANK, "waits": "waits", "stops": "stops"}
NO_KERNEL = "the kernel did not start: `course doctor` looks into it"
# Plugins of pytest that write files, or take hold of something in this process.
WITHOUT = ("cacheprovider", "faulthandler", "logging", "unraisableexception")


@dataclass(frozen=True)
class Result:
    """One question's verdict, and the hint.

    `kind` is that of a `Verdict`. A cell that asks no question has a result only if it
    ``"stops"``, and does not count.
    """

    question: str
    kind: str
    hint: str = ""

    @property
    def verdict(self):
        """The kind in a learner's words; ``"wrong"`` for all that is to be mended in the answer."""
        return WORDS.get(self.kind, "wrong")


def check_exercise(path, cell_limit=30.0, progress=lambda question: None):
    """Check the answers in a learner's notebook. The file is only read.

    Parameters
    ----------
    path : Path
        The learner's notebook.
    cell_limit : float
        Seconds that one cell may take; the whole exercise may take four times as long.
    progress : callable
        Called with the name of each question when its check has run.

    Returns
    -------
    list of Result
        One for each question, in order. When all are right, one as well for each other cell
        that fails. When the file is not fit to be checked there is one, for the exercise as a
        whole.
    """
    path = Path(path)
    path = path.parent.resolve() / path.name  # a link counts by its own name
    number = exercise_of(path)[:2]
    try:
        grafted = graft(path, master_of(path))
    except ExerciseError as problem:
        return [Result(number, "broken", str(problem))]

    from .kernel import begin, end

    try:
        kernel = begin(path.parent)  # first, since it needs about as long as the imports
    except Exception:  # whatever it is, the doctor can say more
        return [Result(number, "broken", _hiding(path.parent) or NO_KERNEL)]
    run = _Run(number, progress, path=path, grafted=grafted, begun=kernel, limit=cell_limit)
    try:
        _import_nbformat()
        import pytest

        options = ["-c", os.devnull, "--rootdir", ".", "--noconftest", "-s", "-p", "nbval.plugin"]
        options += [word for name in WITHOUT for word in ("-p", f"no:{name}")]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        with patch.dict(os.environ, environment, clear=True), redirect_stdout(io.StringIO()):
            pytest.main(options, plugins=[run])
    finally:
        end(kernel)  # a dead one, too, has left sockets
    return run.results(_hiding(path.parent))


class _Run:
    """A pytest plugin: the session has the cells of one notebook, and no others."""

    def __init__(self, number, progress, **exercise):
        self.number, self.progress, self.exercise = number, progress, exercise
        self.cells, self.problem = [], "nothing was checked: `course doctor` looks into it"

    def pytest_collection(self, session):
        from .nbval_plugin import ExerciseFile

        file = ExerciseFile.from_parent(session, **self.exercise)
        self.cells = session.items = list(file.collect())
        return True

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.rpartition("::")[2]
        if report.when == "call":
            self.problem = None
            if name.startswith("check-"):
                self.progress(self._question(name))
        elif report.when == "setup" and report.failed:
            self.problem = NO_KERNEL

    def results(self, hiding):
        verdicts = {cell.name: cell.verdict for cell in self.cells}
        for name, verdict in verdicts.items():  # without our own first cells nothing else can run
            if name.startswith("answer-"):
                break
            if not verdict.right and not name.startswith("extra-"):
                self.problem = self.problem or f"the cell {name}: {verdict.hint}"
        if self.problem:
            return [Result(self.number, "broken", hiding or self.problem)]
        checks = [name for name in verdicts if name.startswith("check-")]
        results = [self._result(name, verdicts) for name in checks]
        if all(result.kind == "right" for result in results):
            results += self._stopped(verdicts, checks)
        return results

    def _result(self, check, verdicts):
        """The verdict of a check; that of its answer's cell, where this does not run."""
        answer = verdicts.get(answer_of(check))
        verdict = answer if answer and not answer.right else verdicts[check]
        kind = "broken" if verdict.kind == "stops" else verdict.kind
        return Result(self._question(check), kind, verdict.hint)

    def _stopped(self, verdicts, checks):
        """The other cells that fail, but for those that need an answer that is not checked."""
        settled = {*checks, *map(answer_of, checks)}
        unwritten = self.exercise["grafted"].unwritten
        spoilt = False
        for name, verdict in verdicts.items():
            if name in settled:
                continue
            lacking = name in unwritten
            if not verdict.right and not lacking and not spoilt:
                yield Result(self._question(name), "stops", verdict.hint)
            if name.startswith("answer-"):
                spoilt = spoilt or lacking or not verdict.right

    def _question(self, cell):
        kind, _, name = cell.partition("-")
        name = name if kind in ("check", "answer") else cell
        return f"{self.number}.{name.replace('-', '_')}"


def _hiding(folder):
    """A sentence about files that hide a module, such as the learner's own `numpy.py`."""
    elsewhere = [place for place in sys.path if Path(place or ".").resolve() != folder]
    files = [*folder.glob("*.py"), *(init.parent for init in folder.glob("*/__init__.py"))]
    found = {file.name: PathFinder.find_spec(file.stem, elsewhere) for file in files}
    found.pop("conftest.py", None)
    names = sorted(name for name, spec in found.items() if spec and spec.origin)
    if not names:
        return ""
    return f"beside the notebook, {' and '.join(names)} hides a Python module: rename it"


def _import_nbformat():
    """Import nbformat in a third of the time.

    jsonschema builds a grammar for internationalised addresses, of which a notebook has none;
    it does without when that package is missing.
    """
    if "nbformat" not in sys.modules and "rfc3987_syntax" not in sys.modules:
        sys.modules["rfc3987_syntax"] = None
        import nbformat  # noqa: F401

        del sys.modules["rfc3987_syntax"]
