"""Pieces that have numbers are joined in the order of these, in whatever order they came."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from capture.frames import ethernet, ipv4, rewritten, udp
from capture.talk import vector
from overheard import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Numbered = Sequence[tuple[int, bytes]]

TEXT = b"Fluffy-tail-4711"
PLAIN = list(enumerate([b"Fluf", b"fy-ta", b"il-4", b"711"]))
HEX = [(number, TEXT.hex().encode()[at : at + 8]) for number, at in enumerate(range(0, 32, 8))]


def asked(*labels: bytes) -> bytes:
    name = b"".join(vector(1, label) for label in labels) + b"\0"
    question = struct.pack(">6H", 0, 0x0100, 1, 0, 0, 0) + name + struct.pack(">2H", 1, 1)
    return ethernet(ipv4(udp(question, source=5000, target=53), 17))


def echo(number: int, data: bytes) -> bytes:
    return ethernet(ipv4(struct.pack(">BBHHH", 8, 0, 0, 1, number) + data, 1))


FRAMES: dict[str, Callable[[int, bytes], bytes]] = {
    "a label before": lambda number, piece: asked(b"%d" % number, piece, b"evil", b"example"),
    "a label behind": lambda number, piece: asked(piece, b"%d" % number, b"evil", b"example"),
    "before a dash": lambda number, piece: asked(b"%d-" % number + piece, b"evil", b"example"),
    "behind a dash": lambda number, piece: asked(piece + b"-%d" % number, b"evil", b"example"),
    "behind a letter": lambda number, piece: asked(b"n%d-" % number + piece, b"evil", b"example"),
    "echoes": echo,
    "before a bar": lambda number, piece: echo(1, b"%03d|" % number + piece),
}


def is_seen(folder: Path, where: str, pieces: Numbered) -> bool:
    frames = [FRAMES[where](number, piece) for number, piece in pieces]
    report = judge(rewritten(folder / "pieces.pcapng", frames), {"message": TEXT.decode()})
    return bool(report.verdicts["message"].sightings)


@pytest.mark.parametrize("pieces", [PLAIN, HEX], ids=["plain", "hexadecimal"])
@pytest.mark.parametrize("where", FRAMES)
def test_numbered_pieces_are_found_in_any_order(where: str, pieces: Numbered, tmp_path: Path) -> None:
    first, second, third, last = pieces
    assert is_seen(tmp_path, where, pieces)
    assert is_seen(tmp_path, where, [second, first, last, third])
    assert is_seen(tmp_path, where, [first, third, second, last])
    # One was lost, and is sent again; or it was late.
    assert is_seen(tmp_path, where, [first, third, last, second])
    assert is_seen(tmp_path, where, [third, first, second, third, last])


@pytest.mark.parametrize("pieces", [PLAIN, HEX], ids=["plain", "hexadecimal"])
@pytest.mark.parametrize("where", FRAMES)
def test_the_numbers_say_in_which_order(where: str, pieces: Numbered, tmp_path: Path) -> None:
    first, second, third, last = pieces
    # Neither the order in which they came nor that of their numbers is the right one.
    wrong = [(0, third[1]), (2, first[1]), (1, last[1]), (3, second[1])]
    assert not is_seen(tmp_path, where, wrong)
    assert not is_seen(tmp_path, where, [first, last, second])
