"""What the evidence says of a match by chance, and of what nobody can read."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

import pytest

from capture.frames import exchange, rewritten
from capture.recordings import says
from overheard import Options, judge

if TYPE_CHECKING:
    from pathlib import Path

RIDDLE = hashlib.shake_128(b"riddle").digest(400)
PARAMETERS = b"user\0alice\0database\0garden\0\0"
STARTUP = struct.pack(">IHH", 8 + len(PARAMETERS), 3, 0) + PARAMETERS
RESPONSE = b"R" + struct.pack(">II", 8, 0) + b"D" + struct.pack(">IHI", 10 + len(RIDDLE), 1, len(RIDDLE)) + RIDDLE


@pytest.mark.parametrize(
    ("secret", "size", "expected"),
    [
        ("a rather long secret", 100, "a match by chance is next to impossible in the "),
        ("x~", 100, "captures like this one has a match by chance in the "),
        ("~", 4000, "matches by chance are expected in the "),
    ],
)
def test_chance_is_told_in_words(secret: str, size: int, expected: str, tmp_path: Path) -> None:
    frames = exchange([b"acorn " * (size // 6) + b"." * (size % 6)], [])
    report = judge(rewritten(tmp_path / "x.pcapng", frames), {"x": secret}, Options(vouched={"whole", "sent"}))
    assert expected in says(report.verdicts["x"], "chance")


@pytest.mark.parametrize(
    ("sent", "answered", "expected"),
    [
        (STARTUP, RESPONSE, f"({len(RESPONSE)} bytes of PostgreSQL, --without 127.0.0.1:5683)"),
        (b"a line of text\n", RIDDLE, f"({len(RIDDLE)} bytes, --without 127.0.0.1:5683)"),
    ],
    ids=["a known protocol", "plain text on the other side"],
)
def test_what_nobody_can_read_is_told_with_its_protocol(
    sent: bytes, answered: bytes, expected: str, tmp_path: Path
) -> None:
    report = judge(rewritten(tmp_path / "x.pcapng", exchange([sent], [answered])), {"x": "correct horse"})
    assert expected in says(report.verdicts["x"], "readable")


@pytest.mark.parametrize(
    ("answered", "action"),
    [
        (RIDDLE, "--without"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nbroken off", "record again if its sender broke it off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nbroken off", "--without"),
    ],
)
def test_the_reason_says_what_to_do(answered: bytes, action: str, tmp_path: Path) -> None:
    frames = exchange([b"GET / HTTP/1.1\r\n\r\n"], [answered])
    report = judge(rewritten(tmp_path / "x.pcapng", frames), {"x": "correct horse"}, Options(vouched={"whole", "sent"}))
    [reason] = report.verdicts["x"].reasons
    assert reason.code == "readable"
    assert action in reason.hint
