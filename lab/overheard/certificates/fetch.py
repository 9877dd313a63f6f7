"""The certificates that a server sends, and the error of `requests`. The only module here that uses the network."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from overheard.certificates.errors import CertificateError

_NO_URL = "name a server like https://example.org or https://localhost:5443, or a file"


# SSL_OP_LEGACY_SERVER_CONNECT, for servers without RFC 5746; Python has a name for it from 3.12 on.
_LEGACY_SERVER_CONNECT = 0x4


@dataclass(frozen=True)
class Shown:
    """What a server sent: its certificates in DER, in its order; and the error of a failed handshake."""

    certificates: tuple[bytes, ...]
    version: str = ""
    cipher: str = ""
    error: str = ""


@dataclass(frozen=True)
class Address:
    """A server, its URL, and the timeout of each step, in seconds."""

    url: str
    host: str
    port: int
    patience: float = 10


def has_requests() -> bool:
    """Whether `requests` is installed. A plain installation does not include it."""
    return find_spec("requests") is not None


def address(url: str) -> Address:
    """The server of a URL. Raises CertificateError for an invalid URL, and for http, which has no certificate."""
    try:
        asked = _prepared(url) if has_requests() else url
        parts = urlsplit(asked)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (OSError, ValueError) as problem:  # a RequestException is an OSError
        raise CertificateError(f"{url!r} is not a valid URL: {problem}", hint=_NO_URL) from None
    if parts.scheme == "http":
        raise CertificateError(
            f"{url} is plain HTTP: there is no certificate, and everybody on the wire can read along",
            hint="use https:// if the server supports TLS",
        )
    if parts.scheme != "https" or not host:
        raise CertificateError(f"{url!r} is not the address of a server", hint=_NO_URL)
    return Address(asked, host, port or 443)


def _prepared(url: str) -> str:
    """The URL as `requests` would send it."""
    # Imported late, as everywhere here: most certificates are in files, which need no HTTP client.
    import requests  # noqa: PLC0415

    return requests.Request("GET", url).prepare().url or ""


def shown(server: Address) -> Shown:
    """The certificates that a server sends, without verification.

    Raises CertificateError if there is no response.
    """
    try:
        connection = socket.create_connection((server.host, server.port), server.patience)
    except (OSError, ValueError) as problem:
        raise CertificateError(
            f"waited for {server.host}:{server.port} to answer, but {_why(problem, server.patience)}",
            hint="check the name and the port, and whether the server is running",
        ) from None
    with (
        connection,
        _looking().wrap_socket(connection, server_hostname=server.host, do_handshake_on_connect=False) as tls,
    ):
        error = _handshake(tls)
        cipher = tls.cipher()
        return Shown(_chain(tls), _spaced(tls.version()), cipher[0] if cipher else "", error)


def as_requests(server: Address, trusting: str) -> str:
    """The error that `requests` raises for this server, verbatim; empty if it raises none.

    `trusting` is the file of the CAs to trust.
    """
    import requests  # noqa: PLC0415

    with requests.Session() as session:
        # No proxy, no .netrc: only the named server is contacted.
        session.trust_env = False
        try:
            # Only the headers of the response are read, and no redirect is followed: the rest is not about
            # certificates.
            answer = session.get(
                server.url, verify=trusting, timeout=server.patience, stream=True, allow_redirects=False
            )
            answer.close()
        except (OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
    return ""


def usual_roots() -> str:
    """The file of the CAs that `requests` trusts by default on this machine.

    Without `requests`, the file or folder that OpenSSL uses by default. Raises CertificateError if there is none.
    """
    if named := os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return named
    if has_requests():
        from requests.utils import DEFAULT_CA_BUNDLE_PATH  # noqa: PLC0415

        return DEFAULT_CA_BUNDLE_PATH
    paths = ssl.get_default_verify_paths()
    if not (usual := paths.cafile or paths.capath):
        raise CertificateError(
            "OpenSSL has no default CAs on this machine", hint="name the CAs to trust with --ca FILE"
        )
    return usual


def _looking() -> ssl.SSLContext:
    """A context that verifies nothing and accepts old servers: it is only for reading certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _LEGACY_SERVER_CONNECT
    return context


def _handshake(tls: ssl.SSLSocket) -> str:
    try:
        tls.do_handshake()
    except OSError as problem:
        return f"{type(problem).__name__}: {problem}"
    return ""


def _chain(tls: ssl.SSLSocket) -> tuple[bytes, ...]:
    """The certificates that the server sent. A failed handshake may have got that far."""
    with contextlib.suppress(ValueError, ssl.SSLError):
        if hasattr(tls, "get_unverified_chain"):
            return tuple(tls.get_unverified_chain())
        # Public only since Python 3.13; the underlying object has had it since 3.10.
        inner: Any = getattr(tls, "_sslobj", None)
        if hasattr(inner, "get_unverified_chain"):
            return tuple(_der(one) for one in inner.get_unverified_chain() or ())
        leaf = tls.getpeercert(binary_form=True)
        return (leaf,) if leaf else ()
    return ()


def _der(certificate: Any) -> bytes:  # noqa: ANN401  (a class that CPython does not name in public)
    return ssl.PEM_cert_to_DER_cert(certificate.public_bytes())


def _spaced(version: str | None) -> str:
    """The version as the standards write it: `TLS 1.3` for OpenSSL's `TLSv1.3`, and `TLS 1.0` for `TLSv1`."""
    number = (version or "").removeprefix("TLSv")
    return f"TLS {number if '.' in number else f'{number}.0'}" if number else ""


def _why(problem: Exception, patience: float) -> str:
    if isinstance(problem, TimeoutError):
        return f"nothing arrived for {patience:g} s"
    return getattr(problem, "strerror", None) or str(problem)
