"""The command `overheard sidecar`, in a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests

from lab.servers import Answers, serving
from overheard.engines.base import clean_environment
from ports import free_port
from processes import SOON, ended, eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lab.pki import Files

pytestmark = pytest.mark.usefixtures("local_engine")

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
COMMAND = [sys.executable, "-m", "overheard", "sidecar", "--interface", "lo"]


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


class Sidecar:
    """A sidecar that runs."""

    def __init__(self, process: subprocess.Popen[str], url: str, output: Path) -> None:
        self.process, self.url, self._output = process, url, output

    @property
    def said(self) -> str:
        return self._output.read_text()

    def verdict(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(f"{self.url}/verdict", timeout=20).json()
        return found

    def ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=20).ok
        except requests.ConnectionError:
            return self.process.poll() is not None

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SOON)


@contextmanager
def sidecar(folder: Path, *arguments: str, **variables: str) -> Iterator[Sidecar]:
    """The sidecar, once it records."""
    address, output = f"127.0.0.1:{free_port()}", folder / "output"
    with (
        output.open("w") as file,
        subprocess.Popen(
            [*COMMAND, "--http", address, *arguments],
            stdout=file,
            stderr=file,
            text=True,
            env={**clean_environment(), **variables},
        ) as process,
    ):
        running = Sidecar(process, f"http://{address}", output)
        try:
            assert eventually(running.ready), running.said
            yield running
        finally:
            process.kill()


def test_all_ways_of_the_verdict(tmp_path: Path, files: Files) -> None:
    """A login over TLS in one window, in clear in the next one."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "password").write_text(f"{PASSWORD}\n")
    kept, keys, verdict = tmp_path / "kept", tmp_path / "session.keys", tmp_path / "verdict.json"
    kept.mkdir()
    with serving(Answers(), files) as over_tls, serving(Answers()) as in_clear:
        settings = {
            "OVERHEARD_PORTS": f"{port_of(over_tls)},{port_of(in_clear)}",
            "OVERHEARD_SECRETS": str(tmp_path / "secrets"),
            "OVERHEARD_KEYS": str(keys),
            "OVERHEARD_RECORDINGS": str(kept),
            "OVERHEARD_WINDOW": "2",
        }
        with sidecar(tmp_path, "--verdict", str(verdict), **settings) as running:
            curl = ["curl", "-sS", "--cacert", str(files.root), "-d", PASSWORD, over_tls]
            subprocess.run(
                curl, check=True, capture_output=True, env={**clean_environment(), "SSLKEYLOGFILE": str(keys)}
            )
            assert eventually(lambda: running.verdict()["outcome"] == "PROTECTED"), running.said
            assert eventually(lambda: json.loads(verdict.read_text())["outcome"] == "PROTECTED"), running.said
            requests.post(in_clear, data=PASSWORD, timeout=20)
            assert eventually(lambda: running.verdict()["outcome"] == "OVERHEARD"), running.said
            assert (
                'overheard_outcome{outcome="OVERHEARD"} 1.0' in requests.get(f"{running.url}/metrics", timeout=20).text
            )
            assert running.end() == 1
        data = json.loads(verdict.read_text())
        assert (data["outcome"], data["exit_code"], data["secrets"]) == ("OVERHEARD", 1, {"password": "OVERHEARD"})
        assert data["windows"]["INCONCLUSIVE"] == 0, running.said
        for text in (running.said, verdict.read_text()):
            assert PASSWORD not in text
        assert running.said.endswith("overheard: the verdict is OVERHEARD\n")
    recordings = sorted(kept.iterdir())
    assert {path.stat().st_mode & 0o777 for path in recordings} == {0o600}
    captures = [str(path) for path in recordings if path.suffix == ".pcapng"]
    assert captures
    scan = [sys.executable, "-m", "overheard", "scan", captures[-1], "--secret-file"]
    assert ended([*scan, f"password={tmp_path / 'secrets' / 'password'}"]).returncode == 1


def test_a_few_windows_and_an_end(tmp_path: Path, files: Files) -> None:
    with (
        serving(Answers(), files) as url,
        sidecar(
            tmp_path, "--ports", str(port_of(url)), "--require", "sealed", "--window", "2", "--windows", "1"
        ) as one,
    ):
        requests.post(url, data=PASSWORD, timeout=20, verify=str(files.root))
        assert one.process.wait(SOON) == 0, one.said
    assert ": PROTECTED; " in one.said


def test_a_window_is_not_protected_while_a_connection_is_open_that_is_in_clear(tmp_path: Path, files: Files) -> None:
    """Beside it, all else is over TLS. A pool of a database may keep it for days."""
    with (
        serving(Answers(), files) as over_tls,
        serving(Answers()) as in_clear,
        sidecar(
            tmp_path, "--ports", f"{port_of(over_tls)},{port_of(in_clear)}", "--require", "sealed", "--window", "2"
        ) as running,
        socket.create_connection(("127.0.0.1", port_of(in_clear))) as client,
    ):
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        requests.post(over_tls, data=PASSWORD, timeout=20, verify=str(files.root))

        def sealed() -> dict[str, Any]:
            windows = requests.get(f"{running.url}/windows", timeout=20).json()["windows"]
            return next((each for each in windows if each["flows"]["sealed"]), {})

        assert eventually(lambda: bool(sealed()), within=20), running.said
        assert sealed()["outcome"] == "QUIET", running.said
        assert running.verdict()["outcome"] == "INCONCLUSIVE"
        assert "open-in-clear: still open, and in clear so far: " in running.said
        assert running.end() == 2


def test_signals_end_it_and_without_traffic_it_is_inconclusive(tmp_path: Path) -> None:
    with sidecar(tmp_path, "--ports", str(free_port())) as running:
        # A second one changes nothing.
        running.process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        assert running.end() == 2, running.said
    assert ": QUIET; " in running.said


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--interface", "nothing0", "--http", "off"), 2, "the verdict is INCONCLUSIVE"),
        (("--window", "soon"), 64, "OVERHEARD_WINDOW is 'soon'"),
        (("--secrets", "/nowhere"), 64, "cannot be read"),
    ],
)
def test_what_cannot_begin(arguments: tuple[str, ...], code: int, says: str) -> None:
    done = ended([*COMMAND, *arguments])
    assert done.returncode == code
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_is_a_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / PASSWORD).write_text(PASSWORD)
    done = ended([*COMMAND, "--secrets", str(tmp_path)])
    assert done.returncode == 64
    assert PASSWORD not in done.stderr
