"""Magic: known formats are recognised by their signatures, from which patterns for carving and base64 are derived."""

from __future__ import annotations

import binascii
import re
from functools import cache
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet, is_plain
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.carving import Carvable
from overheard_capture.decoders.signatures import SIGNATURES, ZLIB_HEADERS
from overheard_capture.decoders.utf16_32 import encoding_of, wide_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.decoders.formats import KnownFormat

# How many bytes are needed to identify a format.
HEAD = 256

MAGICS = tuple(magic for signature in SIGNATURES.values() for magic in signature.magics)
BEGINNINGS = MAGICS + tuple(magic for signature in SIGNATURES.values() for magic in signature.short)
ZLIB_PAIRS = frozenset(ZLIB_HEADERS)
_ANY_PAIRS = {magic + bytes([byte]) for magic in BEGINNINGS if len(magic) == 1 for byte in range(256)}
# The first two bytes of all formats.
PAIRS = frozenset({magic[:2] for magic in BEGINNINGS if len(magic) > 1} | _ANY_PAIRS)
_BEGINNINGS = {name: signature.magics + signature.short for name, signature in SIGNATURES.items()}
# For each first byte, the formats that begin with it, in order.
_BY_FIRST_BYTE: dict[int, list[tuple[str, tuple[bytes, ...]]]] = {}
for _name, _fits in _BEGINNINGS.items():
    for _first in {magic[0] for magic in _fits}:
        _BY_FIRST_BYTE.setdefault(_first, []).append((_name, _fits))
# Formats that may begin like text, so that all of the head may be plain.
PLAIN_MAGICS = tuple(magic for magic in MAGICS if is_plain(magic))
# Only magics that cannot occur in text are carved.
CARVED = LiteralSet(*(magic for magic in MAGICS if not is_plain(magic)))
# Of content; in headers of frames, two bytes may be the same in all of them.
_CARVED = (*CARVED.texts, *(magic for signature in SIGNATURES.values() for magic in signature.carved))
# The prefixes of these that are text; and their suffixes, as a piece may end or begin anywhere.
TEXT_PREFIXES = {magic[:count] for magic in _CARVED for count in range(1, len(magic)) if is_plain(magic[:count])}
TEXT_ENDS = tuple(sorted({text[at:] for text in TEXT_PREFIXES for at in range(len(text))}))
# The magics in base64: their first three bytes are four characters.
IN_BASE64 = lazy_pattern(b"|".join(re.escape(binascii.b2a_base64(magic[:3], newline=False)) for magic in MAGICS))


def pair_bits(pairs: Iterable[bytes]) -> bytes:
    """A set of pairs of bytes as bits, for the compiled part."""
    table = bytearray(1 << 13)
    for first, second in pairs:
        table[first << 5 | second >> 3] |= 1 << (second & 7)
    return bytes(table)


def reader_of(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    """The reader factory for content that begins with `head`; None if its format is unknown.

    `reader` is for its content, `rest` for the bytes after its end.
    """
    if found := _format_of(head):
        return found.reader(reader, rest)
    encoding = encoding_of(head)
    return wide_text(encoding, reader) if encoding else None


# What is carved from content that is nothing else.
CARVABLE = Carvable(LiteralSet(*_CARVED), reader_of, HEAD)


def is_known(head: bytes) -> bool:
    """Whether content that begins with `head` has a known format other than text."""
    return _format_of(head) is not None


def _format_of(head: bytes) -> KnownFormat | None:
    for name, beginnings in _BY_FIRST_BYTE.get(head[0], ()) if head else ():
        if head.startswith(beginnings) and (found := _formats()[name]).test(head):
            return found
    # It begins with a name.
    return _formats()["tar"] if b"\0" in head and _formats()["tar"].test(head) else None


@cache
def _formats() -> dict[str, KnownFormat]:
    """The readers, imported on first use: most captures have few formats."""
    from overheard_capture.decoders.formats import FORMATS  # noqa: PLC0415

    return FORMATS
