"""Pieces: what stands in the same place of several messages of infrastructure may be one text that was cut.

A tunnel in DNS sends a label in each query, and one in ICMP a few bytes in each echo.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.content import search_bytes
from overheard_capture.content.findings import Occurrence, Reason, UnreadContent
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.under_key import plain_texts, search_under_key, texts_in_code
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.magic import HEAD, is_known
from overheard_capture.decoders.message_pieces import Domain, Names, Row, part_of
from overheard_capture.decoders.messages import LAYER
from overheard_capture.decoders.values import AT_ONCE, read_values
from overheard_capture.packets import Numbers
from overheard_capture.packets.large_numbers import LAYER as LARGE_NUMBER
from overheard_capture.packets.large_numbers import decoded_numbers
from overheard_capture.packets.text_in_numbers import says_text
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import LazySpans, Span
from overheard_capture.scan.below_domains import BelowDomains
from overheard_capture.scan.hits import Hit
from overheard_capture.scan.name_series import is_counter
from overheard_capture.scan.piece_bytes import FEW_ROWS, byte_columns, inflated
from overheard_capture.scan.piece_numbers import Piece, data_of, without_repeats
from overheard_capture.scan.piece_variants import columns, respelled, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.reassembly.tally import Order
    from overheard_capture.search import Search


# In how many places of messages pieces can continue, and how many of the last ones are kept for that.
_MOST_PARTS, _KEPT = 1024, 64
# Of binary pieces no more is unwrapped: those of pings have times.
_LONGEST_BINARY = 4 << 10
# With how many of the first ones something may begin.
_MOST_STARTS = 8
# The endpoints of IPv4 and IPv6.
_PORTS = lazy_pattern(r"(?<![\w.:])(?:(\d+(?:\.\d+){3})|\[([^]]*)\]):\d+")


class MessagePieces:
    """Joins the pieces of a capture. `collect` is called with each hit."""

    def __init__(
        self,
        make_findings: Callable[[], Findings],
        collect: Callable[[Hit], None],
        report: Callable[[str, UnreadContent], None],
    ) -> None:
        self._make_findings = make_findings
        self._collect = collect
        self._report = report
        self._domains = BelowDomains()
        # Fields with numbers that say a text together: how many bytes, and in which frame the first one is.
        self._numbers: dict[tuple[str, str], tuple[int, int]] = {}
        # The last pieces of each part. The least recently used first.
        self._kept: OrderedDict[tuple[object, ...], list[Piece]] = OrderedDict()

    def join(self, pieces: Iterable[Piece]) -> None:
        """Search pieces, which are in order, and may continue those of the last call."""
        parts: dict[tuple[object, ...], list[Piece]] = {}
        for piece in pieces:
            if isinstance(piece.part, Domain):
                self._count(piece.part, piece)
                continue
            # Numbers of one length are rows.
            length = len(piece.data) if isinstance(piece.part, Numbers) else 0
            hosts = _without_ports(piece.hosts) if length else piece.hosts
            parts.setdefault((hosts, piece.layers, part_of(piece.part), length), []).append(piece)
        for part, found in parts.items():
            together = [*self._kept.pop(part, ()), *found]
            if isinstance(part[2], Numbers):
                self._judge(part[2], together)
            if len(together) > 1:
                self._read(together)
            self._kept[part] = together[-_KEPT:]
        while len(self._kept) > _MOST_PARTS:
            self._kept.popitem(last=False)

    def _judge(self, field: Numbers, pieces: list[Piece]) -> None:
        """Count the numbers of a field, if they say a text together."""
        if size := says_text(map(data_of, pieces), is_random=field.is_random):
            self._numbers.setdefault((f"data in {field.field}", pieces[0].hosts), (size, pieces[0].where.frame))

    def report_in_clear(self, report: Callable[[str, int, str, Order], None]) -> None:
        """Report the fields with numbers that say a text together."""
        for (field, hosts), (size, frame) in self._numbers.items():
            report(field, size, hosts, (1, frame))

    def _count(self, domain: Domain, piece: Piece) -> None:
        """Count what is below a domain."""
        if domain.has_words:
            if size := self._domains.count_words(domain, piece.data):
                self._numbers.setdefault(("data in names of hosts", piece.hosts), (size, piece.where.frame))
        elif what := self._domains.count_opaque(domain, piece.data):
            self._report(piece.hosts, UnreadContent(Reason.OPAQUE, what, piece.layers))

    def _read(self, pieces: list[Piece]) -> None:
        """Search what the pieces may say, once each, and unwrap it."""
        seen = set[tuple[bytes, ...]]()
        # Most of what they say in one way is the same in another.
        read_before = set[tuple[object, bytes]]()
        are_rows = isinstance(part_of(pieces[0].part), Row | Numbers)
        for variant in columns(pieces) if are_rows else variants(pieces):
            found = [piece for _, piece in variant]
            texts = tuple(text for text, _ in variant)
            if isinstance(pieces[0].part, Names) and texts not in seen:
                self._count_names(texts, found)
            for each in (texts, *respelled(texts)):
                if each not in seen:
                    seen.add(each)
                    self._search(each, found, read_before)
        once = without_repeats(pieces)
        for rows in (pieces, once) if len(once) < len(pieces) else (pieces,):
            for said in byte_columns(rows, self._sought.secrets) if are_rows else ():
                self._search_disguised(said, rows)

    def _count_names(self, texts: Sequence[bytes], pieces: Sequence[Piece]) -> None:
        """Count what parts of names say together, if it is text in a code."""
        from overheard_capture.protocols.dns.coded_names import says_text_in_code  # noqa: PLC0415  (few captures have many names)

        if says_text_in_code(b"".join(texts)) and not is_counter(texts):
            size = sum(map(len, texts))
            self._numbers.setdefault(("data in names of hosts", pieces[0].hosts), (size, pieces[0].where.frame))

    @cached_property
    def _sought(self) -> Search:
        return self._make_findings().search

    def _search(self, texts: Sequence[bytes], pieces: Sequence[Piece], read_before: set[tuple[object, bytes]]) -> None:
        joined = b"".join(texts)
        if len(texts) < 2 or len(joined) < self._sought.shortest:
            return
        matches = self._sought.matches(joined)
        is_text = is_plain(joined)
        numbers = [*filter(self._says_something, decoded_numbers(joined))] if is_text else []
        says_nothing = is_text and has_nothing_encoded(joined) and not plain_texts(self._sought, joined)
        if not (matches or numbers) and says_nothing:
            return
        findings, layers, origin, starts = self._joined(texts, pieces)
        findings.read_before = read_before
        for match in matches:
            # Each piece was searched by itself.
            if bisect_right(starts, match.offset) < bisect_right(starts, match.offset + match.length - 1):
                place = origin.place(match.offset, match.length)
                findings.add_occurrence(Occurrence(match, place, layers, match.offset, *match.excerpt(joined)))
        if is_text or len(joined) <= _LONGEST_BINARY:
            search_under_key(findings, layers, joined, origin)
            # What another piece ends with may look like a part of what the next ones have.
            read_values(findings, layers, joined, origin, AT_ONCE if is_text else starts[:_MOST_STARTS])
        for number in numbers:
            where = origin.derived([(0, 0, len(joined))])
            search_bytes(findings, (*layers, LARGE_NUMBER), number, where)
            read_values(findings, (*layers, LARGE_NUMBER), number, where)
        self._collect_all(findings, pieces)

    def _search_disguised(self, texts: Sequence[bytes], pieces: Sequence[Piece]) -> None:
        """Search what bytes of all pieces say under a key, or compressed; most say nothing, which is seen at once."""
        joined = b"".join(texts)
        found = [*inflated(joined, len(texts[0]), self._sought.shortest)]
        # Columns that are random may look like text, and be taken for more of it, where rows are few.
        matches = self._sought.matches(joined) if len(texts) < FEW_ROWS else ()
        # Before text there may be many rows of others, which its columns are no text with.
        said = texts_in_code(self._sought, joined) if len(texts) >= FEW_ROWS else ()
        if not (found or matches or said or plain_texts(self._sought, joined)):
            return
        findings, layers, origin, _ = self._joined(texts, pieces)
        for match in matches:
            place = origin.place(match.offset, match.length)
            findings.add_occurrence(Occurrence(match, place, layers, match.offset, *match.excerpt(joined)))
        search_under_key(findings, layers, joined, origin)
        where = origin.derived([(0, 0, len(joined))])
        for text in said:
            search_bytes(findings, layers, text, where)
        for layer, content in found:
            search_bytes(findings, (*layers, layer), content, where)
            read_values(findings, (*layers, layer), content, where)
        self._collect_all(findings, pieces)

    def _joined(self, texts: Sequence[bytes], pieces: Sequence[Piece]) -> tuple[Findings, Layers, Origin, list[int]]:
        """Where to put what is found in the texts of pieces, which layer that is under, and where each begins."""
        starts = [0, *accumulate(map(len, texts))]
        origin = Origin(LazySpans(lambda: [_span(*each) for each in zip(starts, texts, pieces, strict=False)]))
        return self._make_findings(), (*pieces[0].layers, LAYER), origin, starts

    def _collect_all(self, findings: Findings, pieces: Sequence[Piece]) -> None:
        flow = pieces[0].flow if all(piece.flow == pieces[0].flow for piece in pieces) else -1
        for found in findings.sightings:
            self._collect(Hit(found, flow if isinstance(flow, int) else -1, pieces[0].hosts))

    def _says_something(self, number: bytes) -> bool:
        """Whether a number stands for a secret, for text, or for something in a known format."""
        return any(self._sought.matches(number)) or is_plain(number) or is_known(number[:HEAD])


@lru_cache(maxsize=1024)
def _without_ports(hosts: str) -> str:
    """The addresses of hosts: the port of a client is none of them, and whoever is seen first is one."""
    return _PORTS.sub(r"\1\2", hosts)


def _span(start: int, text: bytes, piece: Piece) -> Span:
    where = piece.where
    is_exact = where.length == len(piece.data)
    before = max(piece.data.find(text), 0)
    return Span(
        start, where.frame, where.offset + before, len(text) if is_exact else where.length, is_exact, where.frames[1:]
    )
