"""The key that signs responses of OCSP, and its certificate: the issuing key is not needed for every question."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from overheard_ca.certificates import Issuer, responder_certificate
from overheard_ca.ledger import Ledger, record

# Nobody checks whether it was revoked (id-pkix-ocsp-nocheck), so it does not last long.
LIFE = timedelta(days=7)

_REQUESTER = "ocsp"


@dataclass
class Signer:
    """Has a key in memory alone. It is new at each start, and again when half of its certificate's life is over."""

    issuer: Issuer
    ledger: Ledger
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _held: Issuer | None = None
    _made: datetime | None = None

    def current(self, now: datetime) -> Issuer:
        """The certificate and its key."""
        with self._lock:
            if self._held is None or self._made is None or not timedelta() <= now - self._made < LIFE / 2:
                self._held, self._made = self._new(now), now
            return self._held

    def _new(self, now: datetime) -> Issuer:
        key = ec.generate_private_key(ec.SECP256R1())
        with self.ledger.transaction() as entry:
            certificate: x509.Certificate = responder_certificate(key.public_key(), self.issuer, LIFE, now)
            record(entry, certificate, _REQUESTER, ())
        return Issuer(certificate, key)
