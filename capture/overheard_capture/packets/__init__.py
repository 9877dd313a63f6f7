"""Packets: frames are decapsulated to TCP segments, UDP datagrams, SCTP messages, and packets of other kinds.

A promise: packets are dissected one at a time, IP fragments and SCTP chunks reassembled; no state of a stream is kept.
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
    frame_addresses,
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
    "frame_addresses",
    "payload_origin",
]
