"""The addresses of all services of the lab."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One address of a role."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port (RFC 6454, 6.2)."""
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Its root URL, where a server tells the secret message."""
        return f"{self.origin}/"


@dataclass(frozen=True)
class StatusUrls:
    """Where a client of the gallery finds out whether the certificate of a row was revoked, under the origin `base`."""

    base: str
    row: str

    @property
    def crl(self) -> str:
        """The list of its authority."""
        return f"{self.base}/crl/{self.row}"

    @property
    def ocsp(self) -> str:
        """The responder of its authority."""
        return f"{self.base}/ocsp/{self.row}"


HTTP = Service("http", "server", 5683)
HTTPS = Service("https", "server", 5443)
# Requires a client certificate of the lab CA.
MUTUAL = Service("https", "server", 5447)
# Has an RSA key, and still accepts RSA key exchange (RFC 5246, 7.4.7.1).
LEGACY = Service("https", "server", 5446)
# Gets its certificate by ACME when the first client comes.
ACME = Service("https", "server", 5448)
CA = Service("https", "ca", 5444)
CAPTURE = Service("http", "capture", 5690)

# The interceptor listens on the ports of the services that it impersonates, on an address of its own.
INTERCEPTOR = "interceptor"
INTERCEPTED = (HTTP, HTTPS)
# Its port for health checks.
INTERCEPTOR_HEALTH = Service("http", INTERCEPTOR, 5691)

# The gallery's port for health checks and for what was revoked, and the ports that its servers may have: the last one
# is that of the server without a fault.
GALLERY_HEALTH = Service("http", "server", 5599)
GALLERY_PORTS = range(GALLERY_HEALTH.port + 1, HTTP.port)
GALLERY_GOOD = Service("https", "server", GALLERY_PORTS[-1])

# The services of the server, by their names in its settings.
OF_THE_SERVER = {"http": HTTP, "https": HTTPS, "mutual-tls": MUTUAL, "legacy": LEGACY, "acme": ACME}
