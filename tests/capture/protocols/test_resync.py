"""Resynchronisation: real frames are found, and lookalikes are not."""

from __future__ import annotations

import os
import random
import sys
import zlib
from pathlib import Path

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, CloseCode, Frame, Opcode

from capture.played import Ignored, origin_of, some_findings
from capture.protocols.websocket.frames import frames
from overheard_capture.identify.midstream import MidstreamReader, identify_midstream
from overheard_capture.protocols.http2 import resync as http2_resync
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.websocket import resync as websocket_resync

MESSAGES = [Frame(Opcode.TEXT, b"it is acorn number %d" % number) for number in range(6)]
GOODBYE = Frame(Opcode.CLOSE, Close(CloseCode.NORMAL_CLOSURE, "").serialize())


def found(data: bytes, *, last: bool = True) -> int:
    return websocket_resync.find_frames(data, last)


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("takeover", [None, True, False])
def test_messages_are_recognised_by_their_first_frame(mask: bool, takeover: bool | None) -> None:
    deflate = None if takeover is None else PerMessageDeflate(not takeover, not takeover, 15, 15)
    data = frames(*MESSAGES, mask=mask, extension=deflate)
    assert found(data, last=False) == 0
    assert found(b"\xf0\xf0\xf0" + data, last=False) == 3


def test_one_message_suffices_if_it_is_all_of_the_data() -> None:
    assert found(frames(MESSAGES[0], mask=True)) == 0
    assert found(frames(MESSAGES[0], mask=True), last=False) == -1
    assert found(b"\xf0" + frames(MESSAGES[0], mask=True)) == -1
    assert found(b"\xf0" + frames(MESSAGES[0], GOODBYE, mask=True)) == 1


NOT_FRAMES = {
    # Unknown opcodes, and a reserved bit.
    "opcode": b"\x83\x85abcd\5\0\0\0\0",
    "bit": b"\x91\x85abcd\5\0\0\0\0",
    # A length that is not in its shortest form, and a long ping (RFC 6455, 5.2 and 5.5).
    "length": b"\x81\xfe\0\5abcd\5\0\0\0\0",
    "ping": b"\x89\xfe\0\x80abcd" + bytes(128),
    # Invalid UTF-8, an invalid close code, and deflated data that does not end at a block boundary.
    "text": b"\x81\x85\0\0\0\1\xff\xfe\xfd\xfc\xfb",
    "close": b"\x88\x82abcd\x61\x62",
    "compressed": b"\xc1\x85\0\0\0\1\x4b\x4c\x4a\x4e\x4b",
}


@pytest.mark.parametrize("name", NOT_FRAMES)
def test_forbidden_frames_are_not_recognised(name: str) -> None:
    """Between messages, each of which is proof by itself."""
    data = frames(*MESSAGES[:4], mask=True)
    assert found(data + NOT_FRAMES[name] + frames(*MESSAGES[:4], mask=True), last=False) != 0


def test_nothing_follows_a_close_frame() -> None:
    assert found(frames(*MESSAGES[:2], GOODBYE, *MESSAGES, mask=True), last=False) > 0


def test_table_rows_are_not_frames() -> None:
    """They have the same length, or the same bytes at the place of the masking key."""
    assert found(b"".join(b"\x82\x06%06d" % number for number in range(500)), last=True) == -1
    assert found(b"\x81\x8a\x01\x02\x03\x04some words" * 500, last=False) == -1


def test_a_single_http2_frame_must_be_all_of_the_data() -> None:
    data = b"\0\1\0\0\0\0\0\0\1" + b"x" * 256
    assert http2_resync.find_frames(data, True) == 0
    assert http2_resync.find_frames(data, False) == -1
    assert http2_resync.find_frames(b"x" + data, True) == -1


@pytest.mark.slow
def test_binary_data_is_not_frames() -> None:
    """Pieces of programs, compressed data and random bytes, with any beginning and end."""
    chance = random.Random(5)  # noqa: S311  (nothing is kept secret with it)
    folder = Path(os.__file__).parent
    files = [Path(sys.executable), *sorted(folder.rglob("*.so"))[:20], *sorted(folder.rglob("*.whl"))[:2]]
    for path in files:
        whole = path.read_bytes()
        for data in (whole, zlib.compress(whole[: 1 << 18], 1), chance.randbytes(1 << 17)):
            for _ in range(5):
                length, at = int(2 ** chance.uniform(6, 16)), chance.randrange(len(data))
                for last in (True, False):
                    assert not identify_midstream(data[at : at + length], last=last), (path, at, length)


def test_speculative_unwrapping_does_not_use_up_the_budget_of_others() -> None:
    bombs = frames(
        *MESSAGES, Frame(Opcode.BINARY, bytes(4 << 20)), mask=True, extension=PerMessageDeflate(False, False, 15, 15)
    )
    findings = some_findings()
    guess = MidstreamReader(findings, (), Ignored())
    guess.feed(bombs, origin_of(len(bombs)))
    guess.close()
    assert findings.budget.decompressed == 0
    assert findings.conversation.of(TlsConversation).directions == []
    assert not findings.read
