"""Lines on standard input: any bytes, within bounds."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overheard.command.standard_input import StandardInput


def lines(data: bytes, most: int = 1000) -> list[str]:
    return list(StandardInput(io.BytesIO(data), most))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(ending: str) -> None:
    assert lines(f"one{ending}two{ending}".encode()) == ["one", "two", ""]


def test_windows_writes_utf_16() -> None:
    assert lines("größer\nx".encode("utf-16")) == ["\ufeffgrößer", "x"]
    assert lines(b"\xff") == ["\ufffd"]


def test_no_more_is_read_than_a_bound() -> None:
    stream = StandardInput(io.BytesIO(b"12345678"), 5)
    assert list(stream) == ["12345"]
    assert stream.cut
    whole = StandardInput(io.BytesIO(b"12345"), 5)
    assert list(whole) == ["12345"]
    assert not whole.cut


def test_a_line_without_an_end_comes_in_pieces() -> None:
    pieces = lines(b"x" * 3_000_000, 4 << 20)
    assert max(map(len, pieces)) < 1_200_000
    assert "".join(pieces) == "x" * 3_000_000


@given(st.binary())
def test_any_bytes_are_lines(data: bytes) -> None:
    assert all("\n" not in line and "\r" not in line for line in lines(data))
