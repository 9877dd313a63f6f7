"""Where content begins in a run of base64, if it can be identified."""

from __future__ import annotations

import binascii
from functools import lru_cache
from itertools import islice

from overheard_capture.content.byte_scan import SHORTEST_RUN
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.base64.alphabet import decoded
from overheard_capture.decoders.base64.run import PRINTABLE, is_readable
from overheard_capture.decoders.documents import begins_document
from overheard_capture.decoders.magic import IN_BASE64, is_known
from overheard_capture.decoders.ruled_out import may_have_payload
from overheard_capture.decoders.unsigned import is_unsigned

# How many characters identify content; how far into a run it may start; and after how many `/` or `+` to look for it.
_HEAD_LENGTH, _MAX_OFFSET, _MAX_PREFIXES = 64, 128, 8
DECISION_LENGTH = _MAX_OFFSET + _HEAD_LENGTH + 4
# Decoded text of at least this length is no coincidence.
_MIN_TEXT = 20
_PREFIX_END = lazy_pattern(rb"[/+]")
# What few words have.
_NO_WORD = lazy_pattern(rb"[0-9]|[a-z][A-Z]{2}")


@lru_cache(maxsize=4096)
def payload_start(chars: bytes) -> int:
    """The number of characters of a run before content that can be identified; -1 if there is none.

    It is cached, as the same words occur often.
    """
    return _payload_start(chars) if may_have_payload(chars) else -1


def _payload_start(chars: bytes) -> int:
    """The same, whatever the compiled part rules out."""
    outs = []
    for skipped in range(4):
        out = _decoded_head(chars, skipped)
        if is_readable(out):
            return skipped
        outs.append(out)
    # Among documents, a pickle alone is known by its first bytes. In it there may be anything.
    if outs[0][:1] == b"\x80" and begins_document(outs[0]):
        return 0
    prefixes = islice(_PREFIX_END.finditer(chars, 0, _MAX_OFFSET), _MAX_PREFIXES)
    for start in (0, *(prefix.end() for prefix in prefixes)):
        rest = chars[start:]
        if len(rest) >= SHORTEST_RUN and ((start and is_readable(_decoded_head(rest, 0))) or _begins_unsigned(rest)):
            return _text_start(chars, start)
    # At any other offset, only text and signatures are reliable.
    for known in IN_BASE64.finditer(chars, len(outs), _MAX_OFFSET):
        if is_known(_decoded_head(chars, known.start())):
            return known.start()
    for skipped, out in enumerate(outs):
        if len(out) > 2 * _MIN_TEXT and looks_like_text(out[-_MIN_TEXT:]):
            return skipped
    return unsigned_start(chars)


def _text_start(chars: bytes, start: int) -> int:
    """Where the text begins that goes on at `start`: a slash or plus sign may also be a part of it."""
    before = decoded(chars[: start if start % 4 == 0 else 0])
    return len(before.rstrip(PRINTABLE)) // 3 * 4 if before else start


def unsigned_start(chars: bytes) -> int:
    """The number of characters before compressed data without a signature; -1 if there is none."""
    starts = (0, *(prefix.end() for prefix in islice(_PREFIX_END.finditer(chars, 0, _MAX_OFFSET), _MAX_PREFIXES)))
    # Most words have no digits, and few have capitals within.
    words = [start for start in starts if len(chars) - start >= SHORTEST_RUN and _NO_WORD.search(chars, start)]
    for certainly in (True, False):
        for start in words:
            if is_unsigned(decoded(chars[start:]), certainly=certainly):
                return start
    return -1


def _begins_unsigned(chars: bytes) -> bool:
    """Whether compressed data without a signature begins here, and no word."""
    return _NO_WORD.search(chars) is not None and is_unsigned(decoded(chars))


def _decoded_head(chars: bytes, skipped: int) -> bytes:
    piece = chars[skipped : skipped + _HEAD_LENGTH]
    return binascii.a2b_base64(piece[: len(piece) & ~3])
