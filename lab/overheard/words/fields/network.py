"""Fields of IPv4, IPv6, ICMP and UDP."""

from __future__ import annotations

from overheard.words.chapter import Reading, rfc
from overheard.words.fields.explanation import Explanation

_IPV4 = rfc(791, "3.1", "the header of IPv4, field by field")
_FRAGMENTS = rfc(791, "3.2", "how a packet is cut into fragments, and put together")
_DIFFERENTIATED = rfc(2474, "3", "the field for classes of traffic")
_CONGESTION = rfc(3168, "5", "how a router tells of congestion without dropping a packet")
_IPV6 = rfc(8200, "3", "the header of IPv6, field by field")
_FLOW = rfc(6437, "2", "the flow label")
_UDP = Reading("RFC 768, Fields", "the four fields of UDP", "https://www.rfc-editor.org/rfc/rfc768")
_ICMP = rfc(1122, "3.2.2", "the messages of ICMP, and what a host does with each")
_ICMPV6 = rfc(4443, "2.1", "the general format of ICMPv6")
_GROUPS = rfc(3376, "4", "the messages with which hosts join groups")

FIELDS = {
    "ip": Explanation("IPv4 takes a packet from network to network, to the machine with an address.", _IPV4),
    "ip.version": Explanation("Which version of IP the packet is: 4.", _IPV4),
    "ip.hdr_len": Explanation(
        "How long this header is, in units of 4 bytes; it is longer than 20 bytes only if it has options.", _IPV4
    ),
    "ip.dsfield": Explanation("How routers should treat the packet, such as before others.", _DIFFERENTIATED),
    "ip.dsfield.dscp": Explanation("The class of traffic; 0 is the usual one.", _DIFFERENTIATED),
    "ip.dsfield.ecn": Explanation(
        "Whether sender and receiver understand warnings of congestion, and whether a router gave one.", _CONGESTION
    ),
    "ip.len": Explanation("How long the packet is, with this header, in bytes.", _IPV4),
    "ip.id": Explanation("A number by which the fragments of one packet are recognised.", _FRAGMENTS),
    "ip.flags": Explanation("Whether the packet may be cut into fragments, and whether more of them follow.", _IPV4),
    "ip.flags.rb": Explanation("A bit that has no meaning, and is 0.", _IPV4),
    "ip.flags.df": Explanation(
        "Forbids routers to cut the packet: one that cannot pass it on whole drops it, and says so.", _IPV4
    ),
    "ip.flags.mf": Explanation("Says that this is a fragment, and that others of its packet follow.", _FRAGMENTS),
    "ip.frag_offset": Explanation("At which byte of the whole packet this fragment begins.", _FRAGMENTS),
    "ip.ttl": Explanation(
        "How many routers may still pass the packet on; each subtracts 1, so that no packet goes round for ever.", _IPV4
    ),
    "ip.proto": Explanation("Which protocol the packet carries, such as TCP (6) or UDP (17).", _IPV4),
    "ip.checksum": Explanation(
        "Shows damage to this header. It protects against errors, not against a spy, who can compute it anew.", _IPV4
    ),
    "ip.checksum.status": Explanation("Whether Wireshark checked the checksum.", _IPV4),
    "ip.src": Explanation(
        "The address of the sender, which every eavesdropper on the way sees, with TLS too.",
        _IPV4,
    ),
    "ip.dst": Explanation(
        "The address of the receiver. Routers need it, so it cannot be encrypted.",
        _IPV4,
    ),
    "ip.options": Explanation("Rarely used additions to the header.", _IPV4),
    "ip.fragments": Explanation("The fragments of which the packet was put together.", _FRAGMENTS),
    "ip.reassembled.data": Explanation("The packet that was put together of its fragments.", _FRAGMENTS),
    "ipv6": Explanation("IPv6 takes a packet from network to network, to the machine with an address.", _IPV6),
    "ipv6.version": Explanation("Which version of IP the packet is: 6.", _IPV6),
    "ipv6.tclass": Explanation("How routers should treat the packet, and warnings of congestion.", _IPV6),
    "ipv6.flow": Explanation("A number that the packets of one conversation share, for routers.", _FLOW),
    "ipv6.plen": Explanation("How many bytes follow this header.", _IPV6),
    "ipv6.nxt": Explanation("Which protocol, or which further header, comes next.", _IPV6),
    "ipv6.hlim": Explanation("How many routers may still pass the packet on; each subtracts 1.", _IPV6),
    "ipv6.src": Explanation(
        "The address of the sender, which every eavesdropper on the way sees, with TLS too.",
        _IPV6,
    ),
    "ipv6.dst": Explanation("The address of the receiver. Routers need it, so it cannot be encrypted.", _IPV6),
    "icmp": Explanation("ICMP carries errors and questions of IP itself, such as those of ping.", _ICMP),
    "icmpv6": Explanation("ICMPv6 carries errors and questions of IPv6, and finds its neighbours.", _ICMPV6),
    "igmp": Explanation("IGMP says which groups of receivers (multicast) a machine belongs to.", _GROUPS),
    "udp": Explanation(
        "UDP carries single messages between two programs; unlike TCP, it does not send again what is lost.", _UDP
    ),
    "udp.srcport": Explanation("The number of the program that sent the message, on its machine.", _UDP),
    "udp.dstport": Explanation("The number of the program that is to get the message, on its machine.", _UDP),
    "udp.length": Explanation("How long the message is, with these 8 bytes before it.", _UDP),
    "udp.checksum": Explanation("Shows damage to header and message.", _UDP),
    "udp.checksum.status": Explanation("Whether Wireshark checked the checksum.", _UDP),
    "udp.stream": Explanation("Wireshark's own number for the conversation.", _UDP),
    "udp.time_relative": Explanation("Wireshark's own measurement of time.", _UDP),
    "udp.time_delta": Explanation("Wireshark's own measurement of time.", _UDP),
    "udp.payload": Explanation("The message that UDP carries.", _UDP),
    "udp.possible_traceroute": Explanation(
        "A guess of Wireshark, because the packet may pass few routers only; the lab's marks may pass one.", _UDP
    ),
    "data": Explanation(
        "Bytes of a protocol that Wireshark does not know. In the lab's recordings these are marks: by them the "
        "recorder shows that nothing is missing between the first and the last.",
        _UDP,
    ),
}
