"""`overheard list`, `explain` and `errors`: everything to learn without running anything."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from overheard.command.standard_input import MOST, StandardInput
from overheard.report.console import console
from overheard.report.json_text import as_json
from overheard.report.lesson import lesson
from overheard.report.rows import index, listing, told
from overheard.words.error_lookup import answer
from overheard.words.errors import SettingsError
from overheard.words.gallery import FAULTS
from overheard.words.story import SCENARIOS, by_name
from overheard.words.suggestions import unknown

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from overheard.words.error_lookup import Answer
    from overheard.words.gallery import Fault

_NOTHING = "No row of the gallery matches this. Paste the end of the error, or see the list: `overheard errors`."


def list_scenarios(options: argparse.Namespace) -> int:
    """List every scenario in the order of the story."""
    if options.json:
        rows = [
            {"name": each.name, "title": each.title, "expected": each.expected.outcome, "needs": sorted(each.needs)}
            for each in SCENARIOS
        ]
        sys.stdout.write(as_json(rows))
    else:
        console().print(listing(SCENARIOS))
    return 0


def explain(options: argparse.Namespace) -> int:
    """Print one chapter."""
    known = by_name()
    if problem := unknown("scenario", [options.name], known):
        raise SettingsError(problem, hint="`overheard list` lists them all")
    console().print(lesson(known[options.name], answer=options.answer))
    return 0


def errors(options: argparse.Namespace) -> int:
    """Find out what an error means, or list all faults. Returns 1 if nothing is known about it."""
    if not options.text:
        _list_faults(json_wanted=options.json)
        return 0
    lines: Iterable[str] = StandardInput() if options.text == ["-"] else " ".join(options.text).splitlines()
    found = answer(lines)
    if options.json:
        sys.stdout.write(as_json([_about(fault, found) for fault in found.faults]))
    elif found.errors:
        console().print(told(found.errors, lines=options.text == ["-"] or len(found.errors) > 1))
    else:
        console(errors=True).print(found.question or _NOTHING, markup=False)
    if isinstance(lines, StandardInput) and lines.cut:
        print(f"overheard: only the first {MOST >> 20} MiB were read", file=sys.stderr)
    return 0 if found.errors else 1


def _list_faults(*, json_wanted: bool) -> None:
    if json_wanted:
        sys.stdout.write(as_json([asdict(each) for each in FAULTS]))
    else:
        console().print(index(FAULTS))


def _about(fault: Fault, found: Answer) -> dict[str, Any]:
    """A fault as plain data, with the line of the error."""
    line = next(each.line for each in found.errors if fault in each.faults)
    return {**asdict(fault), "line": line}
