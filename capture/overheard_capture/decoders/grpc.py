"""gRPC: messages with a prefix of five bytes (flags and length), each compressed by itself; and gRPC-Web in base64."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.findings import MessageKind, Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import nested_content
from overheard_capture.decoders.base64.alphabet import chars_of, decoded
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.message_values import LONGEST, protobuf_values
from overheard_capture.decoders.messages import JoinedMessages
from overheard_capture.decoders.protobuf import Protobuf
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("gRPC")

# Groups of base64 up to one that is padded.
_PADDED = lazy_pattern(rb"[^=]++={0,2}|=++")
_HEADER_LENGTH = 5
_COMPRESSED, _TRAILER = 0x01, 0x80


class GrpcReader:
    """Reads one direction of one call. `decompressing` makes the reader factory for a message that is compressed."""

    def __init__(
        self, findings: Findings, layers: Layers, decompressing: Callable[[ReaderFactory], ReaderFactory]
    ) -> None:
        self._findings = findings
        self._layers = (*layers, LAYER)
        self._decompressing = decompressing
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
        # The trailers of gRPC-Web are text.
        kind: ReaderFactory = untyped if flags & _TRAILER else self._protobuf
        kind = self._decompressing(kind) if flags & _COMPRESSED else kind
        self._message = kind(self._findings, self._layers)
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


class GrpcWebText:
    """Decodes gRPC-Web in base64. Each message, or each piece of one, is padded by itself."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._content = nested_content(findings, layers, BASE64, reader)
        self._pending = SmallByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._pending:
            data, origin = self._pending.take_with(data, origin)
        data, whole = bytes(data), len(data) & ~3
        self._decode(data[:whole], origin)
        self._pending = SmallByteQueue()
        if whole < len(data):
            self._pending.add(data[whole:], origin.after(whole))

    def _decode(self, data: bytes, origin: Origin) -> None:
        out, parts = bytearray(), []
        for group in _PADDED.finditer(data):
            parts.append((len(out), *group.span()))
            out += decoded(chars_of(group[0]))
        if self._content and out:
            self._content.feed(bytes(out), origin.derived(parts))

    def gap(self, length: int) -> None:
        """`length` characters are missing here."""
        if self._content:
            self._content.gap(length * 3 // 4)

    def close(self) -> None:
        """No more bytes follow."""
        if self._pending:
            self._decode(*self._pending.take())
        if self._content:
            self._content.close()
