"""The result of one of two processes that share a capture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from overheard_capture.scan.facts import Facts
    from overheard_capture.scan.hits import HitTable
    from overheard_capture.scan.message_groups import Message
    from overheard_capture.scan.parties import Parties
    from overheard_capture.scan.piece_numbers import Piece
    from overheard_capture.scan.resources import Resources


class PartialResult(NamedTuple):
    """The results of one of two processes that share a capture, for the flows of its share."""

    facts: Facts
    hits: HitTable
    parties: Parties
    resources: Resources
    # Messages that were not joined yet, as others of their flows' hosts may be in the other process.
    messages: list[Message | Piece]
