"""Redis: its database files (RDB), also in a replication, and what DUMP and RESTORE carry.

Their strings are in clear, unless they are compressed with LZF, one by one; this includes the values of hashes, lists
and streams, as a whole. Such strings are carved: a length, another one, and data that decompresses to exactly that.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import LiteralSet
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.after_header import AfterHeader
from overheard_capture.decoders.carving import Carvable, CarvedReader
from overheard_capture.decoders.compression.deflate import CorruptError
from overheard_capture.decoders.compression.formats import LZF_STRING
from overheard_capture.decoders.compression.lzf import STRING, LzfString
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.signatures import REDIS_FIELDS
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# The beginning of a file, with a version of four digits; and the first field since version 7.
_VERSION_LENGTH = 9
_HEAD = 64
_FIRST_FIELDS = LiteralSet(*REDIS_FIELDS)
_PARTIAL_FIELD = lazy_pattern(
    rb"(?:%b)\Z" % b"|".join(re.escape(field[:size]) for field in REDIS_FIELDS for size in range(1, len(field)))
)


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


def rdb(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """A factory of readers of database files: `reader` is for strings, `rest` for the next database."""
    return _after(_VERSION_LENGTH + len(REDIS_FIELDS[0]), reader, rest)


def rdb_after_version(reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    """The same for files from their first field on."""
    return _after(len(REDIS_FIELDS[0]), reader, rest)


def _after(length: int, reader: ReaderFactory, rest: ReaderFactory) -> ReaderFactory:
    # Without what they are known by, the rest is read like anything else.
    return partial(AfterHeader, reader=partial(_Database, reader=lzf_strings(reader), rest=rest), length=length)


class _Database:
    """Reads a database behind its first field. It ends where the first field of another one is."""

    def __init__(self, findings: Findings, layers: Layers, reader: ReaderFactory, rest: ReaderFactory) -> None:
        self._findings, self._layers, self._rest_reader = findings, layers, rest
        self._reader = reader(findings, layers)
        self._rest: Reader | None = None
        # The last bytes, if another database may begin with them.
        self._pending = SmallByteQueue()

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._rest:
            self._rest.feed(data, origin)
            return
        data, origin = self._pending.take_with(bytes(data), origin) if len(self._pending) else (bytes(data), origin)
        end = _FIRST_FIELDS.first(data)
        if end >= 0:
            self._rest = self._rest_reader(self._findings, self._layers)
            self._rest.feed(data[end:], origin.after(end))
        else:
            partial_field = _PARTIAL_FIELD.search(data, max(len(data) - _FIRST_FIELDS.longest, 0))
            end = partial_field.start() if partial_field else len(data)
            self._pending.add(data[end:], origin.after(end))
        if end:
            self._reader.feed(data[:end], origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._read_pending()
        (self._rest or self._reader).gap(length)

    def _read_pending(self) -> None:
        if len(self._pending):
            self._reader.feed(*self._pending.take())

    def close(self) -> None:
        """No more bytes follow."""
        self._read_pending()
        self._reader.close()
        if self._rest:
            self._rest.close()
