"""Carving behind text: the letters of a signature may be the last bytes that were text."""

from __future__ import annotations

import bz2

import pytest

from capture.played import VALUE, played, seen
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
