"""Fields of Ethernet and of ARP."""

from __future__ import annotations

from overheard.words.chapter import Reading
from overheard.words.fields.explanation import Explanation

_IEEE = "https://standards.ieee.org/ieee/802.3/10422/"
_FRAME = Reading("IEEE 802.3, clause 3.1", "the parts of an Ethernet frame", _IEEE)
_ADDRESS = Reading("IEEE 802.3, clause 3.2.3", "addresses, and the meaning of their first two bits", _IEEE)
_TYPE = Reading("IEEE 802.3, clause 3.2.6", "the field that is a length or a type", _IEEE)
_PAD = Reading("IEEE 802.3, clause 3.2.8", "why short frames are filled up", _IEEE)
_ARP = Reading("RFC 826, Packet format", "the fields of ARP", "https://www.rfc-editor.org/rfc/rfc826")

_RECORDED = Reading(
    "draft-ietf-opsawg-pcapng, section 4.3",
    "what a recording says of each packet",
    "https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/",
)
_EXPERT = Reading(
    "Wireshark User's Guide, Expert Information",
    "remarks, and how serious they are",
    "https://www.wireshark.org/docs/wsug_html_chunked/ChAdvExpert.html",
)

FIELDS = {
    "frame": Explanation("When and where the frame was recorded; none of its bytes say so.", _RECORDED),
    "_ws.expert": Explanation("A remark of Wireshark on this packet.", _EXPERT),
    "_ws.malformed": Explanation(
        "Here Wireshark could not read on: bytes are missing, or are not as expected.", _EXPERT
    ),
    "eth": Explanation("Ethernet takes a packet to the next machine on the same network.", _FRAME),
    "eth.dst": Explanation(
        "The hardware address (MAC address) of the network card that is to receive the frame; on the loopback "
        "interface, where no card is involved, it is zero.",
        _ADDRESS,
    ),
    "eth.src": Explanation("The hardware address (MAC address) of the network card that sent the frame.", _ADDRESS),
    "eth.dst.lg": Explanation("Whether the manufacturer gave the card this address, or somebody else did.", _ADDRESS),
    "eth.src.lg": Explanation("Whether the manufacturer gave the card this address, or somebody else did.", _ADDRESS),
    "eth.dst.ig": Explanation("Whether the frame is for one machine or for a group of them.", _ADDRESS),
    "eth.src.ig": Explanation("Always that of one machine: a group sends nothing.", _ADDRESS),
    "eth.type": Explanation("Which protocol the frame carries, such as IPv4, IPv6 or ARP.", _TYPE),
    "eth.padding": Explanation("Bytes without meaning, because a frame has at least 64 bytes.", _PAD),
    "eth.trailer": Explanation("Bytes behind the packet that the frame carries; they are no part of it.", _PAD),
    "eth.fcs": Explanation("A checksum with which the receiver finds out whether the frame was damaged.", _FRAME),
    "arp": Explanation("ARP finds the hardware address of a machine on the same network by its IP address.", _ARP),
    "arp.hw.type": Explanation("The kind of network, and so of hardware addresses: 1 is Ethernet.", _ARP),
    "arp.proto.type": Explanation("For which protocol's addresses the hardware address is looked up.", _ARP),
    "arp.hw.size": Explanation("How many bytes a hardware address has.", _ARP),
    "arp.proto.size": Explanation("How many bytes an address of the protocol has.", _ARP),
    "arp.opcode": Explanation("Whether this is a question (who has this address?) or an answer.", _ARP),
    "arp.src.hw_mac": Explanation("The hardware address of the sender. Nothing proves it: anybody can claim it.", _ARP),
    "arp.src.proto_ipv4": Explanation("The IP address of the sender.", _ARP),
    "arp.dst.hw_mac": Explanation("The hardware address of the receiver; zero in a question, which asks for it.", _ARP),
    "arp.dst.proto_ipv4": Explanation("The IP address whose owner is asked, or is answered.", _ARP),
}
