"""A body that is said to be base64 (RFC 2045, 6.8)."""

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
    """Decodes all of it. Whatever is no letter is passed over."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._run = Base64Run(findings, layers, reader, 0)
        # Looks for base64 behind bytes that are missing: nobody knows where a group begins.
        self._after: Base64Finder | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Decode on."""
        if self._after:
            self._after.feed(bytes(data), origin)
        else:
            self._run.feed(bytes(data), origin)

    def gap(self, _: int) -> None:
        """So many bytes are missing here."""
        self._findings.unread(Reason.GAP, "base64 with bytes missing", self._layers)
        self._end()
        self._after = Base64Finder(self._findings, self._layers, self._reader)

    def _end(self) -> None:
        if self._after:
            self._after.close()
        else:
            self._run.close()

    def close(self) -> None:
        """There is no more to come."""
        self._end()


def base64_body(reader: ReaderFactory) -> ReaderFactory:
    """A factory of readers of base64, which hand on what it says to another reader."""
    return partial(Base64Body, reader=reader)
