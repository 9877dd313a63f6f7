"""The blocks of a pcapng file of dumpcap, byte by byte as it wrote them: to leave frames out of a copy."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
# What stands at the end of a file that breaks off within a block.
REST = -1
# dumpcap writes in the byte order of the machine.
_HEADER = struct.Struct("=II")
# A statistics block of the first interface, with a drop count (isb_ifdrop) of 0.
_NO_DROPS = struct.pack("=IIIIIHHQHHI", STATISTICS, 40, 0, 0, 0, 5, 8, 0, 0, 0, 40)


def blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """The blocks of a file, each with its type. Bytes that are no whole block are the last one, of the type REST."""
    with path.open("rb") as file:
        while header := file.read(_HEADER.size):
            kind, length = _HEADER.unpack(header) if len(header) == _HEADER.size else (REST, 0)
            body = file.read(max(length - _HEADER.size, 0))
            if length < 12 or len(header) + len(body) < length:
                yield REST, header + body + file.read()
                return
            yield kind, header + body


class FrameChoice:
    """A file with the chosen frames of other files, each in a section of its own, of which none dropped any.

    What was dropped is told by the recording in which it was.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._head: list[bytes] = []
        self._begun = False
        self.size = 0

    def add(self, kind: int, block: bytes) -> None:
        """Add a section header, an interface, or a packet; of others nothing is kept."""
        if kind == SECTION:
            self.end_section()
            self._head = [block]
        elif kind == INTERFACE:
            self._head.append(block)
        elif kind == PACKET:
            if not self._begun:
                self._begun = True
                self._file.write(b"".join(self._head))
            self._file.write(block)
            self.size += len(block)

    def end_section(self) -> None:
        """End the section."""
        if self._begun:
            self._file.write(_NO_DROPS)
        self._begun = False
