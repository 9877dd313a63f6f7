"""How much application data the records of a stream hold: what an eavesdropper tells from their lengths alone."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard_capture.protocols.tls.direction import DataRecords, TlsDirection
    from overheard_capture.protocols.tls.handshake import Handshake
    from overheard_capture.protocols.tls.hello import ServerHello

TLS_1_3, DTLS_1_3 = "TLS 1.3", "DTLS 1.3"
# Nonces that stand in the record up to TLS 1.2, and tags (RFC 5288, 3; RFC 6655, 3 and 4; RFC 7905, 2).
AEAD = {"_CCM_8": (8, 8), "_CCM": (8, 16), "_GCM_": (8, 16), "_CHACHA20_": (0, 16)}
_HASH = {"SHA": 20, "SHA256": 32, "SHA384": 48}
_BLOCK = 16
# How long an alert is (RFC 8446, 6).
_ALERT = 2
# Certificate, CertificateVerify and Finished (RFC 8446, 4.4).
_CLIENT_FLIGHT = 3
# Session tickets are some hundred bytes, more with a client's certificate inside; bulk data comes in longer records.
_LONGEST_TICKET = 4096


@dataclass(frozen=True)
class Sizes:
    """In bytes: what the records can have held of application data at most, and the best guess at what was answered."""

    sent: int = 0
    answered: int = 0
    guess: int = 0


def sizes(client: TlsDirection, server: TlsDirection, said: Handshake) -> Sizes:
    """Count the records that may hold application data.

    Up to TLS 1.2 these say so. In TLS 1.3 what is encrypted of the handshake, session tickets and alerts say the same:
    what belongs to the handshake is left out, and of the rest the guess leaves out what looks like tickets and alerts.
    """
    sent, answered, extra = client.data, server.data, overhead(said.picked)
    likely = answered
    # Data that is sent early stands before the handshake's end, and nobody can say where that is.
    if said.picked.version == TLS_1_3 and not said.asked.early_data and not server.data_alone:
        finished = 4 + _hash(said.picked) + extra
        flight = _unasked(answered, sent)
        sent = sent.after(_until_finished(sent, _CLIENT_FLIGHT, 1, finished))
        answered = answered.after(_until_finished(answered, flight, flight, finished))
        likely = _likely(answered, _unasked(answered, sent), _ALERT + extra)
    return Sizes(sent.held(extra), answered.held(extra), likely.held(extra))


def overhead(picked: ServerHello) -> int:
    """How many bytes at least a protected record is longer than what it holds; 0 where nobody can say."""
    if "_CBC_" in picked.cipher:
        # A vector in each record since TLS 1.1, the MAC, and the length of the padding (RFC 5246, 6.2.3.2).
        return (0 if picked.version in {"SSL 3.0", "TLS 1.0"} else _BLOCK) + _hash(picked) + 1
    nonce, tag = next((sizes for part, sizes in AEAD.items() if part in picked.cipher), (0, 0))
    # In TLS 1.3 the nonce is not sent, and the type of the content is encrypted with it (RFC 8446, 5.2 and 5.3).
    return (1 if picked.version in {TLS_1_3, DTLS_1_3} else nonce) + tag


def _hash(picked: ServerHello) -> int:
    """How long a MAC is, or the hash that Finished holds (RFC 8446, 4.4.4)."""
    return _HASH.get(picked.cipher.rpartition("_")[2], 0)


def _unasked(answered: DataRecords, sent: DataRecords) -> int:
    """How many records the server sent before the first of the client's."""
    if not sent.number:
        return answered.number
    begins = (sent.first[0] if sent.first else sent.last or answered.first[0]).frame
    return sum(1 for _ in takewhile(lambda record: record.frame < begins, answered.first))


def _until_finished(records: DataRecords, flight: int, otherwise: int, finished: int) -> int:
    """How many records of a flight of so many belong to the handshake: those up to Finished; or else `otherwise`."""
    lengths = [record.length for record in records.first[:flight]]
    return lengths.index(finished) + 1 if finished in lengths else otherwise


def _likely(answered: DataRecords, unasked: int, alert: int) -> DataRecords:
    """Without session tickets (RFC 8446, 4.6.1) and the closing alert, as far as can be told.

    Tickets come first, `unasked` or when the request is on its way, and those of one handshake are of one length.
    """
    last = answered.last or (answered.first[-1] if answered.first else None)
    if last and last.length == alert:
        answered = answered.without_last()
    ticket = answered.first[0].length if answered.first else 0
    alike = sum(1 for _ in takewhile(lambda record: record.length == ticket, answered.first))
    return answered.after(alike) if ticket <= _LONGEST_TICKET and (unasked or alike > 1) else answered
