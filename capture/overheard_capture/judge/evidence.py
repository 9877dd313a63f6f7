"""The evidence: one capture, read once for all secrets, with everything that the checks look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.layer import TLS_BY_A_PARTY, TLS_BY_THE_INTERCEPTOR, TLS_BY_THE_STOLEN_KEY, Layer, OpenedBy
from overheard_capture.captures.inputs import display_name, is_single_pass
from overheard_capture.judge.decrypted import finds_in
from overheard_capture.judge.exhibit import NO_KEYS, Keys
from overheard_capture.judge.fernet import FernetKeys
from overheard_capture.scan.finds import Finds
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from overheard.words.recording import Recording
    from overheard.words.secret import Secret
    from overheard.words.visible import Visible
    from overheard_capture.captures.reader import FileFacts
    from overheard_capture.scan.facts import Facts
    from overheard_capture.scan.finds import Find
    from overheard_capture.search import Search
    from overheard_capture.wireshark import tshark


def _without(search: Search, stream: Visible) -> Visible:
    """What a stream shows, with the secrets left out of the names that people chose."""
    return replace(
        stream,
        sni=search.redact(stream.sni),
        alpn=search.redact(stream.alpn),
        subject=search.redact(stream.subject),
        names=tuple(map(search.redact, stream.names)),
        client_subject=search.redact(stream.client_subject),
    )


@dataclass
class Evidence:
    """One capture, as it was read from its files. `folder` is where something may be made of them.

    `recording` is the recorder's word on it, where there is one. `vouched` is what the caller vouches for: that it is
    `whole`, that the secrets were `sent`.
    """

    files: tuple[Path | str, ...]
    search: Search
    file: FileFacts
    facts: Facts
    finds: Finds
    tokens: FernetKeys
    recording: Recording | None = None
    keys: Keys = NO_KEYS
    spy: Keys = NO_KEYS
    notebook: Path | None = None
    vouched: frozenset[str] = frozenset()
    folder: Path | None = None

    @cached_property
    def path(self) -> Path:
        """The file that tshark is to read, with all frames by their numbers. Raises UnreadableError."""
        if once := next((file for file in self.files if is_single_pass(file)), None):
            raise UnreadableError(
                f"keys came with {display_name(once)}, which can be read but once",
                hint="save it as a file, and judge that",
            )
        if self.folder is None or len(self.files) == 1:
            return Path(self.files[0])
        from overheard_capture.wireshark.merged import one_file  # noqa: PLC0415  (few captures are in several files)

        return one_file(self.files, self.folder)

    @cached_property
    def visible(self) -> tuple[Visible, ...]:
        """What each stream shows to everybody."""
        return tuple(_without(self.search, stream) for stream in self.facts.visible)

    @cached_property
    def for_tshark(self) -> tshark.TsharkInput:
        """The file as tshark is to read it. Raises UnreadableError."""
        from overheard_capture.wireshark import tshark  # noqa: PLC0415  (only keys need it)

        return tshark.TsharkInput.showing(self.path, self.visible)

    @cached_property
    def pieces(self) -> list[tshark.DecryptedData]:
        """What the parties' keys open of TLS, piece by piece. Raises UnreadableError."""
        return self._opened(self.keys.tls)

    @cached_property
    def by_the_parties(self) -> Finds:
        """Where the secrets are in what the parties' keys open of TLS. Raises UnreadableError."""
        return self._finds_in(self.pieces, TLS_BY_A_PARTY)

    @cached_property
    def by_the_spy(self) -> Finds:
        """The same with the spy's session keys. Raises UnreadableError."""
        keys = TlsKeys(self.spy.tls.logs)
        return self._finds_in(self._opened(keys), TLS_BY_THE_INTERCEPTOR)

    @cached_property
    def by_the_stolen_key(self) -> Finds:
        """The same with the server's private key. Raises UnreadableError."""
        keys = TlsKeys(private=self.spy.tls.private)
        return self._finds_in(self._opened(keys), TLS_BY_THE_STOLEN_KEY)

    def _finds_in(self, pieces: list[tshark.DecryptedData], layer: Layer) -> Finds:
        return finds_in(pieces, self.path, self.search, layer) if pieces else Finds()

    def _opened(self, keys: TlsKeys) -> list[tshark.DecryptedData]:
        # Several files are not put together for nothing.
        if not keys or not self.facts.tls:
            return []
        from overheard_capture.wireshark import tshark  # noqa: PLC0415  (only keys need it)

        return tshark.opened(self.for_tshark, keys, self.facts.tls)

    @cached_property
    def tls_content(self) -> tshark.TlsContent:
        """What tshark sees in the TLS streams with all that opens them, whoever has it. Raises UnreadableError."""
        from overheard_capture.wireshark import tshark  # noqa: PLC0415  (only keys need it)

        keys, spy = self.keys.tls, self.spy.tls
        return tshark.tls_content(self.for_tshark, TlsKeys((*keys.logs, *spy.logs), spy.private))


def opened_by(find: Find, who: OpenedBy) -> bool:
    """Whether a key of theirs took off one of the layers that the secret is under."""
    return any(layer.opened_by is who for layer in find.found.layers)


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
        return [find for find in self._finds if not opened_by(find, OpenedBy.PARTY)]

    @property
    def sealed(self) -> list[Find]:
        """Every place where it is to be seen with what the parties alone have."""
        return [find for find in self._finds if opened_by(find, OpenedBy.PARTY)]
