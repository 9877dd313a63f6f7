"""TLS record headers (RFC 8446, 5.1; RFC 5246, 6.2), and a fast way to skip many records."""

from __future__ import annotations

import ctypes
import struct

from overheard_capture.native import core, pointer
from overheard_capture.protocols.tls.ciphertext import BEGINNINGS_BITS, classify, first_format

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT = range(20, 25)
# What the bytes of each record type are counted as.
READ_AS = {
    CHANGE_CIPHER_SPEC: "TLS change of cipher specs",
    ALERT: "TLS alert",
    HANDSHAKE: "TLS handshake",
    APPLICATION_DATA: "TLS application data",
    HEARTBEAT: "TLS heartbeat",
}
HEADER_LENGTH = 5
# The maximum length of a record's content. TLS 1.2 has the largest (RFC 5246, 6.2.3).
MAX_RECORD = (1 << 14) + 2048
# Most cipher suites make none that is shorter.
SHORTEST_RECORD = 17
_HEADER = struct.Struct(">BHH")


def parse_header(data: bytes | bytearray | memoryview) -> tuple[int, int, int] | None:
    """Parse a 5-byte record header: type, version and length; None if it is no record header."""
    kind, version, length = _HEADER.unpack_from(data)
    return (kind, version, length) if kind in READ_AS and version >> 8 == 3 and _is_sound(version, length) else None


def _is_sound(version: int, length: int) -> bool:
    return version & 0xFF <= 4 and 0 < length <= MAX_RECORD


def skip_records(
    data: bytes | bytearray | memoryview, start: int, end: int, *, checked: bool = False
) -> tuple[int, int, int, int]:
    """Skip complete application data records from offset `start`, all of the same version as the first one.

    Returns the offset of the first byte after them, the number of records, the sum of their lengths without headers,
    and the length of the last one. With `checked`, it stops before a record that may be plaintext, or is very
    short.
    """
    skipped = _skip(data, start, end, checked)
    if checked and skipped[0] > start:
        found = _first_format(data, start, skipped[0])
        return _skip(data, start, found, checked) if found >= 0 else skipped
    return skipped


def _first_format(data: bytes | bytearray | memoryview, start: int, end: int) -> int:
    """The same as `first_format`. What the compiled part can look at need not be copied."""
    if not isinstance(data, memoryview) or (core() and not data.readonly):
        return first_format(data, start, end)
    found = first_format(bytes(data[start:end]), 0, end - start)
    return start + found if found >= 0 else -1


def _skip(data: bytes | bytearray | memoryview, start: int, end: int, checked: bool) -> tuple[int, int, int, int]:
    at, count, last = start, 0, 0
    if end - start < HEADER_LENGTH or parse_header(data[start : start + HEADER_LENGTH]) is None:
        return at, count, 0, last
    compiled = core()
    if compiled and not (isinstance(data, memoryview) and data.readonly):
        number, length = ctypes.c_uint64(), ctypes.c_uint64()
        bounds = ctypes.c_uint64(start), ctypes.c_uint64(end)
        rules = (BEGINNINGS_BITS if checked else None), ctypes.c_uint64(SHORTEST_RECORD)
        at = compiled.skip_records(pointer(data), *bounds, ctypes.byref(number), ctypes.byref(length), *rules)
        return at, number.value, at - start - HEADER_LENGTH * number.value, length.value
    unpack, latest = _HEADER.unpack_from, end - HEADER_LENGTH
    version = unpack(data, start)[1]
    while at <= latest:
        kind, other, length = unpack(data, at)
        body, after = at + HEADER_LENGTH, at + HEADER_LENGTH + length
        if kind != APPLICATION_DATA or other != version or not 0 < length <= MAX_RECORD or after > end:
            break
        content = bytes(data[body:after]) if checked else b""
        if checked and (length < SHORTEST_RECORD or classify(content, 0, length)):
            break
        at, last = after, length
        count += 1
    return at, count, at - start - HEADER_LENGTH * count, last
