"""The characters of a secret, and every way to write one in a text: a table of escapes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.entities import html5

from overheard.words.named_tuple import NamedTuple
from overheard.words.spelling.forms import ZEROS, Codecs, Forms, by_byte, encoded, only
from overheard.words.spelling.invisible import INVISIBLE
from overheard.words.spelling.layout import BETWEEN, FOLD, LETTERS_AND_DIGITS, WHITE_SPACE
from overheard.words.spelling.look import (
    Either,
    Exactly,
    Look,
    Repeated,
    Row,
    either,
    exactly,
    first_of,
    in_either_case,
    one_of,
    perhaps,
    repeated,
    row,
)
from overheard.words.spelling.signs import SIGNS

# How many times an escape may be escaped again: `%2563`, `\\u0063`, `&amp;#99;`.
_AGAIN = 2
_BACKSLASHES = 2**_AGAIN
_AMPERSAND = row(exactly(b"&"), repeated(exactly(b"amp;"), 0, _AGAIN))
_NEW_LINE = row(perhaps(exactly(b"\r")), exactly(b"\n"))

# Where quoted-printable breaks a line (RFC 2045, 6.7), and where an encoded word ends and another begins (RFC 2047, 2).
_SOFT_BREAK = row(exactly(b"="), _NEW_LINE)
_TOKEN = LETTERS_AND_DIGITS + b"-_"
_NEXT_WORD = row(
    *(exactly(b"?="), perhaps(_NEW_LINE), one_of(b" \t")),
    *(exactly(b"=?"), repeated(one_of(_TOKEN), 1, 20), exactly(b"?"), one_of(b"Qq"), exactly(b"?")),
)

_LETTERS_OF_JSON = {"\b": b"b", "\f": b"f", "\n": b"n", "\r": b"r", "\t": b"t"}
# Of some, a browser does without the semicolon.
_ENTITIES: dict[str, list[Look]] = {}
for _name, _meant in html5.items():
    if _name.endswith(";"):
        _without = _name[:-1]
        _ENTITIES.setdefault(_meant, []).append(
            row(exactly(_without.encode()), perhaps(exactly(b";"))) if _without in html5 else exactly(_name.encode())
        )


def _json(backslashes: int) -> Forms:
    """In a string within a string each backslash is doubled, including the new one before a quote."""
    once = repeated(exactly(b"\\"), 1, backslashes)

    def write(character: str, _: Codecs) -> Iterator[Look]:
        units = character.encode("utf-16-be").hex().encode()
        numbers = (units[at : at + 4] for at in range(0, len(units), 4))
        yield row(*(row(once, exactly(b"u"), in_either_case(number)) for number in numbers))
        if character in _LETTERS_OF_JSON:
            yield row(once, exactly(_LETTERS_OF_JSON[character]))
        if character in "\"'`/":
            yield row(repeated(exactly(b"\\"), 1, 2 * backslashes - 1), exactly(character.encode()))
        if character == "\\":
            yield from (exactly(b"\\" * (2 << level)) for level in range(backslashes.bit_length()))

    return write


_ESCAPE = repeated(exactly(b"\\"), 1, _BACKSLASHES)
# The shell's `echo` has a zero before three octal digits.
_BY_NUMBER = (by_byte(_ESCAPE, exactly(b"x")), *(by_byte(_ESCAPE, digits=digits) for digits in ("o", "03o", "04o")))


def _javascript(character: str, codecs: Codecs) -> Iterator[Look]:
    """The escapes of JavaScript, C and Python that differ from JSON."""
    yield row(_ESCAPE, exactly(b"u{"), ZEROS, in_either_case(b"%x" % ord(character)), exactly(b"}"))
    yield row(_ESCAPE, exactly(b"U"), in_either_case(b"%08x" % ord(character)))
    # `escape()` (ECMA-262, B.2.1.1).
    units = character.encode("utf-16-be").hex().encode()
    yield row(*(row(exactly(b"%u"), in_either_case(units[at : at + 4])) for at in range(0, len(units), 4)))
    yield from (look for form in _BY_NUMBER for look in form(character, codecs))


def _html_named(character: str, _: Codecs) -> Iterator[Look]:
    yield from (row(_AMPERSAND, name) for name in _ENTITIES.get(character, ()))


def _html_decimal(character: str, _: Codecs) -> Iterator[Look]:
    yield row(_AMPERSAND, exactly(b"#"), ZEROS, exactly(b"%d" % ord(character)), perhaps(exactly(b";")))


def _html_hexadecimal(character: str, _: Codecs) -> Iterator[Look]:
    number = in_either_case(b"%x" % ord(character))
    yield row(_AMPERSAND, exactly(b"#"), one_of(b"xX"), ZEROS, number, perhaps(exactly(b";")))


def _doubled(character: str, _: Codecs) -> Iterator[Look]:
    """As SQL, CSV and YAML have quotes in a string; or in a string in a string."""
    if character in "\"'`":
        yield from (exactly(character.encode() * times) for times in (2, 4))


def _special(forms: Forms) -> Forms:
    """Of ASCII characters other than letters, digits and the blank alone."""
    return lambda character, codecs: (
        forms(character, codecs) if character.isascii() and not character.isalnum() and character != " " else ()
    )


# JSON is in JSON once more than anything else is: in the events of a language model, in what logs them.
_JSON, _JSON_AGAIN, _JSON_IN_JSON = _json(1), _json(_BACKSLASHES), _json(2 * _BACKSLASHES)
_PERCENT = by_byte(exactly(b"%"))
_PERCENT_AGAIN = by_byte(exactly(b"%"), repeated(exactly(b"25"), 1, _AGAIN))
_PLUS = only(" ", exactly(b"+"))
_PLUS_AGAIN = only(" ", row(exactly(b"%"), repeated(exactly(b"25"), 0, _AGAIN - 1), in_either_case(b"2b")))
_EQUALS = by_byte(exactly(b"="), between=(perhaps(_SOFT_BREAK),))
_UNDERSCORE = only(" ", exactly(b"_"))
_WHITE_SPACE = only(" ", WHITE_SPACE)

# Characters of ASCII that languages escape. A form of one may be escaped again in a URL, in HTML, in mail or in a
# string; a form of a letter beyond ASCII, in a URL.
_ESCAPED = frozenset("\"'`<>&/\\=+")
_IN_A_URL = (_PERCENT, _PERCENT_AGAIN)
_ANYWHERE = (*_IN_A_URL, _html_named, _html_decimal, _html_hexadecimal, _EQUALS, _JSON_AGAIN, _doubled)


def _nested(forms: Forms) -> Forms:
    """Forms whose signs are escaped again, in another way: `%5C%22` is a quote in JSON in a URL."""

    def write(character: str, codecs: Codecs) -> Iterator[Look]:
        if character in _ESCAPED or not character.isprintable():
            yield from (_escaped(look, _ANYWHERE) for look in forms(character, codecs))
        elif not character.isascii():
            yield from (_escaped(look, _IN_A_URL) for look in forms(character, codecs))

    return write


@cache
def _escaped(look: Look, outside: tuple[Forms, ...]) -> Look:
    if isinstance(look, Exactly):
        return row(*(_sign(byte, outside) for byte in look.text))
    if isinstance(look, Either):
        return first_of(*(_escaped(each, outside) for each in look.looks))
    if isinstance(look, Repeated):
        return repeated(_escaped(look.look, outside), look.least, look.most)
    # Only letters and digits have alternatives.
    return row(*(_escaped(each, outside) for each in look.looks)) if isinstance(look, Row) else look


@cache
def _sign(byte: int, outside: tuple[Forms, ...]) -> Look:
    """A letter or digit as it is, and anything else also escaped. Backslashes that are doubled are repeated already."""
    plain, character = exactly(bytes([byte])), chr(byte)
    if character.isalnum() or byte > 127:
        return plain
    forms = (form for form in outside if character != "\\" or form is not _JSON_AGAIN)
    return either(plain, *(look for form in forms for look in form(character, ("ascii",))))


def _signs_in_a_url(character: str, codecs: Codecs) -> Iterator[Look]:
    """A blank or a sign by its number, as JSON, JavaScript and C have it, in a URL: `%5Cx20`."""
    if character.isascii() and not character.isalnum():
        forms = _BY_NUMBER if character in _ESCAPED else (_JSON_AGAIN, *_BY_NUMBER)
        yield from (_escaped(look, _IN_A_URL) for form in forms for look in form(character, codecs))


def _equals_in_a_url(character: str, codecs: Codecs) -> Iterator[Look]:
    """A blank or a sign in quoted-printable, in a URL: `%3D20`."""
    if character.isascii() and not character.isalnum():
        number = in_either_case(b"%02x" % ord(character))
        yield from (row(equals, number) for form in _IN_A_URL for equals in form("=", codecs))


_NESTED = (
    *map(_nested, (_JSON_AGAIN, _html_named, _html_decimal, _html_hexadecimal, _doubled)),
    *(_signs_in_a_url, _equals_in_a_url),
)


class Escape(NamedTuple):
    """A way to write a text: each character literally (unless `throughout`), or in one of the forms.

    `often` and `rarely` are what may come between two characters, at any or few of the gaps.
    """

    name: str
    forms: tuple[Forms, ...] = ()
    throughout: bool = False
    often: Look | None = None
    rarely: Look | None = None


# The plainest first: if several of them give the same bytes, the first name counts.
ESCAPES = (
    Escape("percent-encoded throughout", (_PERCENT,), throughout=True),
    Escape("percent-encoded", (_PERCENT,)),
    Escape("form-encoded", (_PERCENT, _PLUS)),
    Escape("percent-encoded twice", (_PERCENT, _PERCENT_AGAIN, _PLUS, _PLUS_AGAIN)),
    Escape("JSON string throughout", (_JSON,), throughout=True),
    Escape("JSON string", (_JSON,)),
    Escape("JSON string in a JSON string", (_JSON_IN_JSON,)),
    Escape("JavaScript escapes", (_JSON_IN_JSON, _javascript)),
    Escape("HTML entities, named", (_html_named,)),
    Escape("HTML entities, decimal", (_html_decimal,)),
    Escape("HTML entities, hexadecimal", (_html_hexadecimal,)),
    Escape("HTML entities", (_html_named, _html_decimal, _html_hexadecimal)),
    Escape("quotes doubled", (_doubled,)),
    Escape("signs escaped", SIGNS),
    Escape("escaped twice", _NESTED),
    Escape("quoted-printable", (_EQUALS,), often=_SOFT_BREAK),
    Escape("MIME encoded word", (_EQUALS, _UNDERSCORE), rarely=_NEXT_WORD),
)
# Each form of any of these. Two that match the same would be tried in every combination, in time that is exponential.
_EACH_FORM = tuple(dict.fromkeys(form for escape in ESCAPES for form in escape.forms if form is not _JSON))
# Without those that are escaped again. Base64 is in no language of the signs.
_ONCE = tuple(form for form in _EACH_FORM if form not in _NESTED)
ESCAPED_ONCE, ESCAPED_TWICE = (tuple(form for form in each if form not in SIGNS) for each in (_ONCE, _EACH_FORM))
LAYOUTS = (
    Escape("other white space", (_WHITE_SPACE,)),
    Escape("with invisible characters", (_WHITE_SPACE,), often=INVISIBLE),
    Escape("folded", (_WHITE_SPACE,), rarely=BETWEEN),
)
EVERY_ESCAPE = Escape(
    "mixed escapes",
    (*_EACH_FORM, _WHITE_SPACE),
    often=either(_SOFT_BREAK, INVISIBLE),
    rarely=_NEXT_WORD,
)
# With what is looked for only if the beginning or the end of a text is in one piece.
EVERY_LAYOUT = EVERY_ESCAPE._replace(rarely=either(_NEXT_WORD, BETWEEN))
# For a long text, whose regular expression would take long to compile.
FOLDED_LINES = EVERY_ESCAPE._replace(forms=(*_ONCE, _WHITE_SPACE), rarely=either(_NEXT_WORD, FOLD))
# In another charset: the bytes of each character escaped, and of ASCII what other escapes are for.
IN_A_CHARSET = Escape(
    "in a charset",
    (
        *(_PERCENT, _PERCENT_AGAIN, _PLUS, _PLUS_AGAIN, _EQUALS, _UNDERSCORE),
        *map(_special, (_JSON_AGAIN, _html_named, _html_decimal, _html_hexadecimal, _doubled)),
    ),
    often=_SOFT_BREAK,
    rarely=_NEXT_WORD,
)


@cache
def looks_of(text: str, codecs: Codecs, forms: tuple[Forms, ...] = EVERY_ESCAPE.forms, *, plain: bool = True) -> Look:
    """Some characters: each of them in one of the forms, or literally, if that is allowed."""
    return row(*(_look_of(character, codecs, forms, plain=plain) for character in text))


def _look_of(character: str, codecs: Codecs, forms: tuple[Forms, ...], *, plain: bool) -> Look:
    as_it_is = (exactly(value) for value in encoded(character, codecs) if plain)
    return either(*as_it_is, *(look for form in forms for look in form(character, codecs)))
