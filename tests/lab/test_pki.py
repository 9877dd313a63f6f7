"""The four functions: as the tutorial calls them, and what they make."""

from __future__ import annotations

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from ca.csrs import csr as request
from lab.certificates.handshakes import shake_hands
from lab.pki_parts import CA_KEY, DAY, MINUTE, loaded, old_way_root, refusal
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question, content, roots
from overheard.pki import (
    THIS_MACHINE,
    generate_csr,
    generate_private_key,
    generate_public_key,
    sign_csr,
)
from overheard.pki.keys import PrivateKey
from overheard.pki.making import MARK
from overheard.role.names import Name

PASSWORD = "serverpassword"  # noqa: S105  (that of the tutorial)
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


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


def test_a_ca_that_was_made_the_old_way_can_sign(tmp_path: Path) -> None:
    """Its root has no identifier: that of its key is computed."""
    now = datetime.now(UTC)
    signed = sign_csr(loaded(request("localhost")), old_way_root(now, now + DAY), CA_KEY, tmp_path / "signed")
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
