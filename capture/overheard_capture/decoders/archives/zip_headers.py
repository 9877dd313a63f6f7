"""Zip headers (APPNOTE.TXT, 4.3)."""

from __future__ import annotations

import struct

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.signatures import END_OF_DIRECTORY, LOCAL_FILE

_LOCAL = struct.Struct("<4xHHHHHIIIHH")
_UNKNOWN = 0xFFFFFFFF
_ZIP64 = 1
# The signatures that may follow a data descriptor: of another file, or of the headers after the last file.
_NEXT = lazy_pattern(rb"PK(?:\x03\x04|\x01\x02|\x05[\x05\x06]|\x06[\x06-\x08])")
# The lengths of a data descriptor: without a signature and with one, with sizes of four bytes and of eight.
_DESCRIPTORS = (12, 16, 20, 24)


class LocalHeader(NamedTuple):
    """A local file header: compression method, compressed size (None if unknown), and whether the file is encrypted."""

    method: int
    size: int | None
    encrypted: bool


def parse_local_header(header: bytes) -> LocalHeader:
    """Parse a complete local file header."""
    _, flags, method, _, _, _, size, full_size, name, _ = _LOCAL.unpack_from(header)
    compressed_size: int | None = size
    if size == _UNKNOWN:
        compressed_size = _zip64_size(header[30 + name :], full_size == _UNKNOWN)
    if flags & 8 and not size:
        compressed_size = None
    # 99 is AES encryption, which stores the compression method in an extra field.
    return LocalHeader(method, compressed_size, bool(flags & 0x2041) or method == 99)


def _zip64_size(extra: bytes, with_full_size: bool) -> int | None:
    """The compressed size in the ZIP64 extra field, which the uncompressed size may precede (APPNOTE.TXT, 4.5.3)."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _ZIP64:
            field = extra[4 : 4 + length][8 * with_full_size :][:8]
            return int.from_bytes(field, "little") if len(field) == 8 else None
        extra = extra[4 + length :]
    return None


def header_length(head: bytes) -> int | None:
    """The length of a header that begins with `head`; huge if `head` is too short; None if it is not a header."""
    for magic, fixed, places in _HEADERS:
        if head.startswith(magic):
            if len(head) < fixed:
                return fixed
            return fixed + sum(int.from_bytes(head[at : at + size], "little") for at, size in places)
        if magic.startswith(head) and head:
            return 1 << 62
    return None


def variable_fields(header: bytes) -> list[tuple[int, int]]:
    """Where the names, the extra fields (one by one) and the comments of a complete header are."""
    found: list[tuple[int, int]] = []
    for magic, fixed, places in _HEADERS:
        if header.startswith(magic):
            start = fixed
            for number, (at, size) in enumerate(places):
                end = min(start + int.from_bytes(header[at : at + size], "little"), len(header))
                is_extra = number == 1
                found += _extra_fields(header, start, end) if is_extra else [(start, end)]
                start = end
    return [(start, end) for start, end in found if end > start]


def _extra_fields(header: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The content of each extra field, and what does not fit (APPNOTE.TXT, 4.5)."""
    found: list[tuple[int, int]] = []
    while start + 4 <= end:
        after = start + 4 + int.from_bytes(header[start + 2 : start + 4], "little")
        found.append((start + 4, min(after, end)))
        start = after
    return [*found, (start, end)]


_HEADERS = (
    (LOCAL_FILE, 30, ((26, 2), (28, 2))),
    (b"PK\x01\x02", 46, ((28, 2), (30, 2), (32, 2))),
    (END_OF_DIRECTORY, 22, ((20, 2),)),
    (b"PK\x06\x06", 12, ((4, 8),)),
    (b"PK\x06\x07", 20, ()),
    (b"PK\x06\x08", 8, ((4, 4),)),
    (b"PK\x05\x05", 6, ((4, 2),)),
)


def descriptor_length(head: bytes, last: bool) -> int:
    """The length of the data descriptor at the beginning of `head`; 0 if there is none, -1 if more bytes are needed.

    `last` states that no more bytes follow.
    """
    if len(head) < _DESCRIPTORS[-1] + 4 and not last:
        return -1
    for length in _DESCRIPTORS:
        if _NEXT.match(head, length):
            return length
    return 0
