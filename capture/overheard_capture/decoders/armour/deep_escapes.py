r"""Text that is escaped again more often, or in more ways, than spellings are looked for: it is read one level less.

JSON is in JSON in the pipelines of logs, where each level doubles the backslashes; HTML is in JSON, which has `\u0026`
for an ampersand; and both are in URLs. What is left after that is a spelling, or is read once more, up to the depth
limit, which is reported. So how deep something is escaped is never passed over in silence.
"""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.writings import ENTITIES, LONGEST, MARKED, Writing

# What precedes a mark on its line.
_BEFORE = 160
# More backslashes in a row than the spellings have before a quote, and in a URL before anything.
_BACKSLASHES, _IN_A_URL = 16, 8
# What of HTML is a spelling in JSON, too: signs that most programs escape.
_USUAL = rb"(?:amp|lt|gt|quot|apos|nbsp|#3[49]|#x27);"
# A backslash and an ampersand in a URL, which may be escaped again.
_BACKSLASH, _AND = rb"%(?:25){0,2}5[cC]", rb"%(?:25){0,2}26"
_PARTIAL_PERCENT = lazy_pattern(rb"%(?:(?:25)*+2?|[0-9A-Fa-f]?)\Z")

# Strings in strings at any depth; or HTML in these, but for the usual signs alone.
_STRINGS = MARKED._replace(
    marks=LiteralSet(b"\\" * _BACKSLASHES, b"\\u0026"),
    begins=lazy_pattern(
        rb"\\{%d}|\\u0026(?:(?:amp;){0,8}#|(?:amp;){0,8}(?!%b)[A-Za-z]{2,8};)|(?<=\\\\)\\u0026(?:#|[a-z]{2,4};)"
        % (_BACKSLASHES, _USUAL)
    ),
    before=lazy_pattern(rb"(?<!\\)[^\r\n]{0,%d}\Z" % _BEFORE),
)

# Entities whose ampersand is escaped several times, or by its number; or behind a backslash.
_ENTITIES = ENTITIES._replace(
    marks=LiteralSet(b"&amp;amp;", b"&#38;", b"&#038;", b"&#x26;", b"&#X26;", b"\\&amp;"),
    begins=lazy_pattern(rb"&(?:amp;){3}|&#(?:0?38|[xX]26);(?:#|[A-Za-z]{2,8};)|\\&(?:amp;){1,8}(?:quot|#3[49]);"),
    before=lazy_pattern(rb"[^\r\n<>]{0,%d}\Z" % _BEFORE),
)


def _held_percent(piece: bytes) -> int:
    """The number of bytes at the end of a piece that may be an incomplete escape."""
    partial = _PARTIAL_PERCENT.search(piece, max(len(piece) - LONGEST, 0))
    return len(piece) - partial.start() if partial else 0


# Strings in strings in a URL, or HTML in one of these.
_URLS = Writing(
    Layer("percent-encoded", LayerKind.SPELLED),
    LiteralSet(*(b"%" + again + b"5" + letter for again in (b"", b"25", b"2525") for letter in (b"c", b"C"))),
    lazy_pattern(
        rb"(?:%b){%d}|%b(?:%b(?:#|%%(?:25){0,2}23|(?:amp|quot|apos|lt|gt)\b)|u0026)"
        % (_BACKSLASH, _IN_A_URL, _BACKSLASH, _AND)
    ),
    lazy_pattern(rb"[^\s\"'<>]{0,%d}\Z" % _BEFORE),
    lazy_pattern(rb"[\s\"'<>]"),
    lazy_pattern(rb"%[0-9A-Fa-f]{2}"),
    lambda escape: unquote_to_bytes(escape[0]),
    _held_percent,
)
# A percent sign that is escaped several times is escaped once. One level at a time, there would be as many readings as
# there are ways to read half of the levels as hexadecimal.
_PERCENT_SIGNS = _URLS._replace(
    marks=LiteralSet(b"%252525"),
    begins=lazy_pattern(rb"%252525"),
    escape=lazy_pattern(rb"%(?:25){3,}+"),
    unescape=lambda _: b"%25",
)

DEEP = (_STRINGS, _ENTITIES, _PERCENT_SIGNS, _URLS)
