"""The amount of application data, estimated from record lengths alone, as an eavesdropper can."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.protocols.tls.direction_state import DataRecords, TlsDirection
    from overheard_capture.protocols.tls.handshake import Handshake
    from overheard_capture.protocols.tls.hello import ServerHello

TLS_1_3, DTLS_1_3 = "TLS 1.3", "DTLS 1.3"
# The lengths of the explicit nonce up to TLS 1.2, and of the tag (RFC 5288, 3; RFC 6655, 3 and 4; RFC 7905, 2).
AEAD = {"_CCM_8": (8, 8), "_CCM": (8, 16), "_GCM_": (8, 16), "_CHACHA20_": (0, 16)}
_HASH = {"MD5": 16, "SHA": 20, "SHA256": 32, "SHA384": 48}
_BLOCK = 16
# Ciphers with blocks of 8 bytes; AES, Camellia, SEED and ARIA have 16.
_SMALL_BLOCKS = ("_3DES_", "_DES_", "_DES40_", "_IDEA_", "_RC2_")
# The length of a truncated MAC (RFC 6066, 7).
_TRUNCATED_MAC = 10
_WITHOUT_IV = {"SSL 3.0", "TLS 1.0"}
# The length of an alert (RFC 8446, 6).
_ALERT = 2
# Certificate, CertificateVerify and Finished (RFC 8446, 4.4).
_CLIENT_FLIGHT = 3
# Session tickets are some hundred bytes, more with a client certificate inside; bulk data comes in longer records.
_MAX_TICKET = 4096
# Those of one handshake have the same length, or differ by a block of the cipher that protects the session inside:
# OpenSSL's contains a random number (ticket_age_add), whose DER encoding has one to five bytes.
_TICKETS_DIFFER = (0, _BLOCK)


@dataclass(frozen=True)
class Sizes:
    """Bytes of application data: the maximum in each direction, and the estimated size of the server's response."""

    sent: int = 0
    answered: int = 0
    estimate: int = 0


def sizes(client: TlsDirection, server: TlsDirection, handshake: Handshake) -> Sizes:
    """Add up the records that may contain application data.

    Up to TLS 1.2 the record type identifies them. In TLS 1.3 encrypted handshake messages, session tickets and alerts
    have the same type: the handshake is excluded from both sums, and the estimate also excludes likely tickets and
    alerts.
    """
    sent, answered, extra = client.data, server.data, overhead(handshake.server_hello)
    estimated = answered
    # Early data precedes the end of the handshake, which then cannot be found.
    if handshake.server_hello.version == TLS_1_3 and not handshake.client_hello.early_data and not server.data_only:
        finished_length = 4 + _hash(handshake.server_hello) + extra
        flight = _records_before_client(answered, sent)
        sent = sent.without_first(_count_to_finished(sent, _CLIENT_FLIGHT, 1, finished_length))
        answered = answered.without_first(_count_to_finished(answered, flight, flight, finished_length))
        estimated = _without_tickets(answered, _records_before_client(answered, sent), _ALERT + extra)
    return Sizes(sent.payload_bytes(extra), answered.payload_bytes(extra), estimated.payload_bytes(extra))


def overhead(server_hello: ServerHello) -> int:
    """The minimum number of bytes by which a protected record is longer than its payload; 0 if unknown."""
    if "_CBC_" in server_hello.cipher:
        # An IV in each record since TLS 1.1, the MAC, and the padding length (RFC 5246, 6.2.3.2).
        return (0 if server_hello.version in _WITHOUT_IV else _block(server_hello)) + _mac(server_hello) + 1
    nonce, tag = next((sizes for part, sizes in AEAD.items() if part in server_hello.cipher), (0, 0))
    # TLS 1.3 sends no nonce, and encrypts the content type (RFC 8446, 5.2 and 5.3).
    return (1 if server_hello.version in {TLS_1_3, DTLS_1_3} else nonce) + tag


def explicit_nonce(server_hello: ServerHello) -> int:
    """The length of the nonce at the beginning of each record, which may count (RFC 5288, 3)."""
    if server_hello.version in {TLS_1_3, DTLS_1_3}:
        return 0
    return next((nonce for part, (nonce, _) in AEAD.items() if part in server_hello.cipher), 0)


def record_length(server_hello: ServerHello, content: int) -> int | None:
    """The length of an encrypted record up to TLS 1.2 with `content` bytes and the least padding; None if unknown."""
    if any(part in server_hello.cipher for part in AEAD):
        return content + overhead(server_hello)
    if "_RC4_" in server_hello.cipher:
        return content + _mac(server_hello)
    if "_CBC_" not in server_hello.cipher:
        return None
    block, mac = _block(server_hello), _mac(server_hello)
    iv = 0 if server_hello.version in _WITHOUT_IV else block
    # Encrypt-then-MAC leaves the MAC outside the padding (RFC 7366, 3); otherwise it is inside (RFC 5246, 6.2.3.2).
    padded, behind = (content, mac) if server_hello.encrypt_then_mac else (content + mac, 0)
    return iv + (padded // block + 1) * block + behind


def _block(server_hello: ServerHello) -> int:
    """The length of a block of the cipher."""
    return 8 if any(part in server_hello.cipher for part in _SMALL_BLOCKS) else _BLOCK


def _mac(server_hello: ServerHello) -> int:
    """The length of the MAC (RFC 5246, 6.2.3.1)."""
    return _TRUNCATED_MAC if server_hello.truncated_mac else _hash(server_hello)


def _hash(server_hello: ServerHello) -> int:
    """The length of the MAC, or of the hash in Finished (RFC 8446, 4.4.4)."""
    return _HASH.get(server_hello.cipher.rpartition("_")[2], 0)


def _records_before_client(answered: DataRecords, sent: DataRecords) -> int:
    """How many records the server sent before the client's first one."""
    if not sent.record_count:
        return answered.record_count
    begins = (sent.first[0] if sent.first else sent.last or answered.first[0]).frame
    return sum(1 for _ in takewhile(lambda record: record.frame < begins, answered.first))


def _count_to_finished(records: DataRecords, flight: int, otherwise: int, finished_length: int) -> int:
    """How many of `flight` records belong to the handshake, up to Finished; `otherwise` if it is not found."""
    lengths = [record.length for record in records.first[:flight]]
    return lengths.index(finished_length) + 1 if finished_length in lengths else otherwise


def _without_tickets(answered: DataRecords, before_client: int, alert: int) -> DataRecords:
    """Exclude records that look like session tickets (RFC 8446, 4.6.1), and the closing alert.

    Tickets come first, before the request or while it is in flight, and those of one handshake are alike in length.
    """
    last = answered.last or (answered.first[-1] if answered.first else None)
    if last and last.length == alert:
        answered = answered.without_last()
    ticket = answered.first[0].length if answered.first else 0
    alike = sum(1 for _ in takewhile(lambda record: abs(record.length - ticket) in _TICKETS_DIFFER, answered.first))
    return answered.without_first(alike) if ticket <= _MAX_TICKET and (before_client or alike > 1) else answered
