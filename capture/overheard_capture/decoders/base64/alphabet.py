"""Base64 characters as they occur in text: in either alphabet, with line breaks and escapes."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import BASE64_ALPHABET
from overheard_capture.provenance.by_frame import frame_parts

if TYPE_CHECKING:
    from overheard_capture.provenance.by_frame import Part
    from overheard_capture.provenance.origin import Origin

# `/` and `+` as escaped in JSON, JavaScript and URLs.
ESCAPE = re.compile(rb"\\/|%2[BbFf]|\\u002[BbFf]")
_SLASH = (b"\\/", b"%2f", b"\\u002f")
_IGNORED = re.compile(rb"(?:\\r)?\\n|%3[Dd]|\\u003[Dd]")
_BACKSLASH = b"\\"
# base64url is mapped to base64; white space and padding are removed.
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")
_NOT_LETTERS = bytes(byte for byte in range(256) if byte not in BASE64_ALPHABET)


def chars_of(raw: bytes) -> bytes:
    """The base64 characters of `raw`, unescaped, in the standard alphabet."""
    if _BACKSLASH in raw or b"%" in raw:
        raw = ESCAPE.sub(lambda escape: b"/" if escape[0].lower() in _SLASH else b"+", raw)
        raw = _IGNORED.sub(b"", raw)
    return raw.translate(_TO_STANDARD, _NOT_LETTERS)


def chars_by_frame(raw: bytes, origin: Origin) -> tuple[bytes, list[tuple[int, Part]]]:
    """The base64 characters of `raw`; and for the part of each frame, the number of characters before it."""
    cuts = frame_parts(origin, 0, len(raw))
    if len(cuts) == 1:
        return chars_of(raw), [(0, cuts[0])]
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
    begin = max(end - 5, 0)
    for escape in re.finditer(rb"\\u....|%..|\\r\\n|\\.", raw[begin : end + 5], re.DOTALL):
        if escape.start() + begin < end < escape.end() + begin:
            return escape.start() + begin
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
