"""Multipart bodies: parts separated by boundary lines (RFC 2046, 5.1)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import nested_content
from overheard_capture.decoders.untyped import untyped
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("multipart")

# How much white space may follow the boundary on its line.
_SPACE = 64


class Multipart:
    """Reads a multipart body; `part` is the reader factory for a part."""

    def __init__(self, findings: Findings, layers: Layers, boundary: bytes, part: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._part_reader = part
        self._dashes = b"--" + boundary
        line = rb"%b(?:(--)|[ \t]{0,%d}\r?\n)" % (re.escape(self._dashes), _SPACE)
        self._first_line = re.compile(line)
        self._line = re.compile(rb"\r?\n" + line)
        self._pending = ByteQueue()
        # The current content: the preamble, a part, or the epilogue.
        self._part: Content | None = Content(findings, layers, untyped, SearchScope.NONE)
        # Whether that is still empty; and whether the closing boundary was read.
        self._at_start = True
        self._ended = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if len(self._pending):
            self._pending.add(data, origin)
            data, origin = self._pending.take(len(self._pending))
        self._read(memoryview(data), origin, last=False)

    def _read(self, data: memoryview, origin: Origin, *, last: bool) -> None:
        at = 0
        while not self._ended:
            line = self._first_line.match(data, at) if self._at_start else None
            line = line or self._line.search(data, at)
            if not line:
                break
            self._deliver(data[at : line.start()], origin.after(at))
            self._begin(bool(line[1]))
            at = line.end()
        keep = len(data) if self._ended or last else self._partial_line(bytes(data[at:])) + at
        self._deliver(data[at:keep], origin.after(at))
        self._pending.add(data[keep:], origin.after(keep))

    def _deliver(self, data: memoryview, origin: Origin) -> None:
        if len(data):
            self._at_start = False
            if self._part:
                self._part.feed(data, origin)

    def _begin(self, ended: bool) -> None:
        """Close the current content, and begin the next part, or the epilogue if `ended`."""
        if self._part:
            self._part.close()
        self._ended, self._at_start = ended, True
        if ended:
            self._part = Content(self._findings, self._layers, untyped, SearchScope.NONE)
        else:
            self._part = nested_content(self._findings, self._layers, LAYER, self._part_reader, SearchScope.NONE)

    def _partial_line(self, data: bytes) -> int:
        """The start of an incomplete boundary line at the end of `data`; its length if there is none."""
        if self._at_start and self._is_line_prefix(data):
            return 0
        minimum = max(len(data) - len(self._dashes) - _SPACE - 3, 0)
        at = data.find(b"\n", minimum)
        while at >= 0:
            if self._is_line_prefix(data[at + 1 :]):
                return at - (data[max(at - 1, 0) : at] == b"\r")
            at = data.find(b"\n", at + 1)
        return len(data) - data.endswith(b"\r")

    def _is_line_prefix(self, data: bytes) -> bool:
        """Whether `data` may be the beginning of a boundary line."""
        if len(data) <= len(self._dashes):
            return self._dashes.startswith(data)
        after = data[len(self._dashes) :]
        return data.startswith(self._dashes) and (after == b"-" or not after.rstrip(b"\r").strip(b" \t"))

    def gap(self, length: int) -> None:
        """`length` bytes are missing here, which may include a boundary."""
        self._read_last()
        self._at_start = False
        if self._part:
            self._part.gap(length)

    def _read_last(self) -> None:
        data, origin = self._pending.take(len(self._pending))
        self._read(memoryview(data), origin, last=True)

    def close(self) -> None:
        """No more bytes follow."""
        self._read_last()
        if self._part:
            self._part.close()
        if not self._ended:
            self._findings.report_unread(Reason.DAMAGED, "a truncated multipart body", self._layers)


def multipart(boundary: bytes, part: ReaderFactory) -> ReaderFactory:
    """A factory of readers of multipart bodies with this boundary; `part` is the reader factory for a part."""
    return partial(Multipart, boundary=boundary, part=part)
