"""Findings: what readers report, namely sightings, the protocols they identified, and bytes they could not read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias, TypeVar

from overheard.words.layer import Layer, Layers
from overheard.words.options import LIMITS, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Place
    from overheard_capture.search import Match, Search


State = TypeVar("State")


class Reason(StrEnum):
    """Why something could not be read."""

    OPAQUE = "opaque"  # neither text nor a known format
    DAMAGED = "damaged"  # begins in a known format, and is malformed later
    LIMIT = "limit"  # exceeds a limit
    GAP = "gap"  # has bytes that are missing from the capture


# The description of opaque content without a declared type.
UNKNOWN_FORMAT = "neither text nor a known format"


class UnreadContent(NamedTuple):
    """Content that could not be read: the reason, a short description, and the layers it is under."""

    why: Reason
    what: str
    layers: Layers = ()


class Occurrence(NamedTuple):
    """A match, its place on the wire, the layers it is under, and its position in the decoded content.

    `matched`, `before` and `after` are the match and the bytes around it. They may contain the secret, and are for
    display only.
    """

    match: Match
    place: Place
    layers: Layers
    position: int
    matched: bytes
    before: bytes
    after: bytes


ReaderFactory: TypeAlias = "Callable[[Findings, Layers], Reader]"


class Readers(NamedTuple):
    """Readers injected from folders that this one cannot import: `stream` reads a direction of any protocol."""

    stream: ReaderFactory


class MessageKind(StrEnum):
    """What a short message is. Only those of one kind have parts of the same."""

    BODY = "body"
    TARGET = "target"  # of a request
    LINE = "line"
    DATAGRAM = "datagram"
    FIELDS = "fields"  # of Protocol Buffers


class MessageSink(Protocol):
    """Takes the short messages of a direction, which may have a few letters each of something longer."""

    def add(self, message: bytes, where: Place, layers: Layers, kind: MessageKind) -> None:
        """A message, and where it was on the wire."""


class Opener(Protocol):
    """Decrypts messages that an application encrypted itself, with known keys."""

    def open(self, token: bytes) -> Sequence[tuple[Layer, bytes]]:
        """For each key that decrypts `token`, the layer and the plaintext."""


class Conversation:
    """State shared by the two directions of a flow: one object for each protocol, by its type."""

    def __init__(self) -> None:
        self._states: dict[type, object] = {}

    def of(self, kind: type[State]) -> State:
        """The state of a protocol, created on first access."""
        state = self._states.get(kind)
        if not isinstance(state, kind):
            state = self._states[kind] = kind()
        return state


class Encryption(Protocol):
    """The state of a direction that TLS, DTLS or QUIC encrypts.

    `begins` is the position in the direction at which the protocol begins; `problems` describes what is wrong with its
    protection. `protected` is valid after both directions were closed.
    """

    begins: int
    problems: list[str]
    protected: bool


@dataclass
class Budget:
    """The decompression budget: compressed bytes on the wire, and the bytes decompressed from them at any depth.

    It is shared by all contents of a direction, as many small decompression bombs are a bomb as well.
    """

    compressed: int = 0
    decompressed: int = 0


@dataclass
class Findings:
    """The findings of one direction of one flow. Its creator adds them up."""

    search: Search
    readers: Readers
    limits: Limits = LIMITS
    conversation: Conversation = field(default_factory=Conversation)
    opener: Opener | None = None
    sightings: list[Occurrence] = field(default_factory=list)
    # The number of bytes of this direction, as on the wire, by what they were read as.
    read: Counter[str] = field(default_factory=Counter)
    # Unread content, and how often each kind of it occurred.
    unread: Counter[UnreadContent] = field(default_factory=Counter)
    # The protocols of the flow, such as `TLS 1.3` or `HTTP/1.1`, in the order of identification; True if it encrypts.
    kinds: dict[str, bool] = field(default_factory=dict)
    # The state of TLS, DTLS or QUIC in this direction.
    encryption: Encryption | None = None
    budget: Budget = field(default_factory=Budget)
    messages: MessageSink | None = None

    def add_occurrence(self, occurrence: Occurrence) -> None:
        """Report an occurrence of a secret."""
        self.sightings.append(occurrence)

    def report_unread(self, why: Reason, what: str, layers: Layers = ()) -> None:
        """Report content that could not be read. `what` describes it, and must not contain captured bytes."""
        self.unread[UnreadContent(why, what, layers)] += 1

    def identify_as(self, kind: str, *, encrypts: bool = False) -> None:
        """Report a protocol of the flow, and whether it encrypts."""
        self.kinds.setdefault(kind, encrypts)
