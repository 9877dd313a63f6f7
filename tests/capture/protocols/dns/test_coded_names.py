"""Data in names, which tunnels of DNS send in a coding, is told from the codes of hosts, clouds and keys."""

from __future__ import annotations

import base64

import pytest

from capture.in_clear import datagram, in_clear, unread
from capture.talk import noise
from overheard_capture.protocols.dns.coded_names import coded_in_name, short_codes

HEX, BASE32 = noise(40).hex().encode(), base64.b32encode(noise(60)).lower().rstrip(b"=")
LOGIN = b"GET /login?user=bob"


def query(owner: str | bytes) -> bytes:
    name = b"".join(bytes([len(each)]) + each for each in of(owner)) + b"\0"
    return datagram(b"\0\1\1\0\0\1" + bytes(6) + name + b"\0\1\0\1")


def of(text: str | bytes) -> list[bytes]:
    return (text.encode() if isinstance(text, str) else text).split(b".")


TUNNELS = {
    "dnscat2": b"dnscat.123401beef" + HEX[:44] + b"." + HEX[:60] + b".t.example.com",
    "dnscat2 with a short line": b"dnscat.0001" + LOGIN.hex().encode() + b".t.example.com",
    "dns2tcp": b"BNIAAAAAAkdFVCAvbG9naW4/dXNlcj1ib2ImcGFzc3dvcmQ9Yw.t.example.com",
    "iodine": b"0ebaa" + BASE32[:50] + b"." + BASE32[:57] + b".t.example.com",
    "capitals": BASE32[:50].upper() + b".t.example.com",
    "base64 of text of the length of a hash": base64.b64encode(b"the acorns are below the third oak!!").rstrip(b"=")
    + b".t.example.com",
    "base32 of text": base64.b32encode(LOGIN).lower().rstrip(b"=") + b".t.example.com",
    "text of the length of a hash": (LOGIN + b"&p=12345678")[:28].hex().encode() + b".example.com",
}
ORDINARY = (
    "www.example.com",
    "llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch.co.uk",
    "xn--n8jaaaaai5bhf7as8fsfk3jnknefdde3fg11amb5gzdb4wi9bya3kc6lra.example",
    "rR4---sN-4g5e6nSz.GOOGLEvideo.com",
    "a0123456789abcdef0123456789abcde.eu-west-1.elb.amazonaws.com",
    "_3639ac514e785e898d2646601fa951d5.example.com",
    "_98fbfe8a4a1d6a8e0e0e0ad1c8d8b4f8.kdbplltgqr.acm-validations.aws",
    "b1f3c0d5e2a497860f1e2d3c4b5a69788796a5b4.sha1.example.com",
    "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey.example.com",
    "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi.ipfs.dweb.link",
    "3a5d1f7e9c2b4d6f8a0c1e3b5d7f9a1c3e5f7a9b.hbl.dq.spamhaus.net",
    "8y4wzlqzqmo5vcwfs8tiv1dtjdpnwshagfjqa4zfcbslp1k4nq2s._email.hbl.dq.spamhaus.net",
    "search-logs-a1b2c3d4e5f6g7h8i9j0k1l2m3.eu-west-1.es.amazonaws.com",
    "protonmail.domainkey.d4wkkgsk3gwhbsmqlnzkb5wqapxbvbpqgjbcg3ebzl5ucmtaxlbqa.domains.proton.ch",
    "n-xhn4j4mwl3qp2ku6n4h3qnl7wkc35ovjwhj5xgya-0lu-script.googleusercontent.com",
    "8e6c9b5a-1f2d-4c3b-9a8e-7d6c5b4a3f2e.auth.acme-dns.io",
    "Chromecast-0a1b2c3d4e5f60718293a4b5c6d7e8f9._googlecast._tcp.local",
    "87E1B004E235A130-8FC7772401CD0696._matter._tcp.local",
    "rfbd2u5m3ndmo4kxw7o3vhpxzbyhmtgc._domainkey.example.com",
    "b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
)


@pytest.mark.parametrize("what", TUNNELS)
def test_data_of_a_tunnel_is_in_clear(what: str) -> None:
    assert coded_in_name(of(TUNNELS[what]))
    assert "data in DNS name" in in_clear([query(TUNNELS[what])])


def test_codes_of_hosts_and_keys_are_none() -> None:
    assert [each for each in ORDINARY if coded_in_name(of(each)) or short_codes(of(each))] == []


def test_many_short_codes_below_a_domain_are_unread() -> None:
    """A tunnel that sends what is typed has one letter in each; a few clouds have some hosts that are named so."""
    codes = [f"{number:02x}3401beef{number * 7:04x}2000{number:02x}63" for number in range(12)]
    queries = [query(f"{each}.t.example.com") for each in codes]
    assert any("short codes" in each for each in unread(queries))
    assert unread(queries[:4]) == []


LETTER = b"Dear squirrels, the acorns are under the third oak behind the mill."
PIECES = {
    "base32": [base64.b32encode(LETTER[at : at + 5]).lower().rstrip(b"=") for at in range(0, len(LETTER), 5)],
    "base32 in any case": [base64.b32encode(LETTER[at : at + 7]).rstrip(b"=") for at in range(0, len(LETTER), 7)],
    "base64": [base64.urlsafe_b64encode(LETTER[at : at + 11]).rstrip(b"=") for at in range(0, len(LETTER), 11)],
    "hexadecimal": [LETTER[at : at + 6].hex().encode() for at in range(0, len(LETTER), 6)],
    "hexadecimal behind a counter": [
        at.to_bytes(2).hex().encode() + LETTER[at : at + 4].hex().encode() for at in range(0, len(LETTER), 4)
    ],
}


@pytest.mark.parametrize("coding", PIECES)
def test_labels_of_several_queries_that_stand_for_text_are_in_clear(coding: str) -> None:
    found = in_clear([query(piece + b".%d.t.example.com" % number) for number, piece in enumerate(PIECES[coding])])
    assert [field for field in found if field.startswith("data in DNS labels in")]


def test_labels_of_hosts_stand_for_no_text() -> None:
    codes = [noise(10, number) for number in range(60)]
    names = [
        *(f"{code.hex()}.example.com" for code in codes[:12]),
        *(f"{base64.b32encode(code).decode().lower()}.cloud.example" for code in codes),
        *(f"{base64.urlsafe_b64encode(code).decode().rstrip('=')}.x.example" for code in codes[:12]),
        *(f"{word}.example.org" for word in ("mail", "static", "images", "accounts", "fonts", "fade", "deadbeef")),
    ]
    assert in_clear([query(name) for name in names]) == {}


def test_text_in_decimal_is_in_clear() -> None:
    assert coded_in_name([*(b"%d" % byte for byte in LETTER), b"example", b"com"])
    assert not coded_in_name(of("4.3.2.1.zen.example.com"))
    assert not coded_in_name(of("1.0.0.127.1.2.3.4.5.example.com"))
