"""Frames of the hunt: conversations as TCP segments or datagrams, in disorder, in tunnels, as a pcap file."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from itertools import count

_CLIENT, _SERVER = IPv4Address("192.0.2.10"), IPv4Address("198.51.100.20")
_CLIENT6, _SERVER6 = IPv6Address("2001:db8::10"), IPv6Address("2001:db8:1::20")
_MACS = bytes.fromhex("020000000002020000000001")
_FIN, _SYN, _PSH, _ACK = 1, 2, 8, 16
_TCP, _UDP, _ICMP, _IPIP, _GRE, _IPV6 = 6, 17, 1, 4, 47, 41
_MOST = 1400


@dataclass(frozen=True)
class Turn:
    """What one side says at once."""

    from_client: bool
    data: bytes


@dataclass(frozen=True)
class Conversation:
    """What two hosts say to each other, over `tcp`, `udp` or `icmp`; for datagrams each turn is one."""

    transport: str
    turns: tuple[Turn, ...]
    port: int


@dataclass(frozen=True)
class Packet:
    """A transport packet and its direction, before it is in IP."""

    from_client: bool
    protocol: int
    data: bytes


# How a turn is cut into segments: pieces with their offsets, in the order of sending.
_Pieces = list[tuple[int, bytes]]


def _cut(data: bytes, size: Callable[[], int]) -> _Pieces:
    pieces, at = [], 0
    while at < len(data):
        length = min(size(), _MOST)
        pieces.append((at, data[at : at + length]))
        at += length
    return pieces


def _whole(data: bytes, _: random.Random) -> _Pieces:
    return _cut(data, lambda: _MOST)


def _single(data: bytes, _: random.Random) -> _Pieces:
    return _cut(data, lambda: 1) if len(data) < 1500 else _cut(data, lambda: 11)


def _few(data: bytes, chance: random.Random) -> _Pieces:
    size = chance.choice((2, 3, 5, 7, 13, 64))
    return _cut(data, lambda: size if len(data) < 4000 else size * 10)


def _mixed(data: bytes, chance: random.Random) -> _Pieces:
    return _cut(data, lambda: chance.choice((1, 4, 30, 200, 1400)))


def _repeated(data: bytes, chance: random.Random) -> _Pieces:
    return [piece for each in _mixed(data, chance) for piece in [each] * chance.choice((1, 1, 2, 3))]


def _overlapping(data: bytes, chance: random.Random) -> _Pieces:
    """Each piece begins before the end of the last; what they share is the same."""
    return [(back, data[back : at + len(piece)]) for at, piece in _few(data, chance) for back in [max(0, at - 4)]]


def _swapped(data: bytes, chance: random.Random) -> _Pieces:
    pieces = _few(data, chance)
    for at in range(0, len(pieces) - 1, 2):
        if chance.random() < 0.5:
            pieces[at : at + 2] = pieces[at + 1], pieces[at]
    return pieces


def _shuffled(data: bytes, chance: random.Random) -> _Pieces:
    pieces = _mixed(data, chance)
    return chance.sample(pieces, len(pieces))


SEGMENTS: dict[str, Callable[[bytes, random.Random], _Pieces]] = {
    "plain": _whole,
    "single bytes": _single,
    "small segments": _few,
    "mixed segments": _mixed,
    "retransmissions": _repeated,
    "overlapping segments": _overlapping,
    "swapped segments": _swapped,
    "shuffled segments": _shuffled,
}


def _tcp(talk: Conversation, client_port: int, segments: str, chance: random.Random) -> list[Packet]:
    """A connection from SYN to both FINs, acknowledged after each turn."""
    packets, at = [], {True: chance.randrange(1 << 32), False: chance.randrange(1 << 32)}
    if chance.random() < 0.2:
        at[True] = (1 << 32) - 5

    def send(from_client: bool, flags: int, data: bytes = b"", ahead: int = 0) -> None:
        ports = (client_port, talk.port) if from_client else (talk.port, client_port)
        sequence, acknowledged = (at[from_client] + ahead) % (1 << 32), at[not from_client] % (1 << 32)
        head = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged if flags & _ACK else 0, 80, flags, 65535, 0, 0)
        packets.append(Packet(from_client, _TCP, head + data))

    send(True, _SYN)
    at[True] += 1
    send(False, _SYN | _ACK)
    at[False] += 1
    send(True, _ACK)
    for turn in talk.turns:
        for ahead, piece in SEGMENTS[segments](turn.data, chance):
            send(turn.from_client, _PSH | _ACK, piece, ahead)
        at[turn.from_client] += len(turn.data)
        send(not turn.from_client, _ACK)
    for side in (True, False):
        send(side, _FIN | _ACK)
        at[side] += 1
        send(not side, _ACK)
    return packets


def _udp(talk: Conversation, client_port: int, _: str, __: random.Random) -> list[Packet]:
    packets = []
    for turn in talk.turns:
        ports = (client_port, talk.port) if turn.from_client else (talk.port, client_port)
        head = struct.pack(">HHHH", *ports, 8 + len(turn.data), 0)
        packets.append(Packet(turn.from_client, _UDP, head + turn.data))
    return packets


def _icmp(talk: Conversation, port: int, _: str, __: random.Random) -> list[Packet]:
    """Echo requests, and the replies that repeat them."""
    packets = []
    for number, turn in enumerate(talk.turns):
        for kind in (8, 0):
            head = struct.pack(">BBHHH", kind, 0, 0, port, number)
            packets.append(Packet(kind == 8, _ICMP, head + turn.data))
    return packets


_TRANSPORTS = {"tcp": _tcp, "udp": _udp, "icmp": _icmp}


def _checksum(head: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(head) // 2}H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _ipv4(packet: Packet, number: int = 1, flags: int = 0x4000) -> bytes:
    ends = (_CLIENT, _SERVER) if packet.from_client else (_SERVER, _CLIENT)
    addresses = b"".join(each.packed for each in ends)
    size = 20 + len(packet.data)
    head = struct.pack(">BBHHHBBH", 0x45, 0, size, number & 0xFFFF, flags, 64, packet.protocol, 0) + addresses
    return head[:10] + struct.pack(">H", _checksum(head)) + head[12:] + packet.data


def _ipv6(packet: Packet, _: int = 1) -> bytes:
    ends = (_CLIENT6, _SERVER6) if packet.from_client else (_SERVER6, _CLIENT6)
    head = struct.pack(">IHBB", 6 << 28, len(packet.data), packet.protocol, 64)
    return head + b"".join(each.packed for each in ends) + packet.data


def _fragments(packet: Packet, number: int, chance: random.Random) -> list[bytes]:
    size = chance.choice((8, 24, 120))
    if len(packet.data) > 2000:
        size = 600
    pieces = [(at, packet.data[at : at + size]) for at in range(0, len(packet.data), size)]
    frames = [
        _ipv4(
            Packet(packet.from_client, packet.protocol, piece),
            number,
            at >> 3 | (0x2000 if at + size < len(packet.data) else 0),
        )
        for at, piece in pieces
    ]
    return chance.sample(frames, len(frames)) if chance.random() < 0.3 else frames


def _ethernet(kind: int, payload: bytes) -> bytes:
    return _MACS + struct.pack(">H", kind) + payload


def _in_udp(from_client: bool, port: int, payload: bytes) -> bytes:
    head = struct.pack(">HHHH", 50000, port, 8 + len(payload), 0)
    return _ipv4(Packet(from_client, _UDP, head + payload))


def _link(frame: Callable[[bytes, bool, random.Random], bytes]) -> Callable[[Packet, int, random.Random], list[bytes]]:
    """A network whose frames hold one whole packet of IPv4 each."""
    return lambda packet, number, chance: [frame(_ipv4(packet, number), packet.from_client, chance)]


def _ppp(inner: bytes) -> bytes:
    return struct.pack(">BBHHH", 0x11, 0, 7, len(inner) + 2, 0x21) + inner


def _tunnel(outer: bytes) -> bytes:
    return _ethernet(0x0800, outer)


def _gre(inner: bytes, from_client: bool, chance: random.Random) -> bytes:
    head = chance.choice((struct.pack(">HH", 0, 0x0800), struct.pack(">HHI", 0x2000, 0x0800, 77)))
    return _tunnel(_ipv4(Packet(from_client, _GRE, head + inner)))


def _vxlan(inner: bytes, from_client: bool, chance: random.Random) -> bytes:
    head = struct.pack(">II", 0x08 << 24, 4242 << 8)
    return _tunnel(_in_udp(from_client, chance.choice((4789, 8472, 12345)), head + _ethernet(0x0800, inner)))


def _geneve(inner: bytes, from_client: bool, chance: random.Random) -> bytes:
    head = struct.pack(">BBHI", 0, 0, 0x6558, 4242 << 8)
    return _tunnel(_in_udp(from_client, chance.choice((6081, 22222)), head + _ethernet(0x0800, inner)))


def _gtp(inner: bytes, from_client: bool, chance: random.Random) -> bytes:
    head = struct.pack(">BBHI", 0x30, 0xFF, len(inner), 99)
    return _tunnel(_in_udp(from_client, chance.choice((2152, 33333)), head + inner))


# Each makes the frames of one packet.
NETWORKS: dict[str, Callable[[Packet, int, random.Random], list[bytes]]] = {
    "plain": _link(lambda inner, *_: _ethernet(0x0800, inner)),
    "IPv6": lambda packet, number, _: [_ethernet(0x86DD, _ipv6(packet, number))],
    "IP fragments": lambda packet, number, chance: [
        _ethernet(0x0800, each) for each in _fragments(packet, number, chance)
    ],
    "VLAN": _link(lambda inner, *_: _ethernet(0x8100, struct.pack(">HH", 7, 0x0800) + inner)),
    "QinQ": _link(lambda inner, *_: _ethernet(0x88A8, struct.pack(">HHHH", 7, 0x8100, 9, 0x0800) + inner)),
    "MPLS": _link(lambda inner, *_: _ethernet(0x8847, struct.pack(">I", 77 << 12 | 0x140) + inner)),
    "PPPoE": _link(lambda inner, *_: _ethernet(0x8864, _ppp(inner))),
    "IP in IP": _link(lambda inner, way, _: _tunnel(_ipv4(Packet(way, _IPIP, inner)))),
    "6in4": lambda packet, number, _: [_tunnel(_ipv4(Packet(packet.from_client, _IPV6, _ipv6(packet, number))))],
    "GRE": _link(_gre),
    "VXLAN": _link(_vxlan),
    "Geneve": _link(_geneve),
    "GTP-U": _link(_gtp),
}


def capture(talks: Iterable[Conversation], segments: str, network: str, chance: random.Random) -> bytes:
    """A pcap file (Ethernet) of these conversations, one after the other. Packets are 1 ms apart."""
    number = count(1)
    return pcap(
        frame
        for at, talk in enumerate(talks)
        for packet in _TRANSPORTS[talk.transport](talk, 40000 + at, segments, chance)
        for frame in NETWORKS[network](packet, next(number), chance)
    )


def pcap(frames: Iterable[bytes]) -> bytes:
    """A pcap file of these Ethernet frames, 1 ms apart."""
    records = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 1)]
    for number, frame in enumerate(frames, 1):
        moment = (1_700_000_000 + number // 1000, number % 1000 * 1000)
        records.append(struct.pack("<IIII", *moment, len(frame), len(frame)) + frame)
    return b"".join(records)
