"""What one side of a connection says: told by its content, and never by its port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Readers
from overheard_capture.decoders.fallback import OPAQUE
from overheard_capture.identify.prefaces import PROXY
from overheard_capture.identify.protocols import PLAIN, TELNET, TLS, identify, identify_last, preface
from overheard_capture.identify.starttls import UpgradeWatch
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.protocols.tls.record_layer import TlsReader
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.identify.protocols import Protocol
    from overheard_capture.provenance.origin import Bytes, Origin

# As how many things the beginning of a direction may be read before the real beginning, such as a proxy's words.
_MOST_PREFACES = 8
# So much is enough to know whatever it is.
_ENOUGH = 80 << 10


def stream(findings: Findings, layers: Layers = ()) -> DirectionReader:
    """A reader of one direction. Both directions are to be closed when both are over: they know of each other."""
    return DirectionReader(findings, layers)


READERS = Readers(stream)


class DirectionReader:
    """Reads one direction, and sees to it that each byte counts as something."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._both = findings.conversation.of(TlsConversation)
        self._both.add_reader()
        # Whether others have read before us, as in a tunnel of HTTP.
        self._is_tunnel = findings.read.total() > 0
        self._pending = ByteQueue()
        self._position = self._aside = 0
        # Whether bytes are missing before what comes next, or may be; and how many prefaces there were.
        self._torn = self._joined = self._closed = False
        self._prefaces: list[str] = []
        self._reader: Reader | None = None
        self._is = PLAIN
        # Where something else may begin later; and how much the reader was given, and what counted before.
        self._later: UpgradeWatch | None = None
        self._given = self._counted = 0

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if self._reader and not self._later:
            self._give(data, origin)
        elif self._later and not self._pending:
            self._watch(data, origin)
        else:
            self._pending.add(data, origin)
            self._go_on()

    def _go_on(self) -> None:
        """Look at what is pending, together with what came now."""
        if self._later:
            self._watch(*self._pending.take(len(self._pending)))
            return
        try:
            while not self._reader and self._pending:
                self._decide()
        except TruncatedError:
            if len(self._pending) > _ENOUGH:
                self._begin(PLAIN)

    def _decide(self) -> None:
        start = bytes(self._pending.data[:_ENOUGH])
        if len(self._prefaces) < _MOST_PREFACES:
            name, length = preface(start)
            if length:
                self._take_preface(name, length)
                return
        self._begin(identify(start) or PLAIN)

    def _take_preface(self, name: str, length: int) -> None:
        self._prefaces.append(name)
        self._findings.read[name] += length
        if name != PLAIN.name:
            self._findings.is_a(name)
        self._pending.drop(length)
        self._position += length
        self._aside += length if name == PROXY else 0

    def _begin(self, kind: Protocol) -> None:
        """From here on it is this."""
        self._is = kind
        self._counted = self._findings.read.total()
        if kind is TLS:
            reader = TlsReader(self._findings, self._layers, self._position, after_gap=self._torn)
            reader.direction.upgraded = self._is_tunnel or self._position > self._aside
            reader.direction.begins = self._position or int(self._is_tunnel)
            self._reader = reader
        else:
            self._reader = kind.reader(self._findings, self._layers)
        if kind is PLAIN and self._joined and not self._position:
            from overheard_capture.identify.midstream import MidstreamReader  # noqa: PLC0415  (most are seen from the beginning)

            self._reader = MidstreamReader(self._findings, self._layers, self._reader)
        # What follows after CONNECT is the affair of whoever reads HTTP.
        self._later = UpgradeWatch(kind) if kind in (PLAIN, TELNET) else None
        if self._pending:
            self.feed(*self._pending.take(len(self._pending)))

    def _give(self, data: Bytes, origin: Origin) -> None:
        if self._reader and len(data):
            self._given += len(data)
            self._position += len(data)
            self._reader.feed(data, origin)

    def _watch(self, data: Bytes, origin: Origin) -> None:
        """Hand on all up to where something else begins. Where nobody can say yet, the rest waits."""
        held = bytes(data) if isinstance(data, memoryview) else data
        if not self._later:
            return
        end, kind = self._later.look(held, origin)
        if end == len(held):
            self._give(held, origin)
            return
        self._give(memoryview(held)[:end], origin)
        self._pending.add(memoryview(held)[end:], origin.after(end))
        if kind:
            if kind is TLS:
                self._findings.is_a("STARTTLS")
            self._end()
            self._begin(kind)

    def _end(self) -> None:
        """The reader has all that is for it."""
        if self._reader:
            self._reader.close()
            self._account()
        self._reader = self._later = None
        self._given = 0

    def _account(self) -> None:
        """Count as what the reader is for whatever it did not count itself."""
        counted = self._findings.read.total() - self._counted
        if counted < self._given:
            self._findings.read[self._is.name] += self._given - counted

    def gap(self, length: int) -> None:
        """So many bytes are missing here. None: nobody knows whether any are."""
        self._settle()
        if not length:
            self._joined = True
            return
        if self._reader:
            self._reader.gap(length)
            if self._later:
                self._later.forget()
        self._torn = True
        self._position += length

    def _settle(self) -> None:
        """Nothing that waits for more will get it."""
        if not self._reader and self._pending:
            self._begin(identify_last(bytes(self._pending.data[:_ENOUGH])))
        if self._pending:
            self._give(*self._pending.take(len(self._pending)))

    def close(self) -> None:
        """There is no more to come."""
        if self._closed:
            return
        self._closed = True
        self._settle()
        kind, given = self._is, self._given
        self._end()
        if kind is PLAIN and given and not self._findings.kinds:
            self._findings.is_a("unknown" if self._findings.read[OPAQUE] else "plain text")
        self._both.remove_reader()
