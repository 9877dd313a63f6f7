"""Redis: its database files (RDB), also in a replication, and what DUMP and RESTORE carry.

Their strings are in clear, unless they are compressed with LZF, one by one; this includes the values of hashes, lists
and streams, as a whole. Such strings are carved: a length, another one, and data that decompresses to exactly that.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.decoders.after_header import AfterHeader
from overheard_capture.decoders.carving import Carvable, CarvedReader
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.formats import LZF_STRING
from overheard_capture.decoders.compression.lzf import STRING, LzfString
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.signatures import REDIS_FIELDS

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory

# The beginning of a file, with a version of four digits; and the first field since version 7.
_VERSION_LENGTH = 9
_HEAD = 64


def _string(head: bytes, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory | None:
    try:
        LzfString().decompress(head, 1 << 12)
    except CorruptError:
        return None
    return decompressing((LZF_STRING,), reader, rest)


_STRINGS = Carvable(LiteralSet(STRING), _string, _HEAD)


def lzf_strings(reader: ReaderFactory) -> ReaderFactory:
    """A factory of readers of content that may have compressed strings in it."""
    return partial(CarvedReader, reader=reader, inside=reader, carvable=_STRINGS)


def is_rdb(head: bytes) -> bool:
    """Whether the first field follows the version. It is the only part that is not read."""
    return head[:_VERSION_LENGTH].decode("latin-1")[5:].isdecimal() and head.startswith(REDIS_FIELDS, _VERSION_LENGTH)


def rdb(reader: ReaderFactory, _rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of database files: `reader` is for strings."""
    return _after(_VERSION_LENGTH + len(REDIS_FIELDS[0]), reader)


def rdb_after_version(reader: ReaderFactory, _rest: ReaderFactory) -> ReaderFactory:
    """The same for files from their first field on."""
    return _after(len(REDIS_FIELDS[0]), reader)


def _after(length: int, reader: ReaderFactory) -> ReaderFactory:
    # Without what they are known by, the rest is read like anything else.
    return partial(AfterHeader, reader=lzf_strings(reader), length=length)
