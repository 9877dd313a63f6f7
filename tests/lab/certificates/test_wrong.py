"""What the real handshakes of `test_agreement` do not reach: order, questions that were not asked, times, and lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from lab.certificates.faults import FAULTS, ISSUING, ROOT
from lab.certificates.making import NOW, Made, authority, constraints, revocations, server
from overheard.certificates.wrong import wrong

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
    roots = None if trusted is None else [made.certificate for made in trusted]
    return [one.row for one in wrong([made.certificate for made in chain], host, now, roots, crls)]


def test_of_a_good_chain_nothing_is_said() -> None:
    assert rows([LEAF, ISSUING]) == []


@pytest.mark.parametrize("chain", [(ISSUING, LEAF), (ROOT, ISSUING, LEAF), (ISSUING, LEAF, ROOT)])
def test_the_servers_own_certificate_behind_another_is_the_wrong_order_and_nothing_else(
    chain: tuple[Made, ...],
) -> None:
    assert rows(chain) == ["wrong-order"]


@pytest.mark.parametrize("chain", [(LEAF, ROOT, ISSUING), (LEAF, ISSUING, ROOT), (LEAF, ISSUING, ISSUING)])
def test_those_behind_the_servers_own_may_stand_in_any_order(chain: tuple[Made, ...]) -> None:
    assert rows(chain) == []


def test_many_authorities_in_one_file_are_no_chain_in_the_wrong_order() -> None:
    assert rows([ROOT, ISSUING, authority("another")], host=None, trusted=None) == []


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if "signed" in fault.row or "root" in fault.row])
def test_whom_to_trust_is_not_judged_where_nobody_asked(fault: Fault) -> None:
    assert rows(fault.chain, trusted=None) == []


def test_whose_it_is_is_not_judged_where_nobody_asked() -> None:
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
def test_it_is_judged_for_the_time_that_is_asked_about(days: int, found: list[str]) -> None:
    assert rows([LEAF, ISSUING], now=NOW + timedelta(days=days)) == found


def test_all_that_is_wrong_is_said_and_first_what_openssl_says() -> None:
    made = server(None, days=(-30, -1), names=("elsewhere.test",))
    assert rows([made]) == ["self-signed", "wrong-host", "expired"]


def test_a_certificate_that_is_trusted_itself_may_sign_itself() -> None:
    made = server(None)
    assert rows([made], trusted=[made]) == []


def test_a_name_is_no_signature() -> None:
    """A CA that has the name of the issuer, and not its key."""
    impostor = authority("an issuing CA", ROOT)
    assert rows([LEAF, impostor]) == ["missing-intermediate"]


def test_two_that_sign_each_other_are_no_way_up() -> None:
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
def test_a_ca_for_some_names_is_held_to_them(tree: str, name: str, found: list[str]) -> None:
    above = authority("a CA for some", ROOT, constraints(only=[x509.DNSName(tree)]))
    assert rows([server(above, names=(name,)), above], host=name) == found


def test_names_of_other_kinds_are_not_what_a_constraint_speaks_of() -> None:
    above = authority("a CA for some", ROOT, constraints(only=[x509.DNSName("localhost")]))
    assert rows([server(above, names=("localhost", "127.0.0.1")), above]) == []


def test_a_list_that_names_the_certificate_revokes_it_and_any_other_does_not() -> None:
    other = server(ISSUING)
    assert rows([LEAF, ISSUING], crls=[revocations(ISSUING, other, LEAF)]) == ["revoked"]
    assert rows([LEAF, ISSUING], crls=[revocations(ISSUING, other)]) == []
    assert rows([LEAF, ISSUING]) == []


def test_a_list_must_be_of_the_issuer_and_signed_by_it_and_of_today() -> None:
    forged = authority("an issuing CA", ROOT)
    assert rows([LEAF, ISSUING], crls=[]) == ["crl-missing"]
    assert rows([LEAF, ISSUING], crls=[revocations(ROOT, LEAF)]) == ["crl-missing"]
    assert rows([LEAF, ISSUING], crls=[revocations(forged)]) == ["crl-missing"]
    assert rows([LEAF, ISSUING], crls=[revocations(ISSUING, days=-1)]) == ["crl-expired"]
    assert rows([LEAF, ISSUING], crls=[revocations(ROOT), revocations(ISSUING)]) == []
