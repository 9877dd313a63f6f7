"""The challenge http-01: a file on the server of the name (RFC 8555, 8.3)."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from overheard_ca.acme.identifiers import Identifier
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.validation.network import Network

_MOST_REDIRECTS = 10
_REDIRECTS = (301, 302, 303, 307, 308)
# A key authorization has 87 bytes.
_MOST_BYTES = 1024


def validate(network: Network, identifier: Identifier, token: str, expected: str, ports: tuple[int, int]) -> None:
    """Raise ProblemError if the file is not there. `ports` are those of HTTP and of HTTPS."""
    host = f"[{identifier.value}]" if ":" in identifier.value else identifier.value
    url = f"http://{host}/.well-known/acme-challenge/{token}"
    for _ in range(_MOST_REDIRECTS + 1):
        status, location, content = _get(network, url, ports)
        if status not in _REDIRECTS:
            break
        url = urljoin(url, location)
    else:
        raise ProblemError(
            Kind.CONNECTION, f"There were more than {_MOST_REDIRECTS} redirects, the last to {url!r:.120}."
        )
    if status != 200:
        raise ProblemError(Kind.INCORRECT_RESPONSE, f"{url!r:.200} has the status {status}, and not 200.")
    # What ends the line of a file is not of the answer (RFC 8555, 8.3).
    if content.rstrip(b" \t\r\n") != expected.encode():
        raise ProblemError(
            Kind.INCORRECT_RESPONSE,
            f"{url!r:.200} has {content[:100]!r}, and not the token, a dot and the thumbprint of the account's key.",
        )


def _get(network: Network, url: str, ports: tuple[int, int]) -> tuple[int, str, bytes]:
    """The status, Location and content of what is there."""
    host, port, secure, path = _target(url, ports)
    try:
        with network.connected(host, port, _secured(host) if secure else lambda plain: plain) as connection:
            exchange = http.client.HTTPConnection(host, port)
            exchange.sock = connection
            headers = {"Host": urlsplit(url).netloc, "User-Agent": "overheard-ca", "Connection": "close"}
            exchange.request("GET", path, headers=headers)
            answer = exchange.getresponse()
            return answer.status, answer.getheader("Location", ""), answer.read(_MOST_BYTES)
    except (OSError, http.client.HTTPException, UnicodeError) as problem:
        raise ProblemError(Kind.CONNECTION, f"{url!r:.200}: {str(problem) or type(problem).__name__:.200}.") from None


def _target(url: str, ports: tuple[int, int]) -> tuple[str, int, bool, str]:
    try:
        parts = urlsplit(url)
        host, stated = parts.hostname, parts.port
    except ValueError:
        host, stated = None, None
    if not host or parts.scheme not in ("http", "https") or parts.username is not None or not url.isascii():
        raise ProblemError(Kind.CONNECTION, f"It redirects to {url!r:.120}, which is no address of a page.")
    secure = parts.scheme == "https"
    # Only services that the machine's owner runs have these ports; the settings' stand in for them.
    usual = {80: ports[0], 443: ports[1]} | {port: port for port in ports}
    port = usual.get(stated or (443 if secure else 80))
    if port is None:
        raise ProblemError(Kind.CONNECTION, f"It redirects to port {stated}, and only 80 and 443 are connected to.")
    return host, port, secure, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _secured(host: str) -> Callable[[socket.socket], socket.socket]:
    """TLS without a look at the certificate: whoever validates may not have one yet (RFC 8555, 8.3)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return lambda plain: context.wrap_socket(plain, server_hostname=host)
