"""Bytes as a string of the characters U+0000 to U+00FF: a binary string of JavaScript in JSON, or in HTML.

It is known by the signature of what is compressed in it.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.writings import Writing, held_backslash, held_entity

if TYPE_CHECKING:
    from collections.abc import Iterator

# gzip, zlib at each of its levels, xz, Zstandard, LZ4 and ZIP.
_SIGNATURES = ("\x1f\x8b", "x\x01", "x^", "x\x9c", "x\xda", "\xfd7zXZ\0", "(\xb5/\xfd", '\x04"M\x18', "PK\x03\x04")
_ESCAPE = lazy_pattern(
    rb"[\xc2\xc3][\x80-\xbf]|\\(?:u([0-9A-Fa-f]{4})|.)"
    rb"|&#([0-9]{1,7});|&#[xX]([0-9A-Fa-f]{1,6});|&(?:quot|amp|lt|gt|apos);",
    re.DOTALL,
)
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _marks(signature: str) -> Iterator[bytes]:
    """How a signature is written, other than as it is."""
    entities = "".join(f"&#{ord(each)};" for each in signature)
    hexadecimal = "".join(f"&#x{ord(each):x};" for each in signature)
    code_points = ["".join(f"\\u{ord(each):{digits}}" for each in signature) for digits in ("04x", "04X")]
    forms = (
        signature,
        *("".join(_in_json(each, digits, "~") for each in signature) for digits in ("04x", "04X")),
        "".join(_in_json(each, "04x", "\xff") for each in signature),
        *code_points,
        entities,
        hexadecimal,
        re.sub(r"[\da-f]+;", lambda digits: digits[0].upper(), hexadecimal),
        signature.encode("ascii", "xmlcharrefreplace").decode(),
    )
    yield from (form.encode() for form in forms if form.encode() != signature.encode("latin-1"))


def _in_json(character: str, digits: str, last: str) -> str:
    """A character in a string of JSON, in which those behind the `last` are escaped."""
    if character == '"':
        return '\\"'
    return character if " " <= character <= last else f"\\u{ord(character):{digits}}"


def _byte(escape: re.Match[bytes]) -> bytes:
    """The byte that a character stands for; a question mark for none."""
    text = escape[0]
    if escape[1] or escape[3]:
        number = int(escape[1] or escape[3], 16)
    elif escape[2]:
        number = int(escape[2])
    elif text.startswith(b"\\"):
        return _CONTROLS.get(text[1:], text[1:])
    else:
        number = ord(unescape(text.decode()))
    return bytes([number]) if number < 1 << 8 else b"?"


def _held(piece: bytes) -> int:
    return int(piece.endswith((b"\xc2", b"\xc3"))) or held_backslash(piece) or held_entity(piece)


_MARKS = tuple(dict.fromkeys(mark for signature in _SIGNATURES for mark in _marks(signature)))

BINARY_STRING = Writing(
    Layer("binary string", LayerKind.SPELLED),
    LiteralSet(*_MARKS),
    lazy_pattern(b"|".join(map(re.escape, _MARKS))),
    lazy_pattern(rb"\Z"),
    lazy_pattern(rb"(?<!\\)[\"<]|\r?\n"),
    _ESCAPE,
    _byte,
    _held,
    is_literal=True,
)
