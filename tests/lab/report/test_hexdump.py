"""Hex dumps, compared with the bytes that they show."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lab.report.results import shown
from overheard.report.hexdump import hexdump

LINE = re.compile(r"(→| ) ([0-9a-f]{4,})  ((?:[0-9a-f]{2} | {3}){8}) ((?:[0-9a-f]{2} | {3}){8}) (.*)")


@given(st.binary(max_size=100))
def test_it_can_be_read_back(data: bytes) -> None:
    lines = hexdump(data).plain.splitlines()
    assert len(lines) == -(-len(data) // 16)
    found = b""
    for number, line in enumerate(lines):
        match = LINE.fullmatch(line)
        assert match, line
        assert int(match[2], 16) == number * 16
        piece = bytes.fromhex(match[3] + match[4])
        assert [sign for sign, byte in zip(match[5], piece, strict=True) if sign not in (chr(byte), ".")] == []
        found += piece
    assert found == data


@given(st.binary(min_size=1, max_size=100), st.integers(0, 110), st.integers(0, 40))
def test_only_the_marked_bytes_are_marked(data: bytes, start: int, length: int) -> None:
    """They are in their style, and each line with one begins with an arrow."""
    marked = range(start, start + length)
    text = hexdump(data, marked, style="red")
    red = [text.plain[span.start : span.end] for span in text.spans if span.style == "red"]
    seen = data[start : start + length]
    assert bytes.fromhex("".join(part for part in red[: len(red)] if len(part) == 2)) == seen
    assert len(red) == 2 * len(seen)
    arrows = [number for number, line in enumerate(text.plain.splitlines()) if line.startswith("→")]
    assert arrows == sorted({at // 16 for at in marked if at < len(data)})


def test_without_marks_there_are_none() -> None:
    text = hexdump(bytes(40))
    assert "→" not in text.plain


def test_it_looks_as_wireshark_shows_it() -> None:
    printed = shown(hexdump(b"HTTP/1.1 200 OK\r\nfluffy tail", range(17, 28)), width=80)
    assert printed.rstrip("\n").splitlines() == [
        "  0000  48 54 54 50 2f 31 2e 31  20 32 30 30 20 4f 4b 0d  HTTP/1.1 200 OK.",
        "→ 0010  0a 66 6c 75 66 66 79 20  74 61 69 6c              .fluffy tail",
    ]


def test_it_has_no_command_of_a_ci_system() -> None:
    """GitHub and others obey what begins with two of these anywhere in a line."""
    printed = shown(hexdump(b"###[add-mask]abc##vso[task.x]   # a # "), width=80)
    assert re.findall(r"  (\S*#.*)$", printed, re.MULTILINE) == ["..#[add-mask]abc", ".#vso[task.x]   ", "# a # "]


def test_it_fits_a_narrow_terminal() -> None:
    assert max(map(len, hexdump(bytes(2000)).plain.splitlines())) <= 80
