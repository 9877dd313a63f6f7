"""What runs of base64 say: read on where it is something that can be read, searched where it is not."""

from __future__ import annotations

import binascii
import bisect
import re
from functools import lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.byte_scan import SHORTEST
from overheard_capture.content.content import Content
from overheard_capture.content.nesting import inner
from overheard_capture.content.text_detector import seems_text
from overheard_capture.decoders.base64.alphabet import decoded, letters_by_frame, token_of
from overheard_capture.decoders.magic import BEGINNINGS, IN_BASE64, is_known
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.origin import Origin, Span, joined
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes

    # How many letters come before a part that another frame brought.
    Places = list[tuple[int, Part]]

BASE64 = Layer("base64", LayerKind.SPELLED)

# By how many letters it is decided what a run says: behind four places, behind some words, and behind any letters.
_HEAD, _LATEST, _MOST_WORDS = 64, 128, 8
DECIDING = _LATEST + _HEAD + 4
# How much text is no chance.
_TEXT = 20
_MARK = re.compile(rb"[/+]")
# An escape, or a line break, of which more is to come.
_CUT = re.compile(rb"(?:%[0-9A-Fa-f]?|\\(?:u[0-9A-Fa-f]{0,3})?)\Z")
_FERNET = b"gAAAAA"
# What parts runs that are searched together.
_BETWEEN = b"\0\xff\0"


@lru_cache(maxsize=4096)
def aligned(letters: bytes) -> int:
    """Behind how many of the first letters of a run something is written that can be read; -1 where nothing is.

    This is asked of every long word, and often of the same.
    """
    outs = [_beginning(letters, skipped) for skipped in range(4)]
    for skipped, out in enumerate(outs):
        if _says(out):
            return skipped
    for words in islice(_MARK.finditer(letters, 3, _LATEST), _MOST_WORDS):
        if len(letters) - words.end() >= SHORTEST and _says(_beginning(letters, words.end())):
            return words.end()
    # Behind other letters, which are none of it, nothing is sure but text, and what has a signature.
    for known in IN_BASE64.finditer(letters, 0, _LATEST):
        if is_known(_beginning(letters, known.start())):
            return known.start()
    for skipped, out in enumerate(outs):
        if len(out) > 2 * _TEXT and seems_text(out[-_TEXT:]):
            return skipped
    return -1


def _beginning(letters: bytes, skipped: int) -> bytes:
    piece = letters[skipped : skipped + _HEAD]
    return binascii.a2b_base64(piece[: len(piece) & ~3])


def _says(out: bytes) -> bool:
    """Whether this is how something begins that can be read."""
    if seems_text(out):
        return len(out) > 8
    if out.startswith(BEGINNINGS) and is_known(out):
        return True
    # Text of two bytes a letter.
    return 2 * out.count(0) >= len(out) - 1 and 0 in (sum(out[::2]), sum(out[1::2]))


class Base64Run:
    """A run that is read piece by piece. So many letters at its beginning are no part of it."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, skipped: int) -> None:
        self._content = inner(findings, layers, BASE64, reader)
        self._skipped = skipped
        self._by_frame = FrameAligner(self._take)
        # An escape that was cut in two, and letters that wait for a group of four, with where the last are from.
        self._cut = SmallByteQueue()
        self._waiting = b""
        self._origin = Origin([])

    def feed(self, raw: bytes, origin: Origin) -> None:
        """Read on."""
        if self._content:
            self._by_frame.feed(raw, origin)

    def _take(self, data: Bytes, origin: Origin, _: list[Part]) -> None:
        if len(self._cut):
            self._cut.add(data, origin)
            data, origin = self._cut.take()
        raw = bytes(data)
        if cut := _CUT.search(raw, max(len(raw) - 6, 0)):
            self._cut.add(raw[cut.start() :], origin.after(cut.start()))
            raw = raw[: cut.start()]
        if raw:
            self._decode(*letters_by_frame(raw, origin), origin)

    def _decode(self, letters: bytes, places: Places, origin: Origin) -> None:
        skipped, waited = min(self._skipped, len(letters)), len(self._waiting)
        letters = self._waiting + letters[skipped:]
        whole = len(letters) // 4 * 4
        if self._content and whole:
            made = [(max(waited + before - skipped, 0) * 3 // 4, *part) for before, part in places]
            out, made_of = decoded(letters[:whole]), origin.derived(made)
            if known := waited * 3 // 4:
                # So much could have been read before.
                made_of = joined([(self._origin, 0, known), (made_of, known, len(out))])
            self._content.feed(out, made_of)
        self._waiting, self._skipped = letters[whole:], self._skipped - skipped
        self._origin = joined([(origin.derived([(0, *places[-1][1])]), 0, 1)])

    def close(self) -> None:
        """There is no more to come."""
        self._by_frame.flush()
        if self._content:
            self._content.feed(decoded(self._waiting), self._origin)
            self._content.close()


class FernetToken:
    """What an application may have sealed with Fernet, as it comes; opened at its end, where somebody has the key."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
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
        if len(self._letters) + len(letters) <= self._findings.limits.size:
            self._letters += letters
            self._spans.append(origin.derived([(0, 0, length)]).spans[0])

    def close(self) -> None:
        """Open it."""
        if not self._letters or not self._findings.opener:
            return
        first = self._spans[0]
        frames = dict.fromkeys(frame for span in self._spans for frame in (span.frame, *span.also))
        also = tuple(frame for frame in frames if frame != first.frame)
        origin = Origin([first._replace(also=also)])
        for name, plaintext in self._findings.opener.open(token_of(self._letters)):
            content = Content(self._findings, (*self._layers, name), self._reader)
            content.feed(plaintext, origin)
            content.close()


class SearchedRuns:
    """What says nothing that could be read any further: it is searched, many at a time."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._outs: list[bytes] = []
        self._raws: list[tuple[bytes, Origin]] = []

    def add(self, letters: bytes, raw: bytes, origin: Origin) -> None:
        """Have these letters searched, which stand in `raw`."""
        self._outs.append(decoded(letters))
        self._raws.append((raw, origin))

    def search(self) -> None:
        """Search all that there is."""
        if not self._outs:
            return
        matches = self._findings.search.matches(_BETWEEN.join(self._outs))
        if matches:
            starts = list(accumulate((len(out) + len(_BETWEEN) for out in self._outs), initial=0))
            found = set()
            for match in matches:
                which = bisect.bisect_right(starts, match.offset) - 1
                if match.offset + match.length <= starts[which] + len(self._outs[which]):
                    found.add(which)
            for which in sorted(found):
                self._hand_in(self._outs[which], *self._raws[which])
        self._outs, self._raws = [], []

    def _hand_in(self, out: bytes, raw: bytes, origin: Origin) -> None:
        content = inner(self._findings, self._layers, BASE64, None)
        if content:
            _, places = letters_by_frame(raw, origin)
            content.feed(out, origin.derived([(before * 3 // 4, *part) for before, part in places]))
