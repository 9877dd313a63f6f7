"""Where frames are: in which file, and what bytes they are."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A frame: the file that it is in, its number there, and its bytes. `at` is where in the file they begin.

    `at` is None where the file is compressed, or cannot be read twice.
    """

    file: str
    frame: int
    data: bytes = field(default=b"", repr=False)
    at: int | None = None
