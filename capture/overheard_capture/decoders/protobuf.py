"""Protocol Buffers messages, decoded without their schema. Their length-delimited fields are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.text_detector import looks_like_text
from overheard_capture.decoders.short import ShortReader
from overheard_capture.provenance.origin import joined
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# Wire types, and the lengths of those without a length prefix.
_VARINT, _LEN = 0, 2
_LENGTHS = {_VARINT: 0, 1: 8, 5: 4}
_MAX_DEPTH = 32
_MAX_FIELDS = 100_000
# Encrypted data is at least this long.
_MIN_ENCRYPTED = 16
# How much of a message is buffered. A larger one is more likely a file than fields.
_MAX_SIZE = 1 << 20


class NotProtobufError(Exception):
    """These bytes are not a message."""


class ProtobufFields(NamedTuple):
    """The (start, end) of the length-delimited fields of a message and its nested messages: text fields, and others."""

    texts: list[tuple[int, int]]
    others: list[tuple[int, int]]


def fields(data: bytes) -> ProtobufFields:
    """The length-delimited fields of a message. Raises NotProtobufError."""
    collected = _FieldCollector()
    found = collected.collect(data, 0, len(data), 0)
    found.texts.sort()
    found.others.sort()
    return found


def message_fields(data: bytes) -> list[tuple[tuple[int, ...], int, int]]:
    """The numbers that lead to each length-delimited field of a message and of nested ones, and its start and end."""
    collector = _FieldCollector()
    found: list[tuple[tuple[int, ...], int, int]] = []
    pending: list[tuple[tuple[int, ...], int, int]] = [((), 0, len(data))]
    while pending:
        path, begins, ends = pending.pop()
        try:
            inside = [((*path, number), start, end) for number, start, end in collector.len_fields(data, begins, ends)]
        except NotProtobufError:
            continue
        found += inside
        pending += inside if len(path) < _MAX_DEPTH else ()
    return found


class _FieldCollector:
    """Collects the fields of nested messages, up to a total number of fields."""

    def __init__(self) -> None:
        self._fields_left = _MAX_FIELDS

    def collect(self, data: bytes, begins: int, ends: int, depth: int) -> ProtobufFields:
        if depth > _MAX_DEPTH:
            raise NotProtobufError
        found = ProtobufFields([], [])
        plausible = ends - begins < _MIN_ENCRYPTED
        for _, start, end in self.len_fields(data, begins, ends):
            field = start, end
            if looks_like_text(data[slice(*field)]):
                found.texts.append(field)
                continue
            try:
                inside = self.collect(data, *field, depth + 1)
            except NotProtobufError:
                found.others.append(field)
            else:
                plausible = True
                found.texts.extend(inside.texts)
                found.others.extend(inside.others)
        # Encrypted data may parse as a message of numbers, but hardly as one with text fields.
        if not plausible and not found.texts:
            raise NotProtobufError
        return found

    def len_fields(self, data: bytes, at: int, ends: int) -> list[tuple[int, int, int]]:
        """The number, start and end of the length-delimited fields of one message. Raises NotProtobufError."""
        found = []
        while at < ends:
            self._fields_left -= 1
            tag, at = _varint(data, at, ends)
            if not 0 < tag >> 3 < 1 << 29 or self._fields_left < 0:
                raise NotProtobufError
            length = _LENGTHS.get(tag & 7, -1)
            if tag & 7 == _LEN:
                length, at = _varint(data, at, ends)
                if length:
                    found.append((tag >> 3, at, at + length))
            elif tag & 7 == _VARINT:
                _, at = _varint(data, at, ends)
            elif length < 0:
                raise NotProtobufError
            at += length
        if at > ends:
            raise NotProtobufError
        return found


def _varint(data: bytes, at: int, ends: int) -> tuple[int, int]:
    number = shift = 0
    while at < ends and shift < 70:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7
    raise NotProtobufError


class Protobuf:
    """Reads one message. Data that is not a message is read as untyped."""

    def __init__(
        self, findings: Findings, layers: Layers, found: Callable[[bytes, Origin], None] | None = None
    ) -> None:
        self._findings = findings
        self._layers = layers
        # Called with a message that is complete.
        self._found = found
        self._pending = ByteQueue()
        self._fallback: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        if self._fallback:
            self._fallback.feed(data, origin)
            return
        self._pending.add(data, origin)
        if len(self._pending) > min(_MAX_SIZE, self._findings.limits.size):
            self._use_fallback()

    def _use_fallback(self) -> Reader:
        if not self._fallback:
            self._fallback = ShortReader(self._findings, self._layers)
            if len(self._pending):
                self._fallback.feed(*self._pending.take(len(self._pending)))
        return self._fallback

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._use_fallback().gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        if not self._fallback:
            data, origin = self._pending.take(len(self._pending))
            try:
                self._read(data, origin, fields(data))
            except NotProtobufError:
                self._read(data, origin, ProtobufFields([], [(0, len(data))]))
            if self._found:
                self._found(data, origin)
        else:
            self._fallback.close()

    def _read(self, data: bytes, origin: Origin, found: ProtobufFields) -> None:
        """Read all text fields as one untyped content, and each other field as one of its own."""
        parts = [(begins, min(ends + 1, len(data))) for begins, ends in found.texts]
        text = b"".join(data[begins:ends] + b"\n" for begins, ends in found.texts)
        self._read_one(text[: sum(ends - begins for begins, ends in parts)], joined((origin, *part) for part in parts))
        for begins, ends in found.others:
            self._read_one(data[begins:ends], origin.after(begins))

    def _read_one(self, data: bytes, origin: Origin) -> None:
        if data:
            reader = ShortReader(self._findings, self._layers)
            reader.feed(data, origin)
            reader.close()
