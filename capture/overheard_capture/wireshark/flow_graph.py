"""The flow graph of a recording: what each frame of each conversation is, in a few words, and who sent it to whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.escaping import printable
from overheard_capture.protocols.tls.names import alert
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import TsharkInput, tshark

if TYPE_CHECKING:
    from collections.abc import Iterator

# More frames are not drawn: nobody reads a graph of so many arrows.
MOST = 1000
_NO_KEYS = TlsKeys()
# TCP flags (RFC 9293, 3.1), and the types of TLS records and handshake messages (RFC 8446, B; RFC 5246, 7.4).
_FIN, _SYN, _RST, _ACK = 1, 2, 4, 16
_FLAGS = ((_SYN, "SYN"), (_FIN, "FIN"), (_RST, "RST"), (_ACK, "ACK"))
_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION_DATA = "20", "21", "22", "23"
_MESSAGES = {
    "0": "HelloRequest",
    "1": "ClientHello",
    "2": "ServerHello",
    "4": "NewSessionTicket",
    "8": "EncryptedExtensions",
    "11": "Certificate",
    "12": "ServerKeyExchange",
    "13": "CertificateRequest",
    "14": "ServerHelloDone",
    "15": "CertificateVerify",
    "16": "ClientKeyExchange",
    "20": "Finished",
    "22": "CertificateStatus",
    "24": "KeyUpdate",
    "25": "CompressedCertificate",
}
# What comes after ChangeCipherSpec in one flight (RFC 8446, D.4; RFC 5246, 7.3).
_AFTER_CHANGE = {
    "EncryptedExtensions",
    "CertificateRequest",
    "Certificate",
    "CompressedCertificate",
    "CertificateVerify",
    "Finished",
}
_LONGEST = 120


class ArrowKind(StrEnum):
    """What a frame is about."""

    TCP = "tcp"
    ACKNOWLEDGEMENT = "ack"
    HTTP = "http"
    HANDSHAKE = "handshake"
    ALERT = "alert"
    ENCRYPTED = "encrypted"
    DATA = "data"


@dataclass(frozen=True)
class Arrow:
    """A frame: `time` in seconds since the first one of the recording, `length` in bytes of TCP payload."""

    frame: int
    time: float
    from_client: bool
    kind: ArrowKind
    label: str
    length: int


@dataclass(frozen=True)
class FlowConversation:
    """A TCP connection; `client` and `server` are addresses with ports."""

    stream: int
    client: str
    server: str
    arrows: tuple[Arrow, ...]

    @property
    def has_tls(self) -> bool:
        """Whether there are records of TLS in it."""
        return any(arrow.kind in (ArrowKind.HANDSHAKE, ArrowKind.ENCRYPTED) for arrow in self.arrows)

    def surrounds(self, other: FlowConversation) -> bool:
        """Whether another one began and ended while this one lasted, as behind an interceptor."""
        return self.arrows[0].time < other.arrows[0].time and other.arrows[0].time < self.arrows[-1].time


class _Row(NamedTuple):
    """One line of tshark's; the names are those of its fields, with `_` for the dots."""

    frame_number: str
    frame_time_relative: str
    tcp_stream: str
    ip_src: str
    ipv6_src: str
    tcp_srcport: str
    ip_dst: str
    ipv6_dst: str
    tcp_dstport: str
    tcp_len: str
    tcp_flags: str
    http_request_method: str
    http_request_uri: str
    http_response_code: str
    http_response_phrase: str
    tls_record_content_type: str
    tls_handshake_type: str
    tls_alert_message_desc: str
    tls_app_data: str

    @property
    def sender(self) -> str:
        return _endpoint(self.ip_src or self.ipv6_src, self.tcp_srcport)

    @property
    def receiver(self) -> str:
        return _endpoint(self.ip_dst or self.ipv6_dst, self.tcp_dstport)


# In the names of tshark, only these have an underscore.
_UNDERSCORED = ("time_relative", "content_type", "alert_message", "app_data")


def _field(name: str) -> str:
    """The name of a field in tshark."""
    dotted = name.replace("_", ".")
    for words in _UNDERSCORED:
        dotted = dotted.replace(words.replace("_", "."), words)
    return dotted


def flow_graph(capture: TsharkInput, keys: TlsKeys = _NO_KEYS) -> tuple[FlowConversation, ...]:
    """The conversations of a recording, in the order in which they began, as they show with these keys.

    Frames after the first `MOST` are left out. Raises UnreadableError.
    """
    fields = [word for name in _Row._fields for word in ("-e", _field(name))]
    output = tshark(capture.up_to(MOST), "-Y", "tcp", "-T", "fields", "-E", "occurrence=a", *fields, keys=keys)
    rows: dict[int, list[_Row]] = {}
    for line in output.splitlines():
        row = _Row(*(text for text, _ in zip_longest(line.split("\t"), _Row._fields, fillvalue="")))
        rows.setdefault(int(row.tcp_stream.partition(",")[0]), []).append(row)
    return tuple(_conversation(stream, of_stream) for stream, of_stream in rows.items())


def _conversation(stream: int, rows: list[_Row]) -> FlowConversation:
    first = rows[0]
    client, server = first.sender, first.receiver
    # A recording may begin with what the server answers to SYN.
    if _flags(first) & (_SYN | _ACK) == _SYN | _ACK:
        client, server = server, client
    return FlowConversation(stream, client, server, tuple(_arrow(row, client) for row in rows))


def _arrow(row: _Row, client: str) -> Arrow:
    kind, label = _what(row)
    length = int(row.tcp_len.partition(",")[0] or 0)
    shown = printable(label)
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    return Arrow(int(row.frame_number), float(row.frame_time_relative), row.sender == client, kind, shown, length)


def _what(row: _Row) -> tuple[ArrowKind, str]:
    if row.http_request_method:
        return ArrowKind.HTTP, f"{row.http_request_method} {row.http_request_uri}"
    if row.http_response_code:
        return ArrowKind.HTTP, f"{row.http_response_code} {row.http_response_phrase}".rstrip()
    if words := list(_tls(row)):
        alerts = bool(row.tls_alert_message_desc)
        sealed = all(word.startswith("Application Data") for word in words)
        return ArrowKind.ALERT if alerts else ArrowKind.ENCRYPTED if sealed else ArrowKind.HANDSHAKE, ", ".join(words)
    flags = _flags(row)
    named = [name for flag, name in _FLAGS if flags & flag]
    if int(row.tcp_len.partition(",")[0] or 0):
        return ArrowKind.DATA, "a part of a message"
    return ArrowKind.ACKNOWLEDGEMENT if named == ["ACK"] else ArrowKind.TCP, ", ".join(named) or "no flags"


def _tls(row: _Row) -> Iterator[str]:
    """What the records of a frame are, each kind once, in the order of TLS."""
    messages = [_MESSAGES.get(number, f"handshake message {number}") for number in _listed(row.tls_handshake_type)]
    types = set(_listed(row.tls_record_content_type))
    after = {"Finished"} if "EncryptedExtensions" not in messages else _AFTER_CHANGE
    yield from (name for name in dict.fromkeys(messages) if name not in after)
    if _CHANGE_CIPHER_SPEC in types:
        yield "ChangeCipherSpec"
    yield from (name for name in dict.fromkeys(messages) if name in after)
    if _HANDSHAKE in types and not messages:
        yield "Handshake (encrypted)"
    if _ALERT in types:
        yield f"Alert: {_alert(row)}" if row.tls_alert_message_desc else "Alert (encrypted)"
    if _APPLICATION_DATA in types or (row.tls_app_data and not messages):
        yield "Application Data"


def _alert(row: _Row) -> str:
    return ", ".join(alert(int(number)) for number in _listed(row.tls_alert_message_desc))


def _listed(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _flags(row: _Row) -> int:
    return int(row.tcp_flags.partition(",")[0] or "0", 16)


def _endpoint(address: str, port: str) -> str:
    address, port = (text.partition(",")[0] for text in (address, port))
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
