"""Where clients find out whether a certificate is still good. Imports only the standard library, as the settings do."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

# The paths below the base.
CRL, ROOT_CRL, OCSP, ISSUER = "/crl/issuing.crl", "/crl/root.crl", "/ocsp", "/issuing.cer"


@dataclass(frozen=True)
class StatusUrls:
    """`base` is a URL such as http://ca:8080. Without `ocsp`, there is only the CRL."""

    base: str
    ocsp: bool = True

    @property
    def port(self) -> int:
        """The port of plain HTTP."""
        return urlsplit(self.base).port or 80

    @property
    def crl(self) -> str:
        """The list of revoked certificates."""
        return self.base + CRL

    @property
    def root_crl(self) -> str:
        """The list of the root, of revoked issuing certificates."""
        return self.base + ROOT_CRL

    @property
    def responder(self) -> str:
        """Where to ask about one of them; empty if there is no OCSP."""
        return self.base + OCSP if self.ocsp else ""

    @property
    def issuer(self) -> str:
        """The issuing certificate."""
        return self.base + ISSUER
