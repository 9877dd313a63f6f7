"""What is kept of one direction of TLS, DTLS or QUIC, however long it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.protocols.tls import hello, names
from overheard_capture.protocols.tls.hello import CLIENT_HELLO, SERVER_HELLO
from overheard_capture.protocols.tls.messages import HandshakeMessages

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.tls.hello import ClientHello, ServerHello

# How many records of application data, and how many alerts, are told one by one.
_SINGLE = 64


class DataRecord(NamedTuple):
    """A record of application data: how long its content is, and the frame that it begins in."""

    length: int
    frame: int


@dataclass
class DataRecords:
    """Records of application data: the first of them and the last one by one, and of the rest how many and how long."""

    first: list[DataRecord] = field(default_factory=list)
    count: int = 0
    total: int = 0
    last: DataRecord | None = None

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.first) + self.count + (self.last is not None)

    @property
    def all_single(self) -> bool:
        """Whether so many were told one by one that further ones are only counted."""
        return len(self.first) >= _SINGLE

    @property
    def room(self) -> int:
        """How many more are told one by one."""
        return _SINGLE - len(self.first)

    def add(self, record: DataRecord) -> None:
        """One more."""
        if self.all_single:
            self.add_many(1, record.length, record)
        else:
            self.first.append(record)

    def add_many(self, count: int, total: int, last: DataRecord) -> None:
        """So many more, so long in all, the last of which is `last`. Only once `all_single` is true."""
        if self.last:
            self.count += 1
            self.total += self.last.length
        self.count += count - 1
        self.total += total - last.length
        self.last = last

    def after(self, number: int) -> DataRecords:
        """Without so many of the first, as far as they are told one by one."""
        return DataRecords(self.first[number:], self.count, self.total, self.last)

    def without_last(self) -> DataRecords:
        """Without the last."""
        if self.last:
            return DataRecords(self.first, self.count, self.total)
        return DataRecords(self.first[:-1])

    def held(self, extra: int) -> int:
        """How many bytes they held, at most, where each is `extra` bytes longer than what it holds."""
        single = [*self.first, self.last] if self.last else self.first
        return sum(max(each.length - extra, 0) for each in single) + max(self.total - extra * self.count, 0)


class PlaintextAlert(NamedTuple):
    """An alert that anyone can read: its frame, its level and its name."""

    frame: int
    level: str
    name: str


@dataclass
class TlsDirection:
    """One direction of TLS: what was said in clear, how much was not, and what speaks against its being protected.

    `begins` is at which byte of the direction it does, and `talked` whether the two agreed on it in clear before that.
    `versions` are those that its records claim to be of, from the first behind a ClientHello on. `encrypted` is whether
    it began to encrypt; `changes` counts changes of cipher specs, and `sealed` handshake records that are encrypted, of
    which the first is `finished` bytes long; `longest_alert` is how long an encrypted alert is. `readable` is whether
    there was text where it should be encrypted, and `newest` whether there were records that only DTLS 1.3 has.
    `problems` are in words, for people. `protected` is right once both directions are closed.
    """

    begins: int = 0
    talked: bool = False
    messages: HandshakeMessages = field(default_factory=HandshakeMessages)
    alerts: list[PlaintextAlert] = field(default_factory=list)
    data: DataRecords = field(default_factory=DataRecords)
    versions: set[int] = field(default_factory=set)
    sealed: int = 0
    finished: int = 0
    changes: int = 0
    longest_alert: int = 0
    encrypted: bool = False
    readable: bool = False
    newest: bool = False
    problems: list[str] = field(default_factory=list)
    # Whether what it holds of application data has nothing of the handshake in it, even in TLS 1.3.
    data_alone: bool = False
    protected: bool = False

    @property
    def is_client(self) -> bool:
        """Whether it asks."""
        return CLIENT_HELLO in self.messages.counts

    @property
    def is_server(self) -> bool:
        """Whether it answers."""
        return SERVER_HELLO in self.messages.counts

    @property
    def asked(self) -> ClientHello | None:
        """Its first ClientHello."""
        message = self.messages.first(CLIENT_HELLO)
        return hello.client_hello(message.body) if message else None

    @property
    def picked(self) -> ServerHello | None:
        """Its last ServerHello: of two the first asked for another hello (RFC 8446, 4.1.4)."""
        message = self.messages.last(SERVER_HELLO)
        return hello.server_hello(message.body) if message else None

    def alert(self, frame: int, data: bytes) -> None:
        """Take down an alert in clear (RFC 8446, 6; RFC 5246, 7.2)."""
        if len(self.alerts) < _SINGLE:
            self.alerts.append(PlaintextAlert(frame, names.level(data[0]), names.alert(data[1])))


def tls_of(findings: Findings) -> TlsDirection | None:
    """What is known of a direction that is TLS, DTLS or QUIC; None where it is none of these."""
    return findings.encryption if isinstance(findings.encryption, TlsDirection) else None
