"""Every byte of a packet explained: tshark's own dissection, with the position and length of each field."""

from __future__ import annotations

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.escaping import printable
from overheard_capture.wireshark.conversations import excerpt_for
from overheard_capture.wireshark.excerpt import write_excerpt
from overheard_capture.wireshark.field_places import FieldPlace, FieldPlacing
from overheard_capture.wireshark.keys import TlsKeys
from overheard_capture.wireshark.tshark import OversizeError, TsharkInput, tshark, xml_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from overheard_capture.wireshark.conversations import Excerpt

# Every `Packet` is this large at most, in the words of tshark. Of a larger one, only the frame itself is dissected.
_LIMIT = 48 << 20
_FRAME_ALONE = ("-o", "tcp.desegment_tcp_streams:FALSE", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE")
# `tshark -x` names each data source if there are several, and has 16 bytes in a line: offset, hexadecimal, text.
_SOURCE = re.compile(r"(\S.*) \((\d+) bytes?\):")
_HEX_LINE = re.compile(r"[0-9a-f]{4,8}  ((?:[0-9a-f]{2} ){1,16})  ")
_SEPARATOR = "-- next frame --"
FRAME = "Frame"
# Bits of a byte, as tshark shows them: `.1.. .... = Don't fragment: Set`.
_BITS = re.compile(r"([01.][01. ]*[01.]) = ")
# In PDML, a summary of the frame that is in it again, and what is around fields that are in no protocol.
_SUMMARY, _WRAPPER = "geninfo", "fake-field-wrapper"
_NO_FIELD = "Bytes for which tshark has no field"


@dataclass(frozen=True)
class DataSource:
    """Bytes that tshark dissected: a frame, or what was reassembled, decoded or decrypted with it, in its words."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Field:
    """A field: `length` bytes at `start` of a data source of the packet (its number), or none if it was computed.

    `layer` is the protocol that it belongs to, and `name` its name in display filters, such as `tcp.flags.syn`; empty
    for a heading. `label` and `value` are tshark's words, made safe to show; `bits` are the bits of its bytes, and dots
    for those of others.
    """

    source: int
    start: int
    length: int
    layer: str
    name: str
    label: str
    value: str = ""
    bits: str = ""
    children: tuple[Field, ...] = ()

    def walk(self) -> Iterator[Field]:
        """The field itself, and all below it, in the order in which tshark shows them."""
        yield self
        for child in self.children:
            yield from child.walk()

    def to_json(self) -> list[object]:
        """All of it as one array, in the order of the definition."""
        words = (self.layer, self.name, self.label, self.value, self.bits)
        return [self.source, self.start, self.length, *words, [child.to_json() for child in self.children]]


@dataclass(frozen=True)
class Packet:
    """A frame, dissected. `time` is in seconds since the first frame; `layers` are its protocols, the outermost first.

    Every byte of the first source, the frame, belongs to a field of a layer. `left_out` is how many frames of its
    conversation were left out, because there are too many: then what it carries may not be put together or decrypted.
    `from_client` is whether it comes from the side that opened the connection; None if that was not seen.
    """

    frame: int
    time: float
    sources: tuple[DataSource, ...]
    layers: tuple[Field, ...]
    left_out: int = 0
    from_client: bool | None = None

    def walk(self) -> Iterator[Field]:
        """All fields, each layer before the next."""
        for layer in self.layers:
            yield from layer.walk()

    def owners(self, source: int) -> list[tuple[int, int, int]]:
        """Who owns each byte of a data source: start and length of each run, and the position in `walk` of its field.

        Of several fields with the same byte it is the smallest; bits belong to the field that has the whole byte, and
        equally long fields to the innermost layer.
        """
        owner: list[int] = [-1] * len(self.sources[source].data)
        fields = list(self.walk())
        for position, field in enumerate(fields):
            if field.source == source and field.length:
                for at in range(field.start, field.start + field.length):
                    if owner[at] < 0 or self._goes_before(field, fields[owner[at]]):
                        owner[at] = position
        return list(_runs(owner))

    def _goes_before(self, field: Field, other: Field) -> bool:
        """Whether a field owns the bytes that it has in common with one before it in the tree."""
        is_layer = other in self.layers
        if field.bits and other.layer == field.layer and not is_layer:
            return False
        if field.length == other.length:
            return is_layer or field.layer != other.layer or not other.name
        return field.length < other.length

    def to_json(self) -> dict[str, object]:
        """What a page needs, in a compact form: bytes in hexadecimal, fields as arrays."""
        return {
            "frame": self.frame,
            "time": round(self.time, 9),
            "sources": [[each.name, each.data.hex()] for each in self.sources],
            "layers": [layer.to_json() for layer in self.layers],
            "owners": [self.owners(number) for number in range(len(self.sources))],
            "left_out": self.left_out,
            "from_client": self.from_client,
        }


class UnknownFrameError(UnreadableError):
    """There is no frame of that number in a capture."""


def dissect(capture: TsharkInput, frame: int, keys: TlsKeys = TlsKeys()) -> Packet:  # noqa: B008  (it is immutable)
    """Dissect a frame of a capture, by its number, as an eavesdropper with these keys would see it.

    Raises UnknownFrameError, or UnreadableError if tshark fails.
    """
    return dissect_all(capture, range(frame, frame + 1), keys)[0]


def dissect_all(capture: TsharkInput, frames: range, keys: TlsKeys = TlsKeys()) -> tuple[Packet, ...]:  # noqa: B008
    """Dissect several frames, which takes tshark hardly longer than one. Raises what `dissect` raises."""
    excerpt = excerpt_for(capture.path, frames)
    with tempfile.TemporaryDirectory(prefix="overheard-frame-") as folder:
        path = Path(folder) / capture.path.name
        if write_excerpt(capture.path, path, excerpt.kept, excerpt.last) < excerpt.last or frames[0] < 1:
            raise UnknownFrameError(f"{capture.path.name} has no frame {frames[0] if frames[0] < 1 else frames[-1]}")
        given = TsharkInput(path, capture.tls_ports)
        try:
            pdml, hexadecimal = _ask(given, frames, keys)
        except OversizeError:
            if len(frames) > 1:
                return tuple(dissect(capture, frame, keys) for frame in frames)
            pdml, hexadecimal = _ask(given, frames, keys, *_FRAME_ALONE)
    packets, dumps = list(xml_of(pdml).iter("packet")), hexadecimal.split(f"\n{_SEPARATOR}\n")
    if not len(packets) == len(dumps) - 1 == len(frames):
        raise UnreadableError(f"tshark did not dissect all of these frames of {capture.path.name}")
    return tuple(
        _packet(frame, tuple(_sources(dump)), packet, excerpt)
        for frame, dump, packet in zip(frames, dumps, packets, strict=False)
    )


def _ask(capture: TsharkInput, frames: range, keys: TlsKeys, *options: str) -> tuple[str, str]:
    """The fields of frames in PDML, and their data sources in hexadecimal. No format of tshark has both."""
    chosen = ("-Y", f"frame.number >= {frames[0]} and frame.number <= {frames[-1]}", *options)
    with ThreadPoolExecutor(2) as pool:
        fields = pool.submit(tshark, capture, *chosen, "-T", "pdml", keys=keys, limit=_LIMIT)
        dump = pool.submit(tshark, capture, *chosen, "-x", "-S", _SEPARATOR, keys=keys, limit=_LIMIT)
        return fields.result(), dump.result()


def _sources(text: str) -> Iterator[DataSource]:
    """The data sources in the output of `tshark -x`, the frame first."""
    name, data = FRAME, bytearray()
    for line in text.splitlines():
        if row := _HEX_LINE.match(line):
            data += bytes.fromhex(row[1])
        elif heading := _SOURCE.fullmatch(line):
            if data:
                yield DataSource(name, bytes(data))
            name, data = printable(heading[1]), bytearray()
    yield DataSource(name, bytes(data))


def _packet(frame: int, sources: tuple[DataSource, ...], packet: Element, excerpt: Excerpt) -> Packet:
    placing = FieldPlacing([source.data for source in sources])
    whole = FieldPlace(0, 0, 0)
    about, *layers = [_field(each, whole, layer, placing) for layer, each in _protocols(packet)]
    # What tshark says about the frame as a whole has no bytes: all are those of a protocol.
    about = replace(about, start=0, length=0)
    relative = next((field.value for field in about.walk() if field.name == "frame.time_relative"), "0")
    complete = (about, *_complete(layers, sources))
    from_client = excerpt.from_client.get(frame)
    return Packet(frame, float(relative.split()[0]), sources, complete, excerpt.left_out, from_client)


def _protocols(packet: Element) -> Iterator[tuple[str, Element]]:
    """The outermost fields, each with its layer."""
    for proto in packet:
        name = proto.get("name") or ""
        if name == _WRAPPER:
            # What is put together of several frames, and data of no known protocol: they are in no protocol.
            yield from (((each.get("name") or "").partition(".")[0], each) for each in proto)
        elif name != _SUMMARY:
            yield name, proto


def _field(element: Element, parent: FieldPlace, layer: str, placing: FieldPlacing) -> Field:
    place = placing.place(element, parent)
    # A field without bytes is where the field outside is.
    inside = place if place.length else parent
    children = tuple(_field(each, inside, layer, placing) for each in element if not each.get("hide"))
    name = element.get("name") or ""
    text = printable(element.get("showname") or element.get("show") or name.capitalize())
    bits = _BITS.match(text)
    label, _, value = text[bits.end() if bits else 0 :].partition(", " if element.tag == "proto" else ": ")
    return Field(*place, layer, name, label, value, bits[1] if bits else "", children)


def _complete(layers: Sequence[Field], sources: Sequence[DataSource]) -> Iterator[Field]:
    """The layers, with a field for the bytes of the frame that no field has: of the layer whose bytes precede them."""
    owned = bytearray(len(sources[0].data))
    for layer in layers:
        for field in layer.walk():
            if field.source == 0:
                owned[field.start : field.start + field.length] = b"\1" * field.length
    gaps = [(at, length) for at, length, is_owned in _runs(owned) if not is_owned]
    for layer in layers:
        ends = max((field.start + field.length for field in layer.walk() if field.source == 0), default=0)
        rest = [(at, length) for at, length in gaps if at == ends or layer is layers[-1]]
        gaps = [gap for gap in gaps if gap not in rest]
        more = tuple(Field(0, at, length, layer.layer, "", _NO_FIELD) for at, length in rest)
        yield replace(layer, children=layer.children + more) if more else layer


def _runs(values: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Where equal values begin, how many these are, and the value."""
    start = 0
    for value, run in groupby(values):
        length = sum(1 for _ in run)
        yield start, length, value
        start += length
