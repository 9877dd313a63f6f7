"""Names, protocols and structures in handshakes are told from text that an application chose."""

from __future__ import annotations

import base64

import pytest

from capture.in_clear import SPELLED, SWAPPED
from capture.protocols.tls.der import element
from capture.talk import noise
from overheard_capture.protocols.tls.ordinary import is_host, is_protocol, is_usual_name, says_something


def test_random_bytes_say_nothing() -> None:
    assert [number for number in range(300) if says_something(noise(1500, number))] == []
    assert not says_something(b"GET /login")
    assert says_something(noise(100) + SPELLED)
    assert says_something(noise(100) + CYRILLIC.encode())


def test_a_name_says_nothing_where_one_may_be() -> None:
    assert says_something(b"\0clientidentity01")
    assert not says_something(b"\0clientidentity01", may_be_named=True)
    assert says_something(SPELLED, may_be_named=True)


@pytest.mark.parametrize("name", [b"www.example.com", b"_dns.resolver.arpa", b"localhost", b"2001:db8::1", b"a.b."])
def test_a_host(name: bytes) -> None:
    assert is_host(name)


CODED = noise(40).hex().encode() + b".example.com"
CYRILLIC = " ".join(bytes(range(at, at + 6)).decode("cp1251") for at in (0xE0, 0xE6, 0xEC, 0xF2))


@pytest.mark.parametrize("name", [SPELLED, base64.b64encode(SWAPPED), b"", b"a..b", b"a/b", b"\xc3\xa9.example", CODED])
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


def name(*attributes: tuple[str, int, bytes]) -> bytes:
    """A name of attributes: the identifier, the tag of the value, and the value."""
    return b"".join(
        element(0x31, element(0x30, element(6, bytes.fromhex(kind)) + element(tag, value)))
        for kind, tag, value in attributes
    )


ORG, OU, CN, C, DESCRIPTION = "55040a", "55040b", "550403", "550406", "55040d"
NAMES = (
    name(
        (C, 0x13, b"DE"),
        (ORG, 0x0C, "T\u00dcB\u0130TAK Kamu Sertifikasyon Merkezi".encode()),
        (CN, 0x13, b"Example Root R3"),
    ),
    name((ORG, 0x13, b"The Royal Bank of Scotland Group Public Limited Company")),
    name((ORG, 0x13, b"Entrust.net"), (OU, 0x13, b"www.entrust.net/CPS_2048 incorp. by ref. (limits liab.)")),
    name((OU, 0x13, b"(c) 2006 VeriSign, Inc. - For authorized use only")),
    name((ORG, 0x1E, "Gr\u00fcne Post".encode("utf-16-be")), (CN, 0x0C, b"*.shop.example.com")),
    name((CN, 0x0C, b"3f2b0a6e-3d5c-4a34-9a55-1d3f9ab8c7d1")),
    name((CN, 0x0C, b"system:kube-scheduler"), (ORG, 0x0C, b"system:masters")),
    name((DESCRIPTION, 0x0C, b"Ubuntu 22.04")),
)
HIDDEN_NAMES = (
    name((ORG, 0x13, SPELLED)),
    name((CN, 0x13, b"the word for the gate is the one that was on the card")),
    name((CN, 0x1E, "the word for the gate is the one that was on the card".encode("utf-16-be"))),
    name((CN, 0x0C, CYRILLIC.encode())),
    name((CN, 0x1E, CYRILLIC.encode("utf-16-be"))),
    name((CN, 0x13, b"f-l-u-f-f-y t-a-i-l")),
    name((CN, 0x13, b"..-. .-.. ..- ..-. ..-. -.--")),
    name((ORG, 0x13, base64.b64encode(SPELLED))),
    name((ORG, 0x13, b"fl0ffy t41l 1s th3 n4m3 0f th3 c4t")),
    name((DESCRIPTION, 0x13, SWAPPED)),
    name((C, 0x13, SWAPPED)),
    name(("2b06010401cf72", 0x0C, SWAPPED)),
    name((ORG, 0x04, SWAPPED)),
    name(*((OU, 0x13, word) for word in SPELLED.split())),
)


def test_names_of_companies_servers_and_accounts_are_usual() -> None:
    assert [number for number, each in enumerate(NAMES) if not is_usual_name(each)] == []


def test_sentences_and_codes_in_names_are_not() -> None:
    assert [number for number, each in enumerate(HIDDEN_NAMES) if is_usual_name(each)] == []
