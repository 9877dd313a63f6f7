"""Findings: what readers report, namely sightings, the protocols they identified, and bytes they could not read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from overheard.words.layer import Layer, Layers
from overheard.words.named_tuple import NamedTuple
from overheard.words.options import LIMITS, Limits
from overheard_capture.content.opaque_values import CONTENT_VALUE, LARGE_VALUE, MAX_VALUE, VALUE, OpaqueValues
from overheard_capture.content.work import TOO_MUCH, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from overheard_capture.content.readers import Reader
    from overheard_capture.packets import Numbers
    from overheard_capture.provenance.origin import Origin, Place
    from overheard_capture.search import Match, Search


State = TypeVar("State")


class Reason(StrEnum):
    """Why something could not be read."""

    OPAQUE = "opaque"  # neither text nor a known format
    DAMAGED = "damaged"  # begins in a known format, and is malformed later
    LIMIT = "limit"  # exceeds a limit
    GAP = "gap"  # has bytes that are missing from the capture
    KEY = "key"  # is a key in clear, with which a listener may read what is encrypted


# The description of opaque content without a declared type.
UNKNOWN_FORMAT = "neither text nor a known format"
# Those of keys in clear.
PRIVATE_KEY, SESSION_KEYS = "a private key in clear", "TLS session keys in clear"
SYMMETRIC_KEY = "a symmetric key in clear"
ZERO_KEY = "a TLS session ticket under a key of zeros (CVE-2020-13777), which opens its session"
FERNET_KEY = "a Fernet key in clear, which opens a token in clear"


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

    def add_piece(self, piece: bytes, where: Place, layers: Layers, part: object) -> None:
        """What may continue what is in the same `part` of other messages between the same hosts."""

    def wants_pieces(self, layers: Layers) -> bool:
        """Whether pieces under these layers are still kept: of so many, further ones are not. This is cheap."""

    def wants_number(self, field: Numbers) -> bool:
        """Count a number of this field. Returns whether it is one of the first, which are to be added as pieces."""


class Opener(Protocol):
    """Decrypts messages that an application encrypted itself, with known keys."""

    def open(self, token: bytes) -> Sequence[tuple[Layer, bytes]]:
        """For each key that decrypts `token`, the layer and the plaintext."""


# In place of the length of a resource: its pieces are numbered.
NUMBERED = -2


class RangePiece(NamedTuple):
    """A piece of a resource, from the offset `start` on.

    `resource` is its host, target and validator, and `total` its length; -1 if that is unknown. `content_type` and
    `codings` are those of the whole. If `total` is `NUMBERED`, `start` is the number of the piece, or -1 if the pieces
    are in the order of time.
    """

    resource: bytes
    total: int
    start: int
    data: bytes
    origin: Origin
    content_type: bytes
    codings: bytes
    layers: Layers


class Ranges(Protocol):
    """Keeps pieces of resources, to put them together at the end of the capture."""

    def reserve(self, length: int) -> bool:
        """Whether so many bytes more can be kept."""

    def add(self, piece: RangePiece) -> None:
        """Keep a piece, whose bytes were reserved."""


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
    """The state of a direction that TLS, DTLS, QUIC, SSH or another protocol encrypts.

    `begins` is the position in the direction at which the protocol begins; `problems` describes what is wrong with its
    protection. `protected` is valid after both directions were closed.
    """

    begins: int
    problems: list[str]

    @property
    def protected(self) -> bool:
        """Whether all data is encrypted."""


class Budget:
    """What was made of the bytes on the wire: bytes decompressed from compressed ones, at any depth; text read again.

    It is shared by all contents of a direction, as many small decompression bombs are a bomb as well.
    """

    def __init__(self) -> None:
        self.compressed = self.decompressed = 0
        # Bytes of text as they came, and those that were read once more: unescaped, or without the prefixes of lines.
        self.text = self.read_again = 0


@dataclass(eq=False, repr=False)
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
    # How many of them only ask for encryption, or agree to it, before it begins.
    negotiation: int = 0
    # Bytes in infrastructure that are an application's, not the network's own, by the field in which they are.
    in_clear: Counter[str] = field(default_factory=Counter)
    # Unread content, and how often each kind of it occurred.
    unread: Counter[UnreadContent] = field(default_factory=Counter)
    # What is in text and decodes to nothing known, but is no reason by itself; and sample data of media.
    values: OpaqueValues = field(default_factory=OpaqueValues)
    # The protocols of the flow, such as `TLS 1.3` or `HTTP/1.1`, in the order of identification; True if it encrypts.
    kinds: dict[str, bool] = field(default_factory=dict)
    # The state of the protocol that encrypts this direction.
    encryption: Encryption | None = None
    budget: Budget = field(default_factory=Budget)
    # What is left of the work that the whole capture may take.
    work: Work = field(default_factory=Work)
    # Where pieces of resources are kept; None if each is read by itself.
    ranges: Ranges | None = None
    messages: MessageSink | None = None
    # What was read before under some layers, and led to no sighting; see decoders/read_before.py.
    read_before: set[tuple[object, bytes]] = field(default_factory=set)
    # Texts of infrastructure in which nothing is, whichever flow they are of: names of hosts are there again and again.
    empty_texts: set[tuple[Layers, bytes]] = field(default_factory=set)

    def extent(self) -> tuple[int, ...]:
        """How much was found so far: a number grows with all that is reported of content, unless it was before."""
        fernet = self.values.fernet
        counts = len(self.sightings), self.unread.total(), len(fernet.tokens), len(fernet.keys)
        return (*counts, *map(len, self.values.values()))

    def add_occurrence(self, occurrence: Occurrence) -> None:
        """Report an occurrence of a secret."""
        self.sightings.append(occurrence)

    def report_unread(self, why: Reason, what: str, layers: Layers = ()) -> None:
        """Report content that could not be read. `what` describes it, and must not contain captured bytes."""
        self.unread[UnreadContent(why, what, layers)] += 1

    def has_work(self, steps: int = 0) -> bool:
        """Whether there is work left, from which these steps are taken. If not, that is reported."""
        if self.work.take(steps):
            return True
        self.report_unread(Reason.LIMIT, TOO_MUCH)
        return False

    def report_in_clear(self, field: str, size: int) -> None:
        """Report a field of infrastructure or of a handshake with something else than ordinary software has there."""
        self.in_clear[f"data in {field}"] += size

    def wants_value(self, size: int) -> bool:
        """Whether an opaque value of `size` bytes would be reported, if there is one. This is cheap."""
        return size > MAX_VALUE or (size >= self.search.shortest and self.values.has_room(VALUE))

    def report_opaque(self, head: bytes, layers: Layers) -> None:  # noqa: ARG002 - whatever it begins with
        """Report content that is neither text nor a known format, and what it begins with."""
        self.report_unread(Reason.OPAQUE, UNKNOWN_FORMAT, layers)

    def report_value(
        self, size: int, checksum: int, layers: Layers, name: str = VALUE, *, is_content: bool = False
    ) -> None:
        """Report an opaque value in text; one that is shorter than any secret hides none.

        A large one is unread, and so is one of any size that is content: that does not look random.
        """
        if size < self.search.shortest:
            return
        if size > MAX_VALUE or is_content:
            self.report_unread(Reason.OPAQUE, LARGE_VALUE if size > MAX_VALUE else CONTENT_VALUE, layers)
        else:
            self.count_value(name, size, checksum)

    def report_values(self, values: Iterable[tuple[int, int]]) -> None:
        """Report the size and checksum of many opaque values in text, none of which is large."""
        shortest = self.search.shortest
        self.values.count_each(VALUE, (value for value in values if value[0] >= shortest))

    def count_value(self, name: str, size: int, checksum: int) -> None:
        """Count a value that is no reason whatever its size. The same one is counted once."""
        self.values.count(name, size, checksum)

    def keep_fernet(self, *, token: bytes = b"", key: bytes = b"") -> None:
        """Keep a Fernet token, or what may be a key of one, decoded."""
        self.values.fernet.keep(token, key)

    def identify_as(self, kind: str, *, encrypts: bool = False) -> None:
        """Report a protocol of the flow, and whether it encrypts."""
        self.kinds.setdefault(kind, encrypts)
