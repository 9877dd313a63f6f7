"""The record layer of TLS, one direction: every byte is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import OPAQUE, Fallback
from overheard_capture.protocols.tls.direction import DataRecord
from overheard_capture.protocols.tls.records import APPLICATION_DATA, HEAD, READ_AS, head, skip_records
from overheard_capture.protocols.tls.state_machine import LOOKED_AT, TlsStateMachine
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Bytes, Origin


class TlsReader:
    """Reads one direction. `begins` is where in the direction TLS does; `torn` whether bytes before it are missing."""

    def __init__(self, findings: Findings, layers: Layers, begins: int = 0, *, torn: bool = False) -> None:
        self._findings = findings
        self._layers = layers
        self._machine = TlsStateMachine(findings, layers)
        self.side = self._machine.side
        self.side.begins = begins
        # A record that is not complete yet, or part of its head; and the length that it has to reach.
        self._pending = ByteQueue()
        self._wanted = HEAD
        # The bytes to come of a record whose body is not looked at, and what they count as.
        self._left = 0
        self._passing = READ_AS[APPLICATION_DATA]
        self._position = begins
        # Reads what follows the records; and whether it is unknown where the next record begins.
        self._rest: Fallback | None = None
        self._lost = self._closed = False
        if torn:
            self._machine.problem("TLS whose beginning is missing", Reason.GAP)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        view = memoryview(data)
        at = 0
        while at < len(view):
            if self._rest:
                self._rest.feed(view[at:], origin.after(at))
                return
            if self._lost:
                self._count(OPAQUE, len(view) - at)
                return
            at = self._go_on(view, at, origin)

    def _go_on(self, data: memoryview, at: int, origin: Origin) -> int:
        """Read a step further, and return how far."""
        if self._left:
            return at + self._pass_over(len(data) - at)
        if not self._pending:
            after = self._read_some(data, at, origin)
            if after > at:
                return after
        return at + self._gather(data[at:], origin.after(at))

    def _read_some(self, data: memoryview, at: int, origin: Origin) -> int:
        if not self._machine.bodies_matter:
            return self._skip(data, at, origin)
        return self._read_data(data, at, origin) or self._read_whole(data, at, origin)

    def _count(self, what: str, number: int) -> None:
        self._findings.read[what] += number
        self._position += number

    def _pass_over(self, available: int) -> int:
        step = min(self._left, available)
        self._left -= step
        self._count(self._passing, step)
        return step

    def _skip(self, data: memoryview, at: int, origin: Origin) -> int:
        after, count, total, last = skip_records(data, at, len(data))
        if count:
            version = int.from_bytes(data[at + 1 : at + 3], "big")
            frame = origin.frame(after - last - HEAD)
            self._machine.passed(version, count, total, DataRecord(last, frame))
            self._count(READ_AS[APPLICATION_DATA], after - at)
        return after

    def _read_data(self, data: memoryview, at: int, origin: Origin) -> int:
        """Read the complete records of application data that begin here. Return where they end, or 0 for none."""
        begins, latest, said = at, len(data) - HEAD, self._machine
        for _ in range(said.only_data):
            found = head(data[at : at + HEAD]) if at <= latest else None
            if found is None or found[0] != APPLICATION_DATA or at + HEAD + found[2] > len(data):
                break
            _, version, length = found
            body = at + HEAD
            said.data(version, DataRecord(length, origin.frame(at)), bytes(data[body : body + min(length, LOOKED_AT)]))
            at = body + length
        if at == begins:
            return 0
        self._count(READ_AS[APPLICATION_DATA], at - begins)
        return at

    def _read_whole(self, data: memoryview, at: int, origin: Origin) -> int:
        """Read the record that begins here, if it is complete."""
        body = at + HEAD
        found = head(data[at:body]) if body <= len(data) else None
        if found is None or body + found[2] > len(data):
            return at
        kind, version, length = found
        self._count(READ_AS[kind], HEAD + length)
        frame = origin.frame(at)
        self._machine.take(kind, version, frame, bytes(data[body : body + length]), origin.after(body))
        return body + length

    def _gather(self, data: memoryview, origin: Origin) -> int:
        step = min(self._wanted - len(self._pending), len(data))
        self._pending.add(data[:step], origin)
        if len(self._pending) == self._wanted:
            if self._wanted == HEAD:
                self._begin()
            else:
                self._take()
        return step

    def _begin(self) -> None:
        """The head of a record is complete."""
        found = head(self._pending.data)
        if found is None:
            self._break_off()
            return
        kind, version, length = found
        if kind == APPLICATION_DATA and not self._machine.bodies_matter:
            self._machine.passed(version, 1, length, DataRecord(length, self._frame))
            self._let_pass(kind, length)
        else:
            self._wanted = HEAD + length

    @property
    def _frame(self) -> int:
        """The frame in which the pending record begins."""
        return self._pending.origin.frame(0)

    def _let_pass(self, kind: int, left: int) -> None:
        """Count what is there of a record, and later what is still to come of it, without a look at its body."""
        self._passing = READ_AS[kind]
        self._count(self._passing, len(self._pending))
        self._pending.drop(len(self._pending))
        self._left, self._wanted = left, HEAD

    def _take(self) -> None:
        """A record is complete."""
        kind, version, _ = head(self._pending.data) or (0, 0, 0)
        frame = self._frame
        self._count(READ_AS[kind], len(self._pending))
        self._wanted = HEAD
        self._pending.drop(HEAD)
        body, origin = self._pending.take(len(self._pending))
        self._machine.take(kind, version, frame, body, origin)

    def _break_off(self) -> Fallback:
        """There is no record where one should begin."""
        words = "plain text" if self._pending.data.isascii() else "something else"
        self._machine.problem(f"{words} after TLS records", Reason.DAMAGED, f" at byte {self._position}")
        self._rest = Fallback(self._findings, self._layers)
        self._rest.feed(*self._pending.take(len(self._pending)))
        return self._rest

    def gap(self, length: int) -> None:
        """Bytes are missing here."""
        if self._rest:
            self._rest.gap(length)
            return
        self._machine.problem("TLS with bytes missing", Reason.GAP, f" at byte {self._position + len(self._pending)}")
        if self._wanted > HEAD and self._wanted > len(self._pending):
            kind, _, whole = head(self._pending.data) or (0, 0, 0)
            left = self._wanted - len(self._pending)
            self._machine.torn(kind, whole, self._frame, min(length, left))
            self._let_pass(kind, left)
        if length > self._left:
            self._lose()
        self._left -= min(length, self._left)
        self._position += length

    def _lose(self) -> None:
        """Give up on records: where the next one begins is unknown."""
        self._lost = True
        self._count(OPAQUE, len(self._pending))
        self._pending.drop(len(self._pending))

    def close(self) -> None:
        """There is no more to come."""
        if self._closed:
            return
        self._closed = True
        if self._left or self._wanted > HEAD:
            self._machine.problem("a TLS record that breaks off")
        if self._rest:
            self._rest.close()
        elif self._wanted > HEAD:
            self._let_pass((head(self._pending.data) or (0,))[0], 0)
        elif self._pending:
            self._break_off().close()
        self._machine.close()
