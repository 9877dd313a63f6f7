"""Dissection up to the transport: frames become TCP segments, UDP datagrams and SCTP messages, through any tunnel.

Packets are dissected one at a time. IP fragments and SCTP chunks are reassembled; TCP streams are not.
"""

from overheard_capture.packets.dissector import Dissector
from overheard_capture.packets.types import (
    ACK,
    FIN,
    ROWS,
    RST,
    SYN,
    URG,
    Control,
    Datagram,
    Endpoint,
    Fragment,
    HeaderOption,
    IcmpData,
    Numbers,
    Other,
    Packet,
    Quoted,
    SctpMessage,
    Segment,
    frame_addresses,
    payload_origin,
)

__all__ = [
    "ACK",
    "FIN",
    "ROWS",
    "RST",
    "SYN",
    "URG",
    "Control",
    "Datagram",
    "Dissector",
    "Endpoint",
    "Fragment",
    "HeaderOption",
    "IcmpData",
    "Numbers",
    "Other",
    "Packet",
    "Quoted",
    "SctpMessage",
    "Segment",
    "frame_addresses",
    "payload_origin",
]
