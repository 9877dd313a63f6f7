"""DTLS in one direction, one datagram at a time (RFC 6347, RFC 9147). Every byte is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.protocols.stun import is_stun
from overheard_capture.protocols.tls import record_types, srtp
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.direction_state import tls_of
from overheard_capture.protocols.tls.fragments import HandshakeFragments, reassemble
from overheard_capture.protocols.tls.listener import LAYER, TlsListener
from overheard_capture.protocols.tls.names import ALERTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

_TLS12_CID, _ACK, _UNIFIED = 25, 26, 0x20
_READ_AS = {kind: f"D{name}" for kind, name in record_types.READ_AS.items()}
_READ_AS |= {_TLS12_CID: "DTLS application data", _ACK: "DTLS ack", _UNIFIED: "DTLS application data"}
_DTLS_1_3 = (_ACK, _UNIFIED)
_ALERT_LEVELS = (1, 2)
_VERSIONS = {0xFEFF, 0xFEFD}
# The minimum length of a record without its own header: an authentication tag.
_TAG = 16


class _DtlsRecord(NamedTuple):
    kind: int
    version: int
    epoch: int
    # The offsets of its header, its content and its end.
    begins: int
    start: int
    end: int


class DtlsReader:
    """Reads the datagrams of one direction. `datagram` returns whether one is DTLS."""

    def __init__(self, findings: Findings, layers: Layers = ()) -> None:
        self._findings = findings
        self._layers = layers
        self._listener: TlsListener | None = None
        self._fragments = HandshakeFragments()
        self._encrypted_lengths: set[int] = set()
        self._srtp: srtp.SrtpPackets | None = None

    def datagram(self, data: bytes | memoryview, origin: Origin) -> bool:
        """Read a datagram; returns False if it is not DTLS."""
        view = memoryview(data)
        if self._listener and len(data) and data[0] in srtp.FIRST_BYTES and srtp.is_agreed(self._listener.conversation):
            self._srtp = self._srtp or srtp.SrtpPackets(self._findings, self._listener)
            return self._srtp.packet(bytes(data), origin)
        try:
            found = list(self._records(view))
        except TruncatedError:
            found = []
        if not found or (self._listener is None and any(each.kind == _UNIFIED for each in found)):
            if self._listener and not is_stun(bytes(data)):
                self._listener.problem("a datagram in a DTLS flow that is not DTLS")
            return False
        self._listener = self._listener or TlsListener(self._findings, self._layers, _name)
        frame = origin.frame(0)
        for record in found:
            self._findings.read[_READ_AS[record.kind]] += record.end - record.begins
            self._listener.direction.uses_dtls_1_3 |= record.kind in _DTLS_1_3
            body = bytes(view[record.start : record.end])
            self._take(self._listener, record, frame, body, origin.after(record.start))
        return True

    # ---- records

    def _records(self, data: memoryview) -> Iterator[_DtlsRecord]:
        """Yield the records that make up a datagram. Raises TruncatedError."""
        at = 0
        while at < len(data):
            record = self._unified_header(data, at) if data[at] & 0xE0 == _UNIFIED else self._full_header(data, at)
            if record.end > len(data) or record.end <= record.start:
                raise TruncatedError
            yield record
            at = record.end

    def _full_header(self, data: memoryview, at: int) -> _DtlsRecord:
        """Read type, version, epoch, sequence number (RFC 6347, 4.1), connection ID (RFC 9146, 4) and length."""
        cursor = Cursor(data[at:])
        kind, version, epoch, _ = (cursor.number(size) for size in (1, 2, 2, 6))
        cid_length = self._cid_length if kind == _TLS12_CID else 0
        cursor.take(cid_length)
        length = cursor.number(2)
        if kind not in _READ_AS or version not in _VERSIONS or length > record_types.MAX_RECORD:
            raise TruncatedError
        start = at + 13 + cid_length
        return _DtlsRecord(kind, version, epoch, at, start, start + length)

    def _unified_header(self, data: memoryview, at: int) -> _DtlsRecord:
        """Read a unified header: flags, connection ID, sequence number and length (RFC 9147, 4)."""
        bits = data[at]
        start = at + 1 + (self._cid_length if bits & 0x10 else 0) + (2 if bits & 0x08 else 1)
        if not bits & 0x04:
            length = len(data) - start
        else:
            length = Cursor(data[start:]).number(2)
            start += 2
        if not _TAG <= length <= record_types.MAX_RECORD:
            raise TruncatedError
        return _DtlsRecord(_UNIFIED, 0, bits & 3, at, start, start + length)

    @property
    def _cid_length(self) -> int:
        """The length of the connection ID that the peer requested. Raises TruncatedError if it requested none."""
        conversation = self._findings.conversation.of(TlsConversation)
        own = tls_of(self._findings)
        requested = conversation.server_hello if own and own.is_client else conversation.client_hello
        if requested is None or requested.connection is None:
            raise TruncatedError
        return len(requested.connection)

    # ---- contents of records

    def _take(self, listener: TlsListener, record: _DtlsRecord, frame: int, body: bytes, origin: Origin) -> None:
        if record.epoch == 0 and record.kind not in (_TLS12_CID, _UNIFIED):
            self._take_clear(listener, record.kind, frame, body, origin)
        else:
            self._take_encrypted(listener, record, frame, body, origin)

    def _take_clear(self, listener: TlsListener, kind: int, frame: int, body: bytes, origin: Origin) -> None:
        if kind == record_types.HANDSHAKE:
            self._take_handshake(listener, body, origin)
        elif kind == record_types.CHANGE_CIPHER_SPEC and body == b"\1":
            # ChangeCipherSpec is retransmitted if the peer seems to have missed it.
            listener.direction.change_cipher_specs, listener.direction.encrypted = 1, True
        elif kind == record_types.ALERT and len(body) == 2:
            listener.direction.alert(frame, body)
            if body[0] not in _ALERT_LEVELS or body[1] not in ALERTS:
                listener.problem("an unknown alert in clear")
        elif kind != _ACK:
            listener.problem("DTLS records in clear that must be encrypted")

    def _take_handshake(self, listener: TlsListener, body: bytes, origin: Origin) -> None:
        try:
            for pieces in self._fragments.add(body, origin):
                content = Content(self._findings, (*self._layers, LAYER), None, SearchScope.BOUNDARIES)
                for piece in pieces[1:]:
                    content.feed(piece.data, piece.origin)
                # Both sides have all messages before either sends data.
                if listener.direction.data.record_count:
                    listener.problem("a DTLS handshake message in clear after application data")
                listener.feed_handshake(*reassemble(pieces))
        except TruncatedError:
            listener.problem("a malformed DTLS handshake message")
        if self._fragments.contradicts:
            listener.problem("a DTLS handshake message that contradicts an earlier one")

    def _take_encrypted(
        self, listener: TlsListener, record: _DtlsRecord, frame: int, body: bytes, origin: Origin
    ) -> None:
        direction, length = listener.direction, len(body)
        listener.check_datagram(body, origin)
        direction.encrypted = True
        if record.kind == _UNIFIED:
            direction.data.add(length, frame)
            return
        direction.versions.add(record.version)
        if record.epoch > 1:
            listener.problem("a DTLS renegotiation")
        if record.kind == record_types.HANDSHAKE:
            # The last message may be retransmitted; a record of another length is another message.
            self._encrypted_lengths.add(length)
            direction.encrypted_handshakes = len(self._encrypted_lengths)
            direction.finished_length = direction.finished_length or length
        elif record.kind == record_types.ALERT:
            direction.alert_lengths.add(length)
        elif record.kind in (record_types.APPLICATION_DATA, _TLS12_CID):
            direction.data.add(length, frame)
        else:
            listener.problem("DTLS records of an unexpected type")

    def close(self) -> None:
        """The direction has ended."""
        if self._srtp:
            self._srtp.close()
        if self._listener:
            if self._fragments.incomplete:
                self._listener.problem("an incomplete DTLS handshake message", Reason.GAP)
            self._listener.close()


def _name(conversation: TlsConversation) -> str:
    return conversation.version or "DTLS"
