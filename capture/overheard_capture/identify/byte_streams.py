"""Identification of byte streams: each direction of a connection is identified by its content."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Readers
from overheard_capture.decoders.fallback import OPAQUE
from overheard_capture.identify.preface_content import read_preface
from overheard_capture.identify.prefaces import PROXY, is_negotiation
from overheard_capture.identify.protocols import (
    OPENVPN,
    PLAIN,
    SSH,
    TELNET,
    TLS,
    identify,
    identify_last,
    match_preface,
)
from overheard_capture.identify.starttls import UpgradeWatch
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.cursor import TruncatedError
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.identify.protocols import Protocol
    from overheard_capture.provenance.origin import Bytes, Origin

# The maximum number of prefaces, such as a PROXY header, before the protocol itself.
_MAX_PREFACES = 8
# This many bytes are enough to identify any protocol.
_HEAD_LENGTH = 80 << 10


def stream(findings: Findings, layers: Layers = ()) -> StreamIdentifier:
    """Create a reader of one direction. Close the readers of both directions once both have ended: they share state."""
    return StreamIdentifier(findings, layers)


READERS = Readers(stream)


class _State(Enum):
    """How the next bytes are handled."""

    IDENTIFYING = auto()  # buffered until the protocol is identified; prefaces are removed
    WATCHING = auto()  # passed to the reader up to where another protocol may begin; the rest is buffered
    READING = auto()  # passed to the reader
    CLOSED = auto()  # no bytes follow


class _Missing(Enum):
    """Whether bytes are missing before the next ones."""

    NOTHING = auto()
    UNKNOWN = auto()  # perhaps the beginning of the connection
    BYTES = auto()


class StreamIdentifier:
    """Identifies and reads one direction. Every byte is accounted for."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._conversation = findings.conversation.of(TlsConversation)
        self._conversation.add_reader()
        # Whether this conversation is inside another one, as in an HTTP tunnel.
        self._is_tunnel = findings.read.total() > 0
        self._state = _State.IDENTIFYING
        self._missing = _Missing.NOTHING
        self._pending = ByteQueue()
        # The offset in the direction, how many bytes before it are PROXY headers, and the number of prefaces.
        self._position = self._proxied = self._prefaces = 0
        # The protocol and its reader; the number of bytes that the reader was given, and of those counted before it.
        self._protocol = PLAIN
        self._reader: Reader | None = None
        self._given = self._counted = 0
        # The offset at which it begins.
        self._begins = 0
        # Detects a change of protocol.
        self._watch = UpgradeWatch(PLAIN)

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read `data`, which comes from `origin`."""
        if self._state is _State.READING:
            self._give(data, origin)
        elif self._state is _State.WATCHING and not self._pending:
            self._watch_for_change(data, origin)
        else:
            self._pending.add(data, origin)
            self._read_buffered()

    def _read_buffered(self) -> None:
        """Read the buffered bytes."""
        if self._state is _State.WATCHING:
            self._watch_for_change(*self._pending.take(len(self._pending)))
            return
        try:
            while self._state is _State.IDENTIFYING and self._pending:
                self._identify()
        except TruncatedError:
            if len(self._pending) > _HEAD_LENGTH:
                self._begin(PLAIN)

    # ---- the protocol

    def _identify(self) -> None:
        start = bytes(self._pending.data[:_HEAD_LENGTH])
        if self._prefaces < _MAX_PREFACES:
            name, length = match_preface(start)
            if length:
                self._take_preface(name, length)
                return
        self._begin(identify(start) or PLAIN)

    def _take_preface(self, name: str, length: int) -> None:
        self._prefaces += 1
        self._findings.read[name] += length
        if name != PLAIN.name:
            self._findings.identify_as(name)
        data, origin = self._pending.take(length)
        read_preface(self._findings, self._layers, name, data, origin)
        # Within a tunnel there were other bytes before it.
        if not self._is_tunnel and is_negotiation(data):
            self._findings.negotiation += length
        self._position += length
        self._proxied += length if name == PROXY else 0

    def _begin(self, protocol: Protocol) -> None:
        """Read everything from here on as this protocol."""
        self._protocol = protocol
        self._counted = self._findings.read.total()
        self._begins = self._position or int(self._is_tunnel)
        self._reader = self._reader_of(protocol)
        # Bytes after CONNECT are handled by the reader of HTTP.
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
            from overheard_capture.identify.midstream import MidstreamReader  # noqa: PLC0415  (most are captured from the beginning)

            return MidstreamReader(self._findings, self._layers, reader)
        return reader

    def _tls(self) -> Reader:
        from overheard_capture.protocols.tls.record_layer import TlsReader  # noqa: PLC0415  (many captures have none)

        after_gap = self._missing is _Missing.BYTES
        reader = TlsReader(self._findings, self._layers, self._position, after_gap=after_gap)
        reader.direction.upgraded = self._is_tunnel or self._position > self._proxied
        reader.direction.begins = self._position or int(self._is_tunnel)
        return reader

    # ---- its reader

    def _give(self, data: Bytes, origin: Origin) -> None:
        if self._reader and len(data):
            self._given += len(data)
            self._position += len(data)
            self._reader.feed(data, origin)

    def _watch_for_change(self, data: Bytes, origin: Origin) -> None:
        """Pass on the bytes before a change of protocol. If one may follow, the rest is buffered."""
        chunk = bytes(data) if isinstance(data, memoryview) else data
        end, found = self._watch.find_change(chunk, origin)
        if end == len(chunk):
            self._give(chunk, origin)
            return
        self._give(memoryview(chunk)[:end], origin)
        self._pending.add(memoryview(chunk)[end:], origin.after(end))
        if found:
            if found is TLS:
                self._findings.identify_as("STARTTLS")
            self._end()
            self._begin(found)

    def _end(self) -> None:
        """Close the reader, and account for all bytes that it was given."""
        if self._reader:
            self._reader.close()
            self._account()
            if self._protocol in (SSH, OPENVPN) and self._findings.encryption:
                self._findings.encryption.begins = self._begins
        self._reader, self._given = None, 0

    def _account(self) -> None:
        """Count bytes that the reader did not count itself as bytes of its protocol."""
        counted = self._findings.read.total() - self._counted
        if counted < self._given:
            self._findings.read[self._protocol.name] += self._given - counted

    # ---- missing bytes

    def gap(self, length: int) -> None:
        """`length` bytes are missing here; 0 if it is unknown whether any are missing."""
        self._read_last()
        if not length:
            if self._missing is _Missing.NOTHING:
                self._missing = _Missing.UNKNOWN
            return
        if self._reader:
            self._reader.gap(length)
            self._watch.reset()
        self._missing = _Missing.BYTES
        self._position += length

    def _read_last(self) -> None:
        """Identify and read the buffered bytes, before a gap or the end."""
        if self._state is _State.IDENTIFYING and self._pending:
            self._begin(identify_last(bytes(self._pending.data[:_HEAD_LENGTH])))
        if self._pending:
            self._give(*self._pending.take(len(self._pending)))

    def close(self) -> None:
        """The direction has ended."""
        if self._state is _State.CLOSED:
            return
        self._read_last()
        given, self._state = self._given, _State.CLOSED
        self._end()
        if self._protocol is PLAIN and given and not self._findings.kinds:
            self._findings.identify_as("unknown" if self._findings.read[OPAQUE] else "plain text")
        self._conversation.remove_reader()
