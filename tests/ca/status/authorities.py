"""A certificate authority that publishes revocations, without a process, and what it issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from ca.csrs import KEY
from overheard_ca.authority import establish
from overheard_ca.certificates import Issuer, leaf_certificate
from overheard_ca.ledger import Ledger, record, revoke
from overheard_ca.profile import Profile
from overheard_ca.request import CheckedRequest
from overheard_ca.status.urls import StatusUrls

NOW = datetime.now(UTC).replace(microsecond=0)
COMPROMISE = x509.ReasonFlags.key_compromise


@dataclass(frozen=True)
class Publishing:
    """An issuer with its ledger."""

    root: x509.Certificate
    issuer: Issuer
    ledger: Ledger

    def leaf(self, profile: Profile = Profile.SERVER, life: timedelta = timedelta(days=30)) -> x509.Certificate:
        """A certificate that is in the ledger."""
        asked = CheckedRequest(KEY.public_key(), ("server.test",))
        with self.ledger.transaction() as entry:
            certificate = leaf_certificate(asked, profile, self.issuer, life, NOW)
            record(entry, certificate, "server", asked.names)
        return certificate

    def revoke(
        self, certificate: x509.Certificate, reason: x509.ReasonFlags = COMPROMISE, now: datetime = NOW
    ) -> x509.Certificate:
        """Revoke it."""
        with self.ledger.transaction() as entry:
            assert revoke(entry, certificate.serial_number, reason, "server", now)
        return certificate


def publishing(folder: Path, *, ocsp: bool = True) -> Publishing:
    """A new authority in `folder`."""
    folder.mkdir(exist_ok=True)
    made = establish(folder, folder / "passphrase", NOW, status=StatusUrls("http://ca.test:8080", ocsp))
    return Publishing(made.root, made.issuing, Ledger(folder / "ledger.sqlite"))
