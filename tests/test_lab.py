"""Where `course lab` keeps the layout of its windows."""

import os
import sys
from pathlib import Path

from course_lib import lab


def test_the_layout_goes_with_the_environment(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "not yet"))
    assert lab.workspaces() == tmp_path / "not yet/share/jupyter/lab/workspaces"
    assert f"--LabApp.workspaces_dir={lab.workspaces()}" in lab.command()


def test_where_the_environment_cannot_be_written_the_layout_is_the_users(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "shared"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "home"))
    (tmp_path / "shared/share/jupyter").mkdir(parents=True)
    # Not by chmod, which does not bind root.
    monkeypatch.setattr(os, "access", lambda path, _: tmp_path / "shared" not in Path(path).parents)
    assert lab.workspaces() == tmp_path / "home/adaptive-optimizers-course/workspaces"
    assert not lab.workspaces().exists()
