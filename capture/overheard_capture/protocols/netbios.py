"""NetBIOS datagrams (RFC 1002, 4.4) with announcements of computers, which are in mailslots of SMB."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from overheard.words.layer import Layer
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.short import ShortReader

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

LAYER = Layer("NetBIOS")

# Direct and broadcast datagrams; their header, and two names in the encoding of RFC 1001, 14.1.
FIRST_BYTES = frozenset({0x10, 0x11, 0x12})
_HEADER = 14
_NAMES = lazy_pattern(rb"(?: [A-P]{32}\0){2}")
# SMB_COM_TRANSACTION, whose parameters are followed by the name of a mailslot ([MS-MAIL], 2.2.1).
_MAILSLOT = lazy_pattern(rb"\xffSMB\x25.{50,80}?\\MAILSLOT\\[!-~]+\0", re.DOTALL)
# Names, versions and kinds of computers in an announcement ([MS-BRWS], 2.2.1), before its comment, which is text.
_ANNOUNCEMENT = 32


class NetbiosReader:
    """Reads the datagrams of one direction."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def datagram(self, data: bytes, origin: Origin) -> bool:
        """Read a datagram. Returns whether it is an announcement."""
        if len(data) < _HEADER or data[0] not in FIRST_BYTES or int.from_bytes(data[10:12]) != len(data) - _HEADER:
            return False
        names = _NAMES.match(data, _HEADER)
        mailslot = _MAILSLOT.match(data, names.end()) if names else None
        if not mailslot:
            return False
        comment = min(mailslot.end() + _ANNOUNCEMENT, len(data))
        for findings, start, end in (
            (speculative(self._findings), mailslot.end(), len(data)),
            (self._findings, comment, len(data)),
        ):
            reader = ShortReader(findings, (LAYER,))
            if any(data[start:end]):
                reader.feed(data[start:end].rstrip(b"\0"), origin.after(start))
            reader.close()
        return True

    def close(self) -> None:
        """Do nothing: each datagram is read by itself."""
