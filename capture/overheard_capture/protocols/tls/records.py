"""TLS record headers (RFC 8446, 5.1; RFC 5246, 6.2), and a fast way to skip many records."""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING, TypeAlias

from overheard.words.named_tuple import NamedTuple
from overheard_capture.native import core, pointer
from overheard_capture.protocols.tls.ciphertext import BEGINNINGS_BITS, classify, first_format
from overheard_capture.protocols.tls.record_types import APPLICATION_DATA, MAX_RECORD, READ_AS

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.provenance.origin import Bytes

    # Takes the content of a record, and how many records there were since the one before.
    Check: TypeAlias = Callable[[bytes, int], None]

HEADER_LENGTH = 5
# More than any length.
LONGEST = 1 << 16
_HEADER = struct.Struct(">BHH")


def parse_header(data: bytes | bytearray | memoryview) -> tuple[int, int, int] | None:
    """Parse a 5-byte record header: type, version and length; None if it is no record header."""
    kind, version, length = _HEADER.unpack_from(data)
    return (kind, version, length) if kind in READ_AS and version >> 8 == 3 and _is_sound(version, length) else None


def _is_sound(version: int, length: int) -> bool:
    return version & 0xFF <= 4 and 0 < length <= MAX_RECORD


class Skipped(NamedTuple):
    """Complete application data records that were skipped: the offset after them, and how many they are.

    `total` is the sum of their lengths without headers, `last` that of the last one, `shortest` that of the shortest.
    The last `unchecked` of them cannot be plaintext.
    """

    after: int
    records: int = 0
    total: int = 0
    last: int = 0
    shortest: int = LONGEST
    unchecked: int = 0


def skip_records(data: Bytes, start: int, end: int, check: Check | None = None) -> Skipped:
    """Skip complete application data records from offset `start`, all of the same version as the first one.

    Each of them that may be plaintext is passed to `check`, with the number of records since the one before.
    """
    version = _version_at(data, start, end)
    skipped = _skip(data, version, end, Skipped(start), checked=check is not None)
    while check and (size := _length_at(data, version, skipped.after, end)):
        body = skipped.after + HEADER_LENGTH
        check(bytes(data[body : body + size]), skipped.unchecked)
        shortest = min(skipped.shortest, size)
        checked = Skipped(body + size, skipped.records + 1, skipped.total + size, size, shortest)
        skipped = _skip(data, version, end, checked, checked=True)
    if check:
        _check_formats(data, start, skipped.after, check)
    return skipped


def data_lengths(data: Bytes, start: int, end: int, most: int) -> list[int]:
    """The lengths of up to `most` complete application data records from `start` on, all of the same version."""
    version = _version_at(data, start, end)
    lengths: list[int] = []
    while len(lengths) < most and (length := _length_at(data, version, start, end)):
        lengths.append(length)
        start += HEADER_LENGTH + length
    return lengths


def _version_at(data: Bytes, at: int, end: int) -> int:
    """The version of the record at `at`; 0 if there is none."""
    found = parse_header(data[at : at + HEADER_LENGTH]) if at + HEADER_LENGTH <= end else None
    return found[1] if found else 0


def _length_at(data: Bytes, version: int, at: int, end: int) -> int:
    """The length of the application data record of this version at `at`; 0 if there is none, or not all of it."""
    body = at + HEADER_LENGTH
    if body > end:
        return 0
    kind, other, length = _HEADER.unpack_from(data, at)
    sound = kind == APPLICATION_DATA and other == version and length <= MAX_RECORD
    return length if sound and body + length <= end else 0


def _check_formats(data: Bytes, start: int, end: int, check: Check) -> None:
    """Pass on each record in which a known format begins."""
    while start < end and (found := _first_format(data, start, end)) >= 0:
        body = start
        while start <= found:
            body = start + HEADER_LENGTH
            start = body + _HEADER.unpack_from(data, start)[2]
        check(bytes(data[body:start]), 0)


def _first_format(data: Bytes, start: int, end: int) -> int:
    """The same as `first_format`. What the compiled part can look at need not be copied."""
    if not isinstance(data, memoryview) or core():
        return first_format(data, start, end)
    found = first_format(bytes(data[start:end]), 0, end - start)
    return start + found if found >= 0 else -1


def _skip(data: Bytes, version: int, end: int, before: Skipped, *, checked: bool) -> Skipped:
    """Skip records of this version behind others. With `checked`, it stops before one that may be plaintext."""
    compiled = core()
    if compiled is None:
        return _skip_slowly(data, version, end, before, checked=checked)
    numbers = (ctypes.c_uint64 * 3)(0, before.last, before.shortest)
    each = [ctypes.byref(numbers, 8 * number) for number in range(3)]
    bounds = ctypes.c_uint64(before.after), ctypes.c_uint64(end), version & 0xFF
    at = compiled.skip_records(pointer(data), *bounds, *each, BEGINNINGS_BITS if checked else None)
    count, last, shortest = numbers
    total = before.total + at - before.after - HEADER_LENGTH * count
    return Skipped(at, before.records + count, total, last, shortest, count)


def _skip_slowly(data: Bytes, version: int, end: int, before: Skipped, *, checked: bool) -> Skipped:
    skipped = before._replace(unchecked=0)
    while length := _length_at(data, version, skipped.after, end):
        body = skipped.after + HEADER_LENGTH
        if checked and classify(bytes(data[body : body + length]), 0, length):
            break
        _, count, total, _, shortest, unchecked = skipped
        shortest = min(shortest, length)
        skipped = Skipped(body + length, count + 1, total + length, length, shortest, unchecked + 1)
    return skipped
