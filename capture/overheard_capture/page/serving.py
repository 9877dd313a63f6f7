"""Serves the page to the browser of this machine, in threads of a command that does other things meanwhile."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from werkzeug.serving import make_server

from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from flask import Flask

# Nobody else's browser can reach it.
ADDRESS = "127.0.0.1"
USUAL_PORT = 8080


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.create_server((ADDRESS, 0)) as server:
        port: int = server.getsockname()[1]
        return port


def usual_port() -> int:
    """The usual port of the page; where that is in use, a free one."""
    with suppress(OSError), socket.create_server((ADDRESS, USUAL_PORT)):
        return USUAL_PORT
    return free_port()


class Served:
    """An application that is served on a port of this machine while the `with` block runs.

    Raises SettingsError if the port cannot be listened on.
    """

    def __init__(self, app: Flask, port: int) -> None:
        # What a browser asks for is of no interest in a terminal.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        try:
            listening = socket.create_server((ADDRESS, port))
        except OSError as problem:
            raise SettingsError(
                f"cannot listen on {ADDRESS}:{port}: {problem.strerror}", hint="choose another port with --port"
            ) from None
        with listening:
            self._server = make_server(ADDRESS, port, app, threaded=True, fd=listening.fileno())
        # A browser holds its stream of events open.
        self._server.daemon_threads = True  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
