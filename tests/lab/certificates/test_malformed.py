"""What is malformed in documents that are no certificates: none of it is `nothing wrong`."""

from __future__ import annotations

from datetime import timedelta

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_pem_x509_csr

from ca.csrs import csr
from lab.certificates.der import NOW, bit_string, extension, integer, name, octets, oid, pem, seq, time, tlv
from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import revocations, server
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question
from overheard.certificates.read import read
from rows import for_each

ECDSA = seq(oid("1.2.840.10045.4.3.2"))
NUMBER = extension("2.5.29.20", integer(7))
KEY_COMPROMISE = extension("2.5.29.21", tlv(0x0A, b"\1"))
NEXT = time(NOW + timedelta(days=7))
LEAF = server(ISSUING)
DATA, SHA_256 = oid("1.2.840.113549.1.7.1"), oid("2.16.840.1.101.3.4.2.1")


def entry(serial: bytes = integer(5), when: bytes = time(NOW), extensions: bytes = seq(KEY_COMPROMISE)) -> bytes:
    return seq(serial, when, extensions)


def a_list(
    *,
    version: bytes = integer(1),
    algorithm: bytes = ECDSA,
    issuer: bytes = name("an oak"),
    issued: bytes = time(NOW),
    due: bytes = NEXT,
    entries: bytes = seq(entry()),
    extensions: bytes = NUMBER,
    signature: bytes = bit_string(b"sig"),
) -> bytes:
    content = seq(version, algorithm, issuer, issued, due, entries, tlv(0xA0, seq(extensions)))
    return seq(content, ECDSA, signature)


def a_signer(*, attributes: bytes = b"") -> bytes:
    return seq(integer(1), seq(name("an oak"), integer(5)), seq(SHA_256), attributes, ECDSA, octets(b"sig"))


def signed(
    *, version: bytes = integer(1), digests: bytes = b"", content: bytes = seq(DATA), signer: bytes = b""
) -> bytes:
    return seq(oid("1.2.840.113549.1.7.2"), tlv(0xA0, seq(version, tlv(0x31, digests), content, tlv(0x31, signer))))


def changed(request: bytes) -> bytes:
    """A request with another signature."""
    der = load_pem_x509_csr(request).public_bytes(Encoding.DER)
    return der[:-1] + bytes([der[-1] ^ 1])


def said(data: bytes) -> str:
    return "; ".join(read(data, "it").malformed)


@for_each(
    data=[
        a_list(),
        a_list(entries=b""),
        a_list(due=b""),
        revocations(ISSUING, LEAF).public_bytes(Encoding.DER),
        csr("oak.test"),
        serialize_certificates([ROOT.certificate], Encoding.DER),
        serialize_key_and_certificates(b"oak", ROOT.key, ROOT.certificate, None, NoEncryption()),
        ROOT.key_pem,
        signed(digests=seq(SHA_256), signer=a_signer(attributes=tlv(0xA0, seq(DATA, tlv(0x31, SHA_256))))),
    ]
)
def test_of_what_is_well_formed_nothing_is_said(data: bytes) -> None:
    assert said(data) == ""


@for_each(
    case=[
        (a_list(version=tlv(0x02, b"\0\1")), "an INTEGER has more octets than it must"),
        (a_list(version=integer(0)), "its version has the number 0"),
        (a_list(version=b""), "does not say that it is of version 2"),
        (a_list(algorithm=seq(oid("1.2.840.10045.4.3.3"))), "another algorithm than that of its signature"),
        (a_list(algorithm=seq(tlv(0x06, b""))), "an OBJECT IDENTIFIER is empty"),
        (a_list(issuer=seq()), "its issuer has no name"),
        (a_list(issuer=seq(tlv(0x31))), "the name of its issuer has a set without attributes"),
        (a_list(issued=tlv(0x17, b"hello")), "the time at which it was issued cannot be read: 'hello'"),
        (a_list(issued=tlv(0x17, b"2601010000Z")), "is not written as it must be"),
        (a_list(due=tlv(0x17, b"261332000000Z")), "the time of the next one cannot be read"),
        (a_list(entries=seq()), "a SEQUENCE is empty"),
        (a_list(entries=seq(entry(integer(-5)))), "the serial number -5, which no certificate may have"),
        (a_list(entries=seq(entry(integer(1 << 200)))), "which no certificate may have"),
        (a_list(entries=seq(entry(tlv(0x02, b"\0\5")))), "an INTEGER has more octets than it must"),
        (a_list(entries=seq(entry(when=tlv(0x18, b"0")))), "the time at which 5 was revoked cannot be read"),
        (
            a_list(entries=seq(entry(extensions=seq(extension("2.5.29.21", b""))))),
            "in the entry of 5, the extension reasonCode cannot be read",
        ),
        (a_list(entries=seq(entry(extensions=seq(KEY_COMPROMISE * 2)))), "reasonCode is there more than once"),
        (a_list(extensions=NUMBER * 2), "the extension cRLNumber is there more than once"),
        (a_list(extensions=extension("2.5.29.20", b"\2\0")), "the extension cRLNumber cannot be read"),
        (a_list(extensions=extension("2.5.29.20", b"\2\1\1\0")), "bytes follow the value of an extension"),
        (a_list(extensions=b"\5\0"), "extensions cannot be read: number 1"),
        (a_list(signature=bit_string(b"")), "its signature is empty"),
        (changed(csr("oak.test")), "its signature does not hold"),
        (signed(version=integer(9)), "its version is none"),
        (signed(digests=seq()), "one of its digests cannot be read: an element was expected"),
        (signed(content=seq()), "what is signed cannot be read: an element was expected, and nothing found"),
        (signed(signer=seq(integer(1))), "signer 1 cannot be read"),
        (signed(signer=a_signer(attributes=tlv(0xA0, octets(b"x")))), "signer 1 cannot be read: a SEQUENCE was"),
        (signed(signer=a_signer(attributes=tlv(0xA0, seq(DATA, tlv(0x31))))), "signer 1 cannot be read: an attribute"),
        (seq(oid("1.2.840.113549.1.7.2")), "it has no content"),
        (seq(tlv(0x0A, b"\0")), "it says nothing, and not why"),
        (seq(tlv(0x0A, b"\4")), "it says nothing, and not why"),
        (seq(tlv(0x0A, b"\0"), tlv(0xA0, seq(DATA, octets(b"x")))), "its answer is of the unknown type"),
        (
            seq(oid("1.2.840.113549.1.7.2"), tlv(0xA0, seq(integer(1), tlv(0x31), seq(DATA), tlv(0x31), b"\5\0"))),
            "a NULL follows, where nothing may",
        ),
        (
            seq(integer(3), seq(oid("1.2.840.113549.1.7.1"), tlv(0xA0, octets(seq()))), b"\5\0"),
            "a NULL follows, where nothing may",
        ),
    ],
)
def test_what_is_malformed_is_told(case: tuple[bytes, str]) -> None:
    data, says = case
    assert says in said(data)


def test_it_is_a_remark_beside_certificates_in_which_nothing_is_wrong() -> None:
    examination = examine_file(LEAF.pem + pem(a_list(issued=tlv(0x17, b"hello")), "X509 CRL"), "it", Question())
    assert [finding.row for finding in examination.remarks] == ["document-malformed"]
    assert examination.remarks[0].detail.startswith("the certificate revocation list: the time at which it was issued")
    assert not examine_file(LEAF.pem + pem(a_list(), "X509 CRL"), "it", Question()).remarks


def test_it_is_told_of_a_list_to_check_with_too() -> None:
    listed = read(pem(a_list(issued=tlv(0x17, b"hello")), "X509 CRL"), "it")
    examination = examine_file(LEAF.pem, "it", Question(crls=listed.lists, malformed=listed.malformed))
    assert [finding.row for finding in examination.remarks] == ["document-malformed"]


def test_a_block_that_is_labelled_a_list_and_is_none_is_wrong() -> None:
    examination = examine_file(LEAF.pem + pem(seq(seq()), "X509 CRL"), "it", Question())
    assert examination.wrong[0].detail == "the block X509 CRL of it cannot be read: it is none"
