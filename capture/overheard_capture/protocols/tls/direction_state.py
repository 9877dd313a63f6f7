"""The state of one direction of TLS, DTLS or QUIC, bounded in size."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.protocols.tls import ciphertext, names
from overheard_capture.protocols.tls.hello import CLIENT_HELLO, SERVER_HELLO
from overheard_capture.protocols.tls.messages import HandshakeMessages
from overheard_capture.protocols.tls.printable import PrintableRecords

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.tls.hello import ClientHello, ServerHello

# The maximum number of application data records, and of alerts, that are kept individually.
_MAX_KEPT = 64


class DataRecord(NamedTuple):
    """A record of application data: the length of its content in bytes, and the frame in which it begins."""

    length: int
    frame: int


@dataclass
class DataRecords:
    """Records of application data. The first ones and the last one are kept; those in between are only counted.

    `count` and `total` are the number of the records in between, and the bytes in them.
    """

    first: list[DataRecord] = field(default_factory=list)
    count: int = 0
    total: int = 0
    last: DataRecord | None = None

    @property
    def record_count(self) -> int:
        """The number of records."""
        return len(self.first) + self.count + (self.last is not None)

    @property
    def list_full(self) -> bool:
        """Whether the list of first records is full, so that further records are only counted."""
        return len(self.first) >= _MAX_KEPT

    @property
    def list_room(self) -> int:
        """How many more records the list of first records takes."""
        return _MAX_KEPT - len(self.first)

    def add(self, length: int, frame: int) -> None:
        """Add a record of this length, which begins in this frame."""
        record = DataRecord(length, frame)
        if self.list_full:
            self.add_many(1, record.length, record)
        else:
            self.first.append(record)

    def add_many(self, count: int, total: int, last: DataRecord) -> None:
        """Add `count` records of `total` bytes, ending with `last`. Only allowed once `list_full` is true."""
        if self.last:
            self.count += 1
            self.total += self.last.length
        self.count += count - 1
        self.total += total - last.length
        self.last = last

    def without_first(self, number: int) -> DataRecords:
        """A copy without the first `number` records, as far as these are kept individually."""
        return DataRecords(self.first[number:], self.count, self.total, self.last)

    def without_last(self) -> DataRecords:
        """A copy without the last record."""
        if self.last:
            return DataRecords(self.first, self.count, self.total)
        return DataRecords(self.first[:-1])

    def payload_bytes(self, extra: int) -> int:
        """The maximum number of payload bytes, if each record is `extra` bytes longer than its payload."""
        single = [*self.first, self.last] if self.last else self.first
        return sum(max(each.length - extra, 0) for each in single) + max(self.total - extra * self.count, 0)


class PlaintextAlert(NamedTuple):
    """An alert in clear: its frame, level and description."""

    frame: int
    level: str
    name: str


@dataclass
class TlsDirection:
    """One direction of TLS: the messages in clear, the amount of encrypted data, and the faults.

    `begins` is the offset in the direction at which TLS begins. `upgraded` is set if both sides agreed on TLS in clear
    before that. `versions` are those in the record headers, from the first record after a ClientHello. `encrypted` is
    set once encryption began. `change_cipher_specs` and `encrypted_handshakes` are numbers of records;
    `finished_length` is the length of the first encrypted handshake record, and `alert_lengths` those of encrypted
    alerts. `has_plaintext` is set if plaintext was found in place of ciphertext, and `uses_dtls_1_3` if records
    appeared that only DTLS 1.3 has. `problems` are texts for people. `protected` is valid once both directions are
    closed.
    """

    begins: int = 0
    upgraded: bool = False
    messages: HandshakeMessages = field(default_factory=HandshakeMessages)
    alerts: list[PlaintextAlert] = field(default_factory=list)
    data: DataRecords = field(default_factory=DataRecords)
    versions: set[int] = field(default_factory=set)
    encrypted_handshakes: int = 0
    finished_length: int = 0
    change_cipher_specs: int = 0
    alert_lengths: set[int] = field(default_factory=set)
    encrypted: bool = False
    has_plaintext: bool = False
    # The length of the shortest record, and what those that begin with printable characters are together.
    shortest: int = 1 << 16
    printable: PrintableRecords = field(default_factory=PrintableRecords)
    nonces: PrintableRecords = field(default_factory=PrintableRecords)
    uses_dtls_1_3: bool = False
    problems: list[str] = field(default_factory=list)
    # Whether the application data records contain no handshake messages, even in TLS 1.3.
    data_only: bool = False
    protected: bool = False

    @property
    def is_client(self) -> bool:
        """Whether a ClientHello was sent in this direction."""
        return CLIENT_HELLO in self.messages.counts

    @property
    def is_server(self) -> bool:
        """Whether a ServerHello was sent in this direction."""
        return SERVER_HELLO in self.messages.counts

    @property
    def client_hello(self) -> ClientHello | None:
        """The first ClientHello."""
        message = self.messages.first(CLIENT_HELLO)
        return message.as_client_hello if message else None

    @property
    def server_hello(self) -> ServerHello | None:
        """The last ServerHello: the first of two is a HelloRetryRequest (RFC 8446, 4.1.4)."""
        message = self.messages.last(SERVER_HELLO)
        return message.as_server_hello if message else None

    def check_ciphertext(self, body: bytes, nonce: int) -> None:
        """Check whether the content of a record that should be encrypted is plaintext, but for its explicit nonce."""
        self.shortest = min(self.shortest, len(body))
        if not self.has_plaintext:
            self.check_printable(body, nonce)
            self.check_plaintext(body)

    def check_printable(self, body: bytes, nonce: int) -> None:
        """Check whether records, or nonces, begin with printable characters too often."""
        is_text = self.printable.add(body, nonce)
        if nonce:
            is_text |= self.nonces.add(body[:nonce])
        self.has_plaintext |= is_text

    def skip_printable(self, count: int) -> None:
        """So many records begin with few printable characters, if with any."""
        self.printable.skip(count)
        self.nonces.skip(count)

    def check_plaintext(self, body: bytes, _: int = 0) -> None:
        """Check whether the content of one record is plaintext."""
        self.has_plaintext = self.has_plaintext or ciphertext.is_plaintext(body)

    def alert(self, frame: int, data: bytes) -> None:
        """Record an alert in clear (RFC 8446, 6; RFC 5246, 7.2)."""
        if len(self.alerts) < _MAX_KEPT:
            self.alerts.append(PlaintextAlert(frame, names.level(data[0]), names.alert(data[1])))


def tls_of(findings: Findings) -> TlsDirection | None:
    """The TLS state of a direction that is TLS, DTLS or QUIC; otherwise None."""
    return findings.encryption if isinstance(findings.encryption, TlsDirection) else None
