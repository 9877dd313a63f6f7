"""Where the output goes to: full disks, closed pipes and streams, and outputs that have ASCII alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from capture.frames import exchange, rewritten
from processes import ended

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "correct horse battery"
FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")  # noqa: PTH110


@pytest.fixture
def leaks(tmp_path: Path) -> Path:
    return rewritten(tmp_path / "leaks.pcapng", exchange([f"password={VALUE}".encode()], [b"thanks"]))


def shell(line: str, *words: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell, in which `$0` is Python and `"$@"` are the words."""
    return ended(["sh", "-c", line, sys.executable, *map(str, words)], **variables)


def scanning(leaks: Path) -> tuple[object, ...]:
    return "-m", "overheard", "scan", leaks, "--secret", f"x={VALUE}"


@FULL
@pytest.mark.parametrize("form", ["--flows", "--json"])
def test_a_full_disk_is_one_line_and_no_verdict(leaks: Path, form: str) -> None:
    done = shell('"$0" "$@" >/dev/full', *scanning(leaks), form)
    assert done.returncode == 74
    assert done.stderr == "overheard: cannot write to standard output: No space left on device\n"


@FULL
@pytest.mark.parametrize("words", [("list",), ("errors", "--json"), ("--help",)])
def test_so_it_is_for_every_command(words: tuple[str, ...]) -> None:
    done = shell('"$0" -m overheard "$@" >/dev/full', *words)
    assert done.returncode == 74
    assert done.stderr == "overheard: cannot write to standard output: No space left on device\n"


@FULL
@pytest.mark.parametrize("full", ["2>/dev/full", "2>&-"])
def test_where_messages_cannot_be_written_the_exit_code_is_the_same(leaks: Path, full: str) -> None:
    assert shell(f'"$0" "$@" {full}', *scanning(leaks)).returncode == 1
    assert shell(f'"$0" "$@" {full}', "-m", "overheard", "scan", leaks, "--depth", "no").returncode == 64


@pytest.mark.parametrize("closed", [">&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_change_no_verdict(leaks: Path, closed: str) -> None:
    done = shell(f'"$0" "$@" {closed}', *scanning(leaks))
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("words", [("list",), ("errors", "--json")])
def test_a_reader_that_stops_is_no_error(words: tuple[str, ...]) -> None:
    done = shell('{ "$0" -m overheard "$@"; echo "$?" >&2; } | true', *words)
    assert done.stderr == "0\n"


def test_text_in_ascii_keeps_its_meaning(leaks: Path) -> None:
    done = shell('"$0" "$@"', *scanning(leaks), PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.isascii()
    assert "127.0.0.1:45000 > 127.0.0.1:5683" in done.stdout
    assert "> record with our recorder" in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_reports_are_valid_in_any_encoding(leaks: Path, encoding: str) -> None:
    json_printed, xml_printed = (
        shell('"$0" "$@"', *scanning(leaks), form, PYTHONIOENCODING=encoding).stdout for form in ("--json", "--junit")
    )
    (seen,) = json.loads(json_printed)["verdicts"]["x"]["sightings"]
    assert seen["direction"] == "127.0.0.1:45000 → 127.0.0.1:5683"
    said = ET.fromstring(xml_printed).findtext(".//failure") or ""  # noqa: S314  (our own)
    assert "127.0.0.1:45000 → 127.0.0.1:5683" in said


def test_a_name_that_the_output_has_no_letters_for_is_escaped() -> None:
    done = shell('"$0" -m overheard explain "$@"', "größe", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert done.returncode == 64
    assert r"there is no scenario 'gr\xf6\xdfe'" in done.stderr
