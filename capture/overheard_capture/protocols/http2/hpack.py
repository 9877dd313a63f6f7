"""The header fields of HTTP/2, compressed against those before them (HPACK, RFC 7541)."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

# Its decoder gives up at the first gap, and says of no field which bytes it came from. So the parts that it is made of
# are used, though only the decoder is documented: the version is capped, and a test holds them to RFC 7541.
from hpack.exceptions import HPACKError
from hpack.hpack import decode_integer
from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

# Browsers offer tables of 64 kB. One beyond this is refused: it is memory.
_LARGEST_TABLE = 1 << 20
# What an entry takes beside its text (RFC 7541, 4.1), and thus what a byte that refers to one may cost.
_ENTRY = 32
# A longer text is hardly said twice.
_OFTEN_SAID = 128


class HeadersTooLargeError(Exception):
    """A header block unfolds to more than anybody would send in earnest."""


class HeaderField(NamedTuple):
    """A header field, and the bytes of the block that it came from. An empty name was not seen."""

    name: bytes
    value: bytes
    begins: int
    ends: int


class HpackDecoder:
    """The header blocks of one direction, in their order. Each may refer to fields of any that came before."""

    def __init__(self) -> None:
        self._table = HeaderTable()
        # Whether blocks before these are missing. What refers to them cannot be read; all the rest can.
        self.lost = False

    def lose(self) -> None:
        """Something is missing here, or was not understood."""
        self.lost = True
        self._table = HeaderTable()
        # Nobody knows what was agreed. An entry too many does no harm: they are counted from the newest.
        self._table.maxsize = _LARGEST_TABLE

    def read(self, block: bytes, most: int) -> tuple[list[HeaderField], int]:
        """The fields of a block, of at most `most` bytes, and how many could not be read because something is lost.

        Raises HPACKError where it is damaged, and TooMuchError.
        """
        fields: list[HeaderField] = []
        at = unknown = size = 0
        while at < len(block):
            begins = at
            field, at = self._field(block, at)
            if field:
                name, value = field
                fields.append(HeaderField(name, value, begins, at))
                size += len(name) + len(value) + _ENTRY
                if size > most:
                    raise HeadersTooLargeError
                unknown += not name
            else:
                unknown += block[begins] >= 0x80
        return fields, unknown

    def _field(self, block: bytes, at: int) -> tuple[tuple[bytes, bytes] | None, int]:
        """The field at a place of a block, where there is one and it is known, and where the next begins."""
        first = block[at]
        if first & 0x80:  # 6.1: a field that is in the table
            index, at = _integer(block, at, 7)
            return self._entry(index), at
        if first & 0xE0 == 0x20:  # 6.3: a new size for the table
            size, at = _integer(block, at, 5)
            if size > _LARGEST_TABLE:
                raise HPACKError
            self._table.maxsize = size
            return None, at
        kept = bool(first & 0x40)  # 6.2: a field of its own, kept in the table or not
        index, at = _integer(block, at, 6 if kept else 4)
        if index:
            name = (self._entry(index) or (b"", b""))[0]
        else:
            name, at = _string(block, at)
        value, at = _string(block, at)
        if kept:
            self._table.add(name, value)
        return (name, value), at

    def _entry(self, index: int) -> tuple[bytes, bytes] | None:
        if self.lost and index > HeaderTable.STATIC_TABLE_LENGTH + len(self._table.dynamic_entries):
            return None
        return self._table.get_by_index(index)


def _integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    number, taken = decode_integer(block[at : at + 8], bits)
    return number, at + taken


def _string(block: bytes, at: int) -> tuple[bytes, int]:
    huffman = at < len(block) and block[at] & 0x80
    length, at = _integer(block, at, 7)
    text = block[at : at + length]
    if len(text) < length:
        raise HPACKError
    if huffman:
        text = _unpacked(text) if length <= _OFTEN_SAID else decode_huffman(text)
    return text, at + length


@lru_cache(4096)
def _unpacked(text: bytes) -> bytes:
    """What Huffman's code says. It is read bit by bit, which is slow, and much is said in every connection."""
    return decode_huffman(text)
