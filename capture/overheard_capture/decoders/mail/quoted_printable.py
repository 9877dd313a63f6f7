"""Quoted-printable (RFC 2045, 6.7): declared, or told by lines that end in `=` and go on in the next one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind, Layers
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.byte_scan import soft_break
from overheard_capture.content.nesting import may_go_deeper, speculative
from overheard_capture.provenance.origin import Origin, Span
from overheard_capture.provenance.queue import ByteQueue
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes

QUOTED_PRINTABLE = Layer("quoted-printable", LayerKind.SPELLED)

# What is not as it seems: bytes in hexadecimal, and the end of a line that goes on. SMTP may have put a dot before one
# that the next line begins with (RFC 5321, 4.5.2).
_ESCAPES = re.compile(rb"((?:=[0-9A-Fa-f]{2})+)|=[ \t]*\r?\n")
_ESCAPES_IN_MAIL = re.compile(rb"((?:=[0-9A-Fa-f]{2})+)|=[ \t]*\r?\n(?:\.(?=\.))?")
# What may be the beginning of that.
_BEGINS = re.compile(rb"=(?:[0-9A-Fa-f]?|[ \t]{0,64}\r?)\Z")
_LONGEST_ESCAPE = 72
# Mail has lines of up to 998 characters (RFC 5322, 2.1.1). Longer ones are none of it.
_LONGEST_LINE = 2048


class QuotedPrintableDecoder:
    """Decodes piece by piece, and hands on what it says as one text, in which only what was changed is searched."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, escapes: re.Pattern[bytes]) -> None:
        layers_inside = (*layers, QUOTED_PRINTABLE)
        self._content = Boundaries(findings, layers_inside, reader) if may_go_deeper(findings, layers) else None
        self._escapes = escapes
        # Whether something was left out at the end of the piece before.
        self._seam = False

    def feed(self, data: bytes, origin: Origin) -> None:
        """Decode what no escape begins or ends outside of."""
        out, seams = bytearray(), [0] if self._seam else []
        spans: list[Span] = []
        at = 1 if self._seam and self._escapes is _ESCAPES_IN_MAIL and data.startswith(b"..") else 0
        for escapes in self._escapes.finditer(data):
            begin, end = escapes.span()
            out += data[at:begin]
            spans += origin.sliced(at, begin, len(out) - (begin - at))
            if escapes[1]:
                place = origin.place(begin, end - begin)
                spans.append(
                    Span(len(out), place.frame, place.offset, place.length, exact=False, also=place.frames[1:])
                )
                seams += range(len(out), len(out) + (end - begin) // 3)
                out += bytes.fromhex(escapes[1].replace(b"=", b"").decode())
            seams.append(len(out))
            at = end
        spans += origin.sliced(at, len(data), len(out))
        out += data[at:]
        self._seam = bool(seams) and seams[-1] == len(out)
        if self._content and out:
            self._content.feed(out, Origin(spans), seams)

    def gap(self, length: int) -> None:
        """So many bytes are not there, or are not quoted-printable."""
        self._seam = False
        if self._content:
            self._content.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        if self._content:
            self._content.close()


class QuotedPrintable:
    """Reads what is said to be quoted-printable."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._decoding = QuotedPrintableDecoder(findings, layers, reader, _ESCAPES)
        self._waiting = ByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        self._waiting.add(data, origin)
        held = self._waiting.data
        begun = _BEGINS.search(held, max(len(held) - _LONGEST_ESCAPE, 0))
        self._decoding.feed(*self._waiting.take(begun.start() if begun else len(held)))

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._decoding.feed(*self._waiting.take(len(self._waiting)))
        self._decoding.gap(length)

    def close(self) -> None:
        """There is no more to come."""
        self._decoding.feed(*self._waiting.take(len(self._waiting)))
        self._decoding.close()


class SoftBreakFinder:
    """Finds lines in text that go on in the next one. That they are quoted-printable is a guess."""

    __slots__ = ("_decoding", "_findings", "_goes_on", "_layers", "_line", "_long", "_passed", "_reader")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        self._decoding: QuotedPrintableDecoder | None = None
        # The last line, which has not ended; whether it is the next of one that goes on; whether it is too long.
        self._line: SmallByteQueue | None = None
        self._goes_on = False
        self._long = False
        # How much was passed over since the last one that went on.
        self._passed = 0

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read on."""
        if self._line:
            held = self._line.data
            if not self._goes_on and soft_break(data) < 0 and not held.endswith((b"=", b"=\r")):
                ended = data.find(b"\n") + 1
                if not ended:
                    self._hold(data, origin, 0)
                    return
                self._passed += len(held)
                self._line = None
            else:
                self._line.add(data, origin)
                data, origin = self._line.take()
                self._line = None
        self._read(data, origin)

    def _read(self, data: bytes | bytearray, origin: Origin) -> None:
        at = 0
        if self._long:
            at = data.find(b"\n") + 1
            self._long = not at
            self._passed += at or len(data)
            if self._long:
                return
        while True:
            if self._goes_on:
                at = self._decode(data, origin, at)
                if self._goes_on:
                    break
            soft = soft_break(data, at)
            if soft < 0:
                break
            begins = max(data.rfind(b"\n", at, soft) + 1, at)
            ends = data.find(b"\n", soft) + 1
            # What is too long is passed over.
            self._goes_on = ends - begins <= _LONGEST_LINE
            self._passed += (begins if self._goes_on else ends) - at
            at = begins if self._goes_on else ends
        self._hold(data, origin, at)

    def _hold(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep the line that has not ended, unless it is too long."""
        begins = max(data.rfind(b"\n", at) + 1, at)
        self._passed += begins - at
        length = len(data) - begins
        if not length:
            return
        held = len(self._line) if self._line else 0
        if held + length >= _LONGEST_LINE:
            self._passed += held + length
            self._line, self._long, self._goes_on = None, True, False
            return
        if self._line is None:
            self._line = SmallByteQueue()
        self._line.add(data[begins:], origin.after(begins))

    def _decode(self, data: bytes | bytearray, origin: Origin, at: int) -> int:
        """Decode lines from `at` on, as long as each goes on in the next. Where that ends."""
        begins = at
        while self._goes_on:
            ends = data.find(b"\n", at) + 1
            if not ends:
                break
            if ends - at > _LONGEST_LINE:
                self._goes_on = False
                break
            self._goes_on = data.endswith((b"=\n", b"=\r\n"), at, ends)
            at = ends
        if at > begins:
            self._decoded(bytes(data[begins:at]), origin.after(begins))
        return at

    def _decoded(self, lines: bytes, origin: Origin) -> None:
        if not self._decoding:
            self._decoding = QuotedPrintableDecoder(
                speculative(self._findings), self._layers, self._reader, _ESCAPES_IN_MAIL
            )
        elif self._passed:
            self._decoding.gap(self._passed)
        self._passed = 0
        self._decoding.feed(lines, origin)

    def gap(self, length: int) -> None:
        """A line ends where bytes are missing."""
        self._end_line()
        self._passed += length

    def _end_line(self) -> None:
        if self._line:
            if self._goes_on:
                self._decoded(*self._line.take())
            self._passed += len(self._line)
        self._line, self._goes_on, self._long = None, False, False

    def close(self) -> None:
        """There is no more to come."""
        self._end_line()
        if self._decoding:
            self._decoding.close()
