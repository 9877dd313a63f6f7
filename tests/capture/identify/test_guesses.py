"""What can only be guessed is said, and excuses nothing."""

from __future__ import annotations

import random
import struct

import pytest

from capture.played import some_findings
from overheard_capture.content.findings import UNKNOWN_FORMAT
from overheard_capture.identify.datagrams import DatagramIdentifier
from overheard_capture.provenance.origin import Origin

RANDOM = random.Random(5004)  # noqa: S311 - the same in each run


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (struct.pack(">BBHII", 0x80, 96, 7, 160, 1) + RANDOM.randbytes(160), "perhaps RTP or SRTP"),
        (bytes([4, 0, 0, 0]) + RANDOM.randbytes(44), "perhaps WireGuard"),
        (b"\x77" + RANDOM.randbytes(99), UNKNOWN_FORMAT),
    ],
    ids=["RTP", "WireGuard", "anything"],
)
def test_a_guess_is_a_reason(data: bytes, words: str) -> None:
    findings = some_findings()
    DatagramIdentifier(findings).datagram(data, Origin.of_frame(1, 42, len(data)))
    (unread,) = findings.unread
    assert unread.what.startswith(words)
    assert findings.encryption is None
    assert set(findings.read) == {"opaque"}
