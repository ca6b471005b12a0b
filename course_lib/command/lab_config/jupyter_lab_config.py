"""JupyterLab's configuration for the course; ``course lab`` names it with ``--config=``."""

import os
import shutil
from pathlib import Path

import zmq


def default_settings():
    """Let JupyterLab find the settings in settings/labconfig.

    It is one folder more on Jupyter's path, so nothing that is installed is hidden (as another
    app_settings_dir would do), nothing is written at home, and the learner's own settings win.
    One thing wins over the learner's: the extensions without which no picture moves are on.
    """
    # __file__ is set by Jupyter, too.
    here = str(Path(__file__).resolve().parent / "settings")
    others = os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep)
    paths = [here, *(path for path in others if path and path != here)]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(paths)


if "get_config" in globals():  # Jupyter puts it there; pytest, collecting doctests, does not
    c = get_config()  # noqa: F821
    default_settings()

    # What an installation puts into the environment, as it is now in this folder.
    c.ServerApp.jpserver_extensions = {"course_lib.command.server": True}
    prefix = Path(__file__).resolve().parents[1] / "prefix"
    c.LabServerApp.extra_labextensions_path = [str(prefix / "share/jupyter/labextensions")]

    # File → Save and Export Notebook As → HTML: with the pictures' alt texts.
    templates = [str(Path(__file__).parent / "templates")]
    c.TemplateExporter.extra_template_basedirs = c.TemplateExporter.extra_template_paths = templates
    c.HTMLExporter.template_name = "course"
    c.SlidesExporter.template_name = "course_slides"

    # Nothing asks the network: no news, no search for updates or extensions.
    c.LabApp.news_url = None
    c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
    c.LabApp.extension_manager = "readonly"

    # For this machine only, with the token on: also root, as in a container, is safe then.
    c.ServerApp.ip = "127.0.0.1"
    c.ServerApp.allow_root = True

    # Kernels that can encrypt what they say do; else each one warns of eavesdroppers.
    if zmq.has("curve"):
        c.KernelManager.transport_encryption = "auto"

    # A login shell, Jupyter's choice where it was not started from a terminal, resets the PATH on
    # which the command `course` is.
    if os.name != "nt":
        c.ServerApp.terminado_settings = {
            "shell_command": [os.environ.get("SHELL") or shutil.which("sh")]
        }

    # Errors and the address (which counts as critical); not a page of what was loaded.
    c.Application.log_level = "ERROR"
