"""OpenPGP messages that are compressed or signed, but not encrypted (RFC 9580)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layer
from overheard_capture.content.content import SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import Unwrapping, within_depth_limit
from overheard_capture.decoders.compression.deflate import CorruptError, Deflate, Zlib
from overheard_capture.decoders.compression.formats import BZIP2, DEFLATE, ZLIB
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.whole import WholeReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("OpenPGP")
# The types of packets (5): signature, one-pass signature, compressed data, and literal data.
_COMPRESSED, _LITERAL = 8, 11
_UNENCRYPTED = {2, 4, _COMPRESSED, _LITERAL}
# The algorithms of compression (9.4).
_ALGORITHMS = {1: DEFLATE, 2: ZLIB, 3: BZIP2}
# The first byte of compressed data whose length is unknown, as GnuPG writes it, with the algorithm; and the new format.
MAGICS = (*(bytes([0xA3, algorithm]) for algorithm in _ALGORITHMS), b"\xc8")


class _Packet(NamedTuple):
    """A packet: its type, its body, the offset of the body, and of the first byte after it."""

    kind: int
    body: bytes
    start: int
    end: int


def is_pgp(head: bytes) -> bool:
    """Whether a message of compressed data begins so."""
    packet = next(_packets(head), None)
    if packet is None or packet.kind != _COMPRESSED or len(packet.body) < 8 or packet.body[0] not in _ALGORITHMS:
        return False
    if packet.body[0] == 3:
        return packet.body[1:4] == b"BZh"
    try:
        out = (Deflate() if packet.body[0] == 1 else Zlib()).decompress(packet.body[1:], 1 << 16)
    except CorruptError:
        return False
    inner = next(_packets(out), None)
    return inner is not None and inner.kind in _UNENCRYPTED


def pgp(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of messages: `reader` is for literal data, `rest` for what follows compressed data."""
    return partial(WholeReader, read=partial(_read, reader, rest), what="an OpenPGP message")


def _read(reader: ReaderFactory, rest: ReaderFactory, at: Unwrapping, data: bytes, origin: Origin) -> None:
    inside = at.under(LAYER)._replace(reader=reader)
    for packet in _packets(data):
        where = origin.derived([(0, packet.start, max(packet.end, packet.start + 1))])
        form = _ALGORITHMS.get(packet.body[0]) if packet.body else None
        if packet.kind == _COMPRESSED and form:
            if within_depth_limit(at.findings, at.layers):
                factory = decompressing((form,), pgp(reader, rest), rest)
                inside._replace(reader=factory).read(packet.body[1:], where)
        elif packet.kind == _LITERAL and len(packet.body) > 2:
            # A format, a file name, and a date.
            inside.read(packet.body[2 + packet.body[1] + 4 :], where, SearchScope.ALL)
        elif packet.kind not in _UNENCRYPTED:
            at.findings.report_unread(Reason.OPAQUE, "an OpenPGP packet that is not read", at.layers)


def _packets(data: bytes) -> Iterator[_Packet]:
    """Yield the packets of a message, up to the first malformed one (4.2)."""
    at = 0
    while at + 2 <= len(data) and data[at] & 0x80:
        first = data[at]
        packet = _new_packet(data, at) if first & 0x40 else _old_packet(data, at)
        if packet.start > len(data):
            return
        yield packet
        at = packet.end


def _old_packet(data: bytes, at: int) -> _Packet:
    size = 1 << (data[at] & 3)
    start, end = at + 1 + size, 0
    if size == 8:
        start, end = at + 1, len(data)
    else:
        end = start + int.from_bytes(data[at + 1 : start], "big")
    return _Packet(data[at] >> 2 & 15, data[start:end], start, min(max(end, start), len(data)))


def _new_packet(data: bytes, at: int) -> _Packet:
    """A packet in the new format, whose body may be in parts (4.2.1.4)."""
    kind, start, parts = data[at] & 63, at + 2, list[bytes]()
    place = at + 1
    while place < len(data):
        first = data[place]
        if first < 192:
            begins, length = place + 1, first
        elif first < 224:
            begins, length = place + 2, ((first - 192) << 8) + int.from_bytes(data[place + 1 : place + 2], "big") + 192
        elif first == 255:
            begins, length = place + 5, int.from_bytes(data[place + 1 : place + 5], "big")
        else:
            begins, length = place + 1, 1 << (first & 31)
        parts.append(data[begins : begins + length])
        place = begins + length
        if not 224 <= first < 255:
            break
    return _Packet(kind, b"".join(parts), start, min(max(place, start), len(data)))
