"""Content of which nobody said what it is. It says so itself, or it is text, or else nobody can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import is_plain, is_simple
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import FIRST_PIECE, Remainder
from overheard_capture.content.text_detector import TextDetector
from overheard_capture.decoders.base64.finder import Base64Finder
from overheard_capture.decoders.carving import Carver
from overheard_capture.decoders.magic import HEAD, TEXT_ENDS, reader_of
from overheard_capture.decoders.mail.encoded_words import EncodedWords
from overheard_capture.decoders.mail.quoted_printable import SoftBreakFinder
from overheard_capture.provenance.queue import ByteQueue
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin


class Untyped:
    """Reads one content; and once that has ended by its own rules, what follows as if it were another."""

    __slots__ = ("_findings", "_head", "_known", "_layers", "_piece", "_rest", "_text")

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        # What came first, until it is enough to tell what it is.
        self._head: SmallByteQueue | None = None
        self._known: Content | None = None
        self._text: TextReader | None = None
        self._rest: Remainder | None = None
        self._piece = FIRST_PIECE

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._read(data, origin, last=False)

    def _read(self, data: Bytes, origin: Origin, *, last: bool) -> None:
        while len(data):
            if self._text:
                self._text.feed(data, origin)
                return
            if self._known:
                data, origin = self._in_known(memoryview(data), origin, last)
                continue
            if self._head:
                data, origin = self._with_head(data, origin, self._head, last)
            elif len(data) < HEAD and not last:
                self._head = SmallByteQueue()
                self._head.add(data, origin)
                return
            else:
                self._begin(data)

    def _with_head(self, data: Bytes, origin: Origin, head: SmallByteQueue, last: bool) -> tuple[Bytes, Origin]:
        """Complete what came first, and begin. What that does not need of a piece, which may be large, is left over."""
        needed = min(HEAD - len(head), len(data))
        head.add(data[:needed], origin)
        rest = data[needed:]
        if len(head) >= HEAD or last:
            first = head.take()
            self._head = None
            self._begin(first[0])
            self._read(*first, last=last and not len(rest))
        return rest, origin.after(needed)

    def _in_known(self, data: memoryview, origin: Origin, last: bool) -> tuple[memoryview, Origin]:
        """Read a piece in what is known. What comes behind the piece is left over.

        Nobody knows where it ends, and what follows in the piece is moved then: so it is small at first.
        """
        piece, self._piece = self._piece, 2 * self._piece
        if self._known:
            self._known.feed(data[:piece], origin)
        if self._rest and self._rest.findings:
            self._read(*self._go_on(), last=last and piece >= len(data))
        return data[piece:], origin.after(min(piece, len(data)))

    def _begin(self, data: Bytes) -> None:
        """Say what it is that begins so."""
        head = bytes(data[:HEAD])
        self._rest, self._piece = Remainder(), FIRST_PIECE
        factory = None if is_plain(head) else reader_of(head, untyped, self._rest)
        if factory:
            self._known = Content(self._findings, self._layers, factory, SearchScope.NOTHING)
        else:
            self._text = TextReader(self._findings, self._layers)

    def _go_on(self) -> tuple[bytes, Origin]:
        """Something known has ended, and this follows it."""
        if self._known:
            self._known.close()
        rest = self._rest or Remainder()
        self._known = None
        # Where it was damaged, that was said.
        self._findings = rest.findings or self._findings
        return rest.waiting.take(len(rest.waiting))

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._look_last()
        if reader := self._text or self._known:
            reader.gap(length)

    def _look_last(self) -> None:
        if self._head:
            data, origin = self._head.take()
            self._head = None
            if not (is_plain(data) and is_simple(data)):
                self._read(data, origin, last=True)

    def close(self) -> None:
        """There is no more to come."""
        self._look_last()
        while self._known:
            self._read(*self._go_on(), last=True)
        if self._text:
            self._text.close()


class TextReader:
    """Reads what begins as nothing known: text, until it proves to be none."""

    __slots__ = (
        "_base64",
        "_beginning",
        "_embedded",
        "_encoded_words",
        "_findings",
        "_judge",
        "_layers",
        "_soft_lines",
    )

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._judge = TextDetector()
        self._base64 = Base64Finder(findings, layers, untyped)
        self._soft_lines = SoftBreakFinder(findings, layers, untyped)
        self._encoded_words = EncodedWords(findings, layers)
        self._embedded: Carver | None = None
        # The last letters, where something may begin with them.
        self._beginning: ByteQueue | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if isinstance(data, memoryview):
            data = bytes(data)
        judge = self._judge
        if not judge.opaque:
            if is_plain(data):
                judge.ascii(len(data))
            else:
                judge.feed(data)
        self._base64.feed(data, origin)
        self._soft_lines.feed(data, origin)
        self._encoded_words.feed(data, origin)
        if judge.odd:
            self._look_for_embedded(data, origin)
        elif data.endswith(TEXT_ENDS):
            self._keep_beginning(data, origin)
        else:
            self._beginning = None

    def _keep_beginning(self, data: bytes | bytearray, origin: Origin) -> None:
        """Only these letters are how something may begin that is no text."""
        before, self._beginning = self._beginning, ByteQueue()
        if data == b"K" and before:
            self._beginning = before
        count = 2 if data.endswith(b"PK") else 1
        self._beginning.add(data[-count:], origin.after(max(len(data) - count, 0)))

    def _look_for_embedded(self, data: Bytes, origin: Origin) -> None:
        if not self._embedded:
            self._embedded = Carver(self._findings, self._layers, untyped)
            if self._beginning:
                self._embedded.feed(*self._beginning.take(len(self._beginning)))
        self._embedded.feed(data, origin)

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._judge.gap()
        self._beginning = None
        for reader in (self._base64, self._soft_lines, self._encoded_words, self._embedded):
            if reader:
                reader.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        if not self._judge.is_text:
            self._findings.unread(Reason.OPAQUE, "neither text nor anything that is known", self._layers)
        for reader in (self._base64, self._soft_lines, self._encoded_words, self._embedded):
            if reader:
                reader.close()


def untyped(findings: Findings, layers: Layers) -> Untyped:
    """A reader of content of no declared kind."""
    return Untyped(findings, layers)
