"""What is said of a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from overheard.words.chapter import Reading


@dataclass(frozen=True)
class Explanation:
    """What a field is for, in a sentence, and where that is defined."""

    says: str
    reading: Reading
