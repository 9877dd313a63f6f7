"""DTLS as one side sends it, datagram by datagram (RFC 6347, RFC 9147), with every byte accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.protocols.tls import records
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.direction import DataRecord, tls_of
from overheard_capture.protocols.tls.fragments import HandshakeFragments, put_together
from overheard_capture.protocols.tls.listener import TlsListener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("TLS handshake")
_WITH_CONNECTION, _ACK, _UNIFIED = 25, 26, 0x20
_READ_AS = {kind: f"D{name}" for kind, name in records.READ_AS.items()}
_READ_AS |= {_WITH_CONNECTION: "DTLS application data", _ACK: "DTLS ack", _UNIFIED: "DTLS application data"}
_NEWEST = (_ACK, _UNIFIED)
_VERSIONS = {0xFEFF, 0xFEFD}
# Of a record without a head of its own the shortest there is: a tag.
_TAG = 16


class _DtlsRecord(NamedTuple):
    kind: int
    version: int
    epoch: int
    # Where its head begins, its content does, and it ends.
    begins: int
    start: int
    end: int


class DtlsReader:
    """Reads the datagrams of one direction. `datagram` says whether one is DTLS."""

    def __init__(self, findings: Findings, layers: Layers = ()) -> None:
        self._findings = findings
        self._layers = layers
        self._listener: TlsListener | None = None
        self._fragments = HandshakeFragments()
        self._sealed: set[int] = set()

    def datagram(self, data: bytes | memoryview, origin: Origin) -> bool:
        """Read a datagram; False where it is none of DTLS."""
        view = memoryview(data)
        try:
            found = list(self._records(view))
        except TruncatedError:
            found = []
        if not found or (self._listener is None and any(each.kind == _UNIFIED for each in found)):
            if self._listener:
                self._listener.problem("a datagram that is no DTLS among those that are")
            return False
        self._listener = self._listener or TlsListener(self._findings, self._layers, _name)
        frame = origin.frame(0)
        for record in found:
            self._findings.read[_READ_AS[record.kind]] += record.end - record.begins
            self._listener.side.newest |= record.kind in _NEWEST
            body = bytes(view[record.start : record.end])
            self._take(self._listener, record, frame, body, origin.after(record.start))
        return True

    # ---- cutting records out

    def _records(self, data: memoryview) -> Iterator[_DtlsRecord]:
        """The records that make up a datagram. Raises CutShortError."""
        at = 0
        while at < len(data):
            record = self._unified(data, at) if data[at] & 0xE0 == _UNIFIED else self._with_head(data, at)
            if record.end > len(data) or record.end <= record.start:
                raise TruncatedError
            yield record
            at = record.end

    def _with_head(self, data: memoryview, at: int) -> _DtlsRecord:
        """Type, version, epoch and number, and length (RFC 6347, 4.1); before that, perhaps, a mark (RFC 9146, 4)."""
        cursor = Cursor(data[at:])
        kind, version, epoch, _ = (cursor.number(size) for size in (1, 2, 2, 6))
        mark = self._mark if kind == _WITH_CONNECTION else 0
        cursor.take(mark)
        length = cursor.number(2)
        if kind not in _READ_AS or version not in _VERSIONS or length > records.LONGEST:
            raise TruncatedError
        start = at + 13 + mark
        return _DtlsRecord(kind, version, epoch, at, start, start + length)

    def _unified(self, data: memoryview, at: int) -> _DtlsRecord:
        """Bits that say which of it are there: a mark, one or two bytes of a number, and a length (RFC 9147, 4)."""
        bits = data[at]
        start = at + 1 + (self._mark if bits & 0x10 else 0) + (2 if bits & 0x08 else 1)
        if not bits & 0x04:
            length = len(data) - start
        else:
            length = Cursor(data[start:]).number(2)
            start += 2
        if not _TAG <= length <= records.LONGEST:
            raise TruncatedError
        return _DtlsRecord(_UNIFIED, 0, bits & 3, at, start, start + length)

    @property
    def _mark(self) -> int:
        """How long the mark is that the other side asked for. Raises CutShortError where it did not."""
        both = self._findings.conversation.of(TlsConversation)
        own = tls_of(self._findings)
        asked_for = both.picked if own and own.is_client else both.asked
        if asked_for is None or asked_for.connection is None:
            raise TruncatedError
        return len(asked_for.connection)

    # ---- what records say

    def _take(self, listener: TlsListener, record: _DtlsRecord, frame: int, body: bytes, origin: Origin) -> None:
        if record.epoch == 0 and record.kind not in (_WITH_CONNECTION, _UNIFIED):
            self._take_clear(listener, record.kind, frame, body, origin)
        else:
            self._take_encrypted(listener, record, frame, len(body))

    def _take_clear(self, listener: TlsListener, kind: int, frame: int, body: bytes, origin: Origin) -> None:
        if kind == records.HANDSHAKE:
            self._take_handshake(listener, body, origin)
        elif kind == records.CHANGE_CIPHER_SPEC and body == b"\1":
            # It may come twice, where the other side seems not to have heard it.
            listener.side.changes, listener.side.encrypted = 1, True
        elif kind == records.ALERT and len(body) == 2:
            listener.side.alert(frame, body)
        elif kind != _ACK:
            listener.problem("DTLS records in clear that should not be")

    def _take_handshake(self, listener: TlsListener, body: bytes, origin: Origin) -> None:
        try:
            for pieces in self._fragments.add(body, origin):
                content = Content(self._findings, (*self._layers, LAYER), None, SearchScope.BOUNDARIES)
                for piece in pieces[1:]:
                    content.feed(piece.data, piece.origin)
                listener.said(*put_together(pieces))
        except TruncatedError:
            listener.problem("a DTLS handshake that makes no sense")

    def _take_encrypted(self, listener: TlsListener, record: _DtlsRecord, frame: int, length: int) -> None:
        side = listener.side
        side.encrypted = True
        if record.kind == _UNIFIED:
            side.data.add(DataRecord(length, frame))
            return
        side.versions.add(record.version)
        if record.epoch > 1:
            listener.problem("another DTLS handshake after the first")
        if record.kind == records.HANDSHAKE:
            # The last message may come twice; what is of another length is another.
            self._sealed.add(length)
            side.sealed = len(self._sealed)
            side.finished = side.finished or length
        elif record.kind == records.ALERT:
            side.longest_alert = max(side.longest_alert, length)
        elif record.kind in (records.APPLICATION_DATA, _WITH_CONNECTION):
            side.data.add(DataRecord(length, frame))
        else:
            listener.problem("DTLS records of a kind that has no place here")

    def close(self) -> None:
        """There is no more to come."""
        if self._listener:
            if self._fragments.open:
                self._listener.problem("a DTLS handshake message of which a part is missing", Reason.GAP)
            self._listener.close()


def _name(both: TlsConversation) -> str:
    return both.version or "DTLS"
