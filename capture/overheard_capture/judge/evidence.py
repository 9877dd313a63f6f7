"""The evidence: one capture, read once for all secrets, with everything that the checks look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from overheard_capture import tshark
from overheard_capture.flows.finds import Finds
from overheard_capture.judge.exhibit import NO_KEYS, Keys
from overheard_capture.judge.opened import opened_tls
from overheard_capture.judge.tokens import BY_A_PARTY, Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.words.recording import Recording
    from overheard.words.secret import Secret
    from overheard.words.visible import Visible
    from overheard_capture.flows.facts import Facts
    from overheard_capture.flows.finds import Find
    from overheard_capture.reading.capture import Facts as FileFacts
    from overheard_capture.search import Search


def _without(search: Search, stream: Visible) -> Visible:
    """What a stream shows, with the secrets left out of the names that people chose."""
    return replace(
        stream,
        sni=search.without(stream.sni),
        alpn=search.without(stream.alpn),
        subject=search.without(stream.subject),
        names=tuple(map(search.without, stream.names)),
        client_subject=search.without(stream.client_subject),
    )


@dataclass
class Evidence:
    """One capture, as it was read. `path` is the file that tshark is to read, with all frames by their numbers.

    `recording` is the recorder's word on it, where there is one. `vouched` is what the caller vouches for: that it is
    `whole`, that the secrets were `sent`.
    """

    path: Path
    search: Search
    file: FileFacts
    facts: Facts
    finds: Finds
    tokens: Tokens
    recording: Recording | None = None
    keys: Keys = NO_KEYS
    spy: Keys = NO_KEYS
    notebook: Path | None = None
    vouched: frozenset[str] = frozenset()

    @cached_property
    def visible(self) -> tuple[Visible, ...]:
        """What each stream shows to everybody."""
        return tuple(_without(self.search, stream) for stream in self.facts.visible)

    @cached_property
    def for_tshark(self) -> tshark.Capture:
        """The file as tshark is to read it."""
        return tshark.Capture.showing(self.path, self.visible)

    @cached_property
    def by_the_parties(self) -> Finds:
        """What the parties' keys open of TLS. Raises UnreadableError."""
        return opened_tls(self, self.keys.tls, "TLS opened with the key log")

    @cached_property
    def by_the_spy(self) -> Finds:
        """What the spy's session keys open of TLS. Raises UnreadableError."""
        return opened_tls(self, tshark.TlsKeys(self.spy.tls.logs), "TLS opened with the interceptor's session keys")

    @cached_property
    def by_the_stolen_key(self) -> Finds:
        """What the server's private key opens of TLS. Raises UnreadableError."""
        return opened_tls(
            self, tshark.TlsKeys(private=self.spy.tls.private), "TLS opened with the server's private key"
        )

    @property
    def all_tls_keys(self) -> tshark.TlsKeys:
        """All that opens TLS, whoever has it."""
        keys, spy = self.keys.tls, self.spy.tls
        return tshark.TlsKeys((*keys.logs, *spy.logs), spy.private)


@dataclass(frozen=True)
class Case:
    """One secret, and the evidence on it."""

    evidence: Evidence
    number: int

    @property
    def facts(self) -> Facts:
        """What was read."""
        return self.evidence.facts

    @property
    def secret(self) -> Secret:
        """The secret."""
        return self.evidence.search.secrets[self.number]

    @cached_property
    def _finds(self) -> list[Find]:
        return self.evidence.finds.of(self.number)

    @property
    def seen(self) -> list[Find]:
        """Every place where it is to be seen by those who should not."""
        return [find for find in self._finds if BY_A_PARTY not in find.found.layers]

    @property
    def sealed(self) -> list[Find]:
        """Every place where it is to be seen with what the parties alone have."""
        return [find for find in self._finds if BY_A_PARTY in find.found.layers]
