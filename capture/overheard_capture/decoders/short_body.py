"""Bodies of unknown format, as of HTTP: untyped content. A short one is also a message, for `messages` to join.

JSON lines and server-sent events are messages, too, whatever type is declared: an API that streams often says that it
is JSON, or text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.findings import MessageKind
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.message_values import LONGEST
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.origin import Place, joined_places
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, MessageSink
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

_NOWHERE = Place(0, 0, 0, ())
# An object or list in the first line, and in the next one; or the first field of an event; or a part of an answer, as
# the AI SDK streams them. And what may become one of them.
_LINES = lazy_pattern(rb"[{\[][^\n]{0,%d}[}\]]\r?\n[{\[]|(?:data|event|id|retry)?:|[0-9a-k]:[\"{\[]" % LONGEST)
_MAY_BE_LINES = lazy_pattern(rb"[{\[][^\n]{0,%d}(?:[}\]]\r?\n)?\Z|[a-z]{1,5}\Z|[0-9a-k]:?\Z" % LONGEST)


def untyped_body(findings: Findings, layers: Layers) -> Reader:
    """A reader of a body of unknown format."""
    return BodyReader(findings, layers, findings.messages) if findings.messages else untyped(findings, layers)


class BodyReader:
    """Reads one body."""

    __slots__ = ("_data", "_findings", "_head", "_layers", "_messages", "_reader", "_where")

    def __init__(self, findings: Findings, layers: Layers, messages: MessageSink) -> None:
        self._findings = findings
        self._layers = layers
        # Chosen by the first bytes, which are held until then.
        self._reader: Reader | None = None
        self._head = SmallByteQueue()
        self._messages = messages
        # All of it, and where it was on the wire, unless it is too long.
        self._data: bytes | None = b""
        self._where = _NOWHERE

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if not self._reader and (self._head or _MAY_BE_LINES.match(data)):
            self._head.add(data, origin)
            if not _MAY_BE_LINES.match(self._head.data):
                self._read(*self._head.take())
        else:
            self._read(data, origin)
        if self._data is not None:
            if len(self._data) + len(data) > LONGEST:
                self._data = None
            else:
                where = origin.place(0, len(data))
                self._where = joined_places(self._where, where) if self._data else where
                self._data += data

    def _read(self, data: Bytes, origin: Origin) -> None:
        """Read bytes, the first of which decide with what."""
        if not self._reader:
            self._reader = (_message_lines if _LINES.match(data) else untyped)(self._findings, self._layers)
        self._reader.feed(data, origin)

    def _read_head(self) -> None:
        if self._head:
            self._read(*self._head.take())

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._read_head()
        if self._reader:
            self._reader.gap(length)
        self._data = None

    def close(self) -> None:
        """The body has ended."""
        self._read_head()
        if self._reader:
            self._reader.close()
        if self._data:
            self._messages.add(self._data, self._where, self._layers, MessageKind.BODY)


def _message_lines(findings: Findings, layers: Layers) -> Reader:
    from overheard_capture.decoders.messages import MessageLines  # noqa: PLC0415  (few bodies are)

    return MessageLines(findings, layers)
