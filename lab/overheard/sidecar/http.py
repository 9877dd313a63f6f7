"""The HTTP of the sidecar. Many clients that say nothing stop nothing: each has a deadline, and the oldest one goes."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, Self

from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    from overheard.sidecar.settings import Address

# The time for a request and its response, in seconds; how long its head may be; and how many clients there are.
_DEADLINE, _HEAD, _CLIENTS = 5, 8192, 128


class Page(NamedTuple):
    """A response."""

    content: bytes
    content_type: str = "application/json"
    status: str = "200 OK"


class HttpServer:
    """Serves pages, by path, in a thread within its `with` block. Raises SettingsError if it cannot listen."""

    def __init__(self, address: Address, pages: Mapping[str, Callable[[], Page]]) -> None:
        self._address, self._pages = address, pages
        self._clients: dict[asyncio.Task[None], None] = {}
        self._ready: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="http", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._loop = self._ready.result()
        except OSError as problem:
            host, port = self._address
            # asyncio says the address once more.
            why = os.strerror(problem.errno) if problem.errno else problem
            raise SettingsError(
                f"HTTP cannot be served at {host}:{port}: {why}", hint="name another OVERHEARD_HTTP"
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        try:
            server = await asyncio.start_server(self._accept, *self._address, limit=_HEAD)
        except OSError as problem:
            self._ready.set_exception(problem)
            return
        async with server:
            self._ready.set_result(asyncio.get_running_loop())
            await self._ended.wait()
            for client in self._clients:
                client.cancel()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        assert client is not None  # noqa: S101  (it is one)
        if len(self._clients) >= _CLIENTS:
            next(iter(self._clients)).cancel()
        self._clients[client] = None
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
                async with asyncio.timeout(_DEADLINE):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(_response(head, self._pages))
                    await writer.drain()
                    writer.close()
                    await writer.wait_closed()
        except asyncio.CancelledError:
            # Not to be told to the loop, which would print it.
            pass
        finally:
            self._clients.pop(client, None)
            writer.transport.abort()


def _response(head: bytes, pages: Mapping[str, Callable[[], Page]]) -> bytes:
    method, target, *_ = [*head.partition(b"\r\n")[0].split(b" "), b"", b""]
    path = target.partition(b"?")[0].decode("ascii", "replace")
    if method not in (b"GET", b"HEAD"):
        page = Page(b'{"error": "only GET is served"}\n', status="405 Method Not Allowed")
    elif path not in pages:
        page = Page(b'{"error": "there is no such page"}\n', status="404 Not Found")
    else:
        page = pages[path]()
    lines = (
        f"HTTP/1.1 {page.status}",
        f"Content-Type: {page.content_type}",
        f"Content-Length: {len(page.content)}",
        "X-Content-Type-Options: nosniff",
        "Cache-Control: no-store",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + (b"" if method == b"HEAD" else page.content)
