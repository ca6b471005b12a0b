"""Check an exercise from outside: graft, run with nbval, gather one verdict a question."""

import io
import os
import sys
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path
from unittest.mock import patch

from ..checks.judge import BLANK
from .graft import graft
from .notebooks import ExerciseError, master_of, number_of

__all__ = ["STOPS", "WAITS", "Result", "check_exercise"]

STOPS = "stops"
WAITS = "waits"
WAITING = ("right in itself, but it calls `", "it calls `")  # how such a verdict's hint begins

NO_KERNEL = "the kernel did not start: `course doctor` looks into it"


@dataclass(frozen=True)
class Result:
    """One question's verdict, and the hint.

    It is ``"right"``, ``"not answered yet"``, ``"wrong"``, or it ``"waits"`` for an answer that it
    calls. A cell that asks no question has a result only if it ``"stops"``. It does not count.
    """

    question: str
    verdict: str
    hint: str = ""


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
    number = number_of(path)
    try:
        master = master_of(path)
        grafted = graft(path, master)
    except ExerciseError as problem:
        return [Result(number, "wrong", str(problem))]

    from .kernel import begin, end

    try:
        kernel = begin(path.parent)  # first, since it needs about as long as the imports
    except Exception:  # whatever it is, the doctor can say more
        return [Result(number, "wrong", _hiding(path.parent) or NO_KERNEL)]
    try:
        _import_nbformat()
        import pytest

        collected = _Collector(number, progress, kernel, path.parent, grafted)
        # By the master's name: in the learner's, pytest would take -, @, [ and :: for its own.
        with chdir(master.parent), redirect_stdout(io.StringIO()):
            ours = "-p nbval.plugin -p course_lib.command.nbval_plugin"
            off = "cacheprovider doctest faulthandler junitxml logging stepwise unraisableexception"
            plugins = ours.split() + [word for name in off.split() for word in ("-p", f"no:{name}")]
            options = ["-c", os.devnull, "--rootdir", ".", "--noconftest", "-s"]
            limit = f"--exercise-cell-limit={cell_limit}"
            environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
            environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            with patch.dict(os.environ, environment, clear=True):
                pytest.main([*plugins, *options, limit, master.name], plugins=[collected])
    finally:
        end(kernel)  # a dead one, too, has left sockets
    return collected.results(_hiding(path.parent))


class _Collector:
    """A pytest plugin that remembers the cells and why some of them failed."""

    def __init__(self, number, progress, kernel, folder, grafted):
        self.number, self.progress, self.kernel = number, progress, kernel
        self.folder, self.grafted = folder, grafted
        self.cells, self.problem = [], None

    def pytest_configure(self, config):
        config.begun_kernel, config.folder = self.kernel, self.folder
        config.grafted = self.grafted

    def pytest_collectreport(self, report):
        if report.failed:
            self.problem = str(report.longrepr)

    def pytest_collection_finish(self, session):
        self.cells = session.items

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.rpartition("::")[2]
        if report.when == "call" and name.startswith("check-"):
            self.progress(self._question(name))
        if report.when == "setup" and report.failed:
            self.problem = NO_KERNEL

    def results(self, hiding):
        if self.problem or not self.cells:
            problem = self.problem or "nothing was checked: `course doctor` looks into it"
            return [Result(self.number, "wrong", hiding or problem)]
        hints = {cell.name: cell.hint for cell in self.cells}
        for name, hint in hints.items():  # without our own first cells nothing else can run
            if name.startswith("answer-"):
                break
            if hint and not name.startswith("extra-"):
                return [Result(self.number, "wrong", hiding or f"the cell {name}: {hint}")]
        checks = [name for name in hints if name.startswith("check-")]
        results = [self._result(name, hints) for name in checks]
        if all(result.verdict == "right" for result in results):
            results += self._stopped(hints, checks)
        return results

    def _result(self, check, hints):
        hint = hints.get(check.replace("check-", "answer-")) or hints[check]
        if hint is None:
            return Result(self._question(check), "right")
        if hint.startswith(BLANK):
            return Result(self._question(check), BLANK, hint.removeprefix(BLANK).strip("; "))
        verdict = WAITS if hint.startswith(WAITING) else "wrong"
        return Result(self._question(check), verdict, hint)

    def _stopped(self, hints, checks):
        """The other cells that fail, but for those that need an answer that is not checked."""
        settled = {*checks, *(name.replace("check-", "answer-") for name in checks)}
        spoilt = False
        for name in [name for name in hints if name not in settled]:
            lacking = name.startswith("answer-") and name in self.grafted.unwritten
            if hints[name] and not lacking and not spoilt:
                yield Result(self._question(name), STOPS, hints[name])
            if name.startswith("answer-"):
                spoilt = spoilt or lacking or bool(hints[name])

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
