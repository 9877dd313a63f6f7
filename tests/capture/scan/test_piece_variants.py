"""Pieces are joined without what frames them, in the order of a column, and in other codings."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, rewritten
from capture.in_clear import datagram, in_clear
from capture.talk import vector
from overheard import judge
from overheard_capture.decoders.message_pieces import Names
from overheard_capture.packets import Numbers
from overheard_capture.provenance.origin import Origin
from overheard_capture.scan.piece_numbers import Piece
from overheard_capture.scan.piece_variants import columns, variants

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"Fluffy-tail-4711"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def pieces(part: object, *data: bytes) -> list[Piece]:
    place = Origin.of_frame(1, 0, 99).place(0, 9)
    return [Piece(place, 1, "hosts", (), part, each) for each in data]


def joined(found: object) -> set[bytes]:
    return {b"".join(text for text, _ in variant) for variant in found}  # type: ignore[attr-defined]


def test_pieces_are_joined_without_the_bytes_before_them() -> None:
    framed = [bytes([len(part)]) + part for part in (b"Fluffy", b"-tail-4", b"711")]
    assert TEXT in joined(variants(pieces("a part", *framed)))
    packed = gzip.compress(TEXT, mtime=0)
    cut = [b"\1" + bytes([len(part)]) + part for part in (packed[:20], packed[20:])]
    assert packed in joined(variants(pieces("a part", *cut)))


def test_rows_are_joined_in_the_order_of_a_column() -> None:
    rows = [bytes([10, number]) + TEXT[2 * number : 2 * number + 2] for number in (3, 0, 7, 1, 6, 2, 5, 4)]
    assert TEXT in joined(columns(pieces(Numbers("addresses", is_random=False), *rows)))


def test_rows_that_are_in_a_known_format_are_joined() -> None:
    packed = gzip.compress(TEXT, mtime=0).ljust(40, b"\0")
    rows = [packed[at : at + 4] for at in range(0, 40, 4)]
    assert packed in joined(columns(pieces(Numbers("fractions"), *rows)))


def test_a_name_that_returns_is_one_row() -> None:
    names = pieces(Names(b"example", 0), b"0.Fluffy", b"0.Fluffy", b"1.-tail-4711", b"0.Fluffy")
    assert TEXT in joined(variants(names))


def asked(*labels: bytes) -> bytes:
    """A frame with a query."""
    name = b"".join(vector(1, label) for label in (*labels, b"evil", b"example"))
    return datagram(b"\0\1\1\0\0\1" + bytes(6) + name + b"\0\0\1\0\1")


def lldp(value: bytes) -> bytes:
    """A frame with an element of an organisation that nobody knows."""
    elements = [(1, b"\4" + bytes(6)), (2, b"\5e0"), (3, b"\0x"), (127, b"\0\x0e\x91\1" + value)]
    found = b"".join((kind << 9 | len(each)).to_bytes(2) + each for kind, each in elements)
    return ethernet(found + bytes(2), 0x88CC)


def cut(text: str) -> list[bytes]:
    return [text.encode()[at : at + 6] for at in range(0, len(text), 6)]


def in_base_36(data: bytes) -> str:
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text


@pytest.mark.parametrize("coded", [in_base_36(TEXT), TEXT.hex(), "-".join(map(str, TEXT))], ids=["36", "16", "10"])
def test_what_names_say_in_the_order_of_a_counter_is_found(coded: str, tmp_path: Path) -> None:
    frames = [asked(b"c%d" % number, piece, b"t") for number, piece in enumerate(cut(coded))]
    for order in (frames, frames[::-1], frames[1::2] + frames[::2]):
        report = judge(rewritten(tmp_path / "names.pcapng", order), {"message": TEXT.decode()})
        assert report.verdicts["message"].sightings


def test_elements_of_lldp_with_lengths_are_joined(tmp_path: Path) -> None:
    frames = [lldp(bytes([len(part)]) + part) for part in (b"Fluffy-", b"tail-4", b"711")]
    assert judge(rewritten(tmp_path / "lldp.pcapng", frames), {"message": TEXT.decode()}).verdicts["message"].sightings


HOSTS = b"www mail static login api cdn shop img1 img2 node17 e1234 d3adb33f autodiscover".split()
RIDDLE = bytes(byte ^ 0x9C for byte in b"the acorns are behind the old mill ")


def test_text_in_a_coding_over_several_names_is_in_clear() -> None:
    in_names = {"data in names of hosts"}
    coded = (in_base_36(b"the acorns are behind the old mill"), RIDDLE.hex())
    assert [{*in_clear([asked(piece) for piece in cut(each)])} & in_names for each in coded] == [in_names] * 2
    assert in_clear([asked(host) for host in HOSTS]) == {}


def test_labels_of_bytes_are_in_clear() -> None:
    assert in_clear([asked(RIDDLE[:4])]) == {"data in DNS name": 4}
    assert in_clear([asked("höhle".encode()), asked(b"\0")]) == {}
    assert in_clear([asked(RIDDLE[:9], b"www")]) == {"data in DNS name": 9}
