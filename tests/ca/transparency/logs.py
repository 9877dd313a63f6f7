"""A certificate authority with a log, without a process, and the log as its clients see it."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from flask import Flask

from ca.csrs import KEY, csr
from overheard_ca import issuance
from overheard_ca.app import create_app
from overheard_ca.authority import ROOT_KEY, Authority, establish
from overheard_ca.issuance import Issuance
from overheard_ca.ledger import Ledger
from overheard_ca.passphrase import Passphrase
from overheard_ca.profile import Profile
from overheard_ca.transparency.log import Log, open_log
from overheard_services.transparency.known_log import KnownLog
from overheard_services.transparency.monitor import Monitor

NOW = datetime.now(UTC).replace(microsecond=0)
NAME = "server.test"
NAMES = frozenset({NAME, "server", "localhost", "elsewhere.test"})


@dataclass(frozen=True)
class Logging:
    """A CA whose certificates are logged."""

    folder: Path
    authority: Authority
    log: Log
    issuance: Issuance

    @property
    def app(self) -> Flask:
        """It over HTTP."""
        return create_app(self.issuance)

    @property
    def known(self) -> KnownLog:
        """The log as clients know it."""
        return KnownLog.from_pem(self.log.public_key)

    def leaf(self, profile: Profile = Profile.LOGGED, name: str = NAME) -> x509.Certificate:
        """A certificate, issued for a new token."""
        token = secrets.token_hex()
        self.issuance.ledger.add_token(token, "server", (name,), profile)
        return x509.load_pem_x509_certificates(self.issuance.certify(token, lambda: csr(name)))[0]

    def precertificate(self, *, critical: bool = True) -> x509.Certificate:
        """A precertificate that nobody has logged yet."""
        issuer = self.authority.issuing
        builder = x509.CertificateBuilder(issuer.certificate.subject, x509.Name([]), KEY.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(NOW)
        builder = builder.not_valid_after(NOW + timedelta(days=1)).add_extension(
            x509.PrecertPoison(), critical=critical
        )
        return builder.sign(issuer.key, hashes.SHA256())

    def ask(self, endpoint: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        """What the log answers."""
        answer = self.app.test_client().get(f"/ct/v1/{endpoint}", query_string=parameters)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def monitor(self, ask: Callable[[str, Mapping[str, object]], Mapping[str, Any]] | None = None) -> Monitor:
        """A monitor of the log."""
        return Monitor(self.known, ask or self.ask)


def killed_before_the_record(folder: Path) -> None:
    """Log a certificate, and be killed before it is issued."""
    with patch.object(issuance, "record", lambda *_: os.kill(os.getpid(), signal.SIGKILL)):
        logging(folder).leaf()


def logging(folder: Path) -> Logging:
    """The authority in `folder`, new or as it was."""
    state, words = folder / "state", folder / "passphrase"
    state.mkdir(parents=True, exist_ok=True)
    authority = establish(state, words, NOW)
    log = open_log(state, Passphrase.of(words, state / ROOT_KEY), authority.root, folder / "more.pem")
    ledger = Ledger(state / "ledger.sqlite")
    return Logging(folder, authority, log, Issuance(authority, ledger, NAMES, timedelta(days=30), log))
