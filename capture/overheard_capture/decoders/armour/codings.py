"""Codings of bytes as text without marks around them: hexadecimal, base32 (RFC 4648), percent-encoding (RFC 3986)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import Members
from overheard_capture.decoders.armour import decimal
from overheard_capture.decoders.opaque import is_base32, is_binary, is_hexadecimal

# The length from which characters may be such a coding: that of 12 bytes in hexadecimal, and 15 in base32.
SHORTEST = 24

# A byte may have a prefix (`0x1f`, `\x1f`, `%1f`); up to eight bytes may be in a group.
_DIGIT = rb"[0-9A-Fa-f]"
_PREFIX = rb"(?:0[xX]|\\{1,8}[xX]|%|&#[xX])?"
_GROUP = rb"%b(?:%b%b){1,8}+(?!%b)" % (_PREFIX, _DIGIT, _DIGIT, _DIGIT)
_BETWEEN = rb"[ \t]{0,8}[:,;|-]?(?:[ \t\r\n]|\\{1,8}[rnt]){0,32}"
_GROUPS = rb"(?<![0-9A-Za-z])%b(?:%b%b){2,}+" % (_GROUP, _BETWEEN, _GROUP)
_BREAK = rb"(?:\\?\r?\n[ \t]{0,32}|(?:\\{1,8}r)?\\{1,8}n)"
_DIGITS = rb"%b{%d,}+(?:%b%b{2,}+)*+" % (_DIGIT, SHORTEST, _BREAK, _DIGIT)
_MORE = rb"(?:%b%b%b++)++" % (_BETWEEN, _PREFIX, _DIGIT)
_NOT_DIGITS = re.compile(rb"0[xX](?=%b)|[^0-9A-Fa-f]" % _DIGIT)
# The digits of decimal numbers, and what is between them.
_DECIMAL = b"0123456789 \t\r\n,;:.|-"
_LONG_NUMBER = Members(b"0123456789", SHORTEST)

_HEX_DIGITS = b"0123456789ABCDEFabcdef"
_WORD = re.compile(rb"[0-9A-Za-z]{%d,}+" % SHORTEST)

# Characters that need no escape in a URL (RFC 3986, 2.3), or are left alone by some encoders.
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!*'()"
_PERCENT_ENCODED = rb"(?:[%b+]|%%%%[0-9A-Fa-f]{2}){%%d,}+" % re.escape(_UNRESERVED)
_PARTIAL_PERCENT = re.compile(rb"%[0-9A-Fa-f]?\Z")
# An escape of a byte that is no ASCII text. Text of other escapes is a spelling alone.
_BINARY_ESCAPE = re.compile(rb"%(?:[0189A-Fa-f][0-9A-Fa-f]|7[Ff])")

_BASE32_LINES = rb"[%b]{%d,}+(?:%b[%b]++)*+"
_BASE32_HEX = re.compile(rb"[0189]")


class Coding(NamedTuple):
    """A coding: `group` characters are `size` bytes.

    It is looked for in runs of its `members`, which include breaks and prefixes; `find` matches all of it, and `more`
    the rest of what began earlier. `chars` leaves the characters that count, and `decode` decodes whole groups of them,
    and an incomplete one at the end; it raises ValueError. `is_value` tells whether characters certainly
    are a value in this coding.
    """

    layer: Layer
    members: Members
    find: re.Pattern[bytes]
    more: re.Pattern[bytes]
    chars: Callable[[bytes], bytes]
    decode: Callable[[bytes], bytes]
    group: int
    size: int
    is_value: Callable[[bytes], bool]
    # Whether a run of members is certainly something else.
    is_other: Callable[[bytes | bytearray], bool]


def _hexadecimal(chars: bytes) -> bytes:
    return bytes.fromhex(chars[: len(chars) & ~1].decode())


def _is_numbers(run: bytes | bytearray) -> bool:
    return not run.translate(None, _DECIMAL) and not any(_LONG_NUMBER.runs(run))


def _is_hexadecimal(run: bytes | bytearray) -> bool:
    """Whether no long word has other digits. Of base32, fewer than one in 10^7 such words is like that."""
    return all(not word[0].translate(None, _HEX_DIGITS) for word in _WORD.finditer(run))


def _base32(chars: bytes) -> bytes:
    """Decode either alphabet of RFC 4648: that of section 7 has the digits that the other one lacks."""
    decode = base64.b32hexdecode if _BASE32_HEX.search(chars) else base64.b32decode
    # The lengths that an incomplete group may have (RFC 4648, 6).
    rest = len(chars) % 8
    chars = chars[: len(chars) - (rest in (1, 3, 6))]
    return decode(chars + b"=" * (-len(chars) % 8), casefold=True)


def _percent_chars(raw: bytes) -> bytes:
    """The bytes in hexadecimal. An incomplete escape at the end is half a byte."""
    cut = _PARTIAL_PERCENT.search(raw, max(len(raw) - 2, 0))
    whole = raw[: cut.start()] if cut else raw
    return unquote_to_bytes(whole.replace(b"+", b" ")).hex().encode() + (b"0" if cut else b"")


def _is_escaped_text(run: bytes | bytearray) -> bool:
    return not _BINARY_ESCAPE.search(run)


def _without_breaks(raw: bytes) -> bytes:
    return _ANY_BREAK.sub(b"", raw)


_ANY_BREAK = re.compile(_BREAK)


def _base32_coding(alphabet: bytes) -> Coding:
    members = alphabet + b"\r\n"
    find = re.compile(_BASE32_LINES % (alphabet, SHORTEST, rb"\r?\n", alphabet))
    more = re.compile(rb"(?:(?:\r?\n)?[%b]++)++" % alphabet)
    return Coding(
        BASE32, Members(members, SHORTEST), find, more, _without_breaks, _base32, 8, 5, is_base32, _is_hexadecimal
    )


PERCENT = Layer("percent-encoded", LayerKind.SPELLED)
HEXADECIMAL, BASE32 = Layer("hexadecimal", LayerKind.SPELLED), Layer("base32", LayerKind.SPELLED)
_HEX_MEMBERS = b"0123456789ABCDEFabcdef xX\\\t\r\n:,;|%&#-rnt"
CODINGS = (
    Coding(
        HEXADECIMAL,
        Members(_HEX_MEMBERS, SHORTEST),
        re.compile(_DIGITS + rb"|" + _GROUPS),
        re.compile(_MORE),
        lambda raw: _NOT_DIGITS.sub(b"", raw),
        _hexadecimal,
        2,
        1,
        is_hexadecimal,
        _is_numbers,
    ),
    _base32_coding(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    _base32_coding(b"abcdefghijklmnopqrstuvwxyz0123456789"),
    Coding(
        PERCENT,
        Members(_UNRESERVED + b"+%", SHORTEST),
        re.compile(_PERCENT_ENCODED % SHORTEST),
        re.compile(_PERCENT_ENCODED % 1),
        _percent_chars,
        _hexadecimal,
        2,
        1,
        is_binary,
        _is_escaped_text,
    ),
)
# Bytes as a list of numbers. It is looked for by itself.
NUMBERS = Coding(
    Layer("decimal", LayerKind.SPELLED),
    Members(decimal.MEMBERS, SHORTEST),
    re.compile(decimal.LIST),
    re.compile(decimal.MORE),
    decimal.byte_digits,
    _hexadecimal,
    2,
    1,
    is_value=lambda _: False,
    is_other=lambda _: False,
)
