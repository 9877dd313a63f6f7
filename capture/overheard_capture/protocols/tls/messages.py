"""Handshake messages in clear (RFC 8446, 4), reassembled from records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.hello import (
    CERTIFICATE,
    CLIENT_HELLO,
    SERVER_HELLO,
    SERVER_KEY_EXCHANGE,
    parse_client_hello,
    parse_server_hello,
)
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.protocols.tls.hello import ClientHello, ServerHello
    from overheard_capture.provenance.origin import Origin

# Types that are kept, at most two messages of each: no handshake has more, and memory must be bounded.
_KEPT = {CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE}
_MAX_PER_TYPE = 2
_HELLOS = {CLIENT_HELLO, SERVER_HELLO}
# The longest message that implementations accept.
_MAX_MESSAGE = 256 << 10
_HEADER_LENGTH = 4


@dataclass(frozen=True)
class HandshakeMessage:
    """A handshake message: its type, its body, and the frames that contain it. It is parsed once, if at all."""

    kind: int
    body: bytes
    frames: tuple[int, ...]

    @cached_property
    def as_client_hello(self) -> ClientHello:
        """The body of a ClientHello."""
        return parse_client_hello(self.body)

    @cached_property
    def as_server_hello(self) -> ServerHello:
        """The body of a ServerHello."""
        return parse_server_hello(self.body)


class HandshakeMessages:
    """The messages of one direction. `counts` is the number of messages of each type; `read` is given each message."""

    def __init__(self, read: Callable[[int, bytes, Origin], None] | None = None) -> None:
        self._read = read
        self.kept: dict[int, list[HandshakeMessage]] = {}
        self.counts: dict[int, int] = {}
        self._pending = ByteQueue()
        # Whether the message boundaries are lost.
        self._desynchronised = False

    def __bool__(self) -> bool:
        return bool(self.counts)

    @property
    def incomplete(self) -> bool:
        """Whether a message is incomplete."""
        return self._desynchronised or len(self._pending) > 0

    @property
    def incomplete_type(self) -> int | None:
        """The type of the incomplete message, if any."""
        return self._pending.data[0] if self._pending else None

    def first(self, kind: int) -> HandshakeMessage | None:
        """The first message of a type."""
        return self.kept[kind][0] if kind in self.kept else None

    def last(self, kind: int) -> HandshakeMessage | None:
        """The last message of a type that was kept."""
        return self.kept[kind][-1] if kind in self.kept else None

    def add(self, data: bytes | memoryview, origin: Origin) -> bool:
        """Read bytes of the handshake stream. Returns False once message boundaries are lost."""
        if self._desynchronised:
            return False
        self._pending.add(data, origin)
        waiting = self._pending.data
        at = 0
        while at + _HEADER_LENGTH <= len(waiting):
            end = at + _HEADER_LENGTH + int.from_bytes(waiting[at + 1 : at + _HEADER_LENGTH], "big")
            if end - at > _MAX_MESSAGE:
                self.lose_sync()
                return False
            if end > len(waiting):
                break
            self._take(waiting[at], at, end)
            at = end
        self._pending.drop(at)
        return True

    def _take(self, kind: int, at: int, end: int) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self._read:
            begins = at + _HEADER_LENGTH
            self._read(kind, bytes(self._pending.data[begins:end]), self._pending.origin.after(begins))
        if kind not in _KEPT:
            return
        alike = self.kept.setdefault(kind, [])
        if len(alike) < _MAX_PER_TYPE:
            start = at + _HEADER_LENGTH
            # For an empty body, take the place of its header.
            place = self._pending.origin.place(min(start, end - 1), end - start) if kind in _HELLOS else None
            alike.append(HandshakeMessage(kind, bytes(self._pending.data[start:end]), place.frames if place else ()))

    def lose_sync(self) -> None:
        """Bytes are missing: message boundaries are lost."""
        self._desynchronised = True
        self._pending = ByteQueue()
