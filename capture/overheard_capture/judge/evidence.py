"""The evidence: the results of reading a capture once for all secrets, with everything that the checks need."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.layer import TLS_BY_A_PARTY, TLS_BY_THE_INTERCEPTOR, TLS_BY_THE_STOLEN_KEY, Layer, OpenedBy
from overheard_capture.captures.inputs import display_name, is_single_pass
from overheard_capture.judge.fernet import FernetKeys
from overheard_capture.judge.judge_input import NO_KEYS, Keys
from overheard_capture.scan.hits import HitTable
from overheard_capture.wireshark.keys import TlsKeys

if TYPE_CHECKING:
    from overheard.words.recording import Recording
    from overheard.words.secret import Secret
    from overheard.words.visible import Visible
    from overheard_capture.captures.reader import FileFacts
    from overheard_capture.judge.scratch import Scratch
    from overheard_capture.scan.facts import Facts
    from overheard_capture.scan.hits import Hit
    from overheard_capture.search import Search
    from overheard_capture.wireshark import tshark


def _without(search: Search, stream: Visible) -> Visible:
    """Redact the secrets in the names of a row, as names may contain any text. Most rows have none."""
    if not any((stream.sni, stream.alpn, stream.subject, stream.names, stream.client_subject)):
        return stream
    return replace(
        stream,
        sni=search.redact(stream.sni),
        alpn=search.redact(stream.alpn),
        subject=search.redact(stream.subject),
        names=tuple(map(search.redact, stream.names)),
        client_subject=search.redact(stream.client_subject),
    )


@dataclass(eq=False, repr=False)
class Evidence:
    """One capture, and the results of reading it. `scratch` is for temporary files.

    `recording` is the metadata that our recorder wrote for this file, if any; `disbelieved` is why the metadata beside
    it is not that. `vouched` is what the caller vouches for: that the capture is `whole`, that the secrets were `sent`.
    `required` is what PROTECTED takes besides: that it is `sealed`.
    """

    files: tuple[Path | str, ...]
    search: Search
    file: FileFacts
    facts: Facts
    hits: HitTable
    fernet_keys: FernetKeys
    recording: Recording | None = None
    keys: Keys = NO_KEYS
    spy: Keys = NO_KEYS
    notebook: Path | None = None
    vouched: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    scratch: Scratch | None = None
    disbelieved: str = ""

    @cached_property
    def path(self) -> Path:
        """The file for tshark, with the same frame numbers. Raises UnreadableError."""
        if once := next((file for file in self.files if is_single_pass(file)), None):
            raise UnreadableError(
                f"keys are embedded in {display_name(once)}, which can be read only once",
                hint="save it as a file, and judge that",
            )
        if self.scratch is None or len(self.files) == 1:
            return Path(self.files[0])
        from overheard_capture.wireshark.merged import merge_files  # noqa: PLC0415  (few captures consist of several files)

        return merge_files(self.files, self.scratch.folder)

    @cached_property
    def visible(self) -> tuple[Visible, ...]:
        """The rows of the streams' visible parts, without the secrets."""
        return tuple(_without(self.search, stream) for stream in self.facts.visible)

    @cached_property
    def tshark_input(self) -> tshark.TsharkInput:
        """The file with the options for tshark. Raises UnreadableError."""
        from overheard_capture.wireshark import tshark  # noqa: PLC0415  (only keys need it)

        return tshark.TsharkInput.for_streams(self.path, self.visible)

    @cached_property
    def decrypted(self) -> tshark.Decrypted | None:
        """What the parties' keys decrypt; None without keys or TLS. Raises UnreadableError."""
        return self._decrypt(self.keys.tls)

    @cached_property
    def party_hits(self) -> HitTable:
        """Hits in the TLS application data that the parties' keys decrypt. Raises UnreadableError."""
        return self._hits_in(self.decrypted, TLS_BY_A_PARTY)

    @cached_property
    def spy_hits(self) -> HitTable:
        """Hits in the TLS application data that the spy's session keys decrypt. Raises UnreadableError."""
        return self._hits_in(self._opened_by_sessions, TLS_BY_THE_INTERCEPTOR)

    @cached_property
    def stolen_key_hits(self) -> HitTable:
        """Hits in the TLS application data that the server's private key decrypts. Raises UnreadableError."""
        return self._hits_in(self._opened_by_stolen_key, TLS_BY_THE_STOLEN_KEY)

    @cached_property
    def _opened_by_sessions(self) -> tshark.Decrypted | None:
        return self._decrypt(TlsKeys(self.spy.tls.logs))

    @cached_property
    def _opened_by_stolen_key(self) -> tshark.Decrypted | None:
        return self._decrypt(TlsKeys(private=self.spy.tls.private))

    def _hits_in(self, decrypted: tshark.Decrypted | None, layer: Layer) -> HitTable:
        # Without data, several files need not be merged.
        if not decrypted or not decrypted.data:
            return HitTable()
        from overheard_capture.judge.decrypted import hits_in  # noqa: PLC0415  (few have keys)

        return hits_in(decrypted.data, self.path, self.search, layer)

    def _decrypt(self, keys: TlsKeys) -> tshark.Decrypted | None:
        # Several files are merged only if necessary.
        if not keys or not self.facts.tls:
            return None
        from overheard_capture.wireshark import tshark  # noqa: PLC0415  (only keys need it)

        return tshark.decrypt(self.tshark_input, keys, self.facts.tls)

    @cached_property
    def every_record_opened(self) -> bool:
        """Whether the parties' keys open every record of every TLS stream. Raises UnreadableError."""
        from overheard_capture.wireshark.opened import are_all_opened  # noqa: PLC0415  (only keys need it)

        tls = [stream for stream in self.visible if stream.stream in set(self.facts.tls)]
        return self.decrypted is not None and are_all_opened(tls, self.decrypted)

    @cached_property
    def tls_is_empty(self) -> bool:
        """Whether the keys of the parties and the spy show that no TLS stream has data. Raises UnreadableError."""
        from overheard_capture.wireshark.opened import are_empty  # noqa: PLC0415  (only keys need it)

        return are_empty(self.facts.tls, self.opened)

    @cached_property
    def opened(self) -> list[tshark.Decrypted]:
        """What the keys of the parties and the spy decrypt, by whose they are. Raises UnreadableError."""
        opened = (self.decrypted, self._opened_by_sessions, self._opened_by_stolen_key)
        return [each for each in opened if each]

    @cached_property
    def handshakes(self) -> list[bytes]:
        """The messages of all TLS handshakes, decrypted with the keys of everybody. Raises UnreadableError."""
        from overheard_capture.wireshark.handshakes import handshake_messages  # noqa: PLC0415  (only keys need it)

        ours, theirs = self.keys.tls, self.spy.tls
        return handshake_messages(
            self.tshark_input, TlsKeys((*ours.logs, *theirs.logs), ours.private or theirs.private)
        )


def opened_by(hit: Hit, who: OpenedBy) -> bool:
    """Whether a key of `who` opened one of the layers of a hit."""
    return any(layer.opened_by is who for layer in hit.occurrence.layers)


class Case:
    """One secret and the evidence. `number` is its index."""

    def __init__(self, evidence: Evidence, number: int) -> None:
        self.evidence, self.number = evidence, number

    @property
    def facts(self) -> Facts:
        """The results of the reading."""
        return self.evidence.facts

    @property
    def secret(self) -> Secret:
        """The secret."""
        return self.evidence.search.secrets[self.number]

    @cached_property
    def _hits(self) -> list[Hit]:
        return self.evidence.hits.of(self.number)

    @property
    def exposed(self) -> list[Hit]:
        """Hits that expose the secret: all that need no key of a party."""
        return [hit for hit in self._hits if not opened_by(hit, OpenedBy.PARTY)]

    @property
    def known_to_parties(self) -> list[Hit]:
        """Hits that need a key of a party."""
        return [hit for hit in self._hits if opened_by(hit, OpenedBy.PARTY)]
