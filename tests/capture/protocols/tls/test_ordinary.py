"""Names, protocols and structures in handshakes are told from text that an application chose."""

from __future__ import annotations

import pytest

from capture.in_clear import SPELLED
from capture.talk import noise
from overheard_capture.protocols.tls.ordinary import is_host, is_protocol, is_structure, says_something


def test_random_bytes_say_nothing() -> None:
    assert [number for number in range(300) if says_something(noise(1500, number))] == []
    assert not says_something(b"GET /login")
    assert says_something(noise(100) + SPELLED)


def test_a_name_says_nothing_where_one_may_be() -> None:
    assert says_something(b"\0clientidentity01")
    assert not says_something(b"\0clientidentity01", may_be_named=True)
    assert says_something(SPELLED, may_be_named=True)


@pytest.mark.parametrize("name", [b"www.example.com", b"_dns.resolver.arpa", b"localhost", b"2001:db8::1", b"a.b."])
def test_a_host(name: bytes) -> None:
    assert is_host(name)


CODED = noise(40).hex().encode() + b".example.com"


@pytest.mark.parametrize("name", [SPELLED, b"", b"a..b", b"a/b", b"\xc3\xa9.example", CODED])
def test_no_host(name: bytes) -> None:
    assert not is_host(name)


def test_protocols() -> None:
    names = (
        b"h2",
        b"http/1.1",
        b"h3-29",
        b"teleport-auth@6578616d706c65",
        b"\x2a\x2a",
        b"acme-tls/1",
        b"tds/8.0",
        b"x-amzn-mqtt-ca",
        b"c-webrtc",
        b"co",
    )
    assert [each for each in names if not is_protocol(each)] == []
    assert not any(map(is_protocol, (SPELLED, b"of the", SPELLED.replace(b" ", b"-"), noise(9))))


def test_a_structure_has_nothing_behind() -> None:
    assert is_structure(b"\x30\2\5\0")
    assert is_structure(b"\x30\x81\x02\5\0")
    assert not any(map(is_structure, (b"", b"\x30", b"\x30\2\5\0\0", b"\x31\2\5\0", b"\x30\3\5\0")))
