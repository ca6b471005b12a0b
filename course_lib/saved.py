"""What a notebook keeps of a live picture when it is saved.

A widget lives as long as its kernel. Saved, its view is a reference to nothing, and JupyterLab
shows "Error displaying widget: model not found" where the picture stored beside it would do.
"""

import copy

VIEW = "application/vnd.jupyter.widget-view+json"
FALLBACKS = ("image/png", "text/markdown", "text/html")


def without_widget_views(nb):
    """A notebook in which stored pictures stand where live widgets were.

    An output loses its widget view if it has something else to show (a PNG, Markdown or HTML);
    a plain slider, which has not, keeps it. The state of the widgets goes from the metadata.

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
    >>> nb = {"cells": [{"outputs": [{"output_type": "display_data", "data": data}]}]}
    >>> list(without_widget_views(nb)["cells"][0]["outputs"][0]["data"])
    ['image/png']
    >>> without_widget_views({"cells": []}) is None
    True
    """
    if not _bundles_to_change(nb) and "widgets" not in nb.get("metadata", {}):
        return None
    nb = copy.deepcopy(nb)
    nb.get("metadata", {}).pop("widgets", None)
    for data in _bundles_to_change(nb):
        del data[VIEW]
    return nb


def _bundles_to_change(nb):
    """The output data that hold a widget view and something else to show."""
    outputs = [out for cell in nb.get("cells", []) for out in cell.get("outputs", [])]
    bundles = [out.get("data", {}) for out in outputs]
    return [data for data in bundles if VIEW in data and any(key in data for key in FALLBACKS)]
