"""Values: text that a protocol carries outside a body, such as a field value, a path or an option, is unwrapped too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import ENCODED_WORD, LiteralSet, base64_runs, is_plain, soft_break
from overheard_capture.content.nesting import speculative
from overheard_capture.decoders.armour.escapes import EscapedTextFinder, has_escaped
from overheard_capture.decoders.armour.finder import ArmourFinder, codings_in
from overheard_capture.decoders.armour.lines import MARKS, LineArmourFinder
from overheard_capture.decoders.base64.finder import Base64Finder
from overheard_capture.decoders.magic import is_known
from overheard_capture.decoders.mail.encoded_words import EncodedWords
from overheard_capture.decoders.mail.quoted_printable import SoftBreakFinder
from overheard_capture.decoders.unsigned import is_unsigned
from overheard_capture.decoders.untyped import armoured, untyped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.content.findings import Findings
    from overheard_capture.decoders.untyped import Untyped
    from overheard_capture.provenance.origin import Bytes, Origin

    _Reader = (
        Untyped | Base64Finder | ArmourFinder | LineArmourFinder | EscapedTextFinder | SoftBreakFinder | EncodedWords
    )

# What the readers of lines look for, at once.
_MARKS = LiteralSet(*MARKS.texts, *ENCODED_WORD.texts, b"=\n", b"=\r\n")


def read_values(findings: Findings, layers: Layers, data: Bytes, origin: Origin) -> None:
    """Unwrap the encoded values in some bytes, which are complete and were searched already.

    This is speculative: what has no known encoding was searched as it is.
    """
    data = bytes(data)
    for reader in _readers(findings, layers, data):
        reader.feed(data, origin)
        reader.close()


def read_data(findings: Findings, layers: Layers, data: Bytes, origin: Origin, before: int) -> None:
    """Unwrap some bytes like values. Up to `before` bytes of something else may precede what can be identified."""
    data = bytes(data)
    starts = range(min(before + 1, len(data)))
    start = next((start for start in starts if is_known(data[start:]) or is_unsigned(data[start:])), 0)
    read_values(findings, layers, data[start:], origin.after(start))


def _readers(findings: Findings, layers: Layers, data: bytes) -> Iterator[_Reader]:
    """Those readers of text that may find something; most values are just words."""
    if not is_plain(data):
        yield armoured(speculative(findings), layers)
        return
    if base64_runs(data):
        yield Base64Finder(speculative(findings), layers, armoured)
    if codings := codings_in(data):
        yield ArmourFinder(speculative(findings), layers, armoured, codings)
    if has_escaped(data):
        yield EscapedTextFinder(speculative(findings), layers, armoured)
    if _MARKS.first(data) < 0:
        return
    if MARKS.first(data) >= 0:
        yield LineArmourFinder(speculative(findings), layers, armoured)
    if soft_break(data) >= 0:
        yield SoftBreakFinder(speculative(findings), layers, untyped)
    if ENCODED_WORD.first(data) >= 0:
        yield EncodedWords(speculative(findings), layers)
