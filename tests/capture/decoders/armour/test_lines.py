"""uuencode, Git's binary patches, Ascii85 and yEnc, and keys, in text."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from capture.decoders.armour.lined import patch, uuencoded, yenc
from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise, words
from overheard_capture.content.findings import PRIVATE_KEY, SESSION_KEYS, SYMMETRIC_KEY, Reason
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = b"this is " + VALUE + b", more or less"
LONG = words(20_000) + VALUE


WRITTEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "uuencode": (uuencoded, "uuencode"),
    "uuencode with backticks": (lambda data: uuencoded(data, backtick=True), "uuencode"),
    "uuencode, CR LF": (lambda data: uuencoded(data).replace(b"\n", b"\r\n"), "uuencode"),
    "a patch": (patch, "base85"),
    "Ascii85": (lambda data: base64.a85encode(data, adobe=True), "base85"),
    "Ascii85 in lines": (lambda data: base64.a85encode(data, adobe=True, wrapcol=72), "base85"),
    "yEnc": (yenc, "yEnc"),
}
CONTENTS = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "text": TEXT,
    "UTF-16": TEXT.decode().encode("utf-16-le"),
    "long": gzip.compress(LONG, mtime=0),
}


@pytest.mark.slow
@for_each(content=CONTENTS, name=WRITTEN)
def test_it_is_decoded(name: str, content: str) -> None:
    write, layer = WRITTEN[name]
    text = b"Here it is:\n\n" + write(CONTENTS[content]) + b"\nand that is all.\n"
    findings = played(untyped, text)
    assert any(layer in layers for layers in seen(findings))
    if name != "yEnc":
        assert not findings.unread
    for size in (1000, 333) if content == "long" else (1, 100):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


def test_a_patch_by_git_is_read(tmp_path: Path) -> None:
    def git(*arguments: str) -> bytes:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.net")
        return subprocess.run(["git", *who, *arguments], cwd=tmp_path, capture_output=True, check=True).stdout

    git("init", "-q")
    (tmp_path / "a.bin").write_bytes(b"\0\1\2" + noise(300) + VALUE)
    git("add", ".")
    git("commit", "-qm", "one")
    text = git("format-patch", "--root", "--stdout", "--binary")
    assert ("base85", "zlib") in seen(played(untyped, text))


LOOK_ALIKES = {
    "words": b"let us begin 644 times\nGIT binary patch\nis what it says <~ here\n",
    "damaged": uuencoded(CONTENTS["gzip"])[:60] + b"\xe4\xe4\n" + uuencoded(CONTENTS["gzip"])[60:],
    "something else": uuencoded(gzip.compress(b"nothing of the kind" * 9)),
    "a shell": b"sort <~/names.txt | uniq\n" * 20,
    "many marks": b"begin begin begin <~<~<~" * 5000,
}


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_what_only_resembles_it_is_no_finding(name: str) -> None:
    findings = played(untyped, LOOK_ALIKES[name])
    assert not findings.sightings


def test_a_gap_ends_it() -> None:
    text = uuencoded(CONTENTS["long"])
    assert not played(untyped, text, gap=(1000, 1100)).sightings


_BODY = base64.b64encode(noise(48))
_HEX = noise(32).hex().encode()
_NUMBER = base64.urlsafe_b64encode(noise(32)).rstrip(b"=").decode()


def _jwk(**members: object) -> bytes:
    """A key in JSON, as libraries write one."""
    return json.dumps(members).encode()


EXPOSED = {
    "PKCS #8": (b"-----BEGIN PRIVATE KEY-----\n" + _BODY + b"\n", PRIVATE_KEY),
    "PKCS #1, CR LF": (b"-----BEGIN RSA PRIVATE KEY-----\r\n" + _BODY, PRIVATE_KEY),
    "in JSON in JSON": (b'"-----BEGIN EC PRIVATE KEY-----\\\\n' + _BODY + b"\\\\n", PRIVATE_KEY),
    "JWK": (b'{"kty": "RSA", "dq": "' + _BODY.translate(None, b"+/=") + b'"}', PRIVATE_KEY),
    "JWK of a curve": (_jwk(kty="EC", crv="P-256", x=_NUMBER, y=_NUMBER, d=_NUMBER), PRIVATE_KEY),
    "JWK by the alphabet": (_jwk(crv="Ed25519", d=_NUMBER, kty="OKP", x=_NUMBER), PRIVATE_KEY),
    "JWK in JSON": (json.dumps(_jwk(kty="OKP", crv="X25519", x=_NUMBER, d=_NUMBER).decode()).encode(), PRIVATE_KEY),
    "JWK of bytes": (_jwk(kty="oct", alg="HS256", k=_NUMBER), SYMMETRIC_KEY),
    "JWK of bytes, by the alphabet": (
        _jwk(alg="A256CBC", ext=True, k=_NUMBER, key_ops=["sign"], kty="oct"),
        SYMMETRIC_KEY,
    ),
    "IPsec": (b'gate.example peer.example : PSK "acorns in the hollow"', SYMMETRIC_KEY),
    "IPsec, by number": (b"10.0.0.1 : PSK 0x" + _HEX, SYMMETRIC_KEY),
    "Wi-Fi": (b'network={\n ssid="oak"\n psk=' + _HEX + b"\n}", SYMMETRIC_KEY),
    "WireGuard": (b"[Interface]\nPrivateKey = " + base64.b64encode(noise(32)), SYMMETRIC_KEY),
    "a PSK in JSON": (_jwk(ssid="oak", psk=_HEX.decode()), SYMMETRIC_KEY),
    "a PSK of Zabbix": (_jwk(tls_psk_identity="oak", tls_psk=_HEX.decode()[:32]), SYMMETRIC_KEY),
    "a PSK in JSON in JSON": (json.dumps(_jwk(psk=_HEX.decode()).decode()).encode(), SYMMETRIC_KEY),
    "WireGuard in JSON": (_jwk(privateKey=base64.b64encode(noise(32)).decode()), SYMMETRIC_KEY),
    "WireGuard in JSON, as PHP writes it": (
        b'{"preshared_key":"' + base64.b64encode(b"\xff" * 4 + noise(28)).replace(b"/", b"\\/") + b'"}',
        SYMMETRIC_KEY,
    ),
    "OpenVPN": (b"-----BEGIN OpenVPN Static key V1-----\n" + _HEX[:32] + b"\n" + _HEX[32:], SYMMETRIC_KEY),
    "TLS 1.2": (b"CLIENT_RANDOM " + _HEX + b" " + _HEX + _HEX[:32] + b"\n", SESSION_KEYS),
    "TLS 1.3": (b"# SSL\nSERVER_TRAFFIC_SECRET_0 " + _HEX + b" " + _HEX, SESSION_KEYS),
}
NO_KEYS = {
    "an example": b"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
    "with a password": b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n" + _BODY,
    "encrypted": b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + _BODY,
    "a certificate": b"-----BEGIN CERTIFICATE-----\n" + _BODY,
    "a name": b"CLIENT_RANDOM <64 digits> <96 digits>, and CLIENT_TRAFFIC_SECRET_0 with as many\n",
    "a public key of a curve": _jwk(kty="EC", crv="P-256", x=_NUMBER, y=_NUMBER, kid="d"),
    "a public key beside something else": b'[{"kty":"OKP","crv":"Ed25519"}, {"d": "%b"}]' % _NUMBER.encode(),
    "a key that is a name": _jwk(k=_NUMBER, kty="EC", key=_NUMBER, psk=_NUMBER),
    "an identifier": _jwk(key=_HEX.decode(), api_key=_HEX.decode(), secret_key_id=_NUMBER, d=_NUMBER),
    "an example of IPsec": b': PSK <secret>, : PSK "" and : PSK 0x1234',
    "a phrase of Wi-Fi": b'psk="%b"' % _HEX[:60],
    "an example of WireGuard": b"PrivateKey = <base64>\nPresharedKey = " + _NUMBER.encode()[:30],
    "an example in JSON": b'{"psk": "correct horse battery", "private_key": "/etc/ssl/private/example.test.key"}',
    "the name of a key in JSON": _jwk(private_key_id=_HEX.decode(), psk_identity=_HEX.decode(), psk=_HEX.decode()[:16]),
    "of the handshake": b"CLIENT_HANDSHAKE_TRAFFIC_SECRET " + _HEX + b" " + _HEX,
}


@for_each(name=EXPOSED)
def test_a_key_in_clear_is_a_reason(name: str) -> None:
    written, what = EXPOSED[name]
    text = b"the key is this one:\n" + written + b"\nand that is all.\n"
    for size in (len(text), 100, 7, 1):
        assert {(each.why, each.what) for each in played(untyped, text, range(0, len(text), size)).unread} == {
            (Reason.KEY, what)
        }


@for_each(name=NO_KEYS)
def test_what_looks_like_a_key_is_none(name: str) -> None:
    assert Reason.KEY not in {each.why for each in played(untyped, b"so:\n" + NO_KEYS[name] + b"\n").unread}
