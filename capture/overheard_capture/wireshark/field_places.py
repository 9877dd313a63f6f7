"""Where the fields of a packet are: in which of tshark's data sources, and at which byte of it.

PDML has the position of each field, but not in which data source: the frame, or bytes that were reassembled, decoded or
decrypted from it. They are told apart by the bytes of the fields, which PDML has too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

# How many fields below a field are looked at to find out where it is, if it has no bytes in PDML itself.
_LOOK = 64


class FieldPlace(NamedTuple):
    """The bytes of a field: the number of its data source, their offset in it, and how many these are."""

    source: int
    start: int
    length: int

    @property
    def end(self) -> int:
        """The offset behind the last byte."""
        return self.start + self.length

    def contains(self, other: FieldPlace) -> bool:
        """Whether all bytes of another place are here."""
        return self.source == other.source and self.start <= other.start and other.end <= self.end


class FieldPlacing:
    """Finds the places of the fields of one packet, which has these data sources."""

    def __init__(self, sources: Sequence[bytes]) -> None:
        self._sources = sources
        # The last source in which something was found: records are decrypted one after the other.
        self._latest = 0

    def place(self, field: Element, parent: FieldPlace) -> FieldPlace:
        """The place of a field, of which the next field outside is at `parent`.

        A field that was computed, or of which no data source has the bytes, has none: it gets length 0.
        """
        found = list(self._candidates(field, parent))
        if not found:
            return FieldPlace(parent.source, parent.start, 0)
        best = max(found, key=lambda each: self._rank(field, each, parent))
        if best.source != parent.source:
            self._latest = max(self._latest, best.source)
        return best

    def _rank(self, field: Element, place: FieldPlace, parent: FieldPlace) -> tuple[float, bool, bool, bool, int]:
        return (
            self._agreement(field, place),
            parent.contains(place),
            place.source == parent.source,
            place.source >= self._latest,
            -place.source,
        )

    def _candidates(self, field: Element, parent: FieldPlace) -> Iterator[FieldPlace]:
        length, shown = int(field.get("size") or 0), int(field.get("pos") or 0)
        if length <= 0 or shown < parent.start:
            return
        # To a position smaller than that of the field outside PDML adds the latter. In one source there is none.
        before = shown - parent.start
        data = _bytes(field)
        for number, source in enumerate(self._sources):
            for start in (shown, before) if before < parent.start and number != parent.source else (shown,):
                end = start + length
                if end <= len(source) and (not data or source.startswith(data[:length], start)):
                    yield FieldPlace(number, start, length)

    def _agreement(self, field: Element, place: FieldPlace) -> float:
        """How many of the bytes below a field are what they would have to be if it were there, from 0 to 1."""
        agreed, looked = 0, 0
        waiting = [(each, place) for each in field]
        while waiting and looked < _LOOK:
            each, outer = waiting.pop(0)
            length = int(each.get("size") or 0)
            if length <= 0 or each.get("hide"):
                continue
            inside = [one for one in self._candidates(each, outer) if place.contains(one)]
            if _bytes(each):
                looked += 1
                agreed += bool(inside)
            elif inside:
                waiting += [(below, inside[0]) for below in each]
        return agreed / looked if looked else 0.0


def _bytes(field: Element) -> bytes:
    """The bytes of a field; none if PDML does not have them."""
    text = field.get("unmaskedvalue") or field.get("value") or ""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
