"""What the datagrams of one direction of a flow are: each is looked at for itself, and content decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from overheard_capture.content.content import look_at
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import OPAQUE, TEXT, Fallback
from overheard_capture.decoders.short import NEITHER, glance
from overheard_capture.protocols.dns.reader import read_dns
from overheard_capture.protocols.gelf import Gelf
from overheard_capture.protocols.tftp import Tftp

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin


class DatagramProtocol(Protocol):
    """Reads the datagrams of one kind."""

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram; or say that it is none of this kind."""

    def close(self) -> None:
        """There is no more to come."""


class _Dns:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def datagram(self, data: bytes, origin: Origin) -> bool:
        return read_dns(self._findings, (), data, origin)

    def close(self) -> None:
        """Nothing is kept."""


def _dtls(findings: Findings) -> DatagramProtocol:
    from overheard_capture.protocols.tls.dtls import DtlsReader  # noqa: PLC0415  (few datagrams are)

    return DtlsReader(findings)


def _quic(findings: Findings) -> DatagramProtocol:
    from overheard_capture.protocols.quic.reader import QuicReader  # noqa: PLC0415  (the same)

    return QuicReader(findings)


class _DatagramRow(NamedTuple):
    """A kind: its name, who reads it, and which first bytes the first may have. Some count and name themselves."""

    name: str
    reader: Callable[[Findings], DatagramProtocol]
    begins: frozenset[int]
    counts: bool = True


# In the order in which a datagram is offered to them.
_ROWS = (
    # With a type; what has only a few bits for a head comes later (RFC 9147, 4.1).
    _DatagramRow("DTLS", _dtls, frozenset(range(20, 27)), counts=False),
    # A long head, or a short one of a connection that is known (RFC 9000, 17).
    _DatagramRow("QUIC", _quic, frozenset(range(0x40, 256)), counts=False),
    _DatagramRow("DNS", _Dns, frozenset(range(256))),
    _DatagramRow("TFTP", Tftp, frozenset({0})),
    _DatagramRow("GELF", Gelf, frozenset({0x1E})),
)


class DatagramReader:
    """Reads the datagrams of one direction as they come."""

    __slots__ = ("_findings", "_readers", "_usual")

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._readers: dict[str, DatagramProtocol] = {}
        # What the last one was: the next is likely to be the same.
        self._usual: _DatagramRow | None = None

    def datagram(self, data: bytes | bytearray | memoryview, origin: Origin) -> None:
        """Read one more."""
        if not len(data):
            return
        held = bytes(data)
        look_at(self._findings, (), held, origin)
        if self._is_known(held, origin):
            return
        is_text = glance(held)
        if is_text is None:
            plain = Fallback(self._findings, ())
            plain.feed(held, origin)
            plain.close()
            return
        self._findings.read[TEXT if is_text else OPAQUE] += len(held)
        if not is_text:
            self._findings.unread(Reason.OPAQUE, NEITHER)

    def _is_known(self, data: bytes, origin: Origin) -> bool:
        if self._usual and self._is(self._usual, data, origin):
            return True
        for row in _ROWS:
            possible = data[0] in row.begins or row.name in self._readers
            if possible and row is not self._usual and self._is(row, data, origin):
                self._usual = row
                return True
        return False

    def _is(self, row: _DatagramRow, data: bytes, origin: Origin) -> bool:
        reader = self._readers.get(row.name) or row.reader(self._findings)
        if not reader.datagram(data, origin):
            return False
        self._readers[row.name] = reader
        if row.counts:
            self._findings.is_a(row.name)
            self._findings.read[row.name] += len(data)
        return True

    def close(self) -> None:
        """There is no more to come."""
        for reader in self._readers.values():
            reader.close()
