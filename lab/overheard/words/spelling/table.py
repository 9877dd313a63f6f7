"""The table of all spellings of a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from itertools import chain

from overheard.words.caesar import SHIFTS, shifted
from overheard.words.spelling.ascii_forms import punycode, utf7
from overheard.words.spelling.bases import in_another_base
from overheard.words.spelling.characters import ESCAPES, EVERY_ESCAPE, EVERY_LAYOUT, FOLDED_LINES, LAYOUTS
from overheard.words.spelling.charsets import in_charsets
from overheard.words.spelling.codes import (
    backwards,
    base32,
    base64,
    base64_twice,
    form_in_base64,
    utf16_in_base64,
    uuencode,
)
from overheard.words.spelling.decoded import decoded
from overheard.words.spelling.integers import as_integer
from overheard.words.spelling.look import Look
from overheard.words.spelling.numbers import decimal, grouped, hexadecimal, octal_and_binary
from overheard.words.spelling.packed import base45, septets
from overheard.words.spelling.rewritten import (
    as_name,
    in_digits_of_another_script,
    listed,
    taken_for_another_charset,
    typographic,
    wrapped,
)
from overheard.words.spelling.shape import Kind, Pattern, Shape, Spelling, end_of, literally
from overheard.words.spelling.text import UTF8, Text

# Two shorter words may be each other with their letters shifted (`cheer` and `jolly`), which proves nothing.
_LEAST_LETTERS = 6
# Whoever has the first bytes of a longer secret has the secret. On the wire it may be at most twenty times as long,
# which must be kept in memory between two pieces of a stream.
_MOST = 4096
# The most characters of a text in which every layout is looked for.
_LONG = 256
# How many characters of the beginning are searched for; and the fewest, as one or two are everywhere.
_CHARACTERS, _FEWEST = 6, 3
# The number of secrets whose codes are kept.
_KEPT = 64

_PRINTABLE = bytes(range(33, 127))
_ROT47 = bytes.maketrans(_PRINTABLE, _PRINTABLE[47:] + _PRINTABLE[:47])

_Row = Callable[[Text], Iterator[Pattern]]


def _in_characters(text: Text) -> Iterator[Pattern]:
    """Literally, or with some characters escaped, in one pattern, because a text may mix them."""
    kinds = [Kind(Spelling("plainly", text.any_case), partial(text.written, units=text.units, codecs=UTF8))]
    if text.composed != text.units:
        kinds.append(Kind(Spelling("composed otherwise", text.any_case), partial(text.written, codecs=UTF8)))
    if text.is_text and not text.value.isascii():
        kinds.append(Kind(Spelling("Latin-1", text.any_case), text.written))
    kinds += (Kind(Spelling(escape.name, any_case=True), partial(text.written, escape)) for escape in ESCAPES)
    kinds += (Kind(Spelling(layout.name, text.any_case), partial(text.written, layout)) for layout in LAYOUTS)
    names = (*(kind.spelling for kind in kinds), Spelling(EVERY_ESCAPE.name, any_case=True))
    ends, begins = end_of(text.written(EVERY_ESCAPE)), _beginning(text)
    layout = EVERY_LAYOUT if len(text.units) <= _LONG else FOLDED_LINES
    yield Pattern(text.written(layout), names, ends, begins, tuple(kinds))


def _beginning(text: Text) -> Look | None:
    """The first characters as they are: text that is folded near its end is found by them."""
    units = text.composed[: min(_CHARACTERS, len(text.units) // 2)]
    return text.written(units=units).look if len(units) >= _FEWEST else None


def _in(name: str, codec: str) -> _Row:
    def spell(text: Text) -> Iterator[Pattern]:
        if shape := text.encoded(codec):
            yield Pattern(shape, (Spelling(name, text.any_case),), end_of(shape))

    return spell


def _interleaved(text: Text) -> Iterator[Pattern]:
    yield literally("interleaved with NUL", b"\0".join(bytes([byte]) for byte in text.value))


def _reversed(text: Text) -> Iterator[Pattern]:
    yield literally("reversed", text.value[::-1])
    if text.is_text:
        yield literally("reversed", text.text[::-1].encode())


def _other_characters(text: Text) -> Iterator[Pattern]:
    """Full-width (U+FF01 to U+FF5E), and with surrogates in UTF-8 (Unicode Technical Report 26, CESU-8)."""
    if text.is_text:
        wide = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text.text)
        yield from (literally("full-width", each.encode()) for each in (wide, wide.replace(" ", "\u3000")))
        units = text.text.encode("utf-16-be")
        pairs = (chr(units[at] << 8 | units[at + 1]) for at in range(0, len(units), 2))
        yield literally("CESU-8", "".join(pairs).encode(errors="surrogatepass"))


def _utf16_in_base64(text: Text) -> Iterator[Pattern]:
    if text.is_text:
        yield from utf16_in_base64(text.text)


def _shifted(text: Text) -> Iterator[Pattern]:
    """Every way to shift its letters (Caesar's cipher)."""
    # Bytes that are not text are unchanged.
    whole = text.value.decode(errors="surrogateescape")
    if sum(character.isascii() and character.isalpha() for character in whole) >= _LEAST_LETTERS:
        for by in SHIFTS:
            yield literally(shifted_by(by), shifted(whole, by).encode(errors="surrogateescape"))


def _rot47(text: Text) -> Iterator[Pattern]:
    """Every printable character of ASCII but the blank, shifted by half of them."""
    yield literally("ROT47", text.value.translate(_ROT47))


def _of_bytes(spell: Callable[[bytes], Iterator[Pattern]]) -> _Row:
    # The same whether case is ignored or not. A scan needs both: one to search, one to mask what it prints.
    once = lru_cache(_KEPT)(lambda value: tuple(spell(value)))
    return lambda text: iter(once(text.value))


# The plainest first.
_TABLE: tuple[_Row, ...] = (
    _in_characters,
    _in("UTF-16 little-endian", "utf-16-le"),
    _in("UTF-16 big-endian", "utf-16-be"),
    _in("UTF-32 little-endian", "utf-32-le"),
    _in("UTF-32 big-endian", "utf-32-be"),
    _interleaved,
    _of_bytes(hexadecimal),
    _of_bytes(decimal),
    _of_bytes(octal_and_binary),
    _of_bytes(grouped),
    _of_bytes(as_integer),
    _of_bytes(in_another_base),
    _of_bytes(base64),
    _of_bytes(base32),
    _of_bytes(uuencode),
    _of_bytes(base45),
    septets,
    _of_bytes(base64_twice),
    _of_bytes(form_in_base64),
    _reversed,
    _of_bytes(backwards),
    _other_characters,
    _shifted,
    _rot47,
    typographic,
    in_digits_of_another_script,
    wrapped,
    listed,
    taken_for_another_charset,
    in_charsets,
    utf7,
    # UTF-7 of text beyond ASCII is the same, and plainer.
    _utf16_in_base64,
    punycode,
    as_name,
)


def patterns(value: bytes, *, any_case: bool = False) -> list[Pattern]:
    """Every pattern of `value` to look for, the plainest first. Of text, line ends at its end are no part."""
    value = _without_line_end(value)
    text = Text(_head(value), any_case=any_case)
    found: dict[bytes | Shape, Pattern] = {}
    for pattern in chain(chain.from_iterable(spell(text) for spell in _TABLE), decoded(value, _MOST)):
        # A palindrome is its own reversal.
        if pattern.shape.literal != text.value:
            found.setdefault(pattern.shape.literal or pattern.shape, pattern)
    return list(found.values())


def _without_line_end(value: bytes) -> bytes:
    """Text without the line ends at its end; any other value as it is."""
    line = value.rstrip(b"\r\n")
    try:
        is_text = all(each.isprintable() or each.isspace() for each in line.decode())
    except UnicodeDecodeError:
        return value
    return line if line and is_text else value


def _head(value: bytes) -> bytes:
    """The part of a secret that is searched for, which does not end inside a character."""
    if len(value) <= _MOST:
        return value
    try:
        return value.decode().encode()[:_MOST].decode(errors="ignore").encode()
    except UnicodeDecodeError:
        return value[:_MOST]


def spellings(value: bytes, *, any_case: bool = False) -> list[Spelling]:
    """Every spelling of `value` that is searched for, the plainest first."""
    return list(dict.fromkeys(each for pattern in patterns(value, any_case=any_case) for each in pattern.spellings))


def shifted_by(by: int) -> str:
    """The name of the spelling with its letters shifted `by` places forward in the alphabet."""
    return f"letters shifted by {by}"


_BY = {shifted_by(by): by for by in SHIFTS}


def shift_of(name: str) -> int:
    """By how many places the spelling of that name shifts letters; 0 for any other spelling."""
    return _BY.get(name, 0)
