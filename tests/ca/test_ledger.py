from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization

from ca.csrs import KEY
from overheard_ca.certificates import root_certificate
from overheard_ca.errors import StateError
from overheard_ca.ledger import Grant, Ledger, record, spend
from overheard_ca.profile import Profile

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ("server", IPv4Address("127.0.0.1"))


# As the first version created it: it had only server certificates.
OF_OLD = """
CREATE TABLE tokens (
    sha256 TEXT PRIMARY KEY, requester TEXT NOT NULL, names TEXT NOT NULL, used_at TEXT
) STRICT;
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def used_up(ledger: Ledger, token: str) -> bool:
    with ledger.transaction() as entry:
        return spend(entry, token, NOW)


def test_connections_are_closed_unless_they_are_to_be_kept(ledger: Ledger) -> None:
    with ledger.reading() as first:
        pass
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        first.execute("SELECT 1")
    ledger.keep_connections()
    with ledger.reading() as first, ledger.reading() as second:
        assert first is not second
    with ledger.reading() as third:
        assert third in (first, second)


def test_a_connection_that_was_kept_sees_what_others_wrote_and_one_that_failed_is_not_kept(
    ledger: Ledger, tmp_path: Path
) -> None:
    other = Ledger(tmp_path / "ledger.sqlite")
    ledger.keep_connections()
    assert ledger.grant("acorn") is None
    other.add_token("acorn", "server", NAMES)
    assert ledger.grant("acorn")
    with suppress(InterruptedError), ledger.transaction() as entry:
        entry.execute("DELETE FROM tokens")
        raise InterruptedError
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        entry.execute("SELECT 1")
    assert ledger.grant("acorn")


def test_a_token_is_valid_for_its_names(ledger: Ledger) -> None:
    ledger.add_token("acorn", "server", NAMES)
    assert ledger.grant("acorn") == Grant("server", frozenset(NAMES), used=False)


def test_a_token_is_valid_for_one_profile(ledger: Ledger) -> None:
    ledger.add_token("nut", "client", ("squirrel",), Profile.CLIENT)
    assert ledger.grant("nut") == Grant("client", frozenset({"squirrel"}), used=False, profile=Profile.CLIENT)


def test_a_ledger_of_the_first_version_is_opened_and_its_tokens_are_for_servers(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as connection, connection:
        connection.executescript(OF_OLD)
        row = (hashlib.sha256(b"acorn").hexdigest(), "server", '["server"]', None)
        connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?)", row)
    for _ in range(2):
        ledger = Ledger(tmp_path / "ledger.sqlite")
        assert ledger.grant("acorn") == Grant("server", frozenset({"server"}), used=False, profile=Profile.SERVER)
    ledger.add_token("nut", "client", ("squirrel",), Profile.CLIENT)
    assert ledger.grant("nut")


def test_a_token_that_was_never_issued_is_invalid(ledger: Ledger) -> None:
    ledger.add_token("acorn", "server", NAMES)
    assert ledger.grant("Acorn") is None
    assert not used_up(ledger, "Acorn")


def test_a_token_is_valid_once(ledger: Ledger) -> None:
    ledger.add_token("acorn", "server", NAMES)
    assert used_up(ledger, "acorn")
    assert not used_up(ledger, "acorn")
    assert ledger.grant("acorn") == Grant("server", frozenset(NAMES), used=True)


def test_a_token_stays_valid_if_its_transaction_fails(ledger: Ledger) -> None:
    ledger.add_token("acorn", "server", NAMES)

    def fail() -> None:
        with ledger.transaction() as entry:
            assert spend(entry, "acorn", NOW)
            raise MemoryError

    with pytest.raises(MemoryError):
        fail()
    assert used_up(ledger, "acorn")


def test_it_withdraws_unused_tokens_and_remembers_used_ones(ledger: Ledger) -> None:
    for token in ("kept", "gone", "used"):
        ledger.add_token(token, "server", NAMES)
    used_up(ledger, "used")
    ledger.withdraw_all_but(["kept"])
    grants = {token: ledger.grant(token) for token in ("kept", "gone", "used")}
    assert [token for token, grant in grants.items() if grant] == ["kept", "used"]


def test_it_records_a_certificate(ledger: Ledger) -> None:
    certificate = root_certificate(KEY, NOW)
    with ledger.transaction() as entry:
        record(entry, certificate, "server", NAMES)
        row = entry.execute("SELECT * FROM certificates").fetchone()
    assert row == (
        f"{certificate.serial_number:x}",
        "server",
        '["server", "127.0.0.1"]',
        "2026-02-28T23:55:00+00:00",
        "2036-02-29T00:00:00+00:00",
        certificate.fingerprint(hashes.SHA256()).hex(),
        certificate.public_bytes(serialization.Encoding.DER),
    )


def test_it_can_be_reopened(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_token("acorn", "server", NAMES)
    assert Ledger(tmp_path / "ledger.sqlite").grant("acorn")


def test_it_stores_no_token(ledger: Ledger, tmp_path: Path) -> None:
    ledger.add_token("acorn", "server", NAMES)
    assert b"acorn" not in (tmp_path / "ledger.sqlite").read_bytes()


def test_it_becomes_private_even_if_it_was_not(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    Ledger(file)
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    Ledger(file)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_start_that_was_killed_before_the_tables_existed_is_completed(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()
    assert Ledger(tmp_path / "ledger.sqlite").grant("acorn") is None


def test_another_file_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"nonsense" * 1000)
    with pytest.raises(StateError, match="is not a ledger"):
        Ledger(tmp_path / "ledger.sqlite")
