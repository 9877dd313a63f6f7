"""The man in the middle of a key agreement: without authentication, the other side may be the spy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from overheard.words.scenario import Disguise
from overheard_services.disguise.diffie_hellman import Party

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow, Message

    from overheard_services.interceptor.record import Record

# The keys of a flow's metadata with what was read in it, for the notebook.
READ = "overheard: read"
_BETWEEN = "overheard: between"


@dataclass(frozen=True)
class _Between:
    """Our two sides: the public value for the client, the key agreed on with it, and our side towards the server."""

    told_client: str
    client_key: bytes
    asked_server: Party


class Agreement:
    """A mitmproxy addon: it replaces the public values of client and server with its own.

    Messages keep their exact form: our value is as long as the one that it replaces. Everything else passes unchanged.
    """

    def __init__(self, record: Record) -> None:
        self._record = record

    def request(self, flow: HTTPFlow) -> None:
        """Take the client's public value, and send ours to the server."""
        if flow.request.path != Disguise.DIFFIE_HELLMAN.path:
            return
        (public,) = _values(flow.request, "public")
        towards_client, towards_server = Party(), Party()
        try:
            key = towards_client.agree(public)
        except ValueError:
            return
        flow.metadata[_BETWEEN] = _Between(towards_client.public, key, towards_server)
        flow.request.text = flow.request.text.replace(public, towards_server.public)

    def response(self, flow: HTTPFlow) -> None:
        """Decrypt what the server encrypted, and encrypt it again for the client with the key that we share with it."""
        between = flow.metadata.get(_BETWEEN)
        if between is None:
            return
        public, token = _values(flow.response, "public", "token")
        try:
            key = between.asked_server.agree(public)
            read = Fernet(key).decrypt(token)
        except (ValueError, InvalidToken):
            return
        self._record.keys(key, between.client_key)
        flow.metadata[READ] = read.decode(errors="replace")
        sealed = Fernet(between.client_key).encrypt(read).decode()
        flow.response.text = flow.response.text.replace(public, between.told_client).replace(token, sealed)


def _values(message: Message, *names: str) -> tuple[str, ...]:
    """The strings of those names in a JSON object; empty if there are none."""
    try:
        content = json.loads(message.get_text(strict=False) or "")
    except ValueError:
        content = None
    values = (content.get(name) if isinstance(content, dict) else "" for name in names)
    return tuple(value if isinstance(value, str) else "" for value in values)
