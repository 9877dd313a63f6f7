"""Finds the codings of `codings` in text, each in its runs, and decodes them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from overheard.words.layer import Layers
from overheard_capture.content.byte_scan import (
    BASE64_ALPHABET,
    ENCODED_WORD,
    SHORTEST_RUN,
    LiteralSet,
    quoted_printable,
)
from overheard_capture.content.randomness import looks_random
from overheard_capture.decoders.armour.coding import HEXADECIMAL, SHORTEST
from overheard_capture.decoders.armour.coding_finder import BEFORE, CodingFinder
from overheard_capture.decoders.armour.codings import CODINGS
from overheard_capture.decoders.armour.escapes import ESCAPED_MARKS, has_escaped
from overheard_capture.decoders.armour.lines import MARKS
from overheard_capture.decoders.armour.runs import LONGEST_DIGEST, codings_in, find_runs, may_be_coded
from overheard_capture.decoders.base64.alphabet import may_have_base64
from overheard_capture.provenance.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from overheard_capture.content.findings import Findings, ReaderFactory
    from overheard_capture.decoders.armour.coding import Coding
    from overheard_capture.decoders.armour.runs import RunsFound

_ALL = range(len(CODINGS))
_NO_ORIGIN = Origin([])


# What begins something to decode that no run of members is.
SIGNS = LiteralSet(*{*ENCODED_WORD.texts, *MARKS.texts, *ESCAPED_MARKS.texts})
# The members of base64 or of any coding. Of those of one of them there are so many in a row in each run.
_MEMBERS = BASE64_ALPHABET + b"".join(coding.members.members for coding in CODINGS)
_IS_MEMBER, _SHORTEST_RUN = bytes(byte in _MEMBERS for byte in range(256)), b"\1" * min(SHORTEST, SHORTEST_RUN)


def has_nothing_encoded(data: bytes | bytearray) -> bool:
    """Whether this text cannot contain anything to decode."""
    if _SHORTEST_RUN in data.translate(_IS_MEMBER) and (may_have_base64(data) or codings_in(data)):
        return False
    return quoted_printable(data) < 0 and not has_sign(data)


def has_sign(data: bytes | bytearray) -> bool:
    """Whether an encoded word, something escaped, or what is read line by line may begin in this text."""
    return SIGNS.first(data) >= 0 and (ENCODED_WORD.first(data) >= 0 or MARKS.first(data) >= 0 or has_escaped(data))


class ArmourFinder:
    """Finds the runs of codings. Decoding is speculative: output that makes no sense is ignored."""

    __slots__ = ("_before", "_begun", "_finders", "_findings", "_layers", "_numbers", "_origin", "_reader", "_tail")

    def __init__(
        self,
        findings: Findings,
        layers: Layers,
        reader: ReaderFactory,
        codings: tuple[Coding, ...] = CODINGS,
    ) -> None:
        self._findings, self._layers, self._reader = findings, layers, reader
        self._numbers: Sequence[int] = _ALL if codings is CODINGS else list(map(CODINGS.index, codings))
        # For each coding, what reads its runs: created at the first one, as most text has none.
        self._finders: list[CodingFinder | None] = [None] * len(CODINGS)
        # For each coding, how many of the last bytes are members. If they are too few for a run, they are at the end of
        # the tail, as most of them begin none; if not, the finder has them, and this is `SHORTEST`.
        self._begun: Sequence[int] = [0] * len(CODINGS)
        self._tail, self._origin = b"", _NO_ORIGIN
        # The last bytes before the tail.
        self._before = b""

    def feed(self, data: bytes | bytearray, origin: Origin) -> None:
        """Read the next bytes."""
        with_digests = self._findings.wants_value(LONGEST_DIGEST)
        found = find_runs(data, self._begun, self._findings.search, with_digests=with_digests)
        for number in self._numbers:
            if self._begun[number]:
                self._continue(number, data, origin, found.ends[number])
            for begin, end in found.runs[number]:
                self._begin(number, self._last_before(data, begin)).read(
                    bytes(data[begin:end]), origin.after(begin), last=True
                )
        self._keep(data, origin, found)
        for finder in filter(None, self._finders):
            finder.search()
        if found.digests and 0 in self._numbers:
            self._count_digests(found.digests)

    def _last_before(self, data: bytes | bytearray, at: int) -> bytes:
        """The last bytes before an offset in the data that follow the tail."""
        return bytes(data[at - BEFORE : at]) if at >= BEFORE else (self._before + self._tail + data[:at])[-BEFORE:]

    def _begin(self, number: int, after: bytes) -> CodingFinder:
        """A run begins, after these bytes. Returns what reads it."""
        if not (finder := self._finders[number]):
            finder = CodingFinder(self._findings, self._layers, self._reader, CODINGS[number])
            self._finders[number] = finder
        finder.begin(after)
        return finder

    def _continue(self, number: int, data: bytes | bytearray, origin: Origin, end: int) -> None:
        """Continue a run, which ends at `end`, unless it is too short."""
        count, finder = self._begun[number], self._finders[number]
        if count < SHORTEST:
            if count + end < SHORTEST and end < len(data):
                return
            at = len(self._tail) - count
            before = self._before + self._tail
            begin = len(before) - count
            if end < len(data) and not may_be_coded(number, before + bytes(data[: end + 1]), begin):
                return
            finder = self._begin(number, before[max(begin - BEFORE, 0) : begin])
            finder.add(self._tail[at:], self._origin.after(at))
        if finder:
            finder.add(data[:end], origin)
            finder.read_pending(last=end < len(data))

    def _keep(self, data: bytes | bytearray, origin: Origin, found: RunsFound) -> None:
        """Keep the members at the end, with which a run may begin."""
        size = len(data)
        begun = [size - last for last in found.last]
        for number, count in enumerate(begun):
            if self._begun[number] and found.ends[number] == size:
                # All of these continue what the finder has.
                begun[number] = SHORTEST
            elif count >= SHORTEST:
                begun[number] = SHORTEST
                if number in self._numbers:
                    at = size - count
                    self._begin(number, self._last_before(data, at)).add(data[at:], origin.after(at))
        at = size - max(count if count < SHORTEST else 0 for count in begun)
        self._before = self._last_before(data, at)
        self._tail, self._origin = bytes(data[at:]), origin.lasting(at, size)
        self._begun = begun

    def _count_digests(self, digests: Iterable[bytes]) -> None:
        """Count values that decode to these bytes."""
        random: list[bytes] = []
        for digest in digests:
            if looks_random(digest):
                random.append(digest)
            else:
                layers = (*self._layers, HEXADECIMAL)
                self._findings.report_value(_size(digest), crc32(digest), layers, is_content=True)
        self._findings.report_values((_size(digest), crc32(digest)) for digest in random)

    def gap(self, _: int) -> None:
        """Bytes are missing here, which ends a run."""
        self.close()

    def close(self) -> None:
        """No more bytes follow."""
        for finder in filter(None, self._finders):
            finder.close()
        self._begun, self._tail = [0] * len(CODINGS), b""


def _size(digest: bytes) -> int:
    """The length of a value without the zero that an odd number of digits begins with."""
    return len(digest) - (not digest[0])
