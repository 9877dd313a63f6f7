"""A pcapng file (draft-ietf-opsawg-pcapng) of IP packets, which is written while they are made."""

from __future__ import annotations

import errno
import os
import struct
import time
from typing import TYPE_CHECKING

from overheard_capture.recorder.blocks import INTERFACE, PACKET, SECTION, STATISTICS

if TYPE_CHECKING:
    from pathlib import Path

_BYTE_ORDER = 0x1A2B3C4D
# The link type of packets that begin with their IP header (LINKTYPE_RAW).
_RAW = 101
_OPTION_DROPPED, _OPTION_RECEIVED, _OPTION_END = 5, 4, 0


class PcapngFile:
    """A new file for packets of one interface. Whatever cannot be written raises OSError."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "wb", buffering=0, opener=_opened_for_its_owner)  # noqa: SIM115  (closed by `close`)
        self._packets = 0
        try:
            self._write(SECTION, struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1))
            self._write(INTERFACE, struct.pack("<HHI", _RAW, 0, 0))
        except OSError:
            self._file.close()
            raise

    def add(self, packet: bytes) -> None:
        """Add a packet, which begins with its IP header, at the time of now."""
        lengths = struct.pack("<II", len(packet), len(packet))
        self._write(PACKET, struct.pack("<I", 0) + _now() + lengths + packet)
        self._packets += 1

    def close(self, *, whole: bool) -> None:
        """Close the file. If it is whole, its last block says that no packet was dropped."""
        counts = (_OPTION_RECEIVED, self._packets), (_OPTION_DROPPED, 0)
        options = b"".join(struct.pack("<HHQ", code, 8, count) for code, count in counts)
        try:
            if whole:
                self._write(STATISTICS, struct.pack("<I", 0) + _now() + options + struct.pack("<HH", _OPTION_END, 0))
        finally:
            self._file.close()

    def _write(self, kind: int, body: bytes) -> None:
        """Write a block. A file that ends within a block is no whole recording."""
        body += bytes(-len(body) % 4)
        length = struct.pack("<I", len(body) + 12)
        block = struct.pack("<I", kind) + length + body + length
        if self._file.write(block) < len(block):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _opened_for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _now() -> bytes:
    """The time, as pcapng has it: the upper half of the microseconds since the epoch, and the lower half."""
    return struct.pack("<II", *divmod(time.time_ns() // 1000, 1 << 32))
