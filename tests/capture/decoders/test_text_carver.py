"""Carving behind text: the letters of a signature may be the last bytes that were text."""

from __future__ import annotations

import bz2
import zlib

import pytest

from capture.played import VALUE, played, seen
from overheard_capture.decoders.carving import TOO_MANY
from overheard_capture.decoders.untyped import untyped

PACKED = bz2.compress(b"text before " + VALUE)
WHOLE = b"plain text " * 40 + PACKED


@pytest.mark.parametrize("letters", range(4, 10))
def test_a_signature_whose_letters_end_a_piece_is_carved(letters: int) -> None:
    """The beginning of bzip2 is text, up to the checksum of its block."""
    cut = len(WHOLE) - len(PACKED) + letters
    assert ("bzip2",) in seen(played(untyped, WHOLE, [cut]))


def test_bytes_on_both_sides_of_a_gap_are_no_signature() -> None:
    cut = len(WHOLE) - len(PACKED) + 4
    assert not seen(played(untyped, WHOLE[:cut] + b"?" + WHOLE[cut:], gap=(cut, cut + 1)))


@pytest.mark.parametrize("cut", [[], [7, 500, 20_000], range(0, 40_000, 61)])
def test_more_signatures_than_may_be_tried_are_a_reason(cut: list[int]) -> None:
    """Nothing behind them is carved, in whatever pieces the bytes come."""
    packed = b"\xff" * 9 + zlib.compress(b"text and " + VALUE)
    few, many = b"\xff\0" + b"\x78\x9c\x03" * 200, b"\xff\0" + b"\x78\x9c\x03" * 9000
    assert ("zlib",) in seen(played(untyped, few + packed, cut))
    findings = played(untyped, many + packed, cut)
    assert ("zlib",) not in seen(findings)
    assert TOO_MANY in {each.what for each in findings.unread}


def test_signatures_that_lead_to_something_are_all_tried() -> None:
    """Short messages of which each is compressed, with a header, as a store sends them."""
    message = b"\0\0\0\x40" + zlib.compress(b"a row of a table with an acorn, its oak, and its price of 42")
    findings = played(untyped, message * 3000 + zlib.compress(b"text and " + VALUE))
    assert ("zlib",) in seen(findings)
    assert TOO_MANY not in {each.what for each in findings.unread}
