"""TLS application data that tshark decrypted. It is read like any other data, and located on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Findings
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.judge.frame_index import index_segments
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import Span
from overheard_capture.scan.hits import Hit, HitTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from overheard_capture.judge.frame_index import SegmentPayload
    from overheard_capture.search import Search
    from overheard_capture.wireshark.tshark import DecryptedData


def hits_in(decrypted: Sequence[DecryptedData], path: Path, search: Search, layer: Layer) -> HitTable:
    """Read decrypted application data of TLS streams, and collect the hits. Raises UnreadableError."""
    hits = HitTable()
    if not decrypted:
        return hits
    segments = index_segments(path, {piece.frame for piece in decrypted})
    directions: dict[tuple[int, str], list[tuple[SegmentPayload, bytes]]] = {}
    for piece in decrypted:
        if segment := segments.get(piece.frame):
            directions.setdefault((segment.connection, segment.direction), []).append((segment, piece.data))
    # tshark lists the streams in any order.
    for (stream, direction), parts in sorted(directions.items(), key=lambda item: item[0]):
        findings = Findings(search, READERS)
        findings.work.allow(sum(len(data) for _, data in parts))
        _read(findings, layer, parts)
        for found in findings.sightings:
            hits.add(Hit(found, stream, direction))
    return hits


def _read(findings: Findings, layer: Layer, parts: Iterable[tuple[SegmentPayload, bytes]]) -> None:
    content = Content(findings, (layer,), READERS.stream)
    for segment, data in parts:
        # A record can be decrypted only once it is complete, so its plaintext is located in its last segment.
        content.feed(data, Origin([Span(0, segment.frame, segment.offset, segment.length, exact=False)]))
    content.close()
