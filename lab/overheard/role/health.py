"""Readiness: one endpoint, asked by Compose's health check and by the local engine alike."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from overheard.words.errors import NotReadyError

PATH = "/health"


def probe(url: str, *, root: str | None = None, timeout: float = 2) -> str:
    """What is wrong with the role at `url`, in words; empty if it reports that it is ready.

    `root` is the file of the root certificate to trust, for an https role.
    """
    parts = urlsplit(url)
    try:
        with (
            socket.create_connection((parts.hostname, parts.port), timeout) as plain,
            _secured(plain, str(parts.hostname), root) if parts.scheme == "https" else plain as connection,
        ):
            connection.sendall(f"GET {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
    except OSError as problem:
        return f"it gave no HTTP response ({problem})"
    # Not with http.client: containers ask every few seconds, and its import takes longer than all the rest.
    version, _, status = answer.partition(b"\r\n")[0].decode(errors="replace").partition(" ")
    if not version.startswith("HTTP/"):
        return f"it gave no HTTP response ({version!r})"
    return "" if status.split()[:1] == ["200"] else f"it answered {status}"


def _secured(plain: socket.socket, host: str, root: str | None) -> socket.socket:
    import ssl  # noqa: PLC0415  (most roles need none)

    # A context of our own: readiness must not depend on SSLKEYLOGFILE or the machine's roots.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(root)
    return context.wrap_socket(plain, server_hostname=host)


def wait_until(check: Callable[[], str], awaited: str, *, within: float, hint: str, every: float = 0.02) -> None:
    """Call `check` repeatedly until it returns no problem.

    Raises NotReadyError after `within` seconds.
    """
    deadline = time.monotonic() + within
    while problem := check():
        if time.monotonic() > deadline:
            raise NotReadyError(f"{awaited} for {within:g} s", seen=problem, hint=hint)
        time.sleep(every)


def ask(url: str, *, root: str | None = None) -> int:
    """Probe once, for a container's health check. Returns 0, or 1 with the problem on stderr."""
    problem = probe(url, root=root)
    if problem:
        sys.stderr.write(f"not ready: {problem}\n")
    return 1 if problem else 0
