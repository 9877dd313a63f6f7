"""Serving: one gunicorn worker with threads, over HTTP or HTTPS, that stops within a second when told to."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from flask import Flask

# Where gunicorn's heartbeat file may live: memory, so that a busy disk cannot make a worker look dead.
_MEMORY = Path("/dev/shm")  # noqa: S108


@dataclass(frozen=True)
class Listener:
    """Where to listen. With a certificate and its key (PEM files) it is HTTPS, TLS 1.2 and 1.3 only."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


class _Application(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app, self._options = make_app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()


def serve(make_app: Callable[[], Flask], listener: Listener) -> None:
    """Serve until SIGTERM or SIGINT; then this ends the process.

    Raises SettingsError when the address cannot be listened on. `make_app` is called in the worker, so threads that the
    application starts are where its requests are.
    """
    _see_that_it_is_free(listener)
    options: dict[str, Any] = {
        "bind": f"{listener.host}:{listener.port}",
        "worker_class": "gthread",
        "threads": 8,
        # One exchange a connection, closed by the server: a recording then holds streams from SYN to FIN.
        "keepalive": 0,
        "graceful_timeout": 1,
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
        "worker_tmp_dir": str(_MEMORY) if os.access(_MEMORY, os.W_OK) else None,
    }
    if listener.certificate and listener.key:
        context = _context(listener.certificate, listener.key)
        options |= {
            "certfile": str(listener.certificate),
            "keyfile": str(listener.key),
            # gunicorn would make a context for every connection; one for all is three times as fast.
            "ssl_context": lambda _config, _default: context,
        }
    _Application(make_app, options).run()


def _see_that_it_is_free(listener: Listener) -> None:
    """Say so in words where it is not: gunicorn would try for five seconds and end with the exit code of OVERHEARD."""
    try:
        socket.create_server((listener.host, listener.port)).close()
    except OSError as problem:
        raise SettingsError(
            f"{listener.host}:{listener.port} cannot be listened on: {problem.strerror}",
            hint="see what listens there, or set another port",
        ) from None


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context
