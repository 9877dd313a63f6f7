"""mitmproxy as a library: one reverse proxy for each service that the interceptor impersonates."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.master import Master
from mitmproxy.options import Options

from overheard.words.errors import SettingsError
from overheard_services.interceptor.agreement import Agreement
from overheard_services.interceptor.health import serve_health
from overheard_services.interceptor.witness import Witness

if TYPE_CHECKING:
    from pathlib import Path

    from mitmproxy.proxy.server_hooks import ServerConnectionHookData

    from overheard_services.interceptor.record import Record
    from overheard_services.interceptor.settings import Settings


class _NotItself:
    """Undoes an assumption of mitmproxy: that 127.0.0.1 is itself, whatever address it listens on.

    It would not connect there, and leave the client without a response.
    """

    def __init__(self, bind: str) -> None:
        self._bind = bind

    def server_connect(self, data: ServerConnectionHookData) -> None:
        if data.server.address[0] != self._bind:
            data.server.error = None


async def intercept(settings: Settings, record: Record, folder: Path) -> None:
    """Intercept between the clients and the services until SIGTERM or SIGINT. `folder` has mitmproxy's CA.

    Raises SettingsError if an address cannot be listened on.
    """
    master = Master(Options(confdir=str(folder), mode=_modes(settings)))
    proxies = Proxyserver()
    # The key agreement is opened before the witness reads the response.
    ours = (_NotItself(settings.bind), Agreement(record), Witness(record))
    master.addons.add(proxies, NextLayer(), TlsConfig(), *ours)
    master.options.update(
        # A spy does not verify the server's certificate.
        ssl_insecure=True,
        # Connect to the server before the handshake with the client: our certificate copies the server's, and even a
        # client that rejects it leaves a connection to the server in the recording.
        connection_strategy="eager",
        http2=False,
        # The client's headers reach the server unchanged.
        keep_host_header=True,
    )
    if not await proxies.setup_servers():
        problems = [str(server.last_exception) for server in proxies.servers if server.last_exception]
        raise SettingsError("; ".join(problems), hint="find out what is using it, or change OVERHEARD_INTERCEPTOR_BIND")
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, master.shutdown)
    with serve_health(settings.bind, settings.port):
        await master.run()
    # Open connections are cut off now; Python 3.11 would report each as an error with a traceback.
    loop.set_exception_handler(lambda _loop, _context: None)


def _modes(settings: Settings) -> list[str]:
    return [f"reverse:{service.origin}@{settings.bind}:{service.port}" for service in settings.stands_in_for]
