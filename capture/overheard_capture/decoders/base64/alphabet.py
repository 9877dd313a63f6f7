"""The letters of base64 as they stand in text: over lines, with escapes, in either alphabet; and what they say."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LETTERS
from overheard_capture.provenance.by_frame import parts

if TYPE_CHECKING:
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Origin

# What JSON, JavaScript and URLs make of `/` and `+`.
ESCAPE = re.compile(rb"\\/|%2[BbFf]|\\u002[BbFf]")
_SLASH = (b"\\/", b"%2f", b"\\u002f")
_LEFT_OUT = re.compile(rb"(?:\\r)?\\n|%3[Dd]|\\u003[Dd]")
_ESCAPED_BREAK = b"\\"
# base64url becomes base64; white space and padding go.
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_NOT_LETTERS = bytes(byte for byte in range(256) if byte not in LETTERS)


def letters_of(raw: bytes) -> bytes:
    """The letters alone, in the standard alphabet."""
    if _ESCAPED_BREAK in raw or b"%" in raw:
        raw = ESCAPE.sub(lambda escape: b"/" if escape[0].lower() in _SLASH else b"+", raw)
        raw = _LEFT_OUT.sub(b"", raw)
    return raw.translate(_TO_STANDARD, _NOT_LETTERS)


def letters_by_frame(raw: bytes, origin: Origin) -> tuple[bytes, list[tuple[int, Part]]]:
    """The letters, and how many of them come before each part that another frame brought."""
    cuts = parts(origin, 0, len(raw))
    if len(cuts) == 1:
        return letters_of(raw), [(0, cuts[0])]
    out, places, begin = bytearray(), [], 0
    for start, end in cuts:
        places.append((len(out), (start, end)))
        # An escape that is cut in two is the later frame's.
        cut = _whole(raw, end)
        out += letters_of(raw[begin:cut])
        begin = cut
    return bytes(out), places


def _whole(raw: bytes, end: int) -> int:
    """The place before `end` at which no escape is cut in two."""
    begin = max(end - 5, 0)
    for odd in re.finditer(rb"\\u....|%..|\\r\\n|\\.", raw[begin : end + 5], re.DOTALL):
        if odd.start() + begin < end < odd.end() + begin:
            return odd.start() + begin
    return end


def decoded(letters: bytes) -> bytes:
    """What they say; of a last group that is not whole, as much as it says."""
    if over := len(letters) % 4:
        letters = letters[: len(letters) - over] + (letters[-over:] + b"==" if over > 1 else b"")
        letters = letters[: len(letters) // 4 * 4]
    return binascii.a2b_base64(letters)


def token_of(letters: bytes) -> bytes:
    """The letters as base64url, padded."""
    return letters.translate(_TO_URL) + b"=" * (-len(letters) % 4)
