"""base85 without marks around it: the alphabets of RFC 1924 (also Git's and Python's), of Z85 (ZeroMQ) and Ascii85.

Five characters are four bytes. Any text without blanks might be base85, so that it has to decode to something that is
known or makes sense, or to be as varied as encoded bytes are.
"""

from __future__ import annotations

import base64
import ctypes
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.byte_scan import Members
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.text_detector import NO_CONTROL
from overheard_capture.decoders.armour.base85_looks import (
    SHORTEST_OUT,
    is_mixed,
    is_text,
    is_varied,
    makes_sense,
    unlike_words,
)
from overheard_capture.decoders.armour.coding import BEHIND_BACKSLASH, SHORTEST_BASE85, Coding
from overheard_capture.decoders.armour.escaped_signs import PARTIAL_ESCAPE, SIGNS, escape_of, sign_of, texts
from overheard_capture.decoders.base64.run import PRINTABLE, is_readable
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.unsigned_heads import BEGINNINGS_BITS
from overheard_capture.native import core
from overheard_capture.native.structures import NativeBase85

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BASE85 = Layer("base85")
_RFC1924 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_Z85 = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_ASCII85 = bytes(range(33, 118))

# After what it may begin, although that may be part of the alphabet.
DELIMITERS = b"=:\"'(<>{[,&;"
# How many characters of a line are looked at.
_LOOK = 256
# For what so many are decoded to.
_ROOM = ctypes.create_string_buffer(_LOOK)
# After how many delimiters it may begin, and up to where.
_MAX_DELIMITERS, _LATEST = 6, 64
_NAME = lazy_pattern(rb"[A-Za-z_.-]{1,32}=")
# A line may have a sign before it, such as those of a diff, a list or a quotation; or several of the same.
_PREFIX = lazy_pattern(rb"([^0-9A-Za-z])\1*+")
_DELIMITER = lazy_pattern(rb"[%b]" % re.escape(DELIMITERS))
# With what follows an end; how many of these are looked at, the first and the last ones; and up to which length.
_END = rb"\r?\n|[\"'`&;,<>)\]}|*\\]"
_MOST_ENDS, _LONGEST_CUT = 3, 2048
# How many characters show whether they are varied, or what they decode to makes sense.
_VARIED = 64
_GROUPS = lazy_pattern(rb"(?:z|[^z]{5})*+[^z]{0,4}")


class Base85:
    """One alphabet."""

    def __init__(self, alphabet: bytes) -> None:
        self.alphabet = alphabet
        # Others than members are none there, either.
        self._to_rfc1924 = bytes(_RFC1924[alphabet.index(byte)] if byte in alphabet else 0 for byte in range(256))
        # In Ascii85 a `z` is four zero bytes, and a backslash is no escape.
        self.zeros = b"z" * (b"\\" in alphabet)
        self.native = _native(alphabet, self.zeros)
        escape = escape_of(sign for sign in SIGNS if sign in alphabet)
        self._escape, self._end = lazy_pattern(escape), lazy_pattern(rb"%b|(%b)" % (escape, _END))
        # Nothing goes on behind an escape of another sign, such as the quote of a string, although its letters may.
        self._other_sign = lazy_pattern(escape_of(sign for sign in SIGNS if sign not in alphabet) or rb"(?!)")
        others = re.escape((alphabet + self.zeros).replace(b"&", b""))
        unit = rb"(?:[%b]++|%b|&)" % (others, escape)
        self._line_break = lazy_pattern(rb"\r?\n" if self.zeros else rb"\r?\n|(?:\\{1,8}r)?\\{1,8}n")
        line = self._line_break.pattern
        self.line = lazy_pattern(rb"%b++" % unit)
        # What lines are in that are long enough: of short ones there may be very many.
        within = re.escape(alphabet + self.zeros + b"&;x\\")
        self._lines_within = lazy_pattern(rb"[%b]{%d,}+" % (within, SHORTEST_BASE85))
        self._run = lazy_pattern(rb"%b++(?:(?:%b)%b++)*+" % (unit, line, unit))
        self._begins = lru_cache(maxsize=1024)(self._find_begins)
        # Who asks whether there is anything will ask where.
        self._found_in_short = lru_cache(maxsize=2)(lambda data: tuple(self._found_in(data, 0)))
        # Line breaks, and what is in an escape.
        others = b"\r\nx" if self.zeros else b"\r\n;\\"
        self.coding = Coding(
            BASE85,
            Members(bytes({*alphabet, *self.zeros, *others}), SHORTEST_BASE85),
            self._found,
            lazy_pattern(rb"(?:(?:%b)?%b++)++" % (line, unit)),
            self._chars,
            self._decoded,
            5,
            4,
            is_value=lambda _: False,
            is_other=lambda run: next(self._found(bytes(run), 0), None) is None,
            partial=PARTIAL_ESCAPE,
        )

    def _found(self, data: bytes, start: int) -> Iterator[re.Match[bytes]]:
        """What is in this alphabet, as `_found_in`."""
        return self._found_in(data, start) if start or len(data) > _LOOK else iter(self._found_in_short(data))

    def _found_in(self, data: bytes, start: int) -> Iterator[re.Match[bytes]]:
        """What is in this alphabet, from where it seems to begin. If that is unknown, these overlap."""
        end = start
        for line in self.lines(data, start):
            # What begins within a line may have more of them.
            is_read = line.start() < end
            first = line.start() if self.zeros else _behind_escape(data, line.start())
            head = data[first : min(line.end(), first + _LOOK)]
            for begin in () if is_read or not self._may_begin(head) else self._begins(head):
                if found := self._match(data, first + begin):
                    yield found
                    yield from self._cut_short(data, *found.span())
                    end = max(end, found.end())
            for first, last in () if is_read else texts(data, *line.span()):
                inside = data[first : min(last, first + _LOOK)]
                for begin in self._begins(inside) if unlike_words(inside[:_VARIED]) else ():
                    if found := self._run.match(data, first + begin, last):
                        yield found

    def _match(self, data: bytes, begin: int) -> re.Match[bytes] | None:
        """The run from `begin` on, up to a sign that certainly ends it."""
        found = self._run.match(data, begin)
        end = self._other_sign.search(data, begin, found.end()) if found else None
        return self._run.match(data, begin, end.start()) if end and end.start() - begin >= SHORTEST_BASE85 else found

    def lines(self, data: bytes, start: int) -> Iterator[re.Match[bytes]]:
        """The lines that are long enough."""
        for within in self._lines_within.finditer(data, start):
            for line in self.line.finditer(data, *within.span()):
                if len(line[0]) >= SHORTEST_BASE85:
                    yield line

    def _cut_short(self, data: bytes, begin: int, end: int) -> Iterator[re.Match[bytes]]:
        """The same up to where it may end: what follows changes its last bytes, or is no part of it."""
        if end - begin <= _LONGEST_CUT:
            signs = [sign.start() for sign in self._end.finditer(data, begin + SHORTEST_BASE85, end) if sign[1]]
            for sign in dict.fromkeys((*signs[:_MOST_ENDS], *signs[-_MOST_ENDS:])):
                cut = self._run.match(data, begin, sign)
                if cut and len(self._chars(cut[0])) % 5 != 1:
                    yield cut

    def _may_begin(self, line: bytes) -> bool:
        """Whether something may begin in a line, as far as a quick test tells."""
        compiled, length = core(), ctypes.c_uint64(len(line))
        return not compiled or compiled.may_be_base85(line, length, ctypes.byref(self.native), BEGINNINGS_BITS) != 0

    def _may_have_text(self, line: bytes) -> bool:
        """Whether text may be in one of five groupings of a line, as far as a quick test tells."""
        compiled, length = core(), ctypes.c_uint64(len(line))
        return not compiled or compiled.has_base85_text(line, length, ctypes.byref(self.native)) != 0

    def _find_begins(self, line: bytes) -> tuple[int, ...]:
        """The offset in a line at which something known begins; or some at which what is as varied may begin."""
        name, signs = _NAME.match(line), _PREFIX.match(line)
        after = (each.end() for each in islice(_DELIMITER.finditer(line, 0, _LATEST), _MAX_DELIMITERS))
        every = dict.fromkeys((name.end() if name else 0, 0, *((1, signs.end()) if signs else ()), *after))
        starts = [at for at in every if at <= _LATEST and len(line) - at >= SHORTEST_BASE85]
        heads = {at: self._decoded(self._head(line[at:])) for at in starts}
        whole = {at: out for at, out in heads.items() if len(out) >= SHORTEST_OUT}
        readable = (at for at, out in whole.items() if is_readable(out[:SHORTEST_OUT]))
        mixed = is_mixed(line[: _LATEST + _VARIED])
        # An escape is one character of a group.
        group = {at: len(self._unescaped(line[:at])) % 5 for at in starts}
        sensible = _first_of_groups(group, (at for at in sorted(whole) if makes_sense(whole[at], mixed=mixed)))
        first = [
            start
            for at in islice(readable, 1)
            for start in (at, self._text_start(line, at, PRINTABLE), self._text_start(line, at, NO_CONTROL))
        ]
        if not first and unlike_words(line[: _LATEST + _VARIED]) and self._may_have_text(line):
            # Behind the end of an escape (`\\n+`) or of a word, text is in one of five groupings.
            first = [at for at in range(5) if is_text(self._grouped(line[at:]))]
        # What can be read may be a part of something that begins before it, and that makes sense.
        known = dict.fromkeys((*first, *sensible))
        # What is compressed may have text in it, too.
        before = (at for at in whole if not known or at < min(known))
        varied = [at for at in before if is_varied(self._unescaped(line[at:])[:_VARIED])]
        for at in varied:
            if is_unsigned(self._decoded(self._chars(line[at:]))):
                return (at, *known)
        # What makes sense may also be the rest of that.
        parts = {group.get(at, at % 5) for at in known}
        return (*_first_of_groups(group, (at for at in varied if not known or group[at] in parts)), *known)

    def _text_start(self, line: bytes, at: int, of_text: bytes) -> int:
        """Where the text begins that goes on at `at`, with these bytes alone: a delimiter may also be a part of it."""
        while at >= 5 and len(before := self._decoded(line[at - 5 : at])) == 4 and not before.translate(None, of_text):
            at -= 5
        return at

    def _unescaped(self, raw: bytes) -> bytes:
        """Without escapes. Hardly ever is such a row of characters there by chance."""
        return self._escape.sub(lambda found: sign_of(found[0]), raw) if b"&" in raw or b"\\" in raw else raw

    def _head(self, raw: bytes) -> bytes:
        """The first characters, up to a `z` within a group, which Ascii85 has not."""
        found = _GROUPS.match(self._unescaped(raw)[:_VARIED]) if self.zeros else None
        return self._chars(found[0] if found else raw)[:_VARIED]

    def _grouped(self, raw: bytes) -> bytes:
        """What the first whole groups are. Text has no zeros."""
        head = self._head(raw)
        return b"" if self.zeros and b"z" in raw[:_VARIED] else self._decoded(head[: len(head) // 5 * 5])

    def _chars(self, raw: bytes) -> bytes:
        """The characters that count."""
        raw = self._unescaped(raw)
        if b"\\" in raw and not self.zeros:
            raw = self._line_break.sub(b"", raw)
        elif b"\n" in raw:
            # The same in a tenth of the time.
            raw = raw.replace(b"\r\n", b"").replace(b"\n", b"")
        return raw.replace(b"z", b"!!!!!") if self.zeros else raw

    def _decoded(self, chars: bytes) -> bytes:
        """The bytes up to a group that is none."""
        if not (compiled := core()):
            return _decoded(chars.translate(self._to_rfc1924))
        # Nearly all are short.
        out = _ROOM if len(chars) <= _LOOK else ctypes.create_string_buffer(len(chars))
        size = compiled.base85_bytes(chars, ctypes.c_uint64(len(chars)), ctypes.byref(self.native), out)
        return out.raw[:size]


def _behind_escape(data: bytes, start: int) -> int:
    """Where a line begins that seems to begin at `start`, if that is within an escape."""
    escape = BEHIND_BACKSLASH.match(data, start) if data[start - 1 : start] == b"\\" else None
    return escape.end() if escape else start


def _native(alphabet: bytes, zeros: bytes) -> NativeBase85:
    """An alphabet as the compiled part has it."""
    classes = bytes(
        (byte in alphabet + zeros) | (byte in DELIMITERS) << 1 | letter.isalnum() << 2
        | letter.islower() << 3 | letter.isupper() << 4 | (byte in b"+/-_=") << 5 | (byte in b"&\\") << 6
        | (letter == b"<") << 7
        for byte in range(256) for letter in [bytes([byte])]
    )  # fmt: skip
    return NativeBase85(classes, bytes(alphabet.find(byte) & 0xFF for byte in range(256)))


def _decoded(chars: bytes) -> bytes:
    try:
        # A single character more is no byte.
        return base64.b85decode(chars[:-1] if len(chars) % 5 == 1 else chars)
    except ValueError:
        half = len(chars) // 10 * 5 or 5 * (len(chars) > 5)
        first = _decoded(chars[:half]) if half else b""
        return first + _decoded(chars[half:]) if half and len(first) == half // 5 * 4 else first


def _first_of_groups(group: dict[int, int], starts: Iterable[int]) -> tuple[int, ...]:
    """The first of those that decode to the same bytes: where in a `group` of five characters each of them is."""
    by_group: dict[int, int] = {}
    for at in starts:
        by_group.setdefault(group[at], at)
    return tuple(by_group.values())


ALPHABETS = tuple(map(Base85, (_RFC1924, _Z85, _ASCII85)))
BASE85_CODINGS = tuple(each.coding for each in ALPHABETS)
