from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from overheard_ca.handover import hand_over, hand_over_log
from overheard_ca.ledger import Grant, Ledger, spend
from overheard_ca.profile import Profile
from overheard_ca.settings import Requester

SERVER = Requester("server", ("server", "localhost"))
CLIENT = Requester("client", ())


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "handover"


def token(folder: Path, requester: str = "server") -> str:
    return (folder / requester / "token").read_text().strip()


def test_a_requester_gets_the_fingerprint_and_a_valid_token(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    assert (folder / "server" / "root.sha256").read_text() == "ab" * 32 + "\n"
    grant = ledger.grant(token(folder))
    assert grant == Grant("server", frozenset({"server", "localhost"}), used=False)
    assert len(token(folder)) >= 43


def test_a_requester_without_names_gets_only_the_fingerprint(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (CLIENT,), "ab" * 32, ledger)
    assert [path.name for path in (folder / "client").iterdir()] == ["root.sha256"]


def test_all_files_are_private(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (SERVER, CLIENT), "ab" * 32, ledger)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*/*")} == {0o600}


def test_the_key_of_the_log_is_for_everybody_who_has_a_folder(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (SERVER, CLIENT), "ab" * 32, ledger)
    hand_over_log(folder, (SERVER, CLIENT), b"a key")
    assert [path.read_bytes() for path in folder.glob("*/log.pem")] == [b"a key"] * 2
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*/*")} == {0o600}


def test_an_unused_token_is_kept(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    first = token(folder)
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    assert token(folder) == first


def test_a_used_token_is_replaced(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    first = token(folder)
    with ledger.transaction() as entry:
        spend(entry, first, datetime.now(UTC))
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    assert token(folder) != first
    assert ledger.grant(token(folder))


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"\xff\xfe"])
def test_a_token_that_the_ledger_does_not_know_is_replaced(folder: Path, ledger: Ledger, content: bytes) -> None:
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    lost = token(folder)
    (folder / "server" / "token").write_bytes(content)
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    assert ledger.grant(token(folder))
    assert ledger.grant(lost) is None


def test_a_token_for_other_names_is_withdrawn(folder: Path, ledger: Ledger) -> None:
    """So that removing a name from the list has an effect."""
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    first = token(folder)
    hand_over(folder, (Requester("server", ("server",)),), "ab" * 32, ledger)
    grant = ledger.grant(token(folder))
    assert grant is not None
    assert grant.names == {"server"}
    assert ledger.grant(first) is None


def test_a_token_for_another_use_is_withdrawn(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    first = token(folder)
    hand_over(folder, (Requester(SERVER.name, SERVER.names, Profile.CLIENT),), "ab" * 32, ledger)
    grant = ledger.grant(token(folder))
    assert grant is not None
    assert grant.profile is Profile.CLIENT
    assert ledger.grant(first) is None


def test_a_token_of_a_former_requester_is_withdrawn(folder: Path, ledger: Ledger) -> None:
    hand_over(folder, (SERVER,), "ab" * 32, ledger)
    first = token(folder)
    hand_over(folder, (Requester("server", ()),), "ab" * 32, ledger)
    assert not (folder / "server" / "token").exists()
    assert ledger.grant(first) is None
