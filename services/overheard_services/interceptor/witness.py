"""Writes down the responses that the interceptor forwards."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from overheard_services.interceptor.agreement import READ
from overheard_services.interceptor.record import Exchange, How

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow

    from overheard_services.interceptor.record import Record


class Witness:
    """A mitmproxy addon: it writes down each response before the client gets it.

    A client that rejects our certificate makes no request, and leaves no line.
    """

    def __init__(self, record: Record) -> None:
        self._record = record

    def response(self, flow: HTTPFlow) -> None:
        """Write down the response."""
        host, port, *_ = flow.client_conn.peername
        self._record.exchange(
            Exchange(
                time=time.time(),
                client=f"{host}:{port}",
                # The server's URL: the client believes that it is talking to the server.
                asked=f"{flow.request.method} {flow.request.url}",
                status=flow.response.status_code,
                saw=flow.metadata.get(READ, flow.response.get_text(strict=False)),
                how=_how(flow),
            )
        )


def _how(flow: HTTPFlow) -> How:
    if READ in flow.metadata:
        return How.AGREED
    return How.TLS_OPENED if flow.client_conn.tls else How.IN_CLEAR
