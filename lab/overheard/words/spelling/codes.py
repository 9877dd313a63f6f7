"""Codes that write a few bits per character: base64, base32 and uuencode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial

from overheard.words.spelling.characters import ESCAPED_ONCE, looks_of
from overheard.words.spelling.look import Exactly, Look, either, exactly, one_of, perhaps, repeated, row
from overheard.words.spelling.shape import Kind, Pattern, Shape, Spelling

# How many characters of the beginning and of the end are searched for to find candidates. Lines are longer than that,
# so they are not broken in both.
_CHARACTERS = 6
# With fewer characters than this, a match would be mere chance.
_LEAST = 4

_NEW_LINE = row(perhaps(exactly(b"\r")), exactly(b"\n"))
# In a text, folded, indented, quoted or in a diff; in a string, in several that a program puts together, and in a URL.
_BLANKS = repeated(one_of(b" \t"), 0, 8)
_ESCAPED_LINE = either(*map(exactly, (b"\\n", b"\\r\\n", b"\\\\n", b"%0A", b"%0D%0A", b"%0a", b"%0d%0a", b"&#10;")))
_LINE_BREAK = either(
    row(_NEW_LINE, _BLANKS, repeated(one_of(b"+->#|* "), 0, 4)),
    row(perhaps(exactly(b"\\n")), one_of(b"\"'"), repeated(one_of(b" +.\\"), 0, 3), _NEW_LINE, _BLANKS, one_of(b"\"'")),
    _ESCAPED_LINE,
    repeated(one_of(b" \t"), 1, 4),
)

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# A grave accent may replace the space; and each line begins with a character for its length.
_UU = bytes(range(0x20, 0x60))
_UU_BREAK = row(_NEW_LINE, one_of(_UU + b"`"))

# What encoders leave as it is besides letters and digits, and what they write for a blank: those of forms (URL
# Standard, 5.2), those of RFC 3986, and encodeURIComponent().
_FORMS = ((b"*-._", b"+"), (b"-._~", b"+"), (b"-._~", b""), (b"-_.!~*'()", b""))

# The values that something may have, and its look with these.
_Values = frozenset[int]
# Those that a byte may have.
_Choices = bytes | tuple[int, ...] | range
_ANY_BYTE = range(256)
_Alphabet = Callable[[_Values], Look]


def values(options: Sequence[_Choices], width: int, before: int) -> Iterator[_Values]:
    """The possible values of each character that contains a bit of these bytes, if `before` other bytes precede them.

    `options` are the values that each byte may have. Bits of other bytes may be anything: so a match does not depend on
    the context, and every bit of the secret is compared.
    """
    for first in range(8 * before // width * width, 8 * (before + len(options)), width):
        at, begin = divmod(first, 8)
        # It has bits of at most two bytes.
        byte = options[at - before] if 0 <= at - before < len(options) else _ANY_BYTE
        following = options[at + 1 - before] if 0 <= at + 1 - before < len(options) else _ANY_BYTE
        yield _cut(byte, following, begin, begin + width)


@lru_cache(4096)
def _cut(first: _Choices, second: _Choices, begin: int, end: int) -> _Values:
    """The possible values of the bits from `begin` to `end` of two bytes; the same in several codes of a secret."""
    more = max(end - 8, 0)
    bits = {(byte & 0xFF >> begin) >> 8 + more - end for byte in first}
    return frozenset(high << more | low for high in bits for low in {byte >> 8 - more for byte in second})


def letters(*alphabets: bytes) -> _Alphabet:
    """The look of some values in these alphabets: any of the characters that stand for one of them."""
    return cache(lambda among: one_of(bytes(letters[value] for value in among for letters in alphabets)))


def escaped(alphabet: _Alphabet, last: str = "+/") -> _Alphabet:
    """Base64 in a form, in JSON or in HTML, which escape some of its characters, the `last` two."""

    def look(among: _Values) -> Look:
        signs = [sign for value, sign in enumerate(last, 62) if value in among]
        forms = (form for sign in signs for form in looks_of(sign, ("ascii",), ESCAPED_ONCE).forms)
        return either(alphabet(among), *(form for form in forms if not isinstance(form, Exactly)))

    return cache(look)


_BOTH = letters(BASE64 + b"+/", BASE64 + b"-_")
_STANDARD, _URL, _ANY = escaped(letters(BASE64 + b"+/")), letters(BASE64 + b"-_"), escaped(_BOTH)


def base64_cores(value: bytes, alphabet: bytes) -> Iterator[tuple[str, bytes]]:
    """The characters of a base64 text that depend only on `value`, at each of the three alignments (RFC 4648, 4)."""
    for before in range(3):
        written = map(letters(BASE64 + alphabet), values(_known(value), 6, before))
        yield f"at {before}", b"".join(look.text for look in written if isinstance(look, Exactly))


def base64(value: bytes) -> Iterator[Pattern]:
    """At each of the three alignments, in both alphabets (RFC 4648, 4 and 5)."""
    for before in range(3):
        written = tuple(values(_known(value), 6, before))
        names = (Spelling(f"base64, at {before}"), Spelling(f"base64url, at {before}"))
        shapes = (partial(_lined, written, _STANDARD), partial(_lined, written, _URL))
        yield from _pattern(_lined(written, _ANY), names, [(written, _ANY)], shapes)


def backwards(value: bytes) -> Iterator[Pattern]:
    """Hexadecimal, or base64 at each of the three alignments, that is written from its end."""
    if len(value) >= _LEAST:
        digits = value.hex()[::-1].encode()
        written = either(exactly(digits), exactly(digits.upper()))
        spelling = Spelling("reversed hexadecimal", any_case=True)
        yield Pattern(Shape((written,)), (spelling,), written.tail(2 * _CHARACTERS))
    for before in range(3):
        letters = tuple(values(_known(value), 6, before))[::-1]
        yield from _pattern(Shape(tuple(map(_BOTH, letters))), (Spelling("reversed base64"),), [(letters, _BOTH)])


def base64_twice(value: bytes) -> Iterator[Pattern]:
    """Base64 of base64, at each of three alignments, twice."""
    for before in range(3):
        once = [_BOTH(among).bytes for among in values(_known(value), 6, before)]
        for again in range(3):
            written = tuple(values(once, 6, again))
            yield from _pattern(Shape(tuple(map(_BOTH, written))), (Spelling("base64 twice"),), [(written, _BOTH)])


def form_in_base64(value: bytes) -> Iterator[Pattern]:
    """Form-encoded before that, at each of the three alignments: so OAuth has credentials (RFC 6749, 2.3.1)."""
    written = dict.fromkeys(tuple(_in_a_form(value, kept, blank)) for kept, blank in _FORMS)
    for options in written:
        if len(options) > len(value) or b" " in value:
            yield from _in_base64("form-encoded in base64", options)


def utf16_in_base64(text: str) -> Iterator[Pattern]:
    """UTF-16 in that, in either byte order, at each of the three alignments."""
    for codec in ("utf-16-le", "utf-16-be"):
        yield from _in_base64("UTF-16 in base64", _known(text.encode(codec)))


def _in_base64(name: str, options: Sequence[_Choices]) -> Iterator[Pattern]:
    """The values that bytes may have, on one line."""
    for before in range(3):
        written = tuple(values(options, 6, before))
        yield from _pattern(Shape(tuple(map(_BOTH, written))), (Spelling(name),), [(written, _BOTH)])


def _in_a_form(value: bytes, kept: bytes, blank: bytes) -> Iterator[bytes]:
    """The values that each byte may have."""
    for byte in value:
        character = bytes([byte])
        if character.isalnum() or byte in kept:
            yield character
        elif byte == ord(" ") and blank:
            yield blank
        else:
            yield b"%"
            yield from (bytes({*digit.lower().encode(), *digit.upper().encode()}) for digit in f"{byte:02x}")


def base32(value: bytes) -> Iterator[Pattern]:
    """At each of the five alignments, in capitals or in small letters (RFC 4648, 6)."""
    capital, small, both = letters(_BASE32), letters(_BASE32.lower()), letters(_BASE32, _BASE32.lower())
    for before in range(5):
        written = tuple(values(_known(value), 5, before))
        name = Spelling("base32", any_case=True)
        yield from _pattern(_lined(written, both), (name,), [(written, capital), (written, small)])


def uuencode(value: bytes) -> Iterator[Pattern]:
    """At each of the three alignments."""
    alphabet = letters(_UU, b"`" + _UU[1:])
    for before in range(3):
        written = tuple(values(_known(value), 6, before))
        shape = Shape(tuple(map(alphabet, written)), often=_UU_BREAK)
        yield from _pattern(shape, (Spelling("uuencode"),), [(written, alphabet)])


def _known(value: bytes) -> list[tuple[int]]:
    return [(byte,) for byte in value]


def _lined(written: Iterable[_Values], alphabet: _Alphabet) -> Shape:
    return Shape(tuple(map(alphabet, written)), often=_LINE_BREAK)


def _pattern(
    shape: Shape,
    spellings: tuple[Spelling, ...],
    hooks: list[tuple[tuple[_Values, ...], _Alphabet]],
    shapes: tuple[Callable[[], Shape], ...] = (),
) -> Iterator[Pattern]:
    """The pattern, unless it is too short."""
    count = len(shape.parts)
    if count >= _LEAST:
        some = min(_CHARACTERS, max(_LEAST, -(-count // 2)))
        first = either(*(row(*map(alphabet, written[:some])) for written, alphabet in hooks))
        last = either(*(row(*map(alphabet, written[-some:])) for written, alphabet in hooks))
        kinds = tuple(map(Kind, spellings, shapes))
        # If no line can be broken, the end is enough.
        yield Pattern(shape, spellings, last, first if shape.gap else None, kinds)
