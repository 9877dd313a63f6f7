"""Codings of bytes as text without marks around them, such as hexadecimal, base32 (RFC 4648) and percent-encoding."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import Members, base64_runs
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour import decimal
from overheard_capture.decoders.armour.base58 import BASE58_CODING
from overheard_capture.decoders.armour.base85 import BASE85_CODINGS
from overheard_capture.decoders.armour.coding import HEXADECIMAL, SHORTEST, Coding
from overheard_capture.decoders.armour.escapes import has_escaped
from overheard_capture.decoders.armour.lines import MARKS
from overheard_capture.decoders.opaque import is_base32, is_binary, is_hexadecimal

# A byte may have a prefix (`0x1f`, `\x1f`, `%1f`), and a single digit behind `0x`; up to eight bytes may be in a group.
_DIGIT = rb"[0-9A-Fa-f]"
_PREFIX = rb"(?:0[xX]|\\{1,8}[xX]|%|&#[xX])?"
_GROUP = rb"(?:%b(?:%b%b){1,8}+|0[xX]%b)(?!%b)" % (_PREFIX, *(_DIGIT,) * 4)
# Also a line that goes on after a backslash.
_BETWEEN = rb"[ \t]{0,8}[:,;|+-]?(?:[ \t\r\n]|\\{1,8}[rnt]|\\(?=\r?\n)){0,32}"
# The number at the end of a head, such as the length of what follows it, is none of its bytes.
_GROUPS = rb"(?<![0-9A-Za-z])%b(?!\r?\n\r?\n)(?:%b%b){2,}+" % (_GROUP, _BETWEEN, _GROUP)
_BREAK = rb"(?:\\?\r?\n[ \t]{0,32}|(?:\\{1,8}r)?\\{1,8}n)"
_DIGITS = rb"%b{%d,}+(?:%b%b{2,}+)*+" % (_DIGIT, SHORTEST, _BREAK, _DIGIT)
_MORE = rb"(?:%b%b%b++)++" % (_BETWEEN, _PREFIX, _DIGIT)
_NOT_DIGITS = lazy_pattern(rb"0[xX](?=%b)|[^0-9A-Fa-f]" % _DIGIT)
_SINGLE_DIGIT = lazy_pattern(rb"0[xX](%b)(?!%b)" % (_DIGIT, _DIGIT))
# At the end of a piece, it may be the first of two.
_PARTIAL = lazy_pattern(rb"0[xX]%b\Z" % _DIGIT)
# The digits of decimal numbers, and what is between them.
_DECIMAL = b"0123456789 \t\r\n,;:.|-"
# Bytes without a letter among their digits, as those of digits in ASCII are.
_DIGIT_BYTES = lazy_pattern(rb"(?<![0-9])(?:[2-7][0-9][ :-]){11}[2-7][0-9](?![0-9])")
_LONG_NUMBER = Members(b"0123456789", SHORTEST)

_HEX_DIGITS = b"0123456789ABCDEFabcdef"
_WORD = lazy_pattern(rb"[0-9A-Za-z]{%d,}+" % SHORTEST)

# Characters that need no escape in a URL (RFC 3986, 2.3), or are left alone by some encoders.
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!*'()"
_PERCENT_ENCODED = rb"(?:[%b+]|%%%%[0-9A-Fa-f]{2}){%%d,}+" % re.escape(_UNRESERVED)
# With those that are escaped they have at least the characters of a run.
_FEWEST_BYTES = 12
_PARTIAL_PERCENT = lazy_pattern(rb"%[0-9A-Fa-f]?\Z")
# How often text may be escaped.
_ESCAPED = 4
# An escape of a byte that is no ASCII text. Text of other escapes is a spelling alone.
_ANY_ESCAPE = lazy_pattern(rb"%[0-9A-Fa-f]{2}")
# A word of base58 right behind an escape, to which the digits of that would belong.
_BASE58_BEHIND = lazy_pattern(rb"%%[0-9A-Fa-f]{2}[1-9A-HJ-NP-Za-km-z]{%d}" % SHORTEST)
# So many different characters of base85 are escaped, which base64 has not. Its own may be escaped several times.
_ESCAPES_OF_BASE85 = 2
# What is read line by line: a dump, quoted-printable; encoded words; and characters by their number in a string or, if
# that is escaped again, in HTML.
_IN_LINES = lazy_pattern(
    rb"\n(?:0[0-9A-Fa-f]{3,15}:? |[ \t>])|=(?:\?|3D|\r?\n|[0-9A-F]{2}(?:=|[0-9A-Za-z]{1,20}=20))"
    rb"|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|[0-3][0-7]{2})|&(?:amp;)+#"
)
# An equals sign is one of base64 at its end alone.
_NOT_BASE64 = lazy_pattern(rb"%(?:(?:25)*+(?!3[Dd](?![0-9A-Za-z])|2[BbFf]|0[AaDd])([0-9A-Fa-f]{2})|25)")
_BINARY_ESCAPE = lazy_pattern(rb"%(?:25)*+(?:[0189A-Fa-f][0-9A-Fa-f]|7[Ff])")

# RFC 9110, 5.6.7: from the letters of `Tue` and `Wed` on that are digits.
_DATE = lazy_pattern(rb"(?:e|ed), [0-9]{2} (?:Feb|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} ")

_BASE32_LINES = rb"[%b]{%d,}+(?:%b[%b]++)*+"
_BASE32_HEX = lazy_pattern(rb"[0189]")
_TO_HEX = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz234567", b"0123456789ABCDEFGHIJKLMNOP" * 2 + b"QRSTUV"
)


def _hex_digits(raw: bytes) -> bytes:
    padded = _SINGLE_DIGIT.sub(rb"0\1", raw) if b"x" in raw or b"X" in raw else raw
    return _NOT_DIGITS.sub(b"", padded)


def _hexadecimal(chars: bytes) -> bytes:
    return bytes.fromhex(chars[: len(chars) & ~1].decode())


def _is_numbers(run: bytes | bytearray) -> bool:
    """Whether these are numbers, or a date of HTTP in a month whose letters are digits."""
    if run.translate(None, _DECIMAL):
        return _DATE.fullmatch(run) is not None
    return not any(_LONG_NUMBER.runs(run)) and not _DIGIT_BYTES.search(run)


def _is_hexadecimal(run: bytes | bytearray) -> bool:
    """Whether no long word has other digits. Of base32, fewer than one in 10^7 such words is like that."""
    return not any(word.translate(None, _HEX_DIGITS) for word in _WORD.findall(run))


def _base32(chars: bytes) -> bytes:
    """Decode either alphabet of RFC 4648: that of section 7 has the digits that the other one lacks."""
    if not _BASE32_HEX.search(chars):
        chars = chars.translate(_TO_HEX)
    # A base of `int`, which takes a tenth of the time of `base64`. The lengths of an incomplete group: RFC 4648, 6.
    chars = chars[: len(chars) - (len(chars) % 8 in (1, 3, 6))]
    size, rest = divmod(5 * len(chars), 8)
    return (int(chars or b"0", 32) >> rest).to_bytes(size)


def _percent_chars(raw: bytes) -> bytes:
    """The bytes in hexadecimal. An incomplete escape at the end is half a byte."""
    cut = _PARTIAL_PERCENT.search(raw, max(len(raw) - 2, 0))
    whole = raw[: cut.start()] if cut else raw
    return unquote_to_bytes(whole.replace(b"+", b" ")).hex().encode() + (b"0" if cut else b"")


def _is_escaped_text(run: bytes | bytearray) -> bool:
    """Whether this is text in which nothing else is encoded. It may be escaped several times."""
    if _BINARY_ESCAPE.search(run):
        return False
    # base64 is read as it is, with its escapes, if enough of it has none.
    has_base64 = any(base64_runs(run))
    text, may_be_base85 = bytes(run), len(set(_NOT_BASE64.findall(run))) >= _ESCAPES_OF_BASE85
    for _ in range(_ESCAPED):
        if not _ANY_ESCAPE.search(text):
            break
        text = unquote_to_bytes(text.replace(b"+", b" "))
        if (not has_base64 and any(base64_runs(text))) or (_BASE58_BEHIND.search(run) and BASE58_CODING.is_in(text)):
            return False
        if MARKS.first(text) >= 0 or has_escaped(text) or _IN_LINES.search(text):
            return False
        if any(coding.is_in(text) for coding in CODINGS if coding.layer in (HEXADECIMAL, BASE32, DECIMAL)):
            return False
        if may_be_base85 and any(coding.is_in(text) for coding in BASE85_CODINGS):
            return False
    return True


def _without_breaks(raw: bytes) -> bytes:
    return _ANY_BREAK.sub(b"", raw) if b"\n" in raw or b"\\" in raw else raw


_ANY_BREAK = lazy_pattern(_BREAK)


def _base32_coding(alphabet: bytes) -> Coding:
    find = lazy_pattern(_BASE32_LINES % (alphabet, SHORTEST, rb"\r?\n", alphabet))
    more = lazy_pattern(rb"(?:(?:\r?\n)?[%b]++)++" % alphabet)
    return Coding(
        BASE32,
        Members(alphabet + b"\r\n", SHORTEST),
        find.finditer,
        more,
        _without_breaks,
        _base32,
        8,
        5,
        is_base32,
        _is_hexadecimal,
    )


PERCENT = Layer("percent-encoded", LayerKind.SPELLED)
BASE32, DECIMAL = Layer("base32", LayerKind.SPELLED), Layer("decimal", LayerKind.SPELLED)
# In a form a plus sign is a blank.
_HEX_MEMBERS = b"0123456789ABCDEFabcdef xX\\\t\r\n:,;|%&#+-rnt"
CODINGS = (
    Coding(
        HEXADECIMAL,
        Members(_HEX_MEMBERS, SHORTEST),
        lazy_pattern(_DIGITS + rb"|" + _GROUPS).finditer,
        lazy_pattern(_MORE),
        _hex_digits,
        _hexadecimal,
        2,
        1,
        is_hexadecimal,
        _is_numbers,
        _PARTIAL,
    ),
    _base32_coding(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    _base32_coding(b"abcdefghijklmnopqrstuvwxyz0123456789"),
    Coding(
        PERCENT,
        Members(_UNRESERVED + b"+%", SHORTEST),
        # A quote before an escape is around all of it.
        lazy_pattern(rb"(?!['(]++%%|\(?')%b" % (_PERCENT_ENCODED % _FEWEST_BYTES)).finditer,
        lazy_pattern(_PERCENT_ENCODED % 1),
        _percent_chars,
        _hexadecimal,
        2,
        1,
        is_binary,
        _is_escaped_text,
    ),
    BASE58_CODING,
    *BASE85_CODINGS,
    # Bytes as a list of numbers.
    Coding(
        DECIMAL,
        Members(decimal.MEMBERS, SHORTEST),
        lazy_pattern(decimal.LIST).finditer,
        lazy_pattern(decimal.MORE),
        decimal.byte_digits,
        _hexadecimal,
        2,
        1,
        is_value=lambda _: False,
        is_other=decimal.is_no_list,
        partial=decimal.PARTIAL,
    ),
)
