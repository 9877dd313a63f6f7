"""What was issued, refused and revoked stays in the ledger as it was written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509

from ca.csrs import KEY
from overheard_ca.certificates import root_certificate
from overheard_ca.errors import NeverIssuedError
from overheard_ca.ledger import REASONS, Issued, Ledger, Refusal, Revocation, record, refuse, revoke
from rows import for_each

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NAMES = ("server", IPv4Address("127.0.0.1"))
COMPROMISE = x509.ReasonFlags.key_compromise

# As it was before certificates were kept.
OF_OLD = """
CREATE TABLE certificates (
    serial TEXT PRIMARY KEY, requester TEXT NOT NULL, names TEXT NOT NULL,
    not_before TEXT NOT NULL, not_after TEXT NOT NULL, sha256 TEXT NOT NULL
) STRICT;
INSERT INTO certificates VALUES
    ('beef', 'server', '["server"]', '2026-02-28T23:55:00+00:00', '2036-02-29T00:00:00+00:00', '00');
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def made(ledger: Ledger, requester: str = "server") -> x509.Certificate:
    certificate = root_certificate(KEY, NOW)
    with ledger.transaction() as entry:
        record(entry, certificate, requester, NAMES)
    return certificate


def revoked(ledger: Ledger, serial: int, reason: x509.ReasonFlags = COMPROMISE, now: datetime = NOW) -> bool:
    with ledger.transaction() as entry:
        return revoke(entry, serial, reason, "server", now)


def test_a_certificate_is_found_by_its_serial(ledger: Ledger) -> None:
    certificate = made(ledger)
    assert ledger.issued(certificate.serial_number) == Issued(
        certificate.serial_number, certificate, "server", ("server", "127.0.0.1"), certificate.not_valid_after_utc, None
    )
    assert ledger.issued(certificate.serial_number + 1) is None


def test_all_are_listed_in_the_order_in_which_they_were_issued(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("overheard_ca.ledger._PAGE", 2)
    serials = [made(ledger).serial_number for _ in range(5)]
    assert [each.serial for each in ledger.all_issued()] == serials


def test_a_list_that_is_read_slowly_delays_no_writer(ledger: Ledger) -> None:
    made(ledger)
    listed = ledger.all_issued()
    assert next(listed).revoked is None
    serial = made(ledger).serial_number
    assert [each.serial for each in listed] == [serial]


def test_a_revocation_is_recorded_once_and_stays_as_it_was(ledger: Ledger) -> None:
    serial = made(ledger).serial_number
    assert revoked(ledger, serial)
    assert not revoked(ledger, serial, x509.ReasonFlags.superseded, LATER)
    found = ledger.issued(serial)
    assert found
    assert found.revoked == Revocation(NOW, COMPROMISE, "server")
    assert [each.revoked for each in ledger.all_issued()] == [found.revoked]


def test_only_what_was_issued_is_revoked(ledger: Ledger) -> None:
    with pytest.raises(NeverIssuedError, match="with the serial beef") as caught:
        revoked(ledger, 0xBEEF)
    assert caught.value.serial == 0xBEEF


@for_each(reason=sorted(REASONS, key=str))
def test_every_reason_of_an_end_entity_is_kept(ledger: Ledger, reason: x509.ReasonFlags) -> None:
    serial = made(ledger).serial_number
    assert revoked(ledger, serial, reason)
    found = ledger.issued(serial)
    assert found
    assert found.revoked
    assert found.revoked.reason is reason


@for_each(reason=sorted(set(x509.ReasonFlags) - REASONS, key=str))
def test_no_other_reason_is_taken(ledger: Ledger, reason: x509.ReasonFlags) -> None:
    serial = made(ledger).serial_number
    with pytest.raises(ValueError, match="is no reason"):
        revoked(ledger, serial, reason)
    found = ledger.issued(serial)
    assert found
    assert found.revoked is None


def test_a_refusal_is_recorded_whatever_is_in_it(ledger: Ledger) -> None:
    """Half a character of UTF-16, which JSON may contain, is escaped."""
    with ledger.transaction() as entry:
        refuse(entry, "", (*NAMES, "\ud800\0"), "name-kind", "No \ud800", NOW)
        refuse(entry, "nut", (), "token-used", "It was used: no", LATER)
    assert list(ledger.refused()) == [
        Refusal(NOW, "", ("server", "127.0.0.1", "\ud800\0"), "name-kind", "No \\ud800"),
        Refusal(LATER, "nut", (), "token-used", "It was used: no"),
    ]


@for_each(
    statement=[
        "UPDATE certificates SET requester = 'nut'",
        "DELETE FROM certificates",
        "INSERT OR REPLACE INTO certificates SELECT serial, 'nut', '', not_before, '', sha256, der FROM certificates",
        "UPDATE refusals SET code = 'none'",
        "DELETE FROM refusals",
        "INSERT OR REPLACE INTO refusals SELECT number, at, requester, names, 'none', message FROM refusals",
        "UPDATE revocations SET reason = 'superseded'",
        "DELETE FROM revocations",
        "INSERT OR REPLACE INTO revocations SELECT serial, at, 'superseded', by FROM revocations",
    ]
)
def test_what_is_recorded_cannot_be_changed(ledger: Ledger, statement: str) -> None:
    revoked(ledger, made(ledger).serial_number)
    with ledger.transaction() as entry:
        refuse(entry, "nut", (), "token-used", "It was used: no", LATER)
    before = list(ledger.all_issued()), list(ledger.refused())
    with pytest.raises(sqlite3.IntegrityError, match="only added to"), ledger.transaction() as entry:
        entry.execute(statement)
    assert (list(ledger.all_issued()), list(ledger.refused())) == before


def test_no_serial_is_recorded_twice(ledger: Ledger) -> None:
    certificate = made(ledger)
    with pytest.raises(sqlite3.IntegrityError), ledger.transaction() as entry:
        record(entry, certificate, "nut", NAMES)
    assert [each.requester for each in ledger.all_issued()] == ["server"]


def test_nothing_of_a_transaction_that_fails_is_recorded(ledger: Ledger) -> None:
    def fail() -> None:
        with ledger.transaction() as entry:
            record(entry, root_certificate(KEY, NOW), "server", NAMES)
            refuse(entry, "server", NAMES, "token-used", "It was used: no", NOW)
            raise MemoryError

    with pytest.raises(MemoryError):
        fail()
    assert (list(ledger.all_issued()), list(ledger.refused())) == ([], [])


def test_the_record_of_a_ledger_of_old_is_kept_and_can_be_revoked(tmp_path: Path) -> None:
    """It has no certificates, only their fingerprints."""
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection, connection:
        connection.executescript(OF_OLD)
    for _ in range(2):
        ledger = Ledger(tmp_path / "ledger.sqlite")
        end = datetime(2036, 2, 29, tzinfo=UTC)
        assert list(ledger.all_issued()) == [Issued(0xBEEF, None, "server", ("server",), end, None)]
    serial = made(ledger).serial_number
    assert revoked(ledger, 0xBEEF)
    assert [(each.serial, each.revoked is None) for each in ledger.all_issued()] == [(0xBEEF, False), (serial, True)]
