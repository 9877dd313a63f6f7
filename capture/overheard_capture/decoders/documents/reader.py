"""Reads documents, in whichever format they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, LayerKind
from overheard_capture.content.content import SearchScope
from overheard_capture.content.nesting import MAX_IDENTIFIER, nested_content
from overheard_capture.decoders.armour.coding import SHORTEST
from overheard_capture.decoders.documents.ber import ber
from overheard_capture.decoders.documents.bson import bson
from overheard_capture.decoders.documents.contents import Contents, ItemKind, NotADocumentError, Place, Walk, in_latin_1
from overheard_capture.decoders.documents.headed import cbor, headed, messagepack
from overheard_capture.decoders.documents.mqtt import mqtt
from overheard_capture.decoders.documents.pickled import pickled
from overheard_capture.decoders.documents.property_list import property_list
from overheard_capture.provenance.origin import joined
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.nesting import Unwrapping
    from overheard_capture.provenance.origin import Bytes, Origin

_LATIN_1 = Layer("Latin-1", LayerKind.SPELLED)
# A longer document is not kept.
_LONGEST = 1 << 20
# What an identifier is padded with, and most of a set of bits, such as ports of a switch in SNMP.
_PADDING = b"\0\xff"
# What a coding fills its last group with, as Z85 does.
_FILLING = tuple(map(bytes, range(1, 4)))
# So many bytes in numbers may be something else.
_FEWEST_NUMBERS = 8
# With which first bytes a document may begin: a list, map, tag or string in pieces of CBOR; a list or map of
# MessagePack; any length of BSON; a sequence, or an element of an application, of BER; each type of packet of MQTT with
# its flags.
_WALKS: tuple[tuple[Walk, frozenset[int]], ...] = (
    (headed(cbor), frozenset((0x5F, 0x7F, *range(0x80, 0xE0)))),
    (headed(messagepack), frozenset((*range(0x80, 0xA0), *range(0xDC, 0xE0)))),
    (bson, frozenset(range(256))),
    (ber, frozenset((0x30, *range(0x60, 0x80)))),
    (mqtt, frozenset((*range(0x10, 0x100, 0x10), *range(0x30, 0x40), 0x62, 0x82, 0xA2)) - {0x60, 0x80, 0xA0}),
    (pickled, frozenset((0x80,))),
    (property_list, frozenset(b"b")),
)
_BY_FIRST_BYTE = tuple(tuple(walk for walk, firsts in _WALKS if byte in firsts) for byte in range(256))


def may_be_document(head: bytes) -> bool:
    """Whether a document may begin so."""
    return any(_contents(walk, head, whole=False) for walk in _walks(head))


def _walks(data: bytes) -> tuple[Walk, ...]:
    """Over the formats of which a document may begin with this first byte: few of them, as a walk takes time."""
    return _BY_FIRST_BYTE[data[0]] if data else ()


def read_documents(at: Unwrapping, data: bytes, origin: Origin) -> bool:
    """Read documents of one format. False if these bytes are none; their text was searched as it is."""
    found = next(filter(None, (_contents(walk, data) for walk in _walks(data) if not _goes_on(walk, data))), None)
    if found is None:
        return False
    for start, end in found.places[ItemKind.BYTES]:
        # It may be compressed without a signature, and so what nobody can read is a reason.
        if len(data[start:end].strip(_PADDING)) > MAX_IDENTIFIER:
            at.read(data[start:end], origin.after(start))
    for start, end in found.places[ItemKind.LATIN_1]:
        value = in_latin_1(data[start:end])
        inside = at if len(value.strip(_PADDING)) > MAX_IDENTIFIER else at.guess()
        if content := nested_content(inside.findings, at.layers, _LATIN_1, at.reader):
            content.feed(value, origin.derived([(0, start, end)]))
            content.close()
    for start, end in found.places[ItemKind.TEXT]:
        # The length before it may look like its first character, after which all of base85 is something else.
        if end - start >= SHORTEST:
            at.guess().read(data[start:end], origin.after(start))
    _read_numbers(at, found, origin)
    for pieces in found.pieces:
        _read_together(at, found, pieces, origin)
    return True


def _goes_on(walk: Walk, data: bytes) -> bool:
    """Whether this is no whole document: any bytes may begin one of BSON, and most would have a length beyond them."""
    return walk is bson and int.from_bytes(data[:4], "little") > len(data)


def _contents(walk: Walk, data: bytes, *, whole: bool = True) -> Contents | None:
    """What is in these documents; None if they are none."""
    found, end = Contents(data), 0
    try:
        while end < len(data) and not (end and _is_filling(data, end)):
            end = walk(found, end)
    except NotADocumentError:
        return None
    except IndexError:
        end = len(data) + 1
    return found if found.is_certain and (end == len(data) or _is_filling(data, end) or not whole) else None


def _is_filling(data: bytes, at: int) -> bool:
    """Whether all that is left is filling. Of many documents in a row, not each copies the rest."""
    return data[at : at + len(_FILLING) + 1] in _FILLING


def _read_numbers(at: Unwrapping, found: Contents, origin: Origin) -> None:
    """Search the numbers in a row: a list of them may be bytes."""
    places = found.places[ItemKind.NUMBER]
    if sum(end - start for start, end in places) >= _FEWEST_NUMBERS:
        _read_together(at, found, places, origin)


def _read_together(at: Unwrapping, found: Contents, places: list[Place], origin: Origin) -> None:
    together = b"".join(found.data[start:end] for start, end in places)
    # What is there in one piece was searched.
    if together and together not in found.data:
        at.guess().read(together, joined((origin, *place) for place in places), SearchScope.ALL)


class KeptDocument:
    """What may be a document, until it is complete."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: ByteQueue | None = ByteQueue()

    def add(self, data: Bytes, origin: Origin) -> None:
        """Keep the next bytes."""
        if self._held is not None:
            self._held.add(data, origin)
            if len(self._held) > _LONGEST:
                self._held = None

    def read(self, at: Unwrapping) -> bool:
        """Read it. False if it is none, or too long."""
        return self._held is not None and read_documents(at, *self._held.take(len(self._held)))
