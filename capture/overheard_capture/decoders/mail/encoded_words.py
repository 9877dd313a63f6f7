"""Encoded words (RFC 2047), as in the subject of a mail: decoded, and joined with the text around them.

A secret within one word is a spelling, which the search finds itself. This finds secrets across several words, and
unwraps what is encoded in their text.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.byte_scan import ENCODED_WORD, is_plain
from overheard_capture.content.content import SearchScope, search_bytes
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import may_nest, nested_content, speculative
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes

LAYER = Layer("MIME encoded words")
# A longer field, with its continuation lines, is skipped.
_LONGEST = 64 << 10
_WORD = rb"=\?[!#-'*+0-9A-Z^-~-]{1,64}\?[BbQq]\?[!->@-~]{0,1024}\?="
_WORDS = lazy_pattern(rb"%b(?:[ \t\r\n]+%b)*" % (_WORD, _WORD))
_EACH = lazy_pattern(rb"\?([BbQq])\?([!->@-~]*)\?=")
_HEXADECIMAL = lazy_pattern(rb"=([0-9A-Fa-f]{2})")
# A folded field continues on lines that begin with white space (RFC 5322, 2.2.3).
_FOLD = lazy_pattern(rb"\r?\n(?=[ \t])")
# A tag that ends or begins right beside words.
_BESIDE = lazy_pattern(rb">(?==\?)|(?<=\?=)<")
_BOUNDARY = lazy_pattern(rb"\n(?=[^ \t])")
_NO_ORIGIN = Origin([])


class EncodedWords:
    """Searches header fields with encoded words, unfolded and decoded, and has `reader` unwrap them."""

    __slots__ = ("_findings", "_layers", "_line_ended", "_pending_line", "_reader", "_too_long")

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory) -> None:
        self._findings = findings
        self._layers = layers
        self._reader = reader
        # The last field, which may continue; whether it is too long; and whether its last line has ended.
        self._pending_line: SmallByteQueue | None = None
        self._too_long = self._line_ended = False

    def feed(self, data: Bytes, origin: Origin, clear: int = 0) -> None:
        """Read the next bytes. No encoded word begins in the first `clear` ones."""
        if isinstance(data, memoryview):
            data = bytes(data)
        begins = 0
        if self._pending_line or self._too_long:
            begins = self._pending_end(data)
            if begins < 0:
                self._keep(data, origin, 0)
                return
            self._finish_line(data[:begins], origin)
        last = _last_field(data, begins)
        self._search_fields(data, origin, begins, last if last >= 0 else len(data), clear)
        self._too_long = last < 0
        self._keep(data, origin, max(last, 0))

    def _pending_end(self, data: bytes | bytearray) -> int:
        """The end of the pending field in `data`; -1 if it has not ended."""
        if self._line_ended and data[:1] not in (b" ", b"\t"):
            return 0
        found = _BOUNDARY.search(data)
        return found.end() if found else -1

    def _keep(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep a field that may continue, unless it is too long."""
        self._line_ended = data.endswith(b"\n")
        pending = len(self._pending_line) if self._pending_line else 0
        if self._too_long or pending + len(data) - at > _LONGEST:
            self._pending_line, self._too_long = None, True
        elif len(data) > at:
            self._pending_line = self._pending_line or SmallByteQueue()
            self._pending_line.add(data[at:], origin.after(at))

    def _finish_line(self, rest: bytes | bytearray = b"", where: Origin = _NO_ORIGIN) -> None:
        """Search the pending field, which ends with the `rest`. Most have no encoded word."""
        if self._pending_line and not self._too_long and ENCODED_WORD.first(self._pending_line.data + rest) >= 0:
            line, origin = self._pending_line.take_with(rest, where)
            if len(line) <= _LONGEST:
                self._search_fields(line, origin, 0, len(line), 0)
        self._pending_line, self._too_long = None, False

    def _search_fields(self, data: bytes | bytearray, origin: Origin, begins: int, ends: int, clear: int) -> None:
        """Search all fields with encoded words from `begins` to `ends`."""
        place = ENCODED_WORD.first(data, max(begins, clear))
        while 0 <= place < ends:
            begins = _field_start(data, begins, place)
            found = _BOUNDARY.search(data, place)
            end = min(found.end() if found else ends, ends)
            if end - begins <= _LONGEST:
                self._search_field(bytes(data[begins:end]), origin, begins)
            begins = end
            place = ENCODED_WORD.first(data, end)

    def _search_field(self, field: bytes, origin: Origin, at: int) -> None:
        unfolded = _FOLD.sub(b"", field)
        text, count = _WORDS.subn(_decode_words, unfolded)
        if not count:
            return
        where = origin.derived([(0, at, at + len(field))])
        # A match in the raw field, or in one word, is found without joining, unless it is escaped there once more.
        single = [field, *(_decode_word(*each) for each in _EACH.findall(field))]
        search = self._findings.search
        shown = [text[match.offset :][: match.length] for match in search.matches(text)]
        is_new = any(not any(each in one for one in single) for each in shown) or (shown and not search.matches(field))
        if is_new and may_nest(self._findings, self._layers):
            search_bytes(self._findings, (*self._layers, LAYER), text, where)
        # What is right beside words, such as a tag, may look like a part of what is encoded in them.
        alone = (
            _decode_words(words) for words in _WORDS.finditer(unfolded) if _BESIDE.search(unfolded, *_around(words))
        )
        for each in dict.fromkeys((text, *alone)):
            if not is_plain(each) or not has_nothing_encoded(each):
                self._unwrap(each, where)

    def _unwrap(self, text: bytes, origin: Origin) -> None:
        """Read the text of a field, which was searched."""
        content = nested_content(speculative(self._findings), self._layers, LAYER, self._reader, SearchScope.NONE)
        if content:
            content.feed(text, origin)
            content.close()

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends a field."""
        self._finish_line()

    def close(self) -> None:
        """No more bytes follow."""
        self._finish_line()


def _field_start(data: bytes | bytearray, minimum: int, place: int) -> int:
    """The start of the field that contains `place`, not before `minimum`."""
    begins = max(data.rfind(b"\n", minimum, place) + 1, minimum)
    while begins > minimum and data[begins] in b" \t" and place - begins <= _LONGEST:
        begins = max(data.rfind(b"\n", minimum, begins - 1) + 1, minimum)
    return begins


def _last_field(data: bytes | bytearray, minimum: int) -> int:
    """The start of the last field, not before `minimum`; -1 if the field is too long."""
    begins = end = len(data)
    while end > minimum:
        begins = max(data.rfind(b"\n", minimum, end) + 1, minimum)
        if begins < len(data) and data[begins] not in b" \t":
            break
        end = begins - 1
        if len(data) - begins > _LONGEST:
            break
    else:
        # The first line may be empty, and its continuation belongs to it.
        begins = minimum
    return begins if len(data) - begins <= _LONGEST else -1


def _around(words: re.Match[bytes]) -> tuple[int, int]:
    """The range of words with a character on either side."""
    return max(words.start() - 1, 0), words.end() + 1


def _decode_words(words: re.Match[bytes]) -> bytes:
    """The decoded bytes of adjacent words, without the white space between them (RFC 2047, 6.2), in any charset."""
    return b"".join(_decode_word(encoding, text) for encoding, text in _EACH.findall(words[0]))


def _decode_word(encoding: bytes, text: bytes) -> bytes:
    if encoding in b"Qq":
        return _HEXADECIMAL.sub(lambda found: bytes([int(found[1], 16)]), text.replace(b"_", b" "))
    try:
        return binascii.a2b_base64(text + b"==")
    except binascii.Error:
        return b""
