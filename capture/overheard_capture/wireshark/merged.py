"""Several files as one that tshark can read, and without the keys that a file may bring with it."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from overheard.words.errors import UnreadableError
from overheard_capture.captures.inputs import display_name, source
from overheard_capture.captures.pcapng import MAGIC

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from overheard_capture.captures.inputs import Source

_SECTION, _DECRYPTION_SECRETS = 0x0A0D0D0A, 10
_PIECE = 1 << 20


def one_file(paths: Sequence[Path | str], folder: Path) -> Path:
    """A file with the frames of all, one file after the other; what has to be made for that is put into `folder`.

    tshark opens TLS with keys that are embedded in the file, and would then see what no eavesdropper did. So they are
    left out. Raises UnreadableError where a file cannot be read or put together with the others.
    """
    plain = [_without_keys(path, folder / f"without-keys-{number}") for number, path in enumerate(paths)]
    if len(plain) == 1:
        return plain[0]
    together = folder / "together.pcapng"
    try:
        done = subprocess.run(
            ["mergecap", "-a", "-w", str(together), *map(str, plain)], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise UnreadableError(
            "mergecap was not found", hint="it comes with Wireshark: on Debian, apt-get install wireshark-common"
        ) from None
    # Of a file that breaks off it takes what is there, and says so.
    if done.returncode and "cut short" not in done.stderr:
        names = {
            str(copy): display_name(path) for copy, path in zip((*plain, together), (*paths, together), strict=True)
        }
        raise UnreadableError(f"mergecap could not put the files together: {_complaint(done.stderr, names)}")
    return together


def _complaint(said: str, names: Mapping[str, str]) -> str:
    """What mergecap said last, with the files called as they are for people: nobody knows of copies made of them."""
    lines = said.strip().splitlines()
    complaint = lines[-1] if lines else "it did not say"
    # The name of one may begin with that of another.
    for path in sorted(names, key=len, reverse=True):
        complaint = complaint.replace(path, names[path])
    return complaint


def _without_keys(path: Path | str, copy: Path) -> Path:
    """The file itself, or a copy without the keys that it has."""
    with _DecompressedFile(path) as file:
        if not _walk(file, None):
            return Path(path).absolute()
    with _DecompressedFile(path) as file, copy.open("wb") as target:
        _walk(file, target)
    return copy


class _DecompressedFile:
    """What is in a file, unpacked, as something to read from."""

    def __init__(self, path: Path | str) -> None:
        self._source: Source = source(path)
        self._name = display_name(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.close()

    def read(self, size: int = _PIECE) -> bytes:
        """So many bytes, and fewer only at the end."""
        room = memoryview(bytearray(size))
        filled = 0
        while filled < size and (count := self._source.readinto(room[filled:])):
            filled += count
        return bytes(room[:filled])


def _walk(file: _DecompressedFile, target: BinaryIO | None) -> bool:
    """Copy all blocks but those with keys, where there is a `target`; else say whether there is one with keys.

    From where it makes no sense on, the file is copied as it is: there tshark stops, too.
    """
    order, first = "<", True
    while head := file.read(8):
        if first and head[:4] != MAGIC:
            # A pcap file has no place for keys.
            return False
        first = False
        if head[:4] == MAGIC and len(head) == 8:
            magic = file.read(4)
            order = ">" if magic == b"\x1a\x2b\x3c\x4d" else "<"
            head += magic
        kind, length = struct.unpack(f"{order}II", head[:8]) if len(head) >= 8 else (0, 0)
        if length < 12 or length % 4:
            if target:
                target.write(head)
                shutil.copyfileobj(file, target, _PIECE)
            return False
        if kind == _DECRYPTION_SECRETS and target is None:
            return True
        _pass(file, length - len(head), target if kind != _DECRYPTION_SECRETS else None, head)
    return False


def _pass(file: _DecompressedFile, length: int, target: BinaryIO | None, head: bytes) -> None:
    """Go past the rest of a block, and copy it."""
    if target:
        target.write(head)
    while length > 0 and (piece := file.read(min(length, _PIECE))):
        length -= len(piece)
        if target:
            target.write(piece)
