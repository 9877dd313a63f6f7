"""What is embedded in a preface is unwrapped; what such prefaces ordinarily carry is no reason."""

from __future__ import annotations

import base64
import gzip
import random
import zlib

import pytest

from capture.in_clear import SPELLED, SWAPPED
from capture.message_sink import Sink
from capture.talk import SEARCH, SECRET, replay
from overheard_capture.content.findings import Findings
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.identify.preface_content import read_preface
from overheard_capture.identify.prefaces import is_negotiation, salt_ranges
from overheard_capture.packets import Numbers
from overheard_capture.provenance.origin import Origin

RANDOM = random.Random(5)  # noqa: S311 - the same in each run
HIDDEN = gzip.compress(SECRET, mtime=0)
ADDRESSES = b"\x7f\0\0\1\x7f\0\0\1\x9c\x40\x01\xbb"


def proxy(*values: tuple[int, bytes], family: int = 0x11, addresses: bytes = ADDRESSES) -> bytes:
    rest = addresses + b"".join(bytes([kind]) + len(value).to_bytes(2, "big") + value for kind, value in values)
    return b"\r\n\r\n\0\r\nQUIT\n\x21" + bytes([family]) + len(rest).to_bytes(2, "big") + rest


def mysql(greeting: bytes) -> bytes:
    return len(greeting).to_bytes(3, "little") + b"\0\n" + greeting[1:]


def rdp(cookie: bytes) -> bytes:
    length = 11 + len(cookie)
    return b"\3\0" + length.to_bytes(2, "big") + bytes([length - 5]) + b"\xe0\0\0\0\0\0" + cookie


AFTER = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize(
    "preface",
    [
        proxy((0xE0, HIDDEN)),
        proxy((5, zlib.compress(SECRET))),
        proxy((0xEA, b"\1" + zlib.compress(SECRET))),
        proxy((0x20, b"\1\0\0\0\0\x21" + len(HIDDEN).to_bytes(2, "big") + HIDDEN)),
        proxy((2, base64.b64encode(HIDDEN))),
        proxy(family=0x31, addresses=HIDDEN.ljust(216, b"\0")),
        b"PROXY TCP4 " + base64.b64encode(HIDDEN) + b" 10.0.0.1 1 2\r\n",
        mysql(b"\n8.0\0" + bytes(4) + HIDDEN),
        rdp(b"Cookie: mstshash=" + base64.b64encode(HIDDEN) + b"\r\n"),
        b"\5\1\2\1\4user" + bytes([len(HIDDEN)]) + HIDDEN + b"\5\1\0\1\x7f\0\0\1\0\x50",
    ],
)
def test_what_is_embedded_in_a_preface_is_found(preface: bytes) -> None:
    assert replay([(">", preface + AFTER)]).client.sightings


@pytest.mark.parametrize(
    "preface",
    [
        proxy((1, b"h2"), (2, b"example.org"), (3, RANDOM.randbytes(4)), (5, RANDOM.randbytes(128))),
        proxy((0xEA, b"\1vpce-08d2bf15fac5001c9")),
        proxy((0xEE, b"\1" + RANDOM.randbytes(4)), (4, bytes(40))),
        rdp(b"Cookie: mstshash=administrator\r\n\1\0\x08\0\3\0\0\0"),
    ],
)
def test_ordinary_prefaces_are_no_reason(preface: bytes) -> None:
    result = replay([(">", preface + AFTER)])
    assert (result.unread, result.client.sightings) == (set(), [])


def test_long_binary_values_of_unknown_types_are_doubted() -> None:
    assert replay([(">", proxy((0xE7, RANDOM.randbytes(64))) + AFTER)]).unread == {"neither text nor a known format"}


def greeting(version: bytes = b"8.0.36-0ubuntu0.22.04.1", method: bytes = b"caching_sha2_password") -> bytes:
    """What MySQL says before its client asks for TLS."""
    salt = RANDOM.randbytes(20)
    body = b"\x0a" + version + b"\0" + bytes(4) + salt[:8] + b"\0\xff\xff\xff\2\0\xff\xdf\x15" + bytes(10)
    body += salt[8:] + b"\0" + method + b"\0"
    return len(body).to_bytes(3, "little") + b"\0" + body


@pytest.mark.parametrize("version", [b"8.0.36", b"5.5.5-10.11.6-MariaDB-0+deb12u1", b"8.0.mysql_aurora.3.04.0"])
def test_versions_of_mysql_belong_to_the_negotiation(version: bytes) -> None:
    assert is_negotiation(greeting(version))
    assert is_negotiation(greeting(version, b"mysql_native_password"))


@pytest.mark.parametrize("said", [SWAPPED, SPELLED[:60]])
def test_what_an_application_says_in_a_greeting_is_in_clear(said: bytes) -> None:
    assert not is_negotiation(greeting(b"8.0.36-" + said))
    assert not is_negotiation(greeting(method=said.replace(b" ", b"_")))


def test_the_random_value_of_a_greeting_is_put_aside() -> None:
    data, sink = greeting(), Sink()
    findings = Findings(SEARCH, READERS, messages=sink)
    read_preface(findings, (), "MySQL", data, Origin.of_frame(1, 0, len(data)))
    found = [piece for piece, *_, part in sink.pieces if isinstance(part, Numbers)]
    assert found == [b"".join(data[start:end] for start, end in salt_ranges(data))]
    assert len(found[0]) == 20
