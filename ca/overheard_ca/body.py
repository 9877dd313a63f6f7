"""The bodies of requests: each is read to its end, and none that is too large is kept."""

from __future__ import annotations

import time
from contextlib import suppress

from flask import Response, request
from gunicorn.http.errors import ParseException

from overheard_ca import refusals

# A signing request with an 8192-bit key and a hundred names has about 6 KiB.
_MOST_BYTES = 64 * 1024

# How much of a refused body is read and discarded: the most bytes, and the most seconds.
_MOST_THROWN_AWAY = 32 * 1024 * 1024
_LONGEST_THROWN_AWAY = 5

# What gunicorn raises while a body is read: the connection is lost, or the chunked coding is invalid.
_BROKEN_OFF = (OSError, ParseException)


def read(most: int = _MOST_BYTES) -> bytes:
    """The whole body of at most so many bytes, whatever its transfer coding. Raises RefusedError.

    Flask's MAX_CONTENT_LENGTH would truncate a chunked body without an error.
    """
    try:
        body: bytes = request.environ["wsgi.input"].read(most + 1)
    except _BROKEN_OFF:
        raise refusals.BODY_BROKEN.error() from None
    if len(body) > most:
        raise refusals.BODY_TOO_LARGE.error(limit=most)
    return body


def read_to_the_end(answer: Response) -> Response:
    """Read the rest of a refused body: closing a socket with unread bytes resets it, and the response is lost."""
    if answer.status_code >= 400:
        unread, deadline = _MOST_THROWN_AWAY, time.monotonic() + _LONGEST_THROWN_AWAY
        with suppress(*_BROKEN_OFF):
            while unread > 0 and time.monotonic() < deadline:
                piece = request.environ["wsgi.input"].read(_MOST_BYTES)
                if not piece:
                    break
                unread -= len(piece)
    return answer
