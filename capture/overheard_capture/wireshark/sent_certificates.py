"""The certificates that the two sides of each TLS connection sent, as far as keys open the handshake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import TsharkInput, tshark

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = ("frame.number", "tcp.stream", "tcp.srcport", "tcp.dstport", "tls.handshake.certificate")
_NO_KEYS = TlsKeys()


@dataclass(frozen=True)
class SentChain:
    """One Certificate message (RFC 8446, 4.4.2): the certificates in DER, in the order in which they were sent.

    `stream` is the number of the TCP connection, and the ports are those of the sender and of the other side.
    """

    frame: int
    stream: int
    port: int
    other_port: int
    certificates: tuple[bytes, ...]


def sent_chains(capture: TsharkInput, keys: TlsKeys = _NO_KEYS) -> tuple[SentChain, ...]:
    """All that were sent, in the order of the recording. Raises UnreadableError."""
    wanted = [word for name in _FIELDS for word in ("-e", name)]
    output = tshark(capture, "-Y", "tls.handshake.certificate", "-T", "fields", *wanted, keys=keys)
    return tuple(_chains(output))


def _chains(output: str) -> Iterator[SentChain]:
    for line in output.splitlines():
        *numbers, certificates = line.split("\t")
        frame, stream, port, other = (int(text.partition(",")[0]) for text in numbers)
        sent = tuple(bytes.fromhex(text.replace(":", "")) for text in certificates.split(","))
        yield SentChain(frame, stream, port, other, sent)
