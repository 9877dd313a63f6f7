"""Numbers: bytes in base 16, 10, 8 and 2, with what lists and languages have between them; digits in other groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import product

from overheard.words.spelling.layout import LETTERS_AND_DIGITS
from overheard.words.spelling.look import Look, either, exactly, in_either_case, one_of, perhaps, repeated, row
from overheard.words.spelling.shape import Kind, Pattern, Shape, Spelling, end_of, literally

# How many numbers of the beginning and of the end are searched for to find candidates. Lines are longer.
_SOME = 4
# And how many of a list, where more may be between two.
_FEW = 3
# A list of fewer decimal numbers is too common to search for.
_LEAST = 3

# Separators in a hex dump, a fingerprint, a C array: none that is an escape in a text as well. Then the escapes of
# Perl, CSS, Unicode and browsers, if there is one for every character.
_SEPARATORS = (b"", b":", b"-", b",", b", ", b".", b";", b"_", b"0x", b" 0x", b",0x", b", 0x")
_ESCAPES = (b"}\\x{", b"}\\\\x{", b" \\", b" \\\\", b"\\0000", b"\\\\0000", b" U+00", b"&#x")
# In a string a line break may be escaped. Lines of registry files go on after a backslash.
_BLANKS, _SOME_BLANKS = repeated(one_of(b" \t"), 0, 8), repeated(one_of(b" \t\r\n"), 1, 24)
_LINE_END = either(row(perhaps(exactly(b"\r")), exactly(b"\n")), exactly(b"\\n"), exactly(b"\\r\\n"))
_NEW_LINE = row(repeated(one_of(b":, \\"), 0, 4), _LINE_END, _BLANKS)
_BETWEEN = either(*map(exactly, (b" ", *_SEPARATORS[1:], *_ESCAPES)), row(_NEW_LINE, perhaps(exactly(b"0x"))))
# Between groups of digits, also in a URL or in HTML; and what else is in a telephone number. So many are a number.
_GROUP_ENDS, _SIGNS, _DIGITS, _FEWEST_DIGITS = b" -./", b"+()", b"0123456789", 8
# So many capitals and digits, or small letters and digits, are a key, such as one in base32 for passwords by time.
_FEWEST_OF_KEY = 16
_NO_BREAKS = (b"\xa0", b"\xc2\xa0", b"\xe2\x80\x89", b"\xe2\x80\xaf", b"&nbsp;", b"%20", b"+", b"%2F", b"%C2%A0")
# In fields of a form, and in elements of HTML.
_FIELD = row(exactly(b"&"), repeated(one_of(LETTERS_AND_DIGITS + b"[]_-"), 1, 24), exactly(b"="))
_ELEMENT = row(exactly(b"</"), repeated(one_of(LETTERS_AND_DIGITS), 1, 8), exactly(b">"))
_ELEMENTS = row(
    _ELEMENT, perhaps(one_of(_GROUP_ENDS)), exactly(b"<"), repeated(one_of(LETTERS_AND_DIGITS), 1, 8), exactly(b">")
)
_GROUP_END = either(one_of(_GROUP_ENDS), *map(exactly, _NO_BREAKS), _FIELD, _ELEMENTS)
# Between thousands in Switzerland, in literals of programs, with a blank as wide as a digit, and in Arabic. A comma is
# also between any two numbers.
_THOUSANDS = ("'", "\u2019", "_", "\u2007", "\u066c", "\u02d9")
_APOSTROPHES = (b"&#39;", b"&#x27;", b"&apos;", b"&rsquo;", b"\\u0027", b"\\u2019", b"%27", b"\\u00a0", b"\\u202f")
_THOUSANDS_END = either(_GROUP_END, *(exactly(each.encode()) for each in _THOUSANDS), *map(exactly, _APOSTROPHES))
# As JSON has it, on one line or on many.
_COMMA = either(exactly(b","), row(perhaps(exactly(b",")), either(_SOME_BLANKS, row(_BLANKS, _LINE_END, _BLANKS))))
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
# As calls of a function for each that are put together (`CHR(102)||CHR(108)`), and as PowerShell has that.
_NAME = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz."
_TOGETHER = row(perhaps(exactly(b" ")), either(one_of(b"+&.,"), exactly(b"||")), repeated(one_of(b" \t\r\n"), 0, 4))
_CALL = row(exactly(b")"), _TOGETHER, repeated(one_of(_NAME), 2, 19), exactly(b"("))
_CAST = row(_TOGETHER, exactly(b"["), repeated(one_of(_NAME), 4, 11), exactly(b"]"))
# As escapes of Lua, browsers and RTF, if there is one for every character.
_ESCAPE = row(either(*map(exactly, (b"\\", b"\\\\", b"&#", b"?\\u", b"?\\\\u"))), repeated(exactly(b"0"), 0, 6))
# As the object identifier of a text in a table of SNMP (RFC 2578, 7.7).
_ARC = exactly(b".")
_NEXT = either(_COMMA, _KEY, _ITEM, _CALL, _CAST, _ESCAPE, _ARC)
_NEXT_IN_PROGRAM = row(either(_CALL, _CAST), either(exactly(b"0x"), exactly(b"&H")))
# In other bases zeros lead, and there may be nothing between two numbers.
_NEXT_OCTAL = row(_COMMA, perhaps(exactly(b"0")))
_NEXT_BITS = either(one_of(b"-._"), row(_COMMA, perhaps(exactly(b"0b"))))


def hexadecimal(value: bytes) -> Iterator[Pattern]:
    """Two digits per byte, in either case; or, beyond ASCII, those of a character."""
    characters = _characters(value)
    shape = Shape(tuple(map(_in_hexadecimal, characters)), often=_BETWEEN)
    some = min(_SOME, -(-len(value) // 2))
    begins = (numbers[:some] for numbers in _in_either_way(characters[:some]))
    ends = (numbers[-some:] for numbers in _in_either_way(characters[-some:]))
    names = (Spelling("hexadecimal", any_case=True), Spelling("hexadecimal, separated", any_case=True))
    kinds = (Kind(names[0], partial(Shape, shape.parts)),)
    yield Pattern(shape, names, _any_joined(ends), _any_joined(begins), kinds)
    if len(characters) >= _LEAST:
        yield _listed(names[1], shape.parts, _NEXT_IN_PROGRAM)


def _any_joined(forms: Iterable[Sequence[bytes]]) -> Look:
    return either(*(exactly(text) for numbers in forms for text in _joined(numbers)))


def _in_hexadecimal(character: bytes) -> Look:
    digits = [in_either_case(b"%02x" % byte) for byte in character]
    one_by_one = Shape(tuple(digits), often=_BETWEEN).look
    return one_by_one if len(digits) == 1 else either(one_by_one, in_either_case(b"%02x" % ord(character.decode())))


def _in_either_way(characters: list[bytes]) -> Iterator[list[bytes]]:
    """The numbers of their bytes, and their own."""
    for form in (b"%02x", b"%02X"):
        yield [form % byte for byte in b"".join(characters)]
        if any(len(character) > 1 for character in characters):
            yield [
                form % (character[0] if len(character) == 1 else ord(character.decode())) for character in characters
            ]


def decimal(value: bytes) -> Iterator[Pattern]:
    """A list of numbers, as in JSON and in logs: of bytes or, beyond ASCII, of characters. Or three digits per byte."""
    if len(value) >= _LEAST:
        yield _listed(Spelling("decimal"), tuple(map(_in_decimal, _characters(value))), _NEXT)
        yield literally("decimal", b"".join(b"%03d" % byte for byte in value))


def _in_decimal(character: bytes) -> Look:
    numbers = [exactly(b"%d" % byte) for byte in character]
    one_by_one = Shape(tuple(numbers), _NEXT).look
    return one_by_one if len(numbers) == 1 else either(one_by_one, exactly(b"%d" % ord(character.decode())))


def _characters(value: bytes) -> list[bytes]:
    """Its characters in UTF-8 or, if it is no text, its bytes."""
    try:
        return [character.encode() for character in value.decode()]
    except UnicodeDecodeError:
        return [bytes([byte]) for byte in value]


def octal_and_binary(value: bytes) -> Iterator[Pattern]:
    """Three digits per byte, or eight."""
    if len(value) >= _LEAST:
        yield _listed(Spelling("octal"), tuple(exactly(b"%03o" % byte) for byte in value), perhaps(_NEXT_OCTAL))
        yield _listed(Spelling("binary"), tuple(exactly(f"{byte:08b}".encode()) for byte in value), perhaps(_NEXT_BITS))


def _listed(spelling: Spelling, parts: tuple[Look, ...], between: Look) -> Pattern:
    return Pattern(Shape(parts, between), (spelling,), Shape(parts[-_FEW:], between).look)


def grouped(value: bytes) -> Iterator[Pattern]:
    """The number of a card, an account or a telephone, or a key with groups of digits: in any groups, or in none.

    An amount has a comma between its thousands, perhaps before its cents.
    """
    characters = digits_of(value)
    is_key = _is_key(characters)
    if characters.isalnum() and characters.isascii() and (is_key or _is_number(characters)):
        looks = in_either_case if is_key else exactly
        parts = tuple(looks(bytes([character])) for character in characters)
        yield _in_groups(Shape(parts, often=_GROUP_END if is_key else _THOUSANDS_END))
        if characters.isdigit():
            yield from (_in_groups(Shape((row(*map(exactly, each)),))) for each in _with_commas(characters))


def _in_groups(shape: Shape) -> Pattern:
    # One digit behind what may be a gap is everywhere.
    ends = Shape(shape.parts[-_FEW:], often=shape.often).look if shape.often else end_of(shape)
    return Pattern(shape, (Spelling("in other groups"),), ends)


def _with_commas(digits: bytes) -> Iterator[list[bytes]]:
    """As thousands, and as India has them, in groups of two before the last three; also with the last two as cents."""
    for whole, cents in ((digits, b""), (digits[:-2], digits[-2:])):
        for size in (3, 2):
            ends = [len(whole), *range(len(whole) - 3, 0, -size)][::-1]
            groups = [whole[begin:end] for begin, end in zip((0, *ends), ends, strict=False)]
            for comma, point in ((b",", b"."), (b"%2C", b"."), (b".", b",")):
                if comma != b"." or cents:
                    yield [comma.join(groups), *([point, cents] if cents else [])]


def _is_number(characters: bytes) -> bool:
    digits = sum(character in _DIGITS for character in characters)
    return digits >= max(_FEWEST_DIGITS, -(-len(characters) // 2))


def _is_key(characters: bytes) -> bool:
    """Whether a value has as many letters as a key, in one case, and digits."""
    of_one_case = characters.isupper() or characters.islower()
    return len(characters) >= _FEWEST_OF_KEY and of_one_case and any(each in _DIGITS for each in characters)


def digits_of(value: bytes) -> bytes:
    """A number without what is between its groups of digits."""
    return value.translate(None, _GROUP_ENDS + _SIGNS)


def _joined(numbers: Sequence[bytes]) -> Iterator[bytes]:
    """With the same separator between all of them, or with spaces between groups of them."""
    yield from (separator.join(numbers) for separator in (*_SEPARATORS, *_ESCAPES))
    for blanks in product((b"", b" "), repeat=len(numbers) - 1):
        yield b"".join(part for pair in zip((b"", *blanks), numbers, strict=True) for part in pair)
