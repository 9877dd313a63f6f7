"""What real handshakes do not cover: order, unasked questions, times, and revocation lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from lab.certificates.faults import FAULTS, ISSUING, ROOT
from lab.certificates.making import NOW, Made, authority, constraints, revocations, server
from overheard.certificates.documents.revocation_list import RevocationList
from overheard.certificates.read import revocation_lists
from overheard.certificates.rules.check import case, wrong

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.certificates.faults import Fault

LEAF = server(ISSUING)


def rows(
    chain: Sequence[Made],
    *,
    host: str | None = "localhost",
    now: datetime = NOW,
    trusted: Sequence[Made] | None = (ROOT,),
    crls: Sequence[x509.CertificateRevocationList] | None = None,
) -> list[str]:
    roots = None if trusted is None else [made.parsed for made in trusted]
    lists = None if crls is None else [_parsed(crl) for crl in crls]
    return [one.row for one in wrong(case([made.parsed for made in chain], host, now, roots, lists))]


def _parsed(crl: x509.CertificateRevocationList) -> RevocationList:
    return revocation_lists(crl.public_bytes(Encoding.DER), "it")[0]


def test_a_correct_chain_has_no_findings() -> None:
    assert rows([LEAF, ISSUING]) == []


@pytest.mark.parametrize("chain", [(ISSUING, LEAF), (ROOT, ISSUING, LEAF), (ISSUING, LEAF, ROOT)])
def test_the_servers_certificate_after_another_is_only_the_wrong_order(
    chain: tuple[Made, ...],
) -> None:
    assert rows(chain) == ["wrong-order"]


@pytest.mark.parametrize("chain", [(LEAF, ROOT, ISSUING), (LEAF, ISSUING, ROOT), (LEAF, ISSUING, ISSUING)])
def test_those_after_the_servers_own_may_be_in_any_order(chain: tuple[Made, ...]) -> None:
    assert rows(chain) == []


def test_several_authorities_in_one_file_are_not_a_chain_in_the_wrong_order() -> None:
    assert rows([ROOT, ISSUING, authority("another")], host=None, trusted=None) == []


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if "signed" in fault.row or "root" in fault.row])
def test_trust_is_not_checked_unless_asked(fault: Fault) -> None:
    assert rows(fault.chain, trusted=None) == []


def test_the_host_is_not_checked_unless_asked() -> None:
    for fault in FAULTS:
        if fault.row in {"wrong-host", "no-server-auth", "name-only-in-cn"}:
            assert rows(fault.chain, host=None) == []


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (-2, ["not-yet-valid"]),
        (29, []),
        (31, ["expired"]),
        (101, ["expired-intermediate", "expired-intermediate", "expired"]),
    ],
)
def test_it_is_checked_for_the_given_time(days: int, found: list[str]) -> None:
    assert rows([LEAF, ISSUING], now=NOW + timedelta(days=days)) == found


def test_all_faults_are_found_and_first_the_one_that_openssl_reports() -> None:
    made = server(None, days=(-30, -1), names=("elsewhere.test",))
    assert rows([made]) == ["self-signed", "wrong-host", "expired"]


def test_a_certificate_that_is_trusted_itself_may_sign_itself() -> None:
    made = server(None)
    assert rows([made], trusted=[made]) == []


def test_an_issuer_is_not_identified_by_name_alone() -> None:
    """A CA with the name of the issuer, but another key."""
    impostor = authority("an issuing CA", ROOT)
    assert rows([LEAF, impostor]) == ["missing-intermediate"]


def test_two_that_sign_each_other_are_no_path() -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    first, second = authority("first", key=key), authority("second", key=other)
    crossed = [authority("first", second, key=key), authority("second", first, key=other)]
    assert rows([server(crossed[0]), *crossed]) == ["unknown-root"]


@pytest.mark.parametrize(
    ("tree", "name", "found"),
    [
        ("lab.test", "lab.test", []),
        ("lab.test", "a.LAB.test", []),
        ("lab.test", "notlab.test", ["name-constraint-violated"]),
        (".lab.test", "a.lab.test", []),
        (".lab.test", "lab.test", ["name-constraint-violated"]),
        ("", "anything.test", []),
    ],
)
def test_name_constraints_of_a_ca_apply(tree: str, name: str, found: list[str]) -> None:
    above = authority("a CA for some", ROOT, constraints(only=[x509.DNSName(tree)]))
    assert rows([server(above, names=(name,)), above], host=name) == found


def test_a_constraint_applies_only_to_names_of_its_kind() -> None:
    above = authority("a CA for some", ROOT, constraints(only=[x509.DNSName("localhost")]))
    assert rows([server(above, names=("localhost", "127.0.0.1")), above]) == []


def test_only_a_list_with_the_certificate_revokes_it() -> None:
    other = server(ISSUING)
    assert rows([LEAF, ISSUING], crls=[revocations(ISSUING, other, LEAF)]) == ["revoked"]
    assert rows([LEAF, ISSUING], crls=[revocations(ISSUING, other)]) == []
    assert rows([LEAF, ISSUING]) == []


def test_a_list_must_be_current_and_signed_by_the_issuer() -> None:
    forged = authority("an issuing CA", ROOT)
    assert rows([LEAF, ISSUING], crls=[]) == ["crl-missing"]
    assert rows([LEAF, ISSUING], crls=[revocations(ROOT, LEAF)]) == ["crl-missing"]
    assert rows([LEAF, ISSUING], crls=[revocations(forged)]) == ["crl-signature"]
    assert rows([LEAF, ISSUING], crls=[revocations(ISSUING, days=-1)]) == ["crl-expired"]
    assert rows([LEAF, ISSUING], crls=[revocations(ROOT), revocations(ISSUING)]) == []
