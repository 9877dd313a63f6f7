"""Responses of HTTP/1 within text."""

from __future__ import annotations

import gzip
import zlib

import pytest

from capture.played import VALUE, played, seen, sightings
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.embedded_http import LAYER
from overheard_capture.decoders.untyped import untyped

PAGE = b"<p>It is " + VALUE + b", they say, and so on.</p>"


def chunked(body: bytes) -> bytes:
    parts = (body[at : at + 13] for at in range(0, len(body), 13))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def response(body: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join((b"HTTP/1.1 200 OK", b"Content-Type: text/html", *fields, b"", body))


def record(body: bytes) -> bytes:
    """A record of WARC."""
    head = (b"WARC/1.0", b"WARC-Type: response", b"Content-Type: application/http", b"Content-Length: %d" % len(body))
    return b"\r\n".join((*head, b"", body, b"", b""))


CHUNKED = response(chunked(PAGE), b"Transfer-Encoding: chunked")
LEAKS = {
    "chunked": record(CHUNKED),
    "the third": record(response(b"ok", b"Content-Length: 2")) * 2 + record(CHUNKED),
    "gzip, chunked": record(
        response(chunked(gzip.compress(PAGE)), b"Content-Encoding: gzip", b"Transfer-Encoding: chunked")
    ),
    "deflate": record(response(zlib.compress(PAGE)[2:-4], b"Content-Encoding: deflate", b"Content-Length: 49")),
    "by itself": b"\r\n" + CHUNKED,
}


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
def test_the_body_is_read(text: bytes) -> None:
    for whole in (text, b"The squirrels are out.\n" * 400 + text):
        every = sightings(played(untyped, whole))
        assert any(layers[:1] == (LAYER,) for layers in seen(played(untyped, whole)))
        # The text before the response is cut less often.
        within = range(max(len(whole) - len(text) - 70, 0), len(whole), 7)
        for cuts in ([len(whole) // 2], [1, 90, 4500, 9210, 9211, 9330], range(0, len(whole), 300), within):
            assert sightings(played(untyped, whole, cuts)) == every
    assert any(LAYER in layers for layers in seen(played(untyped, gzip.compress(text))))


@pytest.mark.parametrize(
    "text",
    [
        CHUNKED.replace(b"HTTP/1.1", b"> HTTP/1.1"),
        b"GET / HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(PAGE),
        record(response(chunked(PAGE.replace(b"tail", b"nail")), b"Transfer-Encoding: chunked")),
    ],
)
def test_other_text_is_not(text: bytes) -> None:
    assert not seen(played(untyped, b"It says: " + text))


def test_many_responses_without_an_end_are_no_reason() -> None:
    findings = played(untyped, b"\n" + response(b"and more\r\n") * 40)
    assert not findings.unread
    assert Reason.LIMIT not in {unread.why for unread in findings.unread}
