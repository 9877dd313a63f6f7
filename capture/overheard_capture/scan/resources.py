"""Resources that were fetched in ranges, by several requests and connections: the pieces are put together and read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from overheard.words.layer import Layer
from overheard_capture.content.boundaries import Boundaries
from overheard_capture.content.findings import RangePiece, Reason
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


@dataclass
class Resources:
    """The pieces of all resources that are not complete, by resource and length."""

    pieces: dict[tuple[bytes, int], list[_Kept]] = field(default_factory=dict)
    size: int = 0

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
            known = [pieces for key, pieces in self.pieces.items() if key[0] == resource and key[1] >= 0]
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


def _runs(pieces: list[_Kept]) -> Iterator[list[tuple[RangePiece, int]]]:
    """Pieces that follow each other, with the number of bytes of each that were in one before."""
    run: list[tuple[RangePiece, int]] = []
    reached = 0
    for piece in sorted((kept.piece for kept in pieces), key=lambda piece: piece.start):
        if run and piece.start > reached:
            yield run
            run = []
        end = piece.start + len(piece.data)
        if not run or end > reached:
            run.append((piece, reached - piece.start if run else 0))
            reached = end
    if run:
        yield run


def _read(run: list[tuple[RangePiece, int]], findings: Findings) -> None:
    first = run[0][0]
    layers = (*first.layers, LAYER) if len(run) > 1 else first.layers
    data = b"".join([piece.data[skipped:] for piece, skipped in run])
    origin = joined((piece.origin, skipped, len(piece.data)) for piece, skipped in run)
    starts, at = [], 0
    for piece, skipped in run:
        starts.append(at)
        at += len(piece.data) - skipped
    codings = first.codings if first.start == 0 else b""
    if first.codings and first.start:
        findings.report_unread(Reason.GAP, "a resource of which ranges are missing", layers)
    content = Boundaries(findings, layers, body_reader(first.content_type, codings))
    content.feed(data, origin, starts[1:])
    content.close()
