"""What the datagrams of one direction of a flow are: each is looked at for itself, and content decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.content import search_bytes
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import OPAQUE, TEXT, Fallback
from overheard_capture.decoders.short import UNKNOWN, classify
from overheard_capture.identify.protocols import OF_DATAGRAMS

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import DatagramReader
    from overheard_capture.identify.protocols import Datagrams
    from overheard_capture.provenance.origin import Origin


class DatagramIdentifier:
    """Reads the datagrams of one direction as they come."""

    __slots__ = ("_findings", "_readers", "_usual")

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._readers: dict[str, DatagramReader] = {}
        # What the last one was: the next is likely to be the same.
        self._usual: tuple[str, Datagrams] | None = None

    def datagram(self, data: bytes | bytearray | memoryview, origin: Origin) -> None:
        """Read one more."""
        if not len(data):
            return
        held = bytes(data)
        search_bytes(self._findings, (), held, origin)
        if self._is_known(held, origin):
            return
        is_text = classify(held)
        if is_text is None:
            plain = Fallback(self._findings, ())
            plain.feed(held, origin)
            plain.close()
            return
        self._findings.read[TEXT if is_text else OPAQUE] += len(held)
        if not is_text:
            self._findings.unread(Reason.OPAQUE, UNKNOWN)

    def _is_known(self, data: bytes, origin: Origin) -> bool:
        if self._usual and self._is(*self._usual, data, origin):
            return True
        for row in OF_DATAGRAMS:
            name, datagrams = row
            possible = data[0] in datagrams.begins or name in self._readers
            if possible and row is not self._usual and self._is(name, datagrams, data, origin):
                self._usual = row
                return True
        return False

    def _is(self, name: str, datagrams: Datagrams, data: bytes, origin: Origin) -> bool:
        reader = self._readers.get(name) or datagrams.reader(self._findings)
        if not reader.datagram(data, origin):
            return False
        self._readers[name] = reader
        if datagrams.counts:
            self._findings.identify_as(name)
            self._findings.read[name] += len(data)
        return True

    def close(self) -> None:
        """There is no more to come."""
        for reader in self._readers.values():
            reader.close()
