"""What a connection becomes once HTTP/1 has agreed on something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader


def switched(upgrade: bytes, findings: Findings, layers: Layers) -> Reader:
    """What reads on after an upgrade to this; after one to anything else, and after CONNECT, its own bytes tell."""
    # All of them may have HTTP in them again.
    if upgrade == b"websocket":
        from overheard_capture.protocols.websocket.reader import websocket  # noqa: PLC0415

        return websocket(findings, layers)
    if upgrade == b"h2c":
        from overheard_capture.protocols.http2.reader import http2  # noqa: PLC0415

        return http2(findings, layers)
    return findings.readers.stream(findings, layers)
