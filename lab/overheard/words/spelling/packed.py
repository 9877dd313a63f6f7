"""Characters or bytes that are packed in groups of an unusual size: base45, and the septets of short messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from overheard.words.spelling.look import Look, either, exactly, in_either_case, one_of, row
from overheard.words.spelling.shape import Pattern, Shape, Spelling
from overheard.words.spelling.text import Text

_BASE45 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# The signs that are escaped in a URL, the percent sign first; and a form has a plus sign for a blank.
_ESCAPED_SIGNS = {bytes([sign]): b"%%%02X" % sign for sign in b"%$*+/:"}
_BLANKS = (b"+", b"%20")
_IN_URLS = {b" ": _BLANKS} | {sign: (form,) for sign, form in _ESCAPED_SIGNS.items()}
# The default alphabet of GSM, in order, and its characters that take an escape (3GPP TS 23.038, 6.2.1).
_GSM = (
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5"
    "\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\x1b\u00c6\u00e6\u00df\u00c9"
    " !\"#\u00a4%&'()*+,-./0123456789:;<=>?"
    "\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ\u00c4\u00d6\u00d1\u00dc\u00a7"
    "\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
_ESCAPED = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64, "\u20ac": 101}
_SEPTETS = {character: (code,) for code, character in enumerate(_GSM)} | {
    character: (_GSM.index("\x1b"), code) for character, code in _ESCAPED.items()
}
# Fewer bytes, at each of several alignments, would match by chance.
_LEAST = 5
# How many bytes, or characters of base45, at the end are searched for to find candidates.
_ENDS, _LAST = 12, 5


def base45(value: bytes) -> Iterator[Pattern]:
    """Pairs of bytes as three characters (RFC 9285), at both alignments; the last byte of all may be two characters."""
    if len(value) < _LEAST:
        return
    for before in range(2):
        parts = [_second(byte) for byte in value[:before]]
        for first, second in zip(value[before::2], value[before + 1 :: 2], strict=False):
            number = first << 8 | second
            parts += map(_of_digits, ([number % 45], [number // 45 % 45], [number // 2025]))
        parts += [_first(byte) for byte in value[-1:] if (len(value) - before) % 2]
        yield Pattern(Shape(tuple(parts)), (Spelling("base45"),), row(*parts[-_LAST:]))


def _second(byte: int) -> Look:
    """A pair that this byte ends; with all signs escaped or none, as there are so many."""
    written = (bytes(_BASE45[number // place % 45] for place in (1, 45, 2025)) for number in range(byte, 1 << 16, 256))
    return either(*(exactly(form) for each in written for form in (each, *_escaped(each))))


def _escaped(written: bytes) -> Iterator[bytes]:
    """As URLs and forms have it, where that differs."""
    if not written.isalnum():
        for sign, form in _ESCAPED_SIGNS.items():
            written = written.replace(sign, form)
        yield from (written.replace(b" ", blank) for blank in _BLANKS)


def _first(byte: int) -> Look:
    """A pair that this byte begins, or that byte alone."""
    lowest: dict[int, list[int]] = defaultdict(list)
    for number in range(byte << 8, byte + 1 << 8):
        lowest[number // 45].append(number % 45)
    pairs = (row(*map(_of_digits, (digits, [rest % 45], [rest // 45]))) for rest, digits in lowest.items())
    return either(*pairs, row(_of_digits([byte % 45]), _of_digits([byte // 45])))


def _of_digits(digits: Iterable[int]) -> Look:
    """One of the characters for these, also escaped."""
    characters = bytes(_BASE45[digit] for digit in digits)
    escaped = (form for sign in characters for form in _IN_URLS.get(bytes([sign]), ()))
    return either(one_of(characters), *map(in_either_case, escaped))


def septets(text: Text) -> Iterator[Pattern]:
    """Seven bits for each character, the lowest first, as short messages have it, in hexadecimal.

    At each of the eight alignments. Bits of other characters in the first and the last byte may be anything.
    """
    if not text.is_text or len(text.text) < _LEAST or not all(character in _SEPTETS for character in text.text):
        return
    codes = [code for character in text.text for code in _SEPTETS[character]]
    bits = sum(code << 7 * at for at, code in enumerate(codes))
    for before in range(8):
        behind = -(before + 7 * len(codes)) % 8
        first, *between, last = (bits << before).to_bytes((before + 7 * len(codes) + behind) // 8, "little")
        firsts = [first | other for other in range(1 << before)]
        lasts = [last | other << 8 - behind for other in range(1 << behind)]
        digits = row(_in_hexadecimal(firsts), in_either_case(bytes(between).hex().encode()), _in_hexadecimal(lasts))
        yield Pattern(Shape((digits,)), (Spelling("GSM 7-bit"),), digits.tail(_ENDS))


def _in_hexadecimal(values: list[int]) -> Look:
    return either(*(in_either_case(b"%02x" % value) for value in values))
