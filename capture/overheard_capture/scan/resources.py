"""Resources that were fetched or sent in parts, by several requests and connections: they are put together and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from overheard.words.layer import Layer
from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.findings import NUMBERED, RangePiece, Reason
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.registry import body_reader
from overheard_capture.provenance.origin import Origin, joined
from overheard_capture.reassembly.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.scan.facts import Facts

LAYER = Layer("byte ranges")
# How many bytes are kept of all resources that are not complete.
_MOST = 32 << 20


class _Kept(NamedTuple):
    """A piece, and in which direction of which connection it was."""

    piece: RangePiece
    connection: int
    direction: str


class Resources:
    """The pieces of all resources that are not complete, by resource and length."""

    def __init__(self) -> None:
        self.pieces: dict[tuple[bytes, int], list[_Kept]] = {}
        self.size = 0

    def of(self, connection: int, direction: str) -> DirectionRanges:
        """Where the pieces in a direction of a connection are put."""
        return DirectionRanges(self, connection, direction)

    def merge(self, other: Resources) -> None:
        """Add the pieces of another reading."""
        for key, pieces in other.pieces.items():
            self.pieces.setdefault(key, []).extend(pieces)

    def read_all(
        self, make: Callable[[], Findings], collect: Callable[[Findings, int, str], None], facts: Facts
    ) -> None:
        """Read all resources. Pieces that do not follow each other are read by themselves."""
        for pieces in self._by_length():
            findings = make()
            for run in _runs(pieces):
                _read(run, findings)
                # What is numbered may also be contents of their own.
                for each in run if len(run) > 1 and run[0][0].total == NUMBERED else ():
                    _read([each], speculative(findings))
            connection, direction = pieces[0].connection, pieces[0].direction
            collect(findings, connection, direction)
            for unread in findings.unread:
                facts.unread.setdefault(unread, Tally()).add(f"stream {connection}", (0, connection))
        self.pieces, self.size = {}, 0

    def _by_length(self) -> Iterator[list[_Kept]]:
        """The pieces of each resource. Those that do not say its length belong to any."""
        resources = dict.fromkeys(resource for resource, _ in self.pieces)
        for resource in resources:
            unknown = self.pieces.get((resource, -1), [])
            known = [pieces for key, pieces in self.pieces.items() if key[0] == resource and key[1] != -1]
            yield from ([*pieces, *unknown] for pieces in known or [[]])


class DirectionRanges(NamedTuple):
    """Takes the pieces in one direction."""

    resources: Resources
    connection: int
    direction: str

    def reserve(self, length: int) -> bool:
        """Whether there is room for so many bytes more, which then are kept."""
        self.resources.size += length
        if self.resources.size <= _MOST:
            return True
        self.resources.size -= length
        return False

    def add(self, piece: RangePiece) -> None:
        """Keep a piece, for which there is room."""
        # Packed spans refer to memory that will be reused.
        kept = piece._replace(origin=Origin(piece.origin.sliced(0, len(piece.data))))
        pieces = self.resources.pieces.setdefault((piece.resource, piece.total), [])
        pieces.append(_Kept(kept, self.connection, self.direction))


# A piece, and how many of its bytes were in one before.
Run: TypeAlias = "list[tuple[RangePiece, int]]"


def _runs(pieces: list[_Kept]) -> Iterator[Run]:
    """Pieces that follow each other."""
    found = [kept.piece for kept in pieces]
    if found[0].total == NUMBERED:
        yield from _numbered(sorted(found, key=lambda piece: (piece.start, piece.origin.frame(0))))
        return
    run: Run = []
    held = bytearray()
    for piece in sorted(found, key=lambda piece: piece.start):
        reached = run[0][0].start + len(held) if run else 0
        if run and piece.start > reached:
            yield run
            run, held = [], bytearray()
        known = reached - piece.start if run else 0
        if known and not piece.data.startswith(held[len(held) - known :][: len(piece.data)]):
            # It is of something else with the same name.
            yield [(piece, 0)]
        elif not run or len(piece.data) > known:
            run.append((piece, known))
            held += piece.data[known:]
    if run:
        yield run


def _numbered(pieces: list[RangePiece]) -> Iterator[Run]:
    """Pieces whose numbers follow each other, or that have none. One that was sent again begins another run."""
    run: Run = []
    for piece in pieces:
        if run and piece.start != -1 and piece.start != run[-1][0].start + 1:
            yield run
            run = []
        run.append((piece, 0))
    if run:
        yield run


def _read(run: Run, findings: Findings) -> None:
    first = run[0][0]
    layers = (*first.layers, LAYER) if len(run) > 1 else first.layers
    data = b"".join([piece.data[skipped:] for piece, skipped in run])
    origin = joined((piece.origin, skipped, len(piece.data)) for piece, skipped in run)
    starts, at = [], 0
    for piece, skipped in run:
        starts.append(at)
        at += len(piece.data) - skipped
    is_first = first.start <= (first.total == NUMBERED)
    codings = first.codings if is_first else b""
    if first.codings and not is_first:
        findings.report_unread(Reason.GAP, "a resource of which ranges are missing", layers)
    content = Boundaries(findings, layers, body_reader(first.content_type, codings))
    content.feed(data, origin, starts[1:])
    content.close()
