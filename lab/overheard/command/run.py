"""`overheard demo` and `overheard run`: run the lab once, and show the results."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from overheard.engines.base import Job, Progress, new_run
from overheard.engines.choose import choose
from overheard.report.console import console
from overheard.report.details import details
from overheard.report.deviations import deviations
from overheard.report.json_text import as_json
from overheard.report.picture import picture
from overheard.report.skipped import skipped
from overheard.report.table import table
from overheard.words.counting import count
from overheard.words.errors import EngineError, SettingsError
from overheard.words.escaping import escaped
from overheard.words.recording import KEY_LOG, NOTEBOOK
from overheard.words.result import Result, exit_code
from overheard.words.secret import SECRET_MESSAGE
from overheard.words.services import HTTP, INTERCEPTOR
from overheard.words.story import CONTROL, STORY, by_name
from overheard.words.suggestions import unknown
from overheard.words.texts import all_escaped
from overheard.words.verdict import Presence
from overheard_capture.judge.api import look_up, read_recording

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rich.console import Console

    from overheard.command.page import PageOfRun
    from overheard.engines.base import Engine

# Settings of roles that a caller may change for a run; nothing else of the environment reaches them.
SETTINGS_OF_A_RUN = (
    "OVERHEARD_MESSAGE",
    "OVERHEARD_CLIENT_SCENARIOS",
    "OVERHEARD_CAPTURE_FILTER",
    "OVERHEARD_CAPTURE_SNAP_LENGTH",
)
_BY_NAME = by_name()


def demo(options: argparse.Namespace) -> int:
    """Run the whole story, one line per scenario, and return the exit code."""
    named = os.environ.get("OVERHEARD_CLIENT_SCENARIOS", "")
    names = [name.strip() for name in named.split(",") if name.strip()] or [each.name for each in STORY]
    return _run(options, names, names if options.details else [])


def run(options: argparse.Namespace) -> int:
    """Run the named scenarios, show the details of each, and return the exit code."""
    names = list(dict.fromkeys(options.names))
    # Without its positive control a run could not call anything PROTECTED.
    return _run(options, [*(() if CONTROL in names else (CONTROL,)), *names], names)


def _run(options: argparse.Namespace, names: list[str], detailed: list[str]) -> int:
    if problem := unknown("scenario", names, _BY_NAME):
        raise SettingsError(problem, hint="`overheard list` lists them all")
    began = time.monotonic()
    with spinning() as progress:
        engine, why = choose(options.engine, Path.cwd(), progress)
    variables = {name: os.environ[name] for name in SETTINGS_OF_A_RUN if name in os.environ}
    with ExitStack() as until_the_end:
        with _folder(options.runs) as folder:
            page = _page(options, folder, engine.name)
            if page:
                until_the_end.enter_context(page)
            job = Job(folder, {**variables, "OVERHEARD_CLIENT_SCENARIOS": ",".join(names)}, page.port if page else 0)
            with spinning() as progress:
                _show_page(page, engine)
                results = engine.run(job, progress)
        message = variables.get("OVERHEARD_MESSAGE", SECRET_MESSAGE)
        if options.json:
            report = {"engine": engine.name, "folder": str(folder), "results": [each.to_json() for each in results]}
            sys.stdout.write(as_json(report))
            return exit_code(results)
        results = all_escaped(results)
        out = console(picture=options.svg is not None)
        out.print(f"engine: [bold]{engine.name}[/bold] ({escape(escaped(why))})", soft_wrap=not out.record)
        _show(out, job, results, detailed, message)
        _conclude(out, results, time.monotonic() - began)
        if options.svg:
            options.svg.write_text(picture(out, options.title), encoding="utf-8")
        if page:
            page.stay()
    return exit_code(results)


def _page(options: argparse.Namespace, folder: Path, engine: str) -> PageOfRun | None:
    """The page of a run, for somebody in a terminal; None if nobody wants it, or this installation has none."""
    if options.no_page or options.json or not sys.stdout.isatty():
        return None
    try:
        from overheard.command.page import PageOfRun, usual_port  # noqa: PLC0415  (it takes Flask, and time)
    except ModuleNotFoundError:
        return None
    return PageOfRun(folder, usual_port(), engine)


def _show_page(page: PageOfRun | None, engine: Engine) -> None:
    """Say where the page is, and serve it where the engine does not."""
    if page:
        if engine.fills_folder:
            page.serve()
        console(errors=True).print(f"the page, once the lab has started: {page.url}", markup=False, soft_wrap=True)


@contextmanager
def _folder(runs: Path) -> Iterator[Path]:
    """A new folder for a run, which is removed if the run is interrupted."""
    folder = runs.absolute() / new_run()
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as problem:
        raise EngineError(
            f"cannot write recordings to {runs}: {problem.strerror}", hint="name another folder with --runs"
        ) from None
    try:
        yield folder
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def spinning() -> Iterator[Progress]:
    """A spinner in a terminal, otherwise one line per step."""
    errors = console(errors=True)
    if not errors.is_terminal:
        yield lambda doing: errors.print(f"  {escaped(doing)} ...", markup=False)
        return
    with errors.status("starting the roles") as status:
        yield lambda doing: status.update(escape(escaped(doing)))


def _show(out: Console, job: Job, results: list[Result], detailed: list[str], message: str) -> None:
    out.print()
    out.print(table(results, message))
    out.print(deviations(results), soft_wrap=not out.record, end="")
    out.print(skipped(results), soft_wrap=not out.record, end="")
    for result in results:
        if result.scenario in detailed:
            title = _BY_NAME[result.scenario].title
            evidence = (_carrier(job, result), _notes(job, result))
            out.print(details(result, title, message, *evidence), soft_wrap=not out.record)
    _show_where(out, job, _opened(results, detailed))
    if not detailed:
        out.print("\nAll the evidence of a scenario: `overheard run NAME`. What it teaches: `overheard explain NAME`.")


def _carrier(job: Job, result: Result) -> bytes:
    carrier = result.verdict.carrier
    return look_up([str(_recording(job, result))], {carrier})[carrier].data if carrier else b""


def _notes(job: Job, result: Result) -> str:
    """What the interceptor wrote down while this scenario was recorded."""
    notebook = job.folder / INTERCEPTOR / NOTEBOOK
    if result.skipped or not notebook.is_file():
        return ""
    recording = read_recording(_recording(job, result))
    notes = (json.loads(line) for line in notebook.read_text().splitlines())
    return "\n".join(
        escaped(f"{note['asked']} → {note['status']}: “{note['saw']}” ({note['how']})")
        for note in notes
        if recording.covers(note["time"])
    )


def _recording(job: Job, result: Result) -> Path:
    return job.folder / f"{result.scenario}.pcapng"


def _opened(results: list[Result], asked: list[str]) -> str:
    """The scenario whose recording the commands at the end open: the last that was asked for, if it has one.

    Of the whole story, it is the last one with session keys.
    """
    recorded = [result for result in reversed(results) if not result.skipped]
    of_asked = [result for result in recorded if result.scenario in asked and len(asked) < len(STORY)]
    with_keys = [result for result in recorded if result.verdict.presence is Presence.KEY_LOG]
    return next((result.scenario for result in (*of_asked, *with_keys, *recorded)), CONTROL)


def _show_where(out: Console, job: Job, opened: str) -> None:
    where = job.folder
    if where.is_relative_to(Path.cwd()):
        where = where.relative_to(Path.cwd())
    out.print("\n[bold]Look for yourself[/bold]")
    # Port 5683 is registered for CoAP, and Wireshark would dissect the lab's HTTP as that.
    options = f"-d tcp.port=={HTTP.port},http -o tls.keylog_file:{where / KEY_LOG}"
    for what, path in (
        ("all of it", f"{where}: *.pcapng, {KEY_LOG}, verdicts.json, logs/"),
        ("in Wireshark", f"wireshark {options} {where}/{opened}.pcapng"),
        ("in a terminal", f"tshark {options} -r {where}/{opened}.pcapng"),
    ):
        out.print(f"  {what:<15} {escaped(path)}", soft_wrap=not out.record, markup=False)


def _conclude(out: Console, results: list[Result], seconds: float) -> None:
    ran = [result for result in results if not result.skipped]
    wrong = [result.scenario for result in ran if result.failed]
    said = f"[bold red]not as expected: {', '.join(wrong)}[/bold red]" if wrong else "all as expected"
    left_out = f", {len(results) - len(ran)} skipped" if len(ran) < len(results) else ""
    out.print(f"\n{count(len(ran), 'scenario')}, {said}{left_out}, in {seconds:.1f} s")
