"""The reader interface. All decoders and protocols are readers, or pass what they extract to one.

A reader is created for one content, by a factory that takes the findings to report to and the layers of the content.
Then it is fed, and closed once. It raises no exception for any input: it reports what it cannot read with
`Findings.report_unread`. It feeds what it decodes to a `Content` under one more layer, which searches it. The result
does not depend on how the bytes are split into pieces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from overheard_capture.provenance.origin import Bytes, Origin


class Reader(Protocol):
    """Reads content as it arrives, in pieces of any size."""

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes. `data` must not be kept: copy what is needed later."""

    def gap(self, length: int) -> None:
        """`length` bytes are missing here. A reader that can resynchronise continues after them."""

    def close(self) -> None:
        """No more bytes follow."""


class Together:
    """Reads one content with several readers."""

    def __init__(self, *readers: Reader) -> None:
        self._readers = readers

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read the next bytes."""
        for each in self._readers:
            each.feed(data, origin)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        for each in self._readers:
            each.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        for each in self._readers:
            each.close()


class DatagramReader(Protocol):
    """Reads the datagrams of one direction of a flow, as they arrive."""

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. False if it is not of this protocol, and was not read."""

    def close(self) -> None:
        """No more datagrams follow."""
