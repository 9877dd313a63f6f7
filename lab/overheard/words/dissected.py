"""What a dissector says about one frame. For human readers only: no verdict depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

# How the line of a request ends (RFC 9112, 3), and how tshark calls the record of application data (RFC 8446, 5.1).
_HTTP_VERSIONS = ("HTTP/1.0", "HTTP/1.1")
_APPLICATION_DATA = "Application Data Protocol"


@dataclass(frozen=True)
class Dissected:
    """One frame: its layers from the outside in, one line about each, and named details.

    `put_together` are the frames that its message was reassembled from, if there are several.
    """

    frame: int
    direction: str
    layers: tuple[str, ...]
    shows: tuple[str, ...]
    details: tuple[tuple[str, str], ...] = ()
    put_together: tuple[int, ...] = ()

    @property
    def opposite(self) -> str:
        """The other direction of its connection."""
        sender, arrow, receiver = self.direction.partition(" → ")
        return f"{receiver}{arrow}{sender}"

    @property
    def is_request(self) -> bool:
        """Whether it carries a request of HTTP in clear."""
        return "http" in self.layers and any(line.endswith(_HTTP_VERSIONS) for line in self.shows)

    @property
    def is_encrypted(self) -> bool:
        """Whether it carries TLS records that look like application data. In TLS 1.3, encrypted handshakes do, too."""
        return any(line.startswith(_APPLICATION_DATA) for line in self.shows)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `dataclasses.asdict`."""
        return cls(
            frame=data["frame"],
            direction=data["direction"],
            layers=tuple(data["layers"]),
            shows=tuple(data["shows"]),
            details=tuple((name, value) for name, value in data["details"]),
            put_together=tuple(data["put_together"]),
        )
