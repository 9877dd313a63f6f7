"""Pieces of messages of infrastructure, which `scan` joins with those in the same place of other messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.message_values import shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

# The longest piece, and how many labels of a name may be one. The last label is no data of a tunnel.
LONGEST, _MOST_LABELS = 255, 4


def add_piece(findings: Findings, layers: Layers, data: bytes, origin: Origin, part: object) -> None:
    """A piece, and in which part of a message it is."""
    if findings.messages and 0 < len(data) <= LONGEST and any(data):
        findings.messages.add_piece(data, origin.place(0, len(data)), layers, part)


def add_labels(findings: Findings, layers: Layers, labels: Sequence[tuple[bytes, Origin]], part: object) -> None:
    """The labels of a name: data is in those before the domain, and may be counted in one of them."""
    if not findings.messages:
        return
    name = b".".join([label for label, _ in labels])
    at = 0
    for label, origin in labels[: max(min(len(labels) - 1, _MOST_LABELS), 1)]:
        after = at + len(label)
        add_piece(findings, layers, label, origin, (part, shape(name[:at]), shape(name[after:])))
        at = after + 1
