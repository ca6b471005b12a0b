"""For every run of pytest: no record, no deadlines, a notebook's cells on one worker."""

import os
from contextlib import suppress

import pytest

os.environ["COURSE_RECORD"] = "0"  # a test is no learner whose progress counts

collect_ignore_glob = ["notebooks/*.yours-*.ipynb"]  # lessons that `course reset` kept

with suppress(ImportError):  # learners have no hypothesis
    from hypothesis import settings

    settings.register_profile("any machine", deadline=None)
    settings.load_profile("any machine")


@pytest.hookimpl(optionalhook=True)  # learners have no xdist
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByNotebook(LoadScopeScheduling):
        """Any worker takes any test, but the cells of a notebook share a kernel."""

        def _split_scope(self, nodeid):
            path = nodeid.partition("::")[0]
            return path if path.endswith(".ipynb") else nodeid

    return ByNotebook(config, log)
