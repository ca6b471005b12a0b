"""What a notebook keeps of a live picture when it is saved.

A widget lives as long as its kernel. Saved, its view is a reference to nothing, and JupyterLab
shows "Error displaying widget: model not found" where the picture stored beside it would do.
"""

import copy
import re

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
FALLBACKS = ("image/png", "text/markdown", "text/html")
HIDE_INPUT = "course-hide-input"  # tags a cell whose source an exported page leaves out
QUESTION = "**Predict before you go on.**"
REFERENCE = re.compile("(?:IPY_MODEL_|anywidget:)(.+)")  # how one widget's state names another


def without_widget_views(nb):
    """A notebook in which stored pictures stand where the course's live widgets were.

    An output of the course loses its widget view if it has something else to show (a PNG,
    Markdown or HTML); a slider, or what another library shows, keeps it. Where JupyterLab is set
    to save the state of widgets, what the remaining views show is kept, and the rest goes.

    Parameters
    ----------
    nb : dict
        A notebook in format 4, as read from JSON. It is not changed.

    Returns
    -------
    dict or None
        The changed copy, or None where there is nothing to change.

    Examples
    --------
    >>> data = {VIEW: {"model_id": "1"}, "image/png": "iVBO"}
    >>> output = {"output_type": "display_data", "data": data, "metadata": {"course": {}}}
    >>> nb = {"cells": [{"outputs": [output]}]}
    >>> list(without_widget_views(nb)["cells"][0]["outputs"][0]["data"])
    ['image/png']
    >>> without_widget_views({"cells": []}) is None
    True
    """
    before, nb = nb, copy.deepcopy(nb)
    outputs = [out for cell in nb.get("cells", []) for out in cell.get("outputs", [])]
    for out in outputs:
        data = out.get("data", {})
        if VIEW in data and any(key in data for key in FALLBACKS) and _is_ours(out):
            del data[VIEW]
    saved = nb.get("metadata", {}).get("widgets", {})
    if STATE in saved:
        saved[STATE]["state"] = _of_views(outputs, saved[STATE].get("state", {}))
        if not saved[STATE]["state"]:
            del nb["metadata"]["widgets"]
    return nb if nb != before else None


def _is_ours(out):
    """Whether the course has made an output."""
    marks, markdown = out.get("metadata", {}), out["data"].get("text/markdown", "")
    # The first version of the course marked nothing: by its alt texts and its questions.
    older = "alt" in marks.get("image/png", {}) or "".join(markdown).startswith(QUESTION)
    return "course" in marks or older


def _of_views(outputs, state):
    """The part of the widgets' state that the views in `outputs` need."""
    kept, look_at = set(), set(_names(outputs))
    while look_at:
        kept |= look_at
        look_at = {name for model in look_at for name in _names(state.get(model))} - kept
    for model in state:  # no view names a link (jslink); it names what it links
        linked = set(_names(state[model]))
        if linked and linked <= kept & state.keys():
            kept.add(model)
    return {model: state[model] for model in state if model in kept}


def _names(value):
    """The models that outputs or a widget's state refer to: views, children, layouts, styles."""
    if isinstance(value, str):
        if name := REFERENCE.fullmatch(value):
            yield name[1]
    elif isinstance(value, dict):
        if VIEW in value:
            yield value[VIEW].get("model_id")
        for part in value.values():
            yield from _names(part)
    elif isinstance(value, list):
        for part in value:
            yield from _names(part)
