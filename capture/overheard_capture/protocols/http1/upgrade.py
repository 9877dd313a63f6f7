"""Readers of a connection after HTTP/1 switched to another protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader


def upgraded_reader(upgrade: bytes, findings: Findings, layers: Layers) -> Reader:
    """Create the reader for an upgrade to this protocol; after CONNECT or an unknown one, its content is identified."""
    # Imported late: all of them may contain HTTP again.
    if upgrade == b"websocket":
        from overheard_capture.protocols.websocket.reader import websocket  # noqa: PLC0415

        return websocket(findings, layers)
    if upgrade == b"h2c":
        from overheard_capture.protocols.http2.reader import http2  # noqa: PLC0415

        return http2(findings, layers)
    return findings.readers.stream(findings, layers)
