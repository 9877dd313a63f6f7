"""Skipped scenarios, each with its reason and what to install."""

from __future__ import annotations

from dataclasses import replace

from lab.report.results import HTTP, SKIPPED, shown
from overheard.report.skipped import skipped


def test_nothing_is_printed_if_nothing_was_skipped() -> None:
    assert shown(skipped([HTTP])).strip() == ""


def test_each_reason_is_printed_once_with_what_to_install() -> None:
    other = replace(SKIPPED, scenario="another", hint="install something else")
    printed = shown(skipped([replace(SKIPPED, hint="install it"), HTTP, replace(other, hint="install it"), other]))
    assert [line.rstrip() for line in printed.splitlines() if line.strip()] == [
        "post-quantum, another: skipped",
        f"  {SKIPPED.skipped}",
        "    → install it",
        "another: skipped",
        f"  {SKIPPED.skipped}",
        "    → install something else",
    ]
