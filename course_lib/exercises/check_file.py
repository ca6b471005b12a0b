"""Check an exercise from outside: graft, run with nbval, gather one verdict a question."""

import io
import os
import sys
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from .folder import ExerciseError, master_of, number_of
from .graft import graft
from .verdict import BLANK

__all__ = ["Result", "check_exercise"]

NO_KERNEL = "the kernel did not start: `course doctor` looks into it"


@dataclass(frozen=True)
class Result:
    """One question's verdict: ``"right"``, ``"not answered yet"`` or ``"wrong"``, and the hint."""

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
        One for each question, in order, and one for each other cell that failed. When the file
        is not fit to be checked there is one, for the exercise as a whole.
    """
    path = Path(path).resolve()
    number = number_of(path)
    try:
        graft(path, master_of(path))
    except ExerciseError as problem:
        return [Result(number, "wrong", str(problem))]

    from .kernel import begin

    try:
        kernel = begin(path.parent)  # first, since it needs about as long as the imports
    except Exception:  # whatever it is, the doctor can say more
        return [Result(number, "wrong", NO_KERNEL)]
    try:
        _import_nbformat()
        import pytest

        collected = _Collector(number, progress, kernel)
        # By its name alone: in a longer path pytest would take [ and :: for its own.
        with chdir(path.parent), redirect_stdout(io.StringIO()):
            ours = "-p nbval.plugin -p course_lib.exercises.nbval_plugin"
            off = "cacheprovider doctest faulthandler junitxml logging stepwise unraisableexception"
            plugins = ours.split() + [word for name in off.split() for word in ("-p", f"no:{name}")]
            options = ["-c", os.devnull, "--rootdir", str(path.parent), "--noconftest", "-s"]
            limit = f"--exercise-cell-limit={cell_limit}"
            with patch.dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS=""):
                pytest.main([*plugins, *options, limit, path.name], plugins=[collected])
    finally:
        kernel.shutdown_kernel(now=True)  # a dead one, too, has left sockets
    return collected.results()


class _Collector:
    """A pytest plugin that remembers the cells and why some of them failed."""

    def __init__(self, number, progress, kernel):
        self.number, self.progress, self.kernel = number, progress, kernel
        self.cells, self.problem = [], None

    def pytest_configure(self, config):
        config.begun_kernel = self.kernel

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

    def results(self):
        if self.problem or not self.cells:
            problem = self.problem or "nothing was checked: `course doctor` looks into it"
            return [Result(self.number, "wrong", problem)]
        hints = {cell.name: cell.hint for cell in self.cells}
        for name, hint in hints.items():  # without our own first cells nothing else can run
            if name.startswith(("answer-", "extra-")):
                break
            if hint:
                return [Result(self.number, "wrong", f"the cell {name}: {hint}")]
        checks = [name for name in hints if name.startswith("check-")]
        results = [self._result(name, hints) for name in checks]
        settled = {name.replace("check-", "answer-") for name in checks}
        all_right = all(result.verdict == "right" for result in results)
        for name, hint in hints.items():
            # While a check fails, the cells of ours that build on the answer may well fail too.
            if hint and name not in checks and name not in settled:
                of_its_own = name.startswith("answer-") and not hint.startswith("not checked")
                if all_right or of_its_own:
                    results.append(Result(self._question(name), "wrong", hint))
        return results

    def _result(self, check, hints):
        hint = hints.get(check.replace("check-", "answer-")) or hints[check]
        verdict = "right" if hint is None else BLANK if hint == BLANK else "wrong"
        return Result(self._question(check), verdict, "" if hint == BLANK else hint or "")

    def _question(self, cell):
        kind, _, name = cell.partition("-")
        name = name if kind in ("check", "answer") else cell
        return f"{self.number}.{name.replace('-', '_')}"


def _import_nbformat():
    """Import nbformat in a third of the time.

    jsonschema builds a grammar for internationalised addresses, of which a notebook has none;
    it does without when that package is missing.
    """
    if "nbformat" not in sys.modules and "rfc3987_syntax" not in sys.modules:
        sys.modules["rfc3987_syntax"] = None
        import nbformat  # noqa: F401

        del sys.modules["rfc3987_syntax"]
