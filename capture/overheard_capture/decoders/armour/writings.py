"""How text is escaped in other text, and how it is known that something is: in strings, in HTML, in quoted mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from overheard.words.layer import Layer, LayerKind
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.line_codings import BEGIN

# So many escaped characters of ASCII in a row are written by one who escapes all.
_DENSE = 8
# The longest that shows that something escaped begins, and how far before a mark that may be.
LONGEST, LOOK_BACK, REACH = 1100, 192, 512


class Writing(NamedTuple):
    """How text is escaped.

    It begins where one of the `marks` is and `begins` matches, with what matches `before` before that. If there is
    `ahead`, the next match of it must have its first group, and be at most `REACH` bytes away. It ends before a match
    of `ends`, which may look at two bytes before. `unescape` is for a match of `escape`; `held` is the number of bytes
    at the end of a piece that may be an incomplete escape. Nothing begins in text without the `sign`.
    """

    layer: Layer
    marks: LiteralSet
    begins: re.Pattern[bytes]
    before: re.Pattern[bytes]
    ends: re.Pattern[bytes]
    escape: re.Pattern[bytes]
    unescape: Callable[[re.Match[bytes]], bytes]
    held: Callable[[bytes], int]
    # Whether what begins behind a quote, or a tag, ends before the next one.
    is_literal: bool = False
    ahead: re.Pattern[bytes] | None = None
    sign: bytes = b""


# Control codes in quoted-printable, with another escape behind each.
ESCAPED_CODES = LiteralSet(*(b"=%02X=" % byte for byte in range(32)))

# ---- strings with backslashes

_BACKSLASHES = rb"\\{1,8}"
_NEW_LINE = rb"%b(?:[rn]|u000[aAdD]|x0[aAdD])" % _BACKSLASHES
# What a line is indented with.
_BLANKS = rb"(?:[ \t]|%bt){0,32}+" % _BACKSLASHES
# An ampersand, which may be escaped itself, and a line end in HTML or XML.
_AND = rb"&(?:amp;){0,4}"
_NEW_LINE_ENTITY = rb"%b#(?:1[03]|[xX]0?[aAdD]);" % _AND
_ASCII_CODE = rb"(?:[2-7][0-9A-Fa-f]|0[09aAdD]|26(?:amp;){0,4}#(?:[0-9]{2,3}|[xX][0-9A-Fa-f]{2});)"
_CONTROLS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"v": b"\v", b"0": b"\0"}
_PARTIAL_BACKSLASH = lazy_pattern(rb"(?<!\\)(\\++)(?:u[0-9A-Fa-f]{0,3}|x[0-9A-Fa-f]?|[0-3][0-7]?)?\Z")
_ESCAPE = lazy_pattern(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|(.))", re.DOTALL)


def _without_backslash(escape: re.Match[bytes]) -> bytes:
    if escape[4]:
        return _CONTROLS.get(escape[4], escape[4])
    if escape[1]:
        # A character, or a half of one.
        return chr(int(escape[1], 16)).encode(errors="surrogatepass")
    return bytes([int(escape[2], 16) if escape[2] else int(escape[3], 8)])


def held_backslash(piece: bytes) -> int:
    """The number of bytes at the end of a piece that may be an incomplete escape of a string."""
    # With a carriage return, the line may end.
    end = len(piece) - piece.endswith(b"\r")
    start = max(end - LONGEST, 0)
    if piece[start : start + 1] == b"\\":
        start = len(piece[:start].rstrip(b"\\"))
    partial = _PARTIAL_BACKSLASH.search(piece, start, end)
    # Each pair of backslashes is one.
    return len(piece) - (partial.end(1) - 1 if partial and len(partial[1]) % 2 else end)


def _string(marks: LiteralSet, begins: bytes, before: bytes) -> Writing:
    return Writing(
        Layer("string escapes", LayerKind.SPELLED),
        marks,
        lazy_pattern(begins),
        lazy_pattern(before),
        lazy_pattern(rb"\r?\n"),
        _ESCAPE,
        _without_backslash,
        held_backslash,
        sign=b"\\",
    )


# The sign before each line of a quotation, which may be escaped itself.
_GREATER = rb"(?:>|%b(?:u00|x)3[eE])" % _BACKSLASHES
MARKED = _string(
    LiteralSet(*BEGIN, b"GIT binary patch", b"=ybegin ", b"VCARD", b"VCALENDAR", b"<~", b"\\u00"),
    rb"(?:begin [0-7]{3,4} [^\r\n\\\"]{1,255}|GIT binary patch|=ybegin [^\r\n\\\"]{1,255}|(?<=BEGIN:)V[A-Z]{4,8})"
    # In HTML in a string. Unescaped, it must not begin again.
    rb"(?:%b|%b(?=[^\r\n]{0,1024}?\\))"
    # The latter two are text that is escaped throughout, and UTF-16.
    rb"|<~[!-[\]-uz]{0,256}\\{1,8}[nr\"'\\]|\\u003[cC]~|(?:%bu00(?:%b|[89A-Fa-f][0-9A-Fa-f])){%d}"
    rb"|(?:%bu0000(?:[^\r\n\\\"]|%bu00%b)){%d}"
    % (_NEW_LINE, _NEW_LINE_ENTITY, _BACKSLASHES, _ASCII_CODE, _DENSE, _BACKSLASHES, _BACKSLASHES, _ASCII_CODE, _DENSE),
    # A line may be quoted, with text before the mark, or behind another prefix; a character may precede its other byte.
    rb"(?:(?:(?<=\\n)|(?<=\")|\A)(?:%b ?){1,8}(?:[^\r\n\\\"]|\\{1,7}\"){1,160}"
    rb"|(?:(?:(?:%b|\+|data:) ?){1,8}%b)?(?:[^\r\n\\\"]?|BEGIN:))\\{0,7}\Z" % (_GREATER, _GREATER, _BLANKS),
)
# Bytes in a literal of JavaScript, Python or C. Those before the first escape are a part of them.
_BYTE = rb"\\{1,8}(?:x[0-9A-Fa-f]{2}|[0-3][0-7]{2})"
_BYTES = _string(
    LiteralSet(b"\\x", b"\\0", b"\\1", b"\\2", b"\\3"),
    # One alone is within a long word, or before one. Ranges of characters in regular expressions have a hyphen.
    rb"%b(?:[0-9A-Za-z]{0,80}%b|[0-9A-Za-z]{40}|(?:(?:[^\r\n\\]|\\[nrt'\"\\]){0,40}(?<!-)%b){2})"
    rb"|(?:(?<=[0-9A-Za-z]{8})|(?<=[0-9A-Za-z]{8}\\)|(?<=[0-9A-Za-z]{8}\\{3}))%b[0-9A-Za-z]{8}"
    % (_BYTE, _BYTE, _BYTE, _BYTE),
    rb"(?<![0-9A-Za-z])[0-9A-Za-z]{1,160}\\{0,7}\Z|(?<!\\)\\{0,7}\Z",
)._replace(is_literal=True)
# Rows of a hex dump, soft line breaks, and folded values of LDIF, which are lines only once they are unescaped, and may
# be indented, and behind a prefix.
_LINE_END = rb"(?:%b){1,2}%b(?:(?:>|%bu003[eE]) ?){0,8}(?:\+|data: ?)?%b" % (_NEW_LINE, _BLANKS, _BACKSLASHES, _BLANKS)
# A mark begins with the last one of several backslashes.
_BEHIND_BASE64 = b"|".join(
    rb"(?<=[0-9A-Za-z+/_-]{24}%b)" % end for end in (b"", rb"\\", rb"\\{3}", rb"\\r", rb"\\u000[dD]", rb"\\x0[dD]")
)
# The address of a row, with a symbol, and its first unit; or the last line, which has none.
_ROW = (
    rb"0[xX0-9A-Fa-f][0-9A-Fa-f]{2,15}(?:(?: ?[<\\&][^\r\n\"]{1,80})?:?(?:[ \t]{1,24}|%b[t ]){1,2}[^ \t\r\n]|%b[rn])"
    % (*(_BACKSLASHES, _BACKSLASHES),)
)
_LINED = _string(
    LiteralSet(
        *(
            b"\\n0",
            b"\\n>",
            b"\\n+",
            b"\\ndata:",
            b"\\n\\u003",
            b"\\u000a",
            b"\\u000A",
            b"\\x0a",
            b"\\x0A",
            b":: ",
            b"=\\r",
            b"=\\n",
            b"=\\u000",
            b"=\\x0",
            b"=\\\\",
            b"0010: ",
            b"0010  ",
            b"  +",
            b"  > ",
        )
    ),
    # The second row of a dump may be indented.
    rb"%b%b|0010:? {1,2}[0-9A-Fa-f]{2}(?=[^\r\n\"]{0,80}\\)|=%b"
    rb"|:: [0-9A-Za-z+/]{16,400}%b(?:(?<=[ \t])|(?<=\\t))[0-9A-Za-z+/=]"
    # A line of base64 behind another one.
    rb"|(?:%b)%b[0-9A-Za-z+/_=-]{4}"
    # The first of these, if they are indented.
    rb"|  (?:\+|(?:> ?){1,8})[0-9A-Za-z+/_-]{24,400}%b"
    % (_LINE_END, _ROW, _LINE_END, _LINE_END, _BEHIND_BASE64, _LINE_END, _LINE_END),
    rb"[^\r\n\\\" ]{4,16}:? [^\r\n]{0,160}\Z|(?:\\.|[^\r\n\\\"]){0,160}\Z",
)

# ---- entities

_ENTITY = lazy_pattern(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_PARTIAL_ENTITY = lazy_pattern(rb"&(?:#?[0-9A-Za-z]{0,8})\Z")


def held_entity(piece: bytes) -> int:
    """The same, of HTML."""
    partial = _PARTIAL_ENTITY.search(piece, max(len(piece) - 16, 0))
    return len(piece) - partial.start() if partial else 0


ENTITIES = Writing(
    Layer("HTML entities", LayerKind.SPELLED),
    LiteralSet(
        *(b"&lt;~", b"&amp;lt;~", b"&amp;amp;lt;~", b"&#", b"&amp;#", b"&amp;amp;#"),
        *(*BEGIN, b"GIT binary patch", b"VCARD", b"VCALENDAR"),
        *(b"gt; " + begin for begin in BEGIN),
        *(b"gt;" + begin for begin in BEGIN),
        *(
            b"gt; BEGIN:V",
            b"gt;BEGIN:V",
            b"gt; GIT b",
            b"gt;GIT b",
            b"gt; =ybegin ",
            b"gt;=ybegin ",
            b"gt; 0",
            b"gt;0",
            b"gt;  ",
        ),
        b"\n&gt;",
        *(b"\n&amp;gt;", b"\n&amp;amp;gt;"),
    ),
    lazy_pattern(
        # What has nothing to unescape would be read as it is, again and again.
        rb"(?:(?<=&)|(?<=&amp;))gt;"
        rb"(?: ?(?:begin [0-7]{3,4} |GIT binary patch|=ybegin |BEGIN:V[A-Z]{4,8}\r?\n"
        rb"|0[0-9A-Fa-f]{3,15}:? {1,4}[0-9A-Fa-f]{2})"
        rb"|  [0-9A-Za-z+/=]{1,76}\r?\n)"
        # In a quotation, the next line of base64; the rest of a line that was folded; a line of base64.
        rb"|(?:(?<=[0-9A-Za-z+/]{24})|(?<=[0-9A-Za-z+/]{24}\r))\n(?:%bgt; ?){1,8}[0-9A-Za-z+/=]{2}"
        rb"|(?<=[0-9A-Za-z+/]{24})%b|%b(?:lt|#60|#[xX]3[cC]);~"
        rb"|(?:begin [0-7]{3,4} [^\r\n&]{1,160}|GIT binary patch|(?<=BEGIN:)V[A-Z]{4,8})%b"
        rb"|(?<==)%b|(?:%b){1,2}(?:0[0-9A-Fa-f]{3,15}:? {1,4}[0-9A-Fa-f]{2}| {1,8}[0-9A-Za-z+/=_-]{2})"
        rb"|(?:%b#(?:[0-9]{2,3}|[xX][0-9A-Fa-f]{2});){%d}"
        % (_AND, _NEW_LINE_ENTITY, _AND, *(_NEW_LINE_ENTITY,) * 3, _AND, _DENSE)
    ),
    # A line may be quoted. What is encoded begins before its first entity or the next one, or on the line before.
    lazy_pattern(
        rb"(?:%bgt; ?){1,8}(?:%b)?\Z|BEGIN:\Z|(?<=[>\"'\n;])[^\r\n<>\"]{1,160}(?:\r?\n%b|\r)?\Z|\Z" % (_AND, _AND, _AND)
    ),
    lazy_pattern(rb"<"),
    _ENTITY,
    lambda escape: unescape(escape[0].decode()).encode(errors="replace"),
    held_entity,
    sign=b"&",
)

# Bytes in quoted-printable with a sign that is escaped.
_ENTITIES_IN_BYTES = ENTITIES._replace(
    marks=ESCAPED_CODES,
    begins=lazy_pattern(rb"=[01][0-9A-F]=[0-9A-F]{2}"),
    # Other entities may be before these, on the line before, too.
    before=lazy_pattern(rb"(?<=[>\"'])(?:[^\r\n<>\"]|=\r?\n){1,191}\Z|%b" % ENTITIES.before.pattern),
    ahead=lazy_pattern(rb"[<>]|(&(?:quot|amp|lt|gt|apos|#39|#x27);)"),
)

# ---- quoted mail

QUOTED = Writing(
    Layer("quoted text", LayerKind.SPELLED),
    LiteralSet(*BEGIN, b"GIT binary patch", b"=ybegin ", b"<~", b"VCARD", b"VCALENDAR"),
    lazy_pattern(rb"begin [0-7]{3,4} |GIT binary patch|=ybegin |<~|(?<=BEGIN:)V"),
    lazy_pattern(rb"(?:\A|\n)>[^\r\n]{0,160}\Z"),
    lazy_pattern(rb"(?<=\n)[^>]"),
    lazy_pattern(rb"(?<=\n)> ?"),
    lambda _: b"",
    lambda piece: 2 if piece.endswith(b"\n>") else int(piece.endswith(b"\n")),
    sign=b">",
)

# ---- lines of vCard and iCalendar


def _folds(before: bytes, most: int, last: bytes) -> Writing:
    """RFC 6350, 3.2 and 3.4; RFC 5545, 3.1 and 3.3.11. Without what begins it, as it must not begin in itself.

    It is behind `before`, has at most so many blanks at the beginning of a line, and ends behind `last`.
    """
    fold = rb"\r?\n[ \t]{1,%d}" % most
    partial = rb"(\r?\n[ \t]{0,%d}|\r)?\Z" % most
    escapes, unfinished = lazy_pattern(rb"((?:\\(?:%b)?)+)%b" % (fold, partial)), lazy_pattern(partial)

    def held(piece: bytes) -> int:
        start = max(len(piece) - LONGEST, 0)
        found = escapes.search(piece, start)
        # Each pair of backslashes is one, also across a fold.
        if found and found[1].count(b"\\") % 2:
            return len(piece) - piece.rfind(b"\\")
        end = unfinished.search(piece, start)
        return len(end[0]) if end and len(end[0].strip(b"\r\n")) < most else 0

    return Writing(
        Layer("folded lines", LayerKind.SPELLED),
        LiteralSet(b"VCARD", b"VCALENDAR"),
        lazy_pattern(rb"(?<=%bBEGIN:)V[A-Z]{4,8}\r?\n" % before),
        lazy_pattern(rb"\Z"),
        lazy_pattern(rb"(?<=%b)END:V" % last),
        lazy_pattern(rb"%b|\\(?:%b)?(.)" % (fold, fold), re.DOTALL),
        lambda escape: escape[1].replace(b"n", b"\n").replace(b"N", b"\n") if escape[1] else b"",
        held,
    )


_FOLDED = _folds(rb"", 1, rb"\n")
# Where all lines are indented, as in YAML, all of them are taken for one.
_INDENTED = _folds(rb"[ \t]", 64, rb"[ \t]")

WRITINGS = (MARKED, _BYTES, _LINED, ENTITIES, _ENTITIES_IN_BYTES, QUOTED, _FOLDED, _INDENTED)
