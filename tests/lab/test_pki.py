"""The four functions: as the tutorial calls them, what they make, and what they refuse."""

from __future__ import annotations

import re
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from ca.csrs import csr as request
from lab.certificates.handshakes import shake_hands
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question, content, roots
from overheard.pki import (
    THIS_MACHINE,
    PkiError,
    generate_csr,
    generate_private_key,
    generate_public_key,
    sign_csr,
)
from overheard.pki.keys import PrivateKey
from overheard.pki.making import MARK
from overheard.role.names import Name
from rows import for_each

PASSWORD = "serverpassword"  # noqa: S105  (that of the tutorial)
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505  (to be refused)
CA_KEY, OTHER_KEY = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
MINUTE = timedelta(minutes=1)


class Made(NamedTuple):
    """What the session of the tutorial leaves: a folder, a root and its key, a request, and what was signed."""

    folder: Path
    root: x509.Certificate
    root_key: rsa.RSAPrivateKey
    csr: x509.CertificateSigningRequest
    signed: x509.Certificate

    def pem(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """As it is typed in the tutorial, except that the CA is told whose names it may sign."""
    folder = tmp_path_factory.mktemp("pki")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        private_key = generate_private_key("ca-private-key.pem", "secret_squirrel")
        root = generate_public_key(
            private_key,
            filename="ca-public-key.pem",
            country="US",
            state="Maryland",
            locality="Baltimore",
            org="My CA Company",
            hostname="my-ca.com",
        )
        server_private_key = generate_private_key("server-private-key.pem", PASSWORD)
        generate_csr(
            server_private_key,
            filename="server-csr.pem",
            country="US",
            state="Maryland",
            locality="Baltimore",
            org="My Company",
            alt_names=["localhost"],
            hostname="my-site.com",
        )
        with Path("server-csr.pem").open("rb") as file:
            csr = x509.load_pem_x509_csr(file.read())
        names = ["my-site.com", "localhost"]
        signed = sign_csr(csr, root, private_key, "server-public-key.pem", allowed_names=names)
    return Made(folder, root, private_key, csr, signed)


@pytest.fixture
def root(tmp_path: Path) -> x509.Certificate:
    return generate_public_key(CA_KEY, tmp_path / "root.pem", hostname="a CA")


def loaded(pem: bytes) -> x509.CertificateSigningRequest:
    return x509.load_pem_x509_csr(pem)


def refusal(function: Callable[..., object], *arguments: object, **named: object) -> str:
    """What a function says that refuses."""
    with pytest.raises(PkiError) as caught:
        function(*arguments, **named)
    return str(caught.value)


def names_of(thing: x509.Certificate | x509.CertificateSigningRequest) -> list[str | Name]:
    names = thing.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [name.value for name in names]


def test_the_files_of_the_tutorial_are_there_and_the_keys_are_for_their_owner_alone(made: Made) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in made.folder.iterdir()}
    assert modes == {
        "ca-private-key.pem": 0o600,
        "ca-public-key.pem": 0o644,
        "server-csr.pem": 0o644,
        "server-private-key.pem": 0o600,
        "server-public-key.pem": 0o644,
    }
    assert x509.load_pem_x509_certificate(made.pem("ca-public-key.pem")) == made.root
    assert x509.load_pem_x509_certificate(made.pem("server-public-key.pem")) == made.signed


def test_a_private_key_is_pkcs8_and_encrypted(made: Made) -> None:
    pem = made.pem("ca-private-key.pem")
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
    key = load_pem_private_key(pem, b"secret_squirrel")
    assert key.public_key() == made.root_key.public_key() == made.root.public_key()
    with pytest.raises(ValueError, match="password"):
        load_pem_private_key(pem, PASSWORD.encode())


def test_the_name_of_the_root_says_that_it_is_for_tests(made: Made) -> None:
    (name,) = made.root.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value == f"my-ca.com {MARK}"
    assert made.signed.issuer == made.root.issuer == made.root.subject


def test_the_hostname_and_the_other_names_are_where_clients_look(made: Made, tmp_path: Path) -> None:
    assert names_of(made.csr) == names_of(made.signed) == ["my-site.com", "localhost"]
    csr = generate_csr(OTHER_KEY, tmp_path / "csr", hostname="LOCALHOST", alt_names=["localhost", "127.0.0.1", "::1"])
    assert list(map(str, names_of(csr))) == list(THIS_MACHINE)
    assert isinstance(names_of(csr)[0], str)
    assert not isinstance(names_of(csr)[1], str)


def test_overheard_show_finds_nothing_wrong(made: Made) -> None:
    trusted = roots(made.folder / "ca-public-key.pem")
    question = Question(host="my-site.com", trusted=trusted)
    for name in ("ca-public-key.pem", "server-public-key.pem"):
        asked = question if name.startswith("server") else Question()
        found = examine_file(content(made.folder / name), name, asked)
        assert (found.exit_code, found.wrong, found.remarks, found.notices) == (0, (), (), ())


def test_the_strictest_clients_take_the_certificate(made: Made) -> None:
    """OpenSSL, Python from 3.13 on, and cryptography, which follows the CA/Browser Forum."""
    strict = ["-x509_strict", "-check_ss_sig", "-purpose", "sslserver", "-verify_hostname", "my-site.com"]
    said = subprocess.run(
        ["openssl", "verify", *strict, "-CAfile", "ca-public-key.pem", "server-public-key.pem"],
        cwd=made.folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "server-public-key.pem: OK\n"
    client = ssl.create_default_context(cafile=made.folder / "ca-public-key.pem")
    client.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(
        made.folder / "server-public-key.pem", made.folder / "server-private-key.pem", password=PASSWORD
    )
    shake_hands(client, server, "localhost")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake_hands(client, server, "elsewhere")
    verifier = PolicyBuilder().store(Store([made.root])).build_server_verifier(x509.DNSName("localhost"))
    assert verifier.verify(made.signed, []) == [made.signed, made.root]


def test_times_are_aware_and_within_those_of_the_ca(tmp_path: Path, made: Made) -> None:
    now = datetime.now(UTC)
    assert made.signed.not_valid_before_utc < now - MINUTE
    assert made.signed.not_valid_after_utc - now < timedelta(days=30) + MINUTE
    soon = old_way_root(now, now + timedelta(days=7))
    signed = sign_csr(loaded(request("localhost")), soon, CA_KEY, tmp_path / "signed")
    assert soon.not_valid_before_utc == signed.not_valid_before_utc
    assert soon.not_valid_after_utc == signed.not_valid_after_utc


def old_way_root(begins: datetime, ends: datetime, *extensions: x509.ExtensionType) -> x509.Certificate:
    """A root as the tutorial makes one, with basic constraints alone."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an old way CA")])
    builder = x509.CertificateBuilder(
        name, name, CA_KEY.public_key(), x509.random_serial_number(), begins.replace(microsecond=0), ends
    )
    for extension in extensions or [x509.BasicConstraints(ca=True, path_length=None)]:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(CA_KEY, hashes.SHA256())


def test_a_ca_that_was_made_the_old_way_can_sign(tmp_path: Path) -> None:
    """Its root has no identifier: that of its key is computed."""
    now = datetime.now(UTC)
    signed = sign_csr(loaded(request("localhost")), old_way_root(now, now + 9 * MINUTE), CA_KEY, tmp_path / "signed")
    identifier = signed.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert identifier == x509.SubjectKeyIdentifier.from_public_key(CA_KEY.public_key()).digest


def test_nothing_of_a_request_is_copied_but_its_names(root: x509.Certificate, tmp_path: Path) -> None:
    asked = [
        (x509.BasicConstraints(ca=True, path_length=9), True),
        (x509.KeyUsage(*[True] * 9), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), True),
        (x509.SubjectKeyIdentifier(b"x" * 20), False),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\5\0"), True),
    ]
    signed = sign_csr(loaded(request("127.0.0.1", extensions=asked)), root, CA_KEY, tmp_path / "signed")
    values = {type(one.value): one.value for one in signed.extensions}
    assert values[x509.BasicConstraints] == x509.BasicConstraints(ca=False, path_length=None)
    assert values[x509.ExtendedKeyUsage] == x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    assert values[x509.SubjectKeyIdentifier] == x509.SubjectKeyIdentifier.from_public_key(signed.public_key())
    usage = values[x509.KeyUsage]
    assert isinstance(usage, x509.KeyUsage)
    assert usage.digital_signature
    assert not usage.key_cert_sign
    assert len(values) == 6


def test_without_a_subject_the_names_are_critical(root: x509.Certificate, tmp_path: Path) -> None:
    """RFC 5280, 4.2.1.6."""
    signed = sign_csr(loaded(request("localhost")), root, CA_KEY, tmp_path / "signed")
    assert signed.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical


@pytest.mark.parametrize("key", [ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP384R1())])
def test_other_keys_can_be_used(key: PrivateKey, tmp_path: Path) -> None:
    root = generate_public_key(key, tmp_path / "root", hostname="a CA")
    csr = generate_csr(key, tmp_path / "csr", hostname="localhost")
    sign_csr(csr, root, key, tmp_path / "signed").verify_directly_issued_by(root)


def test_by_default_it_signs_for_this_machine_alone(made: Made, tmp_path: Path) -> None:
    said = refusal(sign_csr, made.csr, made.root, made.root_key, tmp_path / "signed")
    assert said.startswith("the request is for my-site.com, which is not among the names that this CA may sign: local")
    assert "allowed_names=['my-site.com', 'localhost']" in said
    assert not (tmp_path / "signed").exists()


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
        ("ca_public_key is not a CA", csr, old_way_root(now, now + MINUTE, constraints, no_signing), CA_KEY),
        ("ca_public_key is not a CA", csr, old_way_root(now, now + MINUTE, no_signing), CA_KEY),
        ("which is not now", csr, old_way_root(now - 2 * MINUTE, now - MINUTE), CA_KEY),
        ("which is not now", csr, old_way_root(now + MINUTE, now + 2 * MINUTE), CA_KEY),
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
