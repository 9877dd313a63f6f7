"""What runs of base64 say: read on where it is something that can be read, searched where it is not."""

from __future__ import annotations

import bisect
import re
from itertools import islice
from typing import TYPE_CHECKING

from overheard_capture.layers.base64_letters import decoded, token_of
from overheard_capture.layers.content import Content
from overheard_capture.layers.embedded import MAGICS
from overheard_capture.layers.glance import SHORTEST
from overheard_capture.layers.nested import inner
from overheard_capture.layers.origin import Origin, Span, joined
from overheard_capture.layers.sniff import is_known
from overheard_capture.layers.text import seems_text

if TYPE_CHECKING:
    from overheard_capture.layers.by_frame import Part
    from overheard_capture.layers.desk import Desk
    from overheard_capture.layers.nested import Factory

    # How many letters come before a part that another frame brought.
    Places = list[tuple[int, Part]]

# By how many letters it is decided where the first group of four begins.
_HEAD = 64
# How far behind words it may begin, and behind how many; and how much text is no chance.
_LATEST, _MOST_WORDS, _TEXT = 128, 8, 20
_MARK = re.compile(rb"[/+]")
_FERNET = b"gAAAAA"
# What parts runs that are searched together.
_BETWEEN = b"\0\xff\0"


def aligned(letters: bytes) -> int:
    """Behind how many letters something is written that can be read; -1 where nothing is."""
    for skipped in (*range(4), *_behind_words(letters)):
        if _says(decoded(letters[skipped : skipped + _HEAD])):
            return skipped
    for skipped in range(4):
        if _says_later(decoded(letters[skipped : skipped + _HEAD])):
            return skipped
    return -1


def _behind_words(letters: bytes) -> list[int]:
    """Where base64 may begin behind a path, or behind words with hyphens, which could all be letters of it, too."""
    found = [mark.end() for mark in islice(_MARK.finditer(letters, 3, _LATEST), _MOST_WORDS)]
    return [at for at in found if len(letters) - at >= SHORTEST]


def _says_later(out: bytes) -> bool:
    """Whether something can be read behind letters that are none of it."""
    return (len(out) > 2 * _TEXT and seems_text(out[-_TEXT:])) or any(magic in out for magic in MAGICS)


def _says(out: bytes) -> bool:
    return len(out) > 8 and (seems_text(out) or is_known(out) or _is_wide(out))


def _is_wide(out: bytes) -> bool:
    """Text of two bytes a letter."""
    return out[1::2].count(0) == len(out) // 2 or out[::2].count(0) == (len(out) + 1) // 2


class Run:
    """A run that is read piece by piece. So many letters at its beginning are no part of it."""

    def __init__(self, desk: Desk, layers: tuple[str, ...], reader: Factory, skipped: int) -> None:
        self._content = inner(desk, layers, "base64", reader)
        self._skipped = skipped
        # Letters that wait for a group of four, and where the last of them are from.
        self._waiting = b""
        self._origin = Origin([])

    def feed(self, letters: bytes, places: Places, origin: Origin) -> None:
        """Read on."""
        skipped, waited = self._skipped, len(self._waiting)
        letters = self._waiting + letters[skipped:]
        whole = len(letters) // 4 * 4
        if self._content and whole:
            made = [(max(waited + before - skipped, 0) * 3 // 4, *part) for before, part in places]
            out, made_of = decoded(letters[:whole]), origin.derived(made)
            if known := waited * 3 // 4:
                # So much could have been read before.
                made_of = joined([(self._origin, 0, known), (made_of, known, len(out))])
            self._content.feed(out, made_of)
        self._waiting, self._skipped = letters[whole:], 0
        self._origin = origin.derived([(0, *places[-1][1])])

    def close(self) -> None:
        """There is no more to come."""
        if self._content:
            self._content.feed(decoded(self._waiting), self._origin)
            self._content.close()


class Token:
    """What an application may have sealed with Fernet, as it comes; opened at its end, where somebody has the key."""

    def __init__(self, desk: Desk, layers: tuple[str, ...], reader: Factory) -> None:
        self._desk = desk
        self._layers = layers
        self._reader = reader
        self._letters = b""
        self._spans: list[Span] = []

    def feed(self, letters: bytes, origin: Origin, length: int) -> None:
        """Take in more letters, which are the first `length` bytes of what `origin` is that of."""
        if not self._letters:
            at = letters.find(_FERNET)
            if at < 0:
                return
            letters = letters[at:]
        if len(self._letters) + len(letters) <= self._desk.limits.size:
            self._letters += letters
            self._spans += origin.derived([(0, 0, length)]).spans

    def close(self) -> None:
        """Open it."""
        if not self._letters or not self._desk.opener:
            return
        first = self._spans[0]
        frames = dict.fromkeys(frame for span in self._spans for frame in (span.frame, *span.also))
        also = tuple(frame for frame in frames if frame != first.frame)
        origin = Origin([first._replace(also=also)])
        for name, plaintext in self._desk.opener.open(token_of(self._letters)):
            content = Content(self._desk, (*self._layers, name), self._reader)
            content.feed(plaintext, origin)
            content.close()


class Together:
    """What says nothing that could be read any further: it is searched, many at a time."""

    def __init__(self, desk: Desk, layers: tuple[str, ...]) -> None:
        self._desk = desk
        self._layers = layers
        self._outs: list[bytes] = []
        self._origins: list[tuple[Origin, Places]] = []

    def add(self, letters: bytes, places: Places, origin: Origin) -> None:
        """Have them searched, too."""
        self._outs.append(decoded(letters))
        self._origins.append((origin, places))

    def search(self) -> None:
        """Search all that there is."""
        if not self._outs:
            return
        starts, at = [], 0
        for out in self._outs:
            starts.append(at)
            at += len(out) + len(_BETWEEN)
        found = set()
        for match in self._desk.search.matches(_BETWEEN.join(self._outs)):
            which = bisect.bisect_right(starts, match.offset) - 1
            if match.offset + match.length <= starts[which] + len(self._outs[which]):
                found.add(which)
        for which in sorted(found):
            self._hand_in(self._outs[which], *self._origins[which])
        self._outs, self._origins = [], []

    def _hand_in(self, out: bytes, origin: Origin, places: Places) -> None:
        content = inner(self._desk, self._layers, "base64", None)
        if content:
            content.feed(out, origin.derived([(before * 3 // 4, *part) for before, part in places]))
