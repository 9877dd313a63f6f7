"""Pieces of messages of infrastructure, which `scan` joins with those in the same place of other messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.decoders.message_values import shape
from overheard_capture.provenance.origin import place_of_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.packets import Numbers
    from overheard_capture.provenance.origin import Origin

# The longest piece, and how many labels of a name may be one. The last label is no data of a tunnel.
LONGEST, _MOST_LABELS = 255, 4
# Numbers of pieces have up to so many digits.
_LONGEST_NUMBER = 5


class Row(NamedTuple):
    """The part of a message that is all of it. Messages of one kind and length have the same columns."""

    kind: str
    length: int


class Numbered(NamedTuple):
    """A part of messages that have a number each, by which the pieces belong together."""

    part: object
    number: int


class Domain(NamedTuple):
    """The part of messages that is below a domain of DNS, and that nobody can read. It is counted, not joined."""

    name: bytes
    # Whether it is short codes, of which few domains have many; or words, which anybody can read.
    has_codes: bool = False
    has_words: bool = False


class Names(NamedTuple):
    """The part of messages that is before a domain of DNS, in queries (0) or in responses."""

    domain: bytes
    kind: int


def part_of(part: object) -> object:
    """A part without its number."""
    return part.part if isinstance(part, Numbered) else part


def _numbered(part: object, number: int | None) -> object:
    return part if number is None else Numbered(part, number)


def add_row(findings: Findings, data: bytes, origin: Origin, kind: str) -> None:
    """A message as a whole."""
    add_piece(findings, (), data, origin, Row(kind, len(data)))


def add_piece(findings: Findings, layers: Layers, data: bytes, origin: Origin, part: object) -> None:
    """A piece, and in which part of a message it is."""
    if 0 < len(data) <= LONGEST and wants_pieces(findings, layers) and any(data):
        _add(findings, layers, data, origin, part)


def wants_pieces(findings: Findings, layers: Layers) -> bool:
    """Whether pieces under these layers are still kept: a message may have hundreds of them."""
    return findings.messages is not None and findings.messages.wants_pieces(layers)


def _add(findings: Findings, layers: Layers, data: bytes, origin: Origin, part: object) -> None:
    if findings.messages:
        findings.messages.add_piece(data, origin.place(0, len(data)), layers, part)


def add_number(findings: Findings, layers: Layers, field: Numbers, data: bytes, origin: Origin) -> None:
    """A number of a message. Of each field, only the first ones between two hosts are kept."""
    if findings.messages and any(data) and findings.messages.wants_number(field) and any(data[:LONGEST]):
        _add(findings, layers, data[:LONGEST], origin, field)


def add_labels(findings: Findings, layers: Layers, labels: Sequence[tuple[bytes, Origin]], part: object) -> None:
    """The labels of a name: data is in those before the domain, and may be counted in one of them."""
    if not wants_pieces(findings, layers):
        return
    # Resolvers change the case of names.
    name = b".".join([label for label, _ in labels]).lower()
    number = next((int(label) for label, _ in labels[:-1] if len(label) <= _LONGEST_NUMBER and label.isdigit()), None)
    at = 0
    for label, origin in labels[: max(min(len(labels) - 1, _MOST_LABELS), 1)]:
        after = at + len(label)
        place = _numbered((part, shape(name[:at]), shape(name[after:])), number)
        add_piece(findings, layers, label, origin, place)
        at = after + 1
    _add_first(findings, layers, *labels[0])
    for domain in range(1, min(len(labels) - 1, _MOST_LABELS)):
        behind = shape(b".".join([label for label, _ in labels[-domain:]]).lower())
        _add_together(findings, layers, labels[:-domain], _numbered((part, behind, "labels"), number))


def _add_first(findings: Findings, layers: Layers, label: bytes, origin: Origin) -> None:
    """The first label, whatever is behind it, and what in it is behind the last dash."""
    add_piece(findings, layers, label, origin, "first label")
    before, dash, last = label.rpartition(b"-")
    if dash:
        add_piece(findings, layers, last, origin.after(len(before) + 1), "last word")


def _add_together(findings: Findings, layers: Layers, labels: Sequence[tuple[bytes, Origin]], part: object) -> None:
    """Labels before a domain as one piece, without those that are numbers."""
    data = [(label, origin) for label, origin in labels if not label.isdigit()]
    if len(data) > 1:
        joined_data = b"".join([label for label, _ in data])
        if findings.messages and len(joined_data) <= LONGEST and any(joined_data):
            where = place_of_parts([(origin, len(label)) for label, origin in data])
            findings.messages.add_piece(joined_data, where, layers, part)
