"""WebSocket frames, written by the library websockets."""

from __future__ import annotations

from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame


def frames(*frames: Frame, mask: bool = False, extension: PerMessageDeflate | None = None) -> bytes:
    return b"".join(frame.serialize(mask=mask, extensions=[extension] if extension else None) for frame in frames)
