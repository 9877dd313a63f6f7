"""Protocols that are read like anything unknown, and besides that by message, for what is compressed in them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.fallback import Fallback

if TYPE_CHECKING:
    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin


class MessagesBeside(ABC):
    """Reads one direction. That it consists of messages is a guess: what is found in them counts."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._fallback = Fallback(findings, layers)
        self._findings = speculative(findings)
        self._layers = layers
        self._held = b""
        self._remaining = 0
        # The content of the current message, if it is read, and whether a piece of it was.
        self._body: Content | None = None
        self._begun = False
        # Whether it is unknown where the next message begins.
        self._lost = False

    @abstractmethod
    def _header_length(self, begin: bytes) -> int:
        """The length of a header that begins so."""

    @abstractmethod
    def _begin(self, header: bytes) -> int:
        """A message begins: set `_body` if it is to be read. Returns its length without the header; -1 if invalid."""

    @abstractmethod
    def _end(self) -> None:
        """The message has ended: close its content, unless it goes on in another one."""

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._fallback.feed(data, origin)
        view, at = memoryview(data), 0
        while at < len(view) and not self._lost:
            rest = view[at:]
            at += self._read_body(rest, origin.after(at)) if self._remaining else self._read_header(rest)

    def _read_header(self, data: memoryview) -> int:
        taken = 0
        while len(self._held) < (length := self._header_length(self._held)) and taken < len(data):
            piece = bytes(data[taken : taken + length - len(self._held)])
            self._held += piece
            taken += len(piece)
        if len(self._held) == length:
            self._remaining, self._begun = self._begin(self._held), False
            self._lost = self._remaining < 0
            self._held = b""
            if not self._remaining:
                self._end()
        return taken

    def _read_body(self, data: memoryview, origin: Origin) -> int:
        piece = data[: self._remaining]
        if self._body is not None:
            self._body.feed(piece, origin, contiguous=self._begun)
        self._begun = True
        self._advance(len(piece))
        return len(piece)

    def _advance(self, length: int) -> None:
        self._remaining -= length
        if not self._remaining:
            self._end()

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._fallback.gap(length)
        if self._remaining < length:
            self._lost = True
        if self._body is not None:
            self._body.gap(min(length, max(self._remaining, 0)))
        if not self._lost:
            self._advance(length)

    def close(self) -> None:
        """The direction has ended."""
        self._fallback.close()
        if self._body is not None:
            self._body.close()
