from __future__ import annotations

import base64
import gzip
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from capture.played import VALUE, outcome, played, seen
from capture.wrapped import answer, request
from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason, UnreadContent
from overheard_capture.protocols.http1.reader import http1

PACKED = gzip.compress(b"this is " + VALUE, mtime=0)


def parts(*each: bytes, boundary: bytes = b"BB", close: bytes = b"--BB--\r\n") -> bytes:
    return b"preamble\r\n" + b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in each) + close


def upload(body: bytes, kind: bytes = b"multipart/form-data; boundary=BB") -> bytes:
    return request(body, b"Content-Type: " + kind)


@pytest.mark.parametrize(
    ("part", "layers"),
    [
        (b"Content-Disposition: form-data; name=file\r\n\r\n" + PACKED, ("multipart", "gzip")),
        (b"Content-Encoding: gzip\r\n\r\n" + PACKED, ("multipart", "gzip")),
        (b"\r\n" + PACKED, ("multipart", "gzip")),
        (b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PACKED), ("multipart", "base64", "gzip")),
        (b"content-transfer-encoding:base64\r\n\r\n" + base64.b64encode(b"'" + VALUE + b"'"), ("multipart", "base64")),
        (
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\nFluf=\r\nfy tail=204711",
            ("multipart", "quoted-printable"),
        ),
        (
            b'Content-Type: multipart/mixed;\r\n boundary="in side"\r\n\r\n--in side\r\n\r\n'
            + PACKED
            + b"\r\n--in side--",
            ("multipart", "multipart", "gzip"),
        ),
        (
            b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(PACKED),
            ("multipart", "base64", "gzip"),
        ),
    ],
)
@pytest.mark.parametrize("size", [1, 13, 100])
def test_each_part_is_read_as_its_header_declares(part: bytes, layers: Layers, size: int) -> None:
    whole = upload(parts(b"Content-Type: text/plain\r\n\r\nhello", part, b"\r\nlast"))
    findings = played(http1, whole)
    assert layers in seen(findings)
    assert not findings.unread
    assert outcome(played(http1, whole, range(0, len(whole), size))) == outcome(findings)


def test_a_false_boundary_is_part_of_the_content() -> None:
    """And the containing file is not interrupted."""
    stored = gzip.compress(b"\r\n--BBC\r\n--B\r\n-- BB\r\n" + VALUE, 0)
    assert b"\r\n--BBC" in stored
    findings = played(http1, upload(parts(b"\r\n" + stored)))
    assert ("multipart", "gzip") in seen(findings)
    assert not findings.unread


def test_lines_may_end_in_line_feeds_alone() -> None:
    whole = upload(parts(b"\r\n" + PACKED, b"\r\nx").replace(b"\r\n", b"\n"))
    assert ("multipart", "gzip") in seen(played(http1, whole))


def test_truncated_parts_are_reported() -> None:
    findings = played(http1, upload(parts(b"\r\nhello", close=b"")))
    assert UnreadContent(Reason.DAMAGED, "a truncated multipart body") in findings.unread


def test_it_is_read_on_after_a_gap() -> None:
    whole = upload(parts(b"\r\n" + b"x" * 500, b"\r\n" + PACKED))
    findings = played(http1, whole, gap=(200, 400))
    assert ("multipart", "gzip") in seen(findings)
    assert [each.why for each in findings.unread] == [Reason.GAP]


def test_a_mail_as_python_writes_it_is_read() -> None:
    mail = EmailMessage()
    mail["Subject"] = "hello"
    mail.set_content("See below.")
    mail.add_attachment(PACKED, maintype="application", subtype="gzip", filename="it.gz")
    whole = mail.as_bytes(policy=SMTP)
    kind = mail["Content-Type"].encode()
    body = whole[whole.index(b"\r\n\r\n") + 4 :]
    assert ("multipart", "base64", "gzip") in seen(played(http1, answer(body, b"Content-Type: " + kind)))
