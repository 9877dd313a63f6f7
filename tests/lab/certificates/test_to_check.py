"""What a CA has to check of a request."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from ca.csrs import csr
from overheard.certificates.read import read

KEY = ec.generate_private_key(ec.SECP256R1())
WEAK = rsa.generate_private_key(65537, 1024)  # noqa: S505  (that is the point)
A_CA = (x509.BasicConstraints(ca=True, path_length=None), True)


def said(request: bytes) -> list[str]:
    """What there is to check."""
    (document,) = read(request, "it").documents
    return [words for label, words in document.lines if label == "to check"]


def test_of_an_ordinary_request_the_names_alone_are_left() -> None:
    assert said(csr("oak.test", "192.0.2.1", common_name="Oak.test")) == [
        "the names: that the sender is in control of DNS oak.test, IP 192.0.2.1, which the signature does not prove"
    ]
    assert said(csr("192.0.2.1", common_name="192.0.2.1"))[1:] == []


def test_a_common_name_that_is_no_other_name_is_valid_for_nothing() -> None:
    assert 'the common name: "elm.test" is not among the names' in said(csr("oak.test", common_name="elm.test"))[1]
    (words,) = said(csr(common_name="elm.test"))
    assert words.startswith("the names: there are none")


def test_what_nobody_should_sign_comes_first() -> None:
    assert said(csr("oak.test", extensions=[A_CA]))[0].startswith("the extensions: it asks to be a CA")
    assert said(csr("oak.test", extensions=[(x509.BasicConstraints(ca=False, path_length=None), True)]))[1:] == []
    assert "as it is RSA 1024, which is too weak" in said(csr("oak.test", key=WEAK))[0]
    assert "as it is of the curve secp256k1" in said(csr("oak.test", key=ec.generate_private_key(ec.SECP256K1())))[0]
    encoded = x509.load_pem_x509_csr(csr("oak.test")).public_bytes(Encoding.DER)
    assert said(encoded.replace(b"oak", b"elm"))[0].startswith("the signature: refuse the request")


def test_the_rest_of_the_subject_is_to_be_checked_or_left_out_and_is_safe_to_show() -> None:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "My \x1b[2JCompany"),
        ]
    )
    names = x509.SubjectAlternativeName([x509.DNSName("oak.test")])
    request = x509.CertificateSigningRequestBuilder(subject).add_extension(names, critical=False)
    words = said(request.sign(KEY, hashes.SHA256()).public_bytes(Encoding.PEM))
    assert words[1:] == [r"the subject: that C=US, O=My \x1b[2JCompany is true, or leave it out"]
