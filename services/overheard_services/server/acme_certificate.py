"""The server's certificate by ACME: its own answers to the challenges, and the files of what it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography import x509

from overheard.role.serve import context_of
from overheard_services.acme_order import order
from overheard_services.credentials import Credentials, key_pem, new_key
from overheard_services.server.on_demand import Obtained

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from overheard_services.server.settings import Enrolment

# The folder for the key and the certificate, in that of the server's credentials.
_FOLDER = "acme"


@dataclass(frozen=True)
class AcmeCertificate:
    """How the server gets one. `answers` is what it answers to challenges, by token, and `root` that of the CA."""

    enrolment: Enrolment
    root: Path
    answers: dict[str, str] = field(default_factory=dict)
    tls13_only: bool = False

    def obtain(self) -> Obtained[ssl.SSLContext]:
        """Get a new certificate, for the first of the server's names and a new key. Raises EnrolmentError."""
        mine, key = Credentials.within(self.enrolment.folder / _FOLDER), new_key()
        try:
            chain = order(self.enrolment.ca_url, self.root, self.enrolment.names[0], key, self.answers.__setitem__)
        finally:
            # An answer is of use to one order alone.
            self.answers.clear()
        mine.key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine.write(key_pem(key), chain)
        leaf = x509.load_pem_x509_certificate(chain)
        context = context_of(mine.certificate, mine.key, tls13_only=self.tls13_only)
        return Obtained(context, leaf.not_valid_before_utc, leaf.not_valid_after_utc)
