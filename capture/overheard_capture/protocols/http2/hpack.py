"""HPACK (RFC 7541), the header compression of HTTP/2."""

from __future__ import annotations

from functools import lru_cache

# The decoder of this library stops at the first gap, and does not report which bytes a field came from. So its internal
# functions are used, although they are undocumented: the version is capped, and a test checks them against RFC 7541.
from hpack.exceptions import HPACKError
from hpack.hpack import decode_integer
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

from overheard.words.named_tuple import NamedTuple

# Browsers offer tables of 64 kB. Larger tables than this are rejected, to bound memory.
_MAX_TABLE_SIZE = 1 << 20
# The overhead of a table entry (RFC 7541, 4.1), and so the cost of a one-byte reference to it.
_ENTRY = 32
# The maximum length of a string that is cached: longer ones are rarely repeated.
_MAX_CACHED = 128


class HeadersTooLargeError(Exception):
    """A header block decompresses to more than the allowed size."""


class HeaderField(NamedTuple):
    """A header field, and the range of the block that it came from. `name` is empty if its table entry is missing."""

    name: bytes
    value: bytes
    start: int
    end: int


class HpackDecoder:
    """Decodes the header blocks of one direction, in order. Each may refer to fields of earlier blocks."""

    def __init__(self) -> None:
        self._table = HeaderTable()
        # Whether earlier blocks are missing. Only references to fields of these cannot be resolved.
        self.table_incomplete = False

    def invalidate_table(self) -> None:
        """Discard the table: header blocks are missing here, or could not be decoded."""
        self.table_incomplete = True
        self._table = HeaderTable()
        # The negotiated size is unknown. Surplus entries are harmless, as the index counts from the newest.
        self._table.maxsize = _MAX_TABLE_SIZE

    def read(self, block: bytes, limit: int) -> tuple[list[HeaderField], int]:
        """Decode a block to at most `limit` bytes. Returns the fields, and the number of references that are missing.

        Raises HPACKError if it is damaged, and HeadersTooLargeError.
        """
        fields: list[HeaderField] = []
        at = missing_references = size = 0
        while at < len(block):
            start = at
            field, at = self._field(block, at)
            if field:
                name, value = field
                fields.append(HeaderField(name, value, start, at))
                size += len(name) + len(value) + _ENTRY
                if size > limit:
                    raise HeadersTooLargeError
                missing_references += not name
            else:
                missing_references += block[start] >= 0x80
        return fields, missing_references

    def _field(self, block: bytes, at: int) -> tuple[tuple[bytes, bytes] | None, int]:
        """Decode at offset `at`: a field, or None for a size update or a missing entry; and the offset of the next."""
        first = block[at]
        if first & 0x80:  # 6.1: a field that is in the table
            index, at = _integer(block, at, 7)
            return self._entry(index), at
        if first & 0xE0 == 0x20:  # 6.3: a new size for the table
            size, at = _integer(block, at, 5)
            if size > _MAX_TABLE_SIZE:
                raise HPACKError
            self._table.maxsize = size
            return None, at
        indexed = bool(first & 0x40)  # 6.2: a field of its own, kept in the table or not
        index, at = _integer(block, at, 6 if indexed else 4)
        if index:
            name = (self._entry(index) or (b"", b""))[0]
        else:
            name, at = _string(block, at)
        value, at = _string(block, at)
        if indexed:
            self._table.add(name, value)
        return (name, value), at

    def _entry(self, index: int) -> tuple[bytes, bytes] | None:
        if self.table_incomplete and index > HeaderTable.STATIC_TABLE_LENGTH + len(self._table.dynamic_entries):
            return None
        return self._table.get_by_index(index)


def _integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    most = (1 << bits) - 1
    if at < len(block) and (number := block[at] & most) < most:
        # Nearly all are that short.
        return number, at + 1
    number, consumed = decode_integer(block[at : at + 8], bits)
    return number, at + consumed


def _string(block: bytes, at: int) -> tuple[bytes, int]:
    huffman = at < len(block) and block[at] & 0x80
    length, at = _integer(block, at, 7)
    text = block[at : at + length]
    if len(text) < length:
        raise HPACKError
    if huffman:
        text = _huffman_decoded(text) if length <= _MAX_CACHED else decode_huffman(text)
    return text, at + length


@lru_cache(4096)
def _huffman_decoded(text: bytes) -> bytes:
    """Decode a Huffman-coded string. Cached, as decoding bit by bit is slow, and many strings recur."""
    return decode_huffman(text)
