"""The packets of a TCP connection whose ends are known, and datagrams: what a capture would show of them.

Checksums of TCP and UDP are zero, as they often are in captures: network cards compute them later.
"""

from __future__ import annotations

import socket
import struct
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIN, _SYN, _RST, _PSH, _ACK = 0x01, 0x02, 0x04, 0x08, 0x10
_TTL, _WINDOW = 64, 65_535
# The most bytes of a segment: the length of an IPv4 packet has 16 bits.
MOST_BYTES = 65_000

# The ends of a connection; the client opens it.
CLIENT, SERVER = 0, 1
# An address and a port.
Endpoint = tuple[str, int]


def datagram(source: Endpoint, destination: Endpoint, payload: bytes) -> bytes:
    """A UDP datagram."""
    header = struct.pack("!HHHH", source[1], destination[1], 8 + len(payload), 0)
    return _packet(source, destination, socket.IPPROTO_UDP, header + payload)


class TcpPackets:
    """The packets of one TCP connection. Each is from one end, `CLIENT` or `SERVER`."""

    def __init__(self, client: Endpoint, server: Endpoint, first: int = 0) -> None:
        """Both sides begin with the sequence number `first`."""
        self._ends = client, server
        # The sequence number of what each end sends next.
        self._next = [first, first]

    def opening(self) -> Iterator[bytes]:
        """The three packets that open it."""
        yield self._segment(CLIENT, _SYN)
        yield self._segment(SERVER, _SYN | _ACK)
        yield self._segment(CLIENT, _ACK)

    def data(self, end: int, data: bytes) -> bytes:
        """What an end sends: at most `MOST_BYTES`."""
        return self._segment(end, _PSH | _ACK, data)

    def closing(self, end: int) -> bytes:
        """An end sends nothing more."""
        return self._segment(end, _FIN | _ACK)

    def reset(self, end: int) -> bytes:
        """An end breaks the connection off."""
        return self._segment(end, _RST | _ACK)

    def _segment(self, end: int, flags: int, data: bytes = b"") -> bytes:
        source, destination = self._ends[end], self._ends[1 - end]
        acknowledged = self._next[1 - end] if flags & _ACK else 0
        numbers = self._next[end], acknowledged
        header = struct.pack("!HHIIBBHHH", source[1], destination[1], *numbers, 5 << 4, flags, _WINDOW, 0, 0)
        self._next[end] = (self._next[end] + len(data) + bool(flags & (_SYN | _FIN))) % (1 << 32)
        return _packet(source, destination, socket.IPPROTO_TCP, header + data)


def _packet(source: Endpoint, destination: Endpoint, protocol: int, payload: bytes) -> bytes:
    begin, end = ip_address(source[0]), ip_address(destination[0])
    addresses = begin.packed + end.packed
    if begin.version == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, _TTL) + addresses + payload
    before = struct.pack("!BBHHHBB", 4 << 4 | 5, 0, 20 + len(payload), 0, 0, _TTL, protocol)
    total = sum(struct.unpack("!9H", before + addresses))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return before + struct.pack("!H", ~total & 0xFFFF) + addresses + payload
