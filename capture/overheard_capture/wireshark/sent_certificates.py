"""The certificates that the two sides of each TLS connection sent, as far as keys open the handshake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard_capture.wireshark.compressed_certificates import algorithm_name, decompressed_certificates
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import TsharkInput, tshark

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLEAR, _COMPRESSED = "tls.handshake.certificate", "tls.compress_certificate.compressed_certificate_message"
_NUMBERS = ("frame.number", "tcp.stream", "tcp.srcport", "tcp.dstport")
# An extension lists algorithms, too: that of the message is the last one.
_OF_MESSAGE = ("tls.compress_certificate.algorithm", "tls.compress_certificate.uncompressed_length", _COMPRESSED)
_NO_KEYS = TlsKeys()


@dataclass(frozen=True)
class SentChain:
    """One Certificate message (RFC 8446, 4.4.2): the certificates in DER, in the order in which they were sent.

    `stream` is the number of the TCP connection, and the ports are those of the sender and of the other side.
    `compression` names how the message was compressed, if it was (RFC 8879), and `unreadable` says why there are no
    certificates, if it could not be decompressed.
    """

    frame: int
    stream: int
    port: int
    other_port: int
    certificates: tuple[bytes, ...]
    compression: str = ""
    unreadable: str = ""


def sent_chains(capture: TsharkInput, keys: TlsKeys = _NO_KEYS) -> tuple[SentChain, ...]:
    """All that were sent, in the order of the recording. Raises UnreadableError."""
    wanted = [word for name in (*_NUMBERS, _CLEAR, *_OF_MESSAGE) for word in ("-e", name)]
    output = tshark(capture, "-Y", f"{_CLEAR} or {_COMPRESSED}", "-T", "fields", *wanted, keys=keys)
    return tuple(map(sent_chain, output.splitlines()))


def sent_chain(line: str) -> SentChain:
    """What tshark prints about one frame: its numbers, certificates in clear, and a compressed message."""
    *columns, certificates, algorithms, lengths, compressed = line.split("\t")
    frame, stream, port, other = (int(text.partition(",")[0]) for text in columns)
    if not compressed:
        return SentChain(frame, stream, port, other, tuple(_bytes(certificates)))
    algorithm, length = (int(text.rpartition(",")[2]) for text in (algorithms, lengths))
    name = algorithm_name(algorithm)
    try:
        sent = decompressed_certificates(algorithm, length, next(_bytes(compressed)))
    except ValueError as problem:
        return SentChain(frame, stream, port, other, (), name, f"It was sent compressed ({name}): {problem}.")
    return SentChain(frame, stream, port, other, sent, name)


def _bytes(texts: str) -> Iterator[bytes]:
    yield from (bytes.fromhex(text.replace(":", "")) for text in texts.split(","))
