"""One direction of a connection: its protocol is identified by its content, never by its port."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Readers
from overheard_capture.decoders.fallback import OPAQUE
from overheard_capture.identify.prefaces import PROXY
from overheard_capture.identify.protocols import PLAIN, TELNET, TLS, identify, identify_last, preface
from overheard_capture.identify.starttls import UpgradeWatch
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.identify.protocols import Protocol
    from overheard_capture.provenance.origin import Bytes, Origin

# The most prefaces (such as a PROXY header) that may come before the protocol itself.
_MOST_PREFACES = 8
# Enough bytes to identify any protocol.
_ENOUGH = 80 << 10


def stream(findings: Findings, layers: Layers = ()) -> DirectionReader:
    """A reader of one direction. Close both directions when both are over: they share what they know."""
    return DirectionReader(findings, layers)


READERS = Readers(stream)


class _State(Enum):
    """What is done with the next bytes."""

    IDENTIFYING = auto()  # they wait until they tell the protocol; prefaces are taken off
    WATCHING = auto()  # the reader has those up to where another protocol may begin; the others wait
    READING = auto()  # the reader has them
    CLOSED = auto()  # none come


class _Missing(Enum):
    """What is missing before the next bytes."""

    NOTHING = auto()
    UNKNOWN = auto()  # the connection was joined in the middle, perhaps
    BYTES = auto()


class DirectionReader:
    """Reads one direction, and accounts for each of its bytes."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._both = findings.conversation.of(TlsConversation)
        self._both.opened()
        # Whether there is a conversation around this one, as in a tunnel of HTTP.
        self._is_tunnel = findings.read.total() > 0
        self._state = _State.IDENTIFYING
        self._missing = _Missing.NOTHING
        self._pending = ByteQueue()
        # How far the direction is read, how much of that a proxy said, and the number of prefaces in it.
        self._position = self._proxied = self._prefaces = 0
        # The protocol, its reader, how much that was given, and how much was accounted for before it.
        self._protocol = PLAIN
        self._reader: Reader | None = None
        self._given = self._counted = 0
        # Looks for another protocol that begins later.
        self._watch = UpgradeWatch(PLAIN)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if self._state is _State.READING:
            self._give(data, origin)
        elif self._state is _State.WATCHING and not self._pending:
            self._look(data, origin)
        else:
            self._pending.add(data, origin)
            self._go_on()

    def _go_on(self) -> None:
        """Look at what is pending, together with what came now."""
        if self._state is _State.WATCHING:
            self._look(*self._pending.take(len(self._pending)))
            return
        try:
            while self._state is _State.IDENTIFYING and self._pending:
                self._identify()
        except TruncatedError:
            if len(self._pending) > _ENOUGH:
                self._begin(PLAIN)

    # ---- the protocol

    def _identify(self) -> None:
        start = bytes(self._pending.data[:_ENOUGH])
        if self._prefaces < _MOST_PREFACES:
            name, length = preface(start)
            if length:
                self._take_preface(name, length)
                return
        self._begin(identify(start) or PLAIN)

    def _take_preface(self, name: str, length: int) -> None:
        self._prefaces += 1
        self._findings.read[name] += length
        if name != PLAIN.name:
            self._findings.identify_as(name)
        self._pending.drop(length)
        self._position += length
        self._proxied += length if name == PROXY else 0

    def _begin(self, protocol: Protocol) -> None:
        """Read all that follows as this protocol."""
        self._protocol = protocol
        self._counted = self._findings.read.total()
        self._reader = self._reader_of(protocol)
        # What follows CONNECT is up to the reader of HTTP.
        if protocol in (PLAIN, TELNET):
            self._state, self._watch = _State.WATCHING, UpgradeWatch(protocol)
        else:
            self._state = _State.READING
        if self._pending:
            self.feed(*self._pending.take(len(self._pending)))

    def _reader_of(self, protocol: Protocol) -> Reader:
        if protocol is TLS:
            return self._tls()
        reader = protocol.reader(self._findings, self._layers)
        if protocol is PLAIN and self._missing is _Missing.UNKNOWN and not self._position:
            from overheard_capture.identify.midstream import MidstreamReader  # noqa: PLC0415  (most are seen from the beginning)

            return MidstreamReader(self._findings, self._layers, reader)
        return reader

    def _tls(self) -> Reader:
        from overheard_capture.protocols.tls.record_layer import TlsReader  # noqa: PLC0415  (many captures have none)

        torn = self._missing is _Missing.BYTES
        reader = TlsReader(self._findings, self._layers, self._position, torn=torn)
        reader.side.talked = self._is_tunnel or self._position > self._proxied
        reader.side.begins = self._position or int(self._is_tunnel)
        return reader

    # ---- its reader

    def _give(self, data: Bytes, origin: Origin) -> None:
        if self._reader and len(data):
            self._given += len(data)
            self._position += len(data)
            self._reader.feed(data, origin)

    def _look(self, data: Bytes, origin: Origin) -> None:
        """Give the reader all up to where another protocol begins. From where one may begin, the rest waits."""
        held = bytes(data) if isinstance(data, memoryview) else data
        end, found = self._watch.look(held, origin)
        if end == len(held):
            self._give(held, origin)
            return
        self._give(memoryview(held)[:end], origin)
        self._pending.add(memoryview(held)[end:], origin.after(end))
        if found:
            if found is TLS:
                self._findings.identify_as("STARTTLS")
            self._end()
            self._begin(found)

    def _end(self) -> None:
        """Close the reader, and account for all that it was given."""
        if self._reader:
            self._reader.close()
            self._account()
        self._reader, self._given = None, 0

    def _account(self) -> None:
        """Count what the reader did not count itself as its protocol."""
        counted = self._findings.read.total() - self._counted
        if counted < self._given:
            self._findings.read[self._protocol.name] += self._given - counted

    # ---- what is missing

    def gap(self, length: int) -> None:
        """Bytes are missing here: `length` of them, or, where that is 0, perhaps none."""
        self._settle()
        if not length:
            if self._missing is _Missing.NOTHING:
                self._missing = _Missing.UNKNOWN
            return
        if self._reader:
            self._reader.gap(length)
            self._watch.forget()
        self._missing = _Missing.BYTES
        self._position += length

    def _settle(self) -> None:
        """Decide on what waits: no more of it comes."""
        if self._state is _State.IDENTIFYING and self._pending:
            self._begin(identify_last(bytes(self._pending.data[:_ENOUGH])))
        if self._pending:
            self._give(*self._pending.take(len(self._pending)))

    def close(self) -> None:
        """There is no more to come."""
        if self._state is _State.CLOSED:
            return
        self._settle()
        given, self._state = self._given, _State.CLOSED
        self._end()
        if self._protocol is PLAIN and given and not self._findings.kinds:
            self._findings.identify_as("unknown" if self._findings.read[OPAQUE] else "plain text")
        self._both.closed()
