"""The first start, interrupted at every point, and the next one, which completes it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from ca.csrs import csr
from ca.process import FIRST_FILES
from overheard.role.files import write_whole
from overheard_ca.certificates import fingerprint
from overheard_ca.errors import StateError
from overheard_ca.issuance import Issuance
from overheard_ca.settings import Settings
from overheard_ca.start import prepare

# Every file of a first start, in the order in which they are created.
FILES = (
    *FIRST_FILES,
    "handover/other/root.sha256",
    "handover/other/token",
    "handover/client/root.sha256",
    "handover/squirrel/root.sha256",
    "handover/squirrel/token",
)
# The passphrase, 7 in the state folder (SQLite writes its own) and 7 handed over.
WRITES = 15
MODULES = ("passphrase", "authority", "status.root_crl", "start", "handover")


class Killed(BaseException):
    """Simulates SIGKILL: nothing catches it."""


def assert_in_order(issuance: Issuance, settings: Settings) -> None:
    """Check that the CA issues certificates, and that its files are consistent."""
    token = (settings.handover / "server" / "token").read_text().strip()
    leaf, issuing = x509.load_pem_x509_certificates(issuance.certify(token, lambda: csr("server")))
    leaf.verify_directly_issued_by(issuing)
    root = x509.load_pem_x509_certificate((settings.state / "root.pem").read_bytes())
    issuing.verify_directly_issued_by(root)
    own = x509.load_pem_x509_certificates((settings.state / "server.pem").read_bytes())
    own[0].verify_directly_issued_by(issuing)
    for requester in ("server", "other", "client"):
        assert (settings.handover / requester / "root.sha256").read_text().strip() == fingerprint(root)


def write_until(count: int, *, then_write: bool) -> Callable[..., None]:
    """Replace `write_whole`: after that many files, the process dies just before or just after the next one."""
    left = count

    def write(path: Path, content: bytes, *, mode: int = 0o600) -> None:
        nonlocal left
        left -= 1
        if left >= 0 or then_write:
            write_whole(path, content, mode=mode)
        if left < 0:
            raise Killed

    return write


def test_it_creates_all_files_private(settings: Settings, tmp_path: Path) -> None:
    prepare(settings)
    made = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*") if path.is_file()}
    assert set(made) == {*FILES, "state/.lock"}
    assert {path.stat().st_mode & 0o777 for path in made.values()} == {0o600}


@pytest.mark.parametrize("then_write", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("writes", range(WRITES))
def test_a_start_that_was_killed_at_any_file_is_completed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, writes: int, then_write: bool
) -> None:
    write = write_until(writes, then_write=then_write)
    with monkeypatch.context() as patched:
        for module in MODULES:
            patched.setattr(f"overheard_ca.{module}.write_whole", write)
        with pytest.raises(Killed):
            prepare(settings)
    root = settings.state / "root.pem"
    before = root.read_bytes() if root.exists() else None
    assert_in_order(prepare(settings), settings)
    assert before in {None, root.read_bytes()}


def test_a_first_start_writes_as_many_files_as_were_tested(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    write = write_until(WRITES, then_write=False)
    for module in MODULES:
        monkeypatch.setattr(f"overheard_ca.{module}.write_whole", write)
    prepare(settings)


@pytest.mark.parametrize("kept", range(len(FILES) + 1))
def test_a_start_is_completed_from_any_number_of_its_files(settings: Settings, tmp_path: Path, kept: int) -> None:
    prepare(settings)
    root = settings.state / "root.pem"
    before = root.read_bytes()
    for name in FILES[kept:]:
        (tmp_path / name).unlink()
    assert_in_order(prepare(settings), settings)
    assert (root.read_bytes() == before) is (kept > FILES.index("state/root.pem"))


@pytest.mark.parametrize("name", FILES)
def test_one_lost_file_is_replaced_or_is_an_error_that_names_it(settings: Settings, tmp_path: Path, name: str) -> None:
    prepare(settings)
    (tmp_path / name).unlink()
    if name in {"passphrase", "state/root.key.pem"}:
        with pytest.raises(StateError, match=str(tmp_path / name)):
            prepare(settings)
        assert not (tmp_path / name).exists()
    else:
        assert_in_order(prepare(settings), settings)


def test_a_restart_keeps_the_root_and_an_unused_token(settings: Settings) -> None:
    prepare(settings)
    kept = [settings.state / "root.pem", *settings.handover.glob("*/*")]
    before = [path.read_bytes() for path in kept]
    assert_in_order(prepare(settings), settings)
    assert [path.read_bytes() for path in kept] == before


def test_its_own_certificate_is_new_at_every_start(settings: Settings) -> None:
    prepare(settings)
    before = (settings.state / "server.pem").read_bytes()
    prepare(settings)
    assert (settings.state / "server.pem").read_bytes() != before


def test_a_folder_that_cannot_be_used_is_an_error(settings: Settings) -> None:
    settings.handover.write_bytes(b"a file where the folder should be")
    with pytest.raises(StateError, match=r"a file cannot be used .*handover"):
        prepare(settings)


def test_four_concurrent_starts_in_one_folder_agree_on_one_root(settings: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        issuances = list(pool.map(prepare, [settings] * 4))
    assert len({issuance.authority.root for issuance in issuances}) == 1
    assert_in_order(issuances[0], settings)
