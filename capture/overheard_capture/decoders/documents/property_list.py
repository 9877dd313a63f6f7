"""Binary property lists, as macOS and iOS keep settings, and send messages."""

from __future__ import annotations

from overheard_capture.decoders.documents.contents import Contents, CutShortError, ItemKind, NotADocumentError

_MAGIC, _TRAILER = b"bplist00", 32
# Such a count is in a number of its own.
_LONG = 15
# By the upper half of the first byte of an object: what it holds, and how many bytes each has that is counted.
_DATA, _ASCII, _UTF16 = 4, 5, 6
_COUNTED = {_DATA: (ItemKind.BYTES, 1), _ASCII: (ItemKind.TEXT, 1), _UTF16: (ItemKind.BYTES, 2)}
# For each that is counted, so many references.
_COLLECTIONS = {0xA: 1, 0xC: 1, 0xD: 2}
_SIMPLE, _INTEGER, _REAL, _DATE, _UID, _LONGEST = 0, 1, 2, 3, 8, 4


def property_list(found: Contents, at: int) -> int:
    """All of a property list: objects one after the other, a table of their offsets, and the trailer."""
    data = found.data
    if at or not data.startswith(_MAGIC):
        raise NotADocumentError
    found.has_key, at, trailer = True, len(_MAGIC), data[-_TRAILER:]
    size, of_reference = trailer[6], trailer[7]
    count, table = int.from_bytes(trailer[8:16]), int.from_bytes(trailer[24:])
    if any(trailer[:6]) or table + count * size != len(data) - _TRAILER:
        raise CutShortError
    offsets = []
    while at < table:
        offsets.append(at)
        at = _object(found, at, of_reference)
    if at != table or not size:
        raise NotADocumentError
    listed = (int.from_bytes(data[each : each + size]) for each in range(table, len(data) - _TRAILER, size))
    if offsets != sorted(listed):
        raise NotADocumentError
    return len(data)


def _object(found: Contents, at: int, of_reference: int) -> int:
    """Add an object. Returns its end."""
    kind, low = divmod(found.data[at], 16)
    if kind == _SIMPLE:
        found.add(ItemKind.SIMPLE, at, at + 1)
        return at + 1
    if kind in (_INTEGER, _REAL, _DATE) and low <= _LONGEST:
        found.add(ItemKind.NUMBER, at + 1, end := at + 1 + (1 << low))
        return end
    if kind == _UID:
        found.add(ItemKind.NUMBER, at + 1, end := at + 2 + low)
        return end
    count, start = low, at + 1
    if low == _LONG:
        size = 1 << (found.data[start] & 15)
        count, start = int.from_bytes(found.data[start + 1 : start + 1 + size]), start + 1 + size
    if kind in _COLLECTIONS:
        # References are numbers of other objects.
        found.add(ItemKind.LIST, start, end := start + count * _COLLECTIONS[kind] * of_reference)
    elif kind in _COUNTED:
        holds, each = _COUNTED[kind]
        found.add(holds, start, end := start + count * each)
    else:
        raise NotADocumentError
    return end
