"""Search engines, which find where looks end in bytes: Hyperscan, or `re` without it. Their results are equal."""

from __future__ import annotations

import re
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from overheard.words.spelling.look import Exactly, OneOf, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.spelling import Look

# Up to this many literals are searched for one by one. For more, one regular expression is faster.
_MAX_LITERALS = 2
# How many bytes at the end of a look are searched for before the whole look is.
_LAST_BYTES = 3
# How many bytes `re` searches in the time that Hyperscan takes to compile.
_SMALL_INPUT = 256 << 10
# Of longer expressions, Hyperscan may not be able to report where matches start.
_LONGEST_WITH_START = 1800

# The index of a look, and the offset of its end.
Hit = tuple[int, int]


class Engine(Protocol):
    """Finds the ends of all matches of its looks."""

    @property
    def name(self) -> str:
        """The name of the engine."""

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """All hits, in no particular order."""


class HyperscanEngine:
    """Hyperscan: all looks in one pass, at several gigabytes per second."""

    name = "hyperscan"

    def __init__(self, looks: Sequence[Look]) -> None:
        """Raises ImportError or RuntimeError if Hyperscan is not available, or cannot compile the looks."""
        # Imported late, as it takes 30 ms.
        import hyperscan  # noqa: PLC0415

        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._new_scratch = hyperscan.Scratch
        expressions = [look.regex() for look in looks]
        # Expressions that report where matches start are not merged, and so they compile in half the time. Large ones
        # cannot.
        starts = [hyperscan.HS_FLAG_SOM_LEFTMOST * (len(each) <= _LONGEST_WITH_START) for each in expressions]
        try:
            self._compile(expressions, starts)
        except hyperscan.error:
            try:
                self._compile(expressions, [0] * len(expressions))
            except hyperscan.error as problem:
                raise RuntimeError(str(problem)) from None
        self._local = threading.local()

    def _compile(self, expressions: list[bytes], flags: list[int]) -> None:
        count = len(expressions)
        self._database.compile(expressions=expressions, ids=list(range(count)), elements=count, flags=flags)

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """All hits, by offset."""
        try:
            scan, on_match, scratch, found = self._local.state
        except AttributeError:
            scan, on_match, scratch, found = self._local.state = self._thread_state()
        # It may contain hits of a scan that was interrupted.
        found.clear()
        scan(data, on_match, 0, None, scratch)
        return [*found]

    def _thread_state(self) -> tuple[Any, Any, Any, list[Hit]]:
        """The state of a thread. It is created once, as that takes longer than a short scan."""
        found: list[Hit] = []
        append = found.append

        def on_match(look: int, _: int, end: int, __: int, ___: object) -> None:
            append((look, end))

        return self._database.scan, on_match, self._new_scratch(self._database), found


class ReEngine:
    """The standard library's `re`: one look after the other."""

    name = "re"

    def __init__(self, looks: Sequence[Look]) -> None:
        self._cores: list[tuple[int, _LiteralCore]] = []
        self._others: list[tuple[int, _Backwards]] = []
        for number, look in enumerate(looks):
            cores = [_core(form) for form in look.forms]
            if all(cores) and len(cores) <= _MAX_LITERALS:
                self._cores += ((number, core) for core in cores if core)
            else:
                self._others.append((number, _Backwards(look)))

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """All hits, by look."""
        data = bytes(data)
        reversed_data = data[::-1]
        hits = [(number, end) for number, core in self._cores for end in core.ends(data)]
        others = [each for each in self._others if each[1].shortest <= len(data)]
        return hits + [(number, end) for number, other in others for end in other.ends(reversed_data)]


class _LiteralCore:
    """Literal bytes at a fixed offset (`before`) in every match of a look, for which `bytes.find` is fast."""

    def __init__(self, text: bytes, before: int, look: Look) -> None:
        self._text, self._before, self._look = text, before, look

    @cached_property
    def _whole(self) -> re.Pattern[bytes]:
        # Compiled on first use: most literals do not occur in a capture.
        return re.compile(self._look.regex())

    def ends(self, data: bytes) -> Iterator[int]:
        at = data.find(self._text, self._before)
        while at >= 0:
            if match := self._whole.match(data, at - self._before):
                yield match.end()
            at = data.find(self._text, at + 1)


def _core(look: Look) -> _LiteralCore | None:
    """The literal core of a look of fixed length; None if it has none."""
    parts = look.looks if isinstance(look, Row) else (look,)
    literals = [part for part in parts if isinstance(part, Exactly)]
    if not literals or not all(isinstance(part, Exactly | OneOf) for part in parts):
        return None
    longest = max(literals, key=lambda part: part.longest)
    before = sum(part.longest for part in parts[: parts.index(longest)])
    return _LiteralCore(longest.text, before, look)


class _Backwards:
    """A look that is matched backwards, so that there is one match for each end."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self.shortest = look.shortest

    # Both are compiled on first use: a text such as the name of a secret is shorter than most looks.
    @cached_property
    def _last_bytes(self) -> re.Pattern[bytes]:
        return re.compile(self._look.tail(_LAST_BYTES).regex(backwards=True))

    @cached_property
    def _whole(self) -> re.Pattern[bytes]:
        # Takes ten times as long to compile as that of its last bytes, which are hardly ever in a short text.
        return re.compile(self._look.regex(backwards=True))

    def ends(self, reversed_data: bytes) -> Iterator[int]:
        match = self._last_bytes.search(reversed_data)
        while match and (match := self._whole.search(reversed_data, match.start())):
            yield len(reversed_data) - match.start()
            match = self._last_bytes.search(reversed_data, match.start() + 1)


class BackgroundEngine:
    """The best engine available, compiled in a thread: Hyperscan takes a while, and releases the GIL.

    Without `large_input`, `re` searches the first bytes, and the thread starts only if more follow.
    """

    def __init__(self, looks: Sequence[Look], *, large_input: bool) -> None:
        self._looks = looks
        self._engine: Engine | None = None
        self._thread = threading.Thread(target=self._compile, name="search")
        self._starting = threading.Lock()
        self._re_engine = None if large_input else ReEngine(looks)
        # How many bytes `re` may still search.
        self._left = _SMALL_INPUT
        if large_input:
            self._thread.start()

    def _compile(self) -> None:
        try:
            self._engine = HyperscanEngine(self._looks)
        except (ImportError, RuntimeError):
            self._engine = ReEngine(self._looks)

    def _wait(self) -> Engine:
        with self._starting:
            if self._thread.ident is None:
                self._thread.start()
        self._thread.join()
        self._re_engine = None
        if self._engine is None:
            raise RuntimeError("no search engine could be started")
        return self._engine

    @property
    def name(self) -> str:
        """The name of the engine in use."""
        return (self._re_engine or self._engine or self._wait()).name

    def hits(self, data: bytes | bytearray | memoryview) -> list[Hit]:
        """All hits, in the order of the engine."""
        if (re_engine := self._re_engine) and self._left >= len(data):
            self._left -= len(data)
            return re_engine.hits(data)
        return (self._engine or self._wait()).hits(data)


def engine_for(looks: Sequence[Look], wanted: str, *, large_input: bool = True) -> Engine:
    """The engine `wanted`: `hyperscan`, `re`, or `auto` for the best one available; see `Search` for `large_input`.

    Raises ImportError or RuntimeError if `hyperscan` is wanted, and not available.
    """
    if wanted == "re" or not looks:
        return ReEngine(looks)
    return HyperscanEngine(looks) if wanted == "hyperscan" else BackgroundEngine(looks, large_input=large_input)
