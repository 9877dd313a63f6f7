"""Framer: splits bytes into frames, for protocols whose frames are a header and a payload of a given length."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes, Origin


class FrameHeader(Protocol):
    """The header of a frame."""

    @property
    def length(self) -> int:
        """The length of the payload in bytes."""


AnyFrame = TypeVar("AnyFrame", bound=FrameHeader)
_Frame_contra = TypeVar("_Frame_contra", contravariant=True)


class FrameHandler(Protocol[_Frame_contra]):
    """Receives the frames of a Framer."""

    def begin(self, frame: _Frame_contra) -> bool:
        """A frame begins. Returns whether it is allowed here."""

    def piece(self, data: Bytes, origin: Origin, contiguous: bool) -> None:
        """Part of the payload, without padding and unmasked. `contiguous` is False for the first part."""

    def missing(self, length: int) -> None:
        """`length` bytes of the payload are missing here."""

    def end(self) -> None:
        """The frame has ended."""


class Framer(ABC, Generic[AnyFrame]):
    """Splits bytes into frames as they arrive. Only an incomplete header is buffered."""

    def __init__(self, handler: FrameHandler[AnyFrame], min_header: int) -> None:
        """Create a framer for headers of at least `min_header` bytes."""
        self._handler = handler
        self._min_header = min_header
        self._header = b""
        # The length of the header that is known so far.
        self._header_size = min_header
        self._frame: AnyFrame | None = None
        # The number of remaining payload bytes, and whether the handler has received any.
        self._remaining = 0
        self._started = False
        # Set if there is no valid frame where one should begin.
        self.broken = False

    @property
    def at_boundary(self) -> bool:
        """Whether the position is between two frames."""
        return self._frame is None and not self._header

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read `data`. Returns the number of bytes read: all, unless it is broken."""
        at = 0
        while at < len(data):
            if self._frame is None:
                part = bytes(data[at : at + self._header_size - len(self._header)])
                self._header = self._header + part if self._header else part
                at += len(part)
                if len(self._header) == self._header_size:
                    self._read_header()
                if self.broken:
                    return at
            else:
                at += self._read_payload(self._frame, data[at : at + self._remaining], origin.after(at))
        return at

    @abstractmethod
    def _read_header(self) -> None:
        """`_header_size` bytes of a header have arrived: increase it, begin the frame, or set `broken`."""

    @abstractmethod
    def _read_payload(self, frame: AnyFrame, data: memoryview, origin: Origin) -> int:
        """Read some of the remaining payload. Returns the number of bytes read."""

    def _begin(self, frame: AnyFrame) -> None:
        self._header, self._header_size = b"", self._min_header
        if not self._handler.begin(frame):
            self.broken = True
            return
        self._frame, self._remaining, self._started = frame, frame.length, False
        if not self._remaining:
            self._advance(0)

    def _advance(self, length: int) -> None:
        self._remaining -= length
        if not self._remaining:
            self._frame = None
            self._handler.end()

    def gap(self, length: int) -> bool:
        """`length` bytes are missing. Returns whether the position of the next frame is still known."""
        if self._frame is None or length > self._remaining:
            self._frame, self._header, self._header_size = None, b"", self._min_header
            return False
        self._handler.missing(length)
        self._advance(length)
        return True
