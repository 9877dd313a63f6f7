"""The headers of pcap and pcapng files, by which a capture is recognised: at its beginning, or behind another one."""

from __future__ import annotations

import struct

# By magic number: ticks per second, and the length of a packet's header.
_KINDS = {0xA1B2C3D4: (10**6, 16), 0xA1B23C4D: (10**9, 16), 0xA1B2CD34: (10**6, 24)}
PCAP_MAGICS = {struct.pack(f"{order}I", magic): (order, *kind) for magic, kind in _KINDS.items() for order in "<>"}
PCAPNG_MAGIC = b"\x0a\x0d\x0d\x0a"
BYTE_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
# What follows the magic of pcap: the version, and the time zone and accuracy, which are always 0.
_CONSTANTS = {order: struct.pack(f"{order}HHII", 2, 4, 0, 0) for order in "<>"}


def is_header(head: bytes) -> bool:
    """Whether a capture begins so. Its first 16 bytes are looked at."""
    if head[:4] == PCAPNG_MAGIC:
        return head[8:12] in BYTE_ORDERS
    kind = PCAP_MAGICS.get(head[:4])
    return kind is not None and head[4:16] == _CONSTANTS[kind[0]]
