"""The TLS state that both directions of a conversation share. Every connection has one: it may become TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.suites import weakness

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Conversation
    from overheard_capture.protocols.tls.direction_state import TlsDirection
    from overheard_capture.protocols.tls.hello import ClientHello, ServerHello


class TlsConversation:
    """TLS state that both directions share. `client_hello` and `server_hello` are the final ones, once read."""

    def __init__(self) -> None:
        self.directions: list[TlsDirection] = []
        self.client_hello: ClientHello | None = None
        self.server_hello: ServerHello | None = None
        # Called when the final ServerHello arrives.
        self.on_server_hello: list[Callable[[], None]] = []
        # The conversation inside TLS with a NULL cipher suite.
        self.inner: Conversation | None = None
        # The number of open readers, and the callbacks for when none is left.
        self._open = 0
        self._on_end: list[Callable[[], None]] = []

    def add_reader(self) -> None:
        """Register a reader of a direction."""
        self._open += 1

    def remove_reader(self, then: Callable[[], None] | None = None) -> None:
        """Unregister a reader. `then` is called once none is left, when both directions are known."""
        self._open -= 1
        if then:
            self._on_end.append(then)
        if self._open <= 0:
            waiting, self._on_end = self._on_end, []
            for each in waiting:
                each()

    def update_hellos(self, direction: TlsDirection) -> None:
        """Update the hellos after a message in `direction`; makes the callbacks that wait for the ServerHello."""
        if self.client_hello is None:
            self.client_hello = direction.client_hello
        server_hello = direction.server_hello
        if server_hello and (self.server_hello is None or self.server_hello.retry):
            self.server_hello = server_hello
            waiting, self.on_server_hello = self.on_server_hello, []
            for each in waiting:
                each()

    @property
    def version(self) -> str:
        """The negotiated version; empty if unknown."""
        return self.server_hello.version if self.server_hello else ""

    @property
    def weakness(self) -> str:
        """The weakness of the cipher suite, in words; empty if there is none."""
        return weakness(self.server_hello.suite) if self.server_hello else ""
