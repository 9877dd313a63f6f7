"""How a row of the gallery handles a client that has connected. A client that gets through always gets the message."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from overheard_services.gallery.modified_tls import ModifiedTls

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from overheard_services.gallery.modified_tls import Modify

    # Takes the connection, the TLS context, and the message.
    Speak = Callable[[socket.socket, ssl.SSLContext, bytes], None]

# The most bytes of a request that are read, and the timeout for the other side, in seconds.
_LONGEST, _PATIENCE = 16384, 5
# Longer than the timeout of any client.
_VERY_LONG = 120


class Stream(Protocol):
    """A connection on which a response can be sent."""

    def recv(self, size: int, /) -> bytes:
        """At most `size` bytes; empty at the end of the stream."""

    def sendall(self, data: bytes, /) -> None:
        """Send all of it."""


def tls(connection: socket.socket, context: ssl.SSLContext, message: bytes) -> None:
    """Do the handshake and respond."""
    connection.settimeout(_PATIENCE)
    with context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as secured:
        with suppress(OSError):
            secured.do_handshake()
            answer(secured, message)
        _part(secured)


def modified_tls(modify: Modify) -> Speak:
    """TLS 1.2 whose first flight goes through `modify`."""

    def speak(connection: socket.socket, context: ssl.SSLContext, message: bytes) -> None:
        connection.settimeout(_PATIENCE)
        with suppress(OSError):
            secured = ModifiedTls(connection, context, modify)
            secured.do_handshake()
            answer(secured, message)
        _part(connection)

    return speak


def plain_http(connection: socket.socket, _context: ssl.SSLContext | None, message: bytes) -> None:
    """Respond to HTTP, and to anything else with 400 Bad Request."""
    connection.settimeout(_PATIENCE)
    with suppress(OSError):
        if connection.recv(4, socket.MSG_PEEK).startswith(b"GET "):
            answer(connection, message)
        else:
            connection.sendall(_said("400 Bad Request", b"this is not HTTP"))
    _part(connection)


def cut(connection: socket.socket, _context: ssl.SSLContext, _message: bytes) -> None:
    """Close the connection after the client's first bytes."""
    connection.settimeout(_PATIENCE)
    with suppress(OSError):
        connection.recv(_LONGEST)
    _part(connection)


def reset(connection: socket.socket, _context: ssl.SSLContext, _message: bytes) -> None:
    """Reset the connection (RFC 9293, 3.5.2) after the client's first bytes."""
    connection.settimeout(_PATIENCE)
    with suppress(OSError):
        connection.recv(_LONGEST)
    # Closing with a linger time of zero sends a reset.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silence(connection: socket.socket, _context: ssl.SSLContext, _message: bytes) -> None:
    """Read, and send nothing until the client disconnects."""
    connection.settimeout(_VERY_LONG)
    with suppress(OSError):
        while connection.recv(_LONGEST):
            pass


def answer(stream: Stream, message: bytes) -> None:
    """Read the header of a request, and respond with `message`."""
    request = b""
    while b"\r\n\r\n" not in request and len(request) < _LONGEST:
        received = stream.recv(_LONGEST)
        if not received:
            return
        request += received
    stream.sendall(_said("200 OK", message))


def _said(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


def _part(connection: socket.socket) -> None:
    """Close our side, and wait for the other to close."""
    # Unread data would turn our FIN into a reset, which might overtake the alert that we have just sent.
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(_LONGEST):
            pass
