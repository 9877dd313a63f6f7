"""Classic pcap (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, and Kuznetzov's variant."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from overheard.words.counting import count
from overheard_capture.captures.capture_format import (
    MAX_PACKET_LENGTH,
    IncompleteError,
    Interface,
    Layout,
    MalformedError,
    NextHeaderError,
)
from overheard_capture.captures.frame import Frame
from overheard_capture.captures.headers import PCAP_MAGICS, is_header

if TYPE_CHECKING:
    from overheard_capture.captures.capture_format import NonPacketBlocks

_FILE_HEADER = 24


class Pcap:
    """A classic pcap file. It has one interface, and no drop counts."""

    dropped: int | None = None

    def __init__(self, number: int, _: NonPacketBlocks) -> None:
        self.number, self.base = number, 0
        self.layout = Layout("pcap", "<", 16, ())

    def record(self, view: memoryview, offset: int, end: int) -> tuple[int, Frame | None]:
        """Read the packet at `offset`, or the file header if that was not read yet."""
        layout = self.layout
        if not layout.interfaces:
            return self._file_header(view, offset, end), None
        begins = offset + layout.header
        if begins > end:
            raise IncompleteError("the header of a packet", layout.header)
        seconds, ticks, captured, original = self._header.unpack_from(view, offset)
        # In the header of another capture these bytes are zeros, or the byte-order magic of pcapng.
        if (captured == 0 or captured > MAX_PACKET_LENGTH) and is_header(bytes(view[offset : offset + layout.header])):
            raise NextHeaderError
        if not (seconds or ticks or captured or original):
            # The rest of a file that was made larger, and not written, such as after a power failure.
            raise MalformedError(f"it has zeros instead of a packet at byte {self.base + offset}")
        if captured > MAX_PACKET_LENGTH:
            size = count(captured, "byte")
            raise MalformedError(f"its packet at byte {self.base + offset} declares a length of {size}")
        if begins + captured > end:
            raise IncompleteError("a packet", layout.header + captured)
        self.number += 1
        data = bytes(view[begins : begins + captured])
        return begins + captured, Frame(self.number, seconds + ticks / self._ticks, self._link_type, original, data)

    def _file_header(self, view: memoryview, offset: int, end: int) -> int:
        if end - offset < _FILE_HEADER:
            raise IncompleteError("the header of the file", _FILE_HEADER)
        order, ticks, header = PCAP_MAGICS[bytes(view[offset : offset + 4])]
        snap_length, link_type = struct.unpack_from(f"{order}II", view, offset + 16)
        # The upper 16 bits describe the frame check sequence.
        self._link_type, self._ticks = link_type & 0xFFFF, ticks
        self._header = struct.Struct(f"{order}IIII")
        self.layout = Layout("pcap", order, header, (Interface(self._link_type, snap_length, ticks),))
        return offset + _FILE_HEADER
