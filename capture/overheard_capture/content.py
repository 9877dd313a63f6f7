"""What a stream is, told by its content alone and never by its port."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from overheard_capture.streams import Run, Stream

# RFC 8446, 5.1: type, legacy version, length; and 5.2: how long a protected record may be (TLS 1.2 allows the most).
_TYPES = range(20, 25)
# Alerts and handshakes, in clear until a change of cipher specs (20) or application data (23) says otherwise.
_NEVER_ENCRYPTED, _ALERT = (21, 22), (21,)
_LONGEST = (1 << 14) + 2048
_CLIENT_HELLO = re.compile(rb"\x16\x03[\x00-\x04]..\x01", re.DOTALL)

# Signs in plain text of a layer that the judge does not unwrap.
_WRAPPED = re.compile(rb"^(?:content-encoding|transfer-encoding|upgrade|sec-websocket-accept)\s*:", re.I | re.M)


class Content(StrEnum):
    """What the bytes of a stream are to someone who has no key."""

    TLS = "TLS"
    TEXT = "plain text"
    MISTAKEN = "TLS in clear on one side and plain text on the other"
    NOTHING = "nothing"
    UNKNOWN = "something that this judge cannot read"


def content(stream: Stream) -> Content:
    """What `stream` carries, both directions taken together."""
    sent, answered = (direction.runs for direction in stream.directions)
    if not sent and not answered:
        return Content.NOTHING
    if sent and _CLIENT_HELLO.match(sent[0].data) and all(_is_tls(run) for run in (*sent, *answered)):
        return Content.TLS
    if all(is_text(run.data) for run in (*sent, *answered)):
        return Content.TEXT
    return Content.MISTAKEN if sent and answered and _is_mistaken(sent, answered) else Content.UNKNOWN


def _is_mistaken(sent: Sequence[Run], answered: Sequence[Run]) -> bool:
    """Whether one side took the port for another: a hello is answered by text, or text by an alert."""
    if _CLIENT_HELLO.match(sent[0].data):
        return all(_is_tls(run, _NEVER_ENCRYPTED) for run in sent) and all(is_text(run.data) for run in answered)
    return all(is_text(run.data) for run in sent) and all(_is_tls(run, _ALERT) for run in answered)


def _is_tls(run: Run, types: Container[int] = _TYPES) -> bool:
    """Whether every byte of a direction, from first to last, is inside a well-formed record of these types."""
    data, offset = run.data, 0
    while offset + 5 <= len(data):
        length = int.from_bytes(data[offset + 3 : offset + 5], "big")
        if data[offset] not in types or data[offset + 1] != 3 or data[offset + 2] > 4 or not 0 < length <= _LONGEST:
            return False
        offset += 5 + length
    return run.start == 0 and offset == len(data)


def is_text(data: bytes | bytearray) -> bool:
    """Whether this is text that wraps nothing: what a person can read, the search has read."""
    if _WRAPPED.search(data):
        return False
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n" for character in text)
