"""A text that a program wrote in another way than by escaping it.

With typographic signs, broken into lines of one length, as a list of its characters, or with its UTF-8 read as another
charset and encoded once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from overheard.words.spelling.characters import EVERY_ESCAPE, Escape
from overheard.words.spelling.look import Look, either, exactly, one_of, perhaps, repeated, row
from overheard.words.spelling.shape import Pattern, Shape, Spelling, end_of
from overheard.words.spelling.text import UTF8, Text

# What word processors write for these signs, and the names of that in HTML.
_TYPOGRAPHIC = {
    "'": "\u2018\u2019\u201b\u2032",
    '"': "\u201c\u201d\u201e\u2033",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
}
_NAMES = dict(
    zip("\u2018\u2019\u201c\u201d\u201e\u2013\u2014", b"lsquo rsquo ldquo rdquo bdquo ndash mdash".split(), strict=True)
)
# As what UTF-8 is taken for: by Windows, by DOS, and by a Mac of old.
_TAKEN_FOR = ("cp1252", "latin-1", "cp437", "cp850", "mac-roman")
# Fewer characters in a list are too common; a shorter text without a blank is not broken into lines.
_FEWEST_LISTED, _SHORTEST_WRAPPED = 4, 32
# How many characters at the end of a list, and how many bytes of a text, are searched for to find candidates.
_SOME, _END = 4, 16

_QUOTE, _BLANKS = perhaps(one_of(b"\"'")), repeated(one_of(b" \r\n\t"), 0, 8)
_DIGITS = repeated(one_of(b"0123456789"), 1, 4)
# Between two characters of a list, also of an object with a number for each.
_NEXT = row(
    _QUOTE, exactly(b","), _BLANKS, perhaps(row(_QUOTE, _DIGITS, _QUOTE, exactly(b":"), perhaps(exactly(b" ")))), _QUOTE
)
# The next line may be indented, or that of a quoted mail.
_NEXT_LINE = row(perhaps(exactly(b"\r")), exactly(b"\n"), repeated(one_of(b"> \t"), 0, 8))
_LINES = Escape("on several lines", often=_NEXT_LINE)


def typographic(text: Text) -> Iterator[Pattern]:
    """With the apostrophes, quotation marks and dashes that word processors write."""
    if text.is_text and any(sign in text.text for sign in _TYPOGRAPHIC):
        shape = Shape(tuple(either(*chain.from_iterable(map(_signs, unit))) for unit in text.units))
        yield Pattern(shape, (Spelling("with typographic signs", text.any_case),), end_of(shape))


def _signs(unit: str) -> Iterator[Look]:
    yield exactly(unit.encode())
    for sign in _TYPOGRAPHIC.get(unit, ""):
        forms = [sign.encode(), b"&#%d;" % ord(sign), b"\\u%04x" % ord(sign)]
        forms += [b"&%b;" % _NAMES[sign]] if sign in _NAMES else []
        yield from map(exactly, forms)


def wrapped(text: Text) -> Iterator[Pattern]:
    """On lines of any length, as mailers and terminals break a long text without blanks."""
    if text.is_text and len(text.units) >= _SHORTEST_WRAPPED and not any(map(str.isspace, text.text)):
        shape = text.written(_LINES, units=text.units, codecs=UTF8)
        yield Pattern(shape, (Spelling(_LINES.name, text.any_case),), end_of(shape))


def listed(text: Text) -> Iterator[Pattern]:
    """As a list of its characters, as in JSON, or as in the output of Java, PHP and Python."""
    if text.is_text and len(text.units) >= _FEWEST_LISTED:
        shape = Shape(tuple(either(*chain.from_iterable(map(_listed, unit))) for unit in text.units), _NEXT)
        yield Pattern(shape, (Spelling("list of characters", text.any_case),), Shape(shape.parts[-_SOME:], _NEXT).look)


def _listed(form: str) -> Iterator[Look]:
    yield exactly(form.encode())
    if form in "\"'\\":
        yield exactly(b"\\" + form.encode())


def taken_for_another_charset(text: Text) -> Iterator[Pattern]:
    """Its UTF-8 as a program shows that takes it for another charset; for the most usual one, with every escape."""
    if not text.is_text or text.value.isascii():
        return
    for codec in _TAKEN_FOR:
        # Windows has control characters where its charset has nothing.
        wrong = "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.value)
        literal = exactly(wrong.encode())
        shape, ends = Shape((literal,)), literal.tail(_END)
        if codec == _TAKEN_FOR[0]:
            shape = Text(wrong.encode()).written(EVERY_ESCAPE, codecs=UTF8)
            ends = end_of(shape)
        yield Pattern(shape, (Spelling("UTF-8 taken for another charset", any_case=True),), ends)
