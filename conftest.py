"""For every run of pytest: no progress bar in notebooks, and a notebook's cells on one worker."""

import os

import pytest

# A bar is an output, which nbval would compare.
os.environ["COURSE_PROGRESS"] = "0"


@pytest.hookimpl(optionalhook=True)  # learners have no xdist
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByNotebook(LoadScopeScheduling):
        """Any worker takes any test, but the cells of a notebook share a kernel."""

        def _split_scope(self, nodeid):
            path = nodeid.partition("::")[0]
            return path if path.endswith(".ipynb") else nodeid

    return ByNotebook(config, log)
