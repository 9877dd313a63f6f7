"""STUN (RFC 8489), which finds out addresses: the values of its attributes are read, each by itself."""

from __future__ import annotations

from binascii import a2b_base64
from typing import TYPE_CHECKING
from zlib import crc32

from overheard.words.layer import Layer
from overheard_capture.content.byte_scan import BASE64_ALPHABET
from overheard_capture.content.nesting import MAX_IDENTIFIER, speculative
from overheard_capture.decoders.message_pieces import add_number, add_piece
from overheard_capture.decoders.short import ShortReader
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import (
    has_text,
    is_description,
    is_name,
    is_prose,
    is_token,
    is_words,
)
from overheard_capture.protocols.type_length_values import type_length_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("STUN")

# Binding requests, indications, responses and errors.
_TYPES = {0x0001, 0x0011, 0x0101, 0x0111}
_COOKIE, _HEADER_LENGTH = bytes.fromhex("2112a442"), 20
# Addresses (RFC 8489, 14.1 and RFC 5780, 7), with a port and the family; of old servers, too (RFC 3489, 11.2).
_ADDRESSES, _FAMILIES = {0x0001, 0x0002, 0x0004, 0x0005, 0x0020, 0x8023, 0x802B, 0x802C}, {8: b"\0\1", 20: b"\0\2"}
# Codes, and the hash of a name; in libwebrtc, a code in 32 bits, and the identifier of a transaction.
_CODES = {0x0008: {20}, 0x001C: {16, 20, 24, 28, 32}, 0x001E: {32}, 0xC060: {4}, 0xC058: {12}}
# Flags, numbers and lists of them: a request to change, a family, a priority, a candidate that is used, a port, tie
# breakers, algorithms (https://www.iana.org/assignments/stun-parameters); of libwebrtc, a network and nominations.
_SIZES = {0x0003: {4}, 0x000A: {2, 4, 6, 8}, 0x0017: {4}, 0x001D: {4}, 0x0024: {4}, 0x0025: {0}, 0x0027: {4}}
_SIZES |= {0x8002: {4, 8}, 0x8028: {4}, 0x8029: {8}, 0x802A: {8}, 0xC001: {4}, 0xC057: {4}, 0xC059: {2, 4, 6, 8}}

# Addresses and checksums differ in each message.
_RANDOM = {0x0001, 0x0008, 0x001C, 0x0020, 0x8028, 0x802B, 0x802C}

# The checksum of all that precedes it (RFC 8489, 14.7).
_FINGERPRINT, _MASK = 0x8028, 0x5354554E
# What libwebrtc writes identifiers with (RFC 4648, 4).
_BASE64 = BASE64_ALPHABET.translate(None, b"-_")
# Attributes with text.
_USERNAME, _ERROR, _REALM, _NONCE, _SOFTWARE = 0x0006, 0x0009, 0x0014, 0x0015, 0x8022
# What fills the last word of an attribute (RFC 8489, 14).
_PADDING = b"\0 "
_TRANSACTION, _TIE_BREAKERS = 8, {0x8029, 0x802A}
_TRANSACTIONS = Numbers("STUN transaction IDs")


class StunReader:
    """Reads the messages of one direction."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is STUN."""
        if not is_stun(data):
            return False
        transaction = data[_TRANSACTION:_HEADER_LENGTH]
        number = _number(transaction)
        add_number(self._findings, (LAYER,), _TRANSACTIONS, number, origin.after(_TRANSACTION))
        if not _is_transaction(transaction):
            self._findings.report_in_clear("STUN transaction ID", len(transaction))
        attributes = list(_attributes(data))
        padding = b"".join(data[end : end + -end % 4] for _, _, end in attributes)
        if padding.strip(_PADDING):
            self._findings.report_in_clear("STUN padding", len(padding))
        for kind, start, end in attributes:
            is_short = end - start <= max(MAX_IDENTIFIER, *_CODES.get(kind, ()), *_FAMILIES)
            reader = ShortReader(speculative(self._findings) if is_short else self._findings, (LAYER,))
            reader.feed(data[start:end], origin.after(start))
            reader.close()
            if not _is_usual(kind, data[start:end]):
                self._findings.report_in_clear(f"STUN attribute {kind:#06x}", end - start)
            if kind not in _TEXTS:
                numbers = Numbers(f"STUN attributes {kind:#06x}", kind in _CODES or kind in _TIE_BREAKERS)
                add_number(self._findings, (LAYER,), numbers, data[start:end], origin.after(start))
            if kind == _FINGERPRINT and int.from_bytes(data[start:end]) != crc32(data[: start - 4]) ^ _MASK:
                self._findings.report_in_clear("STUN fingerprint", end - start)
            if kind not in _RANDOM:
                add_piece(self._findings, (LAYER,), data[start:end], origin.after(start), kind)
        return True

    def close(self) -> None:
        """Do nothing: each message is read by itself."""


def _is_transaction(identifier: bytes) -> bool:
    """Whether this is random: bytes, or characters of base64 in both cases, as libwebrtc has them."""
    is_one_case = identifier in (identifier.lower(), identifier.upper())
    return (not is_one_case and not identifier.translate(None, BASE64_ALPHABET)) or not is_words(identifier)


def _number(identifier: bytes) -> bytes:
    """What is random in an identifier: libwebrtc writes it in base64."""
    return a2b_base64(identifier) if not identifier.translate(None, _BASE64) else identifier


def _is_user(value: bytes) -> bool:
    """Whether this is a pair of ICE (RFC 8445, 7.2.2), or the name of a user, behind a time (RFC 8489, 9.2)."""
    return all(
        (len(part) <= MAX_IDENTIFIER and is_name(part.replace(b"+", b"").replace(b"/", b""))) or is_token(part)
        for part in value.split(b":", 1)
    )


def _is_usual(kind: int, value: bytes) -> bool:
    """Whether an attribute has what programs send in it."""
    if kind in _TEXTS:
        return _TEXTS[kind](value)
    if kind in _ADDRESSES:
        return _FAMILIES.get(len(value)) == value[:2]
    if kind in _CODES or kind in _TIE_BREAKERS:
        return len(value) in (_CODES.get(kind) or _SIZES[kind]) and not (is_words(value) or is_prose(value))
    return len(value) in _SIZES.get(kind, ()) and not has_text(value)


_TEXTS: dict[int, Callable[[bytes], bool]] = {
    _USERNAME: _is_user,
    _ERROR: lambda value: is_description(value[4:]),
    _REALM: lambda value: is_name(value) or is_description(value),
    _NONCE: lambda value: is_token(value) or is_description(value),
    _SOFTWARE: is_description,
}


def is_stun(data: bytes) -> bool:
    """Whether this is a message whose attributes fill it."""
    if len(data) < _HEADER_LENGTH or data[4:8] != _COOKIE or int.from_bytes(data[:2]) not in _TYPES:
        return False
    ends = [end + -end % 4 for _, _, end in _attributes(data)] or [_HEADER_LENGTH]
    return ends[-1] == len(data) == _HEADER_LENGTH + int.from_bytes(data[2:4])


def _attributes(data: bytes) -> Iterator[tuple[int, int, int]]:
    """The type of each attribute, and where its value is."""
    return type_length_values(data, _HEADER_LENGTH, unit=4)
