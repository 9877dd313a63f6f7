"""Where readers hand in what they find: sightings, what was read as what, and what could not be read."""

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

    OPAQUE = "opaque"  # no text, and nothing that is known
    DAMAGED = "damaged"  # it began as something known, and goes on as nothing
    LIMIT = "limit"  # there is more to it than is looked at
    GAP = "gap"  # bytes of it are missing in the capture


class Unread(NamedTuple):
    """Something that could not be read: why, what it is in a few words, and the layers that it is under."""

    why: Reason
    what: str
    layers: Layers = ()


class Occurrence(NamedTuple):
    """A match, where it is on the wire, under which layers, and at which byte of what was unwrapped.

    `before` and `after` are bytes that stand around it. They may hold the secret and more, and are for the eye alone.
    """

    match: Match
    place: Place
    layers: Layers
    position: int
    shown: bytes
    before: bytes
    after: bytes


ReaderFactory: TypeAlias = "Callable[[Findings, Layers], Reader]"


class Readers(NamedTuple):
    """Readers that are chosen above the folders that ask for them: `stream` reads a direction of any protocol."""

    stream: ReaderFactory


class Opener(Protocol):
    """Opens what an application sealed itself, with keys that somebody has."""

    def open(self, token: bytes) -> Sequence[tuple[Layer, bytes]]:
        """What `token` holds, and the layer, for each key that opens it."""


class Conversation:
    """What the two directions of a flow know of each other, by protocol: each keeps a state of a type of its own."""

    def __init__(self) -> None:
        self._states: dict[type, object] = {}

    def of(self, kind: type[State]) -> State:
        """The state of a protocol, made when it is first asked for."""
        state = self._states.get(kind)
        if not isinstance(state, kind):
            state = self._states[kind] = kind()
        return state


class Encryption(Protocol):
    """What is known of a direction that TLS, DTLS or QUIC encrypts.

    `begins` is the byte of the direction at which it begins, `problems` what speaks against its protection, in words.
    `protected` is right once both directions were closed.
    """

    begins: int
    problems: list[str]
    protected: bool


@dataclass
class Budget:
    """How many bytes were inflated, at any depth, of how many on the wire: many small bombs are a bomb, too."""

    came: int = 0
    made: int = 0


@dataclass
class Findings:
    """The desk of one direction of one flow. What is handed in here is added up by whoever made it."""

    search: Search
    readers: Readers
    limits: Limits = LIMITS
    conversation: Conversation = field(default_factory=Conversation)
    opener: Opener | None = None
    sightings: list[Occurrence] = field(default_factory=list)
    # What so many bytes of this direction, as they were on the wire, were read as.
    read: Counter[str] = field(default_factory=Counter)
    # Each kind of trouble once, and how often it came.
    troubles: Counter[Unread] = field(default_factory=Counter)
    # What the flow is, in the order it was found out, such as `TLS 1.3` or `HTTP/1.1`; and whether that encrypts it.
    kinds: dict[str, bool] = field(default_factory=dict)
    # What is known of the direction where it is TLS, DTLS or QUIC.
    encryption: Encryption | None = None
    budget: Budget = field(default_factory=Budget)

    def found(self, found: Occurrence) -> None:
        """Hand in a place where a secret is to be seen."""
        self.sightings.append(found)

    def unread(self, why: Reason, what: str, layers: Layers = ()) -> None:
        """Hand in that something could not be read, and why. `what` is in words, and never of a stranger's making."""
        self.troubles[Unread(why, what, layers)] += 1

    def is_a(self, kind: str, *, encrypts: bool = False) -> None:
        """Report what the flow is, and whether that encrypts it."""
        self.kinds.setdefault(kind, encrypts)
