"""Fetches what an authority publishes over plain HTTP, in bounded time and size.

What it is worth, its signature tells.
"""

from __future__ import annotations

import http.client
import socket
import threading
from contextlib import closing, suppress
from urllib.parse import urlsplit, urlunsplit

from overheard_services.status.ocsp_response import NoAnswerError

# Seconds for connecting, and as many for the whole answer.
_PATIENCE = 5
# The most bytes that are read of an answer.
LONGEST = 1 << 20


def fetched(url: str, asked: bytes = b"", *, patience: float = _PATIENCE) -> bytes:
    """The body at `url`, or in answer to an OCSP request. Raises NoAnswerError.

    What is too long, or not there in time, is cut off; nothing that is signed can be read then.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            # Over HTTPS, another certificate would have to be checked first (RFC 5280, 8).
            raise NoAnswerError("it is not to be asked over plain HTTP")
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=patience)) as connection:
            return _exchanged(connection, target, asked, patience)
    except (OSError, ValueError, http.client.HTTPException):
        raise NoAnswerError("nobody answered") from None


def _exchanged(connection: http.client.HTTPConnection, target: str, asked: bytes, patience: float) -> bytes:
    connection.connect()
    # The timeout of a socket begins anew with each byte.
    timer = threading.Timer(patience, _end, [connection.sock])
    timer.daemon = True
    timer.start()
    try:
        if asked:
            connection.request("POST", target, asked, {"Content-Type": "application/ocsp-request"})
        else:
            connection.request("GET", target)
        # Redirections are not followed.
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise NoAnswerError("nobody answered")
        return answer.read(LONGEST)
    finally:
        timer.cancel()


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
