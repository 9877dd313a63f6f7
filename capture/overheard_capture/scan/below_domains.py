"""What names and texts of DNS say below each domain, whoever asks: what nobody can read, and words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from overheard_capture.content.opaque_values import MAX_VALUE

if TYPE_CHECKING:
    from overheard_capture.decoders.message_pieces import Domain

OPAQUE_NAMES = f"names and texts below one domain that say more than {MAX_VALUE} bytes, which nobody can read"
# So many bytes are those of a few codes of hosts.
_MOST_CODES = 64
MANY_CODES = f"names below one domain that say more than {_MOST_CODES} bytes in short codes of hexadecimal"
# So many different words are those of many hosts of one domain. One that holds a sentence together counts as several.
_MOST_WORDS, _OF_SENTENCE = 40, 4
# Domains beyond so many are counted together, or their words not at all.
_MOST_DOMAINS = 1024


class BelowDomains:
    """Counts what is different in the names below each domain."""

    def __init__(self) -> None:
        self._opaque: dict[Domain | None, set[bytes]] = {}
        self._sizes: Counter[Domain | None] = Counter()
        self._words: dict[Domain, set[bytes]] = {}

    def count_opaque(self, domain: Domain, data: bytes) -> str:
        """Count what nobody can read. Returns the reason once that is more than a value may be, otherwise nothing."""
        place = domain if domain in self._opaque or len(self._opaque) < _MOST_DOMAINS else None
        known = self._opaque.setdefault(place, set())
        most = _MOST_CODES if place and place.has_codes else MAX_VALUE
        if data in known or self._sizes[place] > most:
            return ""
        known.add(data)
        from overheard_capture.protocols.dns.opaque_names import opaque_size  # noqa: PLC0415  (most captures have none)

        self._sizes[place] += opaque_size(data)
        if self._sizes[place] <= most:
            return ""
        known.clear()
        return OPAQUE_NAMES if most == MAX_VALUE else MANY_CODES

    def count_words(self, domain: Domain, data: bytes) -> int:
        """Count words. Returns how many bytes they are once hosts have fewer, and otherwise 0.

        A text has many, however many names it takes.
        """
        if domain not in self._words and len(self._words) >= _MOST_DOMAINS:
            return 0
        words = self._words.setdefault(domain, set())
        before = len(words)
        words.update(data.split())
        if len(words) == before or sum(map(_weight, words)) <= _MOST_WORDS:
            return 0
        size = sum(map(len, words))
        words.clear()
        return size


def _weight(word: bytes) -> int:
    from overheard_capture.packets.usual_text import is_of_sentence  # noqa: PLC0415  (few captures have such names)

    return _OF_SENTENCE if is_of_sentence(word) else 1
