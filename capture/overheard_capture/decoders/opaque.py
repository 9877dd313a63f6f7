"""Opaque values in text: runs that certainly are bytes in some coding, and that decode to nothing known.

Words, paths, numbers and lists of hashes look like long runs of a coding, too. So a run counts only if its characters
are mixed as those of coded bytes are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from overheard_capture.content.byte_scan import SHORTEST_RUN
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import MAX_IDENTIFIER, decoded_findings
from overheard_capture.content.opaque_values import VALUE
from overheard_capture.content.randomness import has_zeros, looks_random
from overheard_capture.content.text_detector import CONTROL
from overheard_capture.decoders.magic import is_known

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings

_LOWER, _UPPER, _DIGITS = b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
# How much of a run is looked at.
_SAMPLE = 1024
# There is no reader of databases, so that their signature is among no others.
_DATABASE = b"SQLite format 3\0"
# A hash has up to so many bytes (SHA-512). One of some 30,000 can be decompressed, to something or other.
_LONGEST_HASH = 64
# Four small letters in a row, as words have them: of base64 characters one in fifteen is in such a row.
_WORD, _MOST_IN_WORDS = lazy_pattern(rb"[a-z]{4,}"), 4
# At least one in so many characters is a letter of hexadecimal, where 6 in 16 are expected, or a digit of base32, where
# 6 or 10 in 32 are.
_LEAST_LETTERS, _LEAST_DIGITS = 20, 10
# And in so many of base32 one is no digit of hexadecimal, where half of them are none.
_LEAST_OTHERS = 5
_LEAST_DIFFERENT = 6

# Values of known shapes, which stand in lists: a UUID, a hardware address, a fingerprint, and hashes by their length.
_H = rb"[0-9A-Fa-f]"
_IN_LISTS = lazy_pattern(
    rb"(?<!{H})(?:{H}{32}(?:{H}{8}(?:{H}{16}(?:{H}{8}(?:{H}{32}(?:{H}{32})?)?)?)?)?|{H}{8}-(?:{H}{4}-){3}{H}{12}"
    rb"|(?:{H}{2}[:-]){5,63}{H}{2}|{H}{4}(?::{H}{4}){7})(?![0-9A-Fa-f:-])".replace(b"{H}", _H)
)
_LONGEST_HASH = 64
# Shorter lines of base64 are no lines of one value (RFC 7468 has 64 characters, RFC 2045 has 76).
_SHORTEST_LINE = 60


def is_base64(chars: bytes) -> bool:
    """Whether base64 characters are certainly coded bytes, and no word, path or number."""
    sample = chars[:_SAMPLE]
    if len(sample) == _SAMPLE and len(set(sample)) < _LEAST_DIFFERENT:
        return False
    if any(len(sample.translate(None, kind)) == len(sample) for kind in (_LOWER, _UPPER, _DIGITS)):
        return False
    return _MOST_IN_WORDS * sum(map(len, _WORD.findall(sample))) <= len(sample)


def is_hexadecimal(chars: bytes) -> bool:
    """Whether hexadecimal digits are no decimal number, and no pattern of a few. Zeros are in both."""
    sample = chars.replace(b"00", b"")[:_SAMPLE]
    if len(sample) < SHORTEST_RUN:
        return False
    letters = len(sample) - len(sample.translate(None, b"ABCDEFabcdef"))
    return _LEAST_LETTERS * letters >= len(sample) and len(set(sample)) >= _LEAST_DIFFERENT


def is_base32(chars: bytes) -> bool:
    """Whether base32 characters are no word, and no digits of hexadecimal with something else around them."""
    sample = chars[:_SAMPLE]
    others = len(sample.translate(None, b"0123456789ABCDEFabcdef"))
    digits = len(sample) - len(sample.translate(None, _DIGITS))
    is_mixed = _LEAST_DIGITS * digits >= len(sample) and _LEAST_OTHERS * others >= len(sample)
    return is_mixed and len(set(sample)) >= _LEAST_DIFFERENT


def is_binary(digits: bytes) -> bool:
    """Whether bytes in hexadecimal are no text in any charset, as percent-encoded text may be."""
    sample = bytes.fromhex(digits[:_SAMPLE].decode())
    return len(sample.translate(None, CONTROL)) < len(sample)


def is_no_text(data: bytes) -> bool:
    """Whether escaped bytes are no text in any charset, and no identifier."""
    return len(data) > MAX_IDENTIFIER and len(data.translate(None, CONTROL)) < len(data)


def begins_database(head: bytes) -> bool:
    """Whether a database begins so: no word nor list of numbers decodes to that."""
    return head.startswith(_DATABASE)


def is_marked(_: bytes) -> bool:
    """Whether something is coded if a mark says so: it is."""
    return True


def count_list(findings: Findings, raw: bytes, size: int) -> int:
    """Count the values in a list in hexadecimal, such as one hash on each line. Returns the `size` without them."""
    if size <= _LONGEST_HASH or not (values := _IN_LISTS.findall(raw)):
        return size
    for value in values:
        if not findings.values.has_room(VALUE):
            break
        findings.count_value(VALUE, _size(value), crc32(value))
    return size - _size(b"".join(values))


def _size(value: bytes) -> int:
    return len(value.translate(None, b":-")) // 2


def count_lines(findings: Findings, raw: bytes, bits: int, is_value: Callable[[bytes], bool]) -> bool:
    """Count the values of a list, one on each line, with so many bits a character. False if it is a single value."""
    first, end, _ = raw.partition(b"\n")
    if not end or len(first) >= _SHORTEST_LINE:
        return False
    for line in raw.split():
        if len(line) >= SHORTEST_RUN and is_value(line):
            findings.count_value(VALUE, len(line) * bits // 8, crc32(line))
    return True


class CodedValue:
    """A run of a coding, which may arrive in pieces. `findings` are for what it decodes to.

    At its end it is reported as an opaque value, if that could not be read and `is_value` says that it is coded.
    `decode` decodes its first characters.
    """

    __slots__ = (
        *("_checksum", "_decode", "_is_value", "_layers", "_parent", "_sample", "_size"),
        *("findings", "is_opened", "name"),
    )

    def __init__(
        self,
        parent: Findings,
        layers: Layers,
        is_value: Callable[[bytes], bool],
        decode: Callable[[bytes], bytes],
        *,
        is_known: bool = True,
    ) -> None:
        self.findings = decoded_findings(parent)
        self.findings.is_opaque = not is_known
        self.findings.word_depth = 0 if is_value in (is_hexadecimal, is_binary) else len(layers)
        self._parent = parent
        self._layers = layers
        self._is_value, self._decode = is_value, decode
        self._sample = b""
        self._checksum = 0
        self._size = 0.0
        self.name = VALUE
        # Whether a key of the application decrypts it.
        self.is_opened = False

    def add(self, chars: bytes, size: float) -> None:
        """Add characters, which decode to `size` bytes."""
        self._size += size
        self._checksum = crc32(chars, self._checksum)
        if len(self._sample) < _SAMPLE:
            self._sample += chars[:_SAMPLE]

    def close(self) -> None:
        """No more characters follow."""
        if self.is_opened:
            self._parent.count_value(self.name, int(self._size), self._checksum)
        elif self._size and self.findings.is_opaque and self._is_coded():
            self._parent.report_value(
                int(self._size), self._checksum, self._layers, self.name, is_content=self._is_content()
            )

    def _is_coded(self) -> bool:
        return self._is_value(self._sample) or begins_database(self._decode(self._sample))

    def _is_content(self) -> bool:
        found, sample = self.findings, self._decode(self._sample)
        if begins_database(sample):
            # Also on a line of its own, of which the rest was folded.
            return True
        if not found.is_content and not found.is_damaged:
            return False
        if found.is_content:
            return self._size > _LONGEST_HASH or is_known(sample) or not looks_random(sample)
        return has_zeros(sample) if found.word_depth else not looks_random(sample)
