"""Responses of HTTP/1 within text, such as in archives of the web (WARC, ISO 28500): their bodies may be in chunks.

From the first one on all is read as a conversation. That is speculative.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Conversation
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import may_nest, speculative
from overheard_capture.content.tail import Tail
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings

LAYER = Layer("embedded HTTP")
RESPONSE_MARKS = LiteralSet(b"\nHTTP/1.")
_STATUS = lazy_pattern(rb"\n(?=HTTP/1\.[01] [1-5][0-9]{2}[ \r\n])")
# The length of what this matches and looks at.
_LONGEST = 14


class EmbeddedHttpFinder:
    """Finds the first response in text, and reads what begins there."""

    __slots__ = ("_content", "_findings", "_layers", "_tail")

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._content: Content | None = None
        # The last bytes; at first a line end, for a response at the beginning.
        self._tail = Tail()
        self._tail.add(b"\n", Origin([]), _LONGEST)

    def feed(self, data: bytes | bytearray, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No mark is in the first `clear` ones."""
        if self._content:
            return self._content.feed(data, origin, contiguous=True)
        if LAYER in self._layers:
            # What is in a body that has no end was read already.
            return None
        before = len(self._tail.data)
        if around := _STATUS.search(self._tail.data + data[:_LONGEST]):
            return self._begin(around.end() - before, data, origin)
        while (clear := RESPONSE_MARKS.first(data, clear)) >= 0:
            if _STATUS.match(data, clear):
                return self._begin(clear + 1, data, origin)
            clear += 1
        return self._tail.add(data, origin, _LONGEST)

    def _begin(self, at: int, data: bytes | bytearray, origin: Origin) -> None:
        """A response begins at `at` of the next bytes; before them if that is negative."""
        # Which requests were before it is not known.
        findings = replace(speculative(self._findings), conversation=Conversation())
        if not may_nest(findings, self._layers):
            return
        self._content = Content(findings, (*self._layers, LAYER), findings.readers.stream, SearchScope.NONE)
        if at < 0:
            self._content.feed(self._tail.data[at:], self._tail.origin.after(len(self._tail.data) + at))
        at = max(at, 0)
        self._content.feed(data[at:], origin.after(at))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._tail.clear()
        if self._content:
            self._content.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if self._content:
            self._content.close()
