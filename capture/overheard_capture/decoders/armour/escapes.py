"""Text that stands escaped in other text, if what is in it shows only once it is unescaped.

In a string of JSON, JavaScript or SQL a coding that a mark begins has no line breaks, and its backslashes are doubled.
In HTML its `<` are entities; in a quoted mail there is `> ` before each line. Some escape every character. A secret
that is escaped is a spelling; this is for what is also encoded, or escaped again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.nesting import nested_content, speculative
from overheard_capture.provenance.by_frame import FrameAligner
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.content import Content
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# So many escaped characters of ASCII in a row are written by one who escapes all.
_DENSE = 8
# The longest that shows that something escaped begins, and how far before a mark that may be.
_LONGEST, _LOOK_BACK = 320, 192


class _Writing(NamedTuple):
    """How text is escaped.

    It begins where one of the `marks` is and `begins` matches, with what matches `before` before that. It ends before a
    match of `ends`, which may look at the byte before. `unescape` is for a match of `escape`; `held` is the number of
    bytes at the end of a piece that may be an incomplete escape.
    """

    layer: Layer
    marks: LiteralSet
    begins: re.Pattern[bytes]
    before: re.Pattern[bytes]
    ends: re.Pattern[bytes]
    escape: re.Pattern[bytes]
    unescape: Callable[[re.Match[bytes]], bytes]
    held: Callable[[bytes], int]


# ---- strings with backslashes

_BACKSLASHES = rb"\\{1,8}"
_NEW_LINE = rb"%b(?:[rn]|u000[aAdD]|x0[aAdD])" % _BACKSLASHES
_ASCII_CODE = rb"(?:[2-7][0-9A-Fa-f]|26(?:amp;){0,4}#(?:[0-9]{2,3}|[xX][0-9A-Fa-f]{2});)"
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"0": b"\0"}
_PARTIAL_BACKSLASH = re.compile(rb"(\\+)(?:u[0-9A-Fa-f]{0,3}|x[0-9A-Fa-f]?)?\Z")


def _without_backslash(escape: re.Match[bytes]) -> bytes:
    code, other = escape[1] or escape[2], escape[3]
    if code is None:
        return _CONTROLS.get(other, other)
    number = int(code, 16)
    # In `\x` a byte, in `\u` a character or a half of one.
    return bytes([number]) if escape[2] else chr(number).encode(errors="surrogatepass")


def _held_backslash(piece: bytes) -> int:
    partial = _PARTIAL_BACKSLASH.search(piece, max(len(piece) - _LONGEST, 0))
    # Each pair of backslashes is one.
    return len(piece) - partial.end(1) + 1 if partial and len(partial[1]) % 2 else 0


_STRING = _Writing(
    Layer("string escapes", LayerKind.SPELLED),
    LiteralSet(b"begin ", b"GIT binary patch", b"=ybegin ", b"<~", b"\\u00"),
    re.compile(
        rb"(?:begin [0-7]{3,4} [^\r\n\\\"]{1,255}|GIT binary patch|=ybegin [^\r\n\\\"]{1,255})%b"
        rb"|<~[!-Z\]-uz]{0,128}\\{1,8}[nr\"'\\]|\\u003[cC]~|(?:%bu00%b){%d}"
        % (_NEW_LINE, _BACKSLASHES, _ASCII_CODE, _DENSE)
    ),
    # A line may be quoted.
    re.compile(rb"(?:(?:>|%b(?:u00|x)3[eE]) ?){0,8}\\{0,7}\Z" % _BACKSLASHES),
    re.compile(rb"\n"),
    re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL),
    _without_backslash,
    _held_backslash,
)

# ---- entities

# An ampersand, which may be escaped itself.
_AND = rb"&(?:amp;){0,4}"
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_PARTIAL_ENTITY = re.compile(rb"&(?:#?[0-9A-Za-z]{0,8})\Z")


def _held_entity(piece: bytes) -> int:
    partial = _PARTIAL_ENTITY.search(piece, max(len(piece) - 16, 0))
    return len(piece) - partial.start() if partial else 0


_ENTITIES = _Writing(
    Layer("HTML entities", LayerKind.SPELLED),
    LiteralSet(
        *(b"&lt;~", b"&amp;lt;~", b"&amp;amp;lt;~", b"&#", b"&amp;#", b"&amp;amp;#"),
        *(b"gt; begin ", b"gt;begin ", b"gt; GIT b", b"gt;GIT b", b"gt; =ybegin ", b"gt;=ybegin "),
    ),
    re.compile(
        rb"gt; ?(?:begin [0-7]{3,4} |GIT binary patch|=ybegin )|%b(?:lt|#60|#[xX]3[cC]);~"
        rb"|(?:%b#(?:[0-9]{2,3}|[xX][0-9A-Fa-f]{2});){%d}" % (_AND, _AND, _DENSE)
    ),
    # A line may be quoted.
    re.compile(rb"(?:%bgt; ?){0,8}(?:%b)?\Z" % (_AND, _AND)),
    re.compile(rb"<"),
    _ENTITY,
    lambda escape: unescape(escape[0].decode()).encode(errors="replace"),
    _held_entity,
)

# ---- quoted mail

_QUOTED = _Writing(
    Layer("quoted text", LayerKind.SPELLED),
    LiteralSet(b"begin ", b"GIT binary patch", b"=ybegin ", b"<~"),
    re.compile(rb"begin [0-7]{3,4} |GIT binary patch|=ybegin |<~"),
    re.compile(rb"(?:\A|\n)>[^\r\n]{0,160}\Z"),
    re.compile(rb"(?<=\n)[^>]"),
    re.compile(rb"(?:\A|(?<=\n))> ?"),
    lambda _: b"",
    lambda piece: 2 if piece.endswith(b"\n>") else int(piece.endswith(b"\n")),
)

# ---- quotes doubled


def _held_quote(piece: bytes) -> int:
    """Pairs are from the left, so that an odd one may be the first of a pair."""
    return (len(piece) - len(piece.rstrip(piece[-1:]))) % 2 if piece.endswith((b"'", b'"')) else 0


_DOUBLED = _Writing(
    Layer("quotes doubled", LayerKind.SPELLED),
    LiteralSet(b"<~"),
    re.compile(rb"<~(?=[^~]{0,256}?(?:''|\"\"))"),
    re.compile(rb"\Z"),
    re.compile(rb"(?<=~)>"),
    re.compile(rb"''|\"\""),
    lambda quotes: quotes[0][:1],
    _held_quote,
)

_WRITINGS = (_STRING, _ENTITIES, _QUOTED, _DOUBLED)
# What a piece may end with, if something may begin in it.
_MAY_BEGIN = re.compile(rb"[\\&]|begin |GIT |=y|\n>|<~|(?:b|be|beg|begi|begin|G|GI|GIT|=|<|>|\n)\Z")
_MARKS = LiteralSet(*{mark for writing in _WRITINGS for mark in writing.marks.texts})


def _begins(writing: _Writing, data: bytes | bytearray, start: int, *, fresh: bool) -> int:
    """The offset at which something escaped begins, from `start` on; -1 if nothing does.

    `fresh` is whether the data begins a line.
    """
    at = start
    while (place := writing.marks.first(data, at)) >= 0:
        if writing.begins.match(data, place):
            before = writing.before.search(data, max(place - _LOOK_BACK, start), place)
            if before and (fresh or before.start() or before[0][:1] != b">" or writing is not _QUOTED):
                return before.start()
        at = place + 1
    return -1


def has_escaped(data: bytes | bytearray) -> bool:
    """Whether something escaped begins in this text."""
    return _MARKS.first(data) >= 0 and any(_begins(writing, data, 0, fresh=True) >= 0 for writing in _WRITINGS)


class EscapedTextFinder:
    """Finds escaped text, and reads it unescaped. It is speculative."""

    __slots__ = ("_findings", "_fresh", "_layers", "_reader", "_readers")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings, self._layers, self._reader = findings, layers, reader
        # Created when something may begin: most text is not escaped.
        self._readers: list[_EscapedReader] = []
        self._fresh = True

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        if not self._readers and (
            _MARKS.first(data) >= 0 or _MAY_BEGIN.search(data, max(len(data) - _LONGEST, 0)) is not None
        ):
            guess = speculative(self._findings)
            self._readers = [
                _EscapedReader(guess, self._layers, self._reader, writing, fresh=self._fresh) for writing in _WRITINGS
            ]
        self._fresh = False
        for reader in self._readers:
            reader.feed(data, origin)
        if not any(reader.is_active for reader in self._readers):
            self._readers = []

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends what was begun."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        for reader in self._readers:
            reader.close()
        self._readers = []


class _EscapedReader:
    """Reads what is escaped in one way. `fresh` is whether the first bytes begin a line."""

    __slots__ = (
        "_before",
        "_content",
        "_findings",
        "_fresh",
        "_held",
        "_layers",
        "_parts",
        "_pending",
        "_reader",
        "_writing",
    )

    def __init__(
        self, findings: Findings, layers: Layers, reader: ReaderFactory, writing: _Writing, *, fresh: bool
    ) -> None:
        self._findings, self._layers, self._reader, self._writing = findings, layers, reader, writing
        # The last bytes, in which something may begin.
        self._pending: SmallByteQueue | None = None
        # What was begun: its content, the byte before, and an incomplete escape.
        self._content: Content | None = None
        self._parts: FrameAligner | None = None
        self._before = self._held = b""
        self._fresh = fresh

    @property
    def is_active(self) -> bool:
        """Whether it was begun, or may begin in the bytes so far."""
        return self._parts is not None or self._pending is not None

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        if self._pending:
            self._pending.add(data, origin)
            data, origin = self._pending.take()
            self._pending = None
        at = 0
        while at < len(data):
            if self._parts:
                at = self._unescape(data, origin, at)
                continue
            begins = _begins(self._writing, data, at, fresh=self._fresh)
            if begins < 0:
                self._keep(data, origin, at)
                return
            self._content = nested_content(self._findings, self._layers, self._writing.layer, self._reader)
            self._parts, self._before, self._held = FrameAligner(self._decode), b"", b""
            self._fresh, at = False, begins

    def _keep(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep the last bytes if something may begin in them."""
        found = _MAY_BEGIN.search(data, max(len(data) - _LONGEST, at))
        if found:
            self._pending = SmallByteQueue()
            self._pending.add(data[found.start() :], origin.after(found.start()))
        self._fresh = self._fresh and found is not None and not found.start()

    def _unescape(self, data: bytes | bytearray, origin: Origin, at: int) -> int:
        """Read up to the end of what was begun. Returns the offset of that."""
        piece = self._before + bytes(data[at:])
        found = self._writing.ends.search(piece, len(self._before))
        end = at + found.start() - len(self._before) if found else len(data)
        if self._parts and end > at:
            self._before = bytes(data[end - 1 : end])
            self._parts.feed(data[at:end], origin.after(at))
        if found:
            self._finish()
        return end

    def _decode(self, data: Bytes, origin: Origin, parts: list[Part]) -> None:
        out, places = bytearray(), []
        for begin, end in parts:
            piece = self._held + bytes(data[begin:end])
            held = self._writing.held(piece)
            self._held = piece[len(piece) - held :]
            places.append((len(out), begin, end))
            out += self._writing.escape.sub(self._writing.unescape, piece[: len(piece) - held])
        if out and self._content:
            self._content.feed(out, origin.derived(places), contiguous=True)

    def _finish(self) -> None:
        if self._parts:
            self._parts.flush()
        if self._content:
            self._content.close()
        self._content = self._parts = None

    def close(self) -> None:
        self._pending = None
        self._finish()
