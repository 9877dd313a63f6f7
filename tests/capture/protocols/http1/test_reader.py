from __future__ import annotations

import base64
import gzip
import zlib

import brotli  # type: ignore[import-untyped]  # it publishes no types
import pytest
import zstandard

from capture.played import VALUE, outcome, played, seen, some_findings
from capture.wrapped import answer, chunked, request
from overheard_capture.content.findings import Findings, Reason, UnreadContent
from overheard_capture.protocols.http1.reader import PendingRequests, http1
from rows import for_each

TEXT = b"this is " + VALUE + b", more or less, and " * 20
PACKED = gzip.compress(TEXT)
LOST = "HTTP/1 followed by something else"


def every_cut(whole: bytes, sizes: tuple[int, ...] = (1, 7, 100), methods: tuple[bytes, ...] = ()) -> Findings:
    """The results, which must be the same however the bytes are split."""

    def findings() -> Findings:
        made = some_findings()
        made.conversation.of(PendingRequests).methods.extend(methods)
        return made

    result = played(http1, whole, findings=findings())
    for size in sizes:
        assert outcome(played(http1, whole, range(0, len(whole), size), findings=findings())) == outcome(result)
    assert result.read.total() == len(whole)
    return result


BODIES = {
    "as it is": (answer(TEXT), ()),
    "until the end": (b"HTTP/1.0 200 OK\r\n\r\n" + TEXT, ()),
    "in chunks": (answer(chunked(TEXT), b"Transfer-Encoding: chunked"), ("chunked",)),
    "gzip": (answer(PACKED, b"Content-Encoding: gzip"), ("gzip",)),
    "x-gzip": (answer(PACKED, b"content-encoding:\tX-GZip "), ("gzip",)),
    "deflate": (answer(zlib.compress(TEXT), b"Content-Encoding: deflate"), ("zlib",)),
    "raw deflate": (answer(zlib.compress(TEXT)[2:-4], b"Content-Encoding: deflate"), ("deflate",)),
    "br": (answer(brotli.compress(TEXT), b"Content-Encoding: br"), ("br",)),
    "zstd": (answer(zstandard.compress(TEXT), b"Content-Encoding: zstd"), ("zstd",)),
    "gzip in chunks": (
        answer(chunked(PACKED), b"Content-Encoding: gzip", b"Transfer-Encoding: chunked"),
        ("chunked", "gzip"),
    ),
    "gzip as a transfer coding": (answer(chunked(PACKED), b"Transfer-Encoding: gzip, chunked"), ("chunked", "gzip")),
    "two codings": (answer(brotli.compress(PACKED), b"Content-Encoding: gzip, br"), ("br", "gzip")),
    "codings in two fields": (
        answer(brotli.compress(PACKED), b"Content-Encoding: gzip", b"Content-Encoding: br"),
        ("br", "gzip"),
    ),
    "both kinds": (
        answer(
            chunked(zlib.compress(PACKED)),
            b"Transfer-Encoding: deflate",
            b"Transfer-Encoding: chunked",
            b"Content-Encoding: gzip",
        ),
        ("chunked", "zlib", "gzip"),
    ),
    "undeclared gzip": (answer(PACKED, b"Content-Type: application/octet-stream"), ("gzip",)),
    "base64 in JSON": (answer(b'{"a": "' + base64.b64encode(PACKED) + b'"}'), ("base64", "gzip")),
    "a request": (request(PACKED, b"Content-Encoding: gzip"), ("gzip",)),
    "a request in chunks": (request(b"", b"Transfer-Encoding: chunked") + chunked(TEXT), ("chunked",)),
    "line feeds alone": (
        b"HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: %d\n\n" % len(PACKED) + PACKED,
        ("gzip",),
    ),
    "a folded field": (answer(PACKED, b"Content-Encoding:\r\n gzip"), ("gzip",)),
    "an answer before the answer": (
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(PACKED, b"Content-Encoding: gzip"),
        ("gzip",),
    ),
    "a repeated length": (answer(TEXT, b"Content-Length: %d" % len(TEXT), b"Content-Length: %d" % len(TEXT)), ()),
    "identity": (answer(TEXT, b"Content-Encoding: identity"), ()),
}


@for_each(name=BODIES)
def test_each_body_framing_is_read(name: str) -> None:
    whole, layers = BODIES[name]
    findings = every_cut(whole)
    assert layers in seen(findings)
    assert not findings.unread
    assert set(findings.read) == {"HTTP/1"}


def test_messages_follow_each_other() -> None:
    """All kinds, on one connection."""
    whole = b"\r\n".join(whole for name, (whole, _) in BODIES.items() if not name.startswith(("a request", "until")))
    findings = every_cut(whole, (997,))
    assert {layers for name, (_, layers) in BODIES.items()} <= seen(findings)
    assert not findings.unread
    assert list(findings.kinds) == ["HTTP/1.1"]


def test_only_matches_across_chunks_are_new() -> None:
    """The content of a single chunk is on the wire literally, and is not reported twice."""
    whole = answer(chunked(b"-" * 10 + VALUE, 30), b"Transfer-Encoding: chunked")
    assert seen(every_cut(whole)) == {()}
    whole = answer(chunked(b"-" * 10 + VALUE, 16), b"Transfer-Encoding: chunked")
    (found,) = every_cut(whole).sightings
    assert (found.layers, found.position) == (("chunked",), 10)


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_responses_have_no_body_despite_their_headers(status: bytes) -> None:
    findings = every_cut(answer(b"", b"Content-Length: 500", status=status) + answer(PACKED, b"Content-Encoding: gzip"))
    assert ("gzip",) in seen(findings)
    assert not findings.unread


def test_the_response_to_head_has_no_body() -> None:
    whole = answer(b"", b"Content-Length: 5000") + answer(PACKED, b"Content-Encoding: gzip")
    findings = every_cut(whole, methods=(b"HEAD", b"GET"))
    assert ("gzip",) in seen(findings)
    assert not findings.unread


def test_the_methods_of_requests_are_known_to_the_other_side() -> None:
    findings = played(http1, request(line=b"HEAD / HTTP/1.1") + request(b"x") + request(line=b"GET / HTTP/1.0"))
    assert list(findings.conversation.of(PendingRequests).methods) == [b"HEAD", b"POST", b"GET"]
    assert list(findings.kinds) == ["HTTP/1.1", "HTTP/1.0"]


# ---- upgrades

FRAME = b"\x82\x7e" + len(PACKED).to_bytes(2, "big") + PACKED


def masked(frame: bytes, key: bytes = b"\1\2\3\4") -> bytes:
    body = bytes(byte ^ key[at % 4] for at, byte in enumerate(frame[4:]))
    return frame[:1] + bytes([frame[1] | 0x80]) + frame[2:4] + key + body


UPGRADE = (b"Connection: Upgrade", b"Upgrade: websocket")


def test_websocket_follows_an_upgrade() -> None:
    whole = answer(b"", *UPGRADE, status=b"101 Switching Protocols").replace(b"Content-Length: 0\r\n", b"") + FRAME
    findings = every_cut(whole)
    assert ("WebSocket", "gzip") in seen(findings)
    assert set(findings.read) == {"HTTP/1", "WebSocket"}


def test_the_clients_next_bytes_show_whether_the_upgrade_was_accepted() -> None:
    asked = request(b"", *UPGRADE, line=b"GET /chat HTTP/1.1")
    assert ("WebSocket", "gzip") in seen(every_cut(asked + masked(FRAME)))
    refused = every_cut(asked + request(PACKED, b"Content-Encoding: gzip"))
    assert ("gzip",) in seen(refused)
    assert set(refused.read) == {"HTTP/1"}


def test_the_protocol_after_connect_is_identified_again() -> None:
    tunnelled = request(PACKED, b"Content-Encoding: gzip")
    findings = every_cut(request(line=b"CONNECT example.test:80 HTTP/1.1") + tunnelled)
    assert ("gzip",) in seen(findings)
    answered = answer(b"", status=b"200 Connection established") + answer(PACKED, b"Content-Encoding: gzip")
    assert ("gzip",) in seen(every_cut(answered, methods=(b"CONNECT", b"GET")))
    refused = answer(TEXT, status=b"403 Forbidden") + answer(PACKED, b"Content-Encoding: gzip")
    assert ("gzip",) in seen(every_cut(refused, methods=(b"CONNECT", b"GET")))


# ---- damage and gaps

NEXT = answer(PACKED, b"Content-Encoding: gzip")


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more\r\n\r\n", LOST),
        (b"nonsense\r\n\r\n", LOST),
        (answer(b"5\r\nhelloX5\r\n", b"Transfer-Encoding: chunked"), "a chunked body with an invalid chunk"),
        (answer(b"zz\r\nhello\r\n", b"Transfer-Encoding: chunked"), "a chunked body with an invalid chunk"),
        (
            answer(b"hello", b"Content-Length: 5", b"Content-Length: 6"),
            "an HTTP/1 message with contradictory lengths",
        ),
        (answer(b"hello", b"Content-Length: five"), "an HTTP/1 message with contradictory lengths"),
    ],
)
def test_damage_is_reported_and_the_next_message_is_read(broken: bytes, what: str) -> None:
    findings = every_cut(answer(b"first") + broken + NEXT)
    assert UnreadContent(Reason.DAMAGED, what) in findings.unread
    assert ("gzip",) in seen(findings)


@pytest.mark.parametrize(
    "whole", [answer(TEXT)[:-3], answer(chunked(TEXT), b"Transfer-Encoding: chunked")[:-30], answer(TEXT)[:30]]
)
def test_truncated_content_is_damaged(whole: bytes) -> None:
    assert Reason.DAMAGED in {each.why for each in every_cut(whole).unread}


def test_a_gap_in_a_body_is_skipped() -> None:
    """If its length is known, the next message is found."""
    whole = answer(b"x" * 500) + NEXT
    findings = played(http1, whole, gap=(100, 400))
    assert ("gzip",) in seen(findings)
    assert findings.unread == {UnreadContent(Reason.GAP, "an HTTP/1 body with bytes missing"): 1}
    assert findings.read == {"HTTP/1": len(whole) - 300}


def test_a_gap_in_a_chunk_is_skipped() -> None:
    whole = answer(chunked(b"x" * 1000 + VALUE, 500), b"Transfer-Encoding: chunked") + NEXT
    findings = played(http1, whole, gap=(100, 400))
    assert {(), ("gzip",)} <= seen(findings)
    assert findings.unread == {UnreadContent(Reason.GAP, "an HTTP/1 body with bytes missing"): 1}


@pytest.mark.parametrize("gap", [(20, 60), (20, 700), (560, 590), (0, 30)])
def test_after_any_other_gap_the_next_message_is_found(gap: tuple[int, int]) -> None:
    """In a head, across the end of a body, from the very first byte."""
    whole = answer(b"x" * 500) + answer(b"y" * 100) + NEXT
    for size in (1, 7, 100, 5000):
        findings = played(http1, whole, range(0, len(whole), size), gap=gap)
        assert ("gzip",) in seen(findings)
        assert Reason.GAP in {each.why for each in findings.unread}
        assert findings.read.total() == len(whole) - (gap[1] - gap[0])


def test_an_endless_header_section_is_not_http() -> None:
    """And no more of it is buffered than of any other."""
    whole = b"HTTP/1.1 200 OK\r\n" + b"X-Field: and so on\r\n" * 20_000
    findings = every_cut(whole, (50_000,))
    assert UnreadContent(Reason.DAMAGED, LOST) in findings.unread


def test_an_unknown_coding_is_not_read_as_text() -> None:
    findings = every_cut(answer(bytes(range(256)), b"Content-Encoding: exi"))
    assert [each.why for each in findings.unread] == [Reason.OPAQUE]


@pytest.mark.parametrize(
    "line",
    [
        b"GET /?a=%b HTTP/1.1",
        b"GET http://%b/ HTTP/1.1",
        b"HTTP/1.1 400 %b",
        b"HTTP/1.1 400 Not so: %b",
        b"%b / HTTP/1.1",
    ],
)
def test_what_is_encoded_in_a_start_line_is_found(line: bytes) -> None:
    # The field after it looks like a part of it. A method is a token, as base64 may be.
    encoded = base64.b64encode(TEXT).rstrip(b"=") if line.startswith(b"%b") else base64.b85encode(b"password=" + TEXT)
    findings = every_cut(line % encoded + b"\r\nContent-Length: 0\r\n\r\n")
    assert seen(findings) & {("base64",), ("base85",)}


def test_cookies_in_chunks_are_read_together() -> None:
    findings = every_cut(b"GET / HTTP/1.1\r\nCookie: a=b; s.0=Fluffy%20ta; s.1=il%204711\r\n\r\n")
    assert seen(findings) == {("joined values",)}
