"""Content that can be read only once it is complete, such as a PDF, a certificate, or an image.

Many may follow each other. If the end of one were known only at the end of all, each would be copied with all that is
behind it, which takes quadratic time: so those whose end can be told are read once that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.content.nesting import Unwrapping
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Bytes, Origin

    # Reads a complete content: where it reports to, its bytes, and their origin.
    ReadWhole: TypeAlias = "Callable[[Unwrapping, bytes, Origin], None]"

# The end is looked for again in so many times as many bytes.
_FURTHER = 8


class Ending(NamedTuple):
    """How a content ends: `find` returns its length, 0 if more may belong to it; `rest` is for the bytes behind it."""

    find: Callable[[bytes], int]
    rest: ReaderFactory


class WholeReader:
    """Collects a content up to `Limits.size`, and reads it at its end. `what` names it for people.

    Its end is known by its `ending`, if it has one, or else it is that of the bytes.
    """

    def __init__(
        self, findings: Findings, layers: Layers, read: ReadWhole, what: str, ending: Ending | None = None
    ) -> None:
        self._findings = findings
        self._layers = layers
        self._read_whole = read
        self._what = what
        self._held: ByteQueue | None = ByteQueue()
        self._ending = ending
        # How many bytes there are when the end is looked for again: many times as many, so that it takes little time.
        self._next_look = 0
        # The bytes after the end.
        self._rest: Content | None = None

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Collect the next bytes."""
        if self._rest:
            self._rest.feed(data, origin)
        if self._held is None:
            return
        self._held.add(data, origin)
        if len(self._held) > self._findings.limits.size:
            self._give_up(Reason.LIMIT, f"{self._what} that exceeds the maximum size")
        elif self._ending and len(self._held) >= self._next_look:
            self._look_for_end(self._held, self._ending)

    def _look_for_end(self, held: ByteQueue, ending: Ending) -> None:
        """Read the content if it has ended, and other bytes than zeros are behind it."""
        self._next_look = _FURTHER * len(held)
        end = ending.find(bytes(held.data))
        if end and any(held.data[end:]):
            self._held = None
            self._read_all(*held.take(end))
            self._rest = Content(self._findings, self._layers, ending.rest, SearchScope.NONE)
            self._rest.feed(*held.take(len(held)))

    def _read_all(self, data: bytes, origin: Origin) -> None:
        self._read_whole(Unwrapping(self._findings, self._layers), data, origin)

    def _give_up(self, why: Reason, what: str) -> None:
        self._held = None
        self._findings.report_unread(why, what, self._layers)

    def gap(self, length: int) -> None:
        """Bytes are missing here, without which it cannot be read."""
        if self._rest:
            self._rest.gap(length)
        if self._held is not None:
            self._give_up(Reason.GAP, f"{self._what} with bytes missing")

    def close(self) -> None:
        """No more bytes follow: read the content."""
        if self._held is not None and len(self._held):
            self._read_all(*self._held.take(len(self._held)))
        if self._rest:
            self._rest.close()
