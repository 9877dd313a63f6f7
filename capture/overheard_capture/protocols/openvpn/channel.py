"""OpenVPN in one direction, one packet at a time: TLS in the control channel, and ciphertext in the data channel."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Conversation, Reason
from overheard_capture.protocols.counters import Counters
from overheard_capture.protocols.encrypted import EncryptedDirection, read_plaintext
from overheard_capture.protocols.openvpn import packets
from overheard_capture.protocols.openvpn.clear_data import clear_packet
from overheard_capture.protocols.openvpn.fields import LAYER, add_control, add_data_number, add_peer
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.cursor import TruncatedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.openvpn.packets import Wrapping
    from overheard_capture.provenance.origin import Origin

# An opcode, with the ID of the peer since version 2.4; then a packet number if the cipher is AEAD.
_DATA_HEADERS = {packets.DATA_V1: 1, packets.DATA_V2: 4}
_NUMBER, _FIRST_NUMBERS, _SHORTEST_DATA, _BLOCK = 4, 1024, 20, 8
# What is sent when there is nothing to send. It shows that data is not encrypted.
_PING = bytes.fromhex("2a187bf3641eb4cb07ed2d0a981fc748")
# How many packets are kept until those before them arrive, and how many sessions are followed.
_MAX_EARLY, _MAX_SESSIONS = 64, 64
# The highest byte of a number: none, or that the client can resend its wrapped key. And a peer has no ID at first.
_HIGHEST, _FEWEST_PEERS = (0, 0x0F), 1


class OpenvpnConversation:
    """What both directions share: how control packets are protected, and a conversation for each TLS session."""

    def __init__(self) -> None:
        self.wrapping: Wrapping | None = None
        # How those of another key are, since its soft reset: OpenVPN 2.6 encrypts them with keys of its own.
        self.of_key: dict[int, Wrapping] = {}
        self.ids: set[bytes] = set()
        self.sessions: defaultdict[tuple[int, int], Conversation] = defaultdict(Conversation)
        self.directions: list[OpenvpnDirection] = []
        # Called once all of these have ended.
        self.doubts: list[Callable[[], None]] = []


class OpenvpnDirection(EncryptedDirection):
    """The state of one direction, with that of the TLS inside."""

    def __init__(self, findings: Findings, conversation: OpenvpnConversation) -> None:
        super().__init__(findings, (LAYER,), "OpenVPN")
        conversation.directions.append(self)
        self._conversation = conversation
        self.tls: list[Findings] = []

    @property
    def protected(self) -> bool:
        """Whether all data is ciphertext, and the keys were agreed on inside TLS or tls-crypt by both sides."""
        wrapping, both = self._conversation.wrapping, self._conversation.directions
        is_secret = wrapping is not None and wrapping.encrypts
        in_tls = all(
            findings.encryption is not None and findings.encryption.protected for each in both for findings in each.tls
        )
        return not self.problems and len(both) == 2 and (is_secret or (in_tls and all(each.tls for each in both)))


class _Session:
    """The payloads of one TLS session, put in order."""

    def __init__(self, content: Content) -> None:
        self._content = content
        # Message 0 is the reset.
        self._next = 1
        self._early: dict[int, tuple[bytes, Origin]] = {}
        # What was delivered last, by its number.
        self._delivered: dict[int, int] = {}

    def add(self, number: int, payload: bytes, origin: Origin) -> bool:
        """Add a payload. Returns False if it is neither one that follows, nor the same as one that was sent before."""
        if not self._next <= number < self._next + _MAX_EARLY:
            return self._delivered.get(number) == hash(payload)
        is_same = self._early.setdefault(number, (payload, origin))[0] == payload
        while self._next in self._early:
            content, place = self._early.pop(self._next)
            self._content.feed(content, place)
            self._delivered[self._next] = hash(content)
            self._delivered.pop(self._next - _MAX_EARLY, None)
            self._next += 1
        return is_same

    def close(self) -> bool:
        """The session has ended. Returns whether all payloads were read."""
        self._content.close()
        return not self._early


class OpenvpnChannel:
    """Reads the packets of one direction."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._conversation = findings.conversation.of(OpenvpnConversation)
        # A flow counts its readers there. The TLS inside is complete once both directions are.
        self._ends = findings.conversation.of(TlsConversation)
        self._direction: OpenvpnDirection | None = None
        self._resets: Counter[int] = Counter()
        self._sessions: dict[int, _Session] = {}
        # The session IDs of the other side that are named, and whether there is encrypted data.
        self._peers: set[bytes] = set()
        self._has_data = False
        self._counters, self._times = Counters(32), Counters(32)
        # The messages that were acknowledged, by the number of their key.
        self._acknowledged = Counters(32)
        self._peer = b""
        self._data_peers: set[bytes] = set()
        # Whether data packets are numbered, and otherwise the remainder of their length, as blocks are of one length.
        self._numbered: bool | None = None
        self._remainder: int | None = None

    def packet(self, data: bytes, origin: Origin) -> bool:
        """Read a packet. Returns whether it is OpenVPN."""
        if self._conversation.wrapping is None:
            self._conversation.wrapping = packets.wrapping_of(data)
        wrapping = self._conversation.wrapping
        if wrapping is None:
            return False
        kind, key = data[0] >> 3, data[0] & 7
        try:
            if kind in _DATA_HEADERS:
                self._read_data(kind, data, origin)
                return True
            if kind in packets.CONTROLS:
                self._read_control(wrapping, kind, key, data, origin)
                return True
        except TruncatedError:
            pass
        if self._direction:
            self._direction.problem("a packet in an OpenVPN flow that is not OpenVPN")
        return False

    def _begin(self) -> OpenvpnDirection:
        if self._direction is None:
            self._ends.add_reader()
            self._findings.identify_as("OpenVPN", encrypts=True)
            self._direction = OpenvpnDirection(self._findings, self._conversation)
        return self._direction

    # ---- the control channel

    def _read_control(self, wrapping: Wrapping, kind: int, key: int, data: bytes, origin: Origin) -> None:
        if kind == packets.SOFT_RESET:
            self._conversation.of_key[key] = packets.wrapping_of_key(data) or wrapping
        wrapping = self._conversation.of_key.get(key, wrapping)
        packet = packets.parse_control(data, wrapping)
        # What OpenVPN 2.6 says in the highest byte of a number is said in one way.
        if wrapping.hmac and not (
            packet.number >> 24 in _HIGHEST
            and self._counters.fits(key, packet.number & 0xFFFFFF)
            and self._times.fits(0, packet.time)
        ):
            raise TruncatedError
        direction = self._begin()
        # An acknowledgement of the same message is the same packet.
        add_control(self._findings, data, wrapping, origin, len(packet.acknowledged))
        if direction.repeats(data):
            return
        self._check_ids(direction, kind, data[1:9], packet.peer)
        if not all(self._acknowledged.fits(key, number, from_start=True) for number in packet.acknowledged):
            direction.problem("OpenVPN acknowledgements of messages that nobody sent")
        self._has_data |= wrapping.encrypts and kind not in packets.RESETS
        if wrapping.encrypts:
            end = packets.wrapped_key(data)
            if end < len(data) and not direction.repeats(data[end:]):
                direction.read_ciphertext(data[end:], origin.after(end))
            direction.read_ciphertext(data[packet.payload : end], origin.after(packet.payload))
            return
        if wrapping.hmac:
            direction.is_ciphertext(data[9 : 9 + wrapping.hmac])
        if kind in packets.RESETS or kind == packets.SOFT_RESET:
            self._begin_session(direction, key, is_again=packet.message == 0 and key in self._sessions)
        elif kind != packets.ACK:
            self._read_message(direction, key, packet.message, data[packet.payload :], origin.after(packet.payload))

    def _read_message(self, direction: OpenvpnDirection, key: int, number: int, payload: bytes, origin: Origin) -> None:
        """A piece of TLS."""
        if key not in self._sessions:
            raise TruncatedError
        if not self._sessions[key].add(number, payload, origin):
            direction.problem("OpenVPN control packets that nobody takes")
            read_plaintext(self._findings, (LAYER,), payload, origin)

    def _check_ids(self, direction: OpenvpnDirection, kind: int, own: bytes, peer: bytes) -> None:
        """Session IDs are chosen with a reset, and repeated in each packet."""
        ids = self._conversation.ids
        if kind in packets.RESETS and len(ids) < _MAX_SESSIONS:
            ids.add(own)
        if own not in ids:
            direction.problem("OpenVPN packets with the ID of no session")
        if peer and len(self._peers) < _MAX_SESSIONS:
            self._peers.add(peer)

    def _begin_session(self, direction: OpenvpnDirection, key: int, *, is_again: bool) -> None:
        if is_again and key == 0 and self._resets[key] and not direction.tls[-1].read.total():
            # The reset was sent again.
            return
        self._resets[key] += 1
        if len(direction.tls) >= _MAX_SESSIONS:
            direction.problem("more OpenVPN sessions than can be followed", Reason.LIMIT)
            return
        self._end_session(key)
        conversation = self._conversation.sessions[key, self._resets[key]]
        # The bytes are counted as OpenVPN.
        findings = replace(self._findings, conversation=conversation, read=Counter(), encryption=None)
        direction.tls.append(findings)
        content = Content(findings, (LAYER,), findings.readers.stream, SearchScope.BOUNDARIES)
        self._sessions[key] = _Session(content)

    def _end_session(self, key: int) -> None:
        session = self._sessions.pop(key, None)
        if session and not session.close() and self._direction:
            self._direction.problem("OpenVPN control packets whose predecessors are missing", Reason.GAP)

    # ---- the data channel

    def _read_data(self, kind: int, data: bytes, origin: Origin) -> None:
        header = _DATA_HEADERS[kind]
        if len(data) < header + _SHORTEST_DATA:
            raise TruncatedError
        number = int.from_bytes(data[header : header + _NUMBER], "big")
        if self._numbered is None:
            self._numbered, self._remainder = number < _FIRST_NUMBERS, len(data) % _BLOCK
        if self._numbered:
            # Each key counts from 1 again.
            if not (self._counters.fits(8 + (data[0] & 7), number) or number < _FIRST_NUMBERS):
                raise TruncatedError
            header += _NUMBER
        elif len(data) % _BLOCK != self._remainder:
            raise TruncatedError
        direction = self._begin()
        if direction.repeats(data):
            return
        if self._numbered:
            add_data_number(self._findings, data[header - _NUMBER : header], origin.after(header - _NUMBER))
        self._check_data(direction, data[0] & 7, data[1 : _DATA_HEADERS[kind]], origin.after(1))
        if _PING in data:
            # Not reported as unread, because IP packets without encryption are read.
            direction.problems.append("OpenVPN without encryption")
        self._has_data = True
        if found := clear_packet(data, _DATA_HEADERS[kind]):
            at, content = found
            direction.problem("OpenVPN without encryption")
            read_plaintext(self._findings, (LAYER,), content, origin.after(at))
        direction.read_ciphertext(data[header:], origin.after(header))

    def _check_data(self, direction: OpenvpnDirection, key: int, peer: bytes, origin: Origin) -> None:
        """A key is agreed on with a reset, and each session has a peer."""
        if key and key not in self._conversation.of_key:
            direction.problem("OpenVPN data under a key that nobody agreed on")
        if peer != self._peer:
            self._peer = peer
            add_peer(self._findings, peer, origin)
            self._data_peers.add(peer)
            if len(self._data_peers) > _FEWEST_PEERS + len(self._conversation.ids):
                direction.problem("OpenVPN data for more peers than there are sessions")

    def close(self) -> None:
        """The direction has ended; the other one may continue."""
        if self._direction:
            self._ends.remove_reader(self._conclude)

    def _conclude(self) -> None:
        """Both directions have ended."""
        for key in list(self._sessions):
            self._end_session(key)
        if self._direction is None:
            return
        self._direction.close()
        if not self._peers <= self._conversation.ids:
            self._direction.problem("OpenVPN packets with the ID of no session")
        self._conversation.doubts.append(self._doubt)
        if len(self._conversation.doubts) == len(self._conversation.directions):
            for doubt in self._conversation.doubts:
                doubt()

    def _doubt(self) -> None:
        """The TLS inside has ended in both directions."""
        if self._direction and self._has_data and not self._direction.protected:
            self._direction.problem("OpenVPN data without keys on which both sides agreed")
