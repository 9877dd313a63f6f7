"""Numbers: bytes in hexadecimal, with or without separators, and in decimal; and a number in other groups of digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import product

from overheard.words.spelling.look import either, exactly, in_either_case, one_of, perhaps, repeated, row
from overheard.words.spelling.shape import Kind, Pattern, Shape, Spelling, end_of

# How many numbers of the beginning and of the end are searched for to find candidates. Lines are longer.
_SOME = 4
# A list of fewer decimal numbers is too common to search for.
_LEAST = 3

# Separators in a hex dump, a fingerprint, a C array: none that is an escape in a text as well.
_SEPARATORS = (b"", b":", b"-", b",", b", ", b".", b";", b"_", b"0x", b" 0x", b",0x", b", 0x")
_NEW_LINE = row(repeated(one_of(b":, "), 0, 2), perhaps(exactly(b"\r")), exactly(b"\n"), repeated(one_of(b" \t"), 0, 8))
_BETWEEN = either(*map(exactly, (b" ", *_SEPARATORS[1:])), row(_NEW_LINE, perhaps(exactly(b"0x"))))
# Between groups of digits, also in a URL or in HTML; and what else is in a telephone number. So many are a number.
_GROUP_ENDS, _SIGNS, _DIGITS, _FEWEST_DIGITS = b" -./", b"+()", b"0123456789", 8
_NO_BREAKS = (b"\xa0", b"\xc2\xa0", b"\xe2\x80\x89", b"\xe2\x80\xaf", b"&nbsp;", b"%20", b"+", b"%2F", b"%C2%A0")
_GROUP_END = either(one_of(_GROUP_ENDS), *map(exactly, _NO_BREAKS))
# As JSON has it, on one line or on many.
_COMMA = either(exactly(b","), row(perhaps(exactly(b",")), repeated(one_of(b" \t\r\n"), 1, 24)))
# As an object with a number for each, and as YAML.
_KEY = row(
    exactly(b","),
    repeated(one_of(b" \t\r\n"), 0, 9),
    exactly(b'"'),
    repeated(one_of(_DIGITS), 1, 4),
    exactly(b'":'),
    perhaps(exactly(b" ")),
)
_ITEM = row(perhaps(exactly(b"\r")), exactly(b"\n"), repeated(exactly(b" "), 0, 12), exactly(b"- "))
_NEXT = either(_COMMA, _KEY, _ITEM)


def hexadecimal(value: bytes) -> Iterator[Pattern]:
    """Two digits per byte, in either case."""
    shape = Shape(tuple(in_either_case(b"%02x" % byte) for byte in value), often=_BETWEEN)
    some = min(_SOME, -(-len(value) // 2))
    begins, ends = (
        either(*(exactly(text) for digits in (b"%02x", b"%02X") for text in _joined([digits % byte for byte in part])))
        for part in (value[:some], value[-some:])
    )
    names = (Spelling("hexadecimal", any_case=True), Spelling("hexadecimal, separated", any_case=True))
    yield Pattern(shape, names, ends, begins, (Kind(names[0], partial(Shape, shape.parts)),))


def decimal(value: bytes) -> Iterator[Pattern]:
    """A list of numbers, as in JSON and in logs."""
    if len(value) >= _LEAST:
        shape = Shape(tuple(exactly(b"%d" % byte) for byte in value), _NEXT)
        yield Pattern(shape, (Spelling("decimal"),), Shape(shape.parts[-_SOME:], _NEXT).look)


def grouped(value: bytes) -> Iterator[Pattern]:
    """The number of a card, an account or a telephone, or a key with groups of digits: in any groups, or in none."""
    characters = value.translate(None, _GROUP_ENDS + _SIGNS)
    digits = sum(character in _DIGITS for character in characters)
    if characters.isalnum() and characters.isascii() and digits >= max(_FEWEST_DIGITS, -(-len(characters) // 2)):
        shape = Shape(tuple(exactly(bytes([character])) for character in characters), often=_GROUP_END)
        yield Pattern(shape, (Spelling("in other groups"),), end_of(shape))


def _joined(numbers: Sequence[bytes]) -> Iterator[bytes]:
    """With the same separator between all of them, or with spaces between groups of them."""
    yield from (separator.join(numbers) for separator in _SEPARATORS)
    for blanks in product((b"", b" "), repeat=len(numbers) - 1):
        yield b"".join(part for pair in zip((b"", *blanks), numbers, strict=True) for part in pair)
