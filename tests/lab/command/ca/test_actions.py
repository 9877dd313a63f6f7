"""The CA as a whole, by the command: created, trusted, served, backed up, and one for the lifetime of a command."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lab.command.ca.certificate_files import AuthorityCommand
from lab.command.process import overheard
from overheard.engines.base import clean_environment
from overheard.role.health import probe, wait_until
from overheard_ca.operator.trust import WAYS
from ports import free_port
from processes import LONG, SOON


@pytest.fixture
def ca(tmp_path: Path) -> AuthorityCommand:
    return AuthorityCommand(tmp_path / "ca", tmp_path)


def test_init(ca: AuthorityCommand) -> None:
    said = ca.run("init", "--permitted", "corp.example")
    assert f"a new CA is in {ca.state}" in said
    assert "may certify  127.0.0.1/32, corp.example, localhost" in said or "corp.example, localhost" in said
    assert ca.run("fingerprint").strip() in said
    passphrase = ca.state.with_name("ca.passphrase")
    for file in [*ca.state.iterdir(), passphrase]:
        assert file.stat().st_mode & 0o077 == 0, file
    assert "ENCRYPTED" in (ca.state / "root.key.pem").read_text()


def test_init_again_changes_nothing(ca: AuthorityCommand) -> None:
    ca.run("init")
    before = {file.name: file.read_bytes() for file in ca.state.iterdir()}
    done = ca.attempt("init")
    assert done.returncode == 64
    assert "already, and nothing was changed" in done.stderr
    assert {file.name: file.read_bytes() for file in ca.state.iterdir()} == before


def test_a_folder_with_other_things_is_left_alone(ca: AuthorityCommand) -> None:
    ca.state.mkdir()
    (ca.state / "thesis.txt").write_text("mine")
    done = ca.attempt("init")
    assert done.returncode == 64
    assert "thesis.txt" in done.stderr
    assert [file.name for file in ca.state.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("action", ["list", "fingerprint", "trust", "crl", "backup x", "sign a.test", "revoke a.test"])
def test_without_a_ca(ca: AuthorityCommand, action: str) -> None:
    done = ca.attempt(*action.split())
    assert done.returncode == 64
    assert "there is no CA in" in done.stderr
    assert not ca.state.exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--port", "x"], "OVERHEARD_CA_PORT is 'x'"),
        (["--permitted", "a b"], "OVERHEARD_CA_PERMITTED"),
        (["--status-url", "https://ca"], "OVERHEARD_CA_STATUS_URL"),
        (["--requesters", "muststaple"], "OVERHEARD_CA_REQUESTERS"),
    ],
)
def test_settings_that_are_wrong(ca: AuthorityCommand, options: list[str], why: str) -> None:
    done = ca.attempt("init", *options)
    assert done.returncode == 64
    assert why in done.stderr
    assert not (ca.state / "root.pem").exists()


def test_settings_are_kept(ca: AuthorityCommand) -> None:
    ca.run("init", "--days", "7")
    assert json.loads((ca.state / "settings.json").read_text()) == {"OVERHEARD_CA_DAYS": "7"}
    lives = [ca.days_of(name, *options, **environment) for name, options, environment in _KEPT]
    assert lives == [7, 3, 5]


_KEPT: list[tuple[str, list[str], dict[str, str]]] = [
    ("kept.test", [], {}),
    ("option.test", ["--days", "3"], {}),
    ("variable.test", [], {"OVERHEARD_CA_DAYS": "5"}),
]


def test_a_passphrase_that_is_asked_for(ca: AuthorityCommand) -> None:
    assert typed(ca, "init", "--ask", words=["fluffy", "fluffy"]) == 0
    assert not ca.state.with_name("ca.passphrase").exists()
    # It need not be said again that it is to be asked for.
    assert typed(ca, "sign", "a.test", words=["fluffy"]) == 0
    assert typed(ca, "sign", "b.test", words=["tail"]) == 64
    assert not (ca.folder / "b.test.pem").exists()
    assert not (ca.folder / "b.test.key.pem").exists()


def test_two_different_passphrases(ca: AuthorityCommand) -> None:
    assert typed(ca, "init", "--ask", words=["fluffy", "tail"]) == 64
    assert not ca.state.exists()


def test_a_user_without_a_home(tmp_path: Path) -> None:
    """As in a container: the user has a number, and nothing else."""
    nobody = ["unshare", "--user", "--map-user=54321", "--", "env", "-u", "HOME", sys.executable, "-m", "overheard"]
    codes = []
    for words in (["--version"], ["ca", "list"], ["ca", "list", "--state", str(tmp_path)]):
        done = subprocess.run([*nobody, *words], capture_output=True, text=True, timeout=LONG, check=False)
        codes.append((done.returncode, "home folder" in done.stderr))
    assert codes == [(0, False), (64, True), (64, False)]


def test_no_terminal_to_ask_on(ca: AuthorityCommand) -> None:
    done = subprocess.run(
        ca.words("init", "--ask"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 64
    assert "there is no terminal" in done.stderr


def typed(ca: AuthorityCommand, *arguments: str, words: list[str]) -> int:
    """The exit code of an action on a terminal of its own, on which these words are typed when they are asked for."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ca.folder)
        os.execve(  # noqa: S606  (no shell is needed)
            sys.executable, ca.words(*arguments), clean_environment()
        )
    for word in words:
        seen = b""
        while not seen.rstrip().endswith((b"keys:", b"more:")):
            seen += os.read(terminal, 1024)
        os.write(terminal, f"{word}\n".encode())
    try:
        while os.read(terminal, 1024):
            pass
    except OSError:
        # Linux says so that the other side has closed it.
        pass
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_serve_speaks_acme_and_tells_of_revocations(ca: AuthorityCommand) -> None:
    port, status = free_port(), free_port()
    serving = subprocess.Popen(
        ca.words("serve", "--port", str(port), "--status-url", f"http://localhost:{status}"),
        env=clean_environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        root = str(ca.state / "root.pem")
        wait_until(
            lambda: probe(f"https://localhost:{port}", root=root) if Path(root).exists() else "no root yet",
            "the CA",
            within=LONG,
            hint="see its log",
        )
        assert "newNonce" in fetch(f"https://localhost:{port}/acme/directory", ca)
        # While it runs, the operator signs and revokes, and it says so.
        ca.run("sign", "a.test")
        ca.run("revoke", "a.test", "--reason", "superseded")
        crl = subprocess.run(
            ["curl", "-sS", f"http://localhost:{status}/crl/issuing.crl"], capture_output=True, check=True, timeout=LONG
        )
        assert b"\x0a\x01\x04" in crl.stdout, "the reason, superseded"
        taken = ca.attempt("serve")
        assert (taken.returncode, "cannot listen on" in taken.stderr) == (64, True)
    finally:
        serving.send_signal(signal.SIGINT)
        _, log = serving.communicate(timeout=SOON)
    assert f"https://localhost:{port}/acme/directory" in log
    assert "Traceback" not in log
    assert json.loads((ca.state / "settings.json").read_text())["OVERHEARD_CA_PORT"] == str(port)


def fetch(url: str, ca: AuthorityCommand) -> str:
    done = subprocess.run(
        ["curl", "-sS", "--cacert", str(ca.state / "root.pem"), url],
        capture_output=True,
        text=True,
        check=True,
        timeout=LONG,
    )
    return done.stdout


def test_trust_names_each_program(ca: AuthorityCommand) -> None:
    ca.run("init")
    said = ca.run("trust")
    assert [line[:-1] for line in said.splitlines() if not line.startswith(" ")] == [way.program for way in WAYS]
    assert str(ca.state / "root.pem") in ca.run("trust", "curl")
    done = ca.attempt("trust", "kurl")
    assert done.returncode == 64
    assert "curl" in done.stderr


def test_backup_and_restore(ca: AuthorityCommand, tmp_path: Path) -> None:
    ca.run("init")
    ca.run("sign", "a.test")
    ca.run("backup", "ca.tar.gz")
    assert (tmp_path / "ca.tar.gz").stat().st_mode & 0o077 == 0
    again = ca.attempt("backup", "ca.tar.gz")
    assert (again.returncode, "exists already" in again.stderr) == (64, True)
    listed = ca.run("list", "--json")
    restored = AuthorityCommand(tmp_path / "new", tmp_path)
    restored.run("restore", "ca.tar.gz")
    assert restored.run("list", "--json") == listed
    assert restored.run("fingerprint") == ca.run("fingerprint")
    (tmp_path / "new.passphrase").write_bytes((tmp_path / "ca.passphrase").read_bytes())
    restored.run("sign", "b.test")
    over = restored.attempt("restore", "ca.tar.gz")
    assert (over.returncode, "is not empty" in over.stderr) == (64, True)


def test_trial_has_a_certificate_and_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, ssl, sys\n"
        "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
        "context.load_cert_chain(os.environ['OVERHEARD_CERTIFICATE'], os.environ['OVERHEARD_KEY'])\n"
        "print(os.environ['OVERHEARD_CERTIFICATE'])\n"
        "print('SSL_CERT_FILE' in os.environ, os.environ['NODE_EXTRA_CA_CERTS'] == os.environ['OVERHEARD_ROOT'])\n"
        "sys.exit(7)\n"
    )
    done = overheard("ca", "trial", "app.test", "--also", "127.0.0.1", "--", sys.executable, str(script))
    file, trust = done.stdout.splitlines()
    assert (done.returncode, done.stderr, trust) == (7, "", "False True")
    assert not Path(file).parent.exists()


def test_trial_with_its_root_alone_makes_a_connection(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, socket, ssl, threading\n"
        "server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
        "server.load_cert_chain(os.environ['OVERHEARD_CERTIFICATE'], os.environ['OVERHEARD_KEY'])\n"
        "here, there = socket.socketpair()\n"
        "thread = threading.Thread(target=lambda: server.wrap_socket(here, server_side=True).unwrap())\n"
        "thread.start()\n"
        "client = ssl.create_default_context().wrap_socket(there, server_hostname='app.test')\n"
        "print(client.getpeercert()['subjectAltName'], client.unwrap() and '')\n"
        "thread.join()\n"
    )
    done = overheard("ca", "trial", "--sole-trust", "app.test", "--", sys.executable, str(script))
    assert done.stdout.startswith("(('DNS', 'app.test'),)"), done.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["trial", "not a name", "--", "true"], 64),
        (["trial", "app.test", "--", "no-such-program"], 64),
        (["trial", "app.test", "--profile", "muststaple", "--", "true"], 64),
        (["trial", "app.test"], 64),
        (["trial", "app.test", "--", "sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
    ],
)
def test_trials_that_fail(arguments: list[str], code: int) -> None:
    done = overheard("ca", *arguments)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_the_help_names_every_action() -> None:
    lines = overheard("ca", "--help").stdout.splitlines()
    said = [line.split()[0] for line in lines if line.startswith("    ") and line.strip()]
    actions = "init serve sign list show revoke renew crl trust fingerprint backup restore trial"
    assert set(actions.split()) <= set(said)
