"""Encoded words in text, as in the subject of a mail: put together with each other, and with what stands beside them.

RFC 2047. A secret within one word is spelled in it; here we look for what begins in one and ends elsewhere.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.byte_scan import ENCODED_WORD
from overheard_capture.content.content import look_at
from overheard_capture.content.nesting import may_go_deeper
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

LAYER = Layer("MIME encoded words")
# A field that is longer, with all its lines, is none.
_LONGEST = 4096
_WORD = rb"=\?[!#-'*+0-9A-Z^-~-]{1,64}\?[BbQq]\?[!->@-~]{0,1024}\?="
_WORDS = re.compile(rb"%b(?:[ \t\r\n]+%b)*" % (_WORD, _WORD))
_EACH = re.compile(rb"\?([BbQq])\?([!->@-~]*)\?=")
_HEXADECIMAL = re.compile(rb"=([0-9A-Fa-f]{2})")
# A field goes on in lines that begin with white space (RFC 5322, 2.2.3).
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_BOUNDARY = re.compile(rb"\n(?=[^ \t])")


class EncodedWords:
    """Looks at the fields that have such words: lines, with those that go on in them."""

    __slots__ = ("_ended", "_findings", "_layers", "_line", "_long")

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        # The last field, which may go on; whether it is too long; and whether its last line has ended.
        self._line: SmallByteQueue | None = None
        self._long = self._ended = False

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if isinstance(data, memoryview):
            data = bytes(data)
        begins = 0
        if self._line or self._long:
            begins = self._end_of_held(data)
            if begins < 0:
                self._keep(data, origin, 0)
                return
            if begins:
                self._keep(data[:begins], origin, 0)
            self._end_line()
        last = _last(data, begins)
        self._look_through(data, origin, begins, last if last >= 0 else len(data))
        self._long = last < 0
        self._keep(data, origin, max(last, 0))

    def _end_of_held(self, data: bytes | bytearray) -> int:
        """Where another field begins than the one that was not over; -1 where none does."""
        if self._ended and data[:1] not in (b" ", b"\t"):
            return 0
        found = _BOUNDARY.search(data)
        return found.end() if found else -1

    def _keep(self, data: bytes | bytearray, origin: Origin, at: int) -> None:
        """Keep what may go on, unless it is too long."""
        self._ended = data.endswith(b"\n")
        held = len(self._line) if self._line else 0
        if self._long or held + len(data) - at > _LONGEST:
            self._line, self._long = None, True
        elif len(data) > at:
            self._line = self._line or SmallByteQueue()
            self._line.add(data[at:], origin.after(at))

    def _end_line(self) -> None:
        if self._line:
            line, origin = self._line.take()
            self._look_through(line, origin, 0, len(line))
        self._line, self._long = None, False

    def _look_through(self, data: bytes | bytearray, origin: Origin, begins: int, ends: int) -> None:
        """Look at all fields that begin and end within these places."""
        place = ENCODED_WORD.first(data, begins)
        while 0 <= place < ends:
            begins = _begin(data, begins, place)
            found = _BOUNDARY.search(data, place)
            end = min(found.end() if found else ends, ends)
            if end - begins <= _LONGEST:
                self._look(bytes(data[begins:end]), origin, begins)
            begins = end
            place = ENCODED_WORD.first(data, end)

    def _look(self, field: bytes, origin: Origin, at: int) -> None:
        text, count = _WORDS.subn(_decoded, _FOLD.sub(b"", field))
        if not count:
            return
        # What is to be seen in the field as it is, or in one word, needs nothing put together.
        single = [field, *(_one(*each) for each in _EACH.findall(field))]
        shown = (text[match.offset :][: match.length] for match in self._findings.search.matches(text))
        if any(not any(each in one for one in single) for each in shown) and may_go_deeper(
            self._findings, self._layers
        ):
            look_at(self._findings, (*self._layers, LAYER), text, origin.derived([(0, at, at + len(field))]))

    def gap(self, _: int) -> None:
        """A field ends where bytes are missing."""
        self._end_line()

    def close(self) -> None:
        """There is no more to come."""
        self._end_line()


def _begin(data: bytes | bytearray, least: int, place: int) -> int:
    """Where the field begins that `place` is in, not before `least`."""
    begins = max(data.rfind(b"\n", least, place) + 1, least)
    while begins > least and data[begins] in b" \t" and place - begins <= _LONGEST:
        begins = max(data.rfind(b"\n", least, begins - 1) + 1, least)
    return begins


def _last(data: bytes | bytearray, least: int) -> int:
    """Where the last field begins, not before `least`; -1 where that is longer than any."""
    begins = end = len(data)
    while end > least:
        begins = max(data.rfind(b"\n", least, end) + 1, least)
        if begins < len(data) and data[begins] not in b" \t":
            break
        end = begins - 1
        if len(data) - begins > _LONGEST:
            break
    return begins if len(data) - begins <= _LONGEST else -1


def _decoded(words: re.Match[bytes]) -> bytes:
    """What words say that only white space parts (RFC 2047, 6.2), in whatever charset they are."""
    return b"".join(_one(kind, text) for kind, text in _EACH.findall(words[0]))


def _one(kind: bytes, text: bytes) -> bytes:
    if kind in b"Qq":
        return _HEXADECIMAL.sub(lambda found: bytes([int(found[1], 16)]), text.replace(b"_", b" "))
    try:
        return binascii.a2b_base64(text + b"==")
    except binascii.Error:
        return b""
