"""How one layer is taken off inside another: how deep, and how cautiously."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Findings, Reason
from overheard_capture.content.readers import Reader
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

# What something of unknown length is given at first, and twice as much each time after.
FIRST_PIECE = 4 << 10


def inner(
    findings: Findings,
    layers: Layers,
    layer: Layer,
    reader: ReaderFactory | None,
    looking: SearchScope = SearchScope.ALL,
) -> Content | None:
    """What is under one more layer; None where more layers were taken off already than the limits allow."""
    return Content(findings, (*layers, layer), reader, looking) if may_go_deeper(findings, layers) else None


def may_go_deeper(findings: Findings, layers: Layers) -> bool:
    """Whether one more layer may be taken off. If not, that is said at the desk."""
    if len(layers) >= findings.limits.depth:
        findings.unread(Reason.LIMIT, "more layers, one inside the other, than are taken off", layers)
        return False
    return True


@dataclass
class Speculative(Findings):
    """The desk for what may not be what it seems. It is no trouble when that cannot be read; too much of it is."""

    asked: Findings | None = None

    def unread(self, why: Reason, what: str, layers: Layers = ()) -> None:
        """Pass on what is left out because of its size."""
        if why is Reason.LIMIT and self.asked:
            self.asked.unread(why, what, layers)


def speculative(findings: Findings) -> Findings:
    """A desk for guesses: what they bring to light is handed in at `findings`."""
    if isinstance(findings, Speculative):
        return findings
    return Speculative(
        findings.search,
        findings.readers,
        findings.limits,
        findings.conversation,
        findings.opener,
        findings.sightings,
        budget=findings.budget,
        asked=findings,
    )


class Remainder:
    """What follows something that has ended: it is kept for whoever goes on reading, so that calls do not nest."""

    def __init__(self) -> None:
        # Who is to be told of what cannot be read in it; None until something has ended.
        self.findings: Findings | None = None
        self.waiting = ByteQueue()

    def __call__(self, findings: Findings, _: Layers) -> Reader:
        """Begin: it is a factory of readers."""
        self.findings = findings
        return self

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Keep it."""
        self.waiting.add(data, origin)

    def gap(self, length: int) -> None:
        """Nothing is lost by this: whoever goes on was told, too."""

    def close(self) -> None:
        """Nor by this."""
