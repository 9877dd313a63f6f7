"""What opaque datagrams may be, by their headers alone. A guess excuses nothing: it only helps to find out."""

from __future__ import annotations

_RTP_HEADER_LENGTH, _RTCP = 12, range(192, 224)
_WIREGUARD_DATA, _SHORTEST_WIREGUARD = bytes((4, 0, 0, 0)), 32


def guess(data: bytes) -> str:
    """In words, for a reason; empty if there is none."""
    if data.startswith(_WIREGUARD_DATA) and len(data) >= _SHORTEST_WIREGUARD:
        return "perhaps WireGuard, but its handshake was not captured"
    if data[0] & 0xEF in (0x80, 0xA0) and len(data) > _RTP_HEADER_LENGTH and data[1] not in _RTCP:
        return "perhaps RTP or SRTP: without a DTLS handshake in this flow, nothing shows whether it is encrypted"
    return ""
