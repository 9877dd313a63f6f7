"""Inputs: files, pipes and standard input, uncompressed or compressed with gzip or zstd."""

from __future__ import annotations

import io
import stat
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from overheard.words.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STANDARD_INPUT = "-"
# The output limit of one call, in bytes; 0 is unlimited. Four bytes of zstd may expand to 128 KiB.
_MAX_OUTPUT = {"gzip": 0, "zstd": 1 << 20}
# Magic numbers of compressed data (RFC 1952, 2.3.1; RFC 8878, 3.1.1). Decoders import them from here.
GZIP_MAGIC, ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Source(Protocol):
    """A stream of bytes. `damage` describes why it ends early, and is empty if it does not."""

    damage: str

    @property
    def stored(self) -> int:
        """The number of bytes read from storage, before decompression."""

    def readinto(self, room: memoryview) -> int:
        """Read available bytes into `room`, and block if there are none. Returns their number; 0 at the end."""

    def close(self) -> None:
        """Close the file."""


def open_input(path: Path | str) -> Source:
    """The decompressed content of the file at `path`; `-` is standard input. Raises UnreadableError."""
    file, head = None, b""
    try:
        file = io.FileIO(0, closefd=False) if str(path) == STANDARD_INPUT else io.FileIO(path)
        while len(head) < 4 and (part := file.read(4 - len(head))):
            head += part
    except OSError as problem:
        if file:
            file.close()
        raise UnreadableError(f"{display_name(path)} cannot be read: {problem.strerror}") from None
    plain = UncompressedSource(file, head)
    if head.startswith(GZIP_MAGIC):
        return DecompressedSource(plain, "gzip", lambda: zlib.decompressobj(31), zlib.error, 4096)
    if head == ZSTD_MAGIC:
        return _zstd(plain, path)
    return plain


def display_name(path: Path | str) -> str:
    """The name of a file for messages."""
    return "standard input" if str(path) == STANDARD_INPUT else str(path).rstrip("/").rpartition("/")[2] or "/"


def is_single_pass(path: Path | str) -> bool:
    """Whether an input can be read only once, as a pipe."""
    if str(path) == STANDARD_INPUT:
        return True
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)


def stored_size(paths: Sequence[Path | str]) -> int | None:
    """The total size of the files on disk, in bytes; None if one is no regular file, or inaccessible."""
    try:
        files = [Path(path) for path in paths if str(path) != STANDARD_INPUT and Path(path).is_file()]
        return sum(file.stat().st_size for file in files) if len(files) == len(paths) else None
    except OSError:
        return None


class UncompressedSource:
    """An uncompressed file; its first bytes, `head`, were already read."""

    def __init__(self, file: io.FileIO, head: bytes) -> None:
        self._file, self._head = file, head
        self.damage, self.stored = "", 0

    def readinto(self, room: memoryview) -> int:
        """Read the next bytes."""
        if self._head:
            count = min(len(self._head), len(room))
            room[:count], self._head = self._head[:count], self._head[count:]
        else:
            count = self._read(room)
        self.stored += count
        return count

    def _read(self, room: memoryview) -> int:
        try:
            return self._file.readinto(room) or 0
        except OSError as problem:
            self.damage = f"it cannot be read past byte {self.stored}: {problem.strerror}"
            return 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class StreamDecompressor(Protocol):
    """The decompressor interface that zlib and zstd share."""

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed stream was reached."""

    @property
    def unused_data(self) -> bytes:
        """Bytes after the end of the compressed stream."""

    def decompress(self, data: memoryview, limit: int, /) -> bytes:
        """Decompress the next bytes, to `limit` bytes at most; 0 means no limit."""


class DecompressedSource:
    """The content of a compressed file, which may consist of several concatenated members.

    Pieces are so small that even a decompression bomb expands to a few megabytes at a time.
    """

    def __init__(
        self,
        compressed: UncompressedSource,
        kind: str,
        new_decompressor: Callable[[], StreamDecompressor],
        errors: type[Exception],
        piece: int,
    ) -> None:
        self._compressed, self._kind, self._new_decompressor, self._errors, self._piece = (
            compressed,
            kind,
            new_decompressor,
            errors,
            piece,
        )
        self._decompressor: StreamDecompressor | None = None
        self._buffer = memoryview(bytearray(65_536))
        self._at, self._end, self._ended = 0, 0, False
        self._ready = memoryview(b"")
        self.damage = ""

    @property
    def stored(self) -> int:
        """The number of compressed bytes read."""
        return self._compressed.stored

    def readinto(self, room: memoryview) -> int:
        """Decompress as much as fits into `room`."""
        filled = 0
        while filled < len(room):
            while not self._ready and not self._ended:
                self._decompress()
            if not self._ready:
                break
            count = min(len(room) - filled, len(self._ready))
            room[filled : filled + count] = self._ready[:count]
            self._ready, filled = self._ready[count:], filled + count
        return filled

    def close(self) -> None:
        """Close the file."""
        self._compressed.close()

    def _decompress(self) -> None:
        # zstd reports whether more output is pending for the input so far; zlib returns all of it at once.
        output_pending = not getattr(self._decompressor, "needs_input", True)
        if self._at == self._end and not output_pending:
            self._at, self._end = 0, self._compressed.readinto(self._buffer)
            if not self._end:
                self._stop(
                    self._compressed.damage or (self._decompressor and f"its {self._kind} data is truncated") or ""
                )
                return
        piece = self._buffer[self._at : self._at if output_pending else min(self._at + self._piece, self._end)]
        # gzip may be padded with zeros after its end.
        if not self._decompressor and self._kind == "gzip" and not any(piece):
            self._at += len(piece)
            return
        try:
            self._decompressor = self._decompressor or self._new_decompressor()
            self._ready = memoryview(self._decompressor.decompress(piece, _MAX_OUTPUT[self._kind]))
        except self._errors:
            self._stop(f"its {self._kind} data is malformed near byte {self.stored - self._end + self._at}")
            return
        self._at += len(piece)
        if self._decompressor.eof:
            self._at -= len(self._decompressor.unused_data)
            self._decompressor = None

    def _stop(self, damage: str) -> None:
        self.damage, self._ended = damage, True


def _zstd(compressed: UncompressedSource, path: Path | str) -> DecompressedSource:
    try:  # imported late, because few captures need it
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415
        else:
            from backports import zstd  # noqa: PLC0415
    except ImportError:
        compressed.close()
        hint = "decompress it with zstd -d, or use a Python that has zstd (before 3.14: pip install backports.zstd)"
        raise UnreadableError(f"{display_name(path)} is compressed with zstd", hint=hint) from None
    return DecompressedSource(compressed, "zstd", zstd.ZstdDecompressor, zstd.ZstdError, 1024)
