"""A user-space tunnel, which can also simulate a bad network.

Packets from the kernel enter at one end, cross the recorded wire in a given encapsulation, and leave at the other end.
So real conversations are recorded in all encapsulations, whether or not this kernel supports them.
"""

from __future__ import annotations

import fcntl
import os
import select
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from corpus.case import Missing
from corpus.headers import WRAPPERS, Way
from corpus.taps import ip

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.scene import Scene
    from corpus.taps import Side

# linux/if_tun.h: IP packets without a header before them.
_TUNSETIFF, _TUN, _NO_INFORMATION = 0x400454CA, 0x0001, 0x1000
_EVERYTHING = 0x0003  # ETH_P_ALL
_LARGEST = 1 << 16


class NetworkConditions:
    """The fate of packets that a client sends. This one delivers all of them."""

    def sent(self, packet: bytes) -> list[bytes]:
        """The packets to send over the wire, when this one arrives."""
        return [packet]

    def arrives(self, packet: bytes) -> bool:  # noqa: ARG002  (others look at it)
        """Whether a packet from the wire is delivered to the other end."""
        return True


class Tunnel:
    """A tunnel from the client side to the far side, over the wire. Its MTU is 1400 bytes."""

    def __init__(
        self, scene: Scene, kind: str = "plain", weather: NetworkConditions | None = None, mtu: int = 1400
    ) -> None:
        self.scene, self.weather = scene, weather or NetworkConditions()
        self._wrap = WRAPPERS[kind]
        tap, number = scene.tap, scene.number
        near, far = (bytes((2, 0x77, *divmod(number, 256), 0, end)) for end in (1, 2))
        here, here6 = (tap.client, scene.host), ("fd76::2", scene.host6)
        self._there, self._back = Way(near, far, here, here6), Way(far, near, here[::-1], here6[::-1])
        self._near = self._end(tap.clients, f"near{number}", (scene.ends, scene.ends6), mtu)
        self._far = self._end(tap.far, f"far{number}", (scene.ends[::-1], scene.ends6[::-1]), mtu)
        self._near_wire, self._far_wire = self._wire(tap.clients, tap.there), self._wire(tap.server, tap.here)
        self._stop, stopped = os.pipe()
        thread = scene.background(self._carry, stopped)
        scene.rest.callback(os.close, stopped)
        scene.rest.callback(thread.join)
        scene.rest.callback(os.close, self._stop)

    @property
    def host(self) -> str:
        """The IPv4 address at the far side."""
        return self.scene.ends[1]

    @property
    def host6(self) -> str:
        """The same for IPv6."""
        return self.scene.ends6[1]

    def _end(self, side: Side, name: str, ends: tuple[tuple[str, str], tuple[str, str]], mtu: int) -> int:
        """A TUN interface."""
        with side.entered():
            try:
                device = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
            except OSError as problem:
                raise Missing(f"no tunnel can be made: {problem}") from None
            self.scene.rest.callback(os.close, device)
            fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN | _NO_INFORMATION))
            (ours, theirs), (ours6, theirs6) = ends
            ip(f"link set {name} up mtu {mtu}")
            ip(f"addr add {ours} peer {theirs} dev {name}")
            ip(f"-6 addr add {ours6} peer {theirs6} dev {name} nodad")
        return device

    def _wire(self, side: Side, interface: str) -> socket.socket:
        with side.entered():
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_EVERYTHING))
        self.scene.rest.enter_context(wire)
        wire.bind((interface, _EVERYTHING))
        return wire

    def _carry(self, stopped: int) -> None:
        """Carry packets in both directions, until the other end of this pipe is closed."""
        ends: list[int | socket.socket] = [stopped, self._near, self._far, self._near_wire, self._far_wire]
        while True:
            ready, _, _ = select.select(ends, [], [])
            if stopped in ready:
                return
            if self._near in ready:
                for packet in self.weather.sent(os.read(self._near, _LARGEST)):
                    self._near_wire.send(self._wrap(self._there, packet))
            if self._far in ready:
                self._far_wire.send(self._wrap(self._back, os.read(self._far, _LARGEST)))
            if self._far_wire in ready:
                self._arrive(self._far_wire, self._there, self._far, self.weather.arrives)
            if self._near_wire in ready:
                self._arrive(self._near_wire, self._back, self._near, lambda _packet: True)

    def _arrive(self, wire: socket.socket, way: Way, end: int, arrives: Callable[[bytes], bool]) -> None:
        frame, (_, _, kind, *_) = wire.recvfrom(_LARGEST)
        if kind == socket.PACKET_OUTGOING or not frame.startswith(way.target + way.source):
            return
        packet = self._unwrapped(frame)
        if packet and arrives(packet):
            with suppress(OSError):
                os.write(end, packet)

    def _unwrapped(self, frame: bytes) -> bytes:
        """The kernel's packet in a frame, found by its addresses after any headers."""
        for version, ends, before in ((socket.AF_INET, self.scene.ends, 12), (socket.AF_INET6, self.scene.ends6, 8)):
            one, other = (socket.inet_pton(version, address) for address in ends)
            for addresses in (one + other, other + one):
                if (at := frame.find(addresses)) >= 0:
                    return frame[at - before :]
        return b""
