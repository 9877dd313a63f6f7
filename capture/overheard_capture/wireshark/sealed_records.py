"""The encrypted records of TLS in a packet: whether they were opened, and which key opens them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.fields.sealed import KeyOfRecord
from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.wireshark.packet_fields import Field, Packet

# Messages that are encrypted with the keys of the handshake in TLS 1.3: EncryptedExtensions, Certificate,
# CertificateRequest, CertificateVerify, Finished, CompressedCertificate (RFC 8446, 4; RFC 8879, 4).
_OF_HANDSHAKE = frozenset((8, 11, 13, 15, 20, 25))
_ALERT, _HANDSHAKE = 21, 22
# What tshark calls the content of a record.
_DECRYPTED = "Decrypted TLS"
_NUMBER = re.compile(r"\((\d+)\)")


class SealedRecord(NamedTuple):
    """An encrypted record: its place in the packet, and the keys of which one opens it.

    `opens` is the number of the data source with its content, or -1 if it was not opened.
    """

    source: int
    start: int
    length: int
    keys: tuple[KeyOfRecord, ...]
    opens: int


def sealed_records(packet: Packet) -> tuple[SealedRecord, ...]:
    """The encrypted records of a packet, in order."""
    return tuple(_sealed(packet))


def _sealed(packet: Packet) -> Iterator[SealedRecord]:
    # Each record that was opened has a source, in the same order.
    decrypted = [number for number, source in enumerate(packet.sources) if source.name.startswith(_DECRYPTED)]
    for record in packet.walk():
        if record.name != "tls.record":
            continue
        names = {child.name for child in record.children}
        is_new = "tls.record.opaque_type" in names or record.label.startswith("TLSv1.3")
        inside = any(field.source in decrypted for field in record.walk())
        if not (inside or names & {"tls.record.opaque_type", "tls.app_data"} or "Encrypted" in record.value):
            continue
        # A record of TLS 1.3 shows its real type once it was opened. Data is a layer of its own.
        has_content = inside or ((not is_new or "tls.record.content_type" in names) and "tls.app_data" in names)
        is_opened = has_content and decrypted and len(packet.sources[decrypted[0]].data) < record.length
        keys = _keys(record, packet.from_client) if is_new else (KeyOfRecord.MASTER,)
        yield SealedRecord(record.source, record.start, record.length, keys, decrypted.pop(0) if is_opened else -1)


def _keys(record: Field, from_client: bool | None) -> tuple[KeyOfRecord, ...]:
    """The keys of TLS 1.3 that may open a record: by direction, and by what is in it if it was opened."""
    both = (
        (KeyOfRecord.CLIENT_HANDSHAKE, KeyOfRecord.CLIENT_DATA),
        (KeyOfRecord.SERVER_HANDSHAKE, KeyOfRecord.SERVER_DATA),
    )
    sides = both if from_client is None else both[:1] if from_client else both[1:]
    kind = next((_number(field) for field in record.children if field.name == "tls.record.content_type"), 0)
    if kind in (0, _ALERT):
        return tuple(key for side in sides for key in side)
    messages = {_number(field) for field in record.walk() if field.name == "tls.handshake.type"}
    in_handshake = kind == _HANDSHAKE and (not messages or bool(messages & _OF_HANDSHAKE))
    return tuple(side[0 if in_handshake else 1] for side in sides)


def _number(field: Field) -> int:
    """The number behind the name of a value, such as `Handshake (22)`."""
    found = _NUMBER.search(field.value)
    return int(found[1]) if found else 0
