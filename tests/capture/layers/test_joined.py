"""Connections of which the beginning is missing."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from pathlib import Path

from websockets.frames import Frame, Opcode

from capture.layers import test_http2
from capture.layers.played import VALUE, played, seen
from capture.layers.test_websocket import frames
from overheard_capture.layers.desk import Why
from overheard_capture.layers.joined import joined


def test_http2_is_told_by_its_frames() -> None:
    talk = test_http2.Talk()
    for number in range(5):
        talk.ask(gzip.compress(b"it is %b, %d" % (VALUE, number)), [("content-encoding", "gzip")])
    data = talk.sent[150:]
    found = joined(data, last=True)
    assert found
    assert found.name == "HTTP/2"
    desk = played(found.reader, data)
    assert ("HTTP/2", "gzip") in seen(desk)
    assert Why.GAP in {trouble.why for trouble in desk.troubles}
    assert sum(desk.read.values()) == len(data)


def test_websocket_is_told_by_its_frames() -> None:
    data = frames(*(Frame(Opcode.TEXT, b"it is %b, %d" % (VALUE, number)) for number in range(12)), mask=True)[11:]
    found = joined(data)
    assert found
    assert found.name == "WebSocket"
    assert seen(played(found.reader, data)) == {("WebSocket",)}


def test_telnet_is_told_by_its_commands() -> None:
    found = joined(b"login: \xff\xfb\x01" + VALUE[:4] + b"\xff\xfb\x03" + VALUE[4:])
    assert found
    assert found.name == "telnet"


def test_anything_else_is_not() -> None:
    assert not joined(b"")
    assert not joined(bytes(5000), last=True)
    assert not joined(b"plain text, of which there is a lot " * 1000, last=True)
    assert not joined(b"\xff" * 5000, last=True)
    assert not joined(bytes(range(256)) * 200, last=True)
    for number in range(40):
        assert not joined(hashlib.shake_128(bytes([number])).digest(5000), last=True)
    for path in Path(re.__file__).parent.glob("*.py"):
        assert not joined(path.read_bytes(), last=True)
        assert not joined(zlib.compress(path.read_bytes())[2:], last=True)
