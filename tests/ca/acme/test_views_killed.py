"""The CA is killed again and again at any moment, under load: whatever it handed out is in its record.

OVERHEARD_CA_KILLS says how often; with the default, a run of all tests does not take minutes longer.
"""

from __future__ import annotations

import os
import random
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from ca.acme.client import Client, encoded
from ca.acme.stage import ChallengeServer, Stage, settings_of
from ca.csrs import csr
from ca.process import CaProcess
from overheard_ca.authority import load
from overheard_ca.ledger import Ledger

KILLS = int(os.environ.get("OVERHEARD_CA_KILLS", "8"))
# In seconds, from the start: the first ones are before it serves.
EARLIEST, LATEST = 0.3, 3.5

# What a client sees of a CA that is killed: no connection, half a response, or half an order.
_INTERRUPTED = (requests.RequestException, AssertionError, KeyError, ValueError, StopIteration)


@dataclass
class Load:
    """Clients that go on whatever happens, and what they were handed."""

    stage: Stage
    chains: list[bytes] = field(default_factory=list)
    revoked: list[int] = field(default_factory=list)
    accounts: list[Client] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def with_acme(self) -> None:
        """Register, then order, and revoke every third certificate."""
        client = self.stage.client(registered=False)
        while not self.ended.is_set():
            try:
                if not client.account:
                    assert client.register().status_code in (200, 201)
                    self.accounts.append(client)
                chain = client.obtain(self.stage.publish, f"{secrets.token_hex(5)}.test")
                self.chains.append(chain)
                if len(self.chains) % 3 == 0:
                    self._revoke(client, x509.load_pem_x509_certificate(chain))
            except _INTERRUPTED:
                time.sleep(0.02)

    def _revoke(self, client: Client, leaf: x509.Certificate) -> None:
        done = client.post(client.directory["revokeCert"], {"certificate": encoded(leaf.public_bytes(Encoding.DER))})
        if done.status_code == 200:
            self.revoked.append(leaf.serial_number)

    def with_tokens(self) -> None:
        """Ask with one token after the other."""
        ca = self.stage.ca
        while not self.ended.is_set():
            try:
                answer = ca.ask(csr("server", key=ec.generate_private_key(ec.SECP256R1())), ca.new_token())
                if answer.status_code == 201:
                    self.chains.append(answer.content)
            except (*_INTERRUPTED, OSError, sqlite3.OperationalError):
                time.sleep(0.02)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    answers = ChallengeServer()
    ca = CaProcess(tmp_path / "ca", **settings_of(answers.ports))
    try:
        yield Stage(ca, answers)
    finally:
        ca.kill()
        answers.end()


@pytest.mark.slow
# If a server ends in a handshake, urllib3 leaves the socket to Python's collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_killed_at_any_moment(stage: Stage) -> None:
    ca = stage.ca.start()
    load_of_clients = Load(stage)
    threads = [threading.Thread(target=each) for each in _workers(load_of_clients)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            time.sleep(random.uniform(EARLIEST, LATEST))  # noqa: S311  (no secret)
            ca.kill()
            ca.launch()
        ca.kill()
        ca.start()
        # What was begun before can be ended now.
        before = len(load_of_clients.chains)
        deadline = time.monotonic() + 60
        while len(load_of_clients.chains) < before + 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(load_of_clients.chains) >= before + 3
    finally:
        load_of_clients.ended.set()
        for thread in threads:
            thread.join()
    check(ca, load_of_clients)
    print(
        f"{KILLS} kills, {len(load_of_clients.chains)} certificates handed out, {len(load_of_clients.revoked)} revoked"
    )


def _workers(load_of_clients: Load) -> list[Callable[[], None]]:
    return [load_of_clients.with_acme, load_of_clients.with_acme, load_of_clients.with_tokens]


def check(ca: CaProcess, found: Load) -> None:
    ledger = Ledger(ca.state / "ledger.sqlite")
    serials = []
    for chain in found.chains:
        leaf, issuing = x509.load_pem_x509_certificates(chain)
        leaf.verify_directly_issued_by(issuing)
        recorded = ledger.issued(leaf.serial_number)
        assert recorded is not None
        assert recorded.certificate == leaf
        serials.append(leaf.serial_number)
    assert len(set(serials)) == len(serials) > 0
    for serial in found.revoked:
        recorded = ledger.issued(serial)
        assert recorded is not None
        assert recorded.revoked is not None
    with closing(sqlite3.connect(ca.state / "ledger.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    # Every account that was confirmed is still there.
    for client in found.accounts:
        assert client.post(client.account).json()["status"] == "valid"
    check_files(ca)


def check_files(ca: CaProcess) -> None:
    load(ca.state, ca.passphrase, datetime.now(UTC))
    own = x509.load_pem_x509_certificate((ca.state / "server.pem").read_bytes())
    key = load_pem_private_key((ca.state / "server.key.pem").read_bytes(), None)
    assert key.public_key() == own.public_key()
    assert not list(ca.state.glob(".*.pem.*"))
