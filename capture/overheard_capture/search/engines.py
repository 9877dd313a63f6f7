"""Two engines that find where looks end in bytes: hyperscan, and `re` where there is none. Both find the same."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from overheard.words.spelling.look import Exactly, OneOf, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.spelling import Look

# Of more than that, one regular expression finds any sooner than each is found alone.
_FEW = 2

# The number of a look, and where it ends.
Hit = tuple[int, int]


class Engine(Protocol):
    """Finds every place where one of its looks ends."""

    @property
    def name(self) -> str:
        """What it is called."""

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """Each place, in no order."""


class HyperscanEngine:
    """All looks at once, at several gigabytes a second."""

    name = "hyperscan"

    def __init__(self, looks: Sequence[Look]) -> None:
        """Raises ImportError or RuntimeError where it is not to be had on this machine, or cannot do it."""
        # Late, as it takes 30 ms.
        import hyperscan  # noqa: PLC0415

        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._new_scratch = hyperscan.Scratch
        count = len(looks)
        try:
            self._database.compile(
                expressions=[look.regex() for look in looks], ids=list(range(count)), elements=count, flags=[0] * count
            )
        except hyperscan.error as problem:
            raise RuntimeError(str(problem)) from None
        self._local = threading.local()

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """Each place, in the order of the bytes."""
        try:
            scan, note, scratch, found = self._local.own
        except AttributeError:
            scan, note, scratch, found = self._local.own = self._new_own()
        # What a scan that was interrupted left behind.
        found.clear()
        scan(data, note, 0, None, scratch)
        return [*found]

    def _new_own(self) -> tuple[Any, Any, Any, list[Hit]]:
        """What a scan works with, and what no other thread may: made once, as that takes longer than a short scan."""
        found: list[Hit] = []
        append = found.append

        def note(look: int, _: int, end: int, __: int, ___: object) -> None:
            append((look, end))

        return self._database.scan, note, self._new_scratch(self._database), found


class ReEngine:
    """One look after the other, with the standard library alone."""

    name = "re"

    def __init__(self, looks: Sequence[Look]) -> None:
        self._cores: list[tuple[int, _LiteralCore]] = []
        self._patterns: list[tuple[int, re.Pattern[bytes]]] = []
        for number, look in enumerate(looks):
            cores = [_core(form) for form in look.forms]
            if all(cores) and len(cores) <= _FEW:
                self._cores += ((number, core) for core in cores if core)
            else:
                # Backwards, for then what ends somewhere is found at a place of its own.
                self._patterns.append((number, re.compile(look.regex(backwards=True))))

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """Each place, one look after the other."""
        data = bytes(data)
        turned = data[::-1]
        hits = [(number, end) for number, core in self._cores for end in core.ends(data)]
        return hits + [(number, end) for number, pattern in self._patterns for end in _ends(pattern, turned)]


class _LiteralCore(NamedTuple):
    """Bytes that are in all that has a certain look, so many bytes after its beginning: quickly found."""

    text: bytes
    before: int
    whole: re.Pattern[bytes]

    def ends(self, data: bytes) -> Iterator[int]:
        at = data.find(self.text, self.before)
        while at >= 0:
            if match := self.whole.match(data, at - self.before):
                yield match.end()
            at = data.find(self.text, at + 1)


def _core(look: Look) -> _LiteralCore | None:
    """That of a look that is always of the same length."""
    parts = look.looks if isinstance(look, Row) else (look,)
    literals = [part for part in parts if isinstance(part, Exactly)]
    if not literals or not all(isinstance(part, Exactly | OneOf) for part in parts):
        return None
    longest = max(literals, key=lambda part: part.longest)
    before = sum(part.longest for part in parts[: parts.index(longest)])
    return _LiteralCore(longest.text, before, re.compile(look.regex()))


def _ends(pattern: re.Pattern[bytes], turned: bytes) -> Iterator[int]:
    match = pattern.search(turned)
    while match:
        yield len(turned) - match.start()
        match = pattern.search(turned, match.start() + 1)


class BackgroundEngine:
    """The best engine that is to be had. It is made by a thread: hyperscan takes a while, and lets others go on."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self._made: Engine | None = None
        self._thread = threading.Thread(target=self._make, args=(looks,), name="search")
        self._thread.start()

    def _make(self, looks: Sequence[Look]) -> None:
        try:
            self._made = HyperscanEngine(looks)
        except (ImportError, RuntimeError):
            self._made = ReEngine(looks)

    def _wait(self) -> Engine:
        self._thread.join()
        if self._made is None:
            raise RuntimeError("the search could not be made ready")
        return self._made

    @property
    def name(self) -> str:
        """That of the engine."""
        return self._wait().name

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """Each place, as the engine gives them."""
        return (self._made or self._wait()).hits(data)


def engine_for(looks: Sequence[Look], wanted: str) -> Engine:
    """The engine that is wanted (`hyperscan` or `re`), or with `auto` the best that is to be had.

    Raises ImportError or RuntimeError where hyperscan is wanted and not to be had.
    """
    if wanted == "re" or not looks:
        return ReEngine(looks)
    return HyperscanEngine(looks) if wanted == "hyperscan" else BackgroundEngine(looks)
