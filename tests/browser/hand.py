"""What a hand does in a notebook and what an eye sees of it, for the browser tests.

A cell is named by its id. JupyterLab takes cells off the page that are not on the screen: all of
them where it windows in full (4.4's default), and in 4.6 it leaves them there undrawn ("content
visibility"). So a cell is looked up in the notebook's model and brought to the screen first.
"""

from urllib.parse import urlsplit, urlunsplit

from lab_in_browser import FRONT_END, execute, open_notebook, wait_for_notebook

# In front of scripts that ask the page about its notebook.
NOTEBOOK = """
const panel = window.jupyterapp.shell.currentWidget, notebook = panel.content;
const at = id => notebook.widgets.findIndex(cell => cell.model.id === id);
async function seen(id) {
    const cell = notebook.widgets[at(id)];
    if (!cell.node.isConnected || !cell.inViewport) await notebook.scrollToItem(at(id), "smart");
    await cell.ready;
    cell.node.dataset.cell = id;
    return cell;
}
"""

# What is drawn, or would be after scrolling there: nothing inside closed details, in folded cells
# or in hidden elements. (innerText leaves out closed details as well, but not what is transparent.)
SHOWN = """
function shown(root) {
    const words = [], texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const asked = { visibilityProperty: true, opacityProperty: true };
    while (texts.nextNode()) {
        const text = texts.currentNode;
        if (text.data.trim() && text.parentElement.checkVisibility(asked)) words.push(text.data);
    }
    return words.join(" ").replace(/\\s+/g, " ");
}
"""


def ask(page, script, *arguments):
    """The result of a script in the page that may use `panel`, `notebook`, `at` and `seen`."""
    return page.evaluate(
        f"async ([...given]) => {{ {NOTEBOOK} {SHOWN} return ({script})(...given); }}",
        list(arguments),
    )


# --- cells ----------------------------------------------------------------------------------


def cell_ids(page):
    """The ids of the notebook's cells, in order."""
    return ask(page, "() => notebook.widgets.map(cell => cell.model.id)")


def active_cell(page):
    """The id of the active cell."""
    return ask(page, "() => notebook.activeCell.model.id")


def cell_of(page, cell_id):
    """The cell as a locator, brought to the screen."""
    ask(page, "async id => { await seen(id); }", cell_id)
    return page.locator(f'.jp-Cell[data-cell="{cell_id}"]')


def select(page, cell_id):
    """Make a cell the active one, in command mode, with the focus on it."""
    ask(
        page,
        """async id => {
            notebook.mode = "command";
            notebook.activeCellIndex = at(id);
            await seen(id);
            notebook.activate();
        }""",
        cell_id,
    )


def run_count(page, cell_id):
    """How often the kernel had run something when it ran this cell; None before."""
    return ask(page, "id => notebook.widgets[at(id)].model.executionCount ?? null", cell_id)


def wait_idle(page):
    """Wait until every cell that was started has ended."""
    page.wait_for_function(
        """() => window.jupyterapp.shell.currentWidget.content.widgets.every(
            ({ model }) => model.type !== "code" || (model.executionState ?? "idle") === "idle"
        ) && window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === "idle"
        """,
        timeout=120_000,
    )


# --- what is seen ---------------------------------------------------------------------------


def visible_text(page, selector="body"):
    """The text that is drawn inside the first element that matches."""
    return page.locator(selector).first.evaluate(f"root => {{ {SHOWN} return shown(root); }}")


def visible_cells(page):
    """The text that is drawn in each cell of the notebook, input and output: id → text."""
    return ask(
        page,
        """async () => {
            const found = {};
            for (const { model } of notebook.widgets)
                found[model.id] = shown((await seen(model.id)).node);
            return found;
        }""",
    )


def visible_box(locator):
    """What of an element is on the screen, in pixels, and which share of it.

    Returns
    -------
    dict
        ``x``, ``y``, ``width``, ``height`` and ``share``, which is 1 when the whole is seen.
    """
    return locator.evaluate(
        """element => {
            const whole = element.getBoundingClientRect();
            let [left, top, right, bottom] = [whole.left, whole.top, whole.right, whole.bottom];
            const cut = box => {
                left = Math.max(left, box.left), top = Math.max(top, box.top);
                right = Math.min(right, box.right), bottom = Math.min(bottom, box.bottom);
            };
            cut({ left: 0, top: 0, right: innerWidth, bottom: innerHeight });
            // The body's overflow is the window's; its own box is empty in JupyterLab.
            for (let box = element.parentElement; box !== document.body; box = box.parentElement)
                if (getComputedStyle(box).overflow !== "visible") cut(box.getBoundingClientRect());
            const width = Math.max(right - left, 0), height = Math.max(bottom - top, 0);
            const share = (width * height) / (whole.width * whole.height);
            return { x: left, y: top, width, height, share };
        }"""
    )


def settled_box(page, locator):
    """`visible_box` once the page has stopped scrolling."""
    before = None
    for _ in range(25):
        page.wait_for_timeout(200)
        now = visible_box(locator)
        if now == before:
            break
        before = now
    return now


def set_theme(page, theme):
    """Change the theme, such as "JupyterLab Dark"."""
    execute(page, "apputils:change-theme", theme=theme)
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)


# --- keys -----------------------------------------------------------------------------------


def focus_is_in(page, selector):
    """Whether the focus is on an element that matches, or inside one."""
    return page.evaluate("what => Boolean(document.activeElement.closest(what))", selector)


def tab_to(page, selector, key="Tab", most=25):
    """Press a key until the focus is on what matches."""
    for _ in range(most):
        page.keyboard.press(key)
        if focus_is_in(page, selector):
            return
    raise AssertionError(f"{most} times {key} did not reach {selector}")


# --- saving and coming back -----------------------------------------------------------------


def is_dirty(page):
    """Whether the notebook has changes that are not saved."""
    return ask(page, "() => panel.context.model.dirty")


def reopen(page, url, path):
    """Save, close the tab and open the notebook again, without running a cell."""
    execute(page, "docmanager:save")
    if FRONT_END == "lab":
        execute(page, "application:close")
        execute(page, "docmanager:open", path=path)
        wait_for_notebook(page, path)
    else:
        open_notebook(page, url, path)


def restart_kernel(page):
    """Restart the kernel; the page is not reloaded."""
    ask(page, "async () => { await panel.sessionContext.session.kernel.restart(); }")
    wait_idle(page)


def export_html(page, url, path):
    """The saved notebook as the HTML that the server exports, with the server's configuration."""
    parts = urlsplit(url)
    html = page.request.get(urlunsplit(parts._replace(path=f"/nbconvert/html/{path}")))
    assert html.ok, html.text()[-2000:]
    return html.text()
