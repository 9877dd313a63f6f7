"""Reads pcapng files (draft-ietf-opsawg-pcapng): the frames, and what the recorder wrote about itself."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SECTION, _INTERFACE, _OBSOLETE, _SIMPLE, _STATISTICS, _ENHANCED = 0x0A0D0D0A, 1, 2, 3, 5, 6
_BYTE_ORDERS = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_TIME_RESOLUTION = 9
_DROPPED_BY_INTERFACE, _DROPPED_BY_OS = 5, 7


@dataclass(frozen=True)
class Frame:
    """One frame as it was captured. `number` counts from 1; `time` is in seconds since the epoch."""

    number: int
    time: float
    link_type: int
    original_length: int
    data: bytes

    @property
    def cut_short(self) -> bool:
        """Whether the wire had more of it than the file has."""
        return len(self.data) < self.original_length


@dataclass
class Capture:
    """What a pcapng file holds.

    `dropped` counts the packets that the recorder says it lost, and is None where it closed the file without saying, or
    never closed it. `damage` says where and how the file breaks off; it is empty for a file that ends as it should.
    """

    frames: list[Frame] = field(default_factory=list)
    dropped: int | None = None
    damage: str = ""


@dataclass
class _Interface:
    link_type: int
    snap_length: int
    ticks_per_second: int


def read(path: Path) -> Capture:
    """Read the whole file; what stands before damage is kept.

    Raises UnreadableError when it is not a pcapng file at all.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UnreadableError(f"{path.name} cannot be read: {problem.strerror}") from None
    if not content:
        raise UnreadableError(f"{path.name} is empty", hint="a recorder that is killed leaves such a file")
    if content[:4] != struct.pack("<I", _SECTION):
        raise UnreadableError(
            f"{path.name} is not a pcapng file", hint="record with dumpcap, or convert with editcap -F pcapng"
        )
    capture = Capture()
    try:
        _read_blocks(content, capture)
    except _DamagedError as damage:
        capture.damage = str(damage)
    return capture


class _DamagedError(Exception):
    pass


def _blocks(content: bytes) -> Iterator[tuple[str, int, int, memoryview]]:
    """Byte order, type, offset and body of each block."""
    view, offset, order = memoryview(content), 0, "<"
    while offset < len(content):
        if len(content) - offset < 12:
            raise _DamagedError(f"it breaks off inside a block header at byte {offset}")
        if content[offset : offset + 4] == struct.pack("<I", _SECTION):
            magic = content[offset + 8 : offset + 12]
            if magic not in _BYTE_ORDERS:
                raise _DamagedError(f"its section at byte {offset} has no byte-order magic")
            order = _BYTE_ORDERS[magic]
        kind, length = struct.unpack_from(f"{order}II", content, offset)
        if length < 12 or length % 4:
            raise _DamagedError(f"its block at byte {offset} says that it has {length} bytes")
        if offset + length > len(content):
            raise _DamagedError(f"it breaks off inside a block at byte {offset}")
        if struct.unpack_from(f"{order}I", content, offset + length - 4)[0] != length:
            raise _DamagedError(f"its block at byte {offset} says two lengths")
        if kind == _OBSOLETE:
            # It holds a packet, and so cannot be passed over as other blocks can.
            raise _DamagedError(f"its block at byte {offset} is of an obsolete kind; editcap converts it")
        yield order, kind, offset, view[offset + 8 : offset + length - 4]
        offset += length


def _read_blocks(content: bytes, capture: Capture) -> None:
    interfaces: list[_Interface] = []
    # By section and interface, of which each section has its own.
    section, known, reported = 0, set[tuple[int, int]](), dict[tuple[int, int], int]()
    for order, kind, offset, body in _blocks(content):
        try:
            if kind == _SECTION:
                section, interfaces = offset, []
            elif kind == _INTERFACE:
                known.add((section, len(interfaces)))
                interfaces.append(_interface(order, body))
            elif kind == _ENHANCED:
                capture.frames.append(_enhanced(order, body, interfaces, len(capture.frames) + 1))
            elif kind == _SIMPLE:
                capture.frames.append(_simple(order, body, interfaces, len(capture.frames) + 1))
            elif kind == _STATISTICS:
                (index,) = struct.unpack_from(f"{order}I", body)
                # The counts are totals: of several blocks for one interface the last is the whole truth.
                if (drops := _drops(order, _options(order, body[12:]))) is not None:
                    reported[section, index] = drops
        except (struct.error, IndexError):
            raise _DamagedError(f"its block at byte {offset} makes no sense") from None
    if known and set(reported) == known:
        capture.dropped = sum(reported.values())


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


def _interface(order: str, body: memoryview) -> _Interface:
    link_type, _, snap_length = struct.unpack_from(f"{order}HHI", body)
    resolution = _options(order, body[8:]).get(_TIME_RESOLUTION, b"\x06")[0]
    ticks = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    return _Interface(link_type, snap_length, ticks)


def _drops(order: str, options: dict[int, bytes]) -> int | None:
    counts = [options[code] for code in (_DROPPED_BY_INTERFACE, _DROPPED_BY_OS) if code in options]
    return sum(struct.unpack(f"{order}Q", count)[0] for count in counts) if counts else None


def _enhanced(order: str, body: memoryview, interfaces: list[_Interface], number: int) -> Frame:
    index, high, low, captured, original = struct.unpack_from(f"{order}IIIII", body)
    interface = interfaces[index]
    if captured > len(body) - 20:
        raise IndexError
    seconds = (high << 32 | low) / interface.ticks_per_second
    return Frame(number, seconds, interface.link_type, original, bytes(body[20 : 20 + captured]))


def _simple(order: str, body: memoryview, interfaces: list[_Interface], number: int) -> Frame:
    (original,) = struct.unpack_from(f"{order}I", body)
    interface = interfaces[0]
    captured = min(original, interface.snap_length or original, len(body) - 4)
    return Frame(number, 0.0, interface.link_type, original, bytes(body[4 : 4 + captured]))
