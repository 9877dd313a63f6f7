"""Untyped content: its format is identified by its signature. Without one it is text, or else opaque."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import SHORTEST_RUN, is_plain
from overheard_capture.content.nesting import EndingContent, Remainder, Unwrapping, speculative
from overheard_capture.content.randomness import SAMPLE
from overheard_capture.content.readers import Together
from overheard_capture.content.text_detector import TextDetector
from overheard_capture.content.tries import Tries
from overheard_capture.decoders.behind_prefix import with_content_behind
from overheard_capture.decoders.carving import BYTES_EACH, TOO_MANY
from overheard_capture.decoders.control_codes import ControlCodes
from overheard_capture.decoders.documents import kept_document
from overheard_capture.decoders.json_strings import JsonStringFinder, read_strings
from overheard_capture.decoders.magic import HEAD, PLAIN_MAGICS, reader_of
from overheard_capture.decoders.text_carver import TextCarver
from overheard_capture.decoders.text_finders import TextFinders, has_nothing_to_find
from overheard_capture.decoders.text_framing import CHUNKED
from overheard_capture.decoders.unsigned import short_block, unsigned_or_known
from overheard_capture.decoders.unsigned_heads import LONG_HEAD
from overheard_capture.provenance.small_queue import Pieces, SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.decoders.documents.reader import KeptDocument
    from overheard_capture.provenance.origin import Bytes, Origin

    Identify = Callable[[bytes, ReaderFactory, ReaderFactory], ReaderFactory | None]

# A run of base64 in a path may go on with the next part of that: what this decodes to, up to the length of a run.
_AFTER_A_RUN = SHORTEST_RUN * 3 // 4
# Smaller pieces are read together, about so many bytes at once: to look for everything in a piece takes as long as to
# read some hundred bytes.
_SMALL, _TOGETHER = 128, 2 << 10
# So many contents may follow each other, however short they are.
_MANY = 4096
# In shorter text nothing is to be found.
_LEAST = 3


class Untyped:
    """Reads a content of unknown format, and the bytes after its end as another such content."""

    __slots__ = (
        *("_findings", "_head", "_known", "_layers", "_needed"),
        *("_reader_of", "_remainder", "_spare", "_text", "_tries"),
    )

    def __init__(
        self, findings: Findings, layers: Layers, identify: Identify = reader_of, *, needed: int = HEAD, spare: int = 0
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._reader_of = identify
        # How many bytes at the end of text need not be text.
        self._spare = spare
        # The first bytes, until there are as many as are needed to identify the format.
        self._needed = needed
        self._head: SmallByteQueue | None = None
        self._known: EndingContent | None = None
        self._text: Reader | None = None
        self._remainder = Remainder()
        # How often another content may begin behind one.
        self._tries: Tries | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        self._read(data, origin, last=False)

    def _read(self, data: Bytes, origin: Origin, *, last: bool) -> None:
        # What is to be read, the next bytes at the end: many contents may end in one piece.
        unread = [(data, origin)]
        while unread:
            data, origin = unread.pop()
            is_last = last and not unread
            if not len(data):
                continue
            if self._text:
                self._text.feed(data, origin)
            elif self._known:
                unread += self._known.feed(memoryview(data), origin)
                if self._known.has_ended:
                    unread.append(self._end(self._known))
            elif self._head:
                unread.append(self._complete_head(data, origin, self._head, is_last))
            elif len(data) < self._needed and not is_last:
                self._head = SmallByteQueue()
                self._head.add(data, origin)
            else:
                self._identify(data, is_whole=is_last and len(data) <= self._needed)
                unread.append((data, origin))

    def _complete_head(self, data: Bytes, origin: Origin, head: SmallByteQueue, last: bool) -> tuple[Bytes, Origin]:
        """Add bytes to the head until the format can be identified. Returns the bytes left over."""
        needed = min(self._needed - len(head), len(data))
        head.add(data[:needed], origin)
        if len(head) >= self._needed or last:
            first, self._head = head.take(), None
            is_whole = last and needed == len(data)
            self._identify(first[0], is_whole=is_whole)
            self._read(*first, last=is_whole)
        return data[needed:], origin.after(needed)

    def _identify(self, data: Bytes, *, is_whole: bool) -> None:
        """Choose a reader by the head, or by all of it. What is inside may have no signature if this may have none."""
        head = bytes(data[: self._needed])
        self._remainder = Remainder()
        is_text = is_plain(head) and not head.startswith(PLAIN_MAGICS)
        inner = unsigned if self._reader_of is unsigned_or_known else untyped
        factory = None if is_text else self._reader_of(head, inner, self._remainder)
        if factory and (not self._tries or self._tries.take(BYTES_EACH)):
            self._known = EndingContent(self._findings, self._layers, factory, self._remainder)
        else:
            self._text = TextReader(
                self._findings, self._layers, self._finders_for(head, inner, is_whole=is_whole), spare=self._spare
            )
            if inner is unsigned and not is_text:
                self._text = with_content_behind(self._text, head, self._findings, self._layers, inner)
            elif is_whole and (block := short_block(head, inner)):
                self._text = Together(self._text, block(speculative(self._findings), self._layers))

    def _finders_for(self, head: bytes, inner: ReaderFactory, *, is_whole: bool) -> TextFinders | JsonStringFinder:
        """What looks for something in text that begins so, or is that."""
        framed = CHUNKED.match(head) is not None
        if is_whole and not framed and has_nothing_to_find(head, self._findings):
            return JsonStringFinder(self._findings, self._layers, armoured)
        whole = head if is_whole else b""
        return TextFinders(Unwrapping(self._findings, self._layers, armoured), inner, framed=framed, whole=whole)

    def _end(self, known: EndingContent) -> tuple[Bytes, Origin]:
        """Close the content of known format. Returns the bytes after its end."""
        length, rest = known.close()
        self._known = None
        # If it was damaged, that was reported, and the rest is speculative.
        self._findings = self._remainder.findings or self._findings
        self._tries = self._tries or Tries(self._findings, self._layers, TOO_MANY, _MANY * BYTES_EACH)
        self._tries.add(length)
        return rest

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._read_head()
        if reader := self._text or self._known:
            reader.gap(length)

    def _read_head(self) -> None:
        if self._head:
            data, origin = self._head.take()
            self._head = None
            plain = is_plain(data)
            if plain and len(data) < _LEAST:
                return
            is_marked = data.startswith(PLAIN_MAGICS) or CHUNKED.match(data)
            if not plain or is_marked or not has_nothing_to_find(data, self._findings):
                self._read(data, origin, last=True)
            else:
                read_strings(Unwrapping(self._findings, self._layers, armoured), data, origin)

    def close(self) -> None:
        """No more bytes follow."""
        self._read_head()
        while self._known:
            self._read(*self._end(self._known), last=True)
        if self._text:
            self._text.close()


class TextReader:
    """Reads content without a signature as text, and reports it as opaque if it is not text.

    `finders` look for what is in it: all of them by default.
    """

    __slots__ = (
        *("_carver", "_codes", "_detector", "_document", "_finders", "_findings", "_layers"),
        *("_sample", "_small", "_spare"),
    )

    def __init__(
        self,
        findings: Findings,
        layers: Layers,
        finders: TextFinders | JsonStringFinder | None = None,
        *,
        spare: int = 0,
    ) -> None:
        self._findings, self._layers = findings, layers
        self._detector, self._codes = TextDetector(), ControlCodes(findings, layers, untyped)
        # How many bytes at the end need not be text.
        self._spare = spare
        self._finders = finders or TextFinders(Unwrapping(findings, layers, armoured), untyped, framed=False)
        self._carver = TextCarver(findings, layers, untyped)
        # All of it, if it may be a document in a binary format.
        self._document: KeptDocument | None = None
        # The first bytes that are not only ASCII.
        self._sample = b""
        # Small pieces.
        self._small: Pieces | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if isinstance(data, memoryview):
            data = bytes(data)
        if self._small or len(data) < _SMALL:
            self._small = self._small or Pieces()
            self._small.add(data, origin)
            if len(self._small) >= _TOGETHER:
                self._read_small()
        else:
            self._read(data, origin)

    def _read_small(self) -> None:
        """Read the small pieces."""
        if self._small:
            data, origin = self._small.take()
            self._small = None
            self._read(data, origin)

    def _read(self, data: bytes | bytearray, origin: Origin) -> None:
        detector = self._detector
        plain = is_plain(data)
        if not plain and not self._sample:
            self._sample = bytes(data[:SAMPLE])
        if not detector.length and not plain:
            self._document = kept_document(bytes(data[:HEAD]))
        if self._document:
            self._document.add(data, origin)
        self._codes.feed(data, origin, is_plain=plain)
        if detector.opaque:
            detector.skip(len(data))
        elif plain:
            detector.feed_ascii(len(data))
        else:
            detector.feed(data)
        self._finders.feed(data, origin)
        self._carver.feed(data, origin, is_text=not detector.not_plain_utf8)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._read_small()
        self._detector.gap()
        self._codes.gap()
        self._document = None
        self._finders.gap(length)
        self._carver.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        self._read_small()
        self._finders.close()
        self._carver.close()
        detector, document = self._detector, self._document
        # A document may look like text in another charset, or with control codes.
        is_read = (
            document is not None
            and detector.not_plain_utf8
            and document.read(Unwrapping(self._findings, self._layers, unsigned))
        )
        if is_read:
            return
        if not detector.is_text and (detector.not_utf8 or not self._codes.close()):
            self._report_opaque()

    def _report_opaque(self) -> None:
        rest = self._detector.length - max(self._detector.text_length, 0)
        if rest > self._spare:
            return self._findings.report_opaque(self._sample, self._layers)
        return self._findings.report_value(rest, self._detector.length, self._layers)


def in_chunks(findings: Findings, layers: Layers) -> TextReader:
    """A reader of text that is in chunks, each with a signature."""
    return TextReader(findings, layers, TextFinders(Unwrapping(findings, layers, armoured), untyped, framed=True))


def armoured(findings: Findings, layers: Layers) -> Untyped:
    """A reader of content that was written as text, such as base64: it may be compressed without a signature."""
    return Untyped(findings, layers, unsigned_or_known, needed=LONG_HEAD, spare=_AFTER_A_RUN)


def unsigned(findings: Findings, layers: Layers) -> Untyped:
    """A reader of content without a declared type, which may be compressed without a signature."""
    return Untyped(findings, layers, unsigned_or_known, needed=LONG_HEAD)


def untyped(findings: Findings, layers: Layers) -> Untyped:
    """A reader of content without a declared type."""
    return Untyped(findings, layers)
