"""Pieces: what stands in the same place of several messages of infrastructure may be one text that was cut.

A tunnel in DNS sends a label in each query, and one in ICMP a few bytes in each echo.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from functools import cached_property, lru_cache
from itertools import accumulate, groupby, takewhile
from typing import TYPE_CHECKING

from overheard.words.named_tuple import NamedTuple
from overheard_capture.content.byte_scan import is_plain
from overheard_capture.content.findings import Occurrence, Reason, UnreadContent
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.decoders.armour.finder import has_nothing_encoded
from overheard_capture.decoders.message_pieces import Domain, Row, part_of
from overheard_capture.decoders.messages import LAYER
from overheard_capture.decoders.values import read_values
from overheard_capture.packets import Numbers
from overheard_capture.packets.text_in_numbers import says_text
from overheard_capture.provenance.origin import Origin
from overheard_capture.provenance.spans import LazySpans, Span
from overheard_capture.scan.below_domains import BelowDomains
from overheard_capture.scan.hits import Hit
from overheard_capture.scan.piece_numbers import by_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.provenance.origin import Place
    from overheard_capture.reassembly.tally import Order
    from overheard_capture.search import Search


# In how many places of messages pieces can continue, and how many of the last ones are kept for that.
_MOST_PARTS, _KEPT = 1024, 64
# Of binary pieces no more is unwrapped: those of pings have times.
_LONGEST_BINARY = 4 << 10
_TEXT, _MOST_OTHERS = bytes(range(32, 127)) + b"\t\n\r\0", 1 / 5
# Random bytes behind a text may look like more of it, in a few rows. Most texts are cut after so many bytes.
_USUAL_SIZES = (2, 4, 8, 16)
# A byte of a column as text, without zeros; None if it is no text.
_LETTERS = [bytes([byte]).strip(b"\0") if byte in _TEXT else None for byte in range(256)]
# The endpoints of IPv4 and IPv6.
_PORTS = lazy_pattern(r"(?<![\w.:])(?:(\d+(?:\.\d+){3})|\[([^]]*)\]):\d+")
# A counter or a key before a piece, and a counter behind it.
_NUMBERED = lazy_pattern(rb"(?:[0-9]{1,5}[-_.:=|]|[0-9A-Za-z]{1,8}=)?(.*?)(?:[-_.:|][0-9]{1,5})?", re.DOTALL)
# Base32 (RFC 4648, 6), which names have in any case.
_BASE32 = lazy_pattern(rb"[A-Za-z2-7=]+")


class Piece(NamedTuple):
    """A piece: where it was on the wire, in which flow, between which hosts, and in which part of a message."""

    where: Place
    flow: int | str
    hosts: str
    layers: Layers
    part: object
    data: bytes


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
            # Most numbers say nothing, and to unwrap each of their columns takes time.
            may_be_text = not isinstance(part[2], Numbers) or self._judge(part[2], together)
            if len(together) > 1:
                self._read(together, unwraps=may_be_text)
            self._kept[part] = together[-_KEPT:]
        while len(self._kept) > _MOST_PARTS:
            self._kept.popitem(last=False)

    def _judge(self, field: Numbers, pieces: list[Piece]) -> bool:
        """Count the numbers of a field, if they say a text together. Returns whether they do."""
        size = says_text(map(_data, pieces), is_random=field.is_random)
        if size:
            self._numbers.setdefault((f"data in {field.field}", pieces[0].hosts), (size, pieces[0].where.frame))
        return bool(size)

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

    def _read(self, pieces: list[Piece], *, unwraps: bool) -> None:
        """Search what the pieces may say, once each, and unwrap it."""
        seen = set[tuple[bytes, ...]]()
        are_rows = isinstance(part_of(pieces[0].part), Row | Numbers)
        for variant in _columns(pieces) if are_rows else _variants(pieces):
            found = [piece for _, piece in variant]
            texts = tuple(text for text, _ in variant)
            for each in (texts, *_rewritten(texts)):
                if each not in seen:
                    seen.add(each)
                    self._search(each, found, unwraps=unwraps)

    @cached_property
    def _sought(self) -> Search:
        return self._make_findings().search

    def _search(self, texts: Sequence[bytes], pieces: Sequence[Piece], *, unwraps: bool) -> None:
        joined = b"".join(texts)
        if len(texts) < 2 or len(joined) < self._sought.shortest:
            return
        matches = self._sought.matches(joined)
        is_text = is_plain(joined)
        if not matches and (not unwraps or (is_text and has_nothing_encoded(joined))):
            return
        findings = self._make_findings()
        layers = (*pieces[0].layers, LAYER)
        starts = [0, *accumulate(map(len, texts))]
        origin = Origin(LazySpans(lambda: [_span(*each) for each in zip(starts, texts, pieces, strict=False)]))
        for match in matches:
            # Each piece was searched by itself.
            if bisect_right(starts, match.offset) < bisect_right(starts, match.offset + match.length - 1):
                place = origin.place(match.offset, match.length)
                findings.add_occurrence(Occurrence(match, place, layers, match.offset, *match.excerpt(joined)))
        if unwraps and (is_text or len(joined) <= _LONGEST_BINARY):
            read_values(findings, layers, joined, origin)
        flow = pieces[0].flow if all(piece.flow == pieces[0].flow for piece in pieces) else -1
        for found in findings.sightings:
            self._collect(Hit(found, flow if isinstance(flow, int) else -1, pieces[0].hosts))


@lru_cache(maxsize=1024)
def _without_ports(hosts: str) -> str:
    """The addresses of hosts: the port of a client is none of them, and whoever is seen first is one."""
    return _PORTS.sub(r"\1\2", hosts)


def _variants(pieces: list[Piece]) -> Iterator[list[tuple[bytes, Piece]]]:
    """All in a row, those of each flow, and both without repetitions or counters."""
    flows: dict[int | str, list[Piece]] = {}
    for piece in pieces:
        flows.setdefault(piece.flow, []).append(piece)
    for found in (pieces, *flows.values()):
        if len(found) > 1:
            once = [next(same) for _, same in groupby(found, _data)]
            yield [(piece.data, piece) for piece in found]
            yield [(piece.data, piece) for piece in once]
            bare = [(_unnumbered(piece.data), piece) for piece in once]
            yield bare
            # Names of hosts have no blanks.
            yield [(piece.data.replace(b"-", b" "), piece) for piece in once]
            yield [(text.replace(b"-", b" "), piece) for text, piece in bare]
            if before := _common(found):
                # A type or flags.
                yield [(piece.data[before:], piece) for piece in found]
            yield from by_number(found)


def _rewritten(texts: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """What the same pieces say in another way: base32 in capitals, and what each has over and over once."""
    joined = b"".join(texts)
    if not (joined.islower() or joined.isupper()) and _BASE32.fullmatch(joined):
        # A resolver may change the case of names at random.
        yield tuple(text.upper() for text in texts)
    # Hardly ever do they repeat themselves: the first one shows that.
    periods = list(takewhile(bool, map(_period, texts)))
    if texts and len(periods) == len(texts):
        yield tuple(text[:period] for period, text in zip(periods, texts, strict=True))
        # All but the last are of one length, though some repeat something shorter.
        usual = max(periods)
        yield (*(text[:usual] for text in texts[:-1]), texts[-1][: periods[-1]])


def _period(text: bytes) -> int:
    """After how many bytes a text repeats itself; 0 if it does not."""
    at = text.find(text[:1], 1)
    while 0 < at <= len(text) // 2:
        if text.startswith(text[at:]):
            return at
        at = text.find(text[:1], at + 1)
    return 0


def _common(pieces: list[Piece]) -> int:
    """With how many bytes all pieces begin."""
    first, last = min(map(_data, pieces)), max(map(_data, pieces))
    return next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))


def _columns(pieces: list[Piece]) -> Iterator[list[tuple[bytes, Piece]]]:
    """Columns that are text and differ, where pieces are rows of one length: each, and all that are side by side."""
    yield from _columns_of(pieces)
    once = [next(same) for _, same in groupby(pieces, _data)]
    if len(once) < len(pieces):
        yield from _columns_of(once)


def _columns_of(rows: list[Piece]) -> Iterator[list[tuple[bytes, Piece]]]:
    joined, width = b"".join(map(_data, rows)), len(rows[0].data)
    columns = [joined[at::width] for at in range(width)]
    for is_text, run in groupby(range(width), lambda at: _is_text(columns[at])):
        # Columns may be the same in a few rows, between others that are not.
        differ = [at for at in run if is_text and columns[at].count(columns[at][:1]) < len(rows)]
        sizes = (*_USUAL_SIZES, width) if isinstance(rows[0].part, Numbers) else (width,)
        ends = {min(differ[0] + size, differ[-1] + 1) for size in sizes} if differ else ()
        for first, after in sorted({*((differ[0], end) for end in ends), *((at, at + 1) for at in differ)}):
            # Zeros fill what is shorter, and rows of others may be between.
            if after - first == 1:
                # The same in less time, as there are many.
                letters = zip(map(_LETTERS.__getitem__, columns[first]), rows, strict=True)
                yield [(letter, row) for letter, row in letters if letter is not None]
                continue
            texts = ((row.data[first:after].replace(b"\0", b""), row) for row in rows)
            yield [(text, row) for text, row in texts if is_plain(text)]


def _is_text(column: bytes) -> bool:
    """Whether nearly all bytes are text or zeros; of random bytes, two in five are."""
    return len(column.translate(None, _TEXT)) <= _MOST_OTHERS * len(column)


def _data(piece: Piece) -> bytes:
    return piece.data


def _unnumbered(data: bytes) -> bytes:
    match = _NUMBERED.fullmatch(data)
    return match[1] if match else data


def _span(start: int, text: bytes, piece: Piece) -> Span:
    where = piece.where
    is_exact = where.length == len(piece.data)
    before = max(piece.data.find(text), 0)
    return Span(
        start, where.frame, where.offset + before, len(text) if is_exact else where.length, is_exact, where.frames[1:]
    )
