"""What several names of hosts say together: what their labels stand for in a coding, and their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.decoders.message_pieces import Domain, Names, add_number, add_piece
from overheard_capture.protocols.dns.coded_names import decoded_labels
from overheard_capture.protocols.dns.opaque_names import domain_labels, words_in_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.dns.message import ByteRange
    from overheard_capture.provenance.origin import Origin


def add_words(findings: Findings, layers: Layers, labels: Sequence[bytes], where: Origin) -> None:
    """Put aside the words and codes of a name, which is somewhere in `where`, for the domain that it is below."""
    domain, words = words_in_name(labels)
    if words:
        add_piece(findings, layers, words, where, Domain(domain, has_words=True))
    below = b".".join(labels[-2:]).lower().decode(errors="replace")
    for coded, decoded in decoded_labels(labels):
        add_number(findings, layers, coded._replace(field=f"{coded.field} below {below}"), decoded, where)


def add_name(findings: Findings, layers: Layers, data: bytes, ranges: Sequence[ByteRange], origin: Origin) -> None:
    """Put aside what a name says before the domain that it is below: several names may be a table."""
    labels = [data[start:end] for start, end in ranges]
    lower = [label.lower() for label in labels]
    count = domain_labels(lower)
    if before := b".".join(labels[:-count]):
        where = origin.derived([(0, ranges[0][0], ranges[-1][1])])
        add_piece(findings, layers, before, where, Names(b".".join(lower[-count:]), data[2] >> 7))
