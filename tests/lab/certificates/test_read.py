"""Parsing certificates: what is found, what is skipped, and what is an error."""

from __future__ import annotations

import contextlib
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.certificates.faults import ISSUING, ROOT
from lab.certificates.making import server
from overheard.certificates.errors import CertificateError
from overheard.certificates.read import LONGEST, read, read_bundle

LEAF = server(ISSUING)
CUT = LEAF.pem[: len(LEAF.pem) // 2]
BROKEN = b"-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("data", [LEAF.pem, LEAF.der, LEAF.pem.replace(b"\n", b"\r\n"), b"a note\n" + LEAF.pem])
def test_a_certificate_is_found_in_pem_and_in_der(data: bytes) -> None:
    assert read(data, "it").certificates == (LEAF.certificate,)


def test_several_are_found_in_order() -> None:
    bundle = read(LEAF.pem + b"between them\n" + ISSUING.pem + ROOT.pem, "it")
    assert bundle.certificates == (LEAF.certificate, ISSUING.certificate, ROOT.certificate)
    assert bundle.skipped == ()


def test_an_old_pem_label_is_accepted() -> None:
    assert read(LEAF.pem.replace(b" CERTIFICATE-", b" X509 CERTIFICATE-"), "it").certificates == (LEAF.certificate,)


def test_keys_are_reported_as_skipped_and_not_kept() -> None:
    bundle = read(LEAF.key_pem + LEAF.pem, "it")
    assert bundle.skipped == ("1 PRIVATE KEY",)
    secret = LEAF.key_pem.splitlines()[1].decode()
    assert secret not in repr(bundle)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "there is no certificate in it"),
        (b"nonsense", "there is no certificate in it"),
        (LEAF.key_pem, "there is no certificate in it, but 1 PRIVATE KEY"),
        (CUT, "there is no certificate in it, but a PEM block without an end"),
        (BROKEN, "certificate 1 of it"),
        (LEAF.pem + BROKEN, "certificate 2 of it cannot be read as a certificate"),
        (LEAF.der[:100], "cannot be read as a certificate"),
        (LEAF.der + bytes(LONGEST), "it is longer than 4 MiB"),
    ],
    ids=count(),
)
def test_unreadable_input_is_an_error_without_a_traceback(data: bytes, says: str) -> None:
    with pytest.raises(CertificateError) as error:
        read(data, "it")
    assert says in str(error.value)
    assert error.value.hint


def test_an_error_contains_no_key_material() -> None:
    with pytest.raises(CertificateError) as error:
        read(LEAF.key_pem, "it")
    assert LEAF.key_pem.splitlines()[1].decode() not in str(error.value)


def test_a_bundle_is_used_as_far_as_it_can_be_parsed() -> None:
    assert read_bundle(BROKEN + ROOT.pem, "it") == (ROOT.certificate,)
    with pytest.raises(CertificateError):
        read_bundle(BROKEN, "it")


@given(st.binary(max_size=2000) | st.binary(max_size=200).map(lambda junk: LEAF.der[:200] + junk + LEAF.der[200:]))
def test_arbitrary_bytes_give_certificates_or_an_error(data: bytes) -> None:
    with contextlib.suppress(CertificateError):
        assert read(data, "it").certificates
