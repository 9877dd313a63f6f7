"""The fields of a SEQUENCE, taken in order: what is optional is taken if its tag is next."""

from __future__ import annotations

from overheard.certificates.asn1.element import SEQUENCE, SET, Asn1Error, Element, tag_name


class Fields:
    """The elements of a SEQUENCE that are still to be taken. Raises Asn1Error if it is none."""

    def __init__(self, element: Element, tag: int = SEQUENCE) -> None:
        if element.tag != tag:
            raise Asn1Error(f"{tag_name(tag)} was expected, and {element} found")
        self._parts = element.parts()
        self._next = next(self._parts, None)

    @property
    def left(self) -> Element | None:
        """The next element, which is not taken; None at the end."""
        return self._next

    def take(self, *tags: int) -> Element:
        """The next element, with one of these tags; with any tag if none is given."""
        found = self._next
        if found is None or (tags and found.tag not in tags):
            awaited = " or ".join(tag_name(tag) for tag in tags) or "an element"
            raise Asn1Error(f"{awaited} was expected, and {found or 'nothing'} found")
        self._next = next(self._parts, None)
        return found

    def optional(self, *tags: int) -> Element | None:
        """The next element if it has one of these tags."""
        return self.take() if self._next is not None and self._next.tag in tags else None

    def end(self) -> None:
        """Raises Asn1Error if something is left."""
        if self.behind:
            raise Asn1Error(self.behind)

    @property
    def behind(self) -> str:
        """What is left where nothing may follow, in words; empty if nothing is."""
        return f"{self._next} follows, where nothing may" if self._next is not None else ""


def sequence_of(element: Element) -> list[Element]:
    """The elements of a SEQUENCE OF."""
    return _all(element, SEQUENCE)


def set_of(element: Element) -> list[Element]:
    """The elements of a SET OF."""
    return _all(element, SET)


def _all(element: Element, tag: int) -> list[Element]:
    if element.tag != tag:
        raise Asn1Error(f"{tag_name(tag)} was expected, and {element} found")
    return list(element.parts())
