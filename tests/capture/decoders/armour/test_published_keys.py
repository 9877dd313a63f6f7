"""Passwords that are hidden with a published key are read; what only resembles them is not."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from capture.decoders.armour.lined import readings
from capture.played import VALUE, played, seen
from overheard_capture.decoders.armour.published_keys import (
    CiscoPassword,
    GroupPolicyPassword,
    JunosPassword,
    WebSpherePassword,
)
from overheard_capture.decoders.untyped import untyped

_CISCO = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
_POLICIES = bytes.fromhex("4e9906e8fcb66cc9faf49310620ffee8f496e806cc057990209b09a433b66c1b")
_JUNOS = "QzF3n6/9CAtpu0OB1IREhcSyrleKvMW8LXx7N-dVbwsY2g4oaJZGUDjiHkq.mPf5T"
_WEIGHTS = [[1, 4, 32], [1, 16, 32], [1, 8, 32], [1, 64], [1, 32], [1, 4, 16, 128], [1, 32, 64]]


def cisco(password: bytes, at: int = 8) -> bytes:
    return (
        b"%02d" % at
        + bytes(byte ^ _CISCO[(at + place) % len(_CISCO)] for place, byte in enumerate(password)).hex().upper().encode()
    )


def junos(password: bytes) -> bytes:
    """The salt is `i`, behind which nothing is at random."""
    written = "i"
    for place, byte in enumerate(password):
        gaps: list[int] = []
        left = byte
        for weight in reversed(_WEIGHTS[place % 7]):
            gaps.insert(0, left // weight)
            left %= weight
        for gap in gaps:
            written += _JUNOS[(_JUNOS.index(written[-1]) + gap + 1) % len(_JUNOS)]
    return b"$9$" + written.encode()


def websphere(password: bytes) -> bytes:
    return b"{xor}" + base64.b64encode(bytes(byte ^ 0x5F for byte in password))


def policies(password: bytes) -> bytes:
    padder = PKCS7(128).padder()
    padded = padder.update(password.decode().encode("utf-16-le")) + padder.finalize()
    encryptor = Cipher(algorithms.AES(_POLICIES), modes.CBC(bytes(16))).encryptor()
    return base64.b64encode(encryptor.update(padded)).rstrip(b"=")


@pytest.mark.parametrize(
    ("decoder", "written", "password"),
    [
        # As public tools and pages about these have them.
        (CiscoPassword, b"0822455D0A16", b"cisco"),
        (CiscoPassword, b"094F471A1A0A trailing", b"cisco"),
        (JunosPassword, b"LbHX-wg4Z", b"lc"),
        (WebSpherePassword, b"Lz4sLCgwLTs=", b"password"),
        (
            GroupPolicyPassword,
            b"j1Uyj3Vx8TY9LtLZil2uAuZkFQA/4latT76ZwgdHdhw",
            "Local*P4ssword!".encode("utf-16-le"),
        ),
    ],
)
def test_it_is_decoded_as_others_do(decoder: type[CiscoPassword], written: bytes, password: bytes) -> None:
    assert decoder().line(written) == password


TEXTS = {
    "a user of IOS": (b"username admin privilege 15 password 7 %b\r\n" % cisco(VALUE), "Cisco type 7 password"),
    "a line of IOS": (b"line vty 0 4\n password 7 %b\n login\n" % cisco(VALUE, 15), "Cisco type 7 password"),
    "keys of IOS": (
        b"tacacs-server key 7 %b\n key-string 7 %b\n" % (cisco(b"other words", 3), cisco(VALUE, 4)),
        "Cisco type 7 password",
    ),
    "Junos": (b'secret "%b"; ## SECRET-DATA\n' % junos(VALUE), "Junos $9$ password"),
    "Junos, in XML": (b"<secret>%b</secret>" % junos(VALUE), "Junos $9$ password"),
    "WebSphere": (b'<authDataEntry userId="a" password="%b"/>' % websphere(VALUE), "WebSphere {xor} password"),
    "policies": (b'<Properties cpassword="%b" userName="a"/>' % policies(VALUE), "group policy password"),
    "policies, in JSON": (b'{"cpassword": "%b"}' % policies(VALUE), "group policy password"),
    "policies, in JSON in JSON": (rb'{"x": "{\"cpassword\":\"%b\"}"}' % policies(VALUE), "group policy password"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_found_however_it_is_cut(name: str) -> None:
    text, layer = TEXTS[name]
    for findings in readings(text, b"hostname a\n" + b"! at this\n" * 60):
        assert layer in {each for layers in seen(findings) for each in layers}
        assert not findings.unread


@pytest.mark.parametrize(
    "text",
    [
        b"password 7 times, key 7 of 9, secret 7 08\n",
        b"key 7 082\n key 7 99%b\n" % b"other words".hex().encode(),
        b"it costs $9$ or $9$9.99, and $9$iH\n",
        b"{xor} is a function, {xor}= and {xor}abcd\n",
        b'cpassword="" cpassword="short" cpassword=%b\n' % (b"A" * 23),
        b'cpassword="%b"' % base64.b64encode(bytes(range(64))),
        *(write(b"something else, really") for write in (websphere, junos)),
        b"password 7 %b" % cisco(b"Fluffy tail 4712"),
    ],
)
def test_what_is_malformed_or_other_is_nothing(text: bytes) -> None:
    for size in (1, 1000):
        findings = played(untyped, text, range(0, len(text), size))
        assert not findings.sightings
