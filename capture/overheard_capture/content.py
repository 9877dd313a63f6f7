"""What a stream is, told by its content alone and never by its port."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from overheard_capture.tls.records import ALERT, HANDSHAKE, TYPES, records

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from overheard_capture.streams import Run, Stream

# These are in clear until a change of cipher specs or application data says otherwise.
_NEVER_ENCRYPTED = (ALERT, HANDSHAKE)
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
    return all(is_text(run.data) for run in sent) and all(_is_tls(run, (ALERT,)) for run in answered)


def _is_tls(run: Run, types: Container[int] = TYPES) -> bool:
    """Whether every byte of a direction, from first to last, is inside a well-formed record of these types."""
    found = records(run.data)
    inside = bool(found) and found[-1].end == len(run.data)
    return run.start == 0 and inside and all(record.kind in types for record in found)


def is_text(data: bytes | bytearray) -> bool:
    """Whether this is text that wraps nothing: what a person can read, the search has read."""
    if _WRAPPED.search(data):
        return False
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character in "\t\r\n" for character in text)
