"""Base64 characters as they occur in text: in either alphabet, with line breaks and escapes."""

from __future__ import annotations

import binascii
import re
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import BASE64_ALPHABET, HEXADECIMAL, LOWERCASE, base64_runs
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.provenance.by_frame import frame_parts

if TYPE_CHECKING:
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Bytes, Origin

# `/`, `+`, `_` and `-` as escaped in HTML, JSON, JavaScript and URLs, the latter up to four times: JSON in JSON doubles
# each backslash, and a URL in a URL has `%25` for each percent sign. Backslashes may be escaped in a URL.
_PERCENT = rb"%(?:25){0,3}"
_BACKSLASH, _IN_URL = rb"\\\\{0,7}", rb"%(?:25)?5[Cc](?:%(?:25)?5[Cc]){0,3}"
_BACKSLASHES = rb"(?:%b|%b)" % (_BACKSLASH, _IN_URL)
_SIGN = rb"(?:2[BbDdFf]|5[Ff])"
ENTITY = rb"&#(?:4[357]|95|x%b);" % _SIGN
_BEHIND_BACKSLASH = rb"(?:/|(?:u00|x)%b|05[357]|137)" % _SIGN
# Each alternative begins with a literal: what begins with none of them is skipped fast.
ESCAPES = b"|".join((_BACKSLASH + _BEHIND_BACKSLASH, _IN_URL + _BEHIND_BACKSLASH, _PERCENT + _SIGN, ENTITY))
ESCAPE = lazy_pattern(ESCAPES)
# With what an escape of `/` or `_` ends.
_SLASH = lazy_pattern(rb"(?:/|(?i:[25]f);?|47;|95;|057|137)\Z")
# A line break and padding, escaped.
ESCAPED_RETURN = rb"(?:&#(?:13|x[Dd]);|%b0[Dd]|%b(?:u000[Dd]|x0[Dd]|015))" % (_PERCENT, _BACKSLASHES)
ESCAPED_BREAK = rb"(?:%br)?%bn|%b?(?:&#(?:10|x[Aa]);|%b0[Aa]|%b(?:u000[Aa]|x0[Aa]|012))" % (
    *(_BACKSLASHES, _BACKSLASHES),
    *(ESCAPED_RETURN, _PERCENT, _BACKSLASHES),
)
ESCAPED_PADDING = rb"%b3[Dd]|%b(?:u003[Dd]|x3[Dd]|075)|&#(?:61|x3[Dd]);" % (_PERCENT, _BACKSLASHES)
# A line of characters. Further ones may be indented, also in a string, or quoted in a mail.
LINE = lazy_pattern(rb"(?:[A-Za-z0-9+/_-]++|%b)++" % ESCAPES)
_TAB = rb"\\{1,4}t"
_BREAK = rb"(?:(?:%b)?\r?\n(?:[ \t]{0,32}|(?:> ?){1,8})|(?:%b)(?:[ \t]{0,20}|(?:%b){1,4}))" % (
    *(ESCAPED_RETURN, ESCAPED_BREAK),
    _TAB,
)
PADDING = lazy_pattern(rb"(?:=|%b){0,2}" % ESCAPED_PADDING)
_IGNORED = lazy_pattern(rb"%b|%b|%b|%b" % (ESCAPED_BREAK, ESCAPED_RETURN, ESCAPED_PADDING, _TAB))
# The longest escape of a character, and of a line break.
LONGEST_ESCAPE, LONGEST_BREAK = 25, 50
# Longer lines are not joined.
LONGEST_LINE = 256
_ANY_ESCAPE = lazy_pattern(
    rb"%b(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|0[0-7]{2}|r%bn|[^%%])|%b[0-9A-Fa-f]{2}|&#[0-9A-Za-z]{1,3};"
    % (_BACKSLASHES, _BACKSLASHES, _PERCENT),
    re.DOTALL,
)
# What may be the first part of one, at the end of a piece.
PARTIAL_ESCAPE = lazy_pattern(
    rb"(?:%b(?:u[0-9A-Fa-f]{0,3}|x[0-9A-Fa-f]?|0[0-7]?|r%b?)?(?:%%(?:25)?[0-9A-Fa-f]?)?"
    rb"|%b[0-9A-Fa-f]?|&(?:#[0-9A-Za-z]{0,3})?)\Z" % (_BACKSLASHES, _BACKSLASHES, _PERCENT)
)
# Escapes before a run: of a base64 character, or another escape that includes the first characters of the run.
_OTHER_ESCAPE = lazy_pattern(rb"\\u[0-9A-Fa-f]{4}|\\[nrtbf]|%(?:25){0,3}[0-9A-Fa-f]{2}")
_ENTITY, _LONGEST_ENTITY = lazy_pattern(ENTITY + rb"\Z"), 6
# How far before a run to look for more characters of it, separated by an escape.
LOOK_BACK = 256
# base64url is mapped to base64; white space and padding are removed.
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")
# A longer run without an end is not rejected as a word; and what is much longer is read before its end is known.
_MAX_WORD, _LONGEST_WORD = 200, 1 << 10
_NOT_LETTERS = bytes(byte for byte in range(256) if byte not in BASE64_ALPHABET)


@lru_cache(maxsize=LONGEST_LINE)
def further_lines(length: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Patterns for further lines of `length` characters, and for a shorter last line."""
    unit, after = rb"(?:[A-Za-z0-9+/_-]|%b)" % ESCAPES, rb"(?![A-Za-z0-9+/_-]|%b)" % ESCAPES
    same = rb"(?:%b(?:[A-Za-z0-9+/_-]{%d}|%b{%d})%b)*+" % (_BREAK, length, unit, length, after)
    return lazy_pattern(same), lazy_pattern(rb"(?:%b%b{1,%d}+%b)?" % (_BREAK, unit, max(length - 1, 1), after))


def chars_of(raw: bytes) -> bytes:
    """The base64 characters of `raw`, unescaped, in the standard alphabet."""
    if _has_escape(raw):
        raw = ESCAPE.sub(lambda escape: b"/" if _SLASH.search(escape[0]) else b"+", raw)
        raw = _IGNORED.sub(b"", raw) if _has_escape(raw) else raw
    return raw.translate(_TO_STANDARD, _NOT_LETTERS)


def _has_escape(raw: bytes) -> bool:
    return b"\\" in raw or b"%" in raw or b"&" in raw


def has_break(raw: bytes) -> bool:
    """Whether there may be several lines in `raw`."""
    return b"\n" in raw or _has_escape(raw)


def chars_by_frame(raw: bytes, origin: Origin) -> tuple[bytes, list[tuple[int, Part]]]:
    """The base64 characters of `raw`; and for the part of each frame, the number of characters before it."""
    cuts = frame_parts(origin, 0, len(raw))
    if len(cuts) == 1:
        return chars_of(raw), [(0, cuts[0])]
    if not _has_escape(raw):
        # Each character is itself, or is left out.
        chars = chars_of(raw)
        if len(chars) == len(raw):
            return chars, [(start, (start, end)) for start, end in cuts]
        counts = (len(raw[start:end].translate(None, _NOT_LETTERS)) for start, end in cuts)
        return chars, list(zip(accumulate(counts, initial=0), cuts, strict=False))
    out, places, begin = bytearray(), [], 0
    for start, end in cuts:
        places.append((len(out), (start, end)))
        # An escape that is split belongs to the later frame.
        cut = _escape_boundary(raw, end)
        out += chars_of(raw[begin:cut])
        begin = cut
    return bytes(out), places


def _escape_boundary(raw: bytes, end: int) -> int:
    """The last position up to `end` that is not within an escape."""
    begin = max(end - LONGEST_BREAK, 0)
    for escape in _ANY_ESCAPE.finditer(raw, begin, end + LONGEST_BREAK):
        if escape.start() < end < escape.end():
            return escape.start()
    return end


def decoded(chars: bytes) -> bytes:
    """The decoded bytes, including those of an incomplete last group."""
    if remainder := len(chars) % 4:
        chars = chars[: len(chars) - remainder] + (chars[-remainder:] + b"==" if remainder > 1 else b"")
        chars = chars[: len(chars) // 4 * 4]
    return binascii.a2b_base64(chars)


def token_of(chars: bytes) -> bytes:
    """The characters as padded base64url."""
    return chars.translate(_TO_URL) + b"=" * (-len(chars) % 4)


def char_count(data: bytes | bytearray, begin: int, end: int) -> int:
    """The number of base64 characters in a line; an upper bound if the line is too long to be joined."""
    length = end - begin
    return len(ESCAPE.sub(b"+", data[begin:end])) if length <= LONGEST_ESCAPE * LONGEST_LINE else length


def end_of(pattern: re.Pattern[bytes], data: Bytes, start: int, most: int = 1 << 62) -> int:
    """The end of the match at `start`; `start` if there is none."""
    found = pattern.match(data, start, most)
    return found.end() if found else start


def is_word(data: bytes | bytearray, begins: int, ends: int, *, last: bool) -> bool:
    """Whether a run of characters is a word, or digits of hexadecimal. It may go on, unless these are the `last`."""
    if ends - begins >= _MAX_WORD and ends == len(data) and not last:
        # The rest of it may have other characters.
        return False
    word = data[begins:ends]
    return not word.translate(None, LOWERCASE) or not word.translate(None, HEXADECIMAL)


def may_have_base64(data: bytes | bytearray) -> bool:
    """Whether there may be base64 in a text that is complete: a word is none."""
    runs = base64_runs(data)
    return any(ends - begins > _LONGEST_WORD or not is_word(data, begins, ends, last=True) for begins, ends in runs)


def run_start(data: bytes | bytearray, begins: int, floor: int) -> int:
    """The actual start of a run: its first characters may belong to an escape, and escapes before it to the run."""
    least = max(begins - LOOK_BACK, floor)
    while begins > least and data[begins - 1] in b"\\%;":
        escape = _ENTITY.search(data, max(begins - _LONGEST_ENTITY, least), begins)
        if not escape and not (escape := ESCAPE.match(data, begins - 1)):
            other = _OTHER_ESCAPE.match(data, begins - 1)
            return other.end() if other else begins
        before = bytes(data[least : escape.start()])
        begins = least + len(before.rstrip(BASE64_ALPHABET))
    return begins
