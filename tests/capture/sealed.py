"""Captures of encrypted traffic alone, and what the judge says to them if sealed is required."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture.frames import ethernet, exchange, ipv4, rewritten, udp
from capture.talk import SECRET
from overheard import Options, judge

if TYPE_CHECKING:
    from pathlib import Path

    from capture.talk import Parts

SEALED = "PROTECTED: sealed, by shape"
# What is no ciphertext: text, and the same text under a key of one byte.
LETTER = b"Dear squirrels, " + SECRET + b". " + b"Yours sincerely, the keeper of the acorns. " * 8
KEYED = bytes(byte ^ 0x9C for byte in LETTER)
_HOSTS = {">": ("10.0.0.1", "10.0.0.2"), "<": ("10.0.0.2", "10.0.0.1")}


def verdict(folder: Path, frames: list[bytes], *endpoints: str) -> str:
    """The outcome, and the ground if it is PROTECTED; if endpoints are named, they alone must be sealed."""
    options = Options(vouched={"whole", "sent"}, required={"sealed"}, sealed_endpoints=endpoints)
    report = judge(rewritten(folder / "sealed.pcapng", frames), {"message": SECRET}, options)
    ground = report.verdicts["message"].ground
    return f"{report.outcome}: {ground}" if report.exit_code == 0 else str(report.outcome)


def of_datagrams(parts: Parts, port: int = 5000) -> list[bytes]:
    """Frames with UDP datagrams by both sides, from and to one port."""
    return [packet(side, udp(data, source=port, target=port), 17) for side, data in parts]


def packet(side: str, payload: bytes, protocol: int) -> bytes:
    """A frame with an IP packet by one side."""
    source, target = _HOSTS[side]
    return ethernet(ipv4(payload, protocol, source=source, target=target))


def of_stream(parts: Parts) -> list[bytes]:
    """Frames with a TCP connection, in which the client sends first."""
    sent, answered = (
        [data[at : at + 1400] for who, data in parts if who == side for at in range(0, len(data), 1400)]
        for side in "><"
    )
    return exchange(sent, answered)
