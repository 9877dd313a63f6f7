"""A body with the declared encoding base64 (RFC 2045, 6.8)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.base64.finder import Base64Finder
from overheard_capture.decoders.base64.run import Base64Run

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin


class Base64Body:
    """Decodes a body. Bytes outside the alphabet are ignored."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._run = Base64Run(findings, layers, reader, 0)
        # Finds base64 after a gap, where the start of a group is unknown.
        self._resync: Base64Finder | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._resync:
            self._resync.feed(bytes(data), origin)
        else:
            self._run.feed(bytes(data), origin)

    def gap(self, _: int) -> None:
        """Bytes are missing here."""
        self._findings.report_unread(Reason.GAP, "base64 data with bytes missing", self._layers)
        self._finish()
        self._resync = Base64Finder(self._findings, self._layers, self._reader)

    def _finish(self) -> None:
        if self._resync:
            self._resync.close()
        else:
            self._run.close()

    def close(self) -> None:
        """No more bytes follow."""
        self._finish()


def base64_body(reader: ReaderFactory) -> ReaderFactory:
    """A factory of readers that decode base64, and feed `reader`."""
    return partial(Base64Body, reader=reader)
