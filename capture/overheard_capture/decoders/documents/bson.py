"""BSON, as MongoDB has it."""

from __future__ import annotations

from overheard_capture.decoders.documents.contents import (
    MAX_DEPTH,
    Contents,
    CutShortError,
    ItemKind,
    NotADocumentError,
)

_IDENTIFIER, _BINARY, _REGEX = 7, 5, 11
_STRINGS, _DOCUMENTS = (2, 13, 14), (3, 4)
# By the type of an element, its length: of numbers and dates, and of what is true, false or nothing.
_NUMBERS = {1: 8, 9: 8, 16: 4, 17: 8, 18: 8, 19: 16}
_SIMPLE = {6: 0, 8: 1, 10: 0, 0x7F: 0, 0xFF: 0}


def bson(found: Contents, at: int, depth: int = 0) -> int:
    """A document of BSON (1.1). What is deprecated is not read."""
    data, end = found.data, at + int.from_bytes(found.data[at : at + 4], "little")
    at += 4
    if depth > MAX_DEPTH or at >= end or (end <= len(data) and data[end - 1]):
        raise NotADocumentError
    while at < end - 1:
        kind, after = data[at], _name(found, at + 1)
        found.has_key |= after > at + 2
        at = _element(found, kind, after, depth)
    if at != end - 1:
        raise NotADocumentError
    return end


def _name(found: Contents, at: int) -> int:
    """Add a text that ends with NUL. Returns the offset after it."""
    end = found.data.find(b"\0", at)
    if end < 0:
        raise CutShortError
    found.add(ItemKind.TEXT, at, end)
    return end + 1


def _element(found: Contents, kind: int, at: int, depth: int) -> int:
    """Add the value of an element. Returns its end."""
    data = found.data
    if kind == _REGEX:
        return _name(found, _name(found, at))
    length = int.from_bytes(data[at : at + 4], "little")
    if kind == _BINARY:
        found.add(ItemKind.BYTES, at + 5, at + 5 + length)
        return at + 5 + length
    if kind in _DOCUMENTS:
        return bson(found, at, depth + 1)
    if kind in _STRINGS:
        end = at + 4 + length
        if not length or (end <= len(data) and data[end - 1]):
            raise NotADocumentError
        found.add(ItemKind.TEXT, at + 4, end - 1)
        return end
    if kind in _NUMBERS:
        found.add(ItemKind.NUMBER, at, end := at + _NUMBERS[kind])
    elif kind in _SIMPLE:
        found.add(ItemKind.SIMPLE, at, end := at + _SIMPLE[kind])
    elif kind == _IDENTIFIER:
        found.add(ItemKind.BYTES, at, end := at + 12)
    else:
        raise NotADocumentError
    return end
