"""Builders of classic pcap files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from capture.frames import ETHERNET

if TYPE_CHECKING:
    pass


def pcap(order: str = "<", magic: int = 0xA1B2C3D4, link_type: int = ETHERNET) -> bytes:
    """A file with three packets, the last of them truncated."""
    more = bytes(8) if magic == 0xA1B2CD34 else b""
    content = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262_144, link_type)
    for ticks, data, original in ((1, b"first", 5), (2, b"", 0), (500_000, b"third", 9)):
        content += struct.pack(f"{order}IIII", 1_700_000_000, ticks, len(data), original) + more + data
    return content
