"""Formats whose items have a head each: CBOR and MessagePack."""

from __future__ import annotations

from collections.abc import Callable

from overheard.words.named_tuple import NamedTuple
from overheard_capture.decoders.documents.contents import MAX_DEPTH, Contents, ItemKind, NotADocumentError, Walk, fail


class Item(NamedTuple):
    """An item: where its content is or, of a list or map, how many items follow; -1 if unknown."""

    kind: ItemKind
    start: int
    end: int
    number: int = 0


_CONTAINERS = (ItemKind.LIST, ItemKind.MAP, ItemKind.PIECES)


def headed(next_item: Callable[[bytes, int], Item]) -> Walk:
    """A walk over such items: a list or a map at first."""

    def walk(found: Contents, at: int, depth: int = 0) -> int:
        item = next_item(found.data, at)
        found.add(item.kind, item.start, item.end)
        if item.kind is ItemKind.TAG:
            return walk(found, item.end, depth + 1) if depth < MAX_DEPTH else fail()
        if item.kind not in _CONTAINERS:
            return item.end if depth and item.kind is not ItemKind.BREAK else fail()
        if depth == MAX_DEPTH:
            raise NotADocumentError
        strings = found.count_strings()
        at = items(found, item, depth)
        if item.kind is ItemKind.PIECES:
            found.join_strings(*strings)
        return at

    def items(found: Contents, item: Item, depth: int) -> int:
        is_map, number, at = item.kind is ItemKind.MAP, 0, item.end
        while number != item.number * (1 + is_map):
            inner = next_item(found.data, at)
            if inner.kind is ItemKind.BREAK and item.number < 0 and not (is_map and number % 2):
                return inner.end
            if is_map and number % 2 == 0:
                _check_key(inner, found)
            at = walk(found, at, depth + 1)
            number += 1
        return at

    return walk


def _check_key(item: Item, found: Contents) -> None:
    if item.kind not in (ItemKind.TEXT, ItemKind.NUMBER):
        raise NotADocumentError
    found.has_key |= item.kind is ItemKind.TEXT and item.end > item.start


_INDEFINITE = 31
_CBOR = (
    ItemKind.NUMBER,
    ItemKind.NUMBER,
    ItemKind.BYTES,
    ItemKind.TEXT,
    ItemKind.LIST,
    ItemKind.MAP,
    ItemKind.TAG,
    ItemKind.SIMPLE,
)


def cbor(data: bytes, at: int) -> Item:
    """An item of CBOR (RFC 8949, 3)."""
    kind, info = _CBOR[data[at] >> 5], data[at] & 31
    size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
    start = at + 1 + size
    if info == _INDEFINITE and kind in (ItemKind.LIST, ItemKind.MAP, ItemKind.BYTES, ItemKind.TEXT):
        return Item(kind if kind in _CONTAINERS else ItemKind.PIECES, start, start, -1)
    if info == _INDEFINITE and kind is ItemKind.SIMPLE:
        return Item(ItemKind.BREAK, start, start)
    if info > 27 or (kind is ItemKind.SIMPLE and info < 20):
        raise NotADocumentError
    number = int.from_bytes(data[at + 1 : start]) if size else info
    if kind is ItemKind.NUMBER or (kind is ItemKind.SIMPLE and size):
        return Item(ItemKind.NUMBER, at + (size > 0), start)
    if kind in (ItemKind.BYTES, ItemKind.TEXT):
        return Item(kind, start, start + number)
    return Item(kind, start, start, number)


# By the first byte: the kind, the size of the length or count, and the length of what follows that.
_MESSAGEPACK: dict[int, tuple[ItemKind, int, int]] = {
    0xC0: (ItemKind.SIMPLE, 0, 0), 0xC2: (ItemKind.SIMPLE, 0, 0), 0xC3: (ItemKind.SIMPLE, 0, 0),
    0xC4: (ItemKind.BYTES, 1, 0), 0xC5: (ItemKind.BYTES, 2, 0), 0xC6: (ItemKind.BYTES, 4, 0),
    # With a byte for the type.
    0xC7: (ItemKind.BYTES, 1, 1), 0xC8: (ItemKind.BYTES, 2, 1), 0xC9: (ItemKind.BYTES, 4, 1),
    **{0xCA + each: (ItemKind.NUMBER, 0, size) for each, size in enumerate((4, 8, 1, 2, 4, 8, 1, 2, 4, 8))},
    **{0xD4 + each: (ItemKind.BYTES, 0, 1 + (1 << each)) for each in range(5)},
    0xD9: (ItemKind.TEXT, 1, 0), 0xDA: (ItemKind.TEXT, 2, 0), 0xDB: (ItemKind.TEXT, 4, 0),
    0xDC: (ItemKind.LIST, 2, 0), 0xDD: (ItemKind.LIST, 4, 0), 0xDE: (ItemKind.MAP, 2, 0), 0xDF: (ItemKind.MAP, 4, 0),
}  # fmt: skip


def messagepack(data: bytes, at: int) -> Item:
    """An item of MessagePack."""
    first, start = data[at], at + 1
    if first < 0x80 or first >= 0xE0:
        return Item(ItemKind.NUMBER, at, start)
    if first < 0xA0:
        return Item(ItemKind.MAP if first < 0x90 else ItemKind.LIST, start, start, first & 0x0F)
    if first < 0xC0:
        return Item(ItemKind.TEXT, start, start + (first & 0x1F))
    if first not in _MESSAGEPACK:
        raise NotADocumentError
    kind, size, more = _MESSAGEPACK[first]
    number, start = int.from_bytes(data[start : start + size]), start + size
    if kind in (ItemKind.LIST, ItemKind.MAP):
        return Item(kind, start, start, number)
    return Item(kind, start, start + more + number)
