"""Identification of datagrams: each datagram of a direction is identified by its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.content import search_bytes
from overheard_capture.content.findings import UNKNOWN_FORMAT, MessageKind, Reason
from overheard_capture.decoders.fallback import OPAQUE, TEXT, Fallback
from overheard_capture.decoders.message_pieces import add_row
from overheard_capture.decoders.message_values import LONGEST
from overheard_capture.decoders.short import classify
from overheard_capture.identify.guesses import guess
from overheard_capture.identify.protocols import INFRASTRUCTURE, OF_DATAGRAMS

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import DatagramReader
    from overheard_capture.identify.protocols import Datagrams
    from overheard_capture.provenance.origin import Origin


class DatagramIdentifier:
    """Identifies and reads the datagrams of one direction.

    `expected` is the name of the protocol that a header declares, such as that of IP. It is tried first.
    """

    __slots__ = ("_findings", "_last_protocol", "_readers")

    def __init__(self, findings: Findings, expected: str = "") -> None:
        self._findings = findings
        self._readers: dict[str, DatagramReader] = {}
        # The protocol of the last datagram. It is tried first.
        self._last_protocol: tuple[str, Datagrams] | None = next(
            (row for row in OF_DATAGRAMS if row[0] == expected), None
        )

    def datagram(self, data: bytes | bytearray | memoryview, origin: Origin) -> None:
        """Read a datagram."""
        if not len(data):
            return
        payload = bytes(data)
        search_bytes(self._findings, (), payload, origin)
        if self._identify(payload, origin):
            return
        if self._findings.messages and len(payload) <= LONGEST:
            self._findings.messages.add(payload, origin.place(0, len(payload)), (), MessageKind.DATAGRAM)
        is_text = classify(payload, self._findings)
        if is_text is None:
            plain = Fallback(self._findings, ())
            plain.feed(payload, origin)
            plain.close()
            return
        self._findings.read[TEXT if is_text else OPAQUE] += len(payload)
        if not is_text:
            self._findings.report_unread(Reason.OPAQUE, guess(payload) or UNKNOWN_FORMAT)

    def _identify(self, data: bytes, origin: Origin) -> bool:
        if self._last_protocol and self._try(*self._last_protocol, data, origin):
            return True
        for row in OF_DATAGRAMS:
            name, datagrams = row
            candidate = data[0] in datagrams.first_bytes or name in self._readers
            if candidate and row is not self._last_protocol and self._try(name, datagrams, data, origin):
                self._last_protocol = row
                return True
        return False

    def _try(self, name: str, datagrams: Datagrams, data: bytes, origin: Origin) -> bool:
        reader = self._readers.get(name) or datagrams.reader(self._findings)
        if not reader.datagram(data, origin):
            return False
        self._readers[name] = reader
        if name in INFRASTRUCTURE:
            add_row(self._findings, data, origin, name)
        if datagrams.counts:
            self._findings.identify_as(name)
            self._findings.read[name] += len(data)
        return True

    def close(self) -> None:
        """The direction has ended."""
        for reader in self._readers.values():
            reader.close()
