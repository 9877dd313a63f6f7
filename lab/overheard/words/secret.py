"""The bytes that must not be overheard."""

from __future__ import annotations

from dataclasses import field

from overheard.words.counting import count
from overheard.words.frozen import dataclass

# The message of the story.
SECRET_MESSAGE = "fluffy tail"  # noqa: S105  (it is the one secret that the whole world may know)


@dataclass(frozen=True)
class Secret:
    """A secret with a name. Its value never shows in a `repr`, and so in no log and no traceback."""

    name: str
    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not self.value:
            raise ValueError(f"the secret {self.name!r} is empty: every capture would contain it")

    @property
    def redacted(self) -> str:
        """What machine-readable output has in its place: its name and length, and nothing of the value."""
        return f"{self.name} ({count(len(self.value), 'byte')})"
