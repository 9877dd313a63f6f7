"""Compressed streams without a signature in place of ciphertext, alone or over the records of a direction."""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING

from overheard_capture.content.nesting import speculative
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.content.tries import Tries
from overheard_capture.decoders.compression import formats
from overheard_capture.decoders.compression.reader import decompressing
from overheard_capture.decoders.untyped import untyped
from overheard_capture.native import core, pointer
from overheard_capture.protocols.tls.compressed import (
    ANY,
    BROTLI,
    DEFLATE,
    HEAD,
    KINDS,
    RAW_LZMA,
    SHORTEST,
    brotli_beginning,
    inflated,
    is_compressed,
    may_begin,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin

# Where a stream may begin: at once, behind a length or the like, an explicit nonce, or an IV.
_OFFSETS = (0, 4, 5, 8, 16)
# The first records of a direction are looked at in all of these ways.
_FIRST = 64
# The header of a record of TLS.
_HEADER = 5
# How many bytes of records are kept, and how many records are found at a time.
_MOST_PENDING, _MOST_FOUND = 8 << 10, 64
_FOUND = (ctypes.c_uint64 * _MOST_FOUND)()
_NONCE, _TAG = 8, 16
_KEPT = max(_OFFSETS) + HEAD
# LZMA without a header may begin in one of 512 records, and takes long: it is tried so often in a direction.
_MOST_LZMA = 64
# Where a stream may begin is tried, which takes long. That is one of 300 records of ciphertext. Of more than one of 32,
# or of fewer if many are joined, the others are not tried, which is reported.
_FIRST_TRIED, _RECORDS_EACH, _JOINED_EACH = 32, 32, 8
TOO_MANY = "more encrypted records that may be compressed than are tried"
# What is in records of this length on average is not continued.
_LONG_RECORDS = 1 << 10
# The origin of what is kept of records that were looked at.
_UNKNOWN = (0, None)


class CompressedStreams:
    """Looks for such streams at the beginning of records of one direction.

    `report` is called when one certainly begins there. Streams that may begin are read.
    """

    def __init__(self, findings: Findings, layers: Layers, report: Callable[[], None]) -> None:
        self._findings = findings
        self._layers = layers
        self._report = report
        # Records, or the beginnings of them, in which a stream may begin that continues in further records; and where
        # in them bytes of one origin begin.
        self._pending = bytearray()
        self._origins: list[tuple[int, Origin | None]] = [_UNKNOWN]
        # How many bytes of each record are an explicit nonce, or may be, and an authentication tag.
        self.nonce, self.tag = _NONCE, _TAG
        self._lzma, self._first, self._is_thorough = _MOST_LZMA, _FIRST, False
        self._tries = Tries(findings, layers, TOO_MANY, _FIRST_TRIED * _RECORDS_EACH)

    def add(self, body: bytes, origin: Origin | None = None) -> None:
        """Look at a record. Without an origin, nothing is read."""
        self._add(_framed(body[:_KEPT]), 1, _HEADER, origin)

    def add_first(self, data: Bytes, start: int, end: int, count: int, origin: Origin) -> None:
        """Look at `count` complete TLS records between two offsets, which are among the first ones."""
        self._add(data[start:end], count, 0, origin.after(start))

    def _add(self, framed: Bytes, count: int, begins: int, origin: Origin | None) -> None:
        """Keep `count` records with their headers. The origin is that of the bytes from `begins` on."""
        self._is_thorough = self._is_thorough or self._first > 0
        self._first = max(self._first - count, 0)
        self._tries.add(count)
        self._origins.append((len(self._pending) + begins, origin))
        self._pending += framed
        if len(self._pending) >= _MOST_PENDING:
            self._check_pending()

    def _origin_of(self, at: int) -> Origin | None:
        """The origin of the kept bytes from `at` on, if it is known."""
        begins, origin = self._origins[max(bisect_right(self._origins, at, key=itemgetter(0)) - 1, 0)]
        return origin.after(at - begins) if origin and begins <= at else None

    def add_records(self, data: Bytes, start: int, end: int, count: int, origin: Origin) -> None:
        """Look at `count` complete TLS records between two offsets."""
        self._tries.add(count)
        if self._pending:
            self._pending += data[start : min(end, start + 2 * HEAD)]
            self._check_pending()
        last = end
        are_long = end - start >= count * _LONG_RECORDS
        for at, tag in self._around(is_thorough=False):
            found, last = _compressed_records(data, start, end, at, tag)
            for header, kinds in found:
                if kinds == RAW_LZMA and not are_long:
                    continue
                self._try(data, (header, kinds), end, (at, tag), origin.after(header + _HEADER + at))
        # What is in long records can be told from the beginning of each.
        self._pending = bytearray() if are_long else bytearray(data[last:end])

    def _around(self, is_thorough: bool) -> Iterable[tuple[int, int]]:
        """How many bytes precede a stream in each record, and how many follow it."""
        if is_thorough:
            return {*((at, 0) for at in _OFFSETS), (0, self.tag), (self.nonce, self.tag)}
        return {(0, 0), (self.nonce, 0)}

    def _try(
        self, data: Bytes, found: tuple[int, int], end: int, around: tuple[int, int], origin: Origin | None
    ) -> None:
        """Look at a record that was found, if not too many were tried."""
        header, kinds = found
        head, joined = _joined(data, header, end, *around)
        # Without the compiled part nearly every record has to be tried. LZMA alone has a bound of its own: an IV that
        # counts up begins like it in every record.
        if not core() or kinds == RAW_LZMA or self._tries.take(_RECORDS_EACH + joined // _JOINED_EACH):
            _, body = _record(data, header)
            self._look(kinds, body[around[0] :], head, origin)

    def _look(self, kinds: int, body: bytes, head: bytes, origin: Origin | None) -> None:
        if kinds & RAW_LZMA:
            kinds -= 0 if self._lzma else RAW_LZMA
            self._lzma = max(self._lzma - 1, 0)
        if is_compressed(head, kinds):
            self._report()
        for kind, form in ((DEFLATE, formats.DEFLATE), (BROTLI, formats.BROTLI)):
            if (
                kinds & kind
                and origin
                and self._makes_sense(inflated(head)[0] if kind == DEFLATE else brotli_beginning(head))
            ):
                reader = decompressing((form,), untyped, _Ignored)(speculative(self._findings), self._layers)
                reader.feed(body, origin)
                reader.close()

    def _makes_sense(self, out: bytes) -> bool:
        """Whether what was decompressed is worth reading: most of what may begin somewhere is none."""
        return (len(out) >= SHORTEST and looks_like_text(out)) or any(self._findings.search.matches(out))

    def _check_pending(self) -> None:
        """Look at the records that were kept, and forget those that were followed by enough."""
        data, end = self._pending, len(self._pending)
        last = end
        for at, tag in self._around(self._is_thorough):
            found, last = _compressed_records(data, 0, end, at, tag)
            for header, kinds in found:
                self._try(data, (header, kinds), end, (at, tag), self._origin_of(header + _HEADER + at))
        self._origins = [_UNKNOWN]
        self._is_thorough = False
        del self._pending[:last]

    def close(self) -> None:
        """The direction has ended."""
        self._check_pending()


class _Ignored:
    """A reader of what is behind a stream, which is no content."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        """Take nothing."""

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Do nothing."""

    def gap(self, length: int) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def _framed(body: bytes) -> bytes:
    """A record with a header of TLS, of which the length is used."""
    return bytes(_HEADER - 2) + len(body).to_bytes(2, "big") + body


def _record(data: Bytes, header: int) -> tuple[int, bytes]:
    """Where the record with a header at this offset ends, and its content."""
    begin = header + _HEADER
    end = begin + int.from_bytes(data[begin - 2 : begin], "big")
    return end, bytes(data[begin:end])


def _joined(data: Bytes, header: int, end: int, nonce: int, tag: int) -> tuple[bytes, int]:
    """The first bytes of a record and, if it is short, of those after it; and how many records that are."""
    head, count = b"", 0
    while len(head) < HEAD and header < end:
        header, body = _record(data, header)
        head += body[nonce : max(len(body) - tag, 0)][:HEAD]
        count += 1
    return head[:HEAD], count


def _compressed_records(data: Bytes, start: int, end: int, nonce: int, tag: int) -> tuple[list[tuple[int, int]], int]:
    """Where records begin in which a stream may begin, and of which kinds; and where one may that goes on."""
    compiled = core()
    if compiled is None:
        return _slowly(data, start, end, nonce, tag)
    found: list[tuple[int, int]] = []
    at, last, numbers = start, ctypes.c_uint64(start), _FOUND
    while at < end:
        bounds = ctypes.c_uint64(at), ctypes.c_uint64(end), ctypes.c_uint64(nonce), ctypes.c_uint64(tag)
        count = compiled.compressed_records(
            pointer(data), *bounds, numbers, ctypes.c_uint64(_MOST_FOUND), ctypes.byref(last)
        )
        found += [(number >> len(KINDS), number & ANY) for number in numbers[:count]]
        at = _record(data, found[-1][0])[0] if count == _MOST_FOUND else end
    return found, min(last.value, end)


def _slowly(data: Bytes, start: int, end: int, nonce: int, tag: int) -> tuple[list[tuple[int, int]], int]:
    found, headers = [], []
    while start < end:
        headers.append(start)
        head, _ = _joined(data, start, end, nonce, tag)
        kinds = sum(kind for kind in KINDS if may_begin(head, kind))
        if kinds:
            found.append((start, kinds))
        start, _ = _record(data, start)
    return found, next((at for at in headers if end - at < 2 * HEAD), end)
