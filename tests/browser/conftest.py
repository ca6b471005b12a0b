import os
import shutil
from pathlib import Path
from urllib.parse import urlparse

import lab_in_browser
import pytest

ARTEFACTS = Path(__file__).parent / "artefacts"


@pytest.fixture(scope="session")
def chromium():
    if lab_in_browser.find_browser() is None:
        reason = "no Chromium or Chrome was found, and this test needs one"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = lab_in_browser.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    """A copy of the notebooks, so that running them changes nothing in the project."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("notebooks", "exercises"):
        shutil.copytree(lab_in_browser.ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def url(chromium, course):  # no server without a browser
    with lab_in_browser.server(course) as url:
        yield url


@pytest.fixture
def page(chromium):
    """A page that fails its test when a script fails or a request leaves the machine.

    So do other pages of its context, as another tab is.
    """
    wrong = []
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.on("weberror", lambda error: wrong.append(str(error.error)))

    def heard(message):
        # JupyterLab looks for optional files; widgets and the debugger say so when their kernel is
        # gone.
        expected = (
            "Failed to load resource",
            "Could not send widget sync message",
            "Could not restore the debugger state",
        )
        if message.type == "error" and not message.text.startswith(expected):
            wrong.append(message.text)

    def asked(request):
        parts = urlparse(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
            wrong.append(f"asked for {request.url}")

    context.on("console", heard)
    context.on("request", asked)
    page = context.new_page()
    yield page
    # Its kernel would stay to the end, with those of all other tests.
    page.evaluate("() => window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    context.close()
    assert not wrong


@pytest.fixture
def keep(page):
    """Keep a screenshot to look at."""
    ARTEFACTS.mkdir(exist_ok=True)
    return lambda name: page.screenshot(path=ARTEFACTS / f"{name}.png")
