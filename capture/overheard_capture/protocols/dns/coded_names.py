"""What names of DNS carry in a coding: data of a tunnel, which anybody decodes.

Hashes have a few known lengths in labels, identifiers of content networks and clouds are shorter than these, and names
of hosts have words. Which case a letter has says nothing alone: a resolver may change it at random.
"""

from __future__ import annotations

from base64 import b32decode, urlsafe_b64decode
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.opaque import is_base32, is_base64, is_hexadecimal
from overheard_capture.packets import Numbers
from overheard_capture.packets.text_in_numbers import says_text
from overheard_capture.packets.usual_text import is_number_of_text, is_prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEXADECIMAL = lazy_pattern(rb"[0-9a-f]+")
_BASE32, _BASE64 = lazy_pattern(rb"[0-9a-z]+"), lazy_pattern(rb"[0-9A-Za-z+/_]+=*")
_BREAKS = bytes.maketrans(b"-_", b"..")
# Codes of hosts and hashes up to this length are usual in labels, and longer ones of these: of SHA-1 and SHA-224 in
# hexadecimal (RFC 7929, 3), of SHA-256 in base32, also behind a letter, and identifiers of content (CID) and of keys.
_LONGEST_CODE, _HASHES = 32, {40, 52, 53, 56, 59, 62}
# Shorter than these, a code in hexadecimal may be text by chance.
_SHORTEST, _SHORTEST_PRINTABLE = 16, 24
# Codes of these lengths in hexadecimal are addresses and identifiers, of which a domain may have many.
_IDENTIFIERS = {16, 24, 32}
# Fewer numbers are an address, and what is shorter than a few bytes is a word. Base32 of whole bytes has these lengths
# beyond a multiple of eight.
_FEWEST_NUMBERS, _BYTE, _SHORTEST_PART, _BASE32_LENGTHS = 8, 256, 4, {0, 2, 4, 5, 7}
_BASE32_PART, _BASE64_PART = lazy_pattern(rb"[a-z2-7]+"), lazy_pattern(rb"[0-9A-Za-z_-]+")
_SHORTEST_PROSE = 14
# So many characters show whether they are text.
_ENOUGH = 1 << 10
_IN_HEXADECIMAL = Numbers("DNS labels in hexadecimal")
_IN_BASE32, _IN_BASE64 = (Numbers(f"DNS labels in {coding}", is_random=False) for coding in ("base32", "base64"))
_DOMAIN = (b"example", b"com")
_ADDRESSES, _PUNYCODE = b"arpa", b"xn--"


def coded_in_name(labels: Sequence[bytes]) -> int:
    """How many characters of a name are certainly data in a coding."""
    return sum(len(part) for part in _parts(labels) if _is_data(part)) + _in_decimal(labels[:-2])


def _in_decimal(labels: Sequence[bytes]) -> int:
    """How many characters labels have that are a number each, which together are text."""
    parts = (part for label in labels for part in label.translate(_BREAKS).split(b"."))
    numbers = [part for part in parts if part.isdigit() and len(part) <= 3 and int(part) < _BYTE]
    return len(b"".join(numbers)) if len(numbers) >= _FEWEST_NUMBERS and _is_text(bytes(map(int, numbers))) else 0


def decoded_labels(labels: Sequence[bytes]) -> Iterator[tuple[Numbers, bytes]]:
    """What each label before a domain stands for in each coding that it may be in: perhaps a part of a text.

    A resolver may change the case of names, so that only what has both is base64.
    """
    for label in labels[:-2]:
        part, lower = label.rstrip(b"="), label.lower().rstrip(b"=")
        if len(part) < _SHORTEST_PART or lower.isdigit():
            continue
        if _HEXADECIMAL.fullmatch(lower) and len(lower) % 2 == 0:
            yield _IN_HEXADECIMAL, bytes.fromhex(lower.decode())
        if _BASE32_PART.fullmatch(lower) and len(lower) % 8 in _BASE32_LENGTHS:
            yield _IN_BASE32, b32decode(lower.upper() + b"=" * (-len(lower) % 8))
        if part not in (lower, part.upper()) and _BASE64_PART.fullmatch(part) and len(part) % 4 != 1:
            yield _IN_BASE64, urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def says_text_in_code(joined: bytes) -> bool:
    """Whether what several labels say in order is text in a coding, perhaps under a key of one byte.

    Words are in base32 and base64, too, and what they stand for is not random: only codes have digits.
    """
    if len(joined) < _SHORTEST_PRINTABLE or joined.isalpha() or joined.isdigit():
        return False
    joined = joined[:_ENOUGH]
    decoded = [*decoded_labels((joined, *_DOMAIN))]
    return (
        is_number_of_text(joined)
        or any(len(data) >= _SHORTEST_PROSE and is_prose(data) for _, data in decoded)
        or any(says_text([data]) for field, data in decoded if _is_random(joined, field))
    )


def _is_random(joined: bytes, field: Numbers) -> bool:
    """Whether what a code of this field stands for is random unless it says something."""
    lower = joined.lower()
    if field == _IN_HEXADECIMAL:
        return is_hexadecimal(lower)
    return is_base32(lower) if field == _IN_BASE32 else is_base64(joined)


def short_codes(labels: Sequence[bytes]) -> bytes:
    """What a name has in hexadecimal that is no longer than a hash, and no usual identifier; a tunnel has many."""
    lower = (part.lower() for part in _parts(labels) if _SHORTEST <= len(part) <= _LONGEST_CODE and len(part) % 2 == 0)
    return b"".join(
        part for part in lower if len(part) not in _IDENTIFIERS and _HEXADECIMAL.fullmatch(part) and not part.isdigit()
    )


def _parts(labels: Sequence[bytes]) -> Iterator[bytes]:
    """The labels before a domain; and what is between hyphens in them."""
    if labels[-1].lower() == _ADDRESSES:
        return
    for label in labels[:-2]:
        if label[:4].lower() != _PUNYCODE:
            yield from label.translate(_BREAKS).split(b".")


def _is_data(part: bytes) -> bool:
    size, lower = len(part), part.lower()
    if size < _SHORTEST:
        return False
    if _HEXADECIMAL.fullmatch(lower):
        return _is_text(bytes.fromhex(lower[: size // 2 * 2].decode())) or (_is_long(size) and is_hexadecimal(lower))
    if _stands_for_text(part) or is_number_of_text(part):
        return True
    if not _is_long(size) or not _BASE64.fullmatch(part):
        return False
    is_mixed = part not in (lower, part.upper()) and is_base64(part)
    return is_mixed or (bool(_BASE32.fullmatch(lower)) and is_base32(lower))


def _stands_for_text(part: bytes) -> bool:
    """Whether a code of any length is base32 or base64 of text."""
    return any(_is_text(decoded) for field, decoded in decoded_labels((part, *_DOMAIN)) if field != _IN_HEXADECIMAL)


def _is_long(size: int) -> bool:
    return size > _LONGEST_CODE and size not in _HASHES


def _is_text(data: bytes) -> bool:
    return is_prose(data) or (2 * len(data) >= _SHORTEST_PRINTABLE and is_plain(data))
