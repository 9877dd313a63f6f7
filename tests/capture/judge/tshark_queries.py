"""Queries of the second witness, and recordings for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capture.frames import exchange, rewritten
from overheard.words.secret import Secret
from overheard_capture.judge.second_witness import WitnessOptions, query_tshark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

VALUE = b"fluffy tail"
SECRET = Secret("message", VALUE)
HTTP = WitnessOptions(decode_as={"tcp.port==5683": "http"})
ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def answer(body: bytes, *headers: bytes) -> bytes:
    head = b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers))
    return head + b"\r\n\r\n" + body


def recorded(path: Path, answered: Sequence[bytes]) -> Path:
    return rewritten(path, exchange([ASKED], answered))


def seen_in(path: Path, how: WitnessOptions = HTTP, *secrets: Secret) -> dict[str, list[tuple[int, str]]]:
    """The frame and the field of all that tshark sees, by the secret's name."""
    found = query_tshark([path], secrets or [SECRET], how)
    return {name: [(each.frame, each.field) for each in seen] for name, seen in found.items()}
