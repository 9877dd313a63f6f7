"""Data of OpenVPN that is not encrypted, where it is no tunnel that is followed: it contains a packet all the same."""

from __future__ import annotations

from itertools import product

from overheard_capture.packets.tunnels import is_ip

# The lengths of an HMAC, and those of a number, which a static key has a time in, or fragments a header after.
_HMACS, _NUMBERS = (20, 32, 64, 0, 16, 28, 48), (4, 8, 0)
# Without compression, and where compression is allowed but not used. In the second case the byte that is replaced by
# this one stands at the end.
_FRAMED, _SWAPPED = 0xFA, 0xFB
_ETHERTYPES, _ADDRESSES, _ETHERNET, _VLAN = {b"\x08\0", b"\x86\xdd"}, 12, 14, b"\x81\0"
_SHORTEST, _LONGEST_PADDING = 20, 60


def clear_packet(data: bytes, header: int) -> tuple[int, bytes] | None:
    """Where in a data packet, whose header has `header` bytes, a frame or an IP packet is, and what it is."""
    for hmac, number in product(_HMACS, _NUMBERS):
        at = header + hmac + number
        if at + _SHORTEST > len(data):
            continue
        first = data[at]
        if first == _FRAMED and _is_packet(data[at + 1 :]):
            return at + 1, data[at + 1 :]
        if first == _SWAPPED and _is_packet(swapped := data[-1:] + data[at + 1 : -1]):
            return at, swapped
        # There is too little in the header of IPv6 to be certain without more.
        if (first >> 4 == 4 and is_ip(data, at, len(data))) or _is_frame(data, at):
            return at, data[at:]
    return None


def _is_packet(data: bytes) -> bool:
    return is_ip(data, 0, len(data)) or _is_frame(data, 0)


def _is_frame(data: bytes, at: int) -> bool:
    """Whether an Ethernet frame with an IP packet begins there."""
    if data[at + _ADDRESSES : at + _ETHERNET] == _VLAN:
        at += 4
    if data[at + _ADDRESSES : at + _ETHERNET] not in _ETHERTYPES:
        return False
    return is_ip(data, at + _ETHERNET, len(data), padded=len(data) - at <= _LONGEST_PADDING)
