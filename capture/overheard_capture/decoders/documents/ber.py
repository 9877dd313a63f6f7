"""BER (ITU-T X.690), as messages of LDAP, SNMP and Kerberos are encoded."""

from __future__ import annotations

from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.decoders.documents.contents import (
    MAX_DEPTH,
    Contents,
    ItemKind,
    NotADocumentError,
    fail,
    is_text,
)

_OCTETS_IN_PIECES = 0x24
_SEQUENCE, _INTEGER, _OID, _HIGH_TAG, _CONSTRUCTED = 0x30, 2, 6, 31, 0x20
# Of the universal class: numbers, and strings of text (ITU-T X.680, 8.6).
_NUMBERS = {1, 2, 5, 6, 9, 10, 13}
_STRINGS = {12, 18, 19, 20, 22, 23, 24, 25, 26, 27}
_FIRST = {_INTEGER, _OID, _SEQUENCE}
_END_OF_CONTENTS = b"\0\0"


def ber(found: Contents, at: int, depth: int = 0) -> int:
    """An element (ITU-T X.690, 8.1). A document is a sequence, or of an application, and begins as those do."""
    data, tag = found.data, found.data[at]
    at += 1
    if tag & _HIGH_TAG == _HIGH_TAG:
        while data[at] & 0x80:
            at += 1
        at += 1
    length, at = data[at], at + 1
    if length > 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(data[at : at + size]) if size <= 4 else fail(), at + size
    elif length == 0x80:
        length = -1
    if not tag & _CONSTRUCTED:
        return _primitive(found, tag, at, at + length) if length >= 0 and depth else fail()
    if depth == 0:
        if (tag != _SEQUENCE and tag >> 6 != 1) or data[at] not in _FIRST:
            raise NotADocumentError
        found.has_key = True
    strings = found.count_strings()
    at = _elements(found, at, at + length if length >= 0 else -1, depth)
    if tag == _OCTETS_IN_PIECES:
        found.join_strings(*strings)
    return at


def _elements(found: Contents, at: int, end: int, depth: int) -> int:
    """Elements up to the end or, if that is unknown, to the mark of it."""
    if depth == MAX_DEPTH:
        raise NotADocumentError
    while at != end:
        if end < 0 and found.data[at : at + 2] == _END_OF_CONTENTS:
            return at + 2
        at = ber(found, at, depth + 1)
        if at > end >= 0:
            raise NotADocumentError
    return at


def _primitive(found: Contents, tag: int, start: int, end: int) -> int:
    universal = tag if tag >> 6 == 0 else 0
    if universal in _NUMBERS and end - start <= MAX_IDENTIFIER:
        found.add(ItemKind.NUMBER, start, end)
    elif universal in _STRINGS or is_text(found.data[start:end]):
        found.add(ItemKind.TEXT, start, end)
    else:
        found.add(ItemKind.BYTES, start, end)
    return end
