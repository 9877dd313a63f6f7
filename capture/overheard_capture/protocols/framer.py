"""Cuts frames out of bytes: what those protocols share whose frames are a head and a payload of the length it says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes, Origin


class FrameHeader(Protocol):
    """What the head of a frame says."""

    @property
    def length(self) -> int:
        """How long its payload is."""


AnyFrame = TypeVar("AnyFrame", bound=FrameHeader)
_Frame_contra = TypeVar("_Frame_contra", contravariant=True)


class FrameHandler(Protocol[_Frame_contra]):
    """Whoever is told what the frames are."""

    def begin(self, frame: _Frame_contra) -> bool:
        """A frame begins. Say whether it may be here."""

    def piece(self, data: Bytes, origin: Origin, contiguous: bool) -> None:
        """Some of its payload, without padding and mask."""

    def missing(self, length: int) -> None:
        """So many bytes of its payload are missing here."""

    def end(self) -> None:
        """The frame is over."""


class Framer(ABC, Generic[AnyFrame]):
    """Cuts frames out of bytes as they come. Nothing is kept but a head that is not all there."""

    def __init__(self, handler: FrameHandler[AnyFrame], shortest: int) -> None:
        """Make one for heads of at least `shortest` bytes."""
        self._handler = handler
        self._shortest = shortest
        self._head = b""
        # How long the head is, as far as can be told.
        self._wanted = shortest
        self._frame: AnyFrame | None = None
        # How much of the payload is to come, and whether some of it was told.
        self._left = 0
        self._begun = False
        # Whether something stood where a frame should have begun.
        self.broken = False

    @property
    def between(self) -> bool:
        """Whether a frame has just ended, and no other begun."""
        return self._frame is None and not self._head

    def feed(self, data: memoryview, origin: Origin) -> int:
        """Read on. How many bytes were read: all, unless no frame can be there."""
        at = 0
        while at < len(data):
            if self._frame is None:
                more = data[at : at + self._wanted - len(self._head)]
                self._head += more
                at += len(more)
                if len(self._head) == self._wanted:
                    self._read_head()
                if self.broken:
                    return at
            else:
                at += self._read_payload(self._frame, data[at : at + self._left], origin.after(at))
        return at

    @abstractmethod
    def _read_head(self) -> None:
        """As much of a head is there as was wanted: want more of it, begin its frame, or be broken."""

    @abstractmethod
    def _read_payload(self, frame: AnyFrame, data: memoryview, origin: Origin) -> int:
        """Read some of what is left of the payload, and say how much."""

    def _begin(self, frame: AnyFrame) -> None:
        self._head, self._wanted = b"", self._shortest
        if not self._handler.begin(frame):
            self.broken = True
            return
        self._frame, self._left, self._begun = frame, frame.length, False
        if not self._left:
            self._pass(0)

    def _pass(self, length: int) -> None:
        self._left -= length
        if not self._left:
            self._frame = None
            self._handler.end()

    def gap(self, length: int) -> bool:
        """So many bytes are missing. Say whether it is known where the next frame begins."""
        if self._frame is None or length > self._left:
            self._frame, self._head, self._wanted = None, b"", self._shortest
            return False
        self._handler.missing(length)
        self._pass(length)
        return True
