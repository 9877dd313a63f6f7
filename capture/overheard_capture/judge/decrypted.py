"""What keys open of TLS, by tshark: read like anything else, with the place on the wire of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Findings
from overheard_capture.identify.direction import READERS
from overheard_capture.judge.frame_index import segments
from overheard_capture.provenance.origin import Origin, Span
from overheard_capture.scan.finds import Find, Finds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from overheard_capture.judge.frame_index import SegmentPayload
    from overheard_capture.search import Search
    from overheard_capture.wireshark.tshark import DecryptedData


def finds_in(pieces: Sequence[DecryptedData], path: Path, search: Search, layer: Layer) -> Finds:
    """Every place where a secret is seen in what keys have opened of the TLS streams. Raises UnreadableError."""
    finds = Finds()
    if not pieces:
        return finds
    carried = segments(path, {piece.frame for piece in pieces})
    sides: dict[tuple[int, str], list[tuple[SegmentPayload, bytes]]] = {}
    for piece in pieces:
        if carrier := carried.get(piece.frame):
            sides.setdefault((carrier.connection, carrier.direction), []).append((carrier, piece.data))
    # tshark tells of the streams in any order.
    for (stream, direction), parts in sorted(sides.items(), key=lambda item: item[0]):
        findings = Findings(search, READERS)
        _read(findings, layer, parts)
        for found in findings.sightings:
            finds.add(Find(found, stream, direction))
    return finds


def _read(findings: Findings, layer: Layer, parts: Iterable[tuple[SegmentPayload, bytes]]) -> None:
    content = Content(findings, (layer,), READERS.stream)
    for carrier, data in parts:
        # None of it could be read before all of the record had come: it is where its end is.
        content.feed(data, Origin([Span(0, carrier.frame, carrier.offset, carrier.length, exact=False)]))
    content.close()
