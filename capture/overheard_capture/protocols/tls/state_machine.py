"""What the records of one side of TLS say, one after the other, and what is wrong with that."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.protocols.tls.direction import DataRecord
from overheard_capture.protocols.tls.listener import TlsListener
from overheard_capture.protocols.tls.null_cipher import NullCipherReader
from overheard_capture.protocols.tls.records import ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE
from overheard_capture.protocols.tls.sizes import TLS_1_3

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.tls.conversation import TlsConversation
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("TLS handshake")
_CLOSE_NOTIFY, _FATAL, _CLIENT_HELLO = 0, 2, 1
# In so many bytes that were encrypted, at least one is no ASCII: but once in 2^64 times. And how far one looks.
_SURELY_ENCRYPTED, LOOKED_AT = 64, 1024


class Phase(Enum):
    """How far the handshake came: all is in clear; cipher specs were changed; there was application data."""

    CLEAR = auto()
    CHANGED = auto()
    DATA = auto()


class TlsStateMachine:
    """Takes records, and keeps of them on `side` what is needed later on."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._listener = TlsListener(findings, layers, _name)
        self.side = self._listener.side
        self.problem = self._listener.problem
        self._in_clear = NullCipherReader(findings, layers, self.side, self._listener.both)
        # The messages were searched as they are, but not where they go over the bounds of records.
        self._handshake = Content(findings, (*layers, LAYER), None, SearchScope.BOUNDARIES)
        self._phase = Phase.CLEAR
        self._ended = False

    @property
    def bodies_matter(self) -> bool:
        """Whether one has to look into the next record of application data."""
        known = self._phase is Phase.DATA and self.side.data.all_single and not self._ended
        return not known or self._in_clear.wants

    @property
    def only_data(self) -> int:
        """Of how many records of application data nothing matters but how long each is, and that it is no text."""
        messages = self.side.messages
        known = self._phase is Phase.DATA and not self._ended and bool(messages) and not messages.open
        return self.side.data.room if known and not self._in_clear.wants else 0

    def data(self, version: int, record: DataRecord, begins: bytes) -> None:
        """Take a record of application data of which nothing else matters; `begins` is what its content begins with."""
        self.side.versions.add(version)
        self._add(record, begins)

    def _add(self, record: DataRecord, begins: bytes) -> None:
        self.side.data.add(record)
        self.side.readable = self.side.readable or _is_readable(begins)

    def passed(self, version: int, count: int, total: int, last: DataRecord) -> None:
        """So many records of application data went by that nobody looked into."""
        self.side.versions.add(version)
        self.side.data.add_many(count, total, last)

    def take(self, kind: int, version: int, frame: int, body: bytes, origin: Origin) -> None:
        """Take a record, which begins in `frame`."""
        messages = self.side.messages
        # The first hello is sent before anyone knows which version it will be.
        if messages or (messages.begun or (kind == HANDSHAKE and body[0])) != _CLIENT_HELLO:
            self.side.versions.add(version)
        if self._ended and kind != ALERT:
            self.problem("TLS records after the closing alert")
        if kind in (CHANGE_CIPHER_SPEC, APPLICATION_DATA) and messages.open:
            self.problem("a handshake message that breaks off")
            messages.lose()
        if kind == HANDSHAKE:
            self._take_handshake(body, origin)
        elif kind == APPLICATION_DATA:
            self._take_data(frame, body, origin)
        elif kind == CHANGE_CIPHER_SPEC:
            self._take_change(body)
        elif kind == ALERT:
            self._take_alert(frame, body)
        else:
            self.problem("a TLS heartbeat")

    def _take_handshake(self, body: bytes, origin: Origin) -> None:
        if self._phase is Phase.DATA:
            if not _is_message(body):
                self.problem("another TLS handshake after application data")
                return
            self.problem("TLS handshake in clear after application data")
            self._handshake.feed(body, origin)
        elif self._phase is Phase.CHANGED and not self._is_still_clear(body):
            self.side.sealed += 1
            self.side.finished = self.side.finished or len(body)
        else:
            self._handshake.feed(body, origin)
            self._listener.said(body, origin)

    def _is_still_clear(self, body: bytes) -> bool:
        """Whether a handshake record after a change of cipher specs is in clear, as after a HelloRetryRequest."""
        picked = self.side.picked
        if picked:
            return picked.version == TLS_1_3
        return body[0] == _CLIENT_HELLO and _is_message(body)

    def _take_data(self, frame: int, body: bytes, origin: Origin) -> None:
        self._phase, self.side.encrypted = Phase.DATA, True
        self._add(DataRecord(len(body), frame), body)
        if self._in_clear.wants:
            self._in_clear.add(body, origin)

    def _take_change(self, body: bytes) -> None:
        if body != b"\1":
            self.problem("a change of TLS cipher specs that is none")
        if self._phase is Phase.DATA:
            self.problem("a change of TLS cipher specs after application data")
            return
        self._phase, self.side.encrypted = Phase.CHANGED, True
        self.side.changes += 1

    def _take_alert(self, frame: int, body: bytes) -> None:
        if len(body) == 2:
            self.side.alert(frame, body)
            self._ended = self._ended or body[0] == _FATAL or body[1] == _CLOSE_NOTIFY
        elif self.side.encrypted:
            self.side.longest_alert = max(self.side.longest_alert, len(body))
            self._ended = True
        else:
            self.problem("a TLS alert of a wrong length")

    def torn(self, kind: int, length: int, frame: int, missing: int) -> None:
        """A record of which so many bytes are missing."""
        if kind == APPLICATION_DATA:
            self._phase, self.side.encrypted = Phase.DATA, True
            self.side.data.add(DataRecord(length, frame))
            self._in_clear.gap(missing)
        elif kind == HANDSHAKE:
            self._handshake.gap(missing)
            self.side.messages.lose()
        elif kind == CHANGE_CIPHER_SPEC:
            self._phase = Phase.CHANGED

    def close(self) -> None:
        """There is no more to come; the other side may still have to say something."""
        self._handshake.close()
        self._in_clear.close()
        self._listener.close()


def _name(both: TlsConversation) -> str:
    return both.version or "TLS"


def _is_readable(body: bytes) -> bool:
    """Whether this is not encrypted, whatever it says that it is."""
    ends = range(_SURELY_ENCRYPTED, min(len(body), LOOKED_AT) + 1, _SURELY_ENCRYPTED)
    return any(body[end - _SURELY_ENCRYPTED : end].isascii() for end in ends)


def _is_message(body: bytes) -> bool:
    """Whether this is one handshake message, and nothing else."""
    return int.from_bytes(body[1:4], "big") + 4 == len(body)
