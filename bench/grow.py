"""Makes a long capture from a shorter one: repeats its traffic, at later times, from other clients each time."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_WORD = struct.Struct("<I")
_WORDS = struct.Struct("<II")
_SHORT = struct.Struct(">H")
_LONG = struct.Struct("<Q")
_ENHANCED, _STATISTICS = 6, 5
# The client is x.x.0.2, and x.x.1.2 in the next round: the difference in the last half of its address.
_STEP = 0x0100
_PAUSE = 1_000_000


class _Packet(NamedTuple):
    """The offsets in the packets of what changes; 0 if absent."""

    time: int
    ip_checksum: int
    tcp_checksum: int
    client: int


@dataclass
class _Capture:
    """A pcapng file as dumpcap writes it (little-endian, one section, one interface), in three parts."""

    head: bytes
    packets: bytearray
    tail: bytes


def _split(file: Path) -> _Capture:
    with file.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        offset, begin, end = 0, 0, 0
        while offset < len(data):
            kind, length = _WORDS.unpack_from(data, offset)
            if kind == _ENHANCED:
                begin = begin or offset
                end = offset + length
            offset += length
        return _Capture(data[:begin], bytearray(data[begin:end]), data[end:])


def _find(packets: bytearray, client: bytes) -> list[_Packet]:
    """Find what changes in each packet from round to round."""
    found, offset = [], 0
    while offset < len(packets):
        frame, ip = offset + 28, offset + 42
        ip_checksum = tcp_checksum = address = 0
        # IPv4 with TCP; everything else (neighbour discovery) is unchanged.
        if packets[frame + 12 : frame + 14] == b"\x08\x00" and packets[ip + 9] == 6:
            ip_checksum, tcp_checksum = ip + 10, ip + 4 * (packets[ip] & 15) + 16
            address = ip + (12 if packets[ip + 12 : ip + 16] == client else 16)
        found.append(_Packet(offset + 12, ip_checksum, tcp_checksum, address))
        offset += _WORDS.unpack_from(packets, offset)[1]
    return found


def _subtract(packets: bytearray, place: int) -> None:
    """Update a checksum for the changed address (RFC 1624: one's complement, of the complement)."""
    value = _SHORT.unpack_from(packets, place)[0] - _STEP
    _SHORT.pack_into(packets, place, value if value >= 0 else value + 0xFFFF)


def _moment(packets: bytearray, place: int) -> int:
    high, low = _WORDS.unpack_from(packets, place)
    return int(high << 32 | low)


def _shift(packets: bytearray, places: list[_Packet], later: int) -> None:
    for place in places:
        moment = _moment(packets, place.time) + later
        _WORDS.pack_into(packets, place.time, moment >> 32, moment & 0xFFFFFFFF)
        if place.client:
            packets[place.client + 2] += 1
            _subtract(packets, place.ip_checksum)
            _subtract(packets, place.tcp_checksum)


def _more(tail: bytes, times: int) -> bytes:
    """The interface's statistics, counting all rounds."""
    grown = bytearray(tail)
    if _WORD.unpack_from(tail, 0)[0] != _STATISTICS:
        return tail
    offset = 20
    while offset + 4 < len(tail):
        code, length = struct.unpack_from("<HH", tail, offset)
        if code == 0:
            break
        # Received, dropped, accepted by the filter, dropped by the system, delivered.
        if 4 <= code <= 8:
            _LONG.pack_into(grown, offset + 4, _LONG.unpack_from(tail, offset + 4)[0] * times)
        offset += 4 + -(-length // 4) * 4
    return bytes(grown)


def grow(file: Path, into: Path, times: int, client: str) -> None:
    """Write `times` rounds of the capture `file` into `into`."""
    capture = _split(file)
    places = _find(capture.packets, bytes(int(part) for part in client.split(".")))
    first, last = (_moment(capture.packets, places[end].time) for end in (0, -1))
    with into.open("wb") as handle:
        handle.write(capture.head)
        for round_ in range(times):
            if round_:
                _shift(capture.packets, places, last - first + _PAUSE)
            handle.write(capture.packets)
        handle.write(_more(capture.tail, times))
    keys = file.with_suffix(".keys")
    if keys.is_file():
        into.with_suffix(".keys").write_bytes(keys.read_bytes())
