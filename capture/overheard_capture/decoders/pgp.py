"""OpenPGP messages that are compressed or signed, but not encrypted; public keys and signatures (RFC 9580)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.content import SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import Unwrapping, may_nest
from overheard_capture.decoders.compression.deflate import CorruptError, Deflate, Zlib
from overheard_capture.decoders.compression.formats import BZIP2, DEFLATE, ZLIB
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.keys import report_value
from overheard_capture.decoders.signatures import PGP_COMPRESSED
from overheard_capture.decoders.whole import WholeReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("OpenPGP")
# The types of packets (5): signature, public key, compressed data, literal data, user ID, and subkey.
_SIGNATURE, _KEY, _COMPRESSED, _LITERAL, _USER, _SUBKEY = 2, 6, 8, 11, 13, 14
_ONE_PASS = 4
# The type of a subpacket with a signature, as subkeys have.
_EMBEDDED = b"\x20"
_UNENCRYPTED = {_SIGNATURE, _ONE_PASS, _KEY, _COMPRESSED, _LITERAL, _USER, _SUBKEY}
# The algorithms of signatures, and hash algorithms (9.1, 9.5).
_SIGNING, _HASHES = {1, 3, 17, 19, 22, 27, 28}, {1, 2, 3, *range(8, 15)}
# The algorithms of compression (9.4).
_ALGORITHMS = {1: DEFLATE, 2: ZLIB, 3: BZIP2}


class _Packet(NamedTuple):
    """A packet: its type, its body, the offset of the body, and of the first byte after it."""

    kind: int
    body: bytes
    start: int
    end: int


def is_pgp(head: bytes) -> bool:
    """Whether a message of compressed data begins so, or a signature or a public key."""
    packet = next(_packets(head), None)
    if packet is not None and not head.startswith(PGP_COMPRESSED):
        return _is_signature_or_key(packet)
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


def _is_signature_or_key(packet: _Packet) -> bool:
    """Whether this is a signature or a public key of version 4."""
    body = packet.body
    if len(body) < 8 or body[0] != 4:
        return False
    if packet.kind == _SIGNATURE:
        return body[2] in _SIGNING and body[3] in _HASHES and body[4] < 8
    return packet.kind == _KEY and body[5] in _SIGNING


def pgp(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of messages: `reader` is for literal data, `rest` for what follows compressed data."""
    return partial(WholeReader, read=partial(_read, reader, rest), what="an OpenPGP message")


def _read(reader: ReaderFactory, rest: ReaderFactory, at: Unwrapping, data: bytes, origin: Origin) -> None:
    inside = at.under(LAYER)._replace(reader=reader)
    for packet in _packets(data):
        where = origin.derived([(0, packet.start, max(packet.end, packet.start + 1))])
        form = _ALGORITHMS.get(packet.body[0]) if packet.body else None
        if packet.kind == _COMPRESSED and form:
            if may_nest(at.findings, at.layers):
                factory = decompressing((form,), pgp(reader, rest), rest)
                inside._replace(reader=factory).read(packet.body[1:], where)
        elif packet.kind == _LITERAL and len(packet.body) > 2:
            # A format, a file name, and a date.
            inside.read(packet.body[2 + packet.body[1] + 4 :], where, SearchScope.ALL)
        elif packet.kind == _USER:
            inside.read(packet.body, where)
        elif packet.kind in (_SIGNATURE, _KEY, _SUBKEY):
            for value in _values(packet):
                report_value(inside, value)
        elif packet.kind not in _UNENCRYPTED:
            at.findings.report_unread(Reason.OPAQUE, "an OpenPGP packet that is not read", at.layers)


def _values(packet: _Packet, *, is_embedded: bool = False) -> Iterator[bytes]:
    """The areas of subpackets of a signature, and the numbers of a signature or a key (5.2.3, 5.5.2, 3.2)."""
    body, at = packet.body, 6
    if packet.kind == _SIGNATURE:
        at = 4
        for _ in range(2):
            end = at + 2 + int.from_bytes(body[at : at + 2])
            yield from (body[at + 2 : end],) if is_embedded else _subpackets(body[at + 2 : end])
            at = end
        at += 2
    while at + 2 <= len(body):
        end = at + 2 + (int.from_bytes(body[at : at + 2]) + 7) // 8
        if end > len(body):
            # Numbers of a curve are not in this form.
            yield body[at:]
            return
        yield body[at + 2 : end]
        at = end


def _subpackets(area: bytes) -> Iterator[bytes]:
    """The subpackets of a signature, one of which may be another signature (5.2.3.7)."""
    at = 0
    while at < len(area):
        size = 1 if area[at] < 192 else 2 if area[at] < 255 else 5
        length = area[at]
        if size == 2:
            length = ((length - 192) << 8) + int.from_bytes(area[at + 1 : at + 2]) + 192
        elif size == 5:
            length = int.from_bytes(area[at + 1 : at + 5])
        content, at = area[at + size : at + size + length], at + size + length
        if content[:1] == _EMBEDDED and content[1:2] == b"\4":
            yield from _values(_Packet(_SIGNATURE, content[1:], 0, 0), is_embedded=True)
        else:
            yield content[1:]


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
