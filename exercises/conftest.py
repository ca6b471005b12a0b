"""``pytest exercises/02_moving_averages.ipynb`` checks the answers as ``course check 02`` does."""

from course_lib.command.nbval_plugin import pytest_collect_file  # noqa: F401
