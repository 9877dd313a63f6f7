"""base85 without marks around it: the alphabets of RFC 1924 (also Git's and Python's), of Z85 (ZeroMQ) and Ascii85.

Five characters are four bytes. Any text without blanks might be base85, so that it has to decode to something that is
known, or to be as varied as encoded bytes are.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.byte_scan import BASE64_ALPHABET, Members
from overheard_capture.decoders.armour.coding import Coding
from overheard_capture.decoders.base64.run import is_readable
from overheard_capture.decoders.unsigned import is_unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE85 = Layer("base85")
_RFC1924 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
_Z85 = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_ASCII85 = bytes(range(33, 118))

# The length from which characters may be base85, which is that of 20 bytes; and after what it may begin, although that
# may be part of the alphabet.
SHORTEST_BASE85, DELIMITERS = 25, b"=:\"'(<>{[,&;"
# How many characters of a line are looked at.
_LOOK = 256
# After how many delimiters it may begin, and up to where.
_MAX_DELIMITERS, _LATEST = 6, 64
_NAME = re.compile(rb"[A-Za-z_.-]{1,32}=")
_DELIMITER = re.compile(rb"[%b]" % re.escape(DELIMITERS))
# How many characters show whether they are varied.
_VARIED = 64
# What is also in base64, which is another coding.
_BASE64 = BASE64_ALPHABET + b"="


class Base85:
    """One alphabet."""

    def __init__(self, alphabet: bytes) -> None:
        self.alphabet = alphabet
        self._to_rfc1924 = bytes.maketrans(alphabet, _RFC1924)
        # In Ascii85 a `z` is four zero bytes, and a backslash is no escape.
        self.zeros = b"z" * (b"\\" in alphabet)
        unit = rb"[%b]" % re.escape(alphabet + self.zeros)
        self._line_break = re.compile(rb"\r?\n" if self.zeros else rb"\r?\n|(?:\\{1,8}r)?\\{1,8}n")
        line = self._line_break.pattern
        self._run = re.compile(rb"(%b{%d,}+)(?:(?:%b)%b++)*+" % (unit, SHORTEST_BASE85, line, unit))
        self._begins = lru_cache(maxsize=1024)(self._find_begins)
        breaks = b"\r\n" if self.zeros else b"\r\n\\"
        self.coding = Coding(
            BASE85,
            Members(alphabet + self.zeros + breaks, SHORTEST_BASE85),
            self._found,
            re.compile(rb"(?:(?:%b)?%b++)++" % (line, unit)),
            self._chars,
            self._decoded,
            5,
            4,
            is_value=lambda _: False,
            is_other=lambda run: next(self._found(bytes(run), 0), None) is None,
        )

    def _found(self, data: bytes, start: int) -> Iterator[re.Match[bytes]]:
        """What is in this alphabet, from where it seems to begin. If that is unknown, these overlap."""
        for run in self._run.finditer(data, start):
            for begin in self._begins(run[1][:_LOOK]):
                if found := self._run.match(data, run.start() + begin, run.end()):
                    yield found

    def _find_begins(self, line: bytes) -> tuple[int, ...]:
        """The offset in a line at which something known begins; or some at which what is as varied may begin."""
        name = _NAME.match(line)
        after = (each.end() for each in islice(_DELIMITER.finditer(line, 0, _LATEST), _MAX_DELIMITERS))
        every = dict.fromkeys((name.end() if name else 0, 0, *after))
        starts = [at for at in every if len(line) - at >= SHORTEST_BASE85]
        for at in starts:
            if is_readable(self._decoded(self._chars(line[at : at + SHORTEST_BASE85])[:SHORTEST_BASE85])):
                return (at,)
        varied = [at for at in starts if _is_varied(line[at : at + _VARIED])]
        for at in varied:
            if is_unsigned(self._decoded(self._chars(line[at:]))):
                return (at,)
        by_group: dict[int, int] = {}
        for at in varied:
            by_group.setdefault(at % 5, at)
        return tuple(by_group.values())

    def _chars(self, raw: bytes) -> bytes:
        """The characters that count."""
        if b"\n" in raw or b"\\" in raw:
            raw = self._line_break.sub(b"", raw)
        return raw.replace(b"z", b"!!!!!") if self.zeros else raw

    def _decoded(self, chars: bytes) -> bytes:
        """The bytes up to a group that is none."""
        return _decoded(chars.translate(self._to_rfc1924))


def _decoded(chars: bytes) -> bytes:
    try:
        # A single character more is no byte.
        return base64.b85decode(chars[:-1] if len(chars) % 5 == 1 else chars)
    except ValueError:
        half = len(chars) // 10 * 5
        first = _decoded(chars[:half]) if half else b""
        return first + _decoded(chars[half:]) if half and len(first) == half // 5 * 4 else first


def _is_varied(first: bytes) -> bool:
    """Whether the first characters are as varied as encoded bytes."""
    length = len(first)
    # Of 25 encoded characters 68 % are different, and of 64 55 %, in all but one case of a thousand.
    different = 300 * len(set(first)) >= length * (229 - length)
    return different and 32 * len(first.translate(None, _BASE64)) >= length and first.lower() != first != first.upper()


ALPHABETS = tuple(map(Base85, (_RFC1924, _Z85, _ASCII85)))
BASE85_CODINGS = tuple(each.coding for each in ALPHABETS)
