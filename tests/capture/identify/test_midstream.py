"""Connections whose beginning is missing."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from websockets.frames import Frame, Opcode

from capture.frames import exchange, rewritten
from capture.played import VALUE, played, seen
from capture.protocols.http2.talk import Http2Conversation
from capture.protocols.websocket.frames import frames
from overheard import judge
from overheard.words.layer import Layers
from overheard.words.verdict import Outcome
from overheard_capture.content.findings import Reason
from overheard_capture.identify.midstream import identify_midstream
from overheard_capture.protocols.http2.frames import Http2Frame
from overheard_capture.protocols.websocket import resync as websocket_resync
from overheard_capture.protocols.websocket.frames import WebSocketFrame

if TYPE_CHECKING:
    from collections.abc import Callable


def in_the_middle(folder: Path, sent: bytes) -> Path:
    """A capture of a connection whose beginning is missing, with these bytes of the client."""
    parts = [sent[at : at + 1400] for at in range(0, len(sent), 1400)]
    return rewritten(folder / "joined.pcapng", exchange(parts, [])[3:])


def http2_said() -> bytes:
    talk = Http2Conversation()
    for number in range(5):
        talk.ask(gzip.compress(b"it is %b, %d" % (VALUE, number)), [("content-encoding", "gzip")])
    return bytes(talk.sent[150:])


def websocket_said() -> bytes:
    return frames(*(Frame(Opcode.TEXT, b"it is %b, %d" % (VALUE, number)) for number in range(12)), mask=True)[11:]


def test_http2_is_recognised_by_its_frames() -> None:
    data = http2_said()
    found = identify_midstream(data, last=True)
    assert found
    assert found.name == "HTTP/2"
    findings = played(found.reader, data)
    assert ("HTTP/2", "gzip") in seen(findings)
    assert Reason.GAP in {each.why for each in findings.unread}
    assert sum(findings.read.values()) == len(data)


def test_websocket_is_recognised_by_its_frames() -> None:
    data = websocket_said()
    found = identify_midstream(data)
    assert found
    assert found.name == "WebSocket"
    assert seen(played(found.reader, data)) == {("WebSocket",)}


@pytest.mark.parametrize(
    ("sent", "layers"),
    [
        (http2_said(), ("HTTP/2", "gzip")),
        (websocket_said(), ("WebSocket",)),
        (b"login: \xff\xfb\x01" + VALUE[:4] + b"\xff\xfb\x03" + VALUE[4:], ("telnet",)),
    ],
)
def test_its_content_is_seen(tmp_path: Path, sent: bytes, layers: Layers) -> None:
    verdict = judge(in_the_middle(tmp_path, sent), {"it": VALUE}).verdicts["it"]
    assert verdict.outcome is Outcome.OVERHEARD
    assert layers in {sighting.layers for sighting in verdict.sightings}


@pytest.mark.parametrize("says", [VALUE, b"nothing"])
def test_a_wrong_guess_hides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    """Data that is mistaken for WebSocket is also read as what it is."""
    sent = hashlib.shake_128(b"1").digest(3000) + says + hashlib.shake_128(b"2").digest(3000)
    path = in_the_middle(tmp_path, sent)
    right = judge(path, {"it": VALUE})
    monkeypatch.setattr(websocket_resync, "find_frames", lambda *_: 0)
    found = identify_midstream(sent)
    assert found
    assert found.name == "WebSocket"
    wrong = judge(path, {"it": VALUE})
    assert wrong == right
    assert wrong.verdicts["it"].outcome is (Outcome.OVERHEARD if says is VALUE else Outcome.INCONCLUSIVE)
    assert wrong.account.flows[0].what == "unknown"


def test_telnet_is_recognised_by_its_commands() -> None:
    found = identify_midstream(b"login: \xff\xfb\x01" + VALUE[:4] + b"\xff\xfb\x03" + VALUE[4:])
    assert found
    assert found.name == "telnet"


def test_other_content_is_not_recognised() -> None:
    assert not identify_midstream(b"")
    assert not identify_midstream(bytes(5000), last=True)
    assert not identify_midstream(b"plain text, of which there is a lot " * 1000, last=True)
    assert not identify_midstream(b"\xff" * 5000, last=True)
    assert not identify_midstream(bytes(range(256)) * 200, last=True)
    for number in range(40):
        assert not identify_midstream(hashlib.shake_128(bytes([number])).digest(5000), last=True)
    for path in Path(re.__file__).parent.glob("*.py"):
        assert not identify_midstream(path.read_bytes(), last=True)
        assert not identify_midstream(zlib.compress(path.read_bytes())[2:], last=True)


@pytest.mark.parametrize("unit", [b"\x81\0", b"\x82\x82", b"\0\0\1\0\0\0\0\0\1x", b"\0\0\0\4\0\0\0\0\0", b"\xff\xfb\1"])
def test_the_search_for_frames_is_bounded(unit: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0
    for kind in (Http2Frame, WebSocketFrame):
        frame = kind.parse

        def note(data: bytes, of: Callable[[bytes], object] = frame) -> object:
            nonlocal looked
            looked += 1
            return of(data)

        monkeypatch.setattr(kind, "parse", note)
    identify_midstream(unit * (65536 // len(unit)))
    assert looked <= 40_000
