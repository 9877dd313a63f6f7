"""Bodies of many parts, between lines that nothing in them may be like (RFC 2046, 5.1)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import inner
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("multipart")

# How much white space may follow a boundary in its line.
_SPACE = 64


class Multipart:
    """Reads one such body; `part` makes the reader of a part."""

    def __init__(self, findings: Findings, layers: Layers, boundary: bytes, part: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._part_reader = part
        self._dashes = b"--" + boundary
        line = rb"%b(?:(--)|[ \t]{0,%d}\r?\n)" % (re.escape(self._dashes), _SPACE)
        self._first_line = re.compile(line)
        self._line = re.compile(rb"\r?\n" + line)
        self._waiting = ByteQueue()
        # What is read at the moment: what comes before the first part, a part, or what comes behind the last.
        self._part: Content | None = Content(findings, layers, untyped, SearchScope.NOTHING)
        # Whether nothing of it has come; and whether the last part has ended.
        self._fresh = True
        self._ended = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if len(self._waiting):
            self._waiting.add(data, origin)
            data, origin = self._waiting.take(len(self._waiting))
        self._read(memoryview(data), origin, last=False)

    def _read(self, data: memoryview, origin: Origin, *, last: bool) -> None:
        at = 0
        while not self._ended:
            line = self._first_line.match(data, at) if self._fresh else None
            line = line or self._line.search(data, at)
            if not line:
                break
            self._hand_on(data[at : line.start()], origin.after(at))
            self._begin(bool(line[1]))
            at = line.end()
        keep = len(data) if self._ended or last else self._may_begin(bytes(data[at:])) + at
        self._hand_on(data[at:keep], origin.after(at))
        self._waiting.add(data[keep:], origin.after(keep))

    def _hand_on(self, data: memoryview, origin: Origin) -> None:
        if len(data):
            self._fresh = False
            if self._part:
                self._part.feed(data, origin)

    def _begin(self, ended: bool) -> None:
        """What was read is over, and something else begins."""
        if self._part:
            self._part.close()
        self._ended, self._fresh = ended, True
        if ended:
            self._part = Content(self._findings, self._layers, untyped, SearchScope.NOTHING)
        else:
            self._part = inner(self._findings, self._layers, LAYER, self._part_reader, SearchScope.NOTHING)

    def _may_begin(self, data: bytes) -> int:
        """From where on it may be such a line, of which more is to come."""
        if self._fresh and self._is_begun(data):
            return 0
        least = max(len(data) - len(self._dashes) - _SPACE - 3, 0)
        at = data.find(b"\n", least)
        while at >= 0:
            if self._is_begun(data[at + 1 :]):
                return at - (data[max(at - 1, 0) : at] == b"\r")
            at = data.find(b"\n", at + 1)
        return len(data) - data.endswith(b"\r")

    def _is_begun(self, data: bytes) -> bool:
        """Whether these are the first bytes of such a line."""
        if len(data) <= len(self._dashes):
            return self._dashes.startswith(data)
        after = data[len(self._dashes) :]
        return data.startswith(self._dashes) and (after == b"-" or not after.rstrip(b"\r").strip(b" \t"))

    def gap(self, length: int) -> None:
        """So many bytes are missing here, and perhaps the end of a part among them."""
        self._read_last()
        self._fresh = False
        if self._part:
            self._part.gap(length)

    def _read_last(self) -> None:
        data, origin = self._waiting.take(len(self._waiting))
        self._read(memoryview(data), origin, last=True)

    def close(self) -> None:
        """There is no more to come."""
        self._read_last()
        if self._part:
            self._part.close()
        if not self._ended:
            self._findings.unread(Reason.DAMAGED, "a body in parts that breaks off before its end", self._layers)


def multipart(boundary: bytes, part: ReaderFactory) -> ReaderFactory:
    """A factory of readers of bodies whose parts this boundary is between; `part` makes the reader of a part."""
    return partial(Multipart, boundary=boundary, part=part)
