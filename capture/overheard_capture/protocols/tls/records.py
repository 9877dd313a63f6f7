"""The records of TLS (RFC 8446, 5.1; RFC 5246, 6.2): their heads, and how to get past many of them quickly."""

from __future__ import annotations

import ctypes
import struct

from overheard_capture.native import core, pointer

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT = range(20, 25)
# What the bytes of each type are read as.
READ_AS = {
    CHANGE_CIPHER_SPEC: "TLS change of cipher specs",
    ALERT: "TLS alert",
    HANDSHAKE: "TLS handshake",
    APPLICATION_DATA: "TLS application data",
    HEARTBEAT: "TLS heartbeat",
}
HEAD = 5
# RFC 5246, 6.2.3: TLS 1.2 allows the longest.
LONGEST = (1 << 14) + 2048
_HEAD = struct.Struct(">BHH")


def head(data: bytes | bytearray | memoryview) -> tuple[int, int, int] | None:
    """Type, version and length of the record that begins with these 5 bytes; None where it is none."""
    kind, version, length = _HEAD.unpack_from(data)
    return (kind, version, length) if kind in READ_AS and version >> 8 == 3 and _is_sound(version, length) else None


def _is_sound(version: int, length: int) -> bool:
    return version & 0xFF <= 4 and 0 < length <= LONGEST


def skip_records(data: bytes | bytearray | memoryview, start: int, end: int) -> tuple[int, int, int, int]:
    """Get past the whole records of application data from `start` on, all of the version of the first.

    Where the first begins that is not whole, or something else; how many there were, how many bytes they held in all,
    and how many the last of them did.
    """
    at, count, last = start, 0, 0
    if end - start < HEAD or head(data[start : start + HEAD]) is None:
        return at, count, 0, last
    compiled = core()
    if compiled and not (isinstance(data, memoryview) and data.readonly):
        number, length = ctypes.c_uint64(), ctypes.c_uint64()
        frame_boundaries = ctypes.c_uint64(start), ctypes.c_uint64(end)
        at = compiled.skip_records(pointer(data), *frame_boundaries, ctypes.byref(number), ctypes.byref(length))
        return at, number.value, at - start - HEAD * number.value, length.value
    unpack, latest = _HEAD.unpack_from, end - HEAD
    version = unpack(data, start)[1]
    while at <= latest:
        kind, other, length = unpack(data, at)
        after = at + HEAD + length
        if kind != APPLICATION_DATA or other != version or not 0 < length <= LONGEST or after > end:
            break
        at, last = after, length
        count += 1
    return at, count, at - start - HEAD * count, last
