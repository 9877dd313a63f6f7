"""Bodies of unknown format, as of HTTP: untyped content, and a short one is also a message, for `messages` to join."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.findings import MessageKind
from overheard_capture.decoders.message_values import LONGEST
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.origin import Place, joined_places

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, MessageSink
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

_NOWHERE = Place(0, 0, 0, ())


def untyped_body(findings: Findings, layers: Layers) -> Reader:
    """A reader of a body of unknown format."""
    return BodyReader(findings, layers, findings.messages) if findings.messages else untyped(findings, layers)


class BodyReader:
    """Reads one body."""

    __slots__ = ("_data", "_layers", "_messages", "_reader", "_where")

    def __init__(self, findings: Findings, layers: Layers, messages: MessageSink) -> None:
        self._reader = untyped(findings, layers)
        self._layers = layers
        self._messages = messages
        # All of it, and where it was on the wire, unless it is too long.
        self._data: bytes | None = b""
        self._where = _NOWHERE

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._reader.feed(data, origin)
        if self._data is not None:
            if len(self._data) + len(data) > LONGEST:
                self._data = None
            else:
                where = origin.place(0, len(data))
                self._where = joined_places(self._where, where) if self._data else where
                self._data += data

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._reader.gap(length)
        self._data = None

    def close(self) -> None:
        """The body has ended."""
        self._reader.close()
        if self._data:
            self._messages.add(self._data, self._where, self._layers, MessageKind.BODY)
