"""How fast the pictures are: all explorers, and `interact` with inline figures, in one run.

``make bench``. The clocks run in the page: from the command that runs the cell to the first
picture, and from the key press to the first frame in which the picture is another one.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))

from lab_in_browser import launch, open_and_run, server, write_notebook
from playwright.sync_api import sync_playwright

PRESSES = 40
CANVAS = ".course-explorer canvas"
IMAGE = ".jp-OutputArea-output .jp-OutputArea-output img"

# The same pictures, size and lines, as most notebooks would have them.
INTERACT = {
    "moving_averages": """
import ipywidgets
import matplotlib.pyplot as plt
from course_lib import averages, datasets
from course_lib.explore.averaging import BETAS

def show(beta):
    x = datasets.noisy_step()
    plt.figure(figsize=(7.6, 3.8), dpi=100)
    plt.plot(x, lw=1)
    plt.plot(averages.moving_average(x, 10), "--")
    plt.plot(averages.ema(x, beta), lw=2.5)
    plt.show()

options = [(f"{beta:g}", beta) for beta in BETAS]
ipywidgets.interact(show, beta=ipywidgets.SelectionSlider(options=options, value=0.9));
""",
    "race": """
import ipywidgets
import matplotlib.pyplot as plt
import course_lib as cl
from course_lib.explore import plots

bowl = cl.problems.bowl()

def show(lr):
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 4.0), dpi=100)
    plots.contours(left, bowl)
    for opt in (cl.SGD(lr), cl.AdaGrad(1.0), cl.RMSProp(0.1), cl.Adam(0.2)):
        x = cl.run(opt, bowl.grad, bowl.start, 100, keep_going=True).x
        left.plot(*x.T)
        right.semilogy(bowl.value(x))
    plt.show()

options = [(f"{lr:g}", lr) for lr in (0.02, 0.04, 0.1, 0.2, 0.4)]
ipywidgets.interact(show, lr=ipywidgets.SelectionSlider(options=options, value=0.2));
""",
}

WARM = "import course_lib as cl\ncl.explore.first_look()\n%matplotlib inline"

# A small copy of the picture tells whether it changed, and costs little.
CLOCK = """
async (selector) => {
    const small = new OffscreenCanvas(190, 95);
    const context = small.getContext("2d", { willReadFrequently: true });
    const look = () => {
        const picture = document.querySelector(selector);
        if (!picture || (picture.tagName === "IMG" && !picture.complete)) return null;
        context.clearRect(0, 0, 190, 95);
        context.drawImage(picture, 0, 0, 190, 95);
        return context.getImageData(0, 0, 190, 95).data.join();
    };
    const before = look();
    window.answered = new Promise((resolve) => {
        addEventListener("keydown", () => {
            const start = performance.now();
            const frame = () => {
                const now = look();
                if (now !== null && now !== before) resolve(performance.now() - start);
                else if (performance.now() - start > 2000) resolve(null);
                else requestAnimationFrame(frame);
            };
            requestAnimationFrame(frame);
        }, { capture: true, once: true });
    });
}
"""

FIRST = """
async (selector) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.activeCellIndex = 1;
    const start = performance.now();
    window.jupyterapp.commands.execute("notebook:run-cell");
    while (!document.querySelector(selector)) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() - start;
}
"""

FRAMES = """
() => {
    const start = performance.now();
    window.frames_seen = 0;
    const frame = () => {
        window.frames_seen += 1;
        if (!window.dragged) requestAnimationFrame(frame);
        else window.rate = 1000 * window.frames_seen / (performance.now() - start);
    };
    window.dragged = false;
    requestAnimationFrame(frame);
}
"""


def presses(page, picture, slider):
    """Milliseconds of each of `PRESSES` key presses, back and forth."""
    slider.focus()
    times = []
    for i in range(PRESSES + 4):
        page.evaluate(CLOCK, picture)
        page.keyboard.press("ArrowRight" if i // 2 % 2 else "ArrowLeft")
        times.append(page.evaluate("window.answered"))
        page.wait_for_timeout(60)  # the picture settles
    return [t for t in times[4:] if t is not None]  # the first ones warm up


def drag(page, slider):
    """Frames a second while the handle is dragged from end to end and back."""
    track = slider.locator("xpath=..").locator("xpath=..").bounding_box()
    handle = slider.bounding_box()
    y = handle["y"] + handle["height"] / 2
    page.mouse.move(handle["x"] + handle["width"] / 2, y)
    page.mouse.down()
    page.evaluate(FRAMES)
    for side in (0.0, 1.0, 0.0, 1.0):
        page.mouse.move(track["x"] + side * track["width"], y, steps=30)
    page.evaluate("window.dragged = true")
    page.wait_for_function("window.rate !== undefined")
    page.mouse.up()
    return page.evaluate("window.rate")


def measure(page, url, folder, name, source, picture, busy=False, before=WARM):
    write_notebook(folder / f"{name}.ipynb", [before, "0"])
    open_and_run(page, url, f"{name}.ipynb")
    page.evaluate(
        "source => window.jupyterapp.shell.currentWidget.content"
        ".widgets[1].model.sharedModel.setSource(source)",
        source,
    )
    first = page.evaluate(FIRST, picture)
    page.locator(picture).first.wait_for()
    page.wait_for_timeout(500)
    if busy:
        page.evaluate(
            "() => { window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel"
            ".requestExecute({ code: 'while True: pass' }); }"
        )
    sliders = page.get_by_role("slider").all()
    times = presses(page, picture, sliders[-1])
    rate = drag(page, sliders[-1])
    late = statistics.quantiles(times, n=20)[-1]
    return first, statistics.median(times), late, rate


def main():
    import course_lib as cl
    from course_lib import explore as explorers

    cl.explore.first_look()  # fonts and imports are paid once
    print("each explorer: its table; from the cell to the first picture; from a key to other")
    print(f"pixels, {PRESSES} presses: median, 95th percentile; frames a second in a drag")
    print(f"{'':<26}{'computed':>9}{'size':>9}{'first':>9}{'median':>9}{'95th':>9}{'frames':>8}")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        folder = Path(folder)
        (folder / "notebooks").mkdir()
        write_notebook(folder / "notebooks" / "00_start_here.ipynb", ["1"])
        medians = {}
        with server(folder) as url:
            browser = launch(playwright)

            def row(name, source, picture, table="", **how):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                label = name.replace(" ", "_")
                found = measure(page, url, folder, label, source, picture, **how)
                first, medians[name], late, rate = found
                print(
                    f"{name:<26}{table:>18}{first:>6.0f} ms{medians[name]:>6.1f} ms"
                    f"{late:>6.1f} ms{rate:>8.0f}",
                    flush=True,
                )
                page.close()

            for name in explorers.__all__:
                start = time.perf_counter()
                page = getattr(cl.explore, name)().widget.children[1]
                made = 1000 * (time.perf_counter() - start)
                stills = sum(len(png) for shape in page.stills for png in shape)
                size = (len(page.table) + stills + len(str(page.spec))) / 1000
                table = f"{made:.0f} ms{size:>6.0f} kB"
                row(name, f"cl.explore.{name}()", CANVAS, table)
            cold = "import course_lib as cl"
            row("race, first of its kernel", "cl.explore.race()", CANVAS, before=cold)
            row("race, kernel busy", "cl.explore.race()", CANVAS, busy=True)
            for name, source in INTERACT.items():
                row(f"{name} as interact", source, IMAGE)
            browser.close()
    for name in INTERACT:
        times = medians[f"{name} as interact"] / medians[name]
        print(f"the explorer {name} answers {times:.1f} times faster than interact")


if __name__ == "__main__":
    main()
