"""What a value must look like to be a credential: false alarms are what makes people remove a tool."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import math
import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

# What stands for a value: a mask, a variable, a word of documentation.
_PLACEHOLDER = re.compile(
    rb"""
    [*.\-_ ]+ | [xX]+ | [#]+ | (?:\xe2\x80\xa2|\xe2\x97\x8f)+ | (?:%e2%80%a2|%2a)+ | \[[^\]]*\] | <[^>]*> |
    \$.* | %.*% | \{.*\} | &lt;.*&gt; | (?i:%3c.*%3e|%24.*|%5b.*%5d|%7b.*%7d) |
    (?i:null|none|nil|undefined|true|false|yes|no|n/?a|on|off|string|text|hidden|redacted|masked|filtered|removed|
    required|optional|empty|example|placeholder|deleted[0-9]*|
    (?:.*[ ])?(?:passwort|kennwort|wachtwoord|contrase(?:\xc3\xb1|\\u00f1)a|mot[ ]de[ ]passe|senha|l\xc3\xb6senord) |
    (?:\[|%5b)object.*|your[-_ +].*)
    """,
    re.VERBOSE | re.DOTALL,
)
# Words of a sentence about a credential, as in the texts of an interface.
_SENTENCE = re.compile(
    rb"(?i)(?:^|[ +.,!?:'])(?:pass(?:word|wort|code)s?|token|secret|enter|your|the|forgot(?:ten)?|reset|invalid|"
    rb"incorrect|wrong|must|please|required|change|confirm|new|old|show|key)(?:$|[ +.,!?:'])"
)
# How many bits a character of random text has at least, in base64 or hexadecimal.
_RANDOM_BITS = 2.9


def is_placeholder(value: bytes, name: bytes = b"") -> bool:
    """Whether a value stands for another one, or is a sentence about it, or its own `name`."""
    value = value.strip()
    if not value or _PLACEHOLDER.fullmatch(value) or len(set(value)) == 1:
        return True
    return value.lower() == name.lower() or ((b" " in value or b"+" in value) and bool(_SENTENCE.search(value)))


def is_given(match: re.Match[bytes]) -> bool:
    """Whether the value in a match stands for no other."""
    return not is_placeholder(match["value"])


def is_random(value: bytes, least: int) -> bool:
    """Whether a value of at least `least` characters may be random: it is no word, and no number."""
    if len(value) < least or value.isdigit() or not re.fullmatch(rb"[!-~]+", value):
        return False
    counts = Counter(value)
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
    kinds = sum(bool(re.search(each, value)) for each in (rb"[a-z]", rb"[A-Z]", rb"\d"))
    return bits >= _RANDOM_BITS and kinds > 1


def from_base64(text: bytes) -> bytes:
    """What base64 of either alphabet decodes to; nothing if it is none."""
    text = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        return b""


def is_text(value: bytes) -> bool:
    """Whether a value is text without control characters, in UTF-8 or ASCII."""
    try:
        return value.decode().isprintable()
    except UnicodeDecodeError:
        return False


def plain_tds(value: bytes) -> bytes:
    """A password that TDS hides, in UTF-8: the halves of each byte are swapped, and bits flipped (MS-TDS, 2.2.6.4).

    Empty if that is no text.
    """
    swapped = bytes(((byte ^ 0xA5) << 4 | (byte ^ 0xA5) >> 4) & 0xFF for byte in value)
    try:
        plain = swapped.decode("utf-16-le").encode()
    except UnicodeError:
        return b""
    return plain if is_text(plain) else b""


def decoded_forms(value: bytes) -> Iterator[bytes]:
    """A value as it was seen, and the passwords that it may spell: in Basic, SASL, forms or JSON."""
    yield value
    if hidden := plain_tds(value):
        yield hidden
    yield unquote_to_bytes(value.replace(b"+", b" "))
    if b"\\" in value:
        with contextlib.suppress(ValueError):
            yield json.loads(b'"%b"' % value).encode(errors="surrogatepass")
    if decoded := from_base64(value):
        # The user is in front of it.
        yield from (decoded, decoded.partition(b":")[2], decoded.rpartition(b"\0")[2])
