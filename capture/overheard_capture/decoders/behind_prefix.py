"""Content behind text in what was written as text: a tag or a name before quoted-printable, the head of a part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard_capture.content.nesting import speculative
from overheard_capture.content.readers import Together
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.after_header import AfterHeader
from overheard_capture.decoders.magic import HEAD, is_known
from overheard_capture.decoders.unsigned import LONG_HEAD, is_unsigned

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader

# The text, how long it may be, and after what in it content may begin.
_TEXT = re.compile(rb"[\0\t\n\r -~]{0,512}")
_DELIMITER = re.compile(rb"[>\[:\"'`=,; |(\0\t\n]")
# So many bytes of what is compressed are hardly ever text.
_FEW = 24


def with_content_behind(
    whole: Reader, head: bytes, findings: Findings, layers: Layers, reader: ReaderFactory
) -> Reader:
    """The reader `whole` of what begins with `head`; beside it, `reader` for the content behind text, if there is any.

    That it is content is a guess.
    """
    start = start_of_content(head)
    return Together(whole, AfterHeader(speculative(findings), layers, reader, start)) if start >= 0 else whole


def start_of_content(head: bytes) -> int:
    """Where compressed or packed content begins behind a delimiter in text; -1 if it does nowhere, or at once."""
    text = _TEXT.match(head)
    end = text.end() if text else 0
    if looks_like_text(head[: end + _FEW]):
        return -1
    # What begins as text may have delimiters of its own.
    starts = [found.end() for found in _DELIMITER.finditer(head, max(end - _FEW, 0), end)]
    for certainly in (True, False):
        for at in starts:
            if is_known(head[at : at + HEAD]) or is_unsigned(head[at : at + LONG_HEAD], certainly=certainly):
                return at
    return -1
