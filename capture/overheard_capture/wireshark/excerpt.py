"""Excerpts of a capture for tshark: all frames up to one of them, of which only some keep their bytes.

Frames without bytes take tshark next to no time, and numbers and times of all others stay those of the whole capture.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from overheard_capture.captures.reader import CaptureReader

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from overheard_capture.captures.capture_format import Layout
    from overheard_capture.captures.reader import Chunk

# Block types of pcapng. tshark would decrypt TLS with the secrets in a file, and then see more than an eavesdropper.
_OBSOLETE, _ENHANCED, _DECRYPTION_SECRETS = 2, 6, 10
# The length of a packet block without bytes and options.
_LENGTH = {"<": (32).to_bytes(4, "little"), ">": (32).to_bytes(4, "big")}


def write_excerpt(path: Path, target: Path, kept: Container[int], last: int) -> int:
    """Write the capture at `path` up to frame `last` to `target`; frames that are not `kept` are there without bytes.

    Returns the number of the last frame that it has, which is smaller than `last` if the capture ends before it.
    Raises UnreadableError, and OSError if it cannot be written.
    """
    reader, number, is_begun = CaptureReader([path]), 0, False
    with target.open("wb") as file:
        for chunk in reader.chunks():
            layout = chunk.format.layout
            if not is_begun and layout.kind == "pcap":
                # The header of the file, which was read already.
                file.write(chunk.view[: chunk.at])
            is_begun = True
            while not chunk.exhausted:
                if _copy_plain(chunk, file, kept, last):
                    return last
                begin = chunk.at
                frame = chunk.record()
                block = chunk.view[begin : chunk.at]
                layout = chunk.format.layout
                if frame is not None:
                    file.write(block if frame.number in kept else _emptied(block, layout))
                elif block and _type(block, layout) != _DECRYPTION_SECRETS:
                    file.write(block)
                number = chunk.format.number
                if number >= last:
                    return number
    return number


def _copy_plain(chunk: Chunk, file: BinaryIO, kept: Container[int], last: int) -> bool:
    """Copy the packets of pcapng up to the next other block. Returns whether the last one was among them."""
    layout = chunk.format.layout
    if layout.kind != "pcapng" or not layout.interfaces:
        return False
    view, end, unpack = chunk.view, chunk.end, struct.Struct(f"{layout.order}II").unpack_from
    while chunk.at + 32 <= end and chunk.format.number < last:
        kind, length = unpack(view, chunk.at)
        after = chunk.at + length
        if kind != _ENHANCED or length < 32 or length % 4 or after > end:
            return False
        block = view[chunk.at : after]
        chunk.at, chunk.format.number = after, chunk.format.number + 1
        file.write(block if chunk.format.number in kept else _emptied(block, layout))
    return chunk.format.number >= last


def _emptied(block: memoryview, layout: Layout) -> bytes | bytearray | memoryview:
    """A packet without its bytes; its time and its length on the wire are as they were."""
    if layout.kind == "pcap":
        header = bytearray(block[: layout.header])
        header[8:12] = bytes(4)
        return header
    if _type(block, layout) not in (_ENHANCED, _OBSOLETE):
        # A simple packet block has the length on the wire alone.
        return block
    length = _LENGTH[layout.order]
    header = bytearray(block[:28])
    header[4:8], header[20:24] = length, bytes(4)
    return header + length


def _type(block: memoryview, layout: Layout) -> int:
    """The type of a block of pcapng."""
    return int.from_bytes(block[:4], "little" if layout.order == "<" else "big") if layout.kind == "pcapng" else 0
