"""Serving: one gunicorn worker with threads, on any number of addresses, that stops within a second of a signal.

Each address has its own `Listener`: some may use HTTP, some HTTPS, some require a client certificate.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import ssl
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gunicorn.app.base import BaseApplication

from overheard.role.worker import CONNECTIONS, Worker
from overheard.words.errors import OverheardError, SettingsError

if TYPE_CHECKING:
    from flask import Flask

# The folder of gunicorn's heartbeat file: in memory, so that a busy disk cannot make a worker look dead.
_MEMORY = Path("/dev/shm")  # noqa: S108
# The accepted cipher suites up to TLS 1.2 (RFC 9325, 4.2). By default, Debian's Python accepts RSA key exchange.
SUITES = "ECDHE+AESGCM:ECDHE+CHACHA20"
# The deadline for a handshake, in seconds, and for one during which a certificate may be obtained. Those for the
# request and the response are in `worker`.
_HANDSHAKE_DEADLINE, _DEADLINE_ON_DEMAND = 5, 30

log = logging.getLogger("overheard")


class Context(Protocol):
    """An SSLContext, or what stands in for one."""

    def wrap_socket(
        self, sock: socket.socket, /, *, server_side: bool, do_handshake_on_connect: bool, suppress_ragged_eofs: bool
    ) -> Any:  # noqa: ANN401  (what is used as a socket)
        """A connection after its handshake, for which there is the timeout of `sock`. Raises OSError if it fails."""


@dataclass(frozen=True)
class Listener:
    """Where to listen. With a certificate and its key (PEM files) it is HTTPS, TLS 1.2 and 1.3 only, or `tls13_only`.

    With `client_ca` (a PEM file) every client must present a certificate of that CA (RFC 8446, 4.3.2). `ciphers` are
    additional cipher suites up to TLS 1.2 to accept, as an OpenSSL cipher string. With `on_demand`, each handshake goes
    on with the context that this returns, and ends if it raises OverheardError. `context` replaces what would be made
    of all these.
    """

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    client_ca: Path | None = None
    ciphers: str = ""
    on_demand: Callable[[], ssl.SSLContext] | None = None
    tls13_only: bool = False
    context: Context | None = None


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any], stop: Callable[[], None]) -> None:
        self._make_app, self._options, self.stop = make_app, options, stop
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()


class _ByPort:
    """Stands in for gunicorn's one SSLContext: handles each connection as the listener of its port says."""

    def __init__(self, contexts: Mapping[int, Context], on_demand: Container[int]) -> None:
        self._contexts, self._on_demand = contexts, on_demand

    def wrap_socket(self, sock: socket.socket, **options: Any) -> socket.socket:  # noqa: ANN401  (for SSLContext's own)
        """The connection after its handshake; unchanged on a port without TLS. Raises ConnectionResetError."""
        port = sock.getsockname()[1]
        context = self._contexts.get(port)
        deadline = _DEADLINE_ON_DEMAND if port in self._on_demand else _HANDSHAKE_DEADLINE
        return _secured(sock, context, deadline, options) if context else sock


def serve(
    make_app: Callable[[], Flask],
    listeners: Sequence[Listener],
    *,
    stop: Callable[[], None] = lambda: None,
    keep_alive: int = 0,
) -> None:
    """Serve on all of `listeners` until SIGTERM or SIGINT, and then end the process.

    A connection is open for `keep_alive` seconds after a response, for another request; 0: the server closes it.

    Raises SettingsError if an address cannot be listened on. `make_app` is called in the worker process, so that
    threads that the application starts are in the process that handles its requests. So is `stop`, at the end, perhaps
    while requests are still handled, and more than once.
    """
    for listener in listeners:
        _see_that_it_is_free(listener)
    options: dict[str, Any] = {
        "bind": [f"{listener.host}:{listener.port}" for listener in listeners],
        "worker_class": Worker,
        "threads": CONNECTIONS,
        "worker_connections": CONNECTIONS,
        # In the lab, 0: a recording has whole streams then, each with one exchange, from SYN to FIN.
        "keepalive": keep_alive,
        "graceful_timeout": 1,
        # There is no proxy in front: by default, who connects from this machine may set SCRIPT_NAME, PATH_INFO and the
        # scheme with headers.
        "forwarded_allow_ips": "",
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
        "worker_tmp_dir": str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None,
    }
    _Application(make_app, options | _tls(listeners), stop).run()


def _see_that_it_is_free(listener: Listener) -> None:
    """Raise SettingsError if it is not: gunicorn would retry for five seconds and exit with the code of OVERHEARD."""
    try:
        socket.create_server((listener.host, listener.port)).close()
    except OSError as problem:
        raise SettingsError(
            f"cannot listen on {listener.host}:{listener.port}: {problem.strerror}",
            hint="find out what is using it, or choose another port",
        ) from None


def _tls(listeners: Sequence[Listener]) -> dict[str, Any]:
    """The gunicorn options for the listeners with TLS; empty if there are none."""
    secure = {each.port: each.context or _context(each.certificate, each) for each in listeners if each.certificate}
    if not secure:
        return {}
    by_port = _ByPort(secure, {listener.port for listener in listeners if listener.on_demand})
    return {
        # gunicorn turns TLS on only if these are set. The certificates that are used are those of the contexts.
        "certfile": next(str(listener.certificate) for listener in listeners if listener.certificate),
        # Otherwise gunicorn would do a handshake on a plain connection, too.
        "do_handshake_on_connect": True,
        # gunicorn would create a context for every connection; sharing one is three times as fast.
        "ssl_context": lambda _config, _default: by_port,
    }


def context_of(certificate: Path, key: Path | None, ciphers: str = "", *, tls13_only: bool = False) -> ssl.SSLContext:
    """How to serve with a certificate and its key (PEM files), and with additional cipher suites."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls13_only:
        context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_ciphers(":".join(filter(None, (SUITES, ciphers))))
    context.load_cert_chain(certificate, key)
    return context


def _context(certificate: Path, listener: Listener) -> ssl.SSLContext:
    context = context_of(certificate, listener.key, listener.ciphers, tls13_only=listener.tls13_only)
    if listener.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(listener.client_ca)
    if listener.on_demand:
        # Called for a ClientHello, and not when somebody only connects.
        context.sni_callback = _with_context(listener.on_demand)
    return context


def _with_context(current: Callable[[], ssl.SSLContext]) -> Callable[..., int | None]:
    """An `sni_callback` that goes on with the current context, or ends the handshake with an alert."""

    def go_on(connection: ssl.SSLSocket, _name: str | None, _listening: ssl.SSLContext) -> int | None:
        try:
            connection.context = current()
        except OverheardError as problem:
            log.warning("no certificate to serve with: %s", problem)
            return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR
        return None

    return go_on


def _secured(sock: socket.socket, context: Context, deadline: float, options: Mapping[str, Any]) -> socket.socket:
    """The connection after its handshake.

    Raises ConnectionResetError if it fails, whatever the reason: gunicorn ignores that error silently. For any other it
    would write a line to the log and a response in clear.
    """
    sock.settimeout(deadline)
    try:
        # A copy, because SSLContext closes a socket whose handshake failed. The worker reads what is left, then closes:
        # the connection is not reset, and the client gets the alert that says why (RFC 9112, 9.6).
        secured: socket.socket = context.wrap_socket(sock.dup(), **options)
    except OSError as problem:
        raise ConnectionResetError(errno.ECONNRESET, str(problem)) from problem
    secured.settimeout(None)
    sock.close()
    return secured
