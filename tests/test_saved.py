"""What a saved notebook keeps of live pictures, and the extension that sees to it."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import ipywidgets as widgets
import pytest
from traitlets.config import Config

import course_lib as cl
from course_lib.command.saved import HIDE_INPUT, STATE, VIEW, without_widget_views

OURS = {"course": {"prediction": "0a1b"}}


def notebook(data, metadata=None, mark=OURS):
    """A notebook of a text and an output, which the course has made if nothing else is said."""
    outputs = [
        {"output_type": "stream", "text": "x"},
        {"output_type": "display_data", "data": data, "metadata": mark},
    ]
    cells = [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": outputs}]
    return {"cells": cells, "metadata": metadata or {}}


@pytest.mark.parametrize("fallback", ["image/png", "text/markdown", "text/html"])
def test_a_picture_replaces_a_live_widget(fallback):
    nb = notebook({VIEW: {"model_id": "1"}, fallback: "x", "text/plain": "Explorer()"})
    before = copy.deepcopy(nb)
    saved = without_widget_views(nb)
    assert saved == notebook({fallback: "x", "text/plain": "Explorer()"})
    assert nb == before
    assert without_widget_views(saved) is None


PICTURE = {VIEW: {"model_id": "1"}, "image/png": "x"}


@pytest.mark.parametrize(
    "mark", [{}, {"image/png": {"width": 3}}, {"isolated": True}, {"image/png": {}}]
)
@pytest.mark.parametrize("text", ["**Predict**", ["- one\n", "- two"]])
def test_what_others_show_keeps_its_view(mark, text):
    # Such as ipympl's figures, which have a picture beside the live view.
    nb = notebook({**PICTURE, "text/markdown": text}, mark=mark)
    assert without_widget_views(nb) is None


@pytest.mark.parametrize(
    "data, mark",
    [
        (PICTURE, {"image/png": {"alt": "A line.", "width": 3}}),
        ({VIEW: {}, "text/markdown": "**Predict before you go on.** Is it?"}, {}),
        ({VIEW: {}, "text/markdown": ["**Predict before you go on.** Is it?\n", "- yes"]}, {}),
    ],
)
def test_notebooks_that_an_older_version_of_the_course_has_run_come_out_right(data, mark):
    saved = without_widget_views(notebook(data, mark=mark))
    assert saved == notebook({k: v for k, v in data.items() if k != VIEW}, mark=mark)


@pytest.mark.parametrize(
    "data",
    [
        {VIEW: {"model_id": "1"}, "text/plain": "IntSlider()"},
        {"image/png": "x"},
        {},
    ],
)
def test_other_outputs_stay(data):
    assert without_widget_views(notebook(data)) is None


def saved_with_state(*shown):
    """A notebook that shows these, saved with the state of all live widgets; its state then."""
    bundles = [one._repr_mimebundle_() for one in shown]
    bundles = [one if isinstance(one, tuple) else (one, {}) for one in bundles]
    state = widgets.Widget.get_manager_state(drop_defaults=False)
    nb = notebook({}, {"widgets": {STATE: json.loads(json.dumps(state))}, "kernelspec": {}})
    nb["cells"] += [{"outputs": [{"data": data, "metadata": mark}]} for data, mark in bundles]
    metadata = (without_widget_views(nb) or nb)["metadata"]
    assert metadata.pop("kernelspec") == {}
    return metadata["widgets"][STATE]["state"].keys() if metadata else set()


def test_the_state_of_live_pictures_goes():
    question = cl.predict("Is it?", {"yes": "It is.", "no": "Look again."}, right="yes")
    assert saved_with_state(cl.explore.moving_averages(), question) == set()
    assert saved_with_state() == set()


def test_the_state_of_widgets_that_stay_is_kept():
    slider, number, unseen = widgets.IntSlider(3), widgets.FloatText(), widgets.IntSlider(4)
    box = widgets.VBox([slider, number])
    link = widgets.jslink((slider, "value"), (number, "value"))
    gone = widgets.jslink((slider, "value"), (unseen, "value"))
    needed = {box, slider, number, box.layout, slider.layout, number.layout}
    needed |= {slider.style, number.style, link}
    kept = saved_with_state(cl.explore.moving_averages(), box)
    assert kept == {widget.model_id for widget in needed}
    assert gone.model_id not in kept


def test_the_state_of_what_an_output_or_another_widget_shows_is_kept():
    slider = widgets.IntSlider(3)
    view = {"output_type": "display_data", "data": slider._repr_mimebundle_(), "metadata": {}}
    output = widgets.Output(outputs=[view])
    assert slider.model_id in saved_with_state(output)
    # As anywidget names a widget in another one's state.
    state = {"1": {"state": {"inner": "anywidget:2"}}, "2": {"state": {}}, "3": {"state": {}}}
    nb = notebook({VIEW: {"model_id": "1"}}, {"widgets": {STATE: {"state": state}}})
    assert list(without_widget_views(nb)["metadata"]["widgets"][STATE]["state"]) == ["1", "2"]


def test_a_view_whose_state_is_lost_holds_no_links():
    state = {"link": {"state": {"source": ["IPY_MODEL_1", "value"]}}}
    nb = notebook({VIEW: {"model_id": "1"}}, {"widgets": {STATE: {"state": state}}})
    assert without_widget_views(nb)["metadata"] == {}


@pytest.mark.parametrize("nb", [{}, {"cells": []}, {"worksheets": [], "metadata": {}}])
def test_a_notebook_without_outputs_stays(nb):
    assert without_widget_views(nb) is None


def test_the_extension_saves_pictures():
    """As Jupyter's server loads it, by the name in the file that enables it, and as it calls it."""
    from jupyter_server.extension.manager import ExtensionPackage
    from jupyter_server.services.contents.largefilemanager import LargeFileManager
    from nbconvert.preprocessors import TagRemovePreprocessor

    ((name, enabled),) = jpserver_extensions().items()
    assert enabled
    config = Config()
    config.TagRemovePreprocessor.remove_input_tags.add("theirs")
    server = SimpleNamespace(contents_manager=LargeFileManager(), config=config)
    package = ExtensionPackage(name=name, enabled=True)
    assert package.validate()
    package.load_all_points(server)
    # What the site or the learner has set stays.
    assert TagRemovePreprocessor(config=server.config).remove_input_tags == {HIDE_INPUT, "theirs"}
    save = server.contents_manager.run_pre_save_hooks
    model = {"type": "notebook", "content": notebook({VIEW: {}, "image/png": "x"})}
    save(model, "x.ipynb")
    assert model["content"] == notebook({"image/png": "x"})
    for other in (
        {"type": "file", "content": "text"},
        {"type": "notebook", "content": None},
        {"type": "notebook"},
        {"type": "notebook", "content": notebook({"image/png": "x"})},
    ):
        before = copy.deepcopy(other)
        save(other, "x")
        assert other == before


def jpserver_extensions():
    """What the files say that an installation gives to Jupyter's server."""
    folder = Path(cl.__file__).parent / "command/prefix/etc/jupyter/jupyter_server_config.d"
    (file,) = folder.iterdir()
    return json.loads(file.read_text("utf-8"))["ServerApp"]["jpserver_extensions"]


def test_the_server_loads_no_numpy_for_it():
    code = "import sys, course_lib.command.server; print({'numpy', 'IPython'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr
