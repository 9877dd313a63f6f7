"""The finders of text: each looks for something in it that is to be unwrapped, or joined, and searched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import ENCODED_WORD, LiteralSet
from overheard_capture.decoders.armour.escapes import ESCAPED_MARKS, EscapedTextFinder
from overheard_capture.decoders.armour.finder import ArmourFinder, has_nothing_encoded
from overheard_capture.decoders.armour.lines import MARKS, LineArmourFinder
from overheard_capture.decoders.base64.finder import Base64Finder
from overheard_capture.decoders.embedded_http import RESPONSE_MARKS, EmbeddedHttpFinder
from overheard_capture.decoders.json_strings import JsonStringFinder
from overheard_capture.decoders.line_blocks import LineBlockFinder, may_have_block
from overheard_capture.decoders.mail.encoded_words import EncodedWords
from overheard_capture.decoders.mail.quoted_printable import SoftBreakFinder
from overheard_capture.decoders.markup import CHANGE_MARKS, MarkupFinder, has_markup
from overheard_capture.decoders.partial_lines import PARTIAL_MARKS, UTC_PARTIAL_MARKS, PartialLineFinder
from overheard_capture.decoders.text_framing import SIGNED, ChunkFinder
from overheard_capture.decoders.text_tables import RULE_MARKS, TableFinder

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.provenance.origin import Origin

# What several finders look for, to be looked for at once: most text has none of it. And some of it for short text.
_LINE_MARKS = LiteralSet(*RULE_MARKS.texts, *PARTIAL_MARKS.texts, *RESPONSE_MARKS.texts)
_MARKS = LiteralSet(
    *{*MARKS.texts, *ESCAPED_MARKS.texts, *ENCODED_WORD.texts, *SIGNED.texts},
    *{*CHANGE_MARKS.texts, *RULE_MARKS.texts, *UTC_PARTIAL_MARKS.texts, *RESPONSE_MARKS.texts},
)


def has_nothing_to_find(data: bytes) -> bool:
    """Whether the finders of complete text find nothing in this one, unless it is JSON, or in chunks from the start."""
    return (
        has_nothing_encoded(data) and not may_have_block(data) and not has_markup(data) and _LINE_MARKS.first(data) < 0
    )


class TextFinders:
    """Feeds text to all of them. What is encoded is read by `reader`, and what is in chunks by `untyped`."""

    __slots__ = ("_finders", "_marked")

    def __init__(
        self, findings: Findings, layers: Layers, reader: ReaderFactory, untyped: ReaderFactory, *, framed: bool
    ) -> None:
        self._finders = (
            Base64Finder(findings, layers, reader),
            ArmourFinder(findings, layers, reader),
            LineBlockFinder(findings, layers, reader),
            SoftBreakFinder(findings, layers, reader),
            JsonStringFinder(findings, layers, reader),
        )
        # These look for one of the marks.
        self._marked = (
            LineArmourFinder(findings, layers, reader),
            EscapedTextFinder(findings, layers, reader),
            EncodedWords(findings, layers, reader),
            MarkupFinder(findings, layers),
            TableFinder(findings, layers, reader),
            PartialLineFinder(findings, layers, reader),
            EmbeddedHttpFinder(findings, layers),
            # In spite of a head that does not say so.
            ChunkFinder(findings, layers, untyped, begun=framed),
        )

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        for finder in self._finders:
            finder.feed(data, origin)
        first = _MARKS.first(data)
        clear = first if first >= 0 else len(data)
        for marked in self._marked:
            marked.feed(data, origin, clear)

    def gap(self, length: int) -> None:
        """`length` bytes are missing here."""
        for finder in (*self._finders, *self._marked):
            finder.gap(length)

    def close(self) -> None:
        """No more bytes follow."""
        for finder in (*self._finders, *self._marked):
            finder.close()
