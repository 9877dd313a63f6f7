"""What keys open of a recording: TLS, by tshark, and tokens of Fernet; with the place on the wire of each."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from overheard.words.errors import UnreadableError
from overheard_capture import tshark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.judge.case import Case, Keys
    from overheard_capture.search import Match
    from overheard_capture.tshark import TlsKeys

# A token is base64url, and its first byte is the version 0x80, its next the high bytes of the time: the specification
# of Fernet (https://github.com/fernet/spec).
_TOKEN = re.compile(rb"gAAAA[\w-]{64,}={0,2}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where something that was opened lies on the wire, and how the secret is spelled in it.

    `frame`, `offset`, `length` and `frames` are those of what was opened; `match` is where the secret stands in it.
    """

    frame: int
    offset: int
    length: int
    frames: tuple[int, ...]
    stream: int
    direction: str
    match: Match


def in_tls(case: Case, keys: TlsKeys) -> Iterator[Place]:
    """Every place where the secret is seen once `keys` have opened the TLS streams. Raises UnreadableError."""
    sides: dict[tuple[int, str], list[tshark.Opened]] = {}
    for piece in tshark.opened(case.for_tshark, keys, case.tls):
        # tshark puts IP fragments together, and we do not: what came in one has no segment here.
        if segment := case.segments.get(piece.frame):
            # A frame that brought nothing new, sent again, is of no stream.
            stream = case.stream_of.get(piece.frame, -1)
            sides.setdefault((stream, f"{segment.source} → {segment.target}"), []).append(piece)
    # tshark tells of the streams in any order.
    for (stream, direction), pieces in sorted(sides.items()):
        for match in case.search.matches(b"".join(piece.data for piece in pieces)):
            frames = _frames_of(pieces, match)
            carrier = case.segments[frames[-1]]
            yield Place(carrier.frame, carrier.offset, len(carrier.payload), frames, stream, direction, match)


def in_tokens(case: Case, keys: Keys) -> Iterator[Place]:
    """Every place where the secret is seen once `keys` have opened the tokens of Fernet.

    Raises UnreadableError, after all that the others opened, where one of them is no key.
    """
    fernet_keys = keys.fernet
    openers = list(_openers(fernet_keys))
    for stream, direction, run in case.runs:
        for token in _TOKEN.finditer(run.data) if openers else ():
            frame, offset = run.locate(token.start())
            frames = run.frames(token.start(), len(token[0]))
            for match in case.search.matches(_opened(openers, token[0])):
                yield Place(frame, offset, len(token[0]), frames, stream.number, str(direction), match)
    if len(openers) < len(fernet_keys):
        raise UnreadableError("what is kept as a key of Fernet is none")


def _openers(keys: Iterable[bytes]) -> Iterator[Fernet]:
    for key in keys:
        with suppress(ValueError):
            yield Fernet(key)


def _opened(openers: Iterable[Fernet], token: bytes) -> bytes:
    """What one of them opens; nothing where none does."""
    for opener in openers:
        with suppress(InvalidToken):
            # In a URL or a form a token may lack its padding, and more of it than needed does no harm.
            return opener.decrypt(token + b"==")
    return b""


def _frames_of(pieces: list[tshark.Opened], match: Match) -> tuple[int, ...]:
    """The frames that completed a match in `pieces`, put one after the other."""
    frames, begins = [], 0
    for piece in pieces:
        if begins < match.offset + match.length and begins + len(piece.data) > match.offset:
            frames.append(piece.frame)
        begins += len(piece.data)
    return tuple(frames)
