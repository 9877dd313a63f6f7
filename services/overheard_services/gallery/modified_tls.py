"""TLS 1.2 whose first flight is modified after OpenSSL wrote it, to imitate a faulty or misconfigured server.

OpenSSL refuses to load a key that does not match its certificate, and to send a chain in the wrong order. What it
writes before encryption begins can be modified before it is sent: the client finds the fault before it verifies the
whole handshake with Finished (RFC 5246, 7.4.9).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    Modify = Callable[[bytes], bytes]

_T = TypeVar("_T")

# Content types (RFC 5246, 6.2.1), handshake messages (7.4), and the extension of RFC 5746, 3.2.
_CHANGE_CIPHER_SPEC, _HANDSHAKE = 20, 22
_SERVER_HELLO, _CERTIFICATE = 2, 11
_RENEGOTIATION_INFO = 0xFF01


@dataclass
class ModifiedTls:
    """A server's side of TLS whose flights go through `modify`. It receives and sends as a socket does."""

    connection: socket.socket
    context: ssl.SSLContext
    modify: Modify
    _incoming: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)
    _outgoing: ssl.MemoryBIO = field(default_factory=ssl.MemoryBIO)

    def __post_init__(self) -> None:
        self._tls = self.context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    def do_handshake(self) -> None:
        """Do the handshake. Raises OSError if it fails."""
        self._pump(self._tls.do_handshake)

    def recv(self, size: int) -> bytes:
        """Receive at most `size` bytes of what the client sent."""
        return self._pump(lambda: self._tls.read(size))

    def sendall(self, data: bytes) -> None:
        """Send `data`."""
        self._pump(lambda: self._tls.write(data))

    def _pump(self, step: Callable[[], _T]) -> _T:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._flush()
                self._incoming.write(self.connection.recv(16384) or self._ended())
            finally:
                self._flush()

    def _flush(self) -> None:
        if self._outgoing.pending:
            self.connection.sendall(self.modify(self._outgoing.read()))

    def _ended(self) -> bytes:
        raise ConnectionAbortedError("the client went away in the middle of TLS")


def chain_reversed(flight: bytes) -> bytes:
    """The server's own certificate last, although it must be first (RFC 5246, 7.4.2)."""
    return _changed(flight, _CERTIFICATE, lambda body: _vector(b"".join(reversed(_certificates(body)))))


def certificate_replaced(certificate: bytes) -> Modify:
    """Another certificate (DER) instead of the server's own: the server does not have its key."""
    entry = _vector(certificate)
    return lambda flight: _changed(
        flight, _CERTIFICATE, lambda body: _vector(b"".join([entry, *_certificates(body)[1:]]))
    )


def without_renegotiation_info(flight: bytes) -> bytes:
    """A server without RFC 5746 of 2010."""
    return _changed(flight, _SERVER_HELLO, _without_renegotiation_info)


def with_a_bit_inverted(flight: bytes) -> bytes:
    """The last bit of each encrypted record inverted, as a faulty network card might do it."""
    clear, flown = True, b""
    for record in _records(flight):
        flown += record if clear else record[:-1] + bytes([record[-1] ^ 1])
        clear = clear and record[0] != _CHANGE_CIPHER_SPEC
    return flown


def _without_renegotiation_info(body: bytes) -> bytes:
    # Version, random, session id, cipher suite, compression method; then the extensions (RFC 5246, 7.4.1.3).
    fixed = 2 + 32 + 1 + body[34] + 2 + 1
    kept, rest = b"", body[fixed + 2 :]
    while rest:
        end = 4 + int.from_bytes(rest[2:4])
        if int.from_bytes(rest[:2]) != _RENEGOTIATION_INFO:
            kept += rest[:end]
        rest = rest[end:]
    return body[:fixed] + len(kept).to_bytes(2) + kept


def _changed(flight: bytes, message: int, change: Modify) -> bytes:
    """A flight with the body of one handshake message changed. OpenSSL puts each message in its own record."""
    clear, flown = True, b""
    for record in _records(flight):
        clear = clear and record[0] != _CHANGE_CIPHER_SPEC
        if clear and record[0] == _HANDSHAKE and record[5] == message:
            body = change(record[9:])
            payload = bytes([message]) + _vector(body)
            flown += record[:3] + len(payload).to_bytes(2) + payload
        else:
            flown += record
    return flown


def _records(flight: bytes) -> Iterator[bytes]:
    while flight:
        end = 5 + int.from_bytes(flight[3:5])
        yield flight[:end]
        flight = flight[end:]


def _certificates(body: bytes) -> list[bytes]:
    """The entries of a Certificate message, each with its length before it."""
    entries, rest = [], body[3:]
    while rest:
        end = 3 + int.from_bytes(rest[:3])
        entries.append(rest[:end])
        rest = rest[end:]
    return entries


def _vector(content: bytes) -> bytes:
    return len(content).to_bytes(3) + content
