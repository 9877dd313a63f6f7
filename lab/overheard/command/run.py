"""`overheard demo`: the lab, run once, with all that there is to see."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from overheard.engines.base import Job, Progress, new_run
from overheard.engines.choose import choose
from overheard.report.console import console
from overheard.report.doubts import doubts
from overheard.report.packets import packets, refusal
from overheard.report.picture import picture
from overheard.report.table import table
from overheard.words.errors import EngineError
from overheard.words.result import Result, exit_code
from overheard.words.story import HTTP, SECRET_MESSAGE
from overheard_capture import pcapng

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rich.console import Console

# Settings of roles that a caller may change for a run; what else is in the environment does not reach them.
_SETTINGS_OF_A_RUN = (
    "OVERHEARD_MESSAGE",
    "OVERHEARD_CLIENT_SCENARIOS",
    "OVERHEARD_CAPTURE_FILTER",
    "OVERHEARD_CAPTURE_SNAP_LENGTH",
)


def demo(options: argparse.Namespace) -> int:
    """Run the lab, show the table, the packets and where all of it is, and return the exit code."""
    began = time.monotonic()
    with _progress() as progress:
        engine, why = choose(options.engine, Path.cwd(), progress)
    out = console(picture=options.svg is not None)
    out.print(f"engine: [bold]{engine.name}[/bold] ({escape(why)})", soft_wrap=not out.record)
    with _folder(options.runs) as folder, _progress() as progress:
        variables = {name: os.environ[name] for name in _SETTINGS_OF_A_RUN if name in os.environ}
        job = Job(folder, variables)
        results = engine.run(job, progress)
    message = variables.get("OVERHEARD_MESSAGE", SECRET_MESSAGE)
    out.print(table(results, message))
    out.print(doubts(results), soft_wrap=not out.record, end="")
    if not options.brief:
        _show_packets(out, job, results)
    _show_where(out, job, results)
    _conclude(out, results, time.monotonic() - began)
    if options.svg:
        options.svg.write_text(picture(out, "make capture-demo"), encoding="utf-8")
    return exit_code(results)


@contextmanager
def _folder(runs: Path) -> Iterator[Path]:
    """A new folder for a run, which is left behind only if the run comes to an end."""
    folder = runs.absolute() / new_run()
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as problem:
        raise EngineError(
            f"the recordings cannot be left in {runs}: {problem.strerror}", hint="name another folder with --runs"
        ) from None
    try:
        yield folder
    except KeyboardInterrupt:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _progress() -> Iterator[Progress]:
    """A spinner in a terminal, and a line a step elsewhere."""
    errors = console(errors=True)
    if not errors.is_terminal:
        yield lambda doing: errors.print(f"  {doing} ...", markup=False)
        return
    with errors.status("starting the roles") as status:
        yield status.update


def _show_packets(out: Console, job: Job, results: list[Result]) -> None:
    for result in results:
        carrier = result.verdict.carrier
        if result.error and result.as_expected:
            out.print(refusal(result), soft_wrap=not out.record)
        elif carrier:
            frames = pcapng.read(job.folder / f"{result.scenario}.pcapng").frames
            out.print(packets(result, frames[carrier - 1].data))


def _show_where(out: Console, job: Job, results: list[Result]) -> None:
    where = job.folder
    if where.is_relative_to(Path.cwd()):
        where = where.relative_to(Path.cwd())
    last = results[-1].scenario
    out.print("[bold]Look for yourself[/bold]")
    # Port 5683 belongs to CoAP, and Wireshark would show the story's HTTP as that.
    options = f"-d tcp.port=={HTTP.port},http -o tls.keylog_file:{where / job.keys.name}"
    for what, path in (
        ("recordings", f"{where}/*.pcapng"),
        ("key log", where / job.keys.name),
        ("verdicts", where / "verdicts.json"),
        ("what the roles said", where / "logs"),
        ("in Wireshark", f"wireshark {options} {where}/{last}.pcapng"),
        ("in a terminal", f"tshark {options} -r {where}/{last}.pcapng"),
    ):
        out.print(f"  {what:<20} {path}", soft_wrap=not out.record, markup=False)


def _conclude(out: Console, results: list[Result], seconds: float) -> None:
    wrong = [result.scenario for result in results if not result.as_expected]
    said = f"[bold red]not as expected: {', '.join(wrong)}[/bold red]" if wrong else "all as expected"
    out.print(f"\n{len(results)} scenarios, {said}, in {seconds:.1f} s")
