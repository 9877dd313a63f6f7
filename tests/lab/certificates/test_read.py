"""Reading files: what is found, what it is called, what is skipped, and what is an error."""

from __future__ import annotations

import base64
import contextlib
import json
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import server
from lab.certificates.mutations import documents
from overheard.certificates.errors import CertificateError
from overheard.certificates.read import LONGEST, read, read_certificates

LEAF = server(ISSUING)
CUT = LEAF.pem[: len(LEAF.pem) // 2]
BROKEN = b"-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"
UTF_16 = LEAF.pem.decode().encode("utf-16")
UTF_8 = b"\xef\xbb\xbf" + LEAF.pem
BARE, OF_PEM = base64.encodebytes(LEAF.der), base64.b64encode(LEAF.pem)
JSON = json.dumps({"crt": LEAF.pem.decode()}).encode()
WINDOWS_JSON = json.dumps({"crt": LEAF.pem.decode().replace("\n", "\r\n")}).encode()


@pytest.mark.parametrize(
    "data",
    [
        LEAF.pem,
        LEAF.der,
        LEAF.pem.replace(b"\n", b"\r\n"),
        b"a note\n" + LEAF.pem,
        UTF_16,
        UTF_8,
        BARE,
        OF_PEM,
        JSON,
        WINDOWS_JSON,
    ],
    ids=count(),
)
def test_a_certificate_is_found_in_pem_and_in_der(data: bytes) -> None:
    assert read(data, "it").certificates == (LEAF.parsed,)


@pytest.mark.parametrize("between", [b"between them\n", b"-----BEGIN X-----\nno end\n", b""])
def test_several_are_found_in_order(between: bytes) -> None:
    bundle = read(LEAF.pem + between + ISSUING.pem + ROOT.pem, "it")
    assert bundle.certificates == (LEAF.parsed, ISSUING.parsed, ROOT.parsed)
    assert bundle.skipped == ()
    assert read(LEAF.der + ISSUING.der, "it").certificates == (LEAF.parsed, ISSUING.parsed)


@pytest.mark.parametrize("label", [b" X509 CERTIFICATE-", b" TRUSTED CERTIFICATE-"])
def test_an_old_pem_label_is_accepted(label: bytes) -> None:
    assert read(LEAF.pem.replace(b" CERTIFICATE-", label), "it").certificates == (LEAF.parsed,)


@pytest.mark.parametrize("name", ["p7", "p12"])
def test_the_certificates_of_a_bundle_are_found(name: str) -> None:
    assert [one.fingerprint for one in read(documents()[name], "it").certificates]


def test_one_that_cannot_be_read_hides_no_other() -> None:
    bundle = read(LEAF.pem + BROKEN + ROOT.pem, "it")
    assert bundle.certificates == (LEAF.parsed, ROOT.parsed)
    assert len(bundle.unreadable) == 1
    assert bundle.unreadable[0].startswith("certificate 2 of it cannot be read as a certificate")


def test_bytes_after_a_certificate_are_skipped() -> None:
    bundle = read(LEAF.der + b"\0\0\0", "it")
    assert bundle.certificates == (LEAF.parsed,)
    assert bundle.skipped == ("1 block of 3 bytes that is no ASN.1",)


def test_of_very_many_certificates_the_first_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard.certificates.read._MOST", 3)
    bundle = read(ROOT.der * 5, "it")
    assert len(bundle.certificates) == 3
    assert bundle.skipped == ("2 more than the 3 that are read",)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "there is no certificate in it"),
        (b"nonsense", "there is no certificate in it"),
        (CUT, "it has no end"),
        (BROKEN, "certificate 1 of it cannot be read as a certificate"),
        (LEAF.pem.replace(b"M", b"!", 1), "it is not Base64"),
        (LEAF.der[:100], "cannot be read as a certificate: it ends early"),
        (LEAF.der + bytes(LONGEST), "it is longer than 4 MiB"),
        (b"\x30\x80" * 1000, "cannot be read as a certificate"),
        (b"-----BEGIN DH PARAMETERS-----\nMAA=\n-----END DH PARAMETERS-----\n", "but 1 DH PARAMETERS"),
    ],
    ids=count(),
)
def test_unreadable_input_is_an_error_without_a_traceback(data: bytes, says: str) -> None:
    with pytest.raises(CertificateError) as error:
        read(data, "it")
    assert says in str(error.value)
    assert error.value.hint


def test_where_certificates_are_needed_another_document_is_an_error_that_names_it() -> None:
    with pytest.raises(CertificateError, match="but private key") as error:
        read_certificates(LEAF.key_pem, "it")
    assert LEAF.key_pem.splitlines()[1].decode() not in str(error.value)


@given(st.binary(max_size=2000) | st.binary(max_size=200).map(lambda junk: LEAF.der[:200] + junk + LEAF.der[200:]))
def test_arbitrary_bytes_give_documents_or_an_error(data: bytes) -> None:
    with contextlib.suppress(CertificateError):
        bundle = read(data, "it")
        assert bundle.certificates or bundle.documents
