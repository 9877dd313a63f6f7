"""A text that a program wrote in another way than by escaping it.

As a name, with typographic signs, in the digits of another script, broken into lines of one length, as a list of its
characters, or with its UTF-8 read as another charset and encoded once more.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from overheard.words.spelling.characters import EVERY_ESCAPE, Escape
from overheard.words.spelling.look import Look, either, exactly, in_either_case, one_of, perhaps, repeated, row
from overheard.words.spelling.shape import Pattern, Shape, Spelling, end_of, literally
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
# What a typesetter makes of these letters, and text that is copied out of a PDF still has (Unicode, U+FB00 to U+FB06).
_LIGATURES = {"ffi": "\ufb03", "ffl": "\ufb04", "ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02", "st": "\ufb06"}
# As troff has them: `\(fi`, `\[fi]`, `\(Fi`.
_TROFF = {"ffi": b"Fi", "ffl": b"Fl"}
# A name of fewer letters and digits is too common.
_FEWEST_OF_NAME = 12
# The digit zero of Arabic, of Persian and Urdu, and of Devanagari, Bengali and Thai. A text with fewer digits is none
# that is written in one of these.
_ZEROS, _FEWEST_DIGITS = "\u0660\u06f0\u0966\u09e6\u0e50", 8
# Between thousands, in Arabic or as anywhere.
_THOUSANDS = either(*(exactly(each.encode()) for each in "\u066c,.\u060c \u00a0\u202f"))
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
    """With the apostrophes, quotation marks, dashes and ligatures that word processors and typesetters write."""
    if text.is_text and any(each in text.text for each in (*_TYPOGRAPHIC, *_LIGATURES)):
        shape = Shape(tuple(_typeset(text)))
        yield Pattern(shape, (Spelling("with typographic signs", text.any_case),), end_of(shape))


def _typeset(text: Text) -> Iterator[Look]:
    """Each sign, and letters that may be one ligature: a typesetter may have one for only two of three letters."""
    at = 0
    while at < len(text.units):
        following = [unit[0] for unit in text.units[at : at + 3]]
        letters = next((each for each in _LIGATURES if following[: len(each)] == [*each]), following[0])
        units = text.units[at : at + len(letters)] if letters in _LIGATURES else [text.units[at]]
        apart = row(*(either(*chain.from_iterable(map(_signs, unit))) for unit in units))
        yield either(apart, *map(exactly, _ligatures(letters)))
        at += len(units)


def _signs(unit: str) -> Iterator[Look]:
    yield exactly(unit.encode())
    for sign in _TYPOGRAPHIC.get(unit, ""):
        forms = [sign.encode(), b"&#%d;" % ord(sign), b"\\u%04x" % ord(sign)]
        forms += [b"&%b;" % _NAMES[sign]] if sign in _NAMES else []
        yield from map(exactly, forms)


def _ligatures(letters: str) -> Iterator[bytes]:
    """With a ligature in UTF-8, JSON, HTML or troff."""
    for part, sign in _LIGATURES.items():
        if part in letters in _LIGATURES:
            name = _TROFF.get(part, part.encode())
            for form in (
                *(sign.encode(), b"\\u%04x" % ord(sign), b"&#%d;" % ord(sign), b"&%blig;" % part.encode()),
                *(b"\\(" + name, b"\\[" + name + b"]"),
            ):
                yield letters.encode().replace(part.encode(), form)


def as_name(text: Text) -> Iterator[Pattern]:
    """As the name of a host, a file or a page: hyphens in place of blanks, no signs, and letters in any case.

    Systems make such a name of the one that a person gave. Two words alone are too common.
    """
    value = text.value.strip()
    words = value.split()
    letters = sum(map(str.isalnum, value.decode("ascii", "replace")))
    if value.isascii() and letters >= _FEWEST_OF_NAME and len(words) > (1 if any(map(bytes.isdigit, words)) else 2):
        shape = Shape(tuple(_in_name(value[at : at + 1]) for at in range(len(value))))
        yield Pattern(shape, (Spelling("as a name", any_case=True),), end_of(shape))


def _in_name(letter: bytes) -> Look:
    if letter.isalnum():
        return in_either_case(letter)
    return one_of(b"-_.+") if letter.isspace() else perhaps(one_of(b"-_.+" + letter))


def in_digits_of_another_script(text: Text) -> Iterator[Pattern]:
    """A number in the digits of another script, as programs write it for people who read that."""
    if text.is_text and text.value.isascii() and sum(map(str.isdigit, text.text)) >= _FEWEST_DIGITS:
        for zero in _ZEROS:
            digits = str.maketrans({str(digit): chr(ord(zero) + digit) for digit in range(10)})
            written = text.text.translate(digits)
            yield literally("digits of another script", written.encode())
            if text.text.isdigit():
                shape = Shape(tuple(exactly(each.encode()) for each in written), often=_THOUSANDS)
                yield Pattern(shape, (Spelling("digits of another script"),), end_of(shape))


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
