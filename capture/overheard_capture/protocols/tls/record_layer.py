"""The record layer of one direction of TLS. Every byte is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import OPAQUE, Fallback
from overheard_capture.protocols.tls.direction_state import DataRecord
from overheard_capture.protocols.tls.record_types import APPLICATION_DATA, READ_AS
from overheard_capture.protocols.tls.records import (
    HEADER_LENGTH,
    Skipped,
    data_lengths,
    parse_header,
    skip_records,
)
from overheard_capture.protocols.tls.state_machine import TlsStateMachine
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin


class TlsReader:
    """Reads a direction. `begins` is the offset at which TLS begins. With `after_gap`, bytes before it are missing."""

    def __init__(self, findings: Findings, layers: Layers, begins: int = 0, *, after_gap: bool = False) -> None:
        self._findings = findings
        self._layers = layers
        self._machine = TlsStateMachine(findings, layers)
        self.direction = self._machine.direction
        self.direction.begins = begins
        # An incomplete record, or part of its header; and the number of bytes to wait for.
        self._pending = ByteQueue()
        self._needed = HEADER_LENGTH
        # The number of remaining bytes of a record that is skipped, and what they are counted as.
        self._remaining = 0
        self._skipped_as = READ_AS[APPLICATION_DATA]
        self._position = begins
        # The reader of the bytes after the records; and whether record boundaries are lost.
        self._fallback: Fallback | None = None
        self._desynchronised = self._closed = False
        if after_gap:
            self._machine.problem("TLS with its beginning missing", Reason.GAP)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read `data`, which comes from `origin`."""
        view, at = memoryview(data), 0
        if view.readonly:
            # The compiled part takes no others.
            view = memoryview(bytearray(view))
        while at < len(view):
            if self._fallback:
                self._fallback.feed(view[at:], origin.after(at))
                return
            if self._desynchronised:
                self._count(OPAQUE, len(view) - at)
                return
            at = self._step(view, at, origin)

    def _step(self, data: memoryview, at: int, origin: Origin) -> int:
        """Read some bytes from `at` on. Returns the offset after them."""
        if self._remaining:
            return at + self._pass_over(len(data) - at)
        if not self._pending:
            after = self._read_some(data, at, origin)
            if after > at:
                return after
        return at + self._gather(data[at:], origin.after(at))

    def _read_some(self, data: memoryview, at: int, origin: Origin) -> int:
        if not self._machine.needs_bodies and (after := self._skip(data, at, origin)) > at:
            return after
        return self._read_data(data, at, origin) or self._read_whole(data, at, origin)

    def _count(self, what: str, number: int) -> None:
        self._findings.read[what] += number
        self._position += number

    def _pass_over(self, available: int) -> int:
        step = min(self._remaining, available)
        self._remaining -= step
        self._count(self._skipped_as, step)
        return step

    def _skip(self, data: memoryview, at: int, origin: Origin) -> int:
        """Skip complete application data records from `at` on, only to count them. Returns the offset after them."""
        machine = self._machine
        check = machine.check_body if machine.checks_bodies else None
        skipped = skip_records(data, at, len(data), check)
        after = skipped.after
        if skipped.records:
            version = int.from_bytes(data[at + 1 : at + 3], "big")
            frame = origin.frame(after - skipped.last - HEADER_LENGTH)
            machine.skip_data(version, skipped, DataRecord(skipped.last, frame))
            if check:
                machine.check_records(data, at, after, skipped.records, origin)
            self._count(READ_AS[APPLICATION_DATA], after - at)
        return after

    def _read_data(self, data: memoryview, at: int, origin: Origin) -> int:
        """Read complete application data records from `at` on. Returns the offset after them; 0 if there are none."""
        most = self._machine.fast_path_records
        lengths = data_lengths(data, at, len(data), most) if most else []
        if not lengths:
            return 0
        after = at + sum(lengths) + HEADER_LENGTH * len(lengths)
        self._machine.data(lengths, data, at, after, origin)
        self._count(READ_AS[APPLICATION_DATA], after - at)
        return after

    def _read_whole(self, data: memoryview, at: int, origin: Origin) -> int:
        """Read the record at `at`, if it is complete. Returns the offset after it."""
        body = at + HEADER_LENGTH
        found = parse_header(data[at:body]) if body <= len(data) else None
        if found is None or body + found[2] > len(data):
            return at
        kind, version, length = found
        self._count(READ_AS[kind], HEADER_LENGTH + length)
        frame = origin.frame(at)
        self._machine.take(kind, version, frame, bytes(data[body : body + length]), origin.after(body))
        return body + length

    def _gather(self, data: memoryview, origin: Origin) -> int:
        step = min(self._needed - len(self._pending), len(data))
        self._pending.add(data[:step], origin)
        if len(self._pending) == self._needed:
            if self._needed == HEADER_LENGTH:
                self._begin()
            else:
                self._take()
        return step

    def _begin(self) -> None:
        """The header of a record is complete."""
        found = parse_header(self._pending.data)
        if found is None:
            self._begin_fallback()
            return
        kind, version, length = found
        if kind == APPLICATION_DATA and not (self._machine.needs_bodies or self._machine.checks_bodies):
            self._machine.skip_data(version, Skipped(0, 1, length, length, length, 1), DataRecord(length, self._frame))
            self._skip_body(kind, length)
        else:
            self._needed = HEADER_LENGTH + length

    @property
    def _frame(self) -> int:
        """The frame in which the pending record begins."""
        return self._pending.origin.frame(0)

    def _skip_body(self, kind: int, remaining: int) -> None:
        """Count the bytes of a record, now and as the rest arrives, without reading its body."""
        self._skipped_as = READ_AS[kind]
        self._count(self._skipped_as, len(self._pending))
        self._pending.drop(len(self._pending))
        self._remaining, self._needed = remaining, HEADER_LENGTH

    def _take(self) -> None:
        """A record is complete."""
        kind, version, _ = parse_header(self._pending.data) or (0, 0, 0)
        frame = self._frame
        self._count(READ_AS[kind], len(self._pending))
        self._needed = HEADER_LENGTH
        self._pending.drop(HEADER_LENGTH)
        body, origin = self._pending.take(len(self._pending))
        self._machine.take(kind, version, frame, body, origin)

    def _begin_fallback(self) -> Fallback:
        """There is no record where one should begin."""
        words = "plain text" if self._pending.data.isascii() else "other data"
        self._machine.problem(f"{words} after TLS records", Reason.DAMAGED, f" at byte {self._position}")
        self._fallback = Fallback(self._findings, self._layers)
        self._fallback.feed(*self._pending.take(len(self._pending)))
        return self._fallback

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        if self._fallback:
            self._fallback.gap(length)
            return
        self._machine.problem("TLS with bytes missing", Reason.GAP, f" at byte {self._position + len(self._pending)}")
        if self._needed > HEADER_LENGTH and self._needed > len(self._pending):
            kind, _, whole = parse_header(self._pending.data) or (0, 0, 0)
            remaining = self._needed - len(self._pending)
            self._machine.take_truncated(kind, whole, self._frame, min(length, remaining))
            self._skip_body(kind, remaining)
        if length > self._remaining:
            self._lose_sync()
        self._remaining -= min(length, self._remaining)
        self._position += length

    def _lose_sync(self) -> None:
        """Record boundaries are lost."""
        self._desynchronised = True
        self._count(OPAQUE, len(self._pending))
        self._pending.drop(len(self._pending))

    def close(self) -> None:
        """The direction has ended."""
        if self._closed:
            return
        self._closed = True
        if self._remaining or self._needed > HEADER_LENGTH:
            self._machine.problem("a truncated TLS record")
        if self._fallback:
            self._fallback.close()
        elif self._needed > HEADER_LENGTH:
            self._skip_body((parse_header(self._pending.data) or (0,))[0], 0)
        elif self._pending:
            self._begin_fallback().close()
        self._machine.close()
