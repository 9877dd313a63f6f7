"""What is found of a secret of which each message has a piece, in one of its fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from capture.played import SEARCH, some_findings
from overheard_capture.content.findings import Findings
from overheard_capture.provenance.origin import Origin
from overheard_capture.scan.hits import Hit
from overheard_capture.scan.message_groups import MessageGroups
from overheard_capture.scan.parties import Parties

# Reads a message with a piece in it.
Read = Callable[[Findings, bytes, Origin], None]


def hits(read: Read, pieces: Sequence[bytes]) -> list[Hit]:
    """The secrets in the pieces of so many messages, each in a frame of its own."""
    found: list[Hit] = []
    groups = MessageGroups(SEARCH.secrets, some_findings, found.append, Parties().add_between)
    for number, piece in enumerate(pieces):
        findings = some_findings()
        findings.messages = groups.of_hosts("client → server")
        read(findings, piece, Origin.of_frame(number, 0, 400))
    groups.finish()
    return found
