"""The role as a process: its start, its health check, its end, and its restart after SIGKILL."""

from __future__ import annotations

import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from ca.csrs import csr
from ca.process import FIRST_FILES, CaProcess
from overheard.words.errors import NotReadyError
from processes import LONG, SOON

pytestmark = pytest.mark.slow

Make = Callable[..., CaProcess]
# A busy machine may miss the moment several times.
_ATTEMPTS = 20


def test_it_is_healthy_only_while_it_serves(make_ca: Make) -> None:
    ca = make_ca()
    before = ca.command("health")
    assert before.returncode == 1
    assert before.stderr.startswith("not ready: it gave no HTTP response")
    ca.start()
    assert (ca.command("health").returncode, ca.command("health").stderr) == (0, "")
    ca.stop()
    assert ca.command("health").returncode == 1


def test_health_does_not_believe_another_ca_on_its_port(make_ca: Make) -> None:
    impostor = make_ca("impostor").start()
    ca = make_ca()
    ca.start()
    ca.stop()
    ca.port = impostor.port
    assert "certificate verify failed" in ca.command("health").stderr


def test_the_health_check_imports_nothing_heavy(ca: CaProcess) -> None:
    program = "import sys; from overheard_ca.__main__ import main; main(['health']); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], env=ca.environment, capture_output=True, text=True, check=True
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded.isdisjoint({"cryptography", "flask", "gunicorn", "requests", "logging", "sqlite3"})


def test_it_stops_soon(make_ca: Make) -> None:
    ca = make_ca().start()
    begun = time.monotonic()
    assert ca.stop() == 0
    assert time.monotonic() - begun < SOON


def test_it_stops_soon_even_with_a_slow_client(make_ca: Make) -> None:
    ca = make_ca().start()
    context = ssl.create_default_context(cafile=ca.state / "root.pem")
    with (
        socket.create_connection(("127.0.0.1", ca.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as sock,
    ):
        sock.sendall(b"POST /certificates HTTP/1.1\r\nHost: ca\r\nContent-Length: 1000\r\n\r\n")
        begun = time.monotonic()
        ca.stop()
        assert time.monotonic() - begun < SOON


def test_a_restart_keeps_the_root_and_the_ledger(make_ca: Make) -> None:
    ca = make_ca().start()
    fingerprint, used = ca.fingerprint(), ca.token()
    assert ca.ask(csr("server"), used).status_code == 201
    issued = ca.rows("SELECT * FROM certificates WHERE requester = 'server'")
    ca.stop()
    ca.start()
    assert ca.fingerprint() == fingerprint
    assert ca.rows("SELECT * FROM certificates WHERE requester = 'server'") == issued
    assert ca.ask(csr("server"), used).json()["error"] == "token-used"
    assert ca.ask(csr("server")).status_code == 201


def test_all_its_files_are_private(make_ca: Make) -> None:
    ca = make_ca().start()
    assert ca.ask(csr("server")).status_code == 201
    files = [path for path in (*ca.state.iterdir(), *ca.handover.glob("*/*"), ca.passphrase) if path.is_file()]
    assert len(files) == 17
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_days_are_a_setting(make_ca: Make) -> None:
    ca = make_ca(days="7").start()
    assert ca.ask(csr("server")).status_code == 201
    days = ca.rows("SELECT julianday(not_after) - julianday('now') FROM certificates WHERE requester = 'server'")
    assert days[0][0] == pytest.approx(7, abs=0.01)


@pytest.mark.parametrize(
    ("settings", "says"),
    [({"requesters": "server"}, "OVERHEARD_CA_REQUESTERS"), ({"port": "many"}, "OVERHEARD_CA_PORT")],
)
def test_an_invalid_setting_ends_it_at_once_and_is_named(make_ca: Make, settings: dict[str, str], says: str) -> None:
    done = make_ca(**settings).command()
    assert done.returncode == 64
    assert done.stderr.startswith(f"ca: {says} is ")
    assert "Traceback" not in done.stderr


def test_unknown_arguments_are_an_error(make_ca: Make) -> None:
    done = make_ca().command("helath")
    assert done.returncode == 64
    assert "there is only `health`" in done.stderr


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda ca: ca.passphrase.unlink(), "is missing, but the root key"),
        (lambda ca: ca.passphrase.write_bytes(b"wrong"), "cannot be decrypted with the passphrase"),
        (lambda ca: (ca.state / "root.key.pem").unlink(), "its key"),
    ],
    ids=["no passphrase", "wrong passphrase", "no root key"],
)
def test_what_must_not_be_replaced_ends_it_with_a_hint(
    make_ca: Make, damage: Callable[[CaProcess], None], says: str
) -> None:
    ca = make_ca().start()
    ca.stop()
    damage(ca)
    before = {path: path.read_bytes() for path in ca.folder.rglob("*") if path.is_file() and path.name != "log"}
    done = ca.command()
    assert done.returncode == 64
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert ca.passphrase.exists() is (ca.passphrase in before)


def kill_when(ca: CaProcess, reached: Callable[[], bool], passed: Callable[[], bool] = lambda: False) -> bool:
    """Start `ca`, and kill it as soon as `reached` holds. False if that was noticed too late, and it has `passed`."""
    process = ca.launch()
    deadline = time.monotonic() + LONG
    while not (caught := reached()) and not passed() and process.poll() is None:
        if time.monotonic() > deadline:
            raise NotReadyError("the moment to kill the CA", seen="it did not come", hint=ca.log)
    ca.kill()
    return caught


@pytest.mark.parametrize(
    "name",
    FIRST_FILES,
)
def test_it_restarts_after_sigkill_during_its_first_start(make_ca: Make, name: str) -> None:
    ca = make_ca()
    kill_when(ca, (ca.folder / name).exists)
    ca.start()
    assert ca.ask(csr("server")).status_code == 201


def killed_while_writing(ca: CaProcess, complete: int) -> bool:
    """Start `ca`, and kill it while it writes a file. False if the moment was missed."""
    state = ca.state
    return kill_when(
        ca,
        lambda: bool(list(state.glob(".*.pem.*"))) and len(list(state.glob("*.pem"))) >= complete,
        (ca.folder / FIRST_FILES[-1]).exists,
    )


@pytest.mark.parametrize("unfinished", range(4))
def test_it_restarts_after_sigkill_in_the_middle_of_writing_a_file(make_ca: Make, unfinished: int) -> None:
    """It is killed after that many complete files, while the next one is being written, which takes only a moment."""
    attempts = (make_ca(f"ca-{number}") for number in range(_ATTEMPTS))
    ca = next(ca for ca in attempts if killed_while_writing(ca, unfinished))
    ca.start()
    assert not list(ca.state.glob(".*.pem.*"))
    assert ca.ask(csr("server")).status_code == 201


def test_it_restarts_after_sigkill_while_it_serves(make_ca: Make) -> None:
    ca = make_ca().start()
    fingerprint = ca.fingerprint()
    ca.kill()
    ca.start()
    assert ca.fingerprint() == fingerprint
    assert ca.ask(csr("server")).status_code == 201
