"""Asking with `requests`, as in the tutorial; whom to trust, what to show and what to offer differ with the chapter."""

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

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# How long the server may take to connect and to answer, in seconds.
_PATIENCE = 10


@dataclass(frozen=True)
class Way:
    """How to ask.

    `trusting` is the file of the only CAs to trust; without it the usual public ones are. `verify` is whether to look
    at the server's certificate at all. `keys` is where session keys are written. `certificate` are the files of the
    client's own certificate and its key. `ciphers` is what to offer up to TLS 1.2, and then no TLS 1.3. `crl` is the
    file of a revocation list to heed. `through` is the host that a lying name server has led the client to.
    """

    trusting: Path | None = None
    verify: bool = True
    keys: Path | None = None
    certificate: tuple[Path, Path] | None = None
    ciphers: str = ""
    crl: Path | None = None
    through: str = ""
    patience: float = _PATIENCE


@dataclass(frozen=True)
class Reply:
    """What came back: the body, and how the server called the client, or the error that `requests` raised.

    `warned` are the warnings that `requests` gave meanwhile. Errors and warnings begin with the name of their class.
    `certificate` (DER) is the server's, where the handshake came to its end.
    """

    text: str = ""
    greeting: str = ""
    error: str = ""
    warned: tuple[str, ...] = ()
    certificate: bytes = field(default=b"", compare=False)


class _Adapter(HTTPAdapter):
    """Connections of one `Way`, whatever the environment says; the server's certificate goes into `shown`."""

    def __init__(self, way: Way, shown: list[bytes]) -> None:
        self._way, self._shown = way, shown
        super().__init__()

    def init_poolmanager(self, *arguments: object, **options: object) -> None:
        super().init_poolmanager(*arguments, **options, ssl_context=_context(self._way))  # type: ignore[arg-type]
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = {**pools, "https": _pool(self._shown)}


def _pool(shown: list[bytes]) -> type[HTTPSConnectionPool]:
    """Connections that leave the server's certificate in `shown`: `requests` has let go of it when it answers."""

    class Connection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, ssl.SSLSocket):
                shown.append(self.sock.getpeercert(binary_form=True) or b"")

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    # Errors have these names in them, and are to be those that everybody gets.
    Connection.__name__, Pool.__name__ = HTTPSConnection.__name__, HTTPSConnectionPool.__name__
    return Pool


def _context(way: Way) -> ssl.SSLContext:
    context = create_urllib3_context(ciphers=way.ciphers or None)
    # urllib3 leaves this to whoever gives it a context: ssl lets nobody drop the one check before the other.
    context.check_hostname = way.verify
    if way.ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if way.keys:
        context.keylog_filename = str(way.keys)
    if way.crl:
        context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF
        context.load_verify_locations(way.crl)
    return context


@contextmanager
def _session(way: Way, shown: list[bytes]) -> Iterator[requests.Session]:
    with requests.Session() as session:
        # REQUESTS_CA_BUNDLE in the environment would decide over `verify`, and a proxy over the way: the story is
        # about whom this client trusts, and nobody else has a say in it.
        session.trust_env = False
        session.verify = (str(way.trusting) if way.trusting else True) if way.verify else False
        if way.certificate:
            session.cert = (str(way.certificate[0]), str(way.certificate[1]))
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(way, shown))
        yield session


@contextmanager
def _name_server_leads_to(host: str) -> Iterator[None]:
    """Have every name lead to the address of `host`, as a name server would that somebody has a hand in."""
    honest = socket.getaddrinfo

    def lying(_name: object, *rest: Any, **more: Any) -> Any:  # noqa: ANN401  (as what it stands in for)
        return honest(host, *rest, **more)

    socket.getaddrinfo = lying  # type: ignore[assignment]  # it passes on whatever it is given
    try:
        yield
    finally:
        socket.getaddrinfo = honest


def ask(url: str, way: Way = Way(), *, post: object = None) -> Reply:
    """GET `url`, or POST it what is given, as JSON."""
    shown: list[bytes] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        reply = _ask(url, way, post, shown)
    warned = tuple(f"{warning.category.__name__}: {warning.message}" for warning in caught)
    return replace(reply, warned=warned, certificate=b"".join(shown[-1:]))


def _ask(url: str, way: Way, post: object, shown: list[bytes]) -> Reply:
    try:
        with _session(way, shown) as session, _name_server_leads_to(way.through) if way.through else nullcontext():
            method = "GET" if post is None else "POST"
            answer = session.request(method, url, json=post, timeout=way.patience)
            answer.raise_for_status()
            return Reply(answer.text, answer.headers.get("X-Greeting", ""))
    # Those of requests are OSErrors, as is a CA file that is not there; of some hosts it lets a ValueError through.
    except (OSError, ValueError) as error:
        return Reply(error=f"{type(error).__name__}: {error}")
