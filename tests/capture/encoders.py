"""Encoders of the standard library for each spelling, independent of our own."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import json
import re
import string
from collections.abc import Callable
from email.header import Header
from email.quoprimime import header_encode
from urllib.parse import quote, quote_plus

from overheard.words.caesar import SHIFTS

Encoder = Callable[[str], bytes]


def lower_case_percent(text: str) -> bytes:
    """As some programs write it."""
    return re.sub("%..", lambda match: match[0].lower(), quote(text)).encode()


def numbered(form: str) -> Encoder:
    """Every character as its number."""
    return lambda text: "".join(form.format(ord(character)) for character in text).encode()


def by_byte(form: str) -> Encoder:
    """Every byte as its number."""
    return lambda text: "".join(form.format(byte) for byte in text.encode()).encode()


def named(text: str) -> bytes:
    """As `html` escapes it, with non-ASCII characters as numbers."""
    return html.escape(text).encode("ascii", errors="xmlcharrefreplace")


def moved(by: int) -> Encoder:
    """Letters shifted in the alphabet."""
    lower, upper = string.ascii_lowercase, string.ascii_uppercase
    table = str.maketrans(lower + upper, lower[by:] + lower[:by] + upper[by:] + upper[:by])
    return lambda text: text.translate(table).encode()


def rot47(text: str) -> bytes:
    """Every printable character of ASCII but the blank, 47 of them further."""
    return bytes((byte - 33 + 47) % 94 + 33 if 33 <= byte < 127 else byte for byte in text.encode())


def base45(value: bytes) -> bytes:
    """Two bytes as three characters, the last one as two (RFC 9285)."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    written = ""
    for at in range(0, len(value), 2):
        number = int.from_bytes(value[at : at + 2])
        for _ in range(len(value[at : at + 2]) + 1):
            number, digit = divmod(number, 45)
            written += alphabet[digit]
    return written.encode()


def septets(text: str) -> bytes:
    """Seven bits per character, the lowest first, as short messages have it (3GPP TS 23.038)."""
    as_two = {"[": "<", "]": ">", "{": "(", "}": ")", "\\": "/", "~": "=", "|": "@", "\u20ac": "e"}
    letters = {"@": 0, "$": 2, "_": 17, "\u00e8": 4, "\u00e9": 5, "\u00fc": 126, "|": 64}
    bits = ""
    for character in text:
        codes = [27, ord(as_two[character])] if character in as_two else [letters.get(character, ord(character))]
        bits = "".join(f"{code:07b}" for code in reversed(codes)) + bits
    bits = "0" * (-len(bits) % 8) + bits
    return int(bits, 2).to_bytes(len(bits) // 8, "little")


def in_json(times: int) -> Encoder:
    """A string of JSON in one in one, so many times."""

    def encode(text: str) -> bytes:
        for _ in range(times):
            text = json.dumps(text)[1:-1]
        return text.encode()

    return encode


# For these encoders, the encoding of a text is the concatenation of those of its parts.
BY_CHARACTER: list[tuple[str, Encoder]] = [
    ("plainly", str.encode),
    ("Latin-1", lambda text: text.encode("latin-1")),
    ("Latin-1", lambda text: text.encode("cp1252")),
    ("percent-encoded", lambda text: quote(text).encode()),
    ("percent-encoded", lambda text: quote(text, safe="").encode()),
    ("percent-encoded", lambda text: quote(text, safe="", encoding="latin-1").encode()),
    ("percent-encoded", lower_case_percent),
    ("percent-encoded throughout", by_byte("%{:02X}")),
    ("percent-encoded twice", lambda text: quote(quote(text, safe=""), safe="").encode()),
    ("percent-encoded twice", lambda text: quote(quote_plus(text), safe="").encode()),
    ("form-encoded", lambda text: quote_plus(text).encode()),
    ("JSON string", lambda text: json.dumps(text)[1:-1].encode()),
    ("JSON string", lambda text: json.dumps(text, ensure_ascii=False)[1:-1].encode()),
    ("JSON string", lambda text: json.dumps(text)[1:-1].replace("/", "\\/").encode()),
    *(("JSON string in a JSON string", in_json(times)) for times in (2, 3, 4)),
    ("JavaScript escapes", by_byte("\\x{:02x}")),
    ("JavaScript escapes", by_byte("\\{:03o}")),
    ("JavaScript escapes", numbered("\\u{{{:x}}}")),
    ("JavaScript escapes", numbered("\\U{:08X}")),
    ("JavaScript escapes", lambda text: text.encode("unicode_escape")),
    ("HTML entities", lambda text: html.escape(text).encode()),
    ("HTML entities", lambda text: html.escape(html.escape(text)).encode()),
    ("HTML entities", named),
    ("HTML entities, decimal", numbered("&#{};")),
    ("HTML entities, hexadecimal", numbered("&#x{:x};")),
    ("HTML entities, hexadecimal", numbered("&#X{:06X};")),
    ("quoted-printable", by_byte("={:02X}")),
    ("MIME encoded word", lambda text: header_encode(text.encode(), "utf-8")[10:-2].encode()),
    ("UTF-16 little-endian", lambda text: text.encode("utf-16-le")),
    ("UTF-16 big-endian", lambda text: text.encode("utf-16-be")),
    ("UTF-32 little-endian", lambda text: text.encode("utf-32-le")),
    ("UTF-32 big-endian", lambda text: text.encode("utf-32-be")),
    ("hexadecimal", lambda text: binascii.hexlify(text.encode())),
    ("hexadecimal", lambda text: base64.b16encode(text.encode())),
    *((moving, moved(by)) for by in SHIFTS for moving in [f"letters shifted by {by}"]),
    ("letters shifted by 13", lambda text: codecs.encode(text, "rot13").encode()),
    ("ROT47", rot47),
    ("decimal", by_byte("{:03d}")),
    ("octal", by_byte("{:03o}")),
]

# The separator before each byte but the first, or after each but the last.
SEPARATORS = (":", " ", "-", ",", ", ", "_", ".", " 0x", ", 0x")


def wrapped(text: bytes, width: int, end: bytes) -> bytes:
    """Lines of `length` characters."""
    return end.join(text[at : at + width] for at in range(0, len(text), width))


# For these encoders, the encoding of a part depends on its position; each has so many bits per character.
IN_BITS: list[tuple[str, int, Callable[[bytes], bytes]]] = [
    ("base64", 6, base64.b64encode),
    ("base64", 6, lambda value: base64.b64encode(value).replace(b"+", b"%2B").replace(b"/", b"%2F")),
    ("base64", 6, lambda value: base64.b64encode(value).replace(b"/", b"\\/")),
    ("base64", 6, lambda value: wrapped(base64.b64encode(value), 76, b"\r\n")),
    ("base64", 6, lambda value: wrapped(base64.b64encode(value), 64, b"\n")),
    ("base64", 6, lambda value: wrapped(base64.b64encode(value), 64, b"\\n")),
    ("base64", 6, lambda value: wrapped(base64.b64encode(value), 64, b"\r\n    ")),
    ("base64url", 6, base64.urlsafe_b64encode),
    ("base64url", 6, lambda value: base64.urlsafe_b64encode(value).rstrip(b"=")),
    ("base32", 5, base64.b32encode),
    ("base32", 5, lambda value: base64.b32encode(value).lower().rstrip(b"=")),
    ("base32", 5, lambda value: wrapped(base64.b32encode(value), 76, b"\n")),
]


def uuencoded(value: bytes) -> bytes:
    """As `uuencode` writes a file."""
    return b"".join(binascii.b2a_uu(value[at : at + 45]) for at in range(0, len(value), 45))


def header(text: str) -> bytes:
    """A mail header."""
    return Header(text, "utf-8", header_name="Subject").encode().encode()


BITCOIN = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
FLICKR = b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


def base58(value: bytes, alphabet: bytes = BITCOIN) -> bytes:
    """Digit by digit, as it is defined."""
    number, out = int.from_bytes(value), bytearray()
    while number:
        number, digit = divmod(number, 58)
        out.append(alphabet[digit])
    return b"1" * (len(value) - len(value.lstrip(b"\0"))) + bytes(reversed(out))


_Z85 = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"


def z85(value: bytes) -> bytes:
    """Z85 (ZeroMQ RFC 32) of a multiple of four bytes; zeros are appended."""
    out = bytearray()
    for at in range(0, len(value), 4):
        number = int.from_bytes(value[at : at + 4].ljust(4, b"\0"))
        out += bytes(_Z85[number // 85**place % 85] for place in range(4, -1, -1))
    return bytes(out)
