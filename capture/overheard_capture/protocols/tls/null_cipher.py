"""Application data of TLS with a NULL cipher suite, which is not encrypted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Conversation, Reason
from overheard_capture.protocols.tls import suites

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.tls.conversation import TlsConversation
    from overheard_capture.protocols.tls.direction_state import TlsDirection
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("TLS without encryption")


class NullCipherReader:
    """Reads the application data of one direction, if a NULL cipher suite was negotiated.

    Records of the client may arrive before the ServerHello. They are buffered until then, if the client offered a NULL
    cipher suite.
    """

    def __init__(
        self, findings: Findings, layers: Layers, direction: TlsDirection, conversation: TlsConversation
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._direction = direction
        self._conversation = conversation
        self._buffered: list[tuple[bytes, Origin]] = []
        self._length = 0
        self._content: Content | None = None
        self._dropped = False
        self._waiting = False

    @property
    def wants_data(self) -> bool:
        """Whether application data records are to be passed to `add`."""
        if self._conversation.server_hello:
            return suites.is_null(self._conversation.server_hello.suite)
        return self._direction.is_client and not self._dropped and self._null_offered

    @cached_property
    def _null_offered(self) -> bool:
        """Whether the client offered a NULL cipher suite. Call it only after the ClientHello."""
        client_hello = self._direction.client_hello
        return client_hello is not None and any(map(suites.is_null, client_hello.suites))

    def add(self, body: bytes, origin: Origin) -> None:
        """Read the body of a record."""
        if self._conversation.server_hello:
            self._read(body, origin)
            return
        if not self._waiting:
            self._waiting = True
            self._conversation.on_server_hello.append(self._on_server_hello)
        self._buffered.append((body, origin))
        self._length += len(body)
        if self._length > self._findings.limits.size:
            self._buffered, self._dropped = [], True

    def _on_server_hello(self) -> None:
        """The ServerHello arrived."""
        kept, self._buffered = self._buffered, []
        if self.wants_data and self._dropped:
            self._findings.report_unread(Reason.LIMIT, "unencrypted TLS data before the ServerHello", self._layers)
        for body, origin in kept if self.wants_data else ():
            self._read(body, origin)

    def _read(self, body: bytes, origin: Origin) -> None:
        if self._content is None:
            self._content = self._plaintext_content()
        if self._conversation.server_hello:
            self._content.feed(suites.payload(self._conversation.server_hello.suite, memoryview(body)), origin)

    def _plaintext_content(self) -> Content:
        self._findings.identify_as(self._conversation.version)
        if self._conversation.inner is None:
            self._conversation.inner = Conversation()
        # The outer conversation already counts these bytes as TLS.
        findings = replace(self._findings, conversation=self._conversation.inner, read=Counter(), encryption=None)
        return Content(findings, (*self._layers, LAYER), findings.readers.stream, SearchScope.BOUNDARIES)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        if self._content:
            self._content.gap(length)

    def close(self) -> None:
        """The direction has ended; buffered records may still wait for the ServerHello."""
        if self._waiting and not self._conversation.server_hello:
            self._conversation.on_server_hello.append(self.close)
        elif self._content:
            self._content.close()
