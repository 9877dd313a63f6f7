"""QUIC as one side sends it, datagram by datagram, with every byte accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.protocols.quic.frames import CryptoStream, handshake_pieces
from overheard_capture.protocols.quic.keys import InitialKeys
from overheard_capture.protocols.quic.packets import VERSIONS, PacketType, packets
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.direction import DataRecord
from overheard_capture.protocols.tls.listener import TlsListener

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.quic.keys import OpenedPacket
    from overheard_capture.protocols.quic.packets import QuicPacket
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("QUIC Initial")
# A Retry makes for other keys, and there is one at most (RFC 9000, 17.2.5).
_MOST_KEYS = 4
# In so many bytes that were encrypted, at least one is no ASCII: but once in 2^64 times.
_SURELY_ENCRYPTED = 64


class QuicConversation:
    """What both directions know of QUIC: its version, such as `QUIC v1`, and the keys of its Initial packets."""

    def __init__(self) -> None:
        self.version = ""
        self.keys: list[InitialKeys] = []


class QuicReader:
    """Reads the datagrams of one direction. `datagram` says whether one is QUIC."""

    def __init__(self, findings: Findings, layers: Layers = ()) -> None:
        self._findings = findings
        self._layers = layers
        self._listener: TlsListener | None = None
        self._both = findings.conversation.of(QuicConversation)
        self._crypto = CryptoStream()
        self._handshake: Content | None = None

    def datagram(self, data: bytes | memoryview, origin: Origin) -> bool:
        """Read a datagram; False where it is none of QUIC."""
        view = memoryview(data)
        found = packets(view, known=self._is_known)
        if not found or (
            found[-1].kind is PacketType.SHORT and bytes(view[found[-1].begins :])[:_SURELY_ENCRYPTED].isascii()
        ):
            if self._listener:
                self._listener.problem("a datagram that is no QUIC among those that are")
            return False
        if self._listener is None:
            self._listener = TlsListener(self._findings, self._layers, lambda _: self._both.version or "QUIC")
            self._listener.side.data_alone = True
        for packet in found:
            self._findings.read[packet.kind.value] += packet.end - packet.begins
            self._take(self._listener, view, packet, origin)
        return True

    @property
    def _is_known(self) -> bool:
        """Whether this flow began as QUIC, in this direction or the other."""
        return bool(self._both.keys)

    def _take(self, listener: TlsListener, data: memoryview, packet: QuicPacket, origin: Origin) -> None:
        if packet.version and not self._both.version:
            self._both.version = VERSIONS[packet.version]
        if packet.kind is PacketType.INITIAL:
            self._take_initial(listener, data, packet, origin)
        elif packet.kind is PacketType.SHORT:
            listener.side.encrypted = True
            listener.side.data.add(DataRecord(packet.end - packet.number, origin.frame(packet.begins)))
        elif packet.kind in (PacketType.HANDSHAKE, PacketType.EARLY):
            listener.side.encrypted = True

    def _take_initial(self, listener: TlsListener, data: memoryview, packet: QuicPacket, origin: Origin) -> None:
        opened = self._open(data, packet)
        if opened is None:
            listener.problem("a QUIC Initial that the keys of its connection do not open", Reason.OPAQUE)
            return
        made_of = origin.derived([(0, packet.number, packet.end)])
        # All of it is searched as it is, and once more the handshake where it is put together.
        Content(self._findings, (*self._layers, LAYER)).feed(opened.payload, made_of)
        pieces = handshake_pieces(opened.payload)
        if pieces is None:
            listener.problem("a QUIC Initial with frames that have no place there", Reason.OPAQUE)
        for piece in pieces or ():
            body = opened.payload[piece.begins : piece.end]
            self._put_in_order(listener, piece.offset, body, made_of.after(piece.begins))

    def _open(self, data: memoryview, packet: QuicPacket) -> OpenedPacket | None:
        keys = self._both.keys
        for known in keys:
            if opened := known.open(data, packet):
                return opened
        fresh = InitialKeys(packet.version, packet.target)
        opened = fresh.open(data, packet)
        if opened and len(keys) < _MOST_KEYS:
            keys.append(fresh)
        return opened

    def _put_in_order(self, listener: TlsListener, offset: int, piece: bytes, origin: Origin) -> None:
        if self._handshake is None:
            self._handshake = Content(self._findings, (*self._layers, LAYER), None, SearchScope.BOUNDARIES)
        try:
            for data, made_of in self._crypto.add(offset, piece, origin):
                self._handshake.feed(data, made_of)
                listener.said(data, made_of)
        except TruncatedError:
            listener.problem("a QUIC handshake that is longer than any", Reason.LIMIT)

    def close(self) -> None:
        """There is no more to come."""
        if self._listener:
            if self._crypto.open:
                self._listener.problem("a QUIC handshake of which a part is missing", Reason.GAP)
            self._listener.close()
