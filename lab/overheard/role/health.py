"""Readiness: one endpoint, asked by Compose's health check and by the local engine alike."""

from __future__ import annotations

import http.client
import ssl
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
    connection: http.client.HTTPConnection
    try:
        if parts.scheme == "https":
            # A context of our own: readiness must not depend on SSLKEYLOGFILE or the machine's roots.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.load_verify_locations(root)
            connection = http.client.HTTPSConnection(parts.netloc, timeout=timeout, context=context)
        else:
            connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
        try:
            connection.request("GET", PATH)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as problem:
        return f"it gave no HTTP response ({problem})"
    return "" if answer.status == 200 else f"it answered {answer.status} {answer.reason}"


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
