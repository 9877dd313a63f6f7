"""`overheard list`, `explain` and `errors`: everything to learn without running anything."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from overheard.report.console import console
from overheard.report.lesson import lesson
from overheard.report.rows import index, listing, row
from overheard.words.error_lookup import matching_rows
from overheard.words.errors import OverheardError
from overheard.words.gallery import ROWS
from overheard.words.story import SCENARIOS, by_name
from overheard.words.suggestions import unknown

if TYPE_CHECKING:
    import argparse


def list_scenarios(options: argparse.Namespace) -> int:
    """List every scenario in the order of the story."""
    if options.json:
        rows = [
            {"name": each.name, "title": each.title, "expected": each.expected.outcome, "needs": sorted(each.needs)}
            for each in SCENARIOS
        ]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        console().print(listing(SCENARIOS))
    return 0


def explain(options: argparse.Namespace) -> int:
    """Print one chapter."""
    known = by_name()
    if problem := unknown("scenario", [options.name], known):
        raise OverheardError(problem, hint="`overheard list` lists them all")
    console().print(lesson(known[options.name], answer=options.answer))
    return 0


def errors(options: argparse.Namespace) -> int:
    """Find the rows of the gallery that match an error, or list all rows. Returns 1 if none matches."""
    text = " ".join(options.text)
    found = matching_rows(text) if text else list(ROWS)
    if options.json:
        print(json.dumps([asdict(each) for each in found], indent=2, ensure_ascii=False))
    elif not text:
        console().print(index(ROWS))
    else:
        for each in found:
            console().print(row(each))
        if not found:
            console(errors=True).print(
                "No row of the gallery matches this. Paste the end of the error, or see the list: `overheard errors`.",
                markup=False,
            )
    return 0 if found else 1
