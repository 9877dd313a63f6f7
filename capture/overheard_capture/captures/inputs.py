"""Where captures come from: files, pipes and standard input, whether compressed with gzip, with zstd or not."""

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
# How many bytes are decompressed at a time (0: all of a piece). zstd may make 128 KiB of four bytes.
_MOST = {"gzip": 0, "zstd": 1 << 20}
# What compressed data begins with (RFC 1952, 2.3.1; RFC 8878, 3.1.1). Decoders take them from here.
GZIP_MAGIC, ZSTD_MAGIC = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class Source(Protocol):
    """Bytes, one after the other. `damage` says why they end, where they should not."""

    damage: str

    @property
    def stored(self) -> int:
        """How many bytes were read, as they are stored."""

    def readinto(self, room: memoryview) -> int:
        """Fill `room` as far as bytes are at hand, and wait for some where none are; 0 at the end."""

    def close(self) -> None:
        """Close what was opened."""


def source(path: Path | str) -> Source:
    """What stands in the file at `path`, unpacked; `-` is standard input. Raises UnreadableError."""
    file, head = None, b""
    try:
        file = io.FileIO(0, closefd=False) if str(path) == STANDARD_INPUT else io.FileIO(path)
        while len(head) < 4 and (more := file.read(4 - len(head))):
            head += more
    except OSError as problem:
        if file:
            file.close()
        raise UnreadableError(f"{called(path)} cannot be read: {problem.strerror}") from None
    plain = UncompressedSource(file, head)
    if head.startswith(GZIP_MAGIC):
        return DecompressedSource(plain, "gzip", lambda: zlib.decompressobj(31), zlib.error, 4096)
    if head == ZSTD_MAGIC:
        return _zstd(plain, path)
    return plain


def called(path: Path | str) -> str:
    """The name of a file, for people."""
    return "standard input" if str(path) == STANDARD_INPUT else str(path).rpartition("/")[2]


def only_once(path: Path | str) -> bool:
    """Whether what stands there is gone once it was read, as with a pipe."""
    if str(path) == STANDARD_INPUT:
        return True
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)


def stored(paths: Sequence[Path | str]) -> int | None:
    """How many bytes there are on disk; None where one of them is no file, as with standard input."""
    files = [Path(path) for path in paths if str(path) != STANDARD_INPUT and Path(path).is_file()]
    return sum(file.stat().st_size for file in files) if len(files) == len(paths) else None


class UncompressedSource:
    """A file as it is, from its `head` on, which was read already."""

    def __init__(self, file: io.FileIO, head: bytes) -> None:
        self._file, self._head = file, head
        self.damage, self.stored = "", 0

    def readinto(self, room: memoryview) -> int:
        """Read on."""
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
            self.damage = f"it cannot be read on at byte {self.stored}: {problem.strerror}"
            return 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class StreamDecompressor(Protocol):
    """What zlib and zstd offer alike."""

    @property
    def eof(self) -> bool:
        """Whether it has seen its end."""

    @property
    def unused_data(self) -> bytes:
        """What came behind the end."""

    def decompress(self, data: memoryview, most: int, /) -> bytes:
        """Unpack a further part: `most` bytes of it, or all."""


class DecompressedSource:
    """What is inside a compressed file, part after part where several stand behind each other.

    It is fed in pieces so small that even the worst of bombs makes some megabytes of one, and no more at a time.
    """

    def __init__(
        self,
        packed: UncompressedSource,
        kind: str,
        begin: Callable[[], StreamDecompressor],
        errors: type[Exception],
        piece: int,
    ) -> None:
        self._packed, self._kind, self._begin, self._errors, self._piece = packed, kind, begin, errors, piece
        self._unpacking: StreamDecompressor | None = None
        self._buffer = memoryview(bytearray(65_536))
        self._at, self._end, self._over = 0, 0, False
        self._ready = memoryview(b"")
        self.damage = ""

    @property
    def stored(self) -> int:
        """How many compressed bytes were read."""
        return self._packed.stored

    def readinto(self, room: memoryview) -> int:
        """Unpack as much as there is room for."""
        filled = 0
        while filled < len(room):
            while not self._ready and not self._over:
                self._unpack()
            if not self._ready:
                break
            count = min(len(room) - filled, len(self._ready))
            room[filled : filled + count] = self._ready[:count]
            self._ready, filled = self._ready[count:], filled + count
        return filled

    def close(self) -> None:
        """Close the file."""
        self._packed.close()

    def _unpack(self) -> None:
        # zstd says so if it has more output for the input so far; zlib returns all of it at once.
        more = not getattr(self._unpacking, "needs_input", True)
        if self._at == self._end and not more:
            self._at, self._end = 0, self._packed.readinto(self._buffer)
            if not self._end:
                self._stop(self._packed.damage or (self._unpacking and f"its {self._kind} data breaks off") or "")
                return
        piece = self._buffer[self._at : self._at if more else min(self._at + self._piece, self._end)]
        # Behind its end, gzip may be padded with zeros.
        if not self._unpacking and self._kind == "gzip" and not any(piece):
            self._at += len(piece)
            return
        try:
            self._unpacking = self._unpacking or self._begin()
            self._ready = memoryview(self._unpacking.decompress(piece, _MOST[self._kind]))
        except self._errors:
            self._stop(f"its {self._kind} data makes no sense near byte {self.stored - self._end + self._at}")
            return
        self._at += len(piece)
        if self._unpacking.eof:
            self._at -= len(self._unpacking.unused_data)
            self._unpacking = None

    def _stop(self, damage: str) -> None:
        self.damage, self._over = damage, True


def _zstd(packed: UncompressedSource, path: Path | str) -> DecompressedSource:
    try:  # imported late, because few captures need it
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415
        else:
            from backports import zstd  # noqa: PLC0415
    except ImportError:
        packed.close()
        hint = "decompress it with zstd -d, or use a Python that has zstd (before 3.14: pip install backports.zstd)"
        raise UnreadableError(f"{called(path)} is compressed with zstd", hint=hint) from None
    return DecompressedSource(packed, "zstd", zstd.ZstdDecompressor, zstd.ZstdError, 1024)
