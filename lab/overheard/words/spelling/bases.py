"""A value that is a number, such as a UUID, a key in hexadecimal or the number of a card, in another base.

As identifiers for people and databases have it, or as programs without such large numbers: in two halves, or in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from overheard.words.spelling.codes import letters, values
from overheard.words.spelling.look import Look, exactly, in_either_case, one_of, repeated, row
from overheard.words.spelling.numbers import digits_of
from overheard.words.spelling.shape import Pattern, Shape, Spelling

# A UUID (RFC 9562, 4), and at least eight bytes in hexadecimal.
UUID = re.compile(rb"\{?([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\}?", re.IGNORECASE)
HEXADECIMAL = re.compile(rb"(?:0x)?((?:[0-9a-f]{2}[:\- ]?){8,})", re.IGNORECASE)
# Nobody writes more bytes as one number; and a smaller number than this is somewhere by chance.
_MOST_BYTES, _COMMON_BITS = 64, 40
# Nor is one with so few different bytes anything but chance.
_FEW_BYTES, _WORD = 3, 64
# So many characters at the end of one are searched for to find candidates.
_END = 12
# A shorter text is no identifier. Several numbers have so many digits together, and each of two with a name has some:
# small ones are everywhere.
_SHORTEST, _LISTED, _HALF = 8, 16, 6

_DIGITS, _CAPITALS = b"0123456789", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SMALL = _CAPITALS.lower()
_BITCOIN = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# Base 58 of Bitcoin and of Flickr, base 57 of shortuuid, and base 62 with the digits first or last.
_ALPHABETS = (
    *(_BITCOIN, b"123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", _BITCOIN[1:]),
    *(_DIGITS + _CAPITALS + _SMALL, _DIGITS + _SMALL + _CAPITALS, _CAPITALS + _SMALL + _DIGITS),
)
# Crockford's, of ULID and TypeID.
_CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Bech32 of Bitcoin, z-base-32, and RFC 4648, 7: from the first bit on. Nix's is from the last bit on.
_IN_ORDER = (b"qpzry9x8gf2tvdw0s3jn54khce6mua7l", b"ybndrfg8ejkmcpqxot1uwisza345h769", _DIGITS + _SMALL[:22])
_NIX = b"0123456789abcdfghijklmnpqrsvwxyz"
# Between two words in a list; and between halves, with a name for each.
_NEXT_WORD = repeated(one_of(b" ,;\t\r\nLUluI()"), 1, 12)
_NEXT_HALF = repeated(one_of(bytes(range(32, 127)) + b"\r\n\t"), 1, 48)


def in_another_base(value: bytes) -> Iterator[Pattern]:
    """A UUID, bytes in hexadecimal, or a number."""
    value = value.strip()
    uuid, key = UUID.fullmatch(value), HEXADECIMAL.fullmatch(value)
    digits = digits_of(value)
    looks: list[Iterable[Look]] = []
    if uuid or key:
        digits_of_bytes = b"".join(uuid.groups()) if uuid else re.sub(rb"[:\- ]", b"", key[1] if key else b"")
        raw = bytes.fromhex(digits_of_bytes.decode())
        if len(raw) <= _MOST_BYTES and len(set(raw)) > _FEW_BYTES:
            looks += [_of_bytes(raw), _in_words(raw)]
        if uuid:
            looks += [_of_uuid(raw)]
    if digits.isdigit() and _COMMON_BITS < int(digits).bit_length() <= _WORD:
        looks += [_of_number(int(digits))]
    found = dict.fromkeys(look for each in looks for look in each if look.shortest >= _SHORTEST)
    for look in found:
        yield Pattern(Shape((look,)), (Spelling("in another base", any_case=True),), look.tail(_END))


def _of_bytes(raw: bytes) -> Iterator[Look]:
    number = int.from_bytes(raw)
    yield exactly(b"%d" % number)
    yield in_either_case(_based(number, _DIGITS + _SMALL))
    yield from (exactly(_based(number, alphabet)) for alphabet in _ALPHABETS)
    yield in_either_case(_based(number, _CROCKFORD))
    known = [(byte,) for byte in raw]
    yield from (row(*map(letters(alphabet, alphabet.upper()), values(known, 5, 0))) for alphabet in _IN_ORDER)
    backwards = int.from_bytes(raw, "little")
    yield exactly(_based(backwards, _NIX).rjust(-(-8 * len(raw) // 5), b"0"))


def _in_words(raw: bytes) -> Iterator[Look]:
    """Words of four bytes, signed or not, in either byte order, the last one filled up; and words of two, swapped."""
    filled = raw + bytes(-len(raw) % 4)
    words = [filled[at : at + 4] for at in range(0, len(filled), 4)]
    for order in ("big", "little"):
        for signed in (False, True):
            yield from _listed([b"%d" % int.from_bytes(word, order, signed=signed) for word in words], _NEXT_WORD)
    swapped = [raw[at : at + 2][::-1].hex().encode() for at in range(0, len(raw), 2)]
    for gap in (b" ", b""):
        yield in_either_case(gap.join(swapped))
    yield from _listed([b"0x" + word[::-1].hex().encode() for word in words], _NEXT_WORD)


def _of_uuid(raw: bytes) -> Iterator[Look]:
    """In two halves of 64 bits, as Java has it; as C# and Windows Installer have it."""
    halves = (raw[:8], raw[8:])
    for first, second in (halves, halves[::-1]):
        for signed in (False, True):
            numbers = [b"%d" % int.from_bytes(half, signed=signed) for half in (first, second)]
            yield from _listed(numbers, _NEXT_HALF)
        yield from _listed([first.hex().encode(), b"%d" % int.from_bytes(second)], _NEXT_HALF)
        yield from _listed([b"%d" % int.from_bytes(first), second.hex().encode()], _NEXT_HALF)
        yield from _listed([first.hex().encode(), second.hex().encode()], _NEXT_HALF)
    fields = (raw[:4], raw[4:6], raw[6:8], *(bytes([byte]) for byte in raw[8:]))
    yield from _listed([b"0x" + field.hex().encode() for field in fields], repeated(one_of(b" ,{"), 1, 4))
    swapped = b"".join((*(field[::-1] for field in fields[:3]), raw[8:])).hex().encode()
    packed = b"".join(field.hex().encode()[::-1] for field in fields)
    yield from map(in_either_case, (packed, b"\\" + b"\\".join(_pairs(swapped))))


def _of_number(number: int) -> Iterator[Look]:
    """In hexadecimal, octal, binary and base 36; and in two words, as programs in JavaScript have it."""
    yield in_either_case(b"%x" % number)
    yield in_either_case(number.to_bytes(8, "little").hex().encode().rstrip(b"0"))
    yield exactly(b"%o" % number)
    yield exactly(f"{number:b}".encode())
    yield in_either_case(_based(number, _DIGITS + _SMALL))
    high, low = number >> 32, number & 0xFFFFFFFF
    signed = low - (low >> 31 << 32)
    for word in dict.fromkeys((low, signed)):
        for pair in ((word, high), (high, word)):
            yield from _listed([b"%d" % each for each in pair], _NEXT_HALF)


def _listed(numbers: list[bytes], between: Look) -> Iterator[Look]:
    """One after the other, if they have enough digits."""
    digits = [len(number.lstrip(b"-0x")) for number in numbers]
    if sum(digits) < _LISTED or (between is _NEXT_HALF and min(digits) < _HALF):
        return
    first, *others = (in_either_case(number) for number in numbers)
    yield row(first, *(look for other in others for look in (between, other)))


def _pairs(digits: bytes) -> Iterator[bytes]:
    return (digits[at : at + 2] for at in range(0, len(digits), 2))


def _based(number: int, alphabet: bytes) -> bytes:
    written = bytearray()
    while number:
        number, digit = divmod(number, len(alphabet))
        written.append(alphabet[digit])
    return bytes(written[::-1])
