"""Tunnels, tags and labels: a conversation of two segments, each with half of the secret."""

from __future__ import annotations

import socket
import time
from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, harmless, leak
from corpus.headers import WRAPPERS
from corpus.packed import gz, page
from corpus.tunnel import NetworkConditions, Tunnel

if TYPE_CHECKING:
    from corpus.scene import Scene

_TCP, _ICMP6 = 6, 58


def said(
    *parts: bytes,
    kind: str = "plain",
    six: bool = False,
    weather: type[NetworkConditions] = NetworkConditions,
    scene: Scene,
) -> bytes:
    """Data in segments, through a tunnel, optionally with a bad network. Returns the concatenated segments."""
    tunnel = Tunnel(scene, kind, weather())
    host = tunnel.host6 if six else tunnel.host
    got = []

    def talk(connection: socket.socket) -> None:
        while data := connection.recv(4096):
            got.append(data)

    scene.serve(talk, 7000, host, scene.tap.far)
    client = scene.connect(7000, host)
    for part in parts:
        client.sendall(part)
        # Segments that wait for the congestion window would be merged.
        time.sleep(0.003)
    client.shutdown(socket.SHUT_WR)
    client.recv(9)
    assert b"".join(got) == b"".join(parts)
    return FLUFFY.encode()


def datagram(
    payload: bytes,
    wire: bytes,
    *,
    six: bool = False,
    weather: type[NetworkConditions] = NetworkConditions,
    scene: Scene,
) -> bytes:
    """A datagram larger than the MTU, which is fragmented."""
    tunnel = Tunnel(scene, "plain", weather())
    host = tunnel.host6 if six else tunnel.host
    family = socket.AF_INET6 if six else socket.AF_INET
    with scene.tap.far.entered():
        receiver = socket.socket(family, socket.SOCK_DGRAM)
    with receiver, socket.socket(family, socket.SOCK_DGRAM) as client:
        receiver.bind((host, 9999))
        receiver.settimeout(10)
        client.sendto(payload, (host, 9999))
        assert receiver.recv(1 << 16) == payload
    return wire


def _data(packet: bytes) -> bool:
    """Whether a packet has data: a segment with a payload, a datagram, or a fragment."""
    six = packet[0] >> 4 == 6
    protocol, header = (packet[6], 40) if six else (packet[9], 20)
    if protocol == _TCP:
        return len(packet) > header + (packet[header + 12] >> 4) * 4
    return protocol != _ICMP6


class Swapping(NetworkConditions):
    """The first packet with data is delivered after the second."""

    def __init__(self) -> None:
        self._held: bytes | None = None
        self._done = False

    def sent(self, packet: bytes) -> list[bytes]:
        if not self._done and _data(packet):
            if self._held is None:
                self._held = packet
                return []
            self._done = True
            return [packet, self._held]
        return [packet]


class Doubling(NetworkConditions):
    """Every packet is duplicated."""

    def sent(self, packet: bytes) -> list[bytes]:
        return [packet, packet]


class LosingAfterTap(NetworkConditions):
    """The first packet with data is lost after the wire, and so retransmitted."""

    losses = 1

    def __init__(self) -> None:
        self._left = self.losses

    def arrives(self, packet: bytes) -> bool:
        if not self._left or not _data(packet):
            return True
        self._left -= 1
        return False


class LosingFour(LosingAfterTap):
    """The first four are lost after the wire: retransmissions have other segment boundaries."""

    losses = 4


class LosingBeforeTap(NetworkConditions):
    """The first packet with data is lost before the wire, and so arrives late."""

    def __init__(self) -> None:
        self._lost = False

    def sent(self, packet: bytes) -> list[bytes]:
        if self._lost or not _data(packet):
            return [packet]
        self._lost = True
        return []


_HALVES = (b"the word is fluf", b"fy tail, you know")
_OTHER = (b"the word is fluf", b"fy nail, you know")
_FOUR = (b"the word is f", b"luf", b"fy ta", b"il, you know")


def _across(first: int, secret: bytes = FLUFFY.encode()) -> bytes:
    """A long payload, with the first four bytes of the secret before a fragment boundary."""
    return (b"acorn" * 1000)[: first - 4] + secret + b"beech" * 400


# The size of the payload in the first fragment: a multiple of eight, minus the UDP header.
_FIRST, _FIRST6 = (1400 - 20) // 8 * 8 - 8, (1400 - 40 - 8) // 8 * 8 - 8

CASES = [
    *(leak(f"tunnel-{kind}", partial(said, *_HALVES, kind=kind)) for kind in WRAPPERS),
    leak("tunnel-6-in-4", partial(said, *_HALVES, kind="ip-in-ip", six=True)),
    leak("tunnel-6-in-6", partial(said, *_HALVES, kind="ip-in-ip6", six=True)),
    leak("tunnel-6-pppoe", partial(said, *_HALVES, kind="pppoe", six=True)),
    leak("tunnel-6-vlan", partial(said, *_HALVES, kind="vlan", six=True)),
    leak("out-of-order", partial(said, *_HALVES, weather=Swapping)),
    leak("out-of-order-6", partial(said, *_HALVES, six=True, weather=Swapping)),
    leak("duplicated", partial(said, *_HALVES, weather=Doubling)),
    leak("retransmitted", partial(said, *_HALVES, weather=LosingAfterTap)),
    leak("retransmitted-in-other-segments", partial(said, *_FOUR, weather=LosingFour)),
    leak("lost-and-sent-again", partial(said, *_FOUR, weather=LosingBeforeTap)),
    leak("out-of-order-gre", partial(said, *_HALVES, kind="gre", weather=Swapping)),
    leak("duplicated-vlan", partial(said, *_HALVES, kind="vlan", weather=Doubling)),
    leak("fragments", partial(datagram, _across(_FIRST), b"fluf")),
    leak("fragments-6", partial(datagram, _across(_FIRST6), b"fluf", six=True)),
    leak("fragments-out-of-order", partial(datagram, _across(_FIRST), b"fluf", weather=Swapping)),
    leak("fragments-6-out-of-order", partial(datagram, _across(_FIRST6), b"fluf", six=True, weather=Swapping)),
    leak("fragments-duplicated", partial(datagram, _across(_FIRST), b"fluf", weather=Doubling)),
    leak("fragments-gzip", partial(datagram, gz(page(lines=900)), gz(page(lines=900))), "gzip"),
    *(
        harmless(f"tunnel-{kind}-other-word", partial(said, *_OTHER, kind=kind))
        for kind in ("vlan", "gre", "vxlan", "ip-in-ip", "mpls")
    ),
    harmless("tunnel-6-other-word", partial(said, *_OTHER, kind="ip-in-ip", six=True)),
    # In wire order, the segments would spell the secret.
    harmless("out-of-order-only", partial(said, b"fy tail, and nothing else.", b"the fluf", weather=Swapping)),
    harmless("duplicated-other-word", partial(said, b"fluffy", b"y tail", weather=Doubling)),
    harmless("retransmitted-other-word", partial(said, *_OTHER, weather=LosingAfterTap)),
    harmless("fragments-other-word", partial(datagram, _across(_FIRST, b"flufty tail"), b"")),
    harmless(
        "fragments-out-of-order-only",
        partial(
            datagram,
            b"fy tail" + b"a" * (_FIRST - 12) + b"acorn" + b"b" * (_FIRST - 20) + b"fluf",
            b"",
            weather=Swapping,
        ),
    ),
]
