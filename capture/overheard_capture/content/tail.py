"""The tail of content: its last bytes, in which a match may have begun that ends in what is still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from overheard_capture.provenance.origin import Origin, joined

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes


class Tail(NamedTuple):
    """Some bytes with an origin of their own: that of a whole block is large."""

    data: bytes
    origin: Origin

    def then(self, data: Bytes, origin: Origin, size: int) -> Tail:
        """The last `size` bytes of this and what follows it, or all where there are fewer."""
        if len(data) >= size:
            begins = len(data) - size
            return Tail(bytes(data[begins:]), joined([(origin, begins, len(data))]))
        gone = max(len(self.data) + len(data) - size, 0)
        parts = [(self.origin, gone, len(self.data))] if self.data else []
        return Tail(self.data[gone:] + bytes(data), joined([*parts, (origin, 0, len(data))]))


NO_TAIL = Tail(b"", Origin([]))
