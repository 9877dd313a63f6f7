"""Server-sent events: the page is told when a run has changed, and fetches what is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# How often to look, in seconds, and how long one response lasts: browsers connect again by themselves.
_OFTEN, _LONG = 0.25, 55
# Something must be sent in between, or nobody would notice that the browser has gone.
_ALIVE = 5


def events(stamp: Callable[[], str]) -> Response:
    """A stream with an event `changed` whenever `stamp` is another one; the first says what it is now."""
    return Response(_events(stamp), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _events(stamp: Callable[[], str]) -> Iterator[str]:
    yield "retry: 500\n\n"
    until, last, sent = time.monotonic() + _LONG, "", 0.0
    while (now := time.monotonic()) < until:
        if (seen := stamp()) != last:
            yield f"event: changed\ndata: {seen}\n\n"
            last, sent = seen, now
        elif now - sent > _ALIVE:
            yield ": nothing new\n\n"
            sent = now
        time.sleep(_OFTEN)
