"""Certificates, keys and signatures: DER (ITU-T X.690), and public keys of SSH (RFC 4253, 6.6).

Text in them is read. Their numbers and signatures are opaque values, of which a large one is a reason as it is in text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from overheard.words.layer import Layer
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.findings import PRIVATE_KEY, UNKNOWN_FORMAT, Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, may_nest
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.whole import Ending, WholeReader

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.provenance.origin import Origin

# Yields the (start, end) of each value in some bytes, and at last the end of all as (end, -1).
_Walk: TypeAlias = Callable[[bytes], Iterator[tuple[int, int]]]

DER = Layer("DER")
_CONSTRUCTED, _BIT_STRING, _OCTET_STRING, _MAX_DEPTH = 0x20, 3, 4, 32
# What a sequence begins with in certificates, keys, lists of revocations, requests and answers (OCSP), and messages.
_FIRST = {0x30, 0x02, 0x06, 0x0A, 0xA0, 0xA1}
# The class of the operations of LDAP, and the PDUs of SNMP, of which a trap begins otherwise than with a number.
_SEQUENCE, _INTEGER, _OID = 0x30, 0x02, 0x06
_APPLICATION, _PDUS, _TRAP = 0x60 >> 5, range(0xA0, 0xA9), 0xA4
# How private keys begin, and how many numbers those of RSA have.
_PRIVATE, _RSA_NUMBERS = ([_INTEGER, _SEQUENCE, _OCTET_STRING], [_INTEGER, _OCTET_STRING, 0xA0]), 9
# A key without a password in PKCS #12 (RFC 7292, A): the identifier of such a bag, before the bag.
_KEY_BAG = bytes.fromhex("060b2a864886f70d010c0a0101")
# What a string may have inside: sequences, sets, and strings of octets or of text.
_NESTED = {0x30, 0x31, 0x04, 0x0C, 0x13, 0x16}
# The tags of nearly all elements. Among random bytes, so many elements do not follow each other.
_TAGS = {*range(1, 7), 0x0A, 0x0C, *range(0x12, 0x19), 0x1E, 0x30, 0x31, *range(0x80, 0x8A), *range(0xA0, 0xAA)}
_CERTAIN = 5
# The version of a key, or a long number that is positive.
_FIRST_NUMBER = lazy_pattern(rb"\x02(?:\x01[\0-\3]|\x81[\x80-\xff]\0|\x82[\x01-\x3f].\0)", re.DOTALL)
# Shorter values are numbers, identifiers and flags.
_LONGEST_NUMBER = 16


def report_value(at: Unwrapping, value: bytes) -> None:
    """Report an opaque value. A number may begin with a byte for its sign."""
    value = value.removeprefix(b"\0")
    at.findings.report_value(len(value), crc32(value), at.layers)


class _Values(NamedTuple):
    """Reads complete data: how to walk over its values, its layer, and what reads text and the bytes behind it."""

    walk: _Walk
    layer: Layer
    reader: ReaderFactory
    rest: ReaderFactory

    def read(self, at: Unwrapping, data: bytes, origin: Origin) -> None:
        """Read it."""
        if not may_nest(at.findings, at.layers):
            return
        inside, end = at.under(self.layer)._replace(reader=self.reader), 0
        for start, stop in self.walk(data):
            value = data[start:stop]
            if stop < 0:
                end = start
            elif len(value) > _LONGEST_NUMBER:
                if looks_like_text(value):
                    inside.read(value, origin.after(start))
                else:
                    # A value of theirs may be anything: messages of other protocols are such sequences as well.
                    inside.guess().read(value, origin.after(start))
                    report_value(inside, value)
        if end and self.layer == DER and _is_private_key(data):
            at.findings.report_unread(Reason.KEY, PRIVATE_KEY, at.layers)
        if not end:
            at.findings.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, at.layers)
        elif end < len(data):
            at._replace(reader=self.rest).read(data[end:], origin.after(end))


def is_der(head: bytes) -> bool:
    """Whether a sequence of at least 128 bytes begins so, whose first element fits into it."""
    outer = _header(head, 0)
    inner = _header(head, outer[1]) if outer else None
    fits = outer is not None and inner is not None and inner[0] in _FIRST and inner[2] <= outer[2]
    return fits and inner is not None and not _is_message(head, inner)


def is_certain_der(data: bytes) -> bool:
    """Whether what `is_der` says is no coincidence, as it is once in a million random records."""
    outer = _header(data, 0)
    if outer is None or _FIRST_NUMBER.match(data, outer[1]):
        return outer is not None
    at = outer[1]
    for _ in range(1, _CERTAIN):
        if at == outer[2]:
            return True
        element = _header(data, at)
        if element is None or element[0] not in _TAGS or element[2] > outer[2]:
            return False
        at = element[1] if element[0] & _CONSTRUCTED else element[2]
    return True


def _is_message(head: bytes, first: tuple[int, int, int]) -> bool:
    """Whether this is a message of LDAP (RFC 4511, 4.1.1) or SNMP (RFC 1157, 4; RFC 3412, 6), and no document."""
    second = _header(head, first[2]) if first[0] == _INTEGER else None
    if second is None:
        return False
    if second[0] >> 5 == _APPLICATION:
        return True
    if second[0] == _SEQUENCE:
        return head[second[1] : second[1] + 1] == bytes([_INTEGER])
    third = _header(head, second[2]) if second[0] == _OCTET_STRING else None
    if third is None or third[1] >= len(head):
        return False
    return third[0] in _PDUS and head[third[1]] == (_OID if third[0] == _TRAP else _INTEGER)


def der(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of DER: `reader` is for text in it, `rest` for the bytes after its end."""
    read, ending = _Values(der_values, DER, reader, rest).read, Ending(_end_of_der, rest)
    return partial(WholeReader, read=read, what="DER data", ending=ending)


def _end_of_der(data: bytes) -> int:
    """Where DER ends, if all of it is there; or 0."""
    outer = _header(data, 0)
    return outer[2] if outer and outer[2] <= len(data) else 0


def _header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """The tag of the element at an offset, and the start and end of its content; None if its length is malformed."""
    if at + 2 > len(data):
        return None
    tag, length, start = data[at], data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7F
        if not 0 < size <= 4 or start + size > len(data):
            return None
        start, length = start + size, int.from_bytes(data[start : start + size])
    return tag, start, start + length


def der_values(data: bytes) -> Iterator[tuple[int, int]]:
    """The (start, end) of each value in DER, and at last the end of all as (end, -1); nothing if it is cut short."""
    outer = _header(data, 0)
    if outer and outer[2] <= len(data):
        yield from _elements(data, outer[1], outer[2], 1)
        yield outer[2], -1


def _is_private_key(data: bytes) -> bool:
    """Whether DER is a private key without a password: PKCS #8, PKCS #1, that of an elliptic curve, or in PKCS #12.

    These are in RFC 5208, 5; RFC 8017, A.1.2; RFC 5915, 3; and RFC 7292.
    """
    tags: list[int] = []
    outer = _header(data, 0)
    at, end = outer[1:] if outer else (0, 0)
    while at < end and len(tags) < _RSA_NUMBERS and (element := _header(data, at)):
        tags.append(element[0])
        at = element[2]
    return tags[:3] in _PRIVATE or tags == [_INTEGER] * _RSA_NUMBERS or _has_key_bag(data)


def _has_key_bag(data: bytes) -> bool:
    """Whether one of the bags in PKCS #12 is a private key without a password."""
    at = data.find(_KEY_BAG)
    bag = _header(data, at + len(_KEY_BAG)) if at >= 0 else None
    return bag is not None and _is_private_key(data[bag[1] : bag[2]])


def _elements(data: bytes, at: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
    """The primitive values between two offsets. What is malformed is a value itself."""
    while at < end:
        element = _header(data, at)
        if element is None or element[2] > end:
            yield at, end
            return
        tag, start, at = element
        # The first byte of a string of bits is the number of unused ones.
        inner = start + (tag == _BIT_STRING)
        is_nested = tag in (_BIT_STRING, _OCTET_STRING) and _is_nested(data, inner, at)
        if depth < _MAX_DEPTH and (tag & _CONSTRUCTED or is_nested):
            yield from _elements(data, inner if is_nested else start, at, depth + 1)
        else:
            yield min(inner, at), at


def _is_nested(data: bytes, start: int, end: int) -> bool:
    """Whether a string is an element itself, such as a key."""
    element = _header(data, start) if start < end and data[start] in _NESTED else None
    return element is not None and element[2] == end


def is_ssh_key(head: bytes) -> bool:
    """Whether another string follows the name of the algorithm."""
    after = 4 + int.from_bytes(head[:4])
    return after + 4 <= len(head) and int.from_bytes(head[after : after + 4]) < 1 << 12


def ssh_key(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of public keys: `rest` is for the bytes after the last string."""
    return partial(WholeReader, read=_Values(_strings, Layer("SSH key"), reader, rest).read, what="an SSH key")


def _strings(data: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    while at + 4 <= len(data) and (end := at + 4 + int.from_bytes(data[at : at + 4])) <= len(data):
        yield at + 4, end
        at = end
    yield at, -1
