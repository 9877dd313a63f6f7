"""Builders of frames and pcapng files, where no program makes what a test needs."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard_capture.captures.frame import Frame
from overheard_capture.packets import ACK, FIN, SYN, Dissector, Endpoint, Packet, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

ETHERNET, RAW, SLL, SLL2 = 1, 101, 113, 276
CLIENT, SERVER = Endpoint("127.0.0.1", 40000), Endpoint("127.0.0.1", 5683)


def frame(data: bytes, link_type: int = ETHERNET, *, number: int = 1, original: int = 0) -> Frame:
    """A frame as the reader yields it."""
    return Frame(number, 0.0, link_type, original or len(data), data)


def unwrap(frame: Frame) -> Packet:
    """The packet in `frame`; the first one if there are several."""
    return Dissector().packets(frame)[0]


def ethernet(payload: bytes, protocol: int = 0x0800, tags: Iterable[int] = ()) -> bytes:
    """An Ethernet frame, optionally with VLAN tags (IEEE 802.1Q)."""
    stack = b"".join(struct.pack(">HH", tag, 7) for tag in tags)
    return bytes(12) + stack + struct.pack(">H", protocol) + payload


def sll(payload: bytes, protocol: int = 0x0800) -> bytes:
    """A Linux cooked frame."""
    return struct.pack(">HHH8sH", 0, 1, 6, bytes(8), protocol) + payload


def sll2(payload: bytes, protocol: int = 0x0800) -> bytes:
    """A Linux cooked frame, version 2."""
    return struct.pack(">HHIHBB8s", protocol, 0, 1, 1, 0, 6, bytes(8)) + payload


def ipv4(
    payload: bytes,
    protocol: int = 6,
    *,
    source: str = "127.0.0.1",
    target: str = "127.0.0.1",
    options: bytes = b"",
    fragment: int = 0,
    length: int | None = None,
    identification: int = 0,
) -> bytes:
    """An IPv4 packet (RFC 791, 3.1) with a valid checksum, without which tshark reassembles no fragments."""
    words = 5 + len(options) // 4
    total = words * 4 + len(payload) if length is None else length
    header = struct.pack(">BBHHHBBH", 0x40 | words, 0, total, identification, fragment, 64, protocol, 0)
    header += ipaddress.IPv4Address(source).packed + ipaddress.IPv4Address(target).packed + options
    checksum = sum(struct.unpack(f">{len(header) // 2}H", header))
    checksum = (checksum & 0xFFFF) + (checksum >> 16)
    checksum = ~((checksum & 0xFFFF) + (checksum >> 16)) & 0xFFFF
    return header[:10] + struct.pack(">H", checksum) + header[12:] + payload


def ipv6(payload: bytes, protocol: int = 6, *, length: int | None = None) -> bytes:
    """An IPv6 packet from ::1 to ::1 (RFC 8200, 3)."""
    size = len(payload) if length is None else length
    loopback = ipaddress.IPv6Address("::1").packed
    return struct.pack(">IHBB", 0x60000000, size, protocol, 64) + loopback * 2 + payload


def tcp(
    payload: bytes = b"",
    *,
    sequence: int = 0,
    acknowledged: int = 0,
    flags: int = ACK,
    source: int = 40000,
    target: int = 5683,
    options: bytes = b"",
    urgent: int = 0,
) -> bytes:
    """A TCP segment (RFC 9293, 3.1)."""
    offset = (5 + len(options) // 4) << 4
    header = struct.pack(">HHIIBBHHH", source, target, sequence, acknowledged, offset, flags, 65535, 0, urgent)
    return header + options + payload


def udp(payload: bytes, *, source: int = 5000, target: int = 5001) -> bytes:
    """A UDP datagram (RFC 768)."""
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def segment(
    payload: bytes = b"",
    *,
    sequence: int = 0,
    acknowledged: int = -1,
    flags: int = 0,
    back: bool = False,
    length: int | None = None,
    number: int = 1,
    port: int = CLIENT.port,
) -> Segment:
    """A segment as `unwrap` yields it, from the client to the server, or `back`."""
    client = Endpoint(CLIENT.address, port)
    source, target = (SERVER, client) if back else (client, SERVER)
    return Segment(
        frame=number,
        source=source,
        target=target,
        sequence=sequence % 2**32,
        acknowledged=acknowledged % 2**32 if acknowledged >= 0 else -1,
        flags=flags | (ACK if acknowledged >= 0 else 0),
        offset=54,
        length=len(payload) if length is None else length,
        payload=payload,
    )


def option(code: int, value: bytes, order: str = "<") -> bytes:
    """An option of a pcapng block."""
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


@dataclass
class File:
    """A pcapng file that grows block by block."""

    order: str = "<"
    content: bytes = field(default=b"")

    def block(self, kind: int, body: bytes) -> File:
        """Any block."""
        body += bytes(-len(body) % 4)
        length = struct.pack(f"{self.order}I", 12 + len(body))
        self.content += struct.pack(f"{self.order}I", kind) + length + body + length
        return self

    def section(self, order: str = "<") -> File:
        """A section header; what follows is in its byte order."""
        self.order = order
        return self.block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))

    def interface(self, link_type: int = ETHERNET, snap_length: int = 0, options: bytes = b"") -> File:
        """An interface description."""
        return self.block(1, struct.pack(f"{self.order}HHI", link_type, 0, snap_length) + options)

    def packet(self, data: bytes, *, interface: int = 0, ticks: int = 0, original: int = 0) -> File:
        """An enhanced packet."""
        sizes = (len(data), original or len(data))
        head = struct.pack(f"{self.order}IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, *sizes)
        return self.block(6, head + data)

    def simple(self, data: bytes, *, original: int = 0) -> File:
        """A simple packet."""
        return self.block(3, struct.pack(f"{self.order}I", original or len(data)) + data)

    def statistics(self, interface: int = 0, **drops: int) -> File:
        """Interface statistics with `interface_drops` and `system_drops`, if given."""
        codes = {"interface_drops": 5, "system_drops": 7}
        options = b"".join(
            option(codes[name], struct.pack(f"{self.order}Q", count), self.order) for name, count in drops.items()
        )
        return self.block(5, struct.pack(f"{self.order}III", interface, 0, 0) + options + option(0, b"", self.order))

    def write(self, path: Path) -> Path:
        """Write the file, and return its path."""
        path.write_bytes(self.content)
        return path


def rewritten(path: Path, frames: Iterable[bytes]) -> Path:
    """A complete recording of these Ethernet frames, in which nothing was dropped."""
    file = File().section().interface()
    for number, data in enumerate(frames):
        file.packet(data, ticks=1_700_000_000_000_000 + number)
    return file.statistics(interface_drops=0, system_drops=0).write(path)


def exchange(sent: Iterable[bytes], answered: Iterable[bytes], *, port: int = 45000) -> list[bytes]:
    """A complete TCP connection in Ethernet frames: the client's bytes, then the server's, part by part."""
    return dialogue([*((">", part) for part in sent), *(("<", part) for part in answered)], port=port)


def dialogue(said: Iterable[tuple[str, bytes]], *, port: int = 45000, server_port: int = SERVER.port) -> list[bytes]:
    """A complete TCP connection in Ethernet frames: what the client (`>`) and the server (`<`) say, in this order."""
    frames: list[bytes] = []
    client, server = 1000, 5000

    def add(*, back: bool = False, payload: bytes = b"", flags: int = ACK) -> None:
        own, other = (server, client) if back else (client, server)
        ends = (server_port, port) if back else (port, server_port)
        made = tcp(payload, sequence=own, acknowledged=other, flags=flags, source=ends[0], target=ends[1])
        frames.append(ethernet(ipv4(made)))

    add(flags=SYN)
    client += 1
    add(back=True, flags=SYN | ACK)
    server += 1
    add()
    for side, part in said:
        add(back=side == "<", payload=part)
        client += len(part) if side == ">" else 0
        server += len(part) if side == "<" else 0
    add(flags=FIN | ACK)
    client += 1
    add(back=True, flags=FIN | ACK)
    server += 1
    add()
    return frames
