"""What both directions of TLS, DTLS or QUIC know together. Every connection has one: it may become TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.protocols.tls.suites import weakness

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Conversation
    from overheard_capture.protocols.tls.direction import TlsDirection
    from overheard_capture.protocols.tls.hello import ClientHello, ServerHello


class TlsConversation:
    """What both directions know of TLS. `asked` and `picked` are the hellos that count, once they were read."""

    def __init__(self) -> None:
        self.sides: list[TlsDirection] = []
        self.asked: ClientHello | None = None
        self.picked: ServerHello | None = None
        # Who wants to know when the server has picked.
        self.waiting: list[Callable[[], None]] = []
        # Of what is said without encryption.
        self.inner: Conversation | None = None
        # How many readers are open, and what is to be done when none is.
        self._open = 0
        self._at_the_end: list[Callable[[], None]] = []

    def opened(self) -> None:
        """One more reads a direction."""
        self._open += 1

    def closed(self, then: Callable[[], None] | None = None) -> None:
        """One fewer. Once none is left, both directions are known, and `then` is done."""
        self._open -= 1
        if then:
            self._at_the_end.append(then)
        if self._open <= 0:
            waiting, self._at_the_end = self._at_the_end, []
            for each in waiting:
                each()

    def heard(self, side: TlsDirection) -> None:
        """Look at what a side said last, and tell who waits for it."""
        if self.asked is None:
            self.asked = side.asked
        picked = side.picked
        if picked and (self.picked is None or self.picked.retry):
            self.picked = picked
            waiting, self.waiting = self.waiting, []
            for each in waiting:
                each()

    @property
    def version(self) -> str:
        """The version that was agreed on, where that is known."""
        return self.picked.version if self.picked else ""

    @property
    def weakness(self) -> str:
        """What is wrong with the cipher suite, in words."""
        return weakness(self.picked.suite) if self.picked else ""
