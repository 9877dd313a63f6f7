from __future__ import annotations

import signal
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography import x509
from cryptography.x509.certificate_transparency import LogEntryType, SignedCertificateTimestamp, Version

from ca.csrs import csr
from ca.transparency.logs import NAME, NOW, Logging, killed_before_the_record, logging
from overheard_ca import issuance
from overheard_ca.errors import RefusedError, StateError
from overheard_ca.profile import Profile
from overheard_ca.transparency.log import _LIFE, FILE, KEY, PUBLIC_KEY, Log
from overheard_ca.transparency.precertificate import without_poison
from processes import LONG


@pytest.fixture
def made(tmp_path: Path) -> Logging:
    return logging(tmp_path)


def stamps(certificate: x509.Certificate) -> list[SignedCertificateTimestamp]:
    return list(certificate.extensions.get_extension_for_class(x509.PrecertificateSignedCertificateTimestamps).value)


def size(log: Log) -> int:
    with log.reading() as store:
        return store.size


def test_a_certificate_has_the_timestamp_of_the_log_as_the_library_reads_it(made: Logging) -> None:
    (stamp,) = stamps(made.leaf())
    assert (stamp.log_id, stamp.version, stamp.entry_type) == (
        made.log.id,
        Version.v1,
        LogEntryType.PRE_CERTIFICATE,
    )
    assert NOW <= stamp.timestamp.replace(tzinfo=NOW.tzinfo) <= datetime.now(UTC)
    assert stamp.extension_bytes == b""


def test_what_is_logged_is_the_certificate_apart_from_the_timestamp(made: Logging) -> None:
    leaf = made.leaf()
    with made.log.reading() as store:
        (entry,) = store.entries(0, 10)
    assert leaf.tbs_precertificate_bytes in entry.leaf
    precertificate = x509.load_der_x509_certificate(entry.extra[3 : 3 + int.from_bytes(entry.extra[:3])])
    assert precertificate.serial_number == leaf.serial_number
    assert precertificate.extensions.get_extension_for_class(x509.PrecertPoison).critical
    assert without_poison(precertificate.tbs_certificate_bytes) == leaf.tbs_precertificate_bytes


def test_other_profiles_are_not_logged(made: Logging) -> None:
    leaf = made.leaf(Profile.SERVER)
    with pytest.raises(x509.ExtensionNotFound):
        stamps(leaf)
    assert size(made.log) == 0


def test_if_the_log_refuses_there_is_no_certificate_and_the_token_stays_valid(made: Logging) -> None:
    made.issuance.ledger.add_token("hazel", "server", (NAME,), Profile.LOGGED)
    with (
        patch.object(Log, "add_precertificate", side_effect=sqlite3.OperationalError("disk is full")),
        pytest.raises(RefusedError) as caught,
    ):
        made.issuance.certify("hazel", lambda: csr(NAME))
    assert (caught.value.code, caught.value.status) == ("log-refused", 503)
    assert not list(made.issuance.ledger.all_issued())
    assert [refusal.code for refusal in made.issuance.ledger.refused()] == ["log-refused"]
    assert made.issuance.certify("hazel", lambda: csr(NAME))
    assert size(made.log) == 1


def test_a_certificate_of_the_profile_needs_a_log(made: Logging) -> None:
    without = issuance.Issuance(made.authority, made.issuance.ledger, frozenset({NAME}), timedelta(days=1))
    assert Profile.LOGGED in made.issuance.offered
    assert Profile.LOGGED not in without.offered
    without.ledger.add_token("hazel", "server", (NAME,), Profile.LOGGED)
    with pytest.raises(ValueError, match="needs a log"):
        without.certify("hazel", lambda: csr(NAME))


def test_what_was_logged_before_gets_the_same_timestamp(made: Logging) -> None:
    chain = [made.precertificate(), made.authority.issuing.certificate]
    first = made.log.add_precertificate(chain, NOW)
    assert made.log.add_precertificate([*chain, made.authority.root], NOW + timedelta(days=1)) == first
    assert size(made.log) == 1


def test_time_never_goes_back(made: Logging) -> None:
    early, issuing = NOW - timedelta(days=30), made.authority.issuing.certificate
    first = made.log.add_precertificate([made.precertificate(), issuing], NOW)
    assert made.log.head(early).timestamp > first.timestamp
    second = made.log.add_precertificate([made.precertificate(), issuing], early)
    heads = [made.log.head(now).timestamp for now in (early, NOW, NOW + _LIFE * 2)]
    assert second.timestamp < heads[0] <= heads[1] < heads[2]


def test_a_head_is_signed_anew_when_something_was_logged_or_it_is_old(made: Logging) -> None:
    first = made.log.head(NOW)
    assert (first.size, made.log.head(NOW + _LIFE / 2)) == (0, first)
    assert made.log.head(NOW + _LIFE) != first
    made.leaf()
    assert made.log.head(NOW + _LIFE).size == 1


def test_a_restart_changes_neither_the_key_nor_the_tree(made: Logging) -> None:
    made.leaf()
    head = made.log.head(NOW)
    again = logging(made.folder)
    assert (again.log.id, again.log.head(NOW)) == (made.log.id, head)
    again.leaf()
    assert again.log.head(NOW).size == 2


def test_its_files_are_for_its_owner_alone(made: Logging) -> None:
    state = made.folder / "state"
    assert [stat.S_IMODE((state / name).stat().st_mode) for name in (KEY, FILE)] == [0o600, 0o600]
    assert b"ENCRYPTED" in (state / KEY).read_bytes()
    assert (state / PUBLIC_KEY).read_bytes() == made.log.public_key


@pytest.mark.parametrize("missing", [KEY, FILE])
def test_half_a_log_is_not_completed(made: Logging, missing: str) -> None:
    """Clients know it by its key, and what it signed once must stay in it."""
    made.leaf()
    (made.folder / "state" / missing).unlink()
    with pytest.raises(StateError) as caught:
        logging(made.folder)
    assert missing in str(caught.value)


def test_a_log_without_entries_gets_its_key_if_the_first_start_was_killed(made: Logging) -> None:
    (made.folder / "state" / KEY).unlink()
    assert stamps(logging(made.folder).leaf())


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM entries WHERE number = 2",
        "UPDATE nodes SET hash = zeroblob(32) WHERE level = 0 AND number = 2",
        "UPDATE nodes SET hash = zeroblob(32) WHERE level = 1 AND number = 0",
    ],
)
def test_what_was_signed_is_in_the_file_or_the_start_fails(made: Logging, change: str) -> None:
    for _ in range(3):
        made.leaf()
    made.log.head(NOW)
    connection = sqlite3.connect(made.folder / "state" / FILE)
    with pytest.raises(sqlite3.IntegrityError, match="the log is only added to"):
        connection.execute(change)
    for table in ("entries", "nodes"):
        for event in ("UPDATE", "DELETE"):
            connection.execute(f"DROP TRIGGER {table}_{event}")
    with connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(StateError, match="not what was signed"):
        logging(made.folder)


def test_a_file_that_is_no_log_is_left_alone(made: Logging) -> None:
    (made.folder / "state" / FILE).write_bytes(b"acorns" * 1000)
    with pytest.raises(StateError, match="is not a log"):
        logging(made.folder)


def test_a_hundred_at_once_are_in_the_tree_in_one_order(made: Logging) -> None:
    monitor = made.monitor()
    with ThreadPoolExecutor(10) as pool:
        leaves = list(pool.map(lambda _: made.leaf(), range(100)))
    assert {each.certificate.serial_number for each in monitor.read()} == {leaf.serial_number for leaf in leaves}


def test_killed_between_the_timestamp_and_the_certificate_the_log_has_it_and_nobody_else(made: Logging) -> None:
    """The log has promised too much, which its monitors see; and never is there a certificate that is not in it."""
    monitor = made.monitor()
    assert not monitor.read()
    child = get_context("spawn").Process(target=killed_before_the_record, args=(made.folder,))
    child.start()
    child.join(LONG)
    assert child.exitcode == -signal.SIGKILL
    again = logging(made.folder)
    monitor.ask = again.ask
    (logged,) = monitor.read()
    assert not list(again.issuance.ledger.all_issued())
    leaf = again.leaf()
    assert (
        [each.certificate.serial_number for each in monitor.read()]
        == [leaf.serial_number]
        != [logged.certificate.serial_number]
    )


def test_a_certificate_of_the_profile_is_like_one_of_a_server_otherwise(made: Logging) -> None:
    both = [made.leaf(profile).extensions for profile in (Profile.SERVER, Profile.LOGGED)]
    kinds = [[each.oid for each in extensions] for extensions in both]
    assert kinds[0] == kinds[1][:-1]
    assert not both[1][-1].critical
