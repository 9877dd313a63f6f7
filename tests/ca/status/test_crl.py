from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ca.status.authorities import COMPROMISE, NOW, Publishing, publishing
from overheard_ca.status.crl import LIFE, RevocationList


@pytest.fixture
def made(tmp_path: Path) -> Publishing:
    return publishing(tmp_path / "state")


def read(made: Publishing, now: datetime = NOW) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(RevocationList(made.issuer, made.ledger).current(now))


def number(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def test_it_lists_what_was_revoked_when_and_why(made: Publishing) -> None:
    made.leaf()
    first, second = made.revoke(made.leaf()), made.revoke(made.leaf(), x509.ReasonFlags.unspecified)
    crl = read(made)
    assert crl.is_signature_valid(made.issuer.key.public_key())
    assert crl.issuer == made.issuer.certificate.subject
    assert [entry.serial_number for entry in crl] == [first.serial_number, second.serial_number]
    assert [entry.revocation_date_utc for entry in crl] == [NOW, NOW]
    assert [[extension.value for extension in entry.extensions] for entry in crl] == [[x509.CRLReason(COMPROMISE)], []]


def test_it_has_the_extensions_that_it_needs_and_no_other(made: Publishing) -> None:
    found = {type(extension.value): extension.critical for extension in read(made).extensions}
    assert found == {x509.AuthorityKeyIdentifier: False, x509.CRLNumber: False}


def test_it_is_valid_for_a_day_and_already_by_a_slow_clock(made: Publishing) -> None:
    crl = read(made)
    assert (crl.last_update_utc, crl.next_update_utc) == (NOW - timedelta(minutes=5), NOW + timedelta(days=1))


def test_it_stays_the_same_until_something_is_revoked_or_half_of_its_life_is_over(made: Publishing) -> None:
    numbers = [number(read(made, NOW + each * LIFE / 8)) for each in range(9)]
    assert numbers == [1, 1, 1, 1, 2, 2, 2, 2, 3]
    made.leaf()
    assert number(read(made, NOW + LIFE)) == 3
    made.revoke(made.leaf())
    assert number(read(made, NOW + LIFE)) == 4


def test_a_restart_does_not_change_it(made: Publishing, tmp_path: Path) -> None:
    before = read(made)
    assert read(publishing(tmp_path / "state")) == before


def test_its_number_never_goes_back(made: Publishing) -> None:
    """Not even with the clock; and it is then valid by that clock."""
    read(made)
    early = NOW - timedelta(days=400)
    again = read(made, early)
    assert (number(again), again.last_update_utc) == (2, early - timedelta(minutes=5))
    assert number(read(made)) == 3


def test_it_is_made_anew_under_a_new_issuing_certificate(made: Publishing, tmp_path: Path) -> None:
    before = read(made)
    (tmp_path / "state" / "issuing.key.pem").unlink()
    new = publishing(tmp_path / "state")
    assert number(read(new)) == number(before) + 1
    assert read(new).is_signature_valid(new.issuer.key.public_key())


def test_a_certificate_that_expired_is_in_one_list_more_and_then_in_none(made: Publishing) -> None:
    made.revoke(made.leaf(life=timedelta(days=1)))
    counts = [len(read(made, NOW + timedelta(days=days))) for days in (0, 1, 2, 3)]
    assert counts == [1, 1, 1, 0]


def test_of_the_time_of_a_revocation_it_has_the_second(made: Publishing) -> None:
    made.revoke(made.leaf(), now=datetime(2026, 3, 1, 12, 0, 0, 999, tzinfo=UTC))
    assert [entry.revocation_date_utc for entry in read(made)] == [datetime(2026, 3, 1, 12, tzinfo=UTC)]


@pytest.mark.parametrize(("revoked", "verdict"), [(False, "leaf.pem: OK"), (True, "certificate revoked")])
def test_openssl_verifies_it_and_finds_the_revoked_certificate_in_it(
    made: Publishing, tmp_path: Path, *, revoked: bool, verdict: str
) -> None:
    leaf = made.leaf()
    if revoked:
        made.revoke(leaf)
    files: dict[str, x509.Certificate | x509.CertificateRevocationList] = {
        "root.pem": made.root,
        "issuing.pem": made.issuer.certificate,
        "leaf.pem": leaf,
        "crl.pem": read(made),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content.public_bytes(Encoding.PEM))
    verified = _openssl(tmp_path, "crl", "-in", "crl.pem", "-CAfile", "issuing.pem", "-noout")
    assert "verify OK" in verified
    options = ["-x509_strict", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", "root.pem", "-untrusted", "issuing.pem"]
    assert verdict in _openssl(tmp_path, "verify", "-no-CApath", "-no-CAstore", *options, "leaf.pem")


def _openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
