"""The fields of packets of which nothing is said but what is said of their whole protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.fields import EXPLANATIONS, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard_capture.wireshark.packet_fields import Field, Packet

# The protocols of the lab, of which every field has an explanation of its own, or is a part of one that has.
_PROTOCOLS = {"arp", "eth", "http", "ip", "ipv6", "tcp", "tls", "udp"}
# What is said of these says nothing of what is in them.
_WHOLE = {*_PROTOCOLS, "tls.record", "tls.handshake", "tcp.options", "Extension"}


def unexplained(packets: Iterable[Packet]) -> set[str]:
    """The names of fields without an explanation; headings by their label."""
    return {name for packet in packets for layer in packet.layers for name in _below(layer, (layer.layer,))}


def _below(field: Field, outer: tuple[str, ...]) -> Iterator[str]:
    keys = (*outer, key_of(field.layer, field.name, field.label, field.value))
    said = {key for key in keys if key in EXPLANATIONS}
    if field.name not in _WHOLE and field.name.partition(".")[0] in _PROTOCOLS and field.length:
        said -= _WHOLE
    if not said:
        yield field.name or field.label
    for child in field.children:
        yield from _below(child, keys)
