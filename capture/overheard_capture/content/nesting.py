"""Nesting: content within content, its depth limit, and content that is decoded speculatively."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from overheard.words.layer import Layer, Layers
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import UNKNOWN_FORMAT, Findings, Reason
from overheard_capture.content.opaque_values import VALUE
from overheard_capture.content.randomness import has_zeros, looks_random
from overheard_capture.content.readers import Reader
from overheard_capture.provenance.small_queue import SmallByteQueue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

# The size of the first piece fed to a reader of content of unknown length; each further piece is twice as large.
FIRST_PIECE = 4 << 10


def nested_content(
    findings: Findings,
    layers: Layers,
    layer: Layer,
    reader: ReaderFactory | None,
    scope: SearchScope = SearchScope.ALL,
) -> Content | None:
    """Content under one more layer; None if that exceeds a limit, which is reported."""
    return Content(findings, (*layers, layer), reader, scope) if may_nest(findings, layers) else None


def may_nest(findings: Findings, layers: Layers) -> bool:
    """Whether one more layer is within the depth limit, and there is work left to read it. If not, that is reported."""
    if len(layers) >= findings.limits.depth:
        findings.report_unread(Reason.LIMIT, "content nested more deeply than the depth limit", layers)
        return False
    return findings.has_work()


# How often text may be read once more, on average, and how much of it anyway. To begin takes as long as so many bytes.
_TIMES, _ANYWAY, TO_BEGIN = 4, 1 << 20, 256


def may_read_again(findings: Findings, layers: Layers, count: int) -> bool:
    """Whether so many bytes of text may be read once more, under one more layer. If not, that is reported.

    Each layer may be taken off in several orders, so that otherwise it would be as often as there are orders.
    """
    budget = findings.budget
    budget.read_again += count
    if budget.read_again <= _TIMES * budget.text + _ANYWAY:
        return True
    findings.report_unread(Reason.LIMIT, "text that is escaped or quoted more often than it is read again", layers)
    return False


@dataclass(eq=False, repr=False)
class Speculative(Findings):
    """Findings of content whose format is a guess. Only limits and keys are reported to the `parent` as unread."""

    parent: Findings | None = None

    def report_unread(self, why: Reason, what: str, layers: Layers = ()) -> None:
        """Report exceeded limits and keys to the parent; ignore everything else."""
        if why in (Reason.LIMIT, Reason.KEY) and self.parent:
            self.parent.report_unread(why, what, layers)

    def wants_value(self, size: int) -> bool:  # noqa: ARG002 - of any size
        """No."""
        return False

    def report_value(
        self, size: int, checksum: int, layers: Layers, name: str = VALUE, *, is_content: bool = False
    ) -> None:
        """Do nothing: a wrong guess may join what are several values."""

    def report_values(self, values: Iterable[tuple[int, int]]) -> None:
        """Do nothing."""

    def count_value(self, name: str, size: int, checksum: int) -> None:
        """Do nothing."""

    def keep_fernet(self, *, token: bytes = b"", key: bytes = b"") -> None:
        """Do nothing: there are no keys nor tokens in a wrong guess."""


@dataclass(eq=False, repr=False)
class Decoded(Speculative):
    """Findings of what is written as text. Whether something in it could not be read, its reader will want to know."""

    is_opaque: bool = False
    # Whether that does not look random, whatever it is; and whether it is damaged.
    is_content: bool = False
    is_damaged: bool = False
    # Under how many layers it is decoded words, if it is no value: of these, only zeros are certain to be content.
    word_depth: int = 0
    # Whether values within it may be cut short, and so look like anything.
    is_cut: bool = False

    def report_unread(self, why: Reason, what: str, layers: Layers = ()) -> None:
        """Remember that something could not be read. Within a known format, as an encrypted file is, it is content."""
        self.is_opaque |= why is not Reason.KEY
        self.is_content |= why is Reason.OPAQUE and what != UNKNOWN_FORMAT
        self.is_damaged |= why is Reason.DAMAGED
        super().report_unread(why, what, layers)

    def report_opaque(self, head: bytes, layers: Layers) -> None:
        """Remember that something could not be read, and whether it looks random."""
        self.is_content |= has_zeros(head) if len(layers) <= self.word_depth else not looks_random(head)
        super().report_opaque(head, layers)

    def wants_value(self, size: int) -> bool:
        """Whether the parent wants it."""
        return self.parent is not None and self.parent.wants_value(size)

    def report_value(
        self, size: int, checksum: int, layers: Layers, name: str = VALUE, *, is_content: bool = False
    ) -> None:
        """Report a value within what is written as text, which is no guess."""
        if self.parent:
            self.parent.report_value(size, checksum, layers, name, is_content=is_content and not self.is_cut)

    def report_values(self, values: Iterable[tuple[int, int]]) -> None:
        """Report values within it."""
        if self.parent:
            self.parent.report_values(values)

    def count_value(self, name: str, size: int, checksum: int) -> None:
        """Count a value for the parent."""
        if self.parent:
            self.parent.count_value(name, size, checksum)

    def keep_fernet(self, *, token: bytes = b"", key: bytes = b"") -> None:
        """Keep it for the parent."""
        if self.parent:
            self.parent.keep_fernet(token=token, key=key)


def speculative(findings: Findings) -> Findings:
    """Speculative findings, whose sightings are those of `findings`."""
    return findings if type(findings) is Speculative else _beneath(Speculative, findings)


def decoded_findings(findings: Findings) -> Decoded:
    """Findings of what is written as text, whose sightings are those of `findings`."""
    return _beneath(Decoded, findings)


_Beneath = TypeVar("_Beneath", bound=Speculative)


def _beneath(kind: type[_Beneath], findings: Findings) -> _Beneath:
    return kind(
        findings.search,
        findings.readers,
        findings.limits,
        findings.conversation,
        findings.opener,
        findings.sightings,
        # Nothing is counted among these by what is beneath.
        values=findings.values,
        budget=findings.budget,
        work=findings.work,
        parent=findings,
    )


# The longest field of unknown meaning that is not doubted: numbers, addresses, and identifiers.
MAX_IDENTIFIER = 16


class Unwrapping(NamedTuple):
    """Where a reader reports what it unwraps, under which layers, and the reader factory for that."""

    findings: Findings
    layers: Layers
    reader: ReaderFactory | None = None

    def under(self, *layers: Layer) -> Unwrapping:
        """The same under further layers."""
        return self._replace(layers=(*self.layers, *layers))

    def guess(self) -> Unwrapping:
        """The same for content whose format is a guess."""
        return self._replace(findings=speculative(self.findings))

    def read(self, data: Bytes, origin: Origin, scope: SearchScope = SearchScope.NONE) -> None:
        """Read a complete content, which by default was searched where it came from."""
        content = Content(self.findings, self.layers, self.reader, scope)
        content.feed(data, origin)
        content.close()

    def read_field(self, data: Bytes, origin: Origin) -> None:
        """Read a field of unknown meaning. If it is longer than an identifier, it must be readable."""
        (self if len(data) > MAX_IDENTIFIER else self.guess()).read(data, origin)


class Remainder:
    """Collects the bytes after the end of a content for its parent to read: reading them here would be recursive."""

    def __init__(self) -> None:
        # The findings for the collected bytes; None until the content has ended.
        self.findings: Findings | None = None
        self.pending = SmallByteQueue()

    def __call__(self, findings: Findings, _: Layers) -> Reader:
        """Begin to collect: this object acts as a reader factory."""
        self.findings = findings
        return self

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Collect bytes."""
        self.pending.add(data, origin)

    def gap(self, length: int) -> None:
        """Do nothing: the parent receives the gap as well."""

    def close(self) -> None:
        """Do nothing."""


class EndingContent:
    """A content of a format that has an end, behind which `remainder` collects the bytes."""

    __slots__ = ("_content", "_fed", "_piece", "_remainder")

    def __init__(self, findings: Findings, layers: Layers, factory: ReaderFactory, remainder: Remainder) -> None:
        self._content = Content(findings, layers, factory, SearchScope.NONE)
        self._remainder, self._piece, self._fed = remainder, FIRST_PIECE, 0

    @property
    def has_ended(self) -> bool:
        """Whether the end was in what was fed."""
        return self._remainder.findings is not None

    def feed(self, data: memoryview, origin: Origin) -> list[tuple[Bytes, Origin]]:
        """Feed a piece. Returns the bytes left over behind that, if there are any.

        Pieces are small at first, as the bytes after the end are copied from the piece.
        """
        piece, self._piece = self._piece, 2 * self._piece
        self._content.feed(data[:piece], origin)
        self._fed += min(piece, len(data))
        return [(data[piece:], origin.after(piece))] if len(data) > piece else []

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        self._content.gap(length)

    def close(self) -> tuple[int, tuple[Bytes, Origin]]:
        """No more bytes follow. Returns its length, and the bytes after its end."""
        self._content.close()
        length = self._fed - len(self._remainder.pending)
        return length, self._remainder.pending.take()
