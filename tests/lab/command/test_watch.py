"""`overheard watch`: real commands, in a network of their own and in that of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from lab.command.process import overheard
from lab.servers import Answers, serving
from overheard.engines.base import clean_environment
from processes import AS_NOBODY, LONG, PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from lab.pki import Files

pytestmark = pytest.mark.usefixtures("local_engine")

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
# As its script on PATH is run: no module of the folder in which it runs is imported.
SAFELY = [sys.executable, "-P", "-m", "overheard"]
# Starts a server, logs in, and ends with the exit code that it is told.
PROGRAM = """
import sys
sys.path.insert(0, {tests!r})
import requests
from lab.pki import Files
from lab.servers import Answers, serving
from pathlib import Path

root, *pair = map(Path, sys.argv[2:])
with serving(Answers(), Files(root, *pair) if pair else None) as url:
    requests.post(url, json={{"password": "correct horse battery"}}, verify=str(root), timeout=10)
print("logged in")
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    (tmp_path / "program.py").write_text(PROGRAM.format(tests=str(PROJECT / "tests")))
    return [sys.executable, str(tmp_path / "program.py")]


@pytest.fixture
def in_clear(program: list[str]) -> list[str]:
    return [*program, "0", "/nowhere"]


@pytest.fixture
def over_tls(program: list[str], files: Files) -> list[str]:
    return [*program, "0", *map(str, (files.root, files.certificate, files.key))]


def watch(*arguments: str) -> subprocess.CompletedProcess[str]:
    return overheard("watch", "--secret-env", "password=LOGIN", *arguments, LOGIN=PASSWORD)


def test_a_password_in_clear_is_overheard(in_clear: list[str]) -> None:
    done = watch("--", *in_clear)
    assert done.returncode == 1
    assert done.stdout.startswith("logged in\nOVERHEARD     password  seen in frame ")
    assert done.stderr == "overheard: the command ended with exit code 0; the verdict is OVERHEARD\n"
    assert PASSWORD not in done.stdout


def test_a_password_over_tls_is_protected(over_tls: list[str], tmp_path: Path) -> None:
    report, kept = tmp_path / "report.json", tmp_path / "kept.pcapng"
    done = watch("--require", "sealed", "--report", str(report), "--recording", str(kept), "--", *over_tls)
    assert done.returncode == 0, done.stdout
    assert "PROTECTED     password  sealed, proved by the session keys" in done.stdout
    assert '"outcome": "PROTECTED"' in report.read_text()
    assert kept.stat().st_size


@pytest.mark.parametrize(
    ("arguments", "code"), [((), 4), (("--fail-on", "overheard"), 0), (("--fail-on", "command", "overheard"), 4)]
)
def test_a_command_that_fails_has_an_exit_code_of_its_own(
    over_tls: list[str], arguments: tuple[str, ...], code: int
) -> None:
    over_tls[2] = "1"
    done = watch(*arguments, "--", *over_tls)
    assert done.returncode == code
    assert done.stderr.endswith("the command ended with exit code 1; the verdict is PROTECTED\n")


def test_what_was_not_sent_is_inconclusive() -> None:
    done = watch("--", "true")
    assert done.returncode == 2
    assert "no flow" in done.stdout
    assert watch("--quiet", "--fail-on", "command", "--", "true").returncode == 0


def test_without_a_secret_credentials_are_looked_for(in_clear: list[str]) -> None:
    done = overheard("watch", "--", *in_clear)
    assert done.returncode == 1
    assert "OVERHEARD     credentials" in done.stdout


def test_its_network_is_its_own_unless_it_is_that_of_the_machine() -> None:
    with serving(Answers()) as url:
        port = url.rpartition(":")[2]
        curl = ["--port", port, "--", "curl", "-sS", "--max-time", "5", "-d", PASSWORD, url]
        own = watch(*curl)
        assert own.returncode == 2
        assert "Failed to connect" in own.stderr
        host = watch("--net", "host", *curl)
        assert host.returncode == 1
        assert "fluffy tail" in host.stdout


def test_a_relay_takes_neither_rights_nor_a_network_of_its_own(files: Files) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    for server, code in ((None, 1), (files, 0)):
        with serving(Answers(), server) as url:
            relay = f"{port}:localhost:{url.rpartition(':')[2]}"
            curl = [
                "curl",
                "-sS",
                "--cacert",
                str(files.root),
                "-d",
                PASSWORD,
                f"{url.partition(':')[0]}://localhost:{port}",
            ]
            command = ["watch", "--secret-env", "LOGIN", "--relay", relay, "--", *curl]
            done = subprocess.run(
                [*AS_NOBODY, *SAFELY, *command],
                env={**clean_environment(), "LOGIN": PASSWORD},
                capture_output=True,
                text=True,
                check=False,
                timeout=LONG,
            )
        assert done.returncode == code, done
    for wrong, says in ((["8443"], "has no port"), (["1:2", "--interface", "eth0"], "only what goes through it")):
        done = watch("--relay", *wrong, "--", "true")
        assert (done.returncode, says in done.stderr) == (64, True)


def test_a_relay_can_be_in_a_network_of_its_own_too() -> None:
    """There, a port that is taken here is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        relay = f"{taken.getsockname()[1]}:localhost:1"
        own, here = (watch(*net, "--relay", relay, "--", "true") for net in (["--net", "own"], []))
    assert "no flow" in own.stdout
    assert "already in use" in here.stderr


def test_a_watch_within_a_watch_has_a_network_of_its_own_too(in_clear: list[str]) -> None:
    """Where it is asked for, too. The inner one hears its command, the outer one hears nothing."""
    inner = [*SAFELY, "watch", "--net", "own", "--secret-env", "LOGIN=LOGIN", "--"]
    done = overheard("watch", "--net", "own", "--", *inner, *in_clear, LOGIN=PASSWORD)
    assert done.returncode == 2
    assert "OVERHEARD     LOGIN" in done.stdout
    assert done.stderr.endswith("the command ended with exit code 1; the verdict is INCONCLUSIVE\n")


def test_a_secret_may_come_from_a_pipe_and_modules_of_the_folder_are_not_those_of_python(
    in_clear: list[str], tmp_path: Path
) -> None:
    (tmp_path / "types.py").write_text("raise SystemExit(0)\n")
    done = subprocess.run(
        [*SAFELY, "watch", "--secret-file", "password=/dev/stdin", "--", in_clear[0], "-P", *in_clear[1:]],
        cwd=tmp_path,
        env=clean_environment(),
        input=PASSWORD,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "OVERHEARD     password" in done.stdout


def test_whoever_is_not_root_may_watch(over_tls: list[str]) -> None:
    """Under another user ID, without any capability."""
    done = subprocess.run(
        [*AS_NOBODY, sys.executable, "-m", "overheard", "watch", "--secret-env", "LOGIN", "--", *over_tls],
        env={**clean_environment(), "LOGIN": PASSWORD},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_cannot_be_recorded_is_inconclusive_whatever_counts(in_clear: list[str]) -> None:
    done = watch("--interface", "nothing0", "--fail-on", "overheard", "--", *in_clear)
    assert done.returncode == 2
    assert "nothing was recorded: dumpcap does not record on 'nothing0'" in done.stdout


def test_a_network_that_cannot_be_made_is_an_error_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "unshare").write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
    (tmp_path / "unshare").chmod(0o755)
    done = overheard("watch", "--", "true", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 2
    assert done.stderr.startswith(
        "overheard: no network of its own can be made: unshare failed: Operation not permitted"
    )
    assert "--net host" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--", "no-such-command-here"), "there is no command 'no-such-command-here'"),
        (("--port", "0", "--net", "host", "--", "true"), "0 is no port"),
        ((), "the following arguments are required: COMMAND"),
    ],
)
def test_what_makes_no_sense_is_an_error(arguments: tuple[str, ...], says: str) -> None:
    done = watch(*arguments)
    assert done.returncode == 64
    assert says in done.stderr


def test_a_command_that_is_no_program_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("true\n")
    (tmp_path / "script").chmod(0o755)
    done = watch("--", str(tmp_path / "script"))
    assert done.returncode == 64
    assert "cannot be run: Exec format error" in done.stderr
