"""Messages of SMTP, POP3 and NNTP are read without the dots that were added at the beginning of lines."""

from __future__ import annotations

import base64
import gzip
import quopri
import re
from typing import TYPE_CHECKING

import pytest

from capture.decoders.armour.lined import uuencoded, yenc
from capture.played import outcome, played, seen, some_findings
from capture.wrapped import noise
from overheard_capture.decoders.fallback import Fallback
from rows import for_each

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings

VALUE = b"fluffy.tail 4711"


def stuffed(text: bytes) -> bytes:
    return re.sub(rb"^\.", b"..", text.replace(b"\r\n", b"\n"), flags=re.MULTILINE).replace(b"\n", b"\r\n")


def smtp(text: bytes) -> bytes:
    return b"EHLO a\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n" + stuffed(text) + b"\r\n.\r\nQUIT\r\n"


def pop3(text: bytes) -> bytes:
    return b"+OK hello\r\n+OK 120 octets\r\n" + stuffed(text) + b"\r\n.\r\n+OK bye\r\n"


def nntp(text: bytes) -> bytes:
    return b"200 hello\r\n220 1 <a@b> article\r\n" + stuffed(text) + b"\r\n.\r\n205 bye\r\n"


PROTOCOLS = {"SMTP": smtp, "POP3": pop3, "NNTP": nntp}


def ascii85(data: bytes) -> bytes:
    """With lines that begin with a dot."""
    text = base64.a85encode(data, adobe=True)
    return re.sub(rb"(?<!<)(?=\.)", b"\n", text)


PACKED = gzip.compress(b"x" + noise(300, 3) + VALUE, mtime=0)
MESSAGES = {
    "a line that begins with the secret": b"Hello,\n\n.bashrc\n" + VALUE + b"\n",
    "quoted-printable that breaks before a dot": b"Hello,\n\nit is fluffy=\n.tail 4711, you know.\n",
    "gzip in quoted-printable": b"Content-Transfer-Encoding: quoted-printable\n\n"
    + re.sub(rb"(?<!=\n)(?=\.)", b"=\n", quopri.encodestring(PACKED)),
    "Ascii85": b"Hello,\n\n" + ascii85(PACKED) + b"\n",
    "uuencode": b"Hello,\n\n" + uuencoded(gzip.compress(b"." * 40 + VALUE, mtime=0)[:-1]) + b"\n",
}


def read(data: bytes, size: int = 1 << 20) -> Findings:
    return played(Fallback, data, range(0, len(data), size), findings=some_findings(value=VALUE))


@pytest.mark.slow
@for_each(protocol=PROTOCOLS, message=MESSAGES)
def test_a_message_is_read_without_its_dots(protocol: str, message: str) -> None:
    text = PROTOCOLS[protocol](MESSAGES[message])
    findings = read(text)
    assert findings.sightings
    assert not findings.unread
    for size in (1, 30):
        assert outcome(read(text, size)) == outcome(findings)


def test_yenc_is_read_without_the_dots() -> None:
    text = yenc(gzip.compress(noise(3000, 1) + VALUE, mtime=0))
    text = b"220 1 <a@b> article\r\n" + re.sub(rb"(?<=\n)\.", b"..", text)
    assert any("yEnc" in layers for layers in seen(read(text)))


@pytest.mark.parametrize(
    "text",
    [
        b"ls\r\n..\r\n.\r\n..fluffy\r\n.tail 4711\r\n",
        b"DATA\r\n" + b"\r\n..\r\n...\r\n" * 50,
        b"+OK\r\n.\r\n.\r\n",
    ],
)
def test_other_dots_are_no_finding(text: bytes) -> None:
    findings = read(text)
    assert (findings.unread, findings.sightings) == ({}, [])


def test_dots_are_not_removed_where_no_message_begins() -> None:
    """In anything else they may belong to what is encoded."""
    text = base64.a85encode(PACKED, adobe=True, wrapcol=70).replace(b"\n", b"\n..")
    assert not read(b"see:\r\n" + text + b"\r\n").sightings
    assert read(b"DATA\r\n" + text.replace(b"\n..", b"\n") + b"\r\n").sightings
