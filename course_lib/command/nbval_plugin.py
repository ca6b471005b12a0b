"""A learner's notebook under pytest: it is grafted into its master before nbval runs it.

The learner's own file is never handed to nbval, whose reference would then be what the learner
saved. `exercises/conftest.py` turns this on for a plain ``pytest exercises/02_….ipynb``.
"""

import re
import time
from collections import defaultdict

import nbformat
import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

from ..checks import VERDICT
from ..checks.judge import BLANK, Verdict
from .graft import answer_of, graft
from .guard import Stopped
from .kernel import Kernel, begin
from .notebooks import ExerciseError, master_of

CELL_LIMIT = 30.0
CELLS_IN_LIMIT = 4  # the whole exercise may take as long as four cells at their limit
KEEPS = ("time", "capture", "prun")  # cell magics that leave a definition in the notebook


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Replace what nbval would collect from a learner's notebook."""
    found = yield
    if file_path.suffix != ".ipynb" or file_path.parent.name == "solutions":
        return found
    try:
        master = master_of(file_path)
    except ExerciseError:
        return found
    # What `course reset` kept, `….yours-1.ipynb`, is checked only if it is asked for by name.
    if file_path.name != master.name and not parent.session.isinitpath(file_path):
        return []
    return [ExerciseFile.from_parent(parent, path=file_path)]


class ExerciseFile(IPyNbFile):
    """A learner's notebook. Its cells are those of the master, with the answers grafted in.

    Parameters
    ----------
    grafted : Graft, optional
        What to run; without it, the file is grafted when its cells are collected.
    begun : KernelManager, optional
        A kernel that is on its way.
    limit : float
        Seconds that one cell may take.
    """

    def __init__(self, *args, grafted=None, begun=None, limit=CELL_LIMIT, **options):
        super().__init__(*args, **options)
        self.grafted, self.begun, self.limit = grafted, begun, limit

    def collect(self):
        try:
            self.grafted = self.grafted or graft(self.path, master_of(self.path))
        except ExerciseError as problem:
            raise self.CollectError(str(problem)) from None
        self.nb = nbformat.from_dict(self.grafted.notebook)
        code = [cell for cell in self.nb.cells if cell.cell_type == "code"]
        for number, cell in enumerate(code):
            # Decided by our ids alone: comments and tags that nbval knows have no say here.
            kind = cell.id.partition("-")[0]
            options = defaultdict(bool, check=kind == "check", check_exception=kind == "extra")
            yield ExerciseCell.from_parent(
                self, name=cell.id, cell_num=number, cell=cell, options=options
            )

    def setup(self):
        self.end = time.monotonic() + CELLS_IN_LIMIT * self.limit
        self.ran = []
        self.greet(self.begun or begin(self.path.parent))  # in its folder, as in JupyterLab

    def greet(self, manager):
        """Let the cells run in the kernel of `manager`, as soon as it answers."""
        self.kernel = Kernel(manager, self.config.option.nbval_kernel_startup_timeout)

    def revive(self):
        """Go on in a fresh kernel, in which the cells that ended well have run again."""
        self.kernel.stop()
        self.greet(begin(self.path.parent))
        for source in self.ran:
            message = self.kernel.execute_cell_input(source, allow_stdin=False)
            self.kernel.await_reply(message, timeout=self.limit)

    def teardown(self):
        if self.kernel:
            self.kernel.stop()


class ExerciseCell(IPyNbCell):
    """One cell of the grafted notebook.

    Its `verdict` is the one that a check gives in it; ``"stops"`` where the cell does not run.
    """

    verdict = Verdict("stops", "not checked: the run was stopped")
    comparison_traceback = ()  # which nbval hands on; the hint tells it in words

    def setup(self):
        pass

    def runtest(self):
        option = self.config.option
        usual = option.nbval_cell_timeout
        option.nbval_cell_timeout = min(self.parent.limit, self.parent.end - time.monotonic())
        try:
            if option.nbval_cell_timeout <= 0:
                seconds = CELLS_IN_LIMIT * self.parent.limit
                raise Stopped(f"not checked: the exercise took more than {seconds:.3g} s so far")
            if not self.parent.kernel.is_alive() and self.parent.ran:
                self.parent.revive()
            super().runtest()
            if self.parent.timed_out:  # the cell caught the interrupt and went on
                raise TimeoutError
            self.verdict = Verdict("right")
            if not self.options["check"]:
                self.parent.ran.append(self.cell.source)
        except Exception as problem:
            kind = "blank" if self.name in self.parent.grafted.newer else "stops"
            self.verdict = self._told() or Verdict(kind, self._explain(problem))
            raise
        finally:
            option.nbval_cell_timeout = usual
            self.parent.timed_out = False  # the next cell is judged on its own

    def compare_outputs(self, test, ref, skip_compare=None):
        """Whether the verdict is right and the stored line there; more lines are no fault.

        `redirect_stdout` does not catch all: a logger holds its stream, a process has its own.
        """
        printed, stored = (
            "".join(out.text for out in outs if out.get("name") == "stdout") for outs in (test, ref)
        )
        return self._data().get("kind") == "right" and stored.strip() in printed

    def repr_failure(self, excinfo):
        blank = BLANK if self.verdict.kind == "blank" else ""
        return _joined(blank, self.verdict.hint)

    def _data(self):
        """The verdict that a check in this cell has shown as data; {} without one."""
        shown = [
            out.data[VERDICT] for out in self.test_outputs or () if VERDICT in out.get("data", ())
        ]
        return shown[-1] if shown else {}

    def _told(self):
        """The verdict on an answer that is not right, and what the notebook alone can add."""
        told, grafted = self._data(), self.parent.grafted
        if told.get("kind") in (None, "right"):
            return None
        if told["kind"] == "blank":
            return Verdict("blank", grafted.strays.get(grafted.asked.get(answer_of(self.name)), ""))
        return Verdict(told["kind"], _joined(told["hint"], self._stray(told["hint"])))

    def _explain(self, problem):
        if isinstance(problem, Stopped):
            return str(problem)
        if self.parent.timed_out:
            hint = f"it took more than {self.config.option.nbval_cell_timeout:.3g} s"
            if not self.parent.kernel.is_alive():
                return f"{hint} and could not be stopped: does it wait for processes of its own?"
            return f"{hint}: does a loop never end?"
        if not isinstance(problem, NbCellError):
            return "not checked: the kernel had stopped before"
        error = next((out for out in self.test_outputs if out.output_type == "error"), None)
        if error is None:
            return "the check did not print its own line"
        return self._in_words(error)

    def _in_words(self, error):
        name, text, stray = error.ename, error.evalue[:1000], self._stray(error.evalue)
        missing = _missing(text)
        if missing == "cl":
            return "`cl` is gone: does a line delete it?"
        if self.options["check"]:
            if "has no attribute 'check'" in text:
                return "`cl` is the course: give your variable another name"
            if name == "NameError":
                cells = {cell.id: cell.source for cell in self.parent.nb.cells}
                hint = f"{text}: {stray or 'does the answer cell define it?'}"
                return _magic(cells[answer_of(self.name)]) or hint
        if name == "NameError" and missing in self.parent.grafted.asked.values():
            return f"{text}: the answer cell that should define it does not"
        if name == "NameError":
            # Imported in a cell of ours, perhaps, which is taken from the master.
            hint = f"{text}: is it misspelt? Else define or import it in the answer cell itself"
            return _joined(hint, stray)
        return _error_in_words(error)

    def _stray(self, text):
        """A sentence about a missing name that the learner has defined where it does not count."""
        return self.parent.grafted.strays.get(_missing(text), "")


def _joined(*sentences):
    return "; ".join(filter(None, sentences))


def _missing(text):
    """The name that a NameError says is missing."""
    found = re.search(r"name '(\w+)' is not defined", text)
    return found and found[1]


def _magic(source):
    """What a magic does to the definition below it, in a sentence; None if nothing."""
    magic = re.search(r"^\s*%%(\w+)", source, re.MULTILINE)
    if magic and magic[1] not in KEEPS:
        return f"`%%{magic[1]}` runs the cell in a world of its own: take it away"
    if magic and not source.strip().startswith("%%"):
        return f"`%%{magic[1]}` has to be the first line of its cell"
    return None


def _error_in_words(error):
    name, text = error.ename, error.evalue[:1000]
    if name == "StdinNotImplementedError":
        return "a check cannot answer `input()`: write the number itself"
    if name == "Stopped":
        return text
    if name == "SystemExit":
        return "sys.exit() would end the notebook here: leave it out"
    traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback)[:100_000])
    line = re.search(r"Cell In\[\d+\], line (\d+)", traceback)
    # A SyntaxError says where in words of its own, with a path of no use to anybody.
    text = re.sub(r" \([^()]*, line \d+\)$", "", text)
    return f"the cell does not run: {name}: {text}" + (f", in line {line[1]}" if line else "")
