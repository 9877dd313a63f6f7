"""The finders of text: each looks for something in it that is to be unwrapped, or joined, and searched again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from overheard.words.layer import LayerKind
from overheard_capture.content.byte_scan import ENCODED_WORD, SHORTEST_RUN, LiteralSet, base64_runs, quoted_printable
from overheard_capture.decoders.armour.coding import SHORTEST
from overheard_capture.decoders.armour.escapes import ESCAPED_MARKS, EscapedTextFinder
from overheard_capture.decoders.armour.finder import ArmourFinder, has_nothing_encoded
from overheard_capture.decoders.armour.lines import MARKS, LineArmourFinder
from overheard_capture.decoders.armour.runs import may_have_run
from overheard_capture.decoders.base64.finder import Base64Finder
from overheard_capture.decoders.base64.text_batch import TextBatch
from overheard_capture.decoders.embedded_http import RESPONSE_MARKS, EmbeddedHttpFinder
from overheard_capture.decoders.framed_dumps import DUMP_MARKS, FramedDumpFinder
from overheard_capture.decoders.json_strings import JsonStringFinder
from overheard_capture.decoders.key_instructions import KEY_MARKS, KeyInstructionFinder
from overheard_capture.decoders.line_blocks import LineBlockFinder, begins_or_has_block, may_have_block
from overheard_capture.decoders.mail.encoded_words import EncodedWords
from overheard_capture.decoders.mail.flowed import FLOWED_MARKS, FlowedFinder
from overheard_capture.decoders.mail.soft_breaks import SoftBreakFinder
from overheard_capture.decoders.markup import CHANGE_MARKS, MarkupFinder, has_markup
from overheard_capture.decoders.partial_lines import PARTIAL_MARKS, UTC_PARTIAL_MARKS, PartialLineFinder
from overheard_capture.decoders.pem_lines import PEM_MARKS, PemFinder
from overheard_capture.decoders.text_framing import SIGNED, ChunkFinder
from overheard_capture.decoders.text_tables import RULE_MARKS, TableFinder
from overheard_capture.decoders.wrapped_lines import WrappedLineFinder, may_be_wrapped

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.content.nesting import Unwrapping
    from overheard_capture.provenance.origin import Origin

    Finder = Base64Finder | ArmourFinder | LineBlockFinder | SoftBreakFinder | JsonStringFinder | WrappedLineFinder
    MarkedFinder = (
        LineArmourFinder
        | EscapedTextFinder
        | EncodedWords
        | MarkupFinder
        | TableFinder
        | PartialLineFinder
        | PemFinder
        | FramedDumpFinder
        | FlowedFinder
        | KeyInstructionFinder
        | EmbeddedHttpFinder
        | ChunkFinder
    )

# What several finders look for, to be looked for at once: most text has none of it. And some of it for short text.
LINE_MARKS = LiteralSet(*RULE_MARKS.texts, *PARTIAL_MARKS.texts, *RESPONSE_MARKS.texts, *FLOWED_MARKS.texts)
_MARKS = LiteralSet(
    *{*MARKS.texts, *ESCAPED_MARKS.texts, *ENCODED_WORD.texts, *SIGNED.texts},
    *{*CHANGE_MARKS.texts, *RULE_MARKS.texts, *UTC_PARTIAL_MARKS.texts, *RESPONSE_MARKS.texts, *FLOWED_MARKS.texts},
    *{*PEM_MARKS.texts, *DUMP_MARKS.texts, *KEY_MARKS.texts},
)
# Of these bytes each mark has one, and so have markup, blocks and quoted-printable. In text without them that is
# shorter than a run, nothing is to be found.
SIGNS_OF_MARKS = b'\n "$%&\\-:;=<|._{VKw\xc2\xc3\xe2'
SHORTEST_WITH_RUN = min(SHORTEST, SHORTEST_RUN)
# With what a response begins, which may be the first line.
_RESPONSE = b"HTTP/1."


def has_nothing_to_find(data: bytes, findings: Findings | None = None) -> bool:
    """Whether the finders of complete text find nothing in this one, unless it is JSON, or in chunks from the start."""
    if len(data) < SHORTEST_WITH_RUN and len(data.translate(None, SIGNS_OF_MARKS)) == len(data):
        return True
    if not has_nothing_encoded(data) or may_have_block(data) or _is_marked(data, LINE_MARKS):
        return False
    return findings is None or not may_be_wrapped(findings, data)


def _is_marked(data: bytes, marks: LiteralSet) -> bool:
    return has_markup(data) or data.startswith(_RESPONSE) or marks.first(data) >= 0


def _has_more_than_runs(text: bytes) -> bool:
    """Whether any finder but those of runs may find something in a line of text, or in one of several."""
    if quoted_printable(text) >= 0 or _RESPONSE in text or has_markup(text):
        return True
    return _MARKS.first(text) >= 0 or LINE_MARKS.first(text) >= 0


def _read_runs(reader: ReaderFactory, findings: Findings, layers: Layers, text: bytes, origin: Origin) -> None:
    """Read what is in runs of a complete text."""
    for finder in (Base64Finder(findings, layers, reader), ArmourFinder(findings, layers, reader)):
        finder.feed(text, origin)
        finder.close()


class TextFinders:
    """Feeds text to all of them. What is encoded is read by the reader of `found`, and what is in chunks by `untyped`.

    If the `whole` text is known, those that find nothing in it are left out: short text has little to find.
    """

    __slots__ = ("_budget", "_finders", "_marked")

    def __init__(self, found: Unwrapping, untyped: ReaderFactory, *, framed: bool, whole: bytes = b"") -> None:
        findings, layers, reader = found.findings, found.layers, found.reader or untyped
        # Text that is spelled otherwise in other text was counted there.
        is_outermost = all(layer.kind is not LayerKind.SPELLED for layer in layers)
        self._budget = findings.budget if is_outermost else None
        self._finders: list[Finder] = []
        if not whole or base64_runs(whole):
            texts = TextBatch(findings, layers, partial(_read_runs, reader), _has_more_than_runs)
            self._finders.append(Base64Finder(findings, layers, reader, texts))
        if not whole or may_have_run(whole):
            self._finders.append(ArmourFinder(findings, layers, reader))
        if not whole or begins_or_has_block(whole):
            self._finders.append(LineBlockFinder(findings, layers, reader))
        if not whole or quoted_printable(whole) >= 0:
            self._finders.append(SoftBreakFinder(findings, layers, reader))
        if not whole or may_be_wrapped(findings, whole):
            self._finders.append(WrappedLineFinder(findings, layers, reader))
        self._finders.append(JsonStringFinder(findings, layers, reader))
        # These look for one of the marks.
        self._marked: tuple[MarkedFinder, ...] = ()
        if not whole or framed or _is_marked(whole, _MARKS) or LINE_MARKS.first(whole) >= 0:
            self._marked = (
                LineArmourFinder(findings, layers, reader),
                EscapedTextFinder(findings, layers, reader),
                EncodedWords(findings, layers, reader),
                MarkupFinder(findings, layers),
                TableFinder(findings, layers, reader),
                PartialLineFinder(findings, layers, reader),
                PemFinder(findings, layers, reader),
                FramedDumpFinder(findings, layers, reader),
                FlowedFinder(findings, layers, reader),
                KeyInstructionFinder(findings, layers, reader),
                EmbeddedHttpFinder(findings, layers),
                # In spite of a head that does not say so.
                ChunkFinder(findings, layers, untyped, begun=framed),
            )

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        if self._budget:
            self._budget.text += len(data)
        for finder in self._finders:
            finder.feed(data, origin)
        if not self._marked:
            return
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
