"""How long the whole course takes, and what `course check` adds to the cells' own time.

``make bench``. All in one run, as a kernel starts slowly or quickly on different machines.
"""

import statistics
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from course_lib.command.report import check_exercise

ROOT = Path(__file__).resolve().parents[2]
TIMES = 3


def timed(function):
    times = []
    for _ in range(TIMES):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    start = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "notebooks", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    print(f"all lessons under nbval: {seconds:.0f} s ({done.stdout.strip().splitlines()[-1]})")
    print("a finished exercise: `course check`, and a bare kernel that runs the same cells")
    for master in sorted((ROOT / "exercises" / "solutions").glob("*.ipynb")):
        path = master.parents[1] / master.name
        finished = ROOT / "build" / "finished" / path.name
        finished.parent.mkdir(parents=True, exist_ok=True)
        finished.write_text(master.read_text("utf-8"), "utf-8")
        source = nbformat.read(master, as_version=4)

        def bare(source=source):
            NotebookClient(deepcopy(source), kernel_name="python3").execute(
                stderr=subprocess.DEVNULL  # the kernel talks of its sockets
            )

        check, cells = timed(lambda finished=finished: check_exercise(finished)), timed(bare)
        print(
            f"{path.stem:<26} {check:5.2f} s, {cells:5.2f} s: {check / cells:.2f} times", flush=True
        )


if __name__ == "__main__":
    main()
