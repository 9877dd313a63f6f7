"""One direction of a protocol that encrypts, other than TLS: its faults, and what in it is not ciphertext after all.

Nobody without the keys can tell ciphertext from random bytes. So what must be random is checked for everything that
random bytes are not: text, the beginning of a known format, or compressible, alone or with what was sent before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.content import Content, SearchScope
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.compression.deflate import fast_zlib
from overheard_capture.decoders.untyped import untyped
from overheard_capture.decoders.values import read_values
from overheard_capture.protocols.repeats import Repeats
from overheard_capture.protocols.tls.ciphertext import is_plaintext
from overheard_capture.protocols.tls.compressed_streams import CompressedStreams
from overheard_capture.protocols.tls.evenness import Evenness
from overheard_capture.protocols.tls.printable import PrintableRecords

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Origin

NO_CIPHERTEXT = "text, a known format or compressible bytes in place of the ciphertext"
# So many bytes are compressed at once, at this level; fewer than the second number have too little to tell.
_BLOCK, _SHORTEST_BLOCK, _LEVEL = 32 << 10, 256, 3
# So many zeros in a row are in random bytes once in 2^64 of them.
_ZEROS = bytes(8)
# No tag is longer.
_TAG = 32
# Random bytes become longer when compressed, never shorter by this much.
_SAVED = 32


class Ciphertext:
    """What one direction has of bytes that must look random. `report` is called when some do not.

    What may be compressed is read under `layers`.
    """

    def __init__(self, findings: Findings, layers: Layers, report: Callable[[], None]) -> None:
        self._report = report
        self._printable = PrintableRecords()
        # The end of a record is a tag, which is looked at from behind.
        self._printable_tags = PrintableRecords()
        self._streams = CompressedStreams(findings, layers, report)
        self._evenness = Evenness()
        self._block = bytearray()
        self.repeats = Repeats()

    def is_ciphertext(self, body: bytes, nonce: int = 0, origin: Origin | None = None) -> bool:
        """Whether a record may be ciphertext. Its first `nonce` bytes need not be random: some protocols count."""
        is_plain = self._printable.add(body, nonce) or is_plaintext(body) or body.find(_ZEROS, nonce) >= 0
        is_plain |= self._printable_tags.add(body[: -_TAG - 1 : -1])
        is_uneven = self._evenness.add(body, nonce)
        self._streams.nonce = nonce
        self._streams.add(body, origin)
        if is_plain or is_uneven:
            self._report()
        self._block += body[nonce:]
        if len(self._block) >= _BLOCK:
            self._check_block()
        return not is_plain

    def _check_block(self) -> None:
        block, self._block = bytes(self._block), bytearray()
        if len(block) >= _SHORTEST_BLOCK and len(fast_zlib.compress(block, _LEVEL)) < len(block) - _SAVED:
            self._report()

    def close(self) -> None:
        """The direction has ended."""
        self._check_block()
        self._streams.close()
        if self._evenness.close():
            self._report()


class EncryptedDirection:
    """The state of one direction, which it reports to the findings as their `encryption`.

    `agreed` is set once both sides have shown that they use the protocol. `begins` is as in `Encryption`.
    """

    def __init__(self, findings: Findings, layers: Layers, name: str) -> None:
        self.begins = 0
        self.problems: list[str] = []
        self.agreed = False
        self._findings = findings
        self._layers = layers
        self._name = name
        self._ciphertext = Ciphertext(findings, layers, self._report_plaintext)
        self.is_ciphertext = self._ciphertext.is_ciphertext
        self.repeats = self._ciphertext.repeats
        self.close = self._ciphertext.close
        findings.encryption = self

    @property
    def protected(self) -> bool:
        """Whether all data is ciphertext. Valid once both directions are closed."""
        return self.agreed and not self.problems

    def problem(self, words: str, why: Reason = Reason.OPAQUE) -> None:
        """Report a fault once."""
        if words not in self.problems:
            self.problems.append(words)
            self._findings.report_unread(why, words, self._layers)

    def read_ciphertext(self, body: bytes, origin: Origin, nonce: int = 0) -> None:
        """Check a complete record, and read what is no ciphertext."""
        if not self.is_ciphertext(body, nonce, origin):
            read_plaintext(self._findings, self._layers, body, origin)
        else:
            read_values(self._findings, self._layers, body, origin, ())

    def _report_plaintext(self) -> None:
        self.problem(f"{NO_CIPHERTEXT} of {self._name}")


def read_plaintext(findings: Findings, layers: Layers, data: bytes, origin: Origin) -> None:
    """Read what is no ciphertext, and was searched before."""
    content = Content(findings, layers, untyped, SearchScope.NONE)
    content.feed(data, origin)
    content.close()
