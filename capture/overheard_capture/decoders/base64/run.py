"""Base64 runs: decoded and read if their content can be identified, and searched otherwise."""

from __future__ import annotations

import bisect
from itertools import accumulate
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.byte_scan import SHORTEST_RUN
from overheard_capture.content.content import Content
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import nested_content
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.armour.line_codings import YENC_MARK
from overheard_capture.decoders.base64.alphabet import (
    LONGEST_BREAK,
    PARTIAL_ESCAPE,
    chars_by_frame,
    decoded,
    token_of,
)
from overheard_capture.decoders.behind_prefix import start_behind_length
from overheard_capture.decoders.documents import begins_document
from overheard_capture.decoders.magic import BEGINNINGS, CARVABLE, HEAD, is_known
from overheard_capture.decoders.ruled_out import may_be_readable
from overheard_capture.decoders.utf16_32 import encoding_of
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.origin import Origin, joined
from overheard_capture.provenance.small_queue import SmallByteQueue
from overheard_capture.provenance.spans import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes

    # The number of characters before the part of each frame.
    Places = list[tuple[int, Part]]

BASE64 = Layer("base64", LayerKind.SPELLED)

PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
# How a Fernet token begins: its version, and the time, up to the year 2106.
FERNET = b"gAAAAA"
# Text among other bytes, such as a string in a message of protobuf, which is no coincidence, either; or Ascii85.
_TEXT_WITHIN = lazy_pattern(rb"[\t\n\r -~]{%d}|<~[!-u\s]{5,}~>" % SHORTEST_RUN)
# How many signatures in a run are tried; few are there by chance.
_MOST_SIGNATURES = 4
# Separates runs that are searched together.
_SEPARATOR = b"\0\xff\0"


def is_readable(out: bytes) -> bool:
    """Whether decoded content that begins like this can be identified."""
    if not may_be_readable(out):
        return False
    if looks_like_text(out):
        return len(out) > 8
    if out.startswith(YENC_MARK) or (out.startswith(BEGINNINGS) and is_known(out)):
        return True
    # UTF-16 text, and UTF-32, of letters of ASCII or of any others.
    if encoding_of(out):
        return True
    return 2 * out.count(0) >= len(out) - 1 and 0 in (sum(out[::2]), sum(out[1::2]))


def has_readable_part(out: bytes) -> bool:
    """Whether text or a known format is among these bytes; or what looks like that so often that it is not tried."""
    if _TEXT_WITHIN.search(out):
        return True
    at = -1
    for _ in range(_MOST_SIGNATURES):
        if (at := CARVABLE.literals.first(out, at + 1)) < 0:
            return False
        head = out[at : at + HEAD]
        if is_known(head) or encoding_of(head):
            return True
    return True


class Base64Run:
    """A run that is read piece by piece, without the `skipped` characters at its beginning."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, skipped: int) -> None:
        self._content = nested_content(findings, layers, BASE64, reader)
        self._skipped = skipped
        self._by_frame = FrameAligner(self._take)
        # An incomplete escape; an incomplete group of four characters, and its origin.
        self._cut = SmallByteQueue()
        self._pending = b""
        self._origin = Origin([])

    def feed(self, raw: bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._content:
            self._by_frame.feed(raw, origin)

    def _take(self, data: Bytes, origin: Origin, _: list[Part]) -> None:
        if len(self._cut):
            self._cut.add(data, origin)
            data, origin = self._cut.take()
        raw = bytes(data)
        if cut := PARTIAL_ESCAPE.search(raw, max(len(raw) - LONGEST_BREAK, 0)):
            self._cut.add(raw[cut.start() :], origin.after(cut.start()))
            raw = raw[: cut.start()]
        if raw:
            self._decode(*chars_by_frame(raw, origin), origin)

    def _decode(self, chars: bytes, places: Places, origin: Origin) -> None:
        skipped, pending_length = min(self._skipped, len(chars)), len(self._pending)
        chars = self._pending + chars[skipped:]
        whole = len(chars) // 4 * 4
        if self._content and whole:
            parts = [(max(pending_length + before - skipped, 0) * 3 // 4, *part) for before, part in places]
            out, out_origin = decoded(chars[:whole]), origin.derived(parts)
            if known := pending_length * 3 // 4:
                # These bytes could be decoded from the pending characters.
                out_origin = joined([(self._origin, 0, known), (out_origin, known, len(out))])
            self._content.feed(out, out_origin)
        self._pending, self._skipped = chars[whole:], self._skipped - skipped
        self._origin = joined([(origin.derived([(0, *places[-1][1])]), 0, 1)])

    def close(self) -> None:
        """No more bytes follow."""
        self._by_frame.flush()
        if self._content:
            self._content.feed(decoded(self._pending), self._origin)
            self._content.close()


class FernetToken:
    """A Fernet token, collected as it arrives, and decrypted at its end if a key is known."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._chars = b""
        self._spans: list[Span] = []

    def feed(self, chars: bytes, origin: Origin, length: int) -> None:
        """Add characters, which come from the first `length` bytes of `origin`."""
        if not self._chars:
            at = chars.find(FERNET)
            if at < 0:
                return
            chars = chars[at:]
        if len(self._chars) + len(chars) <= self._findings.limits.size:
            self._chars += chars
            self._spans.append(origin.derived([(0, 0, length)]).spans[0])

    @property
    def decoded(self) -> bytes:
        """The token in bytes; empty if there is none."""
        return decoded(self._chars)

    def close(self) -> bool:
        """Decrypt the token, and read the plaintext. False if no key decrypts it."""
        if not self._chars or not self._findings.opener:
            return False
        first = self._spans[0]
        frames = dict.fromkeys(frame for span in self._spans for frame in (span.frame, *span.also))
        also = tuple(frame for frame in frames if frame != first.frame)
        origin = Origin([first._replace(also=also)])
        opened = self._findings.opener.open(token_of(self._chars))
        for name, plaintext in opened:
            content = Content(self._findings, (*self._layers, name), self._reader)
            content.feed(plaintext, origin)
            content.close()
        return bool(opened)


class RunBatch:
    """Runs whose content was not identified. They are searched, many at a time, and readable parts are unwrapped."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._decoded: list[bytes] = []
        self._encoded: list[tuple[Layer, Callable[[], Origin]]] = []

    @property
    def waiting(self) -> int:
        """How many are to be searched."""
        return len(self._decoded)

    def add(self, out: bytes, layer: Layer, origin: Callable[[], Origin]) -> None:
        """Add what a run is decoded to, and how to know where that comes from."""
        self._decoded.append(out)
        self._encoded.append((layer, origin))

    def search(self) -> None:
        """Search all runs, and empty the batch."""
        if not self._decoded:
            return
        together = _SEPARATOR.join(self._decoded)
        found: set[int] = set()
        parts = {
            which for which, out in enumerate(self._decoded) if begins_document(out) or start_behind_length(out) >= 0
        }
        if _TEXT_WITHIN.search(together) or CARVABLE.literals.first(together) >= 0:
            parts |= {which for which, out in enumerate(self._decoded) if has_readable_part(out)}
        if matches := self._findings.search.matches(together):
            starts = list(accumulate((len(out) + len(_SEPARATOR) for out in self._decoded), initial=0))
            for match in matches:
                which = bisect.bisect_right(starts, match.offset) - 1
                if match.offset + match.length <= starts[which] + len(self._decoded[which]):
                    found.add(which)
        for which in sorted(parts | found):
            self._report(self._decoded[which], *self._encoded[which], self._reader if which in parts else None)
        self._decoded, self._encoded = [], []

    def _report(self, out: bytes, layer: Layer, origin: Callable[[], Origin], reader: ReaderFactory | None) -> None:
        content = nested_content(self._findings, self._layers, layer, reader)
        if content:
            content.feed(out, origin())
            content.close()


def decoded_origin(raw: bytes, origin: Origin) -> Origin:
    """The origin of the bytes that the run `raw` is decoded to."""
    _, places = chars_by_frame(raw, origin)
    return origin.derived([(before * 3 // 4, *part) for before, part in places])
