"""A packet for a page: its fields, what each is for, and which key opens what is encrypted in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.fields import explained, key_of
from overheard.words.fields.sealed import which_key_opens
from overheard_capture.wireshark.sealed_records import sealed_records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.fields.explanation import Explanation
    from overheard_capture.wireshark.packet_fields import Field, Packet


def explained_packet(packet: Packet) -> dict[str, object]:
    """The packet as JSON, with explanations.

    `explanations` has each that is needed once: sentence, section, URL. `explained` has, for each field in the order of
    the tree, the position of its own there, or -1. `sealed` are the encrypted records: source, start, length, labels of
    the keys of which one opens it, the source with its content or -1, and in words which key opens it.
    """
    needed: dict[Explanation, int] = {}
    said = explanations(packet)
    positions = [-1 if about is None else needed.setdefault(about, len(needed)) for about in said]
    texts = [[about.says, about.reading.where, about.reading.url] for about in needed]
    sealed = [
        [each.source, each.start, each.length, [*each.keys], each.opens, which_key_opens(each.keys)]
        for each in sealed_records(packet)
    ]
    return {**packet.to_json(), "explanations": texts, "explained": positions, "sealed": sealed}


def explanations(packet: Packet) -> Iterator[Explanation | None]:
    """What is said of each field of a packet, in the order of the tree: of itself, or of one around it."""
    for layer in packet.layers:
        yield from _below(layer, ())


def _below(field: Field, outer: tuple[str, ...]) -> Iterator[Explanation | None]:
    keys = (*outer, key_of(field.layer, field.name, field.label, field.value))
    # What is put together of several packets is in no protocol: its layer is said in its name.
    yield explained((field.layer, *keys))
    for child in field.children:
        yield from _below(child, keys)
