"""Whether characters of base85, or the bytes that they decode to, look as if they were encoded."""

from __future__ import annotations

from overheard_capture.content.byte_scan import BASE64_ALPHABET
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.magic import is_known
from overheard_capture.decoders.unsigned_heads import LENGTH
from overheard_capture.decoders.utf16_32 import SCRIPTS

# How many bytes the shortest is; so many of these are zero only if they are encoded, and may be others than text.
SHORTEST_OUT, _ZEROS, _MOST_OTHERS = 20, 5, 8
# So many equal ones are there if characters have two bytes each, the first of which is nearly always the same.
_SAME = 6
# In wide text at least one byte in so many is zero, or one character if that is UTF-32 of letters in ASCII alone.
_FEWEST_ZEROS = 4
# Text, and what pads it.
_TEXT = lazy_pattern(rb"[\0\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CONTINUATION = bytes(range(0x80, 0xC0))
# What is also in base64, which is another coding.
_BASE64 = BASE64_ALPHABET + b"="


def makes_sense(out: bytes, *, mixed: bool) -> bool:
    """Whether bytes have many zeros, begin a block stored by deflate (RFC 1951, 3.2.4), or are text among a few others.

    Or a known format behind its length; or one byte is frequent. Few other characters decode to that. It is so of
    UTF-16 and UTF-32, of letters in charsets of East Asia that are not theirs, of records with numbers, of messages.
    `mixed` is whether there are letters of both cases, as text has that is encoded.
    """
    head = out[:SHORTEST_OUT]
    if head.count(0) >= _ZEROS or max(head[::2]) < SCRIPTS or max(head[1::2]) < SCRIPTS:
        return True
    if mixed and max(map(head.count, head)) >= _SAME:
        return True
    if b"\0\0" in (head[:2], head[2:LENGTH]) and is_known(head[LENGTH:]):
        return True
    if head[0] <= 1 and head[1] ^ head[3] == head[2] ^ head[4] == 0xFF:
        return True
    has_text = mixed and len(_TEXT.sub(b"", head)) <= _MOST_OTHERS
    return has_text and 4 * len(_TEXT.sub(b"", out)) <= len(out) - 8


def is_text(out: bytes) -> bool:
    """Whether the last bytes are text, which may begin within a character; or many are zero, as those of wide text."""
    if len(out) >= SHORTEST_OUT and _FEWEST_ZEROS * out.count(0) >= len(out):
        return True
    tail = out[-SHORTEST_OUT:].lstrip(_CONTINUATION)
    return len(out) >= SHORTEST_OUT and len(tail) >= SHORTEST_OUT - 3 and looks_like_text(tail)


def is_mixed(chars: bytes) -> bool:
    """Whether there are letters of both cases."""
    return chars.lower() != chars != chars.upper()


def unlike_words(chars: bytes) -> bool:
    """Whether the first characters of a text are letters of both cases, or have zeros as wide text: few words do."""
    return is_mixed(chars) or _FEWEST_ZEROS * chars.count(b"0") >= len(chars)


def is_varied(first: bytes) -> bool:
    """Whether the first characters are as varied as encoded bytes."""
    length = len(first)
    # Of 25 encoded characters 68 % are different, and of 64 55 %, in all but one case of a thousand.
    different = 300 * len(set(first)) >= length * (229 - length)
    return different and 32 * len(first.translate(None, _BASE64)) >= length and is_mixed(first)
