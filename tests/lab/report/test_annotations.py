"""Annotations of GitHub Actions, read back as its runner reads them."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lab.report.scans import ACCOUNT, INCONCLUSIVE, NOT_SENT, OVERHEARD, PROTECTED, report
from lab.words.verdicts import verdicts
from overheard.report.annotations import annotated
from overheard.words.escaping import escaped
from overheard.words.report import Report
from overheard.words.verdict import Verdict


def read(line: str) -> tuple[str, str, list[str]]:
    """The command, the title, and the lines of the message."""
    match = re.fullmatch(r"::(\w+) title=([^,:]*)::(.*)", line)
    assert match, line
    title = match[2].replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    return match[1], title, [part.replace("%25", "%") for part in match[3].split("%0A")]


def test_not_sent_is_a_warning() -> None:
    assert [read(line) for line in annotated(report(a=NOT_SENT))] == [
        ("warning", "NOT SENT: a", ["it never left: 1 TLS stream", "see why", "in traffic.pcapng"])
    ]


def test_overheard_is_an_error_and_inconclusive_a_warning() -> None:
    assert [read(line) for line in annotated(report(a=OVERHEARD, b=PROTECTED, c=INCONCLUSIVE))] == [
        ("error", "OVERHEARD: a", ["seen in frame 6, plainly, and once more", "in traffic.pcapng"]),
        (
            "warning",
            "INCONCLUSIVE: c",
            ["nobody vouches for its start and end", "vouch for it: --vouch whole", "in traffic.pcapng"],
        ),
    ]


def test_of_many_files_a_few_are_named() -> None:
    ring = Report({"a": OVERHEARD}, replace(ACCOUNT, files=("a", "b", "c", "d", "e")))
    (line,) = annotated(ring)
    assert read(line)[2][-1] == "in a, b, c and 2 more"


@given(verdicts, st.text(), st.text())
def test_nothing_from_outside_ends_a_command_or_begins_one(verdict: Verdict, name: str, file: str) -> None:
    for line in annotated(Report({name: verdict}, replace(ACCOUNT, files=(file,)))):
        assert line.isprintable()
        _, title, message = read(line)
        assert title == f"{verdict.outcome}: {escaped(name)}"
        assert message[-1] == f"in {escaped(file)}"
        assert not re.search(r"##\w*\[", line)


def test_a_name_that_looks_like_commands_is_data() -> None:
    (line,) = annotated(Report({"a%0A::error::b,file=c:\n##[add-mask]d": OVERHEARD}, ACCOUNT))
    command, title, _ = read(line)
    assert (command, title) == ("error", r"OVERHEARD: a%0A\x3a:error::b,file=c:\n\x23#[add-mask]d")
