"""Splits the recording of all cases into one file per case, by the addresses of each.

It has its own pcapng parser, to be independent of the code under test.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

_ENHANCED_PACKET = 6
# Addresses are within this many bytes, including tags and labels.
_HEADERS = 80


def blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """The blocks of a file that dumpcap wrote on this machine: the type and the bytes of each."""
    data = path.read_bytes()
    at = 0
    while at < len(data):
        kind, length = struct.unpack_from("=II", data, at)
        yield kind, data[at : at + length]
        at += length


def frame_of(block: bytes) -> bytes:
    """The frame in an enhanced packet block."""
    (length,) = struct.unpack_from("=I", block, 20)
    return block[28 : 28 + length]


def frames(path: Path) -> list[bytes]:
    """All frames of a file."""
    return [frame_of(block) for kind, block in blocks(path) if kind == _ENHANCED_PACKET]


def selected(recording: Path, numbers: Collection[int]) -> bytes:
    """A file with only those frames of a recording that have these numbers, in the same order."""
    kept, number = bytearray(), 0
    for kind, block in blocks(recording):
        number += kind == _ENHANCED_PACKET
        if kind != _ENHANCED_PACKET or number in numbers:
            kept += block
    return bytes(kept)


def _parts(headers: bytes, sizes: Collection[int]) -> Iterator[bytes]:
    """All that could be an address, in the order of the bytes.

    Looking these up is ten times as fast as searching for each address.
    """
    return (headers[at : at + size] for at in range(len(headers)) for size in sizes)


def cut(recording: Path, folder: Path, addresses: Mapping[str, Sequence[bytes]]) -> dict[str, list[int]]:
    """Write a file for each name, with the frames in whose headers the first address is one of its own.

    Returns the numbers of these frames in the recording, by name.
    """
    kept: dict[str, list[bytes]] = {name: [] for name in addresses}
    numbers: dict[str, list[int]] = {name: [] for name in addresses}
    of = {address: name for name, several in addresses.items() for address in several}
    sizes = {len(address) for address in of}
    number = 0
    for kind, block in blocks(recording):
        if kind != _ENHANCED_PACKET:
            for file in kept.values():
                file.append(block)
            continue
        number += 1
        # The first counts: four bytes behind the addresses, of a sequence number say, can be another case's by chance.
        if name := next(filter(None, map(of.get, _parts(frame_of(block)[:_HEADERS], sizes))), None):
            kept[name].append(block)
            numbers[name].append(number)
    for name, file in kept.items():
        (folder / f"{name}.pcapng").write_bytes(b"".join(file))
    return numbers
