"""gRPC: messages with a prefix of five bytes (flags and length), each compressed by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.findings import MessageKind, Reason
from overheard_capture.decoders.message_values import LONGEST, protobuf_values
from overheard_capture.decoders.messages import JoinedMessages
from overheard_capture.decoders.protobuf import Protobuf
from overheard_capture.decoders.registry import decoding
from overheard_capture.decoders.untyped import untyped

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("gRPC")

_HEADER_LENGTH = 5
_COMPRESSED, _TRAILER = 0x01, 0x80


class GrpcReader:
    """Reads one direction of one call."""

    def __init__(self, findings: Findings, layers: Layers, encoding: bytes) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._encoding = encoding
        self._joined = JoinedMessages(findings, self._layers, protobuf_values)
        self._header = b""
        self._remaining = 0
        # The reader of the current message; and the reader of all that follows once message boundaries are lost.
        self._message: Reader | None = None
        self._fallback: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read `data`, which comes from `origin`."""
        view = memoryview(data)
        at = 0
        while at < len(view):
            if self._fallback:
                self._fallback.feed(view[at:], origin.after(at))
                return
            if self._message:
                piece = view[at : at + self._remaining]
                self._message.feed(piece, origin.after(at))
                self._remaining -= len(piece)
                self._end_if_complete()
            else:
                piece = view[at : at + _HEADER_LENGTH - len(self._header)]
                self._header += piece
                if len(self._header) == _HEADER_LENGTH:
                    self._begin()
            at += len(piece)

    def _begin(self) -> None:
        flags, self._remaining, self._header = self._header[0], int.from_bytes(self._header[1:], "big"), b""
        if flags & ~(_COMPRESSED | _TRAILER):
            self._give_up(Reason.DAMAGED)
            return
        encoding = self._encoding if flags & _COMPRESSED else b""
        # The trailers of gRPC-Web are text.
        kind: ReaderFactory = untyped if flags & _TRAILER else self._protobuf
        self._message = decoding(encoding, kind)(self._findings, self._layers)
        self._end_if_complete()

    def _protobuf(self, findings: Findings, layers: Layers) -> Reader:
        return Protobuf(findings, layers, self._add)

    def _add(self, message: bytes, origin: Origin) -> None:
        """A message may have a few letters of something longer: in this call, or as the only one of many calls."""
        if len(message) <= LONGEST:
            where = origin.place(0, len(message))
            self._joined.add(message, where)
            if self._findings.messages:
                self._findings.messages.add(message, where, self._layers, MessageKind.FIELDS)

    def _end_if_complete(self) -> None:
        if self._message and not self._remaining:
            self._message.close()
            self._message = None

    def _give_up(self, why: Reason) -> None:
        self._findings.report_unread(why, "gRPC messages", self._layers)
        self._fallback = untyped(self._findings, self._layers)
        self._joined.close()

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        if self._fallback:
            self._fallback.gap(length)
        elif self._message and length <= self._remaining:
            self._message.gap(length)
            self._remaining -= length
            self._end_if_complete()
        else:
            self._give_up(Reason.GAP)

    def close(self) -> None:
        """The direction has ended."""
        if self._header or self._message:
            self._findings.report_unread(Reason.DAMAGED, "a truncated gRPC message", self._layers)
        for reader in (self._message, self._fallback, self._joined):
            if reader:
                reader.close()
