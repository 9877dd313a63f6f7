"""What the four functions refuse, and what they say of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from ca.csrs import csr as request
from lab.pki_parts import CA_KEY, DAY, loaded, old_way_root, refusal
from overheard.pki import generate_csr, generate_private_key, generate_public_key, sign_csr
from rows import for_each

OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505  (to be refused)


@pytest.fixture
def root(tmp_path: Path) -> x509.Certificate:
    return generate_public_key(CA_KEY, tmp_path / "root.pem", hostname="a CA")


EMAIL = x509.RFC822Name("squirrel@oak.test")
RARE = x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\1a")
CHANGED = loaded(request("localhost")).public_bytes(Encoding.DER).replace(b"localhost", b"localhose")
REFUSED = (
    ("is for oak.test, which is not among", request("oak.test")),
    ("is for 192.0.2.1, which is not among", request("192.0.2.1")),
    ("is for 127.0.0.1, which is not among", request(x509.DNSName("127.0.0.1"))),
    ("is for \\x1b[2j, which is not among", request(x509.DNSName("\x1b[2J"))),
    ("of the kind RFC822Name", request("localhost", EMAIL)),
    ("of the kind OtherName", request("localhost", RARE)),
    ("no names in subjectAltName", request(common_name="localhost")),
    ("common name of the request is oak.test", request("localhost", common_name="oak.test")),
    ("is EC on the curve secp256k1", request("localhost", key=ec.generate_private_key(ec.SECP256K1()))),
    ("is of another kind", request("localhost", key=dsa.generate_private_key(2048))),
    ("is RSA of 1024 bits", request("localhost", key=WEAK)),
    ("is not signed with its own key", CHANGED),
)


@for_each(row=REFUSED)
def test_what_it_does_not_sign(row: tuple[str, bytes], root: x509.Certificate, tmp_path: Path) -> None:
    says, encoded = row
    csr = loaded(encoded) if encoded.startswith(b"-") else x509.load_der_x509_csr(encoded)
    assert says in refusal(sign_csr, csr, root, CA_KEY, tmp_path / "signed")
    assert not (tmp_path / "signed").exists()


def test_what_is_not_a_ca_signs_nothing(root: x509.Certificate, tmp_path: Path) -> None:
    now, out = datetime.now(UTC), tmp_path / "signed"
    csr = loaded(request("localhost"))
    leaf = sign_csr(loaded(request("localhost", key=OTHER_KEY)), root, CA_KEY, tmp_path / "leaf")
    no_signing = x509.KeyUsage(*[True] * 5, *[False] * 4)
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    rows: list[tuple[str, Any, Any, Any]] = [
        ("ca_private_key is not the key of ca_public_key", csr, root, OTHER_KEY),
        ("ca_public_key is not a CA", csr, leaf, OTHER_KEY),
        ("ca_public_key is not a CA", csr, old_way_root(now, now + DAY, constraints, no_signing), CA_KEY),
        ("ca_public_key is not a CA", csr, old_way_root(now, now + DAY, no_signing), CA_KEY),
        ("which is not now", csr, old_way_root(now - 2 * DAY, now - DAY), CA_KEY),
        ("which is not now", csr, old_way_root(now + DAY, now + 2 * DAY), CA_KEY),
        ("ca_public_key is not the certificate of the CA: its type is ECPublicKey", csr, CA_KEY.public_key(), CA_KEY),
        ("ca_private_key is not a private key: its type is bytes", csr, root, b"key"),
        ("csr is not a request: its type is bytes", request("localhost"), root, CA_KEY),
    ]
    for says, asked, certificate, key in rows:
        assert says in refusal(sign_csr, asked, certificate, key, out)
    assert "allowed_names is 'localhost', not a list" in refusal(
        sign_csr, csr, root, CA_KEY, out, allowed_names="localhost"
    )
    assert "that cannot be certified" in refusal(sign_csr, csr, root, CA_KEY, out, allowed_names=["*"])
    assert not out.exists()


MISTAKES = (
    ("orgg is not a part of a subject", {"hostname": "a", "orgg": "b"}),
    ("the subject has no hostname", {"org": "b"}),
    ("the country is 'USA'", {"hostname": "a", "country": "USA"}),
    ("the country is 'é'", {"hostname": "a", "country": "é"}),
    ("the state is ''", {"hostname": "a", "state": ""}),
    ("the org is 7", {"hostname": "a", "org": 7}),
    ("the locality is 'xxx", {"hostname": "a", "locality": "x" * 200}),
    ("hostname has a name that cannot be certified: 'a b'", {"hostname": "a b"}),
    ("alt_names is 'localhost', not a list", {"hostname": "a", "alt_names": "localhost"}),
    ("alt_names has a name that cannot be certified: '*.a'", {"hostname": "a", "alt_names": ["*.a"]}),
    ("alt_names is [7], not a list", {"hostname": "a", "alt_names": [7]}),
)


@for_each(row=MISTAKES)
def test_mistakes_in_a_subject(row: tuple[str, dict[str, Any]], tmp_path: Path) -> None:
    says, subject = row
    assert says in refusal(generate_csr, CA_KEY, tmp_path / "csr", **subject)
    assert not (tmp_path / "csr").exists()


@for_each(hostname=["", "x" * 64, None])
def test_the_name_of_a_ca_has_to_leave_room_for_the_mark(hostname: object, tmp_path: Path) -> None:
    assert re.search(
        "name of 1 to [0-9]+ char", refusal(generate_public_key, CA_KEY, tmp_path / "a", hostname=hostname)
    )


def test_other_mistakes(tmp_path: Path) -> None:
    said = refusal(generate_private_key, tmp_path / "no" / "key.pem", "secret")
    assert "key.pem' cannot be written: No such file or directory" in said
    assert "there is no pass phrase" in refusal(generate_private_key, tmp_path / "key.pem", "")
    assert "has 1024 bytes" in refusal(generate_private_key, tmp_path / "key.pem", "x" * 1024)
    assert "private_key is not a private key: its type is str" in refusal(
        generate_csr, "key", tmp_path / "csr", hostname="a"
    )
    assert "private_key is RSA of 1024 bits" in refusal(generate_public_key, WEAK, tmp_path / "ca", hostname="a")
    assert list(tmp_path.iterdir()) == []
