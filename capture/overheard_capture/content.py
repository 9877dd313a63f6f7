"""What a stream is, told by its content alone and never by its port."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.streams import Run, Stream

# RFC 8446, 5.1: type, legacy version, length; and 5.2: how long a protected record may be (TLS 1.2 allows the most).
_TYPES = range(20, 25)
_LONGEST = (1 << 14) + 2048
_CLIENT_HELLO = re.compile(rb"\x16\x03[\x00-\x04]..\x01", re.DOTALL)

# Signs in plain text of a layer that the judge does not unwrap.
_WRAPPED = re.compile(rb"^(?:content-encoding|transfer-encoding|upgrade|sec-websocket-accept)\s*:", re.I | re.M)


class Content(StrEnum):
    """What the bytes of a stream are to someone who has no key."""

    TLS = "TLS"
    TEXT = "plain text"
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
    return Content.UNKNOWN


def _is_tls(run: Run) -> bool:
    """Whether every byte, from the first of the direction to the last, is inside a well-formed record."""
    data, offset = run.data, 0
    while offset + 5 <= len(data):
        length = int.from_bytes(data[offset + 3 : offset + 5], "big")
        if data[offset] not in _TYPES or data[offset + 1] != 3 or data[offset + 2] > 4 or not 0 < length <= _LONGEST:
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
