"""Values: what a protocol carries outside a body, such as a header field, a path, a DNS name or a TLS extension.

What is embedded in them is unwrapped as in a body. The values themselves were searched where they were read,
and are often binary, so that they are not text is no fault. Only one of unknown meaning must be readable.
"""

from __future__ import annotations

import re
import zlib
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Protocol

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import ENCODED_WORD, is_plain, quoted_printable
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import Unwrapping, decoded_findings, speculative
from overheard_capture.content.under_key import search_under_key
from overheard_capture.decoders.armour.escapes import EscapedTextFinder, has_escaped
from overheard_capture.decoders.armour.finder import SIGNS, ArmourFinder, has_nothing_encoded
from overheard_capture.decoders.armour.lines import MARKS, LineArmourFinder
from overheard_capture.decoders.armour.runs import codings_in
from overheard_capture.decoders.base64.alphabet import may_have_base64
from overheard_capture.decoders.base64.finder import Base64Finder
from overheard_capture.decoders.line_blocks import LineBlockFinder, begins_or_has_block
from overheard_capture.decoders.magic import CARVED, HEAD, PAIRS, ZLIB_PAIRS, is_known
from overheard_capture.decoders.mail.encoded_words import EncodedWords
from overheard_capture.decoders.mail.soft_breaks import SoftBreakFinder
from overheard_capture.decoders.text_framing import SIGNED, ChunkFinder
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.unsigned_heads import offsets_of_contents
from overheard_capture.decoders.untyped import TextReader, armoured, unsigned
from overheard_capture.decoders.utf16_32 import encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterator

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

    _MakeReader = Callable[[Findings, Layers, ReaderFactory], "_Reader"]

# Where content may begin in a value: at once, or behind a header of a few bytes.
AT_ONCE, BEHIND_HEADER = range(1), range(8)
# The shortest that anything may be encoded in.
SHORTEST_VALUE = 12
# Formats whose magic is too short, or too much like text, to be carved: zlib, bzip2 and LZMA.
_COMPRESSED = lazy_pattern(
    rb"[\x08-\x78][%s]|BZh[1-9]1AY&SY|\x5d\0\0" % re.escape(bytes(sorted({pair[1] for pair in ZLIB_PAIRS})))
)
# Where the checksum of a header of tar is, and what it is written in.
_CHECKSUM, _OCTAL = slice(148, 156), b"01234567 \0"
# In values up to this length, text that its length precedes is a value by itself.
_LONGEST_FIELDS = 1 << 10
_TEXT = frozenset(range(32, 127))
# They are looked for in values up to this length; and so much that decompresses is no coincidence.
_LONGEST, _CERTAIN = 1 << 14, 1 << 14
# How many values are remembered with what may be unwrapped in them: extensions of TLS and heads of HTTP are the same in
# many connections.
_REMEMBERED = 256


class _Reader(Protocol):
    """A reader of text, or of content."""

    def feed(self, data: bytes, origin: Origin) -> None:
        """Read all bytes."""

    def close(self) -> None:
        """No more bytes follow."""


def read_values(
    findings: Findings, layers: Layers, data: Bytes, origin: Origin, starts: Collection[int] = AT_ONCE
) -> None:
    """Unwrap what is encoded anywhere in some complete bytes, and known formats that begin at one of `starts`."""
    data = bytes(data)
    if len(data) < SHORTEST_VALUE:
        return
    search_under_key(findings, layers, data, origin)
    if is_text := is_plain(data):
        _read_text(findings, layers, data, origin)
    elif _has_nothing(data, starts):
        return
    has_text = not is_text and _read_inside(findings, layers, data, origin, starts)
    for at in starts:
        head = data[at : at + HEAD]
        if is_known(head) if is_text else _is_content(head, at):
            _read(unsigned(decoded_findings(findings), layers), data[at:], origin.after(at))
        elif has_text and at and is_plain(head):
            # The byte before this text, such as its length, may look like a part of it.
            _read_text(speculative(findings), layers, data[at:], origin.after(at))
    if has_text and len(data) <= _LONGEST_FIELDS:
        for start, end in _fields(data):
            _read_text(speculative(findings), layers, data[start:end], origin.after(start))


def _read_inside(findings: Findings, layers: Layers, data: bytes, origin: Origin, starts: Container[int]) -> bool:
    """Unwrap what is within other bytes than text. Returns whether something may be encoded there."""
    has_text = not has_nothing_encoded(data)
    if has_text or CARVED.first(data) >= 0:
        _read(TextReader(decoded_findings(findings), layers), data, origin)
    for start, end in _compressed(data, starts):
        _read(unsigned(decoded_findings(findings), layers), data[start:end], origin.after(start))
    return has_text


def _fields(data: bytes) -> list[tuple[int, int]]:
    """Text behind its length, in one byte: that byte may look like a part of it, and so may what follows.

    It ends where text does, or where another such text begins.
    """
    found: dict[int, int] = {}
    text_ends = len(data)
    for at in range(len(data) - 1, -1, -1):
        end = at + 1 + data[at]
        if data[at] >= SHORTEST_VALUE and end <= text_ends and (end == text_ends or end in found):
            found[at] = end
        if data[at] not in _TEXT:
            text_ends = at
    return [(at + 1, end) for at, end in found.items()]


def _has_nothing(data: bytes, starts: Collection[int]) -> bool:
    """Whether there is nothing to unwrap in what is no text."""
    if len(data) <= _LONGEST_FIELDS and isinstance(starts, range):
        return _had_nothing(data, starts)
    return (
        has_nothing_encoded(data)
        and CARVED.first(data) < 0
        and not _compressed(data, starts)
        and not any(_is_content(data[at : at + HEAD], at) for at in offsets_of_contents(data, starts))
    )


@lru_cache(maxsize=_REMEMBERED)
def _had_nothing(data: bytes, starts: range) -> bool:
    return _has_nothing(data, tuple(starts))


def _is_content(head: bytes, at: int) -> bool:
    """Whether content begins so: of a known format, such as has no signature, or wide text."""
    return is_known(head) or is_unsigned(head) or (at == 0 and 0 in head and encoding_of(head) is not None)


def _compressed(data: bytes, starts: Container[int]) -> list[tuple[int, int]]:
    """What is compressed anywhere but at `starts`. Of zlib, the whole stream must be there."""
    end, ranges = 0, []
    for found in _COMPRESSED.finditer(data) if len(data) <= _LONGEST else ():
        at = found.start()
        if at in starts or at < end:
            continue
        if data[at : at + 2] in ZLIB_PAIRS:
            end = _end_of_zlib(data, at)
        elif _may_be_known(data, at) and is_known(data[at : at + HEAD]):
            end = len(data)
        if end > at:
            ranges.append((at, end))
    return ranges


def _may_be_known(data: bytes, at: int) -> bool:
    """Whether the first bytes are those of a format, or a header of tar may be there: most matches are chance."""
    has_checksum = len(data) - at > _CHECKSUM.stop and not data[at:][_CHECKSUM].strip(_OCTAL)
    return data[at : at + 2] in PAIRS or has_checksum


def _end_of_zlib(data: bytes, at: int) -> int:
    """Where a stream ends that begins there, has content and the right checksum; 0 if there is none."""
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(data[at:], _CERTAIN)
    except zlib.error:
        return 0
    ends = reader.eof or len(content) == _CERTAIN
    return len(data) - len(reader.unused_data) if content and ends else 0


def read_unknown_value(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> None:
    """Read a value of unknown meaning. If it is longer than an identifier, it must be readable."""
    Unwrapping(findings, layers, unsigned).read_field(data, origin)


def _read(reader: _Reader, data: bytes, origin: Origin) -> None:
    reader.feed(data, origin)
    reader.close()


def _read_text(findings: Findings, layers: Layers, data: bytes, origin: Origin) -> None:
    for make, is_guess in _known_readers(data) if len(data) <= _LONGEST_FIELDS else _readers(data):
        _read(make(speculative(findings) if is_guess else findings, layers, armoured), data, origin)


@lru_cache(maxsize=_REMEMBERED)
def _known_readers(data: bytes) -> tuple[tuple[_MakeReader, bool], ...]:
    return tuple(_readers(data))


def _readers(data: bytes) -> Iterator[tuple[_MakeReader, bool]]:
    """What makes those readers of text that may find something, and whether that is a guess; most values are words."""
    if may_have_base64(data):
        yield Base64Finder, False
    if codings := codings_in(data):
        yield partial(ArmourFinder, codings=codings), False
    has_signs = SIGNS.first(data) >= 0
    if has_signs and has_escaped(data):
        yield EscapedTextFinder, True
    if begins_or_has_block(data):
        yield LineBlockFinder, True
    if quoted_printable(data) >= 0:
        yield SoftBreakFinder, True
    if has_signs and MARKS.first(data) >= 0:
        yield LineArmourFinder, False
    if has_signs and ENCODED_WORD.first(data) >= 0:
        yield EncodedWords, True
    if any(map(data.__contains__, SIGNED.texts)):
        yield ChunkFinder, False
