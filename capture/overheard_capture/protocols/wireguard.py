"""WireGuard (https://www.wireguard.com/papers/wireguard.pdf, 5.4): types, lengths, indexes and counters must fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.decoders.message_pieces import add_number, add_piece
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import is_written
from overheard_capture.protocols.counters import Counters
from overheard_capture.protocols.encrypted import EncryptedDirection

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("WireGuard")

_INITIATION, _RESPONSE, _COOKIE, _DATA = 1, 2, 3, 4
FIRST_BYTES = frozenset((_INITIATION, _RESPONSE, _COOKIE, _DATA))
_LENGTHS = {_INITIATION: 148, _RESPONSE: 92, _COOKIE: 64}
# A header and a tag. The payload is padded to a multiple of 16 bytes, but not beyond the MTU: so one length is not.
_SHORTEST_DATA, _DATA_HEADER, _PADDED_TO = 32, 16, 16
_RESERVED = bytes(3)
# Where the random fields of each handshake message begin. The last one, `mac2`, is zero if there is no cookie.
_RANDOM_FROM = {_INITIATION: 8, _RESPONSE: 12, _COOKIE: 8}
_MAC2 = 16
_MAX_INDEXES = 1024
_INDEXES, _MACS = Numbers("WireGuard indexes"), Numbers("WireGuard mac2")
# An ephemeral key, an encrypted key and a time or nothing, a code, and a cookie: where each is random in which message.
_RANDOM_FIELDS = {
    _INITIATION: ((8, 40), (40, 88), (88, 116), (116, 132)),
    _RESPONSE: ((12, 44), (44, 60), (60, 76)),
    _COOKIE: ((8, 32), (32, 64)),
}
_RANDOM_NUMBERS = {
    (kind, start): Numbers(f"WireGuard values {kind} at {start}")
    for kind, fields in _RANDOM_FIELDS.items()
    for start, _ in fields
}


class WireguardConversation:
    """The sides, each by the indexes that it chose to be addressed with."""

    def __init__(self) -> None:
        self.indexes: list[set[int]] = []
        self.agreed = False
        # Whether a side was given a cookie, without which the last field of a handshake message is zeros.
        self.has_cookie = False


class WireguardReader:
    """Reads the messages of one direction."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._conversation = findings.conversation.of(WireguardConversation)
        self._own: set[int] | None = None
        self._direction: EncryptedDirection | None = None
        self._counters = Counters(64)
        self._has_data = False
        # The length of a packet of the MTU, if it is no multiple.
        self._full_length = 0

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is WireGuard."""
        if not self._is_message(data):
            if self._direction:
                self._direction.problem("a datagram in a WireGuard flow that is not WireGuard")
            return False
        if self._direction is None:
            self._direction = EncryptedDirection(self._findings, (LAYER,), "WireGuard")
            self._findings.identify_as("WireGuard", encrypts=True)
        if self._own is None:
            self._own = set()
            self._conversation.indexes.append(self._own)
        if self._direction.repeats(data):
            return True
        kind = data[0]
        if kind in (_INITIATION, _RESPONSE) and len(self._own) < _MAX_INDEXES:
            self._own.add(int.from_bytes(data[4:8], "little"))
        self._conversation.agreed |= kind == _RESPONSE
        if kind == _DATA:
            self._has_data = True
            self._direction.read_ciphertext(data[_DATA_HEADER:], origin.after(_DATA_HEADER))
        else:
            self._read_handshake(self._direction, data, origin)
        return True

    def _is_message(self, data: bytes) -> bool:
        kind = data[0]
        if kind not in FIRST_BYTES or data[1:4] != _RESERVED:
            return False
        if kind == _INITIATION:
            return len(data) == _LENGTHS[kind]
        receiver = int.from_bytes(data[8:12] if kind == _RESPONSE else data[4:8], "little")
        if not any(receiver in indexes for indexes in self._conversation.indexes if indexes is not self._own):
            return False
        if kind != _DATA:
            return len(data) == _LENGTHS[kind]
        counter = int.from_bytes(data[8:_DATA_HEADER], "little")
        if len(data) < _SHORTEST_DATA or not self._counters.fits(receiver, counter, from_start=True):
            return False
        if len(data) % _PADDED_TO and not self._full_length:
            self._full_length = len(data)
        return not len(data) % _PADDED_TO or len(data) == self._full_length

    def _read_handshake(self, direction: EncryptedDirection, data: bytes, origin: Origin) -> None:
        start, end = _RANDOM_FROM[data[0]], len(data)
        add_number(self._findings, (LAYER,), _INDEXES, data[4:8], origin.after(4))
        for at, after in _RANDOM_FIELDS[data[0]]:
            add_number(self._findings, (LAYER,), _RANDOM_NUMBERS[data[0], at], data[at:after], origin.after(at))
        if data[0] == _COOKIE:
            self._conversation.has_cookie = True
        elif any(data[-_MAC2:]):
            if not self._conversation.has_cookie or is_written(data[-_MAC2:]):
                self._findings.report_in_clear("WireGuard mac2", _MAC2)
            add_piece(self._findings, (LAYER,), data[-_MAC2:], origin.after(end - _MAC2), "mac2")
            add_number(self._findings, (LAYER,), _MACS, data[-_MAC2:], origin.after(end - _MAC2))
        else:
            end -= _MAC2
        direction.read_ciphertext(data[start:end], origin.after(start))

    def close(self) -> None:
        """The direction has ended."""
        if self._direction:
            self._direction.agreed = self._conversation.agreed
            if self._has_data and not self._direction.agreed:
                self._direction.problem("WireGuard data without a handshake by both sides")
            self._direction.close()
