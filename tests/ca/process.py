"""The certificate authority as a process, for tests that need a real one."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

import requests

from overheard.role.health import probe, wait_until
from overheard.words.errors import NotReadyError
from overheard_ca.handover import hand_over
from overheard_ca.ledger import Ledger
from overheard_ca.settings import Settings
from ports import free_port
from processes import LONG, SOON

REQUESTERS = "server=server,localhost,127.0.0.1;other=other.example,other.com;client=;squirrel=client:squirrel"


# What a first start creates for one requester, in this order.
FIRST_FILES = (
    "passphrase",
    "state/root.key.pem",
    "state/root.pem",
    "state/issuing.key.pem",
    "state/issuing.pem",
    "state/root.crl.pem",
    "state/ledger.sqlite",
    "state/server.key.pem",
    "state/server.pem",
    "handover/server/root.sha256",
    "handover/server/token",
)


class CaProcess:
    """One CA with all its folders under `folder`. It can be started repeatedly, and must be stopped at the end."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.handover = folder / "handover"
        self.passphrase = folder / "passphrase"
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.settings = settings
        self.variables: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None
        self.state.mkdir(parents=True, exist_ok=True)

    @property
    def environment(self) -> dict[str, str]:
        """Its whole environment: nothing is inherited, so there is no proxy, CA bundle or key log."""
        return {
            "PATH": os.environ["PATH"],
            "OVERHEARD_CA_PORT": str(self.port),
            "OVERHEARD_CA_STATE": str(self.state),
            "OVERHEARD_CA_PASSPHRASE_FILE": str(self.passphrase),
            "OVERHEARD_CA_HANDOVER": str(self.handover),
            "OVERHEARD_CA_REQUESTERS": REQUESTERS,
            **{f"OVERHEARD_CA_{name.upper()}": value for name, value in self.settings.items()},
            **self.variables,
        }

    def launch(self) -> subprocess.Popen[bytes]:
        """Start it without waiting. Its output goes to the file `log`."""
        with (self.folder / "log").open("ab") as log:
            # A separate process group, so that a test can kill the worker as well.
            self.process = subprocess.Popen(
                [sys.executable, "-m", "overheard_ca"], env=self.environment, stderr=log, start_new_session=True
            )
        return self.process

    def start(self) -> Self:
        """Start it and wait until its health check succeeds."""
        process = self.launch()

        def problem() -> str:
            if process.poll() is not None:
                raise NotReadyError("the CA", seen=f"it ended with {process.returncode}", hint=self.log)
            return probe(self.url, root=str(self.state / "root.pem"))

        wait_until(problem, "the CA", within=LONG, hint="see its log")
        return self

    def stop(self) -> int:
        """Stop it with SIGTERM, and return its exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            return self.process.wait(SOON)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill it and its worker."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the role with these arguments and the same settings until it ends."""
        return subprocess.run(
            [sys.executable, "-m", "overheard_ca", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    @property
    def log(self) -> str:
        """Its output so far."""
        return (self.folder / "log").read_text()

    def token(self, requester: str = "server") -> str:
        """The token that it handed over."""
        return (self.handover / requester / "token").read_text().strip()

    def fingerprint(self, requester: str = "server") -> str:
        """The root's fingerprint that it handed over."""
        return (self.handover / requester / "root.sha256").read_text()

    def new_token(self, requester: str = "server") -> str:
        """An unused token, handed over now as it would be at a start."""
        settings = Settings.from_environment(self.environment)
        ledger = Ledger(self.state / "ledger.sqlite")
        hand_over(settings.handover, settings.requesters, self.fingerprint().strip(), ledger)
        return self.token(requester)

    def rows(self, query: str, *values: str) -> list[tuple[object, ...]]:
        """The content of the ledger."""
        connection = sqlite3.connect(self.state / "ledger.sqlite")
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def request(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """An exchange over HTTPS that trusts only its root."""
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method,
                self.url + path,
                data=body,  # type: ignore[arg-type]  # anything that requests can send
                headers=headers,
                verify=str(self.state / "root.pem"),
                timeout=LONG,
            )

    def ask(self, csr: object, token: str | None = None) -> requests.Response:
        """Request a certificate, by default with the token that was handed over."""
        bearer = self.token() if token is None else token
        return self.request("POST", "/certificates", csr, {"Authorization": f"Bearer {bearer}"})
