"""Encapsulations of packets in tunnels, tags and labels, one entry each."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import NamedTuple

_IPV4, _IPV6, _VLAN, _QINQ, _MPLS, _PPPOE = 0x0800, 0x86DD, 0x8100, 0x88A8, 0x8847, 0x8864
_IN_IP, _IN_IP6, _UDP, _GRE = 4, 41, 17, 47
_VXLAN, _GENEVE = 4789, 6081
_ETHERNET_IN_GRE = 0x6558


class Way(NamedTuple):
    """Source and target: MAC addresses, and the outer IP addresses of the tunnel."""

    source: bytes
    target: bytes
    outer: tuple[str, str]
    outer6: tuple[str, str]


def _kind(packet: bytes) -> int:
    return _IPV6 if packet[0] >> 4 == 6 else _IPV4


def ethernet(way: Way, kind: int, payload: bytes) -> bytes:
    """An Ethernet frame."""
    return way.target + way.source + struct.pack(">H", kind) + payload


def _sum(words: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(words) // 2}H", words))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def _in_ipv4(way: Way, protocol: int, payload: bytes) -> bytes:
    source, target = (socket.inet_aton(address) for address in way.outer)
    head = struct.pack(">BBHIBBH", 0x45, 0, 20 + len(payload), 0, 64, protocol, 0) + source + target
    return ethernet(way, _IPV4, head[:10] + struct.pack(">H", _sum(head)) + head[12:] + payload)


def _in_ipv6(way: Way, protocol: int, payload: bytes) -> bytes:
    source, target = (socket.inet_pton(socket.AF_INET6, address) for address in way.outer6)
    return ethernet(way, _IPV6, struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + source + target + payload)


def _in_udp(way: Way, port: int, payload: bytes) -> bytes:
    # No checksum, as RFC 7348 recommends.
    return _in_ipv4(way, _UDP, struct.pack(">HHHH", 50000, port, 8 + len(payload), 0) + payload)


def _inner(way: Way, packet: bytes) -> bytes:
    """The packet in an Ethernet frame of its own, with other MAC addresses."""
    return ethernet(way._replace(source=b"\x02\0\0\0\0\x11", target=b"\x02\0\0\0\0\x12"), _kind(packet), packet)


def _plain(way: Way, packet: bytes) -> bytes:
    return ethernet(way, _kind(packet), packet)


def _vlan(way: Way, packet: bytes) -> bytes:
    return ethernet(way, _VLAN, struct.pack(">HH", 77, _kind(packet)) + packet)


def _qinq(way: Way, packet: bytes) -> bytes:
    return ethernet(way, _QINQ, struct.pack(">HHHH", 7, _VLAN, 77, _kind(packet)) + packet)


def _mpls(way: Way, packet: bytes) -> bytes:
    # Two labels; the second is the bottom of the stack.
    return ethernet(way, _MPLS, struct.pack(">II", 777 << 12 | 64, 778 << 12 | 1 << 8 | 64) + packet)


def _pppoe(way: Way, packet: bytes) -> bytes:
    inside = 0x57 if _kind(packet) == _IPV6 else 0x21
    return ethernet(way, _PPPOE, struct.pack(">BBHHH", 0x11, 0, 7, len(packet) + 2, inside) + packet)


def _gre(way: Way, packet: bytes) -> bytes:
    return _in_ipv4(way, _GRE, struct.pack(">HH", 0, _kind(packet)) + packet)


def _gre_with_key(way: Way, packet: bytes) -> bytes:
    return _in_ipv4(way, _GRE, struct.pack(">HHI", 0x2000, _kind(packet), 77) + packet)


def _gre_of_ethernet(way: Way, packet: bytes) -> bytes:
    return _in_ipv4(way, _GRE, struct.pack(">HH", 0, _ETHERNET_IN_GRE) + _inner(way, packet))


def _ipip(way: Way, packet: bytes) -> bytes:
    return _in_ipv4(way, _IN_IP6 if _kind(packet) == _IPV6 else _IN_IP, packet)


def _ip_in_ip6(way: Way, packet: bytes) -> bytes:
    return _in_ipv6(way, _IN_IP6 if _kind(packet) == _IPV6 else _IN_IP, packet)


def _vxlan(way: Way, packet: bytes) -> bytes:
    return _in_udp(way, _VXLAN, struct.pack(">II", 1 << 27, 77 << 8) + _inner(way, packet))


def _vlan_in_vxlan(way: Way, packet: bytes) -> bytes:
    return _in_udp(way, _VXLAN, struct.pack(">II", 1 << 27, 77 << 8) + _vlan(way, packet))


def _geneve(way: Way, packet: bytes) -> bytes:
    return _in_udp(way, _GENEVE, struct.pack(">HHI", 0, _ETHERNET_IN_GRE, 77 << 8) + _inner(way, packet))


def _gre_in_vlan(way: Way, packet: bytes) -> bytes:
    frame = _gre(way, packet)
    return frame[:12] + struct.pack(">HH", _VLAN, 77) + frame[12:]


Wrapper = Callable[[Way, bytes], bytes]

WRAPPERS: dict[str, Wrapper] = {
    "plain": _plain,
    "vlan": _vlan,
    "qinq": _qinq,
    "mpls": _mpls,
    "pppoe": _pppoe,
    "gre": _gre,
    "gre-key": _gre_with_key,
    "gre-ethernet": _gre_of_ethernet,
    "ip-in-ip": _ipip,
    "ip-in-ip6": _ip_in_ip6,
    "vxlan": _vxlan,
    "vxlan-vlan": _vlan_in_vxlan,
    "geneve": _geneve,
    "gre-in-vlan": _gre_in_vlan,
}
