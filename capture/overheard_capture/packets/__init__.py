"""What frames carry: TCP segments, UDP datagrams, messages of SCTP, and whatever else, whatever they are wrapped in.

It looks at one packet after the other, and puts those together that were sent in parts; of streams it knows nothing.
"""

from overheard_capture.packets.dissector import Dissector
from overheard_capture.packets.types import (
    ACK,
    FIN,
    RST,
    SYN,
    Control,
    Datagram,
    Endpoint,
    Fragment,
    Other,
    Packet,
    SctpMessage,
    Segment,
    names,
    payload_origin,
)

__all__ = [
    "ACK",
    "FIN",
    "RST",
    "SYN",
    "Control",
    "Datagram",
    "Dissector",
    "Endpoint",
    "Fragment",
    "Other",
    "Packet",
    "SctpMessage",
    "Segment",
    "names",
    "payload_origin",
]
