"""Ranges (RFC 9110, 14): a part of a resource in each response, or several in one, to be put together at the end.

So are uploads in parts: with ranges, from an offset on (tus), or numbered (S3), as the target tells.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.findings import NUMBERED, RangePiece
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.registry import body_reader
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, Ranges, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes

PARTIAL_CONTENT = 206
# Registries of containers name neither unit nor length.
_CONTENT_RANGE = lazy_pattern(
    rb"^content-range[ \t]*:[ \t]*(?:bytes[ \t]+)?(\d{1,18})-(\d{1,18})(?:/(\d{1,18}|\*)|[ \t]*\r?$)", re.I | re.M
)
# https://tus.io/protocols/resumable-upload
_UPLOAD_OFFSET = lazy_pattern(rb"^upload-offset[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", re.I | re.M)
# The number of a part in a target, or the name of a block (Azure), which says nothing of its place; and what else in a
# target differs from part to part.
_PART = lazy_pattern(
    rb"[?&/](?:[a-z_]{0,16}(?:part|chunk|block|segment)(?:s|_?n(?:umber|um|o)?|_?index|_?id)?(?:=|/))"
    rb"(?:([0-9]{1,9})(?![^&/ ])|(?<=blockid=)[^& ]{1,128})",
    re.I,
)
_DIFFERENT = lazy_pattern(rb"[?&](?:[a-z_]{0,32}(?:part|chunk|block|segment)[a-z_]{0,16}=[0-9]+|_state=[^& ]*)", re.I)
_BYTERANGES = lazy_pattern(
    rb"multipart/byteranges[^\r\n]*;\s*boundary\s*=\s*(?:\"([^\"]{1,200})\"|([^\s;\"]{1,200}))", re.I
)
_VALIDATOR = lazy_pattern(rb"^(?:etag|last-modified)[ \t]*:[ \t]*([^\r\n]{1,512})", re.I | re.M)
_HOST = lazy_pattern(rb"^host[ \t]*:[ \t]*([^\r\n]{1,512})", re.I | re.M)
_TARGET = lazy_pattern(rb"[^ ]+ ([^ ]{1,4096}) ")


class _Resource(NamedTuple):
    """What is known about a resource before its pieces: its key, and the codings of the whole."""

    key: bytes
    codings: bytes


def requested_resource(head: bytes) -> bytes:
    """Host and target of a request for ranges; empty if it is for something else."""
    # The name of the field, whatever the case of its first letter.
    if b"ange:" not in head:
        return b""
    host, target = _HOST.search(head), _TARGET.match(head)
    name = _DIFFERENT.sub(b"", target[1]) if target else b""
    return b" ".join((host[1].strip().lower() if host else b"", name))


def upload_reader(ranges: Ranges | None, head: bytes, content_type: bytes, codings: bytes) -> ReaderFactory | None:
    """The reader factory for the body of a request that uploads a part of a resource; None if it is none."""
    host, target = _HOST.search(head), _TARGET.match(head)
    # Chunks with signatures are only of the part.
    if ranges is None or not target or head.startswith((b"GET ", b"HEAD ")) or b"aws-chunked" in codings:
        return None
    part, offset = _PART.search(target[1]), _UPLOAD_OFFSET.search(head) if b"pload-" in head else None
    if not part and not offset:
        return None
    start, total = (int(offset[1]), -1) if offset else (int(part[1] or -1) if part else -1, NUMBERED)
    name = target[1] if offset or not part else target[1][: part.start()] + target[1][part.end() :]
    key = b" ".join((host[1].strip().lower() if host else b"", _DIFFERENT.sub(b"", name), b"part"))
    piece = RangePiece(key, total, start, b"", Origin([]), content_type, codings, ())
    return partial(RangeReader, ranges=ranges, piece=piece)


def range_reader(
    ranges: Ranges | None, head: bytes, requested: bytes, content_type: bytes, codings: bytes
) -> ReaderFactory | None:
    """The reader factory for the body of a response with ranges; None if it has none, or the whole resource."""
    if ranges is None:
        return None
    validator = _VALIDATOR.search(head)
    resource = _Resource(b"\n".join((requested, validator[1].strip() if validator else b"")), codings)
    if several := _BYTERANGES.match(content_type.strip()):
        part = partial(_PartOfSeveral, ranges=ranges, resource=resource)
        from overheard_capture.decoders.mail.multipart import multipart  # noqa: PLC0415  (few bodies are)

        return multipart(several[1] or several[2], part)
    return _piece_reader(ranges, resource, head, content_type)


def _piece_reader(ranges: Ranges, resource: _Resource, head: bytes, content_type: bytes) -> ReaderFactory | None:
    found = _CONTENT_RANGE.search(head)
    if not found:
        return None
    first, last, total = int(found[1]), int(found[2]), int(found[3]) if (found[3] or b"").isdigit() else -1
    if last < first or (first == 0 and last + 1 == total):
        return None
    key, codings = resource
    piece = RangePiece(key, total, first, b"", Origin([]), content_type, codings, ())
    return partial(RangeReader, ranges=ranges, piece=piece)


def _PartOfSeveral(findings: Findings, layers: Layers, ranges: Ranges, resource: _Resource) -> Reader:  # noqa: N802
    def reader(header: bytes, content_type: bytes) -> ReaderFactory | None:
        return _piece_reader(ranges, resource, header, content_type)

    from overheard_capture.decoders.mail.mime import MimeEntity  # noqa: PLC0415  (the same)

    return MimeEntity(findings, layers, body_reader, reader)


class RangeReader:
    """Keeps one piece of a resource. If there is no room, it is read by itself."""

    def __init__(self, findings: Findings, layers: Layers, ranges: Ranges, piece: RangePiece) -> None:
        self._findings, self._layers, self._ranges = findings, layers, ranges
        # The piece, of which the bytes are held until it ends.
        self._piece = piece._replace(layers=layers)
        self._held = ByteQueue()
        self._other: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Keep the next bytes."""
        if self._other is None and self._ranges.reserve(len(data)):
            self._held.add(data, origin)
            return
        if self._other is None:
            self._keep()
            self._other = untyped(self._findings, self._layers)
        self._other.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here: another piece begins after them."""
        if self._other:
            self._other.gap(length)
        else:
            self._keep()
            self._pass(length)

    def _pass(self, length: int) -> None:
        """So many bytes of the piece are behind."""
        if self._piece.total != NUMBERED:
            self._piece = self._piece._replace(start=self._piece.start + length)

    def _keep(self) -> None:
        length = len(self._held)
        if length:
            data, origin = self._held.take(length)
            self._ranges.add(self._piece._replace(data=data, origin=origin))
            self._pass(length)

    def close(self) -> None:
        """The piece has ended."""
        if self._other:
            self._other.close()
        self._keep()
