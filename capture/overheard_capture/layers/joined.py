"""A connection that was joined in the middle: what it is, told by frames that follow each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.layers import http2_afresh, websocket_afresh
from overheard_capture.layers.http2 import http2
from overheard_capture.layers.telnet import is_telnet, telnet
from overheard_capture.layers.websocket import websocket

if TYPE_CHECKING:
    from overheard_capture.layers.content import Reader
    from overheard_capture.layers.desk import Desk
    from overheard_capture.layers.nested import Factory

# So much of the beginning tells enough.
ENOUGH = 64 << 10


class Joined(NamedTuple):
    """What it is, and who reads it."""

    name: str
    reader: Factory


def _http2(desk: Desk, layers: tuple[str, ...]) -> Reader:
    reader = http2(desk, layers)
    reader.gap(1)
    return reader


def _websocket(desk: Desk, layers: tuple[str, ...]) -> Reader:
    reader = websocket(desk, layers)
    reader.gap(1)
    return reader


def joined(head: bytes, *, last: bool = False) -> Joined | None:
    """What a direction is that begins like this, and as nothing else that is known. With `last`, that is all of it.

    A reader looks for the first frame by itself, and says that what was before it is missing.
    """
    held = bytearray(head[:ENOUGH])
    last = last and len(head) <= ENOUGH
    if http2_afresh.find_frames(held, last) >= 0:
        return Joined("HTTP/2", _http2)
    if websocket_afresh.find_frames(held, last) >= 0:
        return Joined("WebSocket", _websocket)
    if is_telnet(held):
        return Joined("telnet", telnet)
    return None
