"""pcapng (draft-ietf-opsawg-pcapng): packets, drop counts and decryption secrets."""

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
from overheard_capture.captures.drops import Drops
from overheard_capture.captures.frame import Frame
from overheard_capture.captures.headers import BYTE_ORDERS, is_header

if TYPE_CHECKING:
    from overheard_capture.captures.capture_format import NonPacketBlocks

_SECTION, _INTERFACE, _OBSOLETE, _SIMPLE, _STATISTICS, _ENHANCED, _SECRETS = 0x0A0D0D0A, 1, 2, 3, 5, 6, 10
_SKIPPED = {4: "name resolution", 9: "systemd journal", 0xBAD: "custom", 0x40000BAD: "custom"}
_COMMON = {_INTERFACE, _SIMPLE, _STATISTICS, _ENHANCED}
# Option codes of interface descriptions, interface statistics, and packets.
_RESOLUTION, _EPOCH = 9, 14
_DROPPED_BY_INTERFACE, _DROPPED_BY_OS = 5, 7
_LOST_BEFORE = 4
_TLS_KEY_LOG = 0x544C534B
# Each interface takes memory. A layout has the first ones, so that a file of nothing but interfaces takes linear time.
_MAX_INTERFACES, _LAID_OUT = 65_536, 64


class Pcapng:
    """A pcapng file."""

    def __init__(self, number: int, non_packets: NonPacketBlocks) -> None:
        self.number, self.base = number, 0
        self._non_packets, self._drops = non_packets, Drops()
        self._begin_section("<")

    def _begin_section(self, order: str) -> None:
        self._order = order
        self._block_header, self._word = struct.Struct(f"{order}II"), struct.Struct(f"{order}I")
        self._packet = struct.Struct(f"{order}IIIII")
        self._interfaces: list[Interface] = []

    @property
    def layout(self) -> Layout:
        """The layout of this section's packets, with the first interfaces described so far."""
        return Layout("pcapng", self._order, 28, tuple(self._interfaces[:_LAID_OUT]))

    @property
    def dropped(self) -> int | None:
        """The number of dropped packets that the recorder reported so far."""
        return self._drops.count

    def record(self, view: memoryview, offset: int, end: int) -> tuple[int, Frame | None]:
        """Read the block at `offset`."""
        if end - offset < 12:
            raise IncompleteError("a block header", 12)
        kind, length = self._block_header.unpack_from(view, offset)
        if kind == _SECTION:
            order = BYTE_ORDERS.get(bytes(view[offset + 8 : offset + 12]))
            if not order:
                raise MalformedError(f"its section at byte {self.base + offset} has no byte-order magic")
            (length,) = struct.unpack_from(f"{order}I", view, offset + 4)
        else:
            order = self._order
            if kind not in _COMMON and is_header(bytes(view[offset : offset + 16])):
                raise NextHeaderError
        if length < 12 or length % 4 or length > MAX_PACKET_LENGTH + 64:
            raise MalformedError(f"its block at byte {self.base + offset} declares a length of {count(length, 'byte')}")
        after = offset + length
        if after > end:
            raise IncompleteError("a block", length)
        if struct.unpack_from(f"{order}I", view, after - 4)[0] != length:
            raise MalformedError(f"its block at byte {self.base + offset} has two different lengths")
        try:
            if kind == _ENHANCED:
                return after, self._enhanced(view, offset + 8, after - 4)
            return after, self._other(kind, order, view[offset + 8 : after - 4])
        except (struct.error, IndexError):
            raise MalformedError(f"its block at byte {self.base + offset} is malformed") from None

    def _other(self, kind: int, order: str, body: memoryview) -> Frame | None:
        if kind == _SECTION:
            self._drops.begin_section()
            self._begin_section(order)
        elif kind == _INTERFACE:
            self._interface(body)
        elif kind == _SIMPLE:
            return self._simple(body)
        elif kind == _OBSOLETE:
            return self._obsolete(body)
        elif kind == _STATISTICS:
            self._statistics(body)
        elif kind == _SECRETS:
            self._decryption_secrets(body)
        else:
            self._non_packets.skipped[_SKIPPED.get(kind, "unknown")] += 1
        return None

    def _enhanced(self, view: memoryview, at: int, end: int) -> Frame:
        index, high, low, captured, original = self._packet.unpack_from(view, at)
        link_type, _, ticks, epoch = self._interfaces[index]
        begins = at + 20
        after = begins + captured
        if after > end:
            raise IndexError
        if end - after >= 4:
            self._lost_before(view[after + -captured % 4 : end])
        return self._frame(epoch + (high << 32 | low) / ticks, link_type, original, view[begins:after])

    def _lost_before(self, options: memoryview) -> None:
        if count := _options(self._order, options).get(_LOST_BEFORE):
            self._drops.add_lost(struct.unpack(f"{self._order}Q", count)[0])

    def _obsolete(self, body: memoryview) -> Frame:
        index, lost, high, low, captured, original = struct.unpack_from(f"{self._order}HHIIII", body)
        interface = self._interfaces[index]
        if captured > len(body) - 20:
            raise IndexError
        # 0xFFFF means that the number is unknown.
        if lost != 0xFFFF:
            self._drops.add_lost(lost)
        time = interface.epoch + (high << 32 | low) / interface.ticks
        return self._frame(time, interface.link_type, original, body[20 : 20 + captured])

    def _simple(self, body: memoryview) -> Frame:
        (original,) = self._word.unpack_from(body)
        interface = self._interfaces[0]
        captured = min(original, interface.snap_length or original, len(body) - 4)
        return self._frame(0.0, interface.link_type, original, body[4 : 4 + captured])

    def _frame(self, time: float, link_type: int, original: int, data: memoryview) -> Frame:
        self.number += 1
        return Frame(self.number, time, link_type, original, bytes(data))

    def _interface(self, body: memoryview) -> None:
        if len(self._interfaces) >= _MAX_INTERFACES:
            raise IndexError
        link_type, _, snap_length = struct.unpack_from(f"{self._order}HHI", body)
        options = _options(self._order, body[8:])
        resolution = options.get(_RESOLUTION, b"\x06")[0]
        ticks = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
        (epoch,) = struct.unpack(f"{self._order}q", options.get(_EPOCH, bytes(8)))
        self._interfaces.append(Interface(link_type, snap_length, ticks, epoch))
        self._drops.add_interface()

    def _statistics(self, body: memoryview) -> None:
        (index,) = self._word.unpack_from(body)
        options = _options(self._order, body[12:])
        counts = [options[code] for code in (_DROPPED_BY_INTERFACE, _DROPPED_BY_OS) if code in options]
        if counts:
            self._drops.report(index, sum(struct.unpack(f"{self._order}Q", count)[0] for count in counts))

    def _decryption_secrets(self, body: memoryview) -> None:
        kind, length = self._block_header.unpack_from(body)
        if length > len(body) - 8:
            raise IndexError
        if kind == _TLS_KEY_LOG:
            self._non_packets.keep(bytes(body[8 : 8 + length]))
        else:
            self._non_packets.skipped["decryption secrets"] += 1


def _options(order: str, body: memoryview) -> dict[int, bytes]:
    options: dict[int, bytes] = {}
    offset = 0
    while offset + 4 <= len(body):
        code, length = struct.unpack_from(f"{order}HH", body, offset)
        if code == 0:
            break
        options[code] = bytes(body[offset + 4 : offset + 4 + length])
        offset += 4 + -(-length // 4) * 4
    return options
