"""ESP with the NULL cipher (RFC 2410) around what is not followed, such as IPComp: it is known by its trailers."""

from __future__ import annotations

from overheard_capture.packets import assigned
from overheard_capture.packets.esp import ICVS, PADDING

# Next headers that are usual in ESP, and those that are assigned (https://www.iana.org/assignments/protocol-numbers).
_USUAL = {
    assigned.IPPROTO_ICMP,
    assigned.IPPROTO_IPV4,
    assigned.IPPROTO_TCP,
    assigned.IPPROTO_UDP,
    assigned.IPPROTO_IPV6,
    assigned.IPPROTO_GRE,
    assigned.IPPROTO_ICMPV6,
    assigned.IPPROTO_NONE,
    assigned.IPPROTO_OSPF,
    assigned.IPPROTO_ETHERIP,
    assigned.IPPROTO_IPCOMP,
    assigned.IPPROTO_L2TP,
    assigned.IPPROTO_SCTP,
    assigned.IPPROTO_UDPLITE,
    assigned.IPPROTO_MPLS,
    assigned.IPPROTO_ETHERNET,
}
_LAST_ASSIGNED = 147
# How many bits of a packet are as they must be: each byte of the padding and its length; and with a usual next header.
_PER_BYTE, _PER_USUAL = 8, 4
# So many are no coincidence, in any of the packets of an SPI.
_CERTAIN = 24
# The header, and the end of the trailer (RFC 4303, 2).
_SHORTEST = 10


class NullCipherTrailers:
    """The trailers of the packets of each SPI, as they would be without encryption (RFC 4303, 2.4 to 2.6)."""

    def __init__(self) -> None:
        # For each SPI, how many bits fit, by the length of the ICV. One that does not fit is left out from then on.
        self._fitting: dict[int, dict[int, int]] = {}

    def add(self, spi: int, packet: bytes) -> bool:
        """Add a packet. Returns whether those of its SPI are not encrypted."""
        fitting = self._fitting.setdefault(spi, dict.fromkeys(ICVS, 0))
        for icv in list(fitting):
            if bits := _fitting_bits(packet, len(packet) - icv):
                fitting[icv] += bits
            else:
                del fitting[icv]
        return max(fitting.values(), default=0) >= _CERTAIN


def _fitting_bits(packet: bytes, end: int) -> int:
    """How many bits of a trailer that ends there are as they must be; 0 if it is none."""
    if end < _SHORTEST:
        return 0
    padding, following = packet[end - 2], packet[end - 1]
    if following > _LAST_ASSIGNED or packet[max(end - 2 - padding, 0) : end - 2] != PADDING[:padding]:
        return 0
    return _PER_BYTE * (padding + 1) + (_PER_USUAL if following in _USUAL else 0)
