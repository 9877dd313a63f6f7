"""Parts of a run of base64 that may be all of it: what stands between slashes, or before a word on the next line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import SHORTEST_RUN
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.base64.alphabet import ESCAPED_BREAK, LINE, char_count, chars_of, end_of, has_break
from overheard_capture.decoders.base64.payload import unsigned_start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.provenance.origin import Origin

# What stands between the slashes of a path: its first character need not be the first one of a group.
_SEGMENT = lazy_pattern(rb"[^/]{%d,}" % SHORTEST_RUN)
# Such as the next name in a file of settings, which looks like the last line of a run.
_LINE_BEHIND = lazy_pattern(rb"(?:\r?\n|%b)[ \t]{0,20}([A-Za-z0-9_-]{1,32})\Z" % ESCAPED_BREAK)
_LONGEST_BEHIND = 100


def parts_of(raw: bytes, origin: Origin, *, known: bool = False) -> Iterator[tuple[bytes, Origin]]:
    """The parts, if there are any. What is before a word is one if it is compressed data without a signature.

    In what begins as something that is `known`, slashes are characters of it.
    """
    if not known and b"/" in raw and b"+" not in raw:
        for found in _SEGMENT.finditer(raw):
            if found[0] != raw:
                yield found[0], origin.after(found.start())
    # Most are one line, without an escape.
    word = _LINE_BEHIND.search(raw, max(len(raw) - _LONGEST_BEHIND, 0)) if has_break(raw) else None
    # Lines of the same length are those of one run. Behind such data, other bytes hide what it is.
    if word and len(word[1]) < char_count(raw, 0, end_of(LINE, raw, 0)):
        before = raw[: word.start()]
        if unsigned_start(chars_of(before)) >= 0:
            yield before, origin
