"""What an application hides in a hello is in clear; what clients and servers ordinarily send there is not."""

from __future__ import annotations

import base64

from capture.in_clear import SPELLED, SWAPPED
from capture.talk import client, extension, message, noise, record, replay, server, vector
from overheard_capture.protocols.tls.hello_fields import hello_fields

HOST = vector(2, b"\0" + vector(2, b"www.example.com"))
SHARES = vector(2, b"\x2a\x2a\0\1\0\x11\xec" + vector(2, noise(1216)) + b"\0\x1d" + vector(2, noise(32)))
BINDERS = vector(2, vector(1, noise(32)))
IDENTITIES = vector(2, vector(2, noise(192)) + bytes(4)) + BINDERS
CHROMIUM = client(
    extension(0x3A3A, b""),
    extension(0, HOST),
    extension(23, b""),
    extension(0xFF01, b"\0"),
    extension(10, vector(2, b"\x2a\x2a\x11\xec\0\x1d\0\x17\0\x18")),
    extension(11, vector(1, b"\0")),
    extension(35, b""),
    extension(16, vector(2, vector(1, b"h2") + vector(1, b"http/1.1"))),
    extension(5, b"\1\0\0\0\0"),
    extension(13, vector(2, b"\4\3\x08\4\4\1\5\3\x08\5\5\1\x08\6\6\1")),
    extension(0x44CD, vector(2, vector(1, b"h2"))),
    extension(51, SHARES),
    extension(43, vector(1, b"\x1a\x1a\3\4\3\3")),
    extension(27, vector(1, b"\0\2")),
    extension(0xFE0D, b"\0\0\1\0\1\x77" + vector(2, noise(32)) + vector(2, noise(208))),
    extension(0x1A1A, b"\0"),
    extension(21, bytes(200)),
    extension(41, IDENTITIES),
    suites=b"\x0a\x0a\x13\1\x13\2\x13\3\xc0\x2b\xc0\x2f",
)
ORDINARY = {
    "Chromium": CHROMIUM,
    "a mesh": client(
        extension(0, vector(2, b"\0" + vector(2, b"outbound_.80_._.web.default.svc.cluster.local"))),
        extension(16, vector(2, *(vector(1, each) for each in (b"istio-peer-exchange", b"istio", b"h2", b"grpc-exp")))),
    ),
    "ACME": client(extension(16, vector(2, vector(1, b"acme-tls/1")))),
    "an identity": client(extension(41, vector(2, vector(2, b"Client_identity") + bytes(4)) + BINDERS)),
    "an address": client(extension(0, vector(2, b"\0" + vector(2, b"192.0.2.1")))),
    "QUIC": client(extension(57, b"\x71\x29\x1a" + b"Chrome/113.0 Windows NT 10" + b"\4\4\x80\x10\0\0")),
    "Java": client(extension(17, vector(2, b"\2\0\4\0\0\0\0")), extension(50, vector(2, b"\4\3\5\3"))),
}
HIDDEN = {
    "extension server_name": [
        client(extension(0, vector(2, b"\0" + vector(2, each))))
        for each in (SPELLED, SPELLED.replace(b" ", b"-"), b"GET /login", noise(40).hex().encode() + b".example.com")
    ],
    "extension ALPN": [
        client(extension(16, vector(2, vector(1, SWAPPED)))),
        client(extension(16, vector(2, *(vector(1, each) for each in SPELLED.replace(b" ", b"-x ").split() * 2)))),
    ],
    "extension padding": [client(extension(21, bytes(9) + SWAPPED))],
    "extension pre_shared_key": [client(extension(41, vector(2, vector(2, SPELLED) + bytes(4))))],
    "extension 39321": [
        client(extension(0x9999, SWAPPED)),
        client(extension(0x9999, noise(3))),
        client(extension(0x9999, noise(600))),
        client(extension(0x9999, noise(100) + SPELLED)),
    ],
    "extension 6682": [client(extension(0x1A1A, SWAPPED))],
    "extension 35": [client(extension(35, noise(16) + SPELLED))],
    "extension 44": [client(extension(44, vector(2, SPELLED)))],
    "extension 51": [
        client(extension(51, vector(2, group + vector(2, key))))
        for group, key in (
            (b"\0\x1d", SPELLED),
            (b"\0\x1d", noise(31)),
            (b"\x2a\x2a", b"fox"),
            (b"\x77\x77", noise(32)),
        )
    ],
    "extension 13": [client(extension(13, vector(2, SPELLED)))],
    "extension 23": [client(extension(23, SWAPPED))],
    "cipher suites": [client(suites=SPELLED[:64])],
    "extension 10": [client(extension(10, vector(2, each))) for each in (b"\0\x1dcode", noise(20))],
    "extension 43": [client(extension(43, vector(1, b"\3\4ab")))],
    "extension 45": [client(extension(45, vector(1, b"\1fox")))],
    "extension 57": [client(extension(57, each)) for each in (b"\x20\3fox", b"\x1b\x0c" + SWAPPED, b"\x12\1?")],
    "extension 65037": [client(extension(0xFE0D, b"\0\0\1\0\1\x77" + vector(2, b"fox") + vector(2, noise(99))))],
    "random": [b"\3\3" + SPELLED[:32] + client()[34:]],
    "session ID": [b"\3\3" + noise(32) + vector(1, SPELLED[:32]) + client()[35:]],
    "compression methods": [client()[:35] + vector(2, b"\x13\1") + vector(1, SWAPPED) + vector(2, b"")],
}


def of(body: bytes, kind: int = 1) -> list[str]:
    return [field for field, _ in hello_fields(kind, body)]


def test_ordinary_hellos_have_nothing_unusual() -> None:
    assert {what: found for what, each in ORDINARY.items() if (found := of(each))} == {}
    assert of(server(0xC02F, extension(16, vector(2, vector(1, b"h2"))), extension(35, b"")), 2) == []


def test_text_and_surplus_bytes_are_unusual() -> None:
    found = {what: [set(of(each)) for each in several] for what, several in HIDDEN.items()}
    assert found == {what: [{what}] * len(several) for what, several in HIDDEN.items()}
    assert of(server(0xC02F, extension(16, vector(2, vector(1, SWAPPED)))), 2) == ["extension ALPN"]


def test_random_values_are_hardly_ever_text() -> None:
    """Also those in base64 that are no more than a token."""
    hellos = [client(extension(51, vector(2, b"\x11\xec" + vector(2, noise(1216, each))))) for each in range(200)]
    assert [each for each in hellos if of(each)] == []
    identity = base64.b64encode(noise(30))
    assert of(client(extension(41, vector(2, vector(2, identity) + bytes(4)) + BINDERS))) == []


def test_the_fields_are_reported() -> None:
    hello = client(extension(0, vector(2, b"\0" + vector(2, SPELLED))))
    findings = replay([(">", record(22, message(1, hello)))]).flow_findings[0]
    assert dict(findings.in_clear) == {"data in TLS extension server_name": len(SPELLED) + 5}
