"""The certificates that a server really sends, and what `requests` says of them. Here alone is the network."""

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
    """What a server sent: its certificates in DER, in its order; and the error of a handshake that came to nothing."""

    certificates: tuple[bytes, ...]
    version: str = ""
    cipher: str = ""
    error: str = ""


@dataclass(frozen=True)
class Address:
    """A server, the URL that it is asked by, and how many seconds it may take at each step."""

    url: str
    host: str
    port: int
    patience: float = 10


def has_requests() -> bool:
    """Whether `requests` is here to be asked. A plain installation does without."""
    return find_spec("requests") is not None


def address(url: str) -> Address:
    """Whom `url` means. Raises CertificateError for what no client could ask, and for http: there is nothing to see."""
    try:
        asked = _prepared(url) if has_requests() else url
        parts = urlsplit(asked)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (OSError, ValueError) as problem:  # those of `requests` are both
        raise CertificateError(f"{url!r} cannot be asked: {problem}", hint=_NO_URL) from None
    if parts.scheme == "http":
        raise CertificateError(
            f"{url} is plain HTTP: there is no certificate on this wire, and everybody on it reads along",
            hint="ask with https:// where the server speaks TLS",
        )
    if parts.scheme != "https" or not host:
        raise CertificateError(f"{url!r} is not the address of a server", hint=_NO_URL)
    return Address(asked, host, port or 443)


def _prepared(url: str) -> str:
    """The URL as `requests` would ask for it."""
    # Late, as everywhere here: most of what is shown is in files, and needs no HTTP client.
    import requests  # noqa: PLC0415

    return requests.Request("GET", url).prepare().url or ""


def shown(server: Address) -> Shown:
    """The certificates that a server sends, whether or not anyone should believe them, and whatever else is wrong.

    Raises CertificateError where nobody answers.
    """
    try:
        connection = socket.create_connection((server.host, server.port), server.patience)
    except (OSError, ValueError) as problem:
        raise CertificateError(
            f"waited for {server.host}:{server.port} to answer, but {_why(problem, server.patience)}",
            hint="see whether the name and the port are right, and whether the server runs",
        ) from None
    with (
        connection,
        _looking().wrap_socket(connection, server_hostname=server.host, do_handshake_on_connect=False) as tls,
    ):
        error = _handshake(tls)
        cipher = tls.cipher()
        return Shown(_chain(tls), _spaced(tls.version()), cipher[0] if cipher else "", error)


def as_requests(server: Address, trusting: str) -> str:
    """The error that `requests` raises for this server, in its very words; empty where it is content.

    `trusting` is the file of the CAs to trust.
    """
    import requests  # noqa: PLC0415

    with requests.Session() as session:
        # No proxy, no .netrc: what is asked is the server that was named, and nobody else.
        session.trust_env = False
        try:
            # As far as the head of the answer: what follows is not about certificates, and neither is where it leads.
            answer = session.get(
                server.url, verify=trusting, timeout=server.patience, stream=True, allow_redirects=False
            )
            answer.close()
        except (OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"
    return ""


def usual_roots() -> str:
    """The file of the CAs that `requests` trusts on this machine, where nothing else is said.

    Without `requests`, the file or folder of those that OpenSSL trusts. Raises CertificateError where there is none.
    """
    if named := os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"):
        return named
    if has_requests():
        from requests.utils import DEFAULT_CA_BUNDLE_PATH  # noqa: PLC0415

        return DEFAULT_CA_BUNDLE_PATH
    paths = ssl.get_default_verify_paths()
    if not (usual := paths.cafile or paths.capath):
        raise CertificateError("OpenSSL finds no CAs to trust on this machine", hint="name them with --ca FILE")
    return usual


def _looking() -> ssl.SSLContext:
    """A context that believes everything, and speaks with the oldest servers: it looks at certificates, no more."""
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
    """What the server sent. A handshake that broke off may have got that far."""
    with contextlib.suppress(ValueError, ssl.SSLError):
        if hasattr(tls, "get_unverified_chain"):
            return tuple(tls.get_unverified_chain())
        # Before Python 3.13 this is not for the public; the object below the socket has had it since 3.10.
        inner: Any = getattr(tls, "_sslobj", None)
        if hasattr(inner, "get_unverified_chain"):
            return tuple(_der(one) for one in inner.get_unverified_chain() or ())
        leaf = tls.getpeercert(binary_form=True)
        return (leaf,) if leaf else ()
    return ()


def _der(certificate: Any) -> bytes:  # noqa: ANN401  (a class that CPython does not name in public)
    return ssl.PEM_cert_to_DER_cert(certificate.public_bytes())


def _spaced(version: str | None) -> str:
    """As the standards write it: `TLS 1.3`, where OpenSSL says `TLSv1.3`, and `TLSv1` for the first."""
    number = (version or "").removeprefix("TLSv")
    return f"TLS {number if '.' in number else f'{number}.0'}" if number else ""


def _why(problem: Exception, patience: float) -> str:
    if isinstance(problem, TimeoutError):
        return f"nothing came for {patience:g} s"
    return getattr(problem, "strerror", None) or str(problem)
