"""The content of prefaces: what is embedded in a PROXY header, a greeting of MySQL or a cookie of RDP is unwrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layer, Layers
from overheard_capture.decoders.message_pieces import LONGEST, add_number, add_row
from overheard_capture.decoders.values import read_unknown_value, read_values
from overheard_capture.identify.prefaces import PROXY, salt_ranges
from overheard_capture.packets import Numbers
from overheard_capture.provenance.origin import joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

# A PROXY header of version 2: its length without TLVs, by address family, and the types of TLVs that are assigned
# (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, 2.2). A NOOP is padding; PP2_TYPE_SSL nests others.
_VERSION_2, _HEADER_LENGTH = b"\r\n\r\n\0\r\nQUIT\n", 16
_ADDRESSES = {1: 12, 2: 36, 3: 216}
_ASSIGNED = frozenset((1, 2, 3, 5, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x30))
# In the types that are left to applications, a subtype of one byte may come before the value.
_SUBTYPED = range(0xE0, 0xF0)
_SALTS = Numbers("MySQL random values")


def read_preface(findings: Findings, layers: Layers, name: str, data: bytes, origin: Origin) -> None:
    """Unwrap what is embedded in a preface. Its bytes themselves are searched in their stream."""
    inside = (*layers, Layer(name))
    read_values(findings, inside, data, origin)
    # A greeting has numbers, such as that of the connection.
    add_row(findings, data[:LONGEST], origin, name)
    if ranges := salt_ranges(data):
        salt = b"".join(data[start:end] for start, end in ranges)
        add_number(findings, inside, _SALTS, salt, joined([(origin, start, end) for start, end in ranges]))
    if name == PROXY and data.startswith(_VERSION_2):
        for kind, start, end in _values(data):
            begins = start + (kind in _SUBTYPED and data[start:end] > b"" and data[start] < ord(" "))
            read = read_values if kind in _ASSIGNED else read_unknown_value
            if any(value := data[begins:end]):
                read(findings, inside, value, origin.after(begins))


def _values(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield the type of each TLV, and where its value is. What does not fit is yielded as one of type 0."""
    at = _HEADER_LENGTH + _ADDRESSES.get(data[13] >> 4, 0)
    while at + 3 <= len(data):
        end = at + 3 + int.from_bytes(data[at + 1 : at + 3], "big")
        if end > len(data):
            break
        yield data[at], at + 3, end
        at = end
    if at < len(data):
        yield 0, at, len(data)
