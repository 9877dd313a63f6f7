"""Opaque values: what is written as text, such as base64, and decodes to something that nobody can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from overheard.words.ground import MOST_COUNTED, Amount
from overheard_capture.content.fernet_pairs import FernetPairs

if TYPE_CHECKING:
    from collections.abc import Iterable

# Named in the ground of a verdict: signatures, hashes, nonces and the like; tokens of a known kind; and the sample data
# of images, fonts, audio and video.
VALUE: Final = "opaque value"
FERNET_TOKEN: Final = "Fernet token"  # noqa: S105 - what it is called
MEDIA: Final = "media"

# The longest value, in bytes, that is no reason by itself: a signature or a Diffie-Hellman value of 4096 bits, the
# longest that ordinary protocols write as text.
MAX_VALUE = 512
# In place of a checksum, for the bytes of further media.
_MORE = -1
# A shorter one is a reason if it is no number or ciphertext: then it is content.
CONTENT_VALUE = "a value that does not look random, and decodes to nothing that is known"
LARGE_VALUE = f"a value of more than {MAX_VALUE} bytes, which decodes to nothing that is known"


class OpaqueValues(dict[str, dict[int, int]]):
    """Different values by name: the size of each in bytes, by its checksum. No more than `MOST_COUNTED` are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.fernet = FernetPairs()

    def count(self, name: str, size: int, checksum: int) -> None:
        """Count a value, unless it was counted before."""
        sizes = self.setdefault(name, {})
        if len(sizes) < MOST_COUNTED:
            sizes[checksum] = size
        elif name == MEDIA and checksum not in sizes:
            sizes[_MORE] = sizes.get(_MORE, 0) + size

    def count_each(self, name: str, values: Iterable[tuple[int, int]]) -> None:
        """Count values other than media, each with its size and checksum: these are many."""
        for size, checksum in values:
            sizes = self.setdefault(name, {})
            if len(sizes) >= MOST_COUNTED:
                return
            sizes[checksum] = size

    def count_all(self, other: OpaqueValues) -> None:
        """Count the values of another."""
        self.fernet.keep_all(other.fernet)
        for name, sizes in other.items():
            for checksum, size in sizes.items():
                self.count(name, size, checksum)

    @property
    def amounts(self) -> dict[str, Amount]:
        """How many there are of each name, and how many bytes. Of those that were not kept, the longest is unknown."""
        return {
            name: Amount(len(sizes), max(sizes.values()) if self.has_room(name) else MAX_VALUE, sum(sizes.values()))
            for name, sizes in self.items()
        }

    def has_room(self, name: str) -> bool:
        """Whether another value of this name can be counted."""
        return len(self.get(name, ())) < MOST_COUNTED
