"""A conversation over HTTP/2 between two sides of the library h2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    Fields = Sequence[tuple[str, str]]


REQUEST: Fields = [(":method", "POST"), (":path", "/"), (":scheme", "http"), (":authority", "squirrels.test")]
ANSWER: Fields = [(":status", "200"), ("content-type", "text/plain")]


class Http2Conversation:
    """A client and a server, and all that each sent."""

    def __init__(self) -> None:
        self.client = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self.server = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self.sent, self.answered = b"", b""
        self.client.initiate_connection()
        self.server.initiate_connection()
        self.pass_on()

    def pass_on(self) -> list[Event]:
        """Deliver what each side sent. Returns the events of the server."""
        data, back = self.client.data_to_send(), self.server.data_to_send()
        self.sent, self.answered = self.sent + data, self.answered + back
        heard = list(self.server.receive_data(data))
        self.client.receive_data(back)
        return heard

    def ask(self, body: bytes = b"", more: Fields = (), *, padding: int | None = None, at_once: int = 16000) -> int:
        stream = self.client.get_next_available_stream_id()
        self.client.send_headers(stream, [*REQUEST, *more], end_stream=not body)
        for at in range(0, len(body), at_once):
            part = body[at : at + at_once]
            self.client.send_data(stream, part, end_stream=at + at_once >= len(body), pad_length=padding)
        self.pass_on()
        return stream

    def answer(self, stream: int, body: bytes, more: Fields = (), *, at_once: int = 16000) -> None:
        self.server.send_headers(stream, [*ANSWER, *more], end_stream=False)
        for at in range(0, len(body), at_once):
            self.server.send_data(stream, body[at : at + at_once], end_stream=at + at_once >= len(body))
        self.pass_on()
        self.pass_on()
