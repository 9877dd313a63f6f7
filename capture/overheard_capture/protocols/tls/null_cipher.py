"""Application data of TLS that is not encrypted at all, because a cipher suite without encryption was agreed on."""

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
    from overheard_capture.protocols.tls.direction import TlsDirection
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("TLS without encryption")


class NullCipherReader:
    """Reads what the records of one side hold, once it is known that it can be read.

    A client's may come here before the server's choice does. They are kept until then, where the client offered to do
    without encryption.
    """

    def __init__(self, findings: Findings, layers: Layers, side: TlsDirection, both: TlsConversation) -> None:
        self._findings = findings
        self._layers = layers
        self._side = side
        self._both = both
        self._kept: list[tuple[bytes, Origin]] = []
        self._length = 0
        self._content: Content | None = None
        self._missed = False
        self._waits = False

    @property
    def wants(self) -> bool:
        """Whether it is to be given the records of application data."""
        if self._both.picked:
            return suites.in_clear(self._both.picked.suite)
        return self._side.is_client and not self._missed and self._offered

    @cached_property
    def _offered(self) -> bool:
        """Whether the client offered to do without encryption. Only once it has said hello."""
        asked = self._side.asked
        return asked is not None and any(map(suites.in_clear, asked.suites))

    def add(self, body: bytes, origin: Origin) -> None:
        """Take a record's body."""
        if self._both.picked:
            self._read(body, origin)
            return
        if not self._waits:
            self._waits = True
            self._both.waiting.append(self._picked)
        self._kept.append((body, origin))
        self._length += len(body)
        if self._length > self._findings.limits.size:
            self._kept, self._missed = [], True

    def _picked(self) -> None:
        """The server has picked."""
        kept, self._kept = self._kept, []
        if self.wants and self._missed:
            self._findings.unread(
                Reason.LIMIT, "TLS without encryption that came before the server's hello", self._layers
            )
        for body, origin in kept if self.wants else ():
            self._read(body, origin)

    def _read(self, body: bytes, origin: Origin) -> None:
        if self._content is None:
            self._content = self._opened()
        if self._both.picked:
            self._content.feed(suites.payload(self._both.picked.suite, memoryview(body)), origin)

    def _opened(self) -> Content:
        self._findings.identify_as(self._both.version)
        if self._both.inner is None:
            self._both.inner = Conversation()
        # The bytes of the wire were counted as TLS.
        findings = replace(self._findings, conversation=self._both.inner, read=Counter(), encryption=None)
        return Content(findings, (*self._layers, LAYER), findings.readers.stream, SearchScope.BOUNDARIES)

    def gap(self, length: int) -> None:
        """So many bytes are missing here."""
        if self._content:
            self._content.gap(length)

    def close(self) -> None:
        """There is no more to come but what waits for the server."""
        if self._waits and not self._both.picked:
            self._both.waiting.append(self.close)
        elif self._content:
            self._content.close()
