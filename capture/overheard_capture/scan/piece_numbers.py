"""Pieces, and their numbers: by them pieces belong together that came in another order, or twice."""

from __future__ import annotations

import re
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.message_pieces import Numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from overheard.words.layer import Layers
    from overheard_capture.provenance.origin import Place


class Piece(NamedTuple):
    """A piece: where it was on the wire, in which flow, between which hosts, and in which part of a message."""

    where: Place
    flow: int | str
    hosts: str
    layers: Layers
    part: object
    data: bytes


def data_of(piece: Piece) -> bytes:
    """What a piece says."""
    return piece.data


def without_repeats(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, of each row of the same the first one: an identifier returns in each message of a connection."""
    return [next(same) for _, same in groupby(pieces, data_of)]


# A number before a piece, or behind it, perhaps after a few letters.
_BEFORE = lazy_pattern(rb"[A-Za-z]{0,4}(?P<number>[0-9]{1,5})[-_.:=|/](?P<text>.+)", re.DOTALL)
_BEHIND = lazy_pattern(rb"(?P<text>.+?)[-_.:=|/][A-Za-z]{0,4}(?P<number>[0-9]{1,5})", re.DOTALL)


def by_number(pieces: Sequence[Piece]) -> Iterator[list[tuple[bytes, Piece]]]:
    """What pieces say beside their numbers, in the order of these, each once."""
    for number_of in (_beside, partial(_within, _BEFORE), partial(_within, _BEHIND)):
        numbered = [(*found, piece) for piece in pieces if (found := number_of(piece))]
        if len(numbered) > 1:
            ordered = (next(same) for _, same in groupby(sorted(numbered, key=_number_and_text), _number_and_text))
            yield [(text, piece) for _, text, piece in ordered]


_number_and_text: Callable[[tuple[int, bytes, object]], tuple[int, bytes]] = itemgetter(0, 1)


def _beside(piece: Piece) -> tuple[int, bytes] | None:
    """The number that a message has beside the piece."""
    return (piece.part.number, piece.data) if isinstance(piece.part, Numbered) else None


def _within(pattern: re.Pattern[bytes], piece: Piece) -> tuple[int, bytes] | None:
    """The number in the text of the piece, and the rest of that."""
    return (int(match["number"]), match["text"]) if (match := pattern.fullmatch(piece.data)) else None
