from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ca.csrs import KEY
from overheard_ca.authority import ISSUING, ISSUING_KEY, ROOT, ROOT_KEY, Authority, establish, key_pem, load, pem
from overheard_ca.certificates import root_certificate
from overheard_ca.errors import StateError
from overheard_ca.permitted import Permitted
from overheard_ca.status.root_crl import ROOT_CRL
from overheard_ca.status.urls import StatusUrls

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def start(
    state: Path, now: datetime = NOW, permitted: Permitted | None = None, status: StatusUrls | None = None
) -> Authority:
    return establish(state, state.parent / "passphrase", now, permitted=permitted, status=status)


def contents(state: Path) -> dict[str, bytes]:
    """All but the list of the root, which is new at every start."""
    return {path.name: path.read_bytes() for path in state.iterdir() if path.name != ROOT_CRL}


def assert_holds_together(authority: Authority) -> None:
    issuing = authority.issuing
    issuing.certificate.verify_directly_issued_by(authority.root)
    assert issuing.certificate.public_key() == issuing.key.public_key()


def test_the_first_start_creates_a_root_and_an_issuing_certificate(state: Path) -> None:
    assert_holds_together(start(state))
    assert set(contents(state)) == {ROOT_KEY, ROOT, ISSUING_KEY, ISSUING}


def test_every_later_start_changes_nothing(state: Path) -> None:
    first, before = start(state), contents(state)
    again = start(state, NOW + timedelta(days=100))
    assert contents(state) == before
    assert again.root == first.root
    assert again.issuing.certificate == first.issuing.certificate


def test_files_are_private_and_keys_are_encrypted(state: Path) -> None:
    start(state)
    for path in state.iterdir():
        assert path.stat().st_mode & 0o177 == 0, path
    for name in (ROOT_KEY, ISSUING_KEY):
        content = (state / name).read_bytes()
        assert content.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        with pytest.raises(TypeError, match="encrypted"):
            serialization.load_pem_private_key(content, None)


@pytest.mark.parametrize("changed", [ISSUING_KEY, ISSUING])
def test_an_issuing_certificate_that_does_not_match_is_replaced(state: Path, tmp_path: Path, changed: str) -> None:
    first = start(state)
    other = tmp_path / "other"
    other.mkdir()
    start(other)
    (state / changed).write_bytes((other / changed).read_bytes())
    again = start(state)
    assert_holds_together(again)
    assert again.root == first.root


@pytest.mark.parametrize("content", [b"", b"nonsense", pem(root_certificate(KEY, NOW))])
def test_an_invalid_issuing_certificate_is_replaced(state: Path, content: bytes) -> None:
    start(state)
    (state / ISSUING).write_bytes(content)
    assert_holds_together(start(state))


def test_an_issuing_certificate_is_renewed_when_it_has_expired(state: Path) -> None:
    first = start(state)
    later = first.issuing.certificate.not_valid_after_utc + timedelta(days=1)
    again = start(state, later)
    assert_holds_together(again)
    assert again.issuing.certificate.not_valid_after_utc > later
    assert again.root == first.root


def test_other_limits_give_another_issuing_certificate_with_the_same_key(state: Path) -> None:
    """As for a state folder from before there were limits. The root stays."""
    first, before = start(state), contents(state)
    limited = start(state, permitted=Permitted.of(["test"]))
    again = start(state, NOW + timedelta(days=1), permitted=Permitted.of(["test"]))
    other = start(state, permitted=Permitted.of(["test", "example"]))
    assert limited.issuing.certificate == again.issuing.certificate
    assert len({each.issuing.certificate for each in (first, limited, other)}) == 3
    for authority in (limited, other):
        assert_holds_together(authority)
    assert {name for name, content in contents(state).items() if content != before[name]} == {ISSUING}


def test_another_url_of_revocations_gives_another_issuing_certificate_with_the_same_key(state: Path) -> None:
    urls = StatusUrls("http://ca:8080"), StatusUrls("http://ca:8081")
    made = [start(state, status=each) for each in (None, urls[0], urls[0], urls[1], None)]
    assert made[1].issuing.certificate == made[2].issuing.certificate
    assert len({each.issuing.certificate for each in made}) == 4
    assert len({each.issuing.key.private_numbers() for each in made}) == 1
    for authority in made:
        assert_holds_together(authority)


def test_every_start_makes_a_list_of_the_root_with_the_next_number(state: Path) -> None:
    for number, damaged in ((1, False), (2, True), (1, False), (2, False)):
        listed = start(state).root_list
        assert listed == load(state, state.parent / "passphrase", NOW).root_list
        assert listed is not None
        root = x509.load_pem_x509_certificate((state / ROOT).read_bytes())
        assert listed.is_signature_valid(root.public_key())  # type: ignore[arg-type]
        assert listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == number
        if damaged:
            (state / ROOT_CRL).write_bytes(b"nonsense")
    (state / ROOT_CRL).unlink()
    assert load(state, state.parent / "passphrase", NOW).root_list is None


def test_an_expired_root_is_an_error(state: Path) -> None:
    end = start(state).root.not_valid_after_utc
    with pytest.raises(StateError, match=f"expired on {end:%Y-%m-%d}"):
        start(state, end)


@pytest.mark.parametrize("name", [ROOT_KEY, ISSUING_KEY])
@pytest.mark.parametrize("content", [b"", b"nonsense", key_pem(KEY, serialization.NoEncryption())])
def test_a_key_that_cannot_be_decrypted_is_an_error_and_changes_nothing(state: Path, name: str, content: bytes) -> None:
    """An unencrypted key is refused, too: it is not the one that was written."""
    start(state)
    (state / name).write_bytes(content)
    before = contents(state)
    with pytest.raises(StateError, match=f"{name} cannot be decrypted with the passphrase"):
        start(state)
    assert contents(state) == before


def test_a_wrong_passphrase_is_an_error_and_changes_nothing(state: Path) -> None:
    start(state)
    before = contents(state)
    (state.parent / "passphrase").write_bytes(b"not it")
    with pytest.raises(StateError) as caught:
        start(state)
    assert str(state / ROOT_KEY) in str(caught.value)
    assert str(state.parent / "passphrase") in str(caught.value)
    assert contents(state) == before


@pytest.mark.parametrize("content", [b"", b"nonsense", pem(root_certificate(KEY, NOW))])
def test_a_root_that_does_not_match_its_key_is_an_error_and_changes_nothing(state: Path, content: bytes) -> None:
    start(state)
    (state / ROOT).write_bytes(content)
    before = contents(state)
    with pytest.raises(StateError, match="is not the certificate of"):
        start(state)
    assert contents(state) == before


def test_a_root_without_its_key_is_an_error_and_changes_nothing(state: Path) -> None:
    start(state)
    (state / ROOT_KEY).unlink()
    before = contents(state)
    with pytest.raises(StateError, match=r"its key .* is missing"):
        start(state)
    assert contents(state) == before


def test_unfinished_files_of_a_killed_start_are_removed(state: Path) -> None:
    (state / f".{ISSUING_KEY}.x8f3kq").write_bytes(b"half a key")
    start(state)
    assert not list(state.glob(".*"))


def test_the_chain_is_the_leaf_and_the_issuer_without_the_root(state: Path) -> None:
    authority = start(state)
    assert authority.chain(authority.root) == pem(authority.root) + pem(authority.issuing.certificate)
