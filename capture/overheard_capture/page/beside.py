"""The same message in two recordings, beside each other: in hexadecimal and as text, with the secret marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.page.masking import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.page.masking import Masking
    from overheard_capture.page.messages import SentMessage

PER_LINE = 16
# More lines are not shown: a message of the story has some ten.
_MOST = 64
_PRINTABLE = range(0x20, 0x7F)


@dataclass(frozen=True)
class Cell:
    """A byte: in hexadecimal, as a letter, and whether it is marked: as `secret`, or as its `place`."""

    hexadecimal: str
    letter: str
    mark: str


@dataclass(frozen=True)
class Half:
    """One of the two: its lines of bytes.

    `frames` carried it, `is_clear` is whether the wire showed it as it is, `is_open` whether this half does, and
    `left_out` how many bytes are not shown. `mark` says what is marked: the `secret`, the `place` where it is, or
    nothing, if it is not known to be in it.
    """

    frames: tuple[int, ...]
    is_clear: bool
    is_open: bool
    mark: str
    lines: tuple[tuple[Cell, ...], ...]
    left_out: int


def half(message: SentMessage, masking: Masking, *, opened: bool) -> Half:
    """A message as the wire showed it; with `opened` as the two sides read it.

    The bytes of the secret are marked where it is; where it cannot be seen, those at its place are.
    """
    shown = message.plain if opened and message.plain else message.wire
    secret = masking.secret
    at = message.plain.find(secret)
    seen = at >= 0 and shown[at : at + len(secret)] == secret
    marked = range(at, at + len(secret)) if at >= 0 else range(0)
    kept, mark = shown[: _MOST * PER_LINE], ("secret" if seen else "place") if marked else ""
    lines = tuple(_lines(kept, marked, mark, masking.hidden(shown)))
    return Half(message.frames, message.is_clear, shown == message.plain, mark, lines, len(shown) - len(kept))


def _lines(data: bytes, marked: range, mark: str, hidden: set[int]) -> Iterator[tuple[Cell, ...]]:
    for start in range(0, len(data), PER_LINE):
        yield tuple(
            _cell(byte, mark if at in marked else "", is_hidden=at in hidden)
            for at, byte in enumerate(data[start : start + PER_LINE], start)
        )


def _cell(byte: int, mark: str, *, is_hidden: bool) -> Cell:
    if is_hidden:
        return Cell(HIDDEN, HIDDEN[0], mark)
    return Cell(f"{byte:02x}", chr(byte) if byte in _PRINTABLE else ".", mark)
