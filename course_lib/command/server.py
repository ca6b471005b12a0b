"""An extension of Jupyter's server: it saves notebooks with pictures where live widgets were.

A file in ``etc/jupyter/jupyter_server_config.d`` enables it wherever the course is installed.
"""

from .saved import HIDE_INPUT, without_widget_views


def save_pictures(model, **_):
    """Before a notebook is saved: put stored pictures where the course's live widgets were."""
    if model.get("type") == "notebook" and model.get("content"):
        model["content"] = without_widget_views(model["content"]) or model["content"]


def _jupyter_server_extension_points():
    return [{"module": __name__}]


def _load_jupyter_server_extension(server):
    server.contents_manager.register_pre_save_hook(save_pictures)
    # File → Save and Export Notebook As: without the sources that tell the answers.
    from nbconvert.preprocessors import TagRemovePreprocessor

    theirs = TagRemovePreprocessor(config=server.config).remove_input_tags
    server.config.TagRemovePreprocessor.enabled = True
    server.config.TagRemovePreprocessor.remove_input_tags = {*theirs, HIDE_INPUT}
