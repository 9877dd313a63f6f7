"""Certificates out of bytes: what is found, what is passed over, and what is refused in words."""

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


def test_many_are_found_in_their_order() -> None:
    pile = read(LEAF.pem + b"between them\n" + ISSUING.pem + ROOT.pem, "it")
    assert pile.certificates == (LEAF.certificate, ISSUING.certificate, ROOT.certificate)
    assert pile.skipped == ()


def test_an_old_label_is_one_too() -> None:
    assert read(LEAF.pem.replace(b" CERTIFICATE-", b" X509 CERTIFICATE-"), "it").certificates == (LEAF.certificate,)


def test_keys_are_passed_over_with_a_word_and_not_kept() -> None:
    pile = read(LEAF.key_pem + LEAF.pem, "it")
    assert pile.skipped == ("1 PRIVATE KEY",)
    secret = LEAF.key_pem.splitlines()[1].decode()
    assert secret not in repr(pile)


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
def test_what_cannot_be_read_is_an_error_in_words(data: bytes, says: str) -> None:
    with pytest.raises(CertificateError) as error:
        read(data, "it")
    assert says in str(error.value)
    assert error.value.hint


def test_what_is_secret_does_not_stand_in_an_error() -> None:
    with pytest.raises(CertificateError) as error:
        read(LEAF.key_pem, "it")
    assert LEAF.key_pem.splitlines()[1].decode() not in str(error.value)


def test_a_bundle_is_as_good_as_what_can_be_read_of_it() -> None:
    assert read_bundle(BROKEN + ROOT.pem, "it") == (ROOT.certificate,)
    with pytest.raises(CertificateError):
        read_bundle(BROKEN, "it")


@given(st.binary(max_size=2000) | st.binary(max_size=200).map(lambda junk: LEAF.der[:200] + junk + LEAF.der[200:]))
def test_no_bytes_are_anything_but_certificates_or_an_error(data: bytes) -> None:
    with contextlib.suppress(CertificateError):
        assert read(data, "it").certificates
