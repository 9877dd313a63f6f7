"""Whoever listens to one direction of TLS, DTLS or QUIC: what is wrong is told once, and what is known in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.protocols.tls.conclusion import conclude, is_harmless
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.direction import TlsDirection

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin


class TlsListener:
    """Keeps the side that it listens to, and tells the desk. `name` says what is spoken, such as TLS 1.3."""

    def __init__(self, findings: Findings, layers: Layers, name: Callable[[TlsConversation], str]) -> None:
        self.findings = findings
        self.layers = layers
        self.side = findings.encryption = TlsDirection()
        self.both = findings.conversation.of(TlsConversation)
        self.both.opened()
        self.both.sides.append(self.side)
        self._name = name
        self._closed = False

    def problem(self, words: str, why: Reason = Reason.DAMAGED, where: str = "") -> None:
        """Something speaks against all being well."""
        if (told := words + where) not in self.side.problems:
            self.side.problems.append(told)
            self.findings.unread(why, words, self.layers)

    def said(self, data: bytes | memoryview, origin: Origin) -> None:
        """Take in some bytes of handshake messages."""
        messages = self.side.messages
        before = sum(messages.counts.values())
        if not messages.add(data, origin):
            self.problem("a handshake message that is longer than any")
        if sum(messages.counts.values()) > before:
            self.both.heard(self.side)
            if self.side.is_server and self.both.version:
                self.findings.identify_as(self._name(self.both), encrypts=True)

    def close(self) -> None:
        """There is no more to come; the other side may still have to say something."""
        if not self._closed:
            self._closed = True
            if self.side.messages.open:
                self.problem("a handshake message that breaks off")
            self.both.closed(self._conclude)

    def _conclude(self) -> None:
        for words in conclude(self.side, self.both):
            # What is not encrypted was read.
            if words != self.both.weakness or not is_harmless(self.both):
                self.findings.unread(Reason.OPAQUE, words, self.layers)
        self.findings.identify_as(self._name(self.both), encrypts=True)
