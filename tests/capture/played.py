"""Feeds bytes to a reader, in pieces of any size, and collects the results."""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard.words.options import Limits
from overheard.words.secret import Secret
from overheard_capture.content.content import Content
from overheard_capture.content.findings import Findings
from overheard_capture.identify.byte_streams import READERS
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import Span
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes

    Factory = Callable[[Findings, Layers], Reader]

VALUE = b"Fluffy tail 4711"
SEARCH = Search([Secret("message", VALUE)], large_input=False)
# The number of payload bytes in a frame, and their offset in it.
IN_A_FRAME, OFFSET = 100, 54


def some_findings(limits: Limits | None = None, value: bytes = VALUE) -> Findings:
    return Findings(SEARCH if value == VALUE else _search(value), READERS, limits or Limits())


@cache
def _search(value: bytes) -> Search:
    return Search([Secret("message", value)], large_input=False)


def origin_of(length: int) -> Origin:
    """The origin of `length` bytes in frames from 1 on."""
    return Origin(
        [Span(at, 1 + at // IN_A_FRAME, OFFSET, min(IN_A_FRAME, length - at)) for at in range(0, length, IN_A_FRAME)]
    )


def played(
    factory: Factory,
    data: bytes,
    cuts: Iterable[int] = (),
    *,
    gap: tuple[int, int] = (0, 0),
    findings: Findings | None = None,
) -> Findings:
    """The findings after `data` was read as one direction of a stream, cut at `cuts`, without the bytes of the gap."""
    findings = findings or some_findings()
    content = Content(findings, (), factory)
    origin = origin_of(len(data))
    lost, found = gap
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), *(gap if lost < found else ()), len(data)})
    for begins, ends in itertools.pairwise(places):
        if lost <= begins < found:
            if begins == lost:
                content.gap(found - lost)
        else:
            content.feed(bytearray(data[begins:ends]), origin.after(begins))
    content.close()
    return findings


def seen(findings: Findings) -> set[tuple[str, ...]]:
    """The layers under which the secret was seen."""
    return {found.layers for found in findings.sightings}


def sightings(findings: Findings) -> list[tuple[object, ...]]:
    """All sightings with their places."""
    return sorted(
        (found.layers, found.match.spelling, found.position, found.place, found.matched) for found in findings.sightings
    )


def outcome(findings: Findings) -> tuple[object, ...]:
    """All results of a reading."""
    return sightings(findings), sorted(findings.unread.items()), sorted(findings.read.items()), list(findings.kinds)


class Ignored:
    """Ignores all that it is given."""

    def feed(self, data: Bytes, origin: Origin) -> None:
        pass

    def gap(self, length: int) -> None:
        pass

    def close(self) -> None:
        pass
