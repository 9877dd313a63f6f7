"""Data of tunnels in names and texts of DNS is told from what ordinary names say."""

from __future__ import annotations

import base64

import pytest

from capture.talk import noise
from overheard_capture.protocols.dns.opaque_names import opaque_in_name, opaque_in_text, opaque_size

DATA = noise(30)
BASE32 = base64.b32encode(DATA).lower()
BASE64 = base64.b64encode(DATA)


def of(name: str | bytes) -> tuple[bytes, bytes]:
    return opaque_in_name((name.encode() if isinstance(name, str) else name).split(b"."))


@pytest.mark.parametrize(
    ("name", "domain", "data"),
    [
        (BASE32 + b".evil.example", b"evil.example", BASE32),
        (BASE32.upper() + b".evil.example", b"evil.example", BASE32),
        (b".".join([BASE32[:20], BASE32[20:], b"t.evil.example"]), b"evil.example", BASE32),
        (BASE32 + b".evil.co.uk", b"evil.co.uk", BASE32),
        (DATA.hex() + ".evil.example", b"evil.example", DATA.hex().encode()),
        ("-".join((DATA.hex()[:30], DATA.hex()[30:])) + ".evil.example", b"evil.example", DATA.hex().encode()),
    ],
)
def test_data_in_labels(name: str | bytes, domain: bytes, data: bytes) -> None:
    assert of(name) == (domain, data)


@pytest.mark.parametrize(
    "name",
    [
        "www.example.com",
        "a-very-long-name-of-a-host-that-somebody-described.staging.internal.example.com",
        "d111111abcdef8.cloudfront.net",
        "r4---sn-4g5e6nsz.googlevideo.com",
        "e6858.dscx.akamaiedge.net",
        "ec2-203-0-113-25.us-west-2.compute.amazonaws.com",
        "k8s-default-ingress-0a1b2c3d4e-1234567890.us-east-1.elb.amazonaws.com",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f9.safeframe.googlesyndication.com",
        "123e4567-e89b-12d3-a456-426614174000.local",
        "Chromecast-0a1b2c3d4e5f60718293a4b5c6d7e8f9._googlecast._tcp.local",
        "b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        "1.0.168.192.in-addr.arpa",
        "20210112._domainkey.example.com",
        "_sip._tcp.example.com",
        "example",
    ],
)
def test_ordinary_names_have_none(name: str) -> None:
    assert not of(name)[1]


@pytest.mark.parametrize("text", [BASE64, b"d=" + BASE64, DATA.hex().encode(), BASE32, b"1 " + BASE64 + b" 2"])
def test_data_in_texts(text: bytes) -> None:
    assert opaque_in_text(text)


@pytest.mark.parametrize(
    "text",
    [
        b"v=spf1 include:_spf.example.com ip4:203.0.113.0/24 include:a.very.long.name.of.a.host.example.com -all",
        b"google-site-verification=" + base64.urlsafe_b64encode(noise(32)),
        b"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" + base64.b64encode(noise(100)),
        b"MS=ms70274184",
        b"the quick brown fox jumps over the lazy dog",
        b"id=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        b"",
    ],
)
def test_ordinary_texts_have_none(text: bytes) -> None:
    assert not opaque_in_text(text)


def test_the_size_is_that_of_what_is_written() -> None:
    assert [opaque_size(each) for each in (BASE32, BASE64, DATA.hex().encode())] == [30, 30, 30]
