"""The command `course`. What it does is elsewhere; here are its words."""

import json
import sys
import time
from pathlib import Path

import click

from . import notebooks

PAUSE = 0.5  # seconds between two looks at the files
NEXT = """\
  course lab                  open the course in JupyterLab, at its first page
  course check 02             check your answers to exercise 02
  course reset 02             start exercise 02 afresh; your answers are kept beside it
  course reset --lesson 02    the same for lesson 02
  course doctor               find out why something does not work
"""


class _Group(click.Group):
    def format_epilog(self, ctx, formatter):
        with formatter.section("What to do next"):
            formatter.write(NEXT)


@click.group(cls=_Group, invoke_without_command=True, context_settings={"max_content_width": 100})
@click.version_option(package_name="adaptive-optimizers-course", prog_name="course")
@click.pass_context
def main(context):
    """A course on adaptive optimizers."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal without Greek letters gets "?"
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this port.")
@click.option("--browser/--no-browser", default=True, help="Open a browser, or print the address.")
def lab(port, browser):
    """Open the course in JupyterLab."""
    from .lab import start

    sys.exit(start(port=port, browser=browser))


@main.command(short_help="Check your answers.")
@click.argument("exercises", nargs=-1, metavar="[EXERCISE]...")
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=30.0,
    show_default=True,
    help="Time limit for one cell.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file is saved.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, for programs.")
def check(exercises, seconds, watch, as_json):
    """Check the answers to exercises: 02, 2, 02_moving_averages or a notebook; or to all.

    By number, yours is the one in the nearest folder exercises/: here or upward, else beside the
    library. It is read as it was saved, and never changed. Exits with 0 only when all is right.
    """
    files = [Path(name) for name in exercises if Path(name).is_file()]
    # In a pile that was handed in, a file with a wrong name is told so and the others are checked.
    pile = files if exercises[1:] else []
    find = notebooks.find_exercise
    found = ([Path(name)] if Path(name) in pile else _found(find, name) for name in exercises)
    paths = [path for some in found for path in some] or _found(find, None)
    for changed in _rounds(paths) if watch else [paths]:
        results = {path: _check(path, seconds) for path in changed}
        together = [result for found in results.values() for result in found]
        if as_json:
            click.echo(_json(results))
            continue
        for path, found in results.items():
            _show(path, found, path in pile)
            if not files:  # a file that was named may be another's
                _record(path, found)
        if len(results) > 1:
            click.echo(f"{'all' if exercises else 'the course'}: {_right(together)}")
        if not exercises:
            _show_progress()
        if watch:
            click.echo("waiting for a file to be saved; Ctrl+C ends it")
    sys.exit(any(result.kind != "right" for result in together))


@main.command(short_help="Start an exercise or a lesson afresh, keeping yours.")
@click.argument("name")
@click.option("--lesson", is_flag=True, help="The lesson of that number, not the exercise.")
def reset(name, lesson):
    """Start an exercise afresh: 02, 02_moving_averages or a notebook.

    `course reset --lesson 02` brings lesson 02 back as Git's last commit has it, and so does its
    path, notebooks/02_moving_averages.ipynb. What is there now is kept beside it.
    """
    from .lessons import find_lesson, is_lesson, reset_lesson

    if lesson or is_lesson(name):
        paths, write_fresh, yours = [_found(find_lesson, name)], reset_lesson, "what was there is"
    else:
        more = "; `course reset --lesson 03` is for a lesson"
        paths = _found(notebooks.find_exercise, name, more)
        write_fresh, yours = notebooks.reset, "your answers are"
    for path in paths:
        try:
            kept = write_fresh(path)
        except (notebooks.ExerciseError, OSError) as problem:
            raise click.ClickException(f"{path.name} was not reset: {problem}") from None
        click.echo(f"{_shown(path)} is fresh; if it is open in JupyterLab, reload it from disk")
        if kept:
            click.echo(f"{yours} in {kept.name}")


@main.command(short_help="Examine the installation.")
def doctor():
    """Examine the installation, and say what to do about what is missing."""
    from .doctor import examine

    bad = 0
    for finding in examine():
        click.echo(f"{'ok' if finding.ok else '!!':4}{finding.what}")
        if not finding.ok:
            bad += 1
            click.echo(f"    what to do: {finding.advice}")
    click.echo("all is well" if not bad else f"{bad} to mend")
    sys.exit(bool(bad))


def _found(find, name, more=""):
    """What `find` finds; its sentence, and the exit code of a wrong word, if there is nothing."""
    try:
        return find(name)
    except notebooks.ExerciseError as problem:
        error = click.ClickException(f"{problem}{more}")
        error.exit_code = 2
        raise error from None


def _check(path, seconds):
    from rich.console import Console

    from .report import check_exercise

    spinner = Console(stderr=True).status(f"checking {path.stem} …")  # on a terminal only
    with spinner as waiting:
        return check_exercise(path, seconds, lambda name: waiting.update(f"{name} …"))


def _rounds(paths):
    """All files, and then without end those that have been saved since."""
    seen = {path: _saved(path) for path in paths}
    yield paths
    while True:
        time.sleep(PAUSE)
        now = {path: _saved(path) for path in paths}
        if changed := [path for path in paths if now[path] not in (None, seen[path])]:
            seen.update((path, now[path]) for path in changed)
            yield changed


def _saved(path):
    """When a file was last written; None while there is none, as in the middle of a save."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _saved_ago(path):
    """`, saved 3 min ago`; nothing while there is no file."""
    saved = _saved(path)
    if saved is None:
        return ""
    minutes = int(time.time() - saved / 1e9) // 60
    hours = round(minutes / 60)
    if minutes < 1:
        return ", saved a moment ago"
    if minutes < 90:
        return f", saved {minutes} min ago"
    return f", saved {hours} h ago" if hours < 48 else f", saved {hours // 24} days ago"


def _shown(path):
    """A path as short as it can be told from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _record(path, results):
    """Note how many are right, in the learner's own record."""
    from .. import record

    kinds = _kinds(results)
    if "." in results[0].question and path.stem == notebooks.exercise_of(path):
        record.exercise(path.name[:2], kinds.count("right"), len(kinds))


def _show_progress():
    from .progress import progress

    click.echo(f"\n{progress()!r}")


def _json(results):
    found = [
        {
            "file": str(path),
            "exercise": notebooks.exercise_of(path),
            "question": result.question,
            "verdict": result.verdict,
            "hint": result.hint,
        }
        for path in results
        for result in results[path]
    ]
    return json.dumps(found, ensure_ascii=False)


def _show(path, results, in_pile):
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    number = results[0].question[:2]
    label = f"exercise {number}" if number.isdigit() else "the file"
    other = f", which is {name}" if (name := notebooks.misnamed(path)) else ""
    where = f" ({_shown(path)}{other}{_saved_ago(path)})"
    if in_pile:  # of several people, perhaps
        label, where = f"{label} ({path}{other})", ""
    if "." not in results[0].question:  # about the file, not about a question
        click.echo(f"{label} was not checked: {results[0].hint}{where}")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("question", "verdict", "hint"):
        table.add_column(heading, overflow="fold")
    styles = {"right": "green", "wrong": "red", "stops": "red"}
    for result in results:  # as Text: square brackets in a hint are no markup
        verdict = Text(result.verdict, styles.get(result.verdict, "yellow"))
        table.add_row(Text(result.question), verdict, Text(result.hint))
    console = Console()
    console.print(table)
    # As text, and in one line: a path may hold square brackets, and be long.
    console.print(Text(f"{label}: {_right(results)}{where}"), soft_wrap=True)
    if any(result.kind == "blank" for result in results):
        console.print("What counts is the file as it was saved last.")


def _right(results):
    """How many are right, of the questions; another cell that stops is none."""
    kinds = _kinds(results)
    waiting = kinds.count("waits")
    told = f"{kinds.count('right')} of {len(kinds)} right"
    if not waiting:
        return told
    return f"{told}, {waiting} {'waits' if waiting == 1 else 'wait'} for another"


def _kinds(results):
    return [result.kind for result in results if result.kind != "stops"]


if __name__ == "__main__":
    main()
