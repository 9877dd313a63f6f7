"""Makes requests with `requests`, as in the tutorial; trust, client certificate and ciphers differ between chapters."""

from __future__ import annotations

import socket
import ssl
import warnings
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from overheard_services.client.revocation import require_good, require_unlisted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard_services.transparency.known_log import KnownLog

# How _ssl names DER.
_DER = 2
# The timeout of connecting and of the response, in seconds.
_PATIENCE = 10


@dataclass(frozen=True)
class Way:
    """How to make a request.

    `trusting` is the file of the only CAs to trust, by default the usual public ones. `verify` is whether to verify the
    server's certificate at all. `keys` is the file for session keys. `certificate` are the files of the client's own
    certificate and its key. `ciphers` is what to offer up to TLS 1.2; TLS 1.3 is then not offered. `crl` is the URL of
    a revocation list to check, `ocsp` whether to ask the certificate's responder, and `soft_fail` whether to go on if
    neither answers. `strict` is whether to ask for all of RFC 5280. `through` is the host to which a lying name server
    redirects the client. `log` is the log in which the certificate must be.
    """

    trusting: Path | None = None
    verify: bool = True
    keys: Path | None = None
    certificate: tuple[Path, Path] | None = None
    ciphers: str = ""
    crl: str = ""
    ocsp: bool = False
    soft_fail: bool = False
    strict: bool = False
    through: str = ""
    patience: float = _PATIENCE
    log: KnownLog | None = None


@dataclass(frozen=True)
class Reply:
    """The response: the body, and how the server greeted the client; or the error that `requests` raised.

    `warned` are the warnings of `requests`. Errors and warnings begin with the name of their class. `certificate` (DER)
    is the server's, if the handshake was completed, and `chain` all from that to the root, if it was verified.
    """

    text: str = ""
    greeting: str = ""
    error: str = ""
    warned: tuple[str, ...] = ()
    certificate: bytes = field(default=b"", compare=False)
    chain: tuple[bytes, ...] = field(default=(), compare=False)


class _Adapter(HTTPAdapter):
    """Makes connections as one `Way` says, whatever the environment; adds the server's chain to `shown`."""

    def __init__(self, way: Way, shown: list[tuple[bytes, ...]]) -> None:
        self._way, self._shown = way, shown
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=_context(self._way))  # type: ignore[arg-type]
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {**pools, "https": _pool(self._way, self._shown)}


def _pool(way: Way, shown: list[tuple[bytes, ...]]) -> type[HTTPSConnectionPool]:
    """A pool whose connections add the server's chain to `shown`: a response of `requests` no longer has it."""

    class Connection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, ssl.SSLSocket):
                shown.append(_chain(self.sock))
                _check_logged(shown[-1], way.log)
                if way.ocsp:
                    require_good(shown[-1], soft_fail=way.soft_fail)

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    # These names appear in errors, which must be those that everybody gets.
    Connection.__name__, Pool.__name__ = HTTPSConnection.__name__, HTTPSConnectionPool.__name__
    return Pool


def _chain(sock: ssl.SSLSocket) -> tuple[bytes, ...]:
    """The server's certificate, and all above it if it was verified."""
    alone = sock.getpeercert(binary_form=True) or b""
    if sock.context.verify_mode is ssl.CERT_NONE:
        return (alone,)
    # Public since Python 3.13.
    verified = getattr(sock, "get_verified_chain", None) or sock._sslobj.get_verified_chain  # type: ignore[attr-defined]  # noqa: SLF001
    return tuple(each if isinstance(each, bytes) else each.public_bytes(_DER) for each in verified())


def _check_logged(chain: tuple[bytes, ...], log: KnownLog | None) -> None:
    """Raise SSLError unless the certificate has the timestamp of a log. OpenSSL could ask for it, but not Python's."""
    if log and (wrong := log.wrong_with_chain(chain)):
        raise ssl.SSLCertVerificationError(f"the certificate is not in the log: {wrong}")


def _context(way: Way) -> ssl.SSLContext:
    context = create_urllib3_context(ciphers=way.ciphers or None)
    # urllib3 leaves this to the caller; ssl requires that check_hostname is turned off before verify_mode.
    context.check_hostname = way.verify
    if way.ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if way.keys:
        context.keylog_filename = str(way.keys)
    if way.crl:
        require_unlisted(context, way.crl, soft_fail=way.soft_fail)
    if way.strict:
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
    return context


@contextmanager
def _session(way: Way, shown: list[tuple[bytes, ...]]) -> Iterator[requests.Session]:
    with requests.Session() as session:
        # REQUESTS_CA_BUNDLE in the environment would override `verify`, and a proxy the route: the story is about whom
        # this client trusts, and nothing else may change that.
        session.trust_env = False
        session.verify = (str(way.trusting) if way.trusting else True) if way.verify else False
        if way.certificate:
            session.cert = (str(way.certificate[0]), str(way.certificate[1]))
        # One for both, as a revocation list is fetched for each.
        adapter = _Adapter(way, shown)
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter)
        yield session


@contextmanager
def _name_server_leads_to(host: str) -> Iterator[None]:
    """Resolve every name to the address of `host`, as a manipulated name server would."""
    honest = socket.getaddrinfo

    def lying(_name: object, *rest: Any, **more: Any) -> Any:  # noqa: ANN401  (as what it stands in for)
        return honest(host, *rest, **more)

    socket.getaddrinfo = lying  # type: ignore[assignment]  # it passes its arguments on
    try:
        yield
    finally:
        socket.getaddrinfo = honest


def ask(url: str, way: Way = Way(), *, post: object = None) -> Reply:
    """GET `url`, or POST `post` to it as JSON."""
    shown: list[tuple[bytes, ...]] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reply = _ask(url, way, post, shown)
    warned = tuple(f"{warning.category.__name__}: {warning.message}" for warning in caught)
    return replace(reply, warned=warned, certificate=shown[-1][0] if shown else b"", chain=shown[-1] if shown else ())


def _ask(url: str, way: Way, post: object, shown: list[tuple[bytes, ...]]) -> Reply:
    try:
        with _session(way, shown) as session, _name_server_leads_to(way.through) if way.through else nullcontext():
            method = "GET" if post is None else "POST"
            answer = session.request(method, url, json=post, timeout=way.patience)
            answer.raise_for_status()
            return Reply(answer.text, answer.headers.get("X-Greeting", ""))
    # Errors of requests are OSErrors, as is a missing CA file; for some hosts it raises a ValueError.
    except (OSError, ValueError) as error:
        return Reply(error=f"{type(error).__name__}: {error}")
