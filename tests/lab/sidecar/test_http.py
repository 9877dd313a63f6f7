"""HTTP beside clients that are silent, slow or wrong."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest
import requests

from overheard.sidecar.http import HttpServer, Page
from overheard.sidecar.settings import Address
from overheard.words.errors import SettingsError
from ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def served() -> Iterator[str]:
    address = Address("127.0.0.1", free_port())
    pages = {"/verdict": lambda: Page(b"{}"), "/text": lambda: Page(b"a", "text/plain", "503 Not")}
    with HttpServer(address, pages):
        yield f"http://127.0.0.1:{address.port}"


def answer(url: str, request: bytes) -> bytes:
    """What is answered to a request, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=20) as client:
        client.sendall(request)
        return b"".join(iter(lambda: client.recv(4096), b""))


def test_pages_are_served_and_nothing_else() -> None:
    with served() as url:
        page = requests.get(f"{url}/verdict?x=<b>", timeout=9)
        assert (page.status_code, page.text, page.headers["Content-Type"]) == (200, "{}", "application/json")
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert requests.get(f"{url}/text", timeout=9).status_code == 503
        assert requests.head(f"{url}/verdict", timeout=9).headers["Content-Length"] == "2"
        assert requests.post(f"{url}/verdict", timeout=9, data="x").status_code == 405
        wrong = requests.get(f"{url}/<script>", timeout=9)
        assert wrong.status_code == 404
        assert "script" not in wrong.text
        for nonsense in (b"\r\n\r\n", b"\xff\x00 \x80\r\n\r\n", b"GET\r\n\r\n"):
            assert answer(url, nonsense).startswith(b"HTTP/1.1 40")
        # A head without end is no reason to wait for it.
        assert answer(url, b"GET /" + b"a" * 100_000) == b""
        assert requests.get(f"{url}/verdict", timeout=9).ok


def test_clients_that_say_nothing_stop_nobody() -> None:
    """Nor do more of them than there may be: the oldest ones go."""
    with served() as url, ExitStack() as stack:
        port = int(url.rpartition(":")[2])
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(200)]
        silent[-1].sendall(b"GET /verdict HTTP/1.1\r\nHost:")
        began = time.monotonic()
        assert requests.get(f"{url}/verdict", timeout=9).ok
        assert time.monotonic() - began < 3
        silent[0].settimeout(9)
        assert silent[0].recv(1) == b""


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(SettingsError) as found, HttpServer(address, {}):
            pytest.fail("it is taken")
    assert found.value.args[0] == f"HTTP cannot be served at 127.0.0.1:{address.port}: Address already in use"
