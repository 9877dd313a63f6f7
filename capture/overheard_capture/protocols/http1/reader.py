"""HTTP/1 as one side speaks it: heads, bodies, and what a connection becomes afterwards (RFC 9112)."""

from __future__ import annotations

import re
from collections import deque
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
    match_start_line,
    parse_head,
)
from overheard_capture.protocols.http1.upgrade import upgraded_reader
from overheard_capture.provenance.queue import ByteQueue

if TYPE_CHECKING:
    from overheard_capture.content.findings import Findings
    from overheard_capture.content.readers import Reader
    from overheard_capture.provenance.origin import Bytes, Origin

NAME = "HTTP/1"
# How many requests may wait for their answers: whoever sends more of them is not answered.
_MOST_WAITING = 1 << 16
# What some send between messages (RFC 9112, 2.2).
_BLANK = re.compile(rb"(?:\r?\n)+")
_IN_A_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]")


class Unanswered:
    """The methods of the requests that were not answered yet, in their order."""

    def __init__(self) -> None:
        self.methods: deque[bytes] = deque()


class Http1:
    """Reads one direction: all requests, or all answers."""

    def __init__(self, findings: Findings, layers: Layers) -> None:
        self._findings = findings
        self._layers = layers
        self._waiting: ByteQueue | None = None
        self._body: ChunkedBody | IdentityBody | None = None
        # Who reads what is HTTP no more; and whether that may begin again, after damage or a gap.
        self._other: Reader | None = None
        self._lost = False
        # What the connection becomes, if what follows is no request.
        self._upgrade = b""

    def feed(self, data: Bytes, origin: Origin) -> None:
        """Read on."""
        if self._other and not self._lost:
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
            if self._body:
                at, more = self._in_body(data, origin, at)
            elif self._lost:
                at, more = self._search(data, origin, at, last)
            elif self._other:
                self._hand_over(data, origin, at, len(data))
                return
            else:
                at, more = self._head(data, origin, at, last)
        if at < len(data):
            self._waiting = ByteQueue()
            self._waiting.add(data[at:], origin.after(at))

    def _hand_over(self, data: bytes | bytearray, origin: Origin, begin: int, end: int) -> None:
        """Let others read some of it, who count it as what they take it for."""
        if self._other and end > begin:
            self._findings.read[NAME] -= end - begin
            self._other.feed(memoryview(data)[begin:end], origin.after(begin))

    # ---- each says where to go on, and whether it can be gone on there before more has come

    def _head(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        blank = _BLANK.match(data, at)
        at = blank.end() if blank else at
        if at == len(data):
            return at, True
        line = match_start_line(data, at)
        if line:
            end = end_of_head(data, line.end() - 1)
            if end >= 0:
                self._begin(parse_head(line, data, end))
                return end, True
        elif self._upgrade and (not _IN_A_METHOD.match(data, at) or data.find(b"\n", at) >= 0):
            self._other = upgraded_reader(self._upgrade, self._findings, self._layers)
            return at, True
        waits = line or data.find(b"\n", at, at + LONGEST) < 0
        if waits and len(data) - at < LONGEST and not last:
            return at, False
        self._lose(Reason.DAMAGED, "HTTP/1 that goes on as something else")
        # This is no beginning, whatever it looks like.
        self._hand_over(data, origin, at, at + 1)
        return at + 1, True

    def _in_body(self, data: bytes | bytearray, origin: Origin, at: int) -> tuple[int, bool]:
        if self._body is None:
            return at, False
        at = self._body.read(data, origin, at)
        if self._body.broken:
            self._lose(Reason.DAMAGED, "a body in chunks that goes on as something else")
            return at, True
        if self._body.complete:
            self._end_body()
            return at, True
        return at, False

    def _search(self, data: bytes | bytearray, origin: Origin, at: int, last: bool) -> tuple[int, bool]:
        """Look for the first line of a message. What is not one is read as what it is."""
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
        self._findings.is_a(head.version)
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
            self._other = upgraded_reader(b"", self._findings, self._layers)
        elif head.chunked or head.length:
            self._begin_body(head)

    def _answer(self, head: MessageHead) -> None:
        if head.status == 101:
            self._other = upgraded_reader(head.upgrade, self._findings, self._layers)
        if head.status < 200:
            # The real answer follows.
            return
        methods = self._findings.conversation.of(Unanswered).methods
        method = methods.popleft() if methods else b""
        if method == b"CONNECT" and head.status < 300:
            self._other = upgraded_reader(b"", self._findings, self._layers)
        elif method != b"HEAD" and head.status not in (204, 304) and head.length != 0:
            self._begin_body(head)

    def _begin_body(self, head: MessageHead) -> None:
        reader = body(head.content_type, head.codings)
        if head.chunked:
            self._body = ChunkedBody(self._findings, self._layers, reader)
        else:
            self._body = IdentityBody(self._findings, self._layers, reader, head.length)

    def _end_body(self) -> None:
        if self._body:
            self._body.close()
        self._body = None

    # ---- what goes wrong

    def _lose(self, why: Reason, what: str) -> None:
        """From here on nobody knows where a message begins, until one is seen to."""
        self._findings.unread(why, what, self._layers)
        self._end_body()
        self._other, self._lost = Fallback(self._findings, self._layers), True

    def _end_other(self) -> None:
        if self._other:
            self._other.close()
        self._other, self._lost = None, False

    def gap(self, length: int) -> None:
        """Go on where it is known how much of a body is missing."""
        if not self._other or self._lost:
            self._gap(length)
        if self._other:
            self._other.gap(length)

    def _gap(self, length: int) -> None:
        if self._lost:
            self._read_last()
        if self._lost:
            return
        if not self._waiting and self._body and self._body.gap(length):
            self._findings.unread(Reason.GAP, "an HTTP/1 body with bytes missing", self._layers)
            if self._body.complete:
                self._end_body()
            return
        self._lose(Reason.GAP, "HTTP/1 with bytes missing")
        self._read_last()

    def _read_last(self) -> None:
        """Read what waits, although no more of it comes."""
        if self._waiting:
            data, origin = self._waiting.take(len(self._waiting))
            self._waiting = None
            self._read(data, origin, last=True)

    def close(self) -> None:
        """There is no more to come."""
        self._read_last()
        if self._body and not (self._body.complete or self._body.until_close):
            self._findings.unread(Reason.DAMAGED, "an HTTP/1 body that breaks off before its end", self._layers)
        self._end_body()
        self._end_other()
        if not self._findings.read[NAME]:
            del self._findings.read[NAME]


def http1(findings: Findings, layers: Layers) -> Http1:
    """A reader of one direction."""
    return Http1(findings, layers)
