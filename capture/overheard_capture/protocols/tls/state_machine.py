"""The state machine of one direction of TLS: takes records in order, and reports unexpected ones."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.decoders.message_pieces import add_piece
from overheard_capture.protocols.tls.listener import LAYER, TlsListener
from overheard_capture.protocols.tls.null_cipher import NullCipherReader
from overheard_capture.protocols.tls.record_types import ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE
from overheard_capture.protocols.tls.records import HEADER_LENGTH
from overheard_capture.protocols.tls.sizes import TLS_1_3

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.tls.conversation import TlsConversation
    from overheard_capture.protocols.tls.direction_state import DataRecord
    from overheard_capture.protocols.tls.records import Skipped
    from overheard_capture.provenance.origin import Origin

_CLOSE_NOTIFY, _WARNING, _FATAL, _CLIENT_HELLO = 0, 1, 2, 1
# What alerts say (https://www.iana.org/assignments/tls-parameters).
_DESCRIPTIONS = frozenset((
    0, 10, *range(20, 23), 30, *range(40, 54), 60, 70, 71, 80, 86, 90, 100, *range(109, 118), 120, 121, 255,
))  # fmt: skip


class Phase(Enum):
    """The phase of the handshake: in clear; after ChangeCipherSpec; after the first application data."""

    CLEAR = auto()
    CHANGED = auto()
    DATA = auto()


class TlsStateMachine:
    """Takes records, and updates `direction`."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._listener = TlsListener(findings, layers, _name)
        self.direction = self._listener.direction
        self.problem = self._listener.problem
        self.check_records = self._listener.check_records
        self.check_body = self._listener.check_body
        self._null_cipher = NullCipherReader(findings, layers, self.direction, self._listener.conversation)
        # Messages were searched record by record; here only across record boundaries.
        self._handshake = Content(findings, (*layers, LAYER), None, SearchScope.BOUNDARIES)
        self._phase = Phase.CLEAR
        self._closing = False

    @property
    def needs_bodies(self) -> bool:
        """Whether the body of the next application data record is needed."""
        skippable = self._phase is Phase.DATA and self.direction.data.list_full and not self._closing
        return not skippable or self._null_cipher.wants_data

    @property
    def checks_bodies(self) -> bool:
        """Whether application data records must still be checked for plaintext, even if they are only counted."""
        return not self.direction.has_plaintext

    @property
    def fast_path_records(self) -> int:
        """The number of application data records that need only be kept and checked."""
        messages = self.direction.messages
        steady = self._phase is Phase.DATA and not self._closing and bool(messages) and not messages.incomplete
        return self.direction.data.list_room if steady and not self._null_cipher.wants_data else 0

    def data(self, lengths: list[int], data: memoryview, start: int, end: int, origin: Origin) -> None:
        """Take application data records of `fast_path_records`, of these lengths, between two offsets."""
        self.direction.versions.add(int.from_bytes(data[start + 1 : start + 3]))
        at = start
        for length in lengths:
            self.direction.data.add(length, origin.frame(at))
            at += HEADER_LENGTH + length
        self._listener.check_first(lengths, data, start, end, origin)

    def skip_data(self, version: int, skipped: Skipped, last: DataRecord) -> None:
        """Take application data records whose bodies were skipped."""
        self.direction.versions.add(version)
        self.direction.skip_printable(skipped.unchecked)
        self.direction.shortest = min(self.direction.shortest, skipped.shortest)
        self.direction.data.add_many(skipped.records, skipped.total, last)

    def take(self, kind: int, version: int, frame: int, body: bytes, origin: Origin) -> None:
        """Take a record that begins in `frame`."""
        messages = self.direction.messages
        # The first ClientHello is sent before a version is negotiated.
        if messages or (messages.incomplete_type or (kind == HANDSHAKE and body[0])) != _CLIENT_HELLO:
            self.direction.versions.add(version)
        if self._closing and kind != ALERT:
            self.problem("TLS records after the closing alert")
        if kind in (CHANGE_CIPHER_SPEC, APPLICATION_DATA) and messages.incomplete:
            self.problem("a truncated TLS handshake message")
            messages.lose_sync()
        if kind == HANDSHAKE:
            self._take_handshake(body, origin)
        elif kind == APPLICATION_DATA:
            self._take_data(frame, body, origin)
        elif kind == CHANGE_CIPHER_SPEC:
            self._take_change(body)
        elif kind == ALERT:
            self._take_alert(frame, body, origin)
        else:
            self.problem("a TLS heartbeat")

    def _take_handshake(self, body: bytes, origin: Origin) -> None:
        if self._phase is Phase.DATA:
            if not _is_message(body):
                self.problem("a TLS renegotiation after application data")
                return
            self.problem("a TLS handshake message in clear after application data")
            self._handshake.feed(body, origin)
        elif self._phase is Phase.CHANGED and not self._is_still_clear(body):
            self._listener.check_ciphertext(body, origin)
            self.direction.encrypted_handshakes += 1
            self.direction.finished_length = self.direction.finished_length or len(body)
        else:
            self._handshake.feed(body, origin)
            self._listener.feed_handshake(body, origin)

    def _is_still_clear(self, body: bytes) -> bool:
        """Whether a handshake record after ChangeCipherSpec is in clear, as after a HelloRetryRequest."""
        server_hello = self.direction.server_hello
        if server_hello:
            return server_hello.version == TLS_1_3
        return body[0] == _CLIENT_HELLO and _is_message(body)

    def _take_data(self, frame: int, body: bytes, origin: Origin) -> None:
        self._phase, self.direction.encrypted = Phase.DATA, True
        self.direction.data.add(len(body), frame)
        self._listener.check_ciphertext(body, origin)
        if self._null_cipher.wants_data:
            self._null_cipher.add(body, origin)

    def _take_change(self, body: bytes) -> None:
        if body != b"\1":
            self.problem("a malformed TLS ChangeCipherSpec")
        if self._phase is Phase.DATA:
            self.problem("a TLS ChangeCipherSpec after application data")
            return
        self._phase, self.direction.encrypted = Phase.CHANGED, True
        self.direction.change_cipher_specs += 1

    def _take_alert(self, frame: int, body: bytes, origin: Origin) -> None:
        if len(body) == 2:
            self.direction.alert(frame, body)
            if body[1] not in _DESCRIPTIONS or body[0] not in (_WARNING, _FATAL):
                self._listener.findings.report_in_clear("TLS alert", len(body))
            add_piece(self._listener.findings, self._listener.layers, body[1:], origin.after(1), "alerts")
            self._closing = self._closing or body[0] == _FATAL or body[1] == _CLOSE_NOTIFY
        elif self.direction.encrypted:
            self._listener.check_ciphertext(body, origin)
            self.direction.alert_lengths.add(len(body))
            self._closing = True
        else:
            self.problem("a TLS alert of invalid length")

    def take_truncated(self, kind: int, length: int, frame: int, missing: int) -> None:
        """Take a record that lacks `missing` bytes."""
        if kind == APPLICATION_DATA:
            self._phase, self.direction.encrypted = Phase.DATA, True
            self.direction.data.add(length, frame)
            self._null_cipher.gap(missing)
        elif kind == HANDSHAKE:
            self._handshake.gap(missing)
            self.direction.messages.lose_sync()
        elif kind == CHANGE_CIPHER_SPEC:
            self._phase = Phase.CHANGED

    def close(self) -> None:
        """The direction has ended; the other one may continue."""
        self._handshake.close()
        self._null_cipher.close()
        self._listener.close()


def _name(conversation: TlsConversation) -> str:
    return conversation.version or "TLS"


def _is_message(body: bytes) -> bool:
    """Whether the body is exactly one handshake message."""
    return int.from_bytes(body[1:4], "big") + 4 == len(body)
