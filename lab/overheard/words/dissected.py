"""What a dissector says about one frame. For human readers only: no verdict depends on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


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
