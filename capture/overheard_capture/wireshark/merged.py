"""Merging of capture files for tshark, without embedded keys."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from overheard.words.errors import UnreadableError
from overheard_capture.captures.headers import PCAPNG_MAGIC
from overheard_capture.captures.inputs import display_name, open_input

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from overheard_capture.captures.inputs import Source

_SECTION, _DECRYPTION_SECRETS = 0x0A0D0D0A, 10
_CHUNK = 1 << 20


def merge_files(paths: Sequence[Path | str], folder: Path) -> Path:
    """Merge files into one, in this order; new files are created in `folder`.

    tshark would decrypt TLS with keys that are embedded in the file, and then see more than an eavesdropper. So they
    are left out. Raises UnreadableError if a file cannot be read or merged.
    """
    without_keys = [_without_keys(path, folder / f"without-keys-{number}") for number, path in enumerate(paths)]
    if len(without_keys) == 1:
        return without_keys[0]
    merged = folder / "merged.pcapng"
    try:
        completed = subprocess.run(
            ["mergecap", "-a", "-w", str(merged), *map(str, without_keys)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise UnreadableError(
            "mergecap was not found", hint="it comes with Wireshark: on Debian, apt-get install wireshark-common"
        ) from None
    # mergecap merges a truncated file as far as it goes, and then reports an error.
    if completed.returncode and "cut short" not in completed.stderr:
        names = {
            str(copy): display_name(path) for copy, path in zip((*without_keys, merged), (*paths, merged), strict=True)
        }
        raise UnreadableError(f"mergecap could not merge the files: {_last_message(completed.stderr, names)}")
    return merged


def _last_message(stderr: str, names: Mapping[str, str]) -> str:
    """The last line that mergecap printed, with the names of the original files in place of temporary copies."""
    lines = stderr.strip().splitlines()
    message = lines[-1] if lines else "no reason was given"
    # The name of one file may be a prefix of another.
    for path in sorted(names, key=len, reverse=True):
        message = message.replace(path, names[path])
    return message


def _without_keys(path: Path | str, copy: Path) -> Path:
    """The file itself, or a copy without its embedded keys."""
    with _DecompressedFile(path) as file:
        if not _copy_blocks(file, None):
            return Path(path).absolute()
    with _DecompressedFile(path) as file, copy.open("wb") as target:
        _copy_blocks(file, target)
    return copy


class _DecompressedFile:
    """A file, decompressed while it is read."""

    def __init__(self, path: Path | str) -> None:
        self._source: Source = open_input(path)
        self._name = display_name(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def read(self, size: int = _CHUNK) -> bytes:
        """Read `size` bytes; fewer only at the end."""
        room = memoryview(bytearray(size))
        filled = 0
        while filled < size and (count := self._source.readinto(room[filled:])):
            filled += count
        return bytes(room[:filled])


def _copy_blocks(file: _DecompressedFile, target: BinaryIO | None) -> bool:
    """Copy all blocks except those with keys to `target`; without it, return whether there is a block with keys.

    From a malformed block on, the file is copied as it is: tshark stops there, too.
    """
    order, first = "<", True
    while head := file.read(8):
        if first and head[:4] != PCAPNG_MAGIC:
            # A pcap file cannot contain keys.
            return False
        first = False
        if head[:4] == PCAPNG_MAGIC and len(head) == 8:
            magic = file.read(4)
            order = ">" if magic == b"\x1a\x2b\x3c\x4d" else "<"
            head += magic
        kind, length = struct.unpack(f"{order}II", head[:8]) if len(head) >= 8 else (0, 0)
        if length < 12 or length % 4:
            if target:
                target.write(head)
                shutil.copyfileobj(file, target, _CHUNK)
            return False
        if kind == _DECRYPTION_SECRETS and target is None:
            return True
        _copy_rest(file, length - len(head), target if kind != _DECRYPTION_SECRETS else None, head)
    return False


def _copy_rest(file: _DecompressedFile, length: int, target: BinaryIO | None, head: bytes) -> None:
    """Skip the rest of a block, and copy it if there is a `target`."""
    if target:
        target.write(head)
    while length > 0 and (piece := file.read(min(length, _CHUNK))):
        length -= len(piece)
        if target:
            target.write(piece)
