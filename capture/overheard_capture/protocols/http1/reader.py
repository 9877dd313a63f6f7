"""One direction of HTTP/1: heads, bodies, and what a connection switches to (RFC 9112)."""

from __future__ import annotations

import re
from collections import deque
from enum import Enum, auto
from typing import TYPE_CHECKING

from overheard.words.layer import Layers
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.fallback import Fallback
from overheard_capture.decoders.registry import body
from overheard_capture.protocols.http1.chunked import ChunkedBody, IdentityBody
from overheard_capture.protocols.http1.head import (
    LONGEST,
    LONGEST_START,
    RESYNC,
    MessageHead,
    end_of_head,
    head_of,
    starts,
)
from overheard_capture.protocols.http1.upgrade import switched
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

NAME = "HTTP/1"
# The most requests that may wait for their answers: those beyond get none.
_MOST_WAITING = 1 << 16
# Empty lines that some send between messages (RFC 9112, 2.2).
_BLANK = re.compile(rb"(?:\r?\n)+")
_IN_A_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]")


class Unanswered:
    """The methods of the requests that are not answered yet, in order."""

    def __init__(self) -> None:
        self.methods: deque[bytes] = deque()


class _State(Enum):
    """What the next byte is part of."""

    HEAD = auto()  # the head of a message, or empty lines before it
    BODY = auto()
    LOST = auto()  # anything, after damage or a gap: the next head is searched for, and a fallback reads the rest
    SWITCHED = auto()  # what is HTTP/1 no more: another reader has it, up to the end


class Http1:
    """Reads one direction: all requests, or all answers."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._state = _State.HEAD
        self._waiting: ByteQueue | None = None
        self._body: ChunkedBody | IdentityBody | None = None
        # The reader of what is no HTTP/1.
        self._other: Reader | None = None
        # What the connection switches to, unless another request follows.
        self._upgrade = b""

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if self._other and self._state is _State.SWITCHED:
            self._other.feed(data, origin)
            return
        self._findings.read[NAME] += len(data)
        if self._waiting:
            self._waiting.add(data, origin)
            data, origin = self._waiting.take(len(self._waiting))
            self._waiting = None
        self._read(bytes(data) if isinstance(data, memoryview) else data, origin, last=False)

    def _read(self, data: bytes | bytearray, origin: Origin, *, last: bool) -> None:
        at, more = 0, True
        while more and at < len(data):
            if self._state is _State.BODY:
                at, more = self._in_body(data, origin, at)
            elif self._state is _State.LOST:
                at, more = self._search(data, origin, at, last)
            elif self._state is _State.SWITCHED:
                self._hand_over(data, origin, at, len(data))
                return
            else:
                at, more = self._head(data, origin, at, last)
        if at < len(data):
            self._waiting = ByteQueue()
            self._waiting.add(data[at:], origin.after(at))

    def _hand_over(self, data: bytes | bytearray, origin: Origin, begin: int, end: int) -> None:
        """Let the other reader read some of it, and account for it."""
        if self._other and end > begin:
            self._findings.read[NAME] -= end - begin
            self._other.feed(memoryview(data)[begin:end], origin.after(begin))

    # ---- each returns where reading goes on, and whether it can before more has come

    def _head(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        blank = _BLANK.match(data, at)
        at = blank.end() if blank else at
        if at == len(data):
            return at, True
        line = starts(data, at)
        if line:
            end = end_of_head(data, line.end() - 1)
            if end >= 0:
                self._begin(head_of(line, data, end))
                return end, True
        elif self._upgrade and (not _IN_A_METHOD.match(data, at) or data.find(b"\n", at) >= 0):
            self._switch(self._upgrade)
            return at, True
        waits = line or data.find(b"\n", at, at + LONGEST) < 0
        if waits and len(data) - at < LONGEST and not last:
            return at, False
        self._lose(Reason.DAMAGED, "HTTP/1 that goes on as something else")
        # A head was tried here.
        self._hand_over(data, origin, at, at + 1)
        return at + 1, True

    def _in_body(self, data: bytes | bytearray, origin: Origin, at: int) -> tuple[int, bool]:
        if self._body is None:
            return at, False
        at = self._body.read(data, origin, at)
        if self._body.broken:
            self._lose(Reason.DAMAGED, "a body in chunks that goes on as something else")
            return at, True
        if self._body.over:
            self._end_body()
            return at, True
        return at, False

    def _search(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        """Look for the first line of a message, and let the fallback read what comes before it."""
        found = RESYNC.search(data, at)
        if found:
            self._hand_over(data, origin, at, found.start())
            self._end_other()
            return found.start(), True
        keep = len(data)
        if not last:
            keep = max(data.rfind(b"\n", at) + 1, at, keep - LONGEST_START)
        self._hand_over(data, origin, at, keep)
        return keep, False

    # ---- messages

    def _begin(self, head: MessageHead) -> None:
        """A message begins."""
        self._findings.identify_as(head.version)
        if head.contradictory or (head.until_close and not head.status):
            self._lose(Reason.DAMAGED, "HTTP/1 that contradicts itself on the length of a message")
        elif head.status:
            self._answer(head)
        else:
            self._request(head)

    def _request(self, head: MessageHead) -> None:
        methods = self._findings.conversation.of(Unanswered).methods
        if len(methods) < _MOST_WAITING:
            methods.append(head.method)
        self._upgrade = head.upgrade
        if head.method == b"CONNECT":
            self._switch(b"")
        elif head.chunked or head.length:
            self._begin_body(head)

    def _answer(self, head: MessageHead) -> None:
        if head.status == 101:
            self._switch(head.upgrade)
        if head.status < 200:
            # The real answer follows.
            return
        methods = self._findings.conversation.of(Unanswered).methods
        method = methods.popleft() if methods else b""
        if method == b"CONNECT" and head.status < 300:
            self._switch(b"")
        elif method != b"HEAD" and head.status not in (204, 304) and head.length != 0:
            self._begin_body(head)

    def _begin_body(self, head: MessageHead) -> None:
        self._state = _State.BODY
        reader = body(head.kind, head.codings)
        if head.chunked:
            self._body = ChunkedBody(self._findings, self._layers, reader)
        else:
            self._body = IdentityBody(self._findings, self._layers, reader, head.length)

    def _end_body(self) -> None:
        if self._body:
            self._body.close()
        self._body, self._state = None, _State.HEAD

    def _switch(self, upgrade: bytes) -> None:
        """Let another reader have all that follows."""
        self._other, self._state = switched(upgrade, self._findings, self._layers), _State.SWITCHED

    # ---- what goes wrong

    def _lose(self, why: Reason, what: str) -> None:
        """Where the next message begins is unknown from here on: it is searched for."""
        self._findings.unread(why, what, self._layers)
        self._end_body()
        self._other, self._state = Fallback(self._findings, self._layers), _State.LOST

    def _end_other(self) -> None:
        if self._other:
            self._other.close()
        self._other, self._state = None, _State.HEAD

    def gap(self, length: int) -> None:
        """Go on where it is known how much of a body is missing."""
        if self._state is not _State.SWITCHED:
            self._gap(length)
        if self._other:
            self._other.gap(length)

    def _gap(self, length: int) -> None:
        if self._state is _State.LOST:
            self._read_last()
        if self._state is _State.LOST:
            return
        if not self._waiting and self._body and self._body.gap(length):
            self._findings.unread(Reason.GAP, "an HTTP/1 body with bytes missing", self._layers)
            if self._body.over:
                self._end_body()
            return
        self._lose(Reason.GAP, "HTTP/1 with bytes missing")
        self._read_last()

    def _read_last(self) -> None:
        """Read what waits: no more of it comes."""
        if self._waiting:
            data, origin = self._waiting.take(len(self._waiting))
            self._waiting = None
            self._read(data, origin, last=True)

    def close(self) -> None:
        """There is no more to come."""
        self._read_last()
        if self._body and not (self._body.over or self._body.endless):
            self._findings.unread(Reason.DAMAGED, "an HTTP/1 body that breaks off before its end", self._layers)
        self._end_body()
        self._end_other()
        if not self._findings.read[NAME]:
            del self._findings.read[NAME]


def http1(findings: Findings, layers: Layers) -> Http1:
    """A reader of one direction."""
    return Http1(findings, layers)
