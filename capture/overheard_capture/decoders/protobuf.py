"""Messages of Protocol Buffers: fields with numbers for names, which nobody can tell apart without the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layers
from overheard_capture.content.text_detector import seems_text
from overheard_capture.decoders.short import Short
from overheard_capture.provenance.origin import joined
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

# What a field is, and how many bytes it has where that is not said.
_VARINT, _BYTES = 0, 2
_LENGTHS = {_VARINT: 0, 1: 8, 5: 4}
_DEEPEST = 32
_MOST_FIELDS = 100_000
# Nothing that is encrypted is shorter.
_SHORT = 16
# How much is waited for of a message. A larger one is more likely a file than fields.
_MOST = 1 << 20


class NotProtobufError(Exception):
    """These bytes are no message."""


class ProtobufFields(NamedTuple):
    """Where the fields of a message stand, and of those inside of it: those that are text, and those that are not."""

    texts: list[tuple[int, int]]
    others: list[tuple[int, int]]


def fields(data: bytes) -> ProtobufFields:
    """The fields of a message that hold bytes. Raises NoMessageError."""
    collected = _FieldCollector()
    found = collected.look(data, 0, len(data), 0)
    found.texts.sort()
    found.others.sort()
    return found


class _FieldCollector:
    """Looks through messages, one inside the other, up to a number of fields."""

    def __init__(self) -> None:
        self._left = _MOST_FIELDS

    def look(self, data: bytes, begins: int, ends: int, depth: int) -> ProtobufFields:
        if depth > _DEEPEST:
            raise NotProtobufError
        found = ProtobufFields([], [])
        earnest = ends - begins < _SHORT
        for stretch in self._stretches(data, begins, ends):
            if seems_text(data[slice(*stretch)]):
                found.texts.append(stretch)
                continue
            try:
                inside = self.look(data, *stretch, depth + 1)
            except NotProtobufError:
                found.others.append(stretch)
            else:
                earnest = True
                found.texts.extend(inside.texts)
                found.others.extend(inside.others)
        # What is encrypted may look like a message of numbers, but hardly like one with texts.
        if not earnest and not found.texts:
            raise NotProtobufError
        return found

    def _stretches(self, data: bytes, at: int, ends: int) -> list[tuple[int, int]]:
        """The fields of one message that hold bytes."""
        found = []
        while at < ends:
            self._left -= 1
            tag, at = _varint(data, at, ends)
            if not 0 < tag >> 3 < 1 << 29 or self._left < 0:
                raise NotProtobufError
            length = _LENGTHS.get(tag & 7, -1)
            if tag & 7 == _BYTES:
                length, at = _varint(data, at, ends)
                if length:
                    found.append((at, at + length))
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
    """Reads one message. What turns out to be none is read by a leaf."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._waiting = ByteQueue()
        self._leaf: Reader | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if self._leaf:
            self._leaf.feed(data, origin)
            return
        self._waiting.add(data, origin)
        if len(self._waiting) > min(_MOST, self._findings.limits.size):
            self._let_leaf_read()

    def _let_leaf_read(self) -> Reader:
        if not self._leaf:
            self._leaf = Short(self._findings, self._layers)
            if len(self._waiting):
                self._leaf.feed(*self._waiting.take(len(self._waiting)))
        return self._leaf

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        self._let_leaf_read().gap(length)

    def close(self) -> None:
        """The message is over."""
        if not self._leaf:
            data, origin = self._waiting.take(len(self._waiting))
            try:
                self._read(data, origin, fields(data))
            except NotProtobufError:
                self._read(data, origin, ProtobufFields([], [(0, len(data))]))
        else:
            self._leaf.close()

    def _read(self, data: bytes, origin: Origin, found: ProtobufFields) -> None:
        """Let a leaf read all texts, and one each of the others."""
        parts = [(begins, min(ends + 1, len(data))) for begins, ends in found.texts]
        text = b"".join(data[begins:ends] + b"\n" for begins, ends in found.texts)
        self._read_one(text[: sum(ends - begins for begins, ends in parts)], joined((origin, *part) for part in parts))
        for begins, ends in found.others:
            self._read_one(data[begins:ends], origin.after(begins))

    def _read_one(self, data: bytes, origin: Origin) -> None:
        if data:
            reader = Short(self._findings, self._layers)
            reader.feed(data, origin)
            reader.close()
