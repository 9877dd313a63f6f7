"""QUIC in one direction, one datagram at a time. Every byte is accounted for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.message_pieces import LONGEST, add_number, add_piece, add_row
from overheard_capture.decoders.values import BEHIND_HEADER, read_values
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import has_long_text, is_prose, is_written
from overheard_capture.protocols.quic.frames import CryptoStream, data_frames, is_usual_reason
from overheard_capture.protocols.quic.keys import InitialKeys
from overheard_capture.protocols.quic.packets import ANY_VERSIONS, VERSIONS, PacketType, parse_datagram, varint
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.quic.frames import DataFrame
    from overheard_capture.protocols.quic.keys import DecryptedPacket
    from overheard_capture.protocols.quic.packets import QuicPacket
    from overheard_capture.protocols.tls.listener import TlsListener
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("QUIC Initial")
# A Retry causes new keys, and there is at most one (RFC 9000, 17.2.5).
_MAX_KEYS = 4
# Among this many encrypted bytes at least one is not ASCII, with an error of 1 in 2^64.
_CHECK_LENGTH = 64
_MAX_IDS = 256
# Shorter connection IDs may be text by chance.
_LONG_ID = 12
# The length of a tag behind a Retry, than which no token is shorter.
_TAG = 16
# Connection IDs that the client chooses for the server, that the server does, and those of senders; and tokens.
_FIRST_IDS, _IDS = Numbers("QUIC first connection IDs"), Numbers("QUIC connection IDs")
_SOURCES, _TOKENS = Numbers("QUIC source connection IDs"), Numbers("QUIC tokens")
# Packets are numbered from a number on that the sender chooses.
_NUMBERS = Numbers("QUIC packet numbers", is_random=False)
# So much of a token is a row.
_HEAD = 64


class QuicConversation:
    """QUIC state that both directions share: the version, such as `QUIC v1`, and the Initial keys."""

    def __init__(self) -> None:
        self.version = ""
        self.keys: list[InitialKeys] = []


class QuicReader:
    """Reads the datagrams of one direction. `datagram` returns whether one is QUIC."""

    def __init__(self, findings: Findings, layers: Layers = ()) -> None:
        self._findings = findings
        self._layers = layers
        self._listener: TlsListener | None = None
        self._conversation = findings.conversation.of(QuicConversation)
        self._crypto = CryptoStream()
        self._handshake: Content | None = None
        # The connection IDs in this direction, and the length of the last one that was written with it.
        self._ids: set[bytes] = set()
        self._id_length = 0
        self._token_before, self._has_number = b"", False

    def datagram(self, data: bytes | memoryview, origin: Origin) -> bool:
        """Read a datagram; returns False if it is not QUIC."""
        view = memoryview(data)
        found = parse_datagram(view, is_quic=self._is_known)
        if not found or (
            found[-1].kind is PacketType.SHORT and bytes(view[found[-1].start :])[:_CHECK_LENGTH].isascii()
        ):
            if self._listener:
                self._listener.problem("a datagram in a QUIC flow that is not QUIC")
            return False
        if self._listener is None:
            # Any datagram of text might be QUIC at first, and its import takes time.
            from overheard_capture.protocols.tls.listener import TlsListener  # noqa: PLC0415

            self._listener = TlsListener(self._findings, self._layers, lambda _: self._conversation.version or "QUIC")
            self._listener.direction.data_only = True
        for packet in found:
            self._findings.read[packet.kind.value] += packet.end - packet.start
            self._take(self._listener, view, packet, origin)
        return True

    @property
    def _is_known(self) -> bool:
        """Whether this flow began as QUIC, in either direction."""
        return bool(self._conversation.keys)

    def _take(self, listener: TlsListener, data: memoryview, packet: QuicPacket, origin: Origin) -> None:
        if packet.version:
            # Those that the peer chooses have one length, or nobody could tell where a short header ends.
            self._ids.add(packet.destination_id)
            self._id_length = len(packet.destination_id)
        if packet.version and not self._conversation.version:
            self._conversation.version = VERSIONS[packet.version]
        if packet.kind is PacketType.INITIAL:
            self._take_initial(listener, data, packet, origin)
        elif packet.kind in (PacketType.RETRY, PacketType.NEGOTIATION):
            self._read_header(data[packet.start : packet.end], packet, origin.after(packet.start))
        elif packet.kind is PacketType.SHORT:
            self._take_encrypted(listener, data, packet, origin)
            listener.direction.data.add(packet.end - packet.number, origin.frame(packet.start))
        elif packet.kind in (PacketType.HANDSHAKE, PacketType.EARLY):
            self._take_encrypted(listener, data, packet, origin)

    def _take_encrypted(self, listener: TlsListener, data: memoryview, packet: QuicPacket, origin: Origin) -> None:
        listener.direction.encrypted = True
        begins = packet.number
        if packet.kind is PacketType.SHORT:
            begins += self._known_id(bytes(data[begins : begins + self._id_length]))
        listener.check_datagram(bytes(data[begins : packet.end]), origin.after(begins))

    def _known_id(self, connection_id: bytes) -> int:
        """The length of a connection ID that was there before. A new one should be random (RFC 9000, 5.1)."""
        if connection_id in self._ids:
            return len(connection_id)
        if len(self._ids) < _MAX_IDS:
            self._ids.add(connection_id)
        return 0

    def _take_initial(self, listener: TlsListener, data: memoryview, packet: QuicPacket, origin: Origin) -> None:
        self._read_header(data[packet.start : packet.number], packet, origin.after(packet.start))
        decrypted = self._decrypt(data, packet)
        if decrypted is None:
            listener.problem("a QUIC Initial packet that its connection's keys do not decrypt", Reason.OPAQUE)
            return
        payload_origin = origin.derived([(0, packet.number, packet.end)])
        # The payload is searched as it is, and the reassembled handshake once more.
        Content(self._findings, (*self._layers, LAYER)).feed(decrypted.payload, payload_origin)
        if not self._has_number:
            # The next ones follow it.
            self._has_number = True
            number, where = decrypted.number.rjust(4, b"\0"), origin.derived([(0, packet.number, packet.number + 4)])
            add_number(self._findings, (*self._layers, LAYER), _NUMBERS, number, where)
        frames = data_frames(decrypted.payload)
        self._add_headers(decrypted.payload, frames or (), payload_origin)
        if frames is None:
            listener.problem("a QUIC Initial packet with unexpected frames", Reason.OPAQUE)
        for frame in frames or ():
            body, body_origin = decrypted.payload[frame.start : frame.end], payload_origin.after(frame.start)
            if frame.offset is None or self._crypto.has(frame.offset):
                # Of what is sent again, and may be something else, nothing reaches the handshake.
                read_values(self._findings, (*self._layers, LAYER), body, body_origin, BEHIND_HEADER)
            if frame.offset is None:
                if not is_usual_reason(body):
                    self._findings.report_in_clear("QUIC close reason", len(body))
                add_piece(self._findings, (*self._layers, LAYER), body, body_origin, "reason")
            else:
                # After a version negotiation, the client begins again.
                is_first_version = VERSIONS[packet.version] == self._conversation.version
                if is_first_version and self._crypto.contradicts(frame.offset, body):
                    listener.problem("QUIC CRYPTO data that contradicts earlier data", Reason.OPAQUE)
                    continue
                self._reassemble(listener, frame.offset, body, body_origin)

    def _add_headers(self, payload: bytes, frames: Sequence[DataFrame], origin: Origin) -> None:
        """Put aside what is beside the data of frames: numbers of acknowledgements and offsets."""
        ends = [0, *(frame.end for frame in frames)]
        starts = [*(frame.start for frame in frames), len(payload)]
        headers = b"".join(payload[end:start] for end, start in zip(ends, starts, strict=True)).strip(b"\0")
        add_row(self._findings, headers[:LONGEST], origin.derived([(0, 0, len(payload))]), "QUIC Initial")

    def _read_header(self, data: memoryview, packet: QuicPacket, origin: Origin) -> None:
        """Unwrap what is embedded in connection IDs, tokens and versions (RFC 9000, 17.2), behind their lengths."""
        source = 6 + len(packet.destination_id)
        token = source + 1 + len(packet.source_id)
        starts = (6, source + 1, token, token + 1, token + 2)
        layers = (*self._layers, LAYER)
        read_values(self._findings, layers, data, origin, starts)
        self._report_text(bytes(data), packet)
        targets = _IDS if self._conversation.keys else _FIRST_IDS
        for field, connection_id, at in ((targets, packet.destination_id, 6), (_SOURCES, packet.source_id, source + 1)):
            add_number(self._findings, layers, field, connection_id, origin.after(at))
        if packet.kind is PacketType.RETRY:
            add_number(self._findings, layers, _TOKENS, bytes(data[token:-_TAG][:_HEAD]), origin.after(token))
        elif packet.kind is PacketType.INITIAL:
            # Behind its length, in one, two or more bytes (RFC 9000, 16); what follows is the length of the packet.
            begins = token + (1 << (data[token] >> 6))
            length = int.from_bytes(data[token:begins]) & ((1 << (8 * (begins - token) - 2)) - 1)
            value = bytes(data[begins : begins + length])
            # Each Initial packet of a connection has the same.
            if value != self._token_before:
                self._token_before = value
                add_piece(self._findings, layers, value, origin.after(begins), "token")
                add_number(self._findings, layers, _TOKENS, value[:_HEAD], origin.after(begins))

    def _report_text(self, header: bytes, packet: QuicPacket) -> None:
        """Report text in connection IDs, and in what follows them: tokens, which look random, and versions."""
        for connection_id in (packet.destination_id, packet.source_id):
            if len(connection_id) >= _LONG_ID and (is_prose(connection_id) or is_written(connection_id)):
                self._findings.report_in_clear("QUIC connection ID", len(connection_id))
        behind = header[7 + len(packet.destination_id) + len(packet.source_id) :]
        if packet.kind is PacketType.NEGOTIATION:
            is_usual = ANY_VERSIONS.fullmatch(behind) is not None
        else:
            # A token is a code or a state that is encrypted; of a Retry, a tag is behind it.
            token = behind[:-_TAG] if packet.kind is PacketType.RETRY else self._token(behind)
            is_usual = not token or (len(token) >= _TAG and not is_written(token))
        if not is_usual or has_long_text(behind):
            self._findings.report_in_clear(packet.kind, len(behind))

    @staticmethod
    def _token(behind: bytes) -> bytes:
        """The token of an Initial packet, from its length on."""
        cursor = Cursor(behind)
        return bytes(cursor.take(varint(cursor)))

    def _decrypt(self, data: memoryview, packet: QuicPacket) -> DecryptedPacket | None:
        keys = self._conversation.keys
        for each in keys:
            if decrypted := each.decrypt(data, packet):
                return decrypted
        new_keys = InitialKeys(packet.version, packet.destination_id)
        decrypted = new_keys.decrypt(data, packet)
        if decrypted and len(keys) < _MAX_KEYS:
            keys.append(new_keys)
        return decrypted

    def _reassemble(self, listener: TlsListener, offset: int, piece: bytes, origin: Origin) -> None:
        if self._handshake is None:
            self._handshake = Content(self._findings, (*self._layers, LAYER), None, SearchScope.BOUNDARIES)
        try:
            for data, data_origin in self._crypto.add(offset, piece, origin):
                self._handshake.feed(data, data_origin)
                listener.feed_handshake(data, data_origin)
        except TruncatedError:
            listener.problem("a QUIC handshake that exceeds the maximum length", Reason.LIMIT)

    def close(self) -> None:
        """The direction has ended."""
        if self._listener:
            if self._crypto.incomplete:
                self._listener.problem("an incomplete QUIC handshake", Reason.GAP)
            self._listener.close()
