"""LZ77 without entropy coding: literals, and copies of what was decompressed before, as in LZ4, Snappy and LZF."""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from overheard.words.named_tuple import NamedTuple
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.native import core, pointer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.provenance.origin import Bytes

# Copies reach back so far in all of these formats; those that could go further compress blocks of this size.
WINDOW = 64 << 10
# With less input a call of the compiled part takes longer than Python; and the least room for its output.
_WORTHWHILE, _ROOM = 64, 4 << 10


class Element(NamedTuple):
    """One element of compressed data: so many literals follow it, or it stands for a copy from `distance` before."""

    end: int
    literals: int
    copied: int = 0
    distance: int = 0


class Lz77(ABC):
    """Decompresses a block of a given decompressed length, or one without an end if `length` is None."""

    eof: bool
    # The number of this format in the compiled part; 0 if it has none.
    native: ClassVar[int] = 0

    def __init__(self, length: int | None = None, before: Lz77 | None = None) -> None:
        """Create a decompressor. Copies may reach into what was decompressed by the one `before`."""
        self.eof = length == 0
        self.has_pending_output = False
        self.unused_data = b""
        self.fields: list[bytes] = []
        self._left = length
        self._held = bytearray()
        self._history: bytearray = before._history.copy() if before else bytearray()  # noqa: SLF001 - of the same class
        # What is left of the current element.
        self._literals = self._copied = self._distance = 0

    @property
    def has_end_marker(self) -> bool:
        """Whether the block cannot end here."""
        return not self.eof and (self._left is not None or bool(self._held) or self._literals + self._copied > 0)

    @abstractmethod
    def _next_element(self, data: bytes, at: int) -> Element | None:
        """The element at `at` in `data`; None if it is incomplete. May raise IndexError for that, and CorruptError."""

    def elements(self, data: bytes) -> Iterator[Element]:
        """The elements of a block that are complete in `data`, whether or not they are well-formed."""
        at = 0
        while element := self._element_at(data, at):
            at = element.end + element.literals
            yield element

    def decompress(self, data: Bytes, max_length: int) -> bytes:
        """Decompress `data`. Returns about `max_length` bytes at most; raises CorruptError."""
        self._held += data
        held, out = bytes(self._held), self._history
        at, begin = 0, len(out)
        end = begin + (max_length if self._left is None else min(self._left, max_length))
        compiled = core() if self.native and len(held) >= _WORTHWHILE else None
        while len(out) < end:
            if self._literals:
                literal = held[at : at + min(self._literals, end - len(out))]
                if not literal:
                    break
                out += literal
                at += len(literal)
                self._literals -= len(literal)
            elif self._copied:
                self._copy(out, min(self._copied, end - len(out)))
            elif compiled and self._begins_whole and (read := self._expand(compiled, held, at, out, end)):
                at += read
            else:
                element = self._element_at(held, at)
                if element is None:
                    break
                at, self._literals, self._copied, self._distance = element
                if self._copied and not 0 < self._distance <= min(len(out), WINDOW):
                    raise CorruptError
        del self._held[:at]
        self.has_pending_output = len(out) == end and not self.eof
        return self._finish(begin)

    @property
    def _begins_whole(self) -> bool:
        """Whether what comes next is an element as the compiled part knows it."""
        return True

    def _expand(self, compiled: ctypes.CDLL, data: bytes, at: int, out: bytearray, end: int) -> int:
        """Let the compiled part decompress what it can. Returns the number of bytes that it read."""
        left, begin = len(data) - at, len(out)
        # More than this is rare, and another step does it.
        out += bytes(min(end - begin, 8 * left + _ROOM))
        fill, length, capacity = ctypes.c_uint64(begin), ctypes.c_uint64(left), ctypes.c_uint64(len(out))
        read = compiled.expand(self.native, data[at:], length, pointer(out), ctypes.byref(fill), capacity)
        del out[fill.value :]
        return int(read)

    def _element_at(self, data: bytes, at: int) -> Element | None:
        try:
            return self._next_element(data, at)
        except IndexError:
            return None

    def _copy(self, out: bytearray, length: int) -> None:
        begin, distance = len(out) - self._distance, self._distance
        if distance >= length:
            out += out[begin : begin + length]
        else:
            # The copy overlaps itself, so that it repeats.
            out += (bytes(out[begin:]) * (length // distance + 1))[:length]
        self._copied -= length

    def _finish(self, begin: int) -> bytes:
        """Return the new output, and keep as much of it as copies may reach."""
        out = bytes(self._history[begin:])
        if len(self._history) > 2 * WINDOW:
            del self._history[:-WINDOW]
        if self._left is not None:
            self._left -= len(out)
            if not self._left:
                if self._literals or self._copied:
                    raise CorruptError
                self.eof, self.unused_data, self.has_pending_output = True, bytes(self._held), False
        return out


class StoredBlock(Lz77):
    """A block that is not compressed, to which later blocks may refer."""

    def _next_element(self, data: bytes, at: int) -> Element | None:
        return Element(at, len(data) - at) if at < len(data) else None
