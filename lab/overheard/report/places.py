"""The location of a frame: its file, and its bytes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """A frame: its file, its number in that file, and its bytes. `at` is their offset in the file.

    `at` is None if the file is compressed, or cannot be read twice.
    """

    file: str
    frame: int
    data: bytes = field(default=b"", repr=False)
    at: int | None = None
