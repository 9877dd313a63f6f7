"""What playing ordinary programs takes: servers that end with a stack, a web server, and programs that may fail."""

from __future__ import annotations

import functools
import http.server
import json
import os
import pwd
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

HTTP, HTTPS = 8080, 8443
HOST = "127.0.0.1"
_PATIENCE = 60.0
# How long a server may take to close a connection on which nothing was said.
_CLOSING = 5.0

Client = Callable[[], None]


@dataclass(frozen=True)
class Play:
    """The programs that it needs, and what starts its server and returns the client, which then is recorded."""

    needs: tuple[str, ...]
    serve: Callable[[Path, ExitStack], Client]


def run(*command: str | Path, **variables: str) -> None:
    """Run a program to its end. That it failed is said, and is no reason to stop."""
    words = [str(word) for word in command]
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", **variables}
    none = subprocess.DEVNULL
    try:
        done = subprocess.run(
            words, env=environment, timeout=_PATIENCE, check=False, stdin=none, stdout=none, stderr=subprocess.PIPE
        )
    except subprocess.TimeoutExpired:
        print(f"    {words[0]} took too long")
        return
    if done.returncode:
        print(f"    {words[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}")


def start(servers: ExitStack, port: int, *command: str | Path, user: str = "") -> None:
    """A server, until the stack is closed; returns once its port is open (0: after a moment)."""
    account = pwd.getpwnam(user) if user else None
    process = subprocess.Popen(
        [str(word) for word in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
    )
    servers.callback(process.wait)
    servers.callback(process.terminate)
    until = time.monotonic() + _PATIENCE
    while port and time.monotonic() < until:
        with suppress(OSError), socket.create_connection((HOST, port), 1) as probe:
            # Until the server has closed it, too: otherwise its end would be in the recording.
            probe.shutdown(socket.SHUT_WR)
            probe.settimeout(_CLOSING)
            while probe.recv(1 << 16):
                pass
            return
        time.sleep(0.05)
    time.sleep(1.0)


class _Handler(http.server.CGIHTTPRequestHandler):
    """Files, and Git's own CGI program in /cgi-bin."""

    cgi_directories = ["/cgi-bin"]  # noqa: RUF012  (as the base class has it)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def web(servers: ExitStack, folder: Path, *, tls: bool = False) -> None:
    """A web server for a folder; with TLS it has a certificate of its own, and asks clients for one."""
    port = HTTPS if tls else HTTP
    server = http.server.ThreadingHTTPServer((HOST, port), functools.partial(_Handler, directory=str(folder)))
    if tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "cert.pem")
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        context.verify_mode = ssl.CERT_OPTIONAL
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    servers.callback(server.server_close)
    servers.callback(server.shutdown)


def page(folder: Path) -> None:
    """A page with a style sheet, a script that fetches JSON, and a picture."""
    (folder / "index.html").write_text(
        "<!doctype html><title>A page</title><link rel=stylesheet href=a.css><script src=a.js></script>"
        "<img src=a.svg alt=circle><p>Some words to read.</p><a href='/other?q=1&amp;r=2'>more</a>\n"
    )
    (folder / "a.css").write_text("body { color: #333; background: url(a.svg) }\n")
    (folder / "a.js").write_text("fetch('/a.json').then(r => r.json()).then(d => { document.title = d.title })\n")
    (folder / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>\n')
    (folder / "a.json").write_text(json.dumps({"title": "Fetched", "items": list(range(50))}))


def certificate(folder: Path) -> None:
    """A certificate for this host and its key, as `cert.pem` and `key.pem`."""
    names = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=DNS:localhost,IP:{HOST}"]
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    run("openssl", "req", "-x509", *made, *names, "-keyout", folder / "key.pem", "-out", folder / "cert.pem")
