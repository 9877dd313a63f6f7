"""What a reader is. All decoders and protocols are readers, or hand what they cut out to one.

A reader is made for one content: by its factory, from the findings that it reports to and the layers that the content
is under. Then it is fed, and closed once. It raises nothing, whatever the bytes are. What it cannot read it reports
with `Findings.unread`; what it unwraps it feeds to a `Content` under one more layer, which searches it. The result does
not depend on how the bytes were cut into pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes, Origin


class Reader(Protocol):
    """Reads content as it comes, in pieces of any size."""

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on. `origin` is that of `data`, which must not be kept: take a copy of what is needed later."""

    def gap(self, length: int) -> None:
        """`length` bytes are missing here. What follows may still be read, where its beginning can be told."""

    def close(self) -> None:
        """No more bytes follow."""


class DatagramReader(Protocol):
    """Reads the datagrams of one direction of a flow, each as it comes."""

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram; False where it is none of this protocol, and was not read."""

    def close(self) -> None:
        """No more datagrams follow."""
