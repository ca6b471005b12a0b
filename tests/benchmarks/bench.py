"""From the key to the changed picture: the explorer beside `interact`, in one run.

``make bench``. The clock runs in the page: it starts at the key press and stops in the first
frame in which the picture is another one.
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

EXPLORER = """
import course_lib as cl
cl.explore.moving_averages("noisy step")
"""

# The same picture, size and lines, as most notebooks would have it.
INTERACT = """
%matplotlib inline
import ipywidgets
import matplotlib.pyplot as plt
from course_lib import averages, datasets, explorers

def show(beta):
    x = datasets.noisy_step()
    plt.figure(figsize=(7.6, 3.8), dpi=100)
    plt.plot(x, lw=1)
    plt.plot(averages.moving_average(x, 10), "--")
    plt.plot(averages.ema(x, beta), lw=2.5)
    plt.show()

options = [(f"{beta:g}", beta) for beta in explorers.remembering.BETAS]
ipywidgets.interact(show, beta=ipywidgets.SelectionSlider(options=options, value=0.9));
"""

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
                else requestAnimationFrame(frame);
            };
            requestAnimationFrame(frame);
        }, { capture: true, once: true });
    });
}
"""


def presses(page, picture):
    """Milliseconds of each of `PRESSES` key presses, back and forth."""
    page.locator(picture).first.wait_for()
    page.get_by_role("slider").first.focus()
    times = []
    for i in range(PRESSES + 4):
        key = "ArrowRight" if i // 2 % 2 == 0 else "ArrowLeft"
        page.evaluate(CLOCK, picture)
        page.keyboard.press(key)
        times.append(page.evaluate("window.answered"))
        page.wait_for_timeout(150)  # the picture settles
    return times[4:]  # the first ones warm up


def main():
    import course_lib as cl

    cl.explore.first_look()  # fonts and imports are paid once
    start = time.perf_counter()
    explorer = cl.explore.moving_averages()
    made = 1000 * (time.perf_counter() - start)
    sent = explorer.widget.children[1]
    size = len(sent.table) + sum(map(len, sent.stills))
    print(f"table of moving_averages: {made:.0f} ms, {size / 1000:.0f} kB", flush=True)

    cases = {
        "explorer, in the page": (EXPLORER, ".course-explorer canvas"),
        "interact, inline figure": (INTERACT, ".jp-OutputArea-output .jp-OutputArea-output img"),
    }
    medians = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        folder = Path(folder)
        (folder / "notebooks").mkdir()
        write_notebook(folder / "notebooks" / "00_start_here.ipynb", ["1"])
        with server(folder) as url:
            browser = launch(playwright)
            print(f"slider key to changed pixels, {PRESSES} presses: median, 95th percentile")
            for i, (name, (source, picture)) in enumerate(cases.items()):
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                write_notebook(folder / f"bench{i}.ipynb", [source])
                open_and_run(page, url, f"bench{i}.ipynb")
                times = presses(page, picture)
                late = statistics.quantiles(times, n=20)[-1]
                medians.append(statistics.median(times))
                print(f"{name:<24} {medians[-1]:6.1f} ms {late:6.1f} ms", flush=True)
                page.close()
            browser.close()
    print(f"the explorer answers {medians[1] / medians[0]:.1f} times faster")


if __name__ == "__main__":
    main()
