"""PostgreSQL: the archives of a base backup, which a server sends in CopyData messages (protocol 3.0, 55.4, 55.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.decoders.untyped import untyped
from overheard_capture.protocols.beside import MessagesBeside

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader

LAYER = Layer("CopyData")
_TYPE_AND_LENGTH = 5
_COPY_DATA = ord("d")
# What CopyData begins with in a base backup: a new archive, or data of one.
_NEW, _DATA = ord("n"), ord("d")


class PostgresqlServer(MessagesBeside):
    """Reads what a server sends."""

    _archive: Content | None = None

    def _header_length(self, begin: bytes) -> int:
        has_kind = begin[:1] == b"d" and int.from_bytes(begin[1:_TYPE_AND_LENGTH], "big") > 4
        return _TYPE_AND_LENGTH + (has_kind and len(begin) >= _TYPE_AND_LENGTH)

    def _begin(self, header: bytes) -> int:
        length = int.from_bytes(header[1:_TYPE_AND_LENGTH], "big") - 4
        if header[0] != _COPY_DATA or len(header) == _TYPE_AND_LENGTH:
            return length
        if header[_TYPE_AND_LENGTH] == _NEW:
            self._close_archive()
        elif header[_TYPE_AND_LENGTH] == _DATA:
            if self._archive is None:
                self._archive = Content(self._findings, (*self._layers, LAYER), untyped, SearchScope.BOUNDARIES)
            self._body = self._archive
        return length - 1

    def _end(self) -> None:
        # An archive goes on in the next message.
        self._body = None

    def _close_archive(self) -> None:
        if self._archive is not None:
            self._archive.close()
        self._archive = None

    def close(self) -> None:
        """The direction has ended."""
        self._body = None
        super().close()
        self._close_archive()


def postgresql(findings: Findings, layers: Layers) -> Reader:
    """Create a reader of what a server sends."""
    findings.identify_as("PostgreSQL")
    return PostgresqlServer(findings, layers)
