"""What is no certificate is called what it is, and shown in words, without anything private."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp

from lab.certificates import der
from lab.certificates.faults import ISSUING
from lab.certificates.making import Made, rsa_key, server
from lab.certificates.mutations import answer, documents
from overheard.certificates.descriptions import Document
from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question
from overheard.certificates.read import read

if TYPE_CHECKING:
    from pathlib import Path

LEAF = server(ISSUING)


def words(document: Document) -> str:
    return "\n".join(f"{label}: {says}" for label, says in document.lines)


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("csr", "certificate signing request", 'asks: for a certificate as "a request"'),
        ("csr", "certificate signing request", "names: DNS a.test, IP 192.0.2.1"),
        ("csr", "certificate signing request", "which proves possession of the key"),
        ("crl", "certificate revocation list", 'issuer: "an issuing CA"'),
        ("crl", "certificate revocation list", "revoked: 1 certificate"),
        ("ocsp", "OCSP response", "status: successful"),
        ("ocsp", "OCSP response", 'responder: "an issuing CA"'),
        ("ocsp", "OCSP response", " is good\n: this update "),
        ("ocsp", "OCSP response", "SHA-256, by the key of a certificate in it"),
        ("ocsp revoked", "OCSP response", ": the key was compromised"),
        ("ocsp refused", "OCSP response", "status: the responder is not authorised to answer"),
        ("ocsp request", "OCSP request", "asks: for the status of the certificate "),
        ("p7", "PKCS #7 message", "has: 2 certificates, 0 revocation lists"),
        ("p12", "PKCS #12 store", "private key: EC P-256"),
        ("p12 encrypted", "PKCS #12 store", "encrypted: a part with AES-256-CBC, PBKDF2 with"),
        ("rsa key", "private key", "key: RSA 2048, which is not encrypted"),
        ("rsa old", "private key", "key: RSA 2048, which is not encrypted"),
        ("ec key", "private key", "key: EC P-384, which is not encrypted"),
        ("ec old", "private key", "key: EC P-384, which is not encrypted"),
        ("ed25519 key", "private key", "key: Ed25519, which is not encrypted"),
        ("encrypted key", "encrypted private key", "encrypted: with AES-256-CBC, PBKDF2 with"),
        ("rsa public", "public key", "key: RSA 2048"),
        ("ec public", "public key", "key: EC P-384"),
        ("ed25519 public", "public key", "key: Ed25519"),
    ],
)
@pytest.mark.parametrize("label", ["", "CERTIFICATE"])
def test_a_document_is_called_what_it_is_whatever_its_label(name: str, kind: str, says: str, label: str) -> None:
    data = documents()[name]
    (document, *_) = read(der.pem(data, label) if label else data, "it").documents
    assert document.kind == kind
    assert says in words(document)


@pytest.mark.parametrize("name", ["rsa", "ec", "ed25519"])
def test_a_private_key_is_recognised_by_its_public_key(name: str) -> None:
    private = read(documents()[f"{name} key"], "it").documents[0]
    public = read(documents()[f"{name} public"], "it").documents[0]
    assert private.public_key == public.public_key != ""


@pytest.mark.parametrize("key", [LEAF.key, rsa_key(2048)])
@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL, PrivateFormat.OpenSSH])
def test_nothing_private_is_shown(key: object, form: PrivateFormat) -> None:
    pem = key.private_bytes(Encoding.PEM, form, NoEncryption())  # type: ignore[attr-defined]
    numbers = key.private_numbers()  # type: ignore[attr-defined]
    secret = f"{getattr(numbers, 'private_value', 0) or numbers.d:x}"
    said = repr(examine_file(pem, "it", Question()).to_json())
    assert "private key" in said
    assert secret[:16] not in said
    assert not any(line.decode() in said for line in pem.splitlines()[1:-1])


def test_a_key_is_matched_with_its_certificate() -> None:
    other = Made(LEAF.certificate, rsa_key(2048))
    own = examine_file(LEAF.pem + LEAF.key_pem, "it", Question()).documents[0]
    strange = examine_file(LEAF.pem + other.key_pem, "it", Question()).documents[0]
    assert own.lines[-1] == ("belongs", "to certificate 1")
    assert strange.lines[-1] == ("belongs", "to none of these certificates")


def test_an_ocsp_response_is_read_by_itself_and_its_certificates_are_not_checked() -> None:
    """They are those of the responder, which need not be any that a server sends."""
    for data in (documents()["ocsp"], der.pem(documents()["ocsp"], "OCSP RESPONSE")):
        examination = examine_file(data, "it", Question())
        assert (examination.exit_code, examination.certificates) == (2, ())
        assert not examination.remarks
    alone = answer(ocsp.OCSPCertStatus.UNKNOWN, with_issuer=False)
    (document,) = read(alone, "it").documents
    assert "is unknown to the responder" in words(document)
    assert "which cannot be checked without the responder's certificate" in words(document)


def test_an_ocsp_response_that_was_changed_is_malformed() -> None:
    data = documents()["ocsp"].replace(b"\x80\0\x18\x0f", b"\x82\0\x18\x0f")
    bundle = read(data, "it")
    assert "is unknown to the responder" in words(bundle.documents[0])
    assert bundle.malformed == ("the OCSP response: its signature does not hold",)


def test_a_request_whose_signature_does_not_hold_says_so() -> None:
    data = documents()["csr"]
    changed = data.replace(b"a request", b"A request")
    assert "which does not hold" in words(read(changed, "it").documents[0])


@pytest.mark.parametrize(
    ("arguments", "kind", "says"),
    [
        (
            ["genrsa", "-traditional", "-aes128", "-passout", "pass:x", "2048"],
            "encrypted private key",
            "with a password",
        ),
        (["genpkey", "-algorithm", "X25519"], "private key", "key: X25519"),
        (["genpkey", "-algorithm", "ED448"], "private key", "key: Ed448"),
        (["ecparam", "-name", "secp256k1", "-genkey", "-noout"], "private key", "key: EC secp256k1"),
        (
            ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-param_enc", "explicit"],
            "private key",
            "written out",
        ),
    ],
)
def test_keys_of_openssl_are_read(arguments: list[str], kind: str, says: str) -> None:
    made = subprocess.run(["openssl", *arguments], capture_output=True, check=True, timeout=60).stdout
    (document,) = read(made, "it").documents
    assert document.kind == kind
    assert says in words(document)


@pytest.mark.parametrize("numbers", [(1 << 2047 | 1, 2), (1 << 2047 | 1, 5), (1 << 255 | 1, 1 << 254 | 1)])
def test_two_numbers_are_no_key_unless_they_have_its_sizes(numbers: tuple[int, int]) -> None:
    """The prime and generator of DH, with its label if these can be those of a key, and a signature by ECDSA."""
    data = der.seq(*map(der.integer, numbers))
    with pytest.raises(CertificateError, match="no certificate in it, but 1 DH PARAMETERS"):
        read(der.pem(data, "DH PARAMETERS"), "it")
    if numbers[1] != 5:
        with pytest.raises(CertificateError):
            read(data, "it")


def test_a_key_that_is_no_point_says_so() -> None:
    public = der.public(der.key())
    (document,) = read(public[:-1] + bytes([public[-1] ^ 1]), "it").documents
    assert "key: EC, which cannot be read: it is no point on the curve P-256" in words(document)


def test_a_store_of_openssl_is_read(tmp_path: Path) -> None:
    """Its certificates are encrypted, unless it is told not to."""
    (tmp_path / "both.pem").write_bytes(LEAF.pem + LEAF.key_pem)
    made = {
        how: subprocess.run(
            ["openssl", "pkcs12", "-export", "-in", tmp_path / "both.pem", "-passout", "pass:x", *options],
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for how, options in {"sealed": [], "open": ["-certpbe", "NONE"]}.items()
    }
    assert read(made["open"], "it").certificates == (LEAF.parsed,)
    assert read(made["sealed"], "it").certificates == ()
    assert "encrypted: a part with AES-256-CBC" in words(read(made["sealed"], "it").documents[0])


def test_without_a_certificate_nothing_is_checked() -> None:
    examination = examine_file(documents()["csr"], "it", Question(host="elsewhere"))
    assert (examination.exit_code, examination.wrong, examination.unasked) == (2, (), ())
