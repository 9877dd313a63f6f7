"""Short texts in base64, such as the identifiers of an API: many are read at once, as to begin a content takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.nesting import decoded_findings
from overheard_capture.decoders.base64.run import BASE64
from overheard_capture.decoders.magic import PLAIN_MAGICS
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from overheard_capture.content.findings import Findings
    from overheard_capture.decoders.read_before import ReadBefore

    _Text = tuple[bytes, bytes, Origin]

# The longest text that is read with others.
_LONGEST = 256
# In a text of one line without these, nothing is found but runs: no JSON, no markup.
_MORE = (b"\n", b"\r", b'"', b"{", b"[")
# Between texts: what is encoded goes on neither behind an empty line nor behind this sign, whatever it is encoded in.
_BETWEEN = b"\n\n@\n\n"


class TextBatch:
    """Texts that are to be read with others. What is found is the same as if each were read by itself.

    `read` reads what is in runs of a text, and `is_marked` says whether anything else may be found in it.
    """

    __slots__ = ("_findings", "_is_marked", "_layers", "_read", "_texts")

    def __init__(
        self,
        findings: Findings,
        layers: Layers,
        read: Callable[[Findings, Layers, bytes, Origin], None],
        is_marked: Callable[[bytes], bool],
    ) -> None:
        self._findings = findings
        self._layers = (*layers, BASE64)
        self._read, self._is_marked = read, is_marked
        # What each is decoded from, what it is, and where it comes from.
        self._texts: list[_Text] = []

    def add(self, raw: bytes, out: bytes, origin: Origin) -> bool:
        """Add what the run `raw` is decoded to. Returns whether it is such a text."""
        is_one = (
            len(out) <= _LONGEST
            and is_plain(out)
            and not any(map(out.__contains__, _MORE))
            and b"\n" not in raw
            and not out.startswith(PLAIN_MAGICS)
        )
        if is_one:
            self._texts.append((raw, out, origin))
        return is_one

    def read(self, before: ReadBefore, read_one: Callable[[bytes, Origin], None]) -> None:
        """Read all that were added, and that were not read `before`. `read_one` reads a run by itself."""
        texts, self._texts = self._texts, []
        others = {raw: (raw, out, origin) for raw, out, origin in texts}
        if len(others) > 1 and self._is_marked(_BETWEEN.join([out for _, out, _ in others.values()])):
            others = {raw: text for raw, text in others.items() if not self._is_marked(text[1])}
        sighted = before.sighted
        if len(others) > 1 and self._read_together(list(others.values())):
            for raw in others:
                before.add(raw, sighted)
        else:
            others = {}
        for raw, _, origin in texts:
            if raw not in others and raw not in before:
                read_one(raw, origin)

    def _read_together(self, texts: list[_Text]) -> bool:
        """Read texts as one. Returns whether that is enough: nothing was found that has a place in one of them."""
        findings, layers = self._findings, self._layers
        joined = _BETWEEN.join([out for _, out, _ in texts])
        if len(layers) > findings.limits.depth or findings.search.matches(joined):
            return False
        before, decoded = len(findings.sightings), decoded_findings(findings)
        decoded.word_depth = len(layers)
        # Where they come from does not matter, unless something is found: then each is read by itself.
        self._read(decoded, layers, joined, Origin.of_frame(0, 0, len(joined)))
        is_done = not decoded.is_opaque and len(findings.sightings) == before
        del findings.sightings[before:]
        return is_done
