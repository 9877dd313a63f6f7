"""Compares the result of each attempt with what was expected."""

from __future__ import annotations

import ssl
from collections import defaultdict, deque
from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.words.counting import count
from overheard.words.result import Exchange
from overheard.words.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.scenario import Attempt, Wire
    from overheard.words.verdict import Verdict
    from overheard.words.visible import Visible
    from overheard_services.client.attempt import Answer

_OPENSSL = ssl.OPENSSL_VERSION_INFO[:2]


def seen_by_client(attempts: Sequence[Attempt], answers: Sequence[Answer], message: str) -> tuple[Exchange, ...]:
    """What the client saw in each attempt, in order, before anything is judged."""
    return tuple(_seen(attempt, answer, message) for attempt, answer in zip(attempts, answers, strict=True))


def exchanges(
    attempts: Sequence[Attempt], answers: Sequence[Answer], verdict: Verdict, message: str
) -> tuple[Exchange, ...]:
    """The result of each attempt, in order."""
    streams = _streams(attempts, verdict.visible)
    return tuple(
        _exchange(attempt, answer, stream, verdict, message)
        for attempt, answer, stream in zip(attempts, answers, streams, strict=True)
    )


def _streams(attempts: Sequence[Attempt], visible: Sequence[Visible]) -> Iterator[Visible | None]:
    """The TCP stream of each attempt: attempts on one port were sequential, and so are their streams."""
    by_port: dict[int, deque[Visible]] = defaultdict(deque)
    for stream in visible:
        by_port[stream.port].append(stream)
    for attempt in attempts:
        streams = by_port[attempt.service.port]
        yield streams.popleft() if streams else None


def _exchange(attempt: Attempt, answer: Answer, stream: Visible | None, verdict: Verdict, message: str) -> Exchange:
    wrong = (*_of_the_client(attempt, answer, _error(answer, message)), *_of_the_wire(attempt, stream, verdict))
    return replace(
        _seen(attempt, answer, message),
        wire=_wire(stream, with_frames=True) if attempt.wire and stream else "",
        wrong=tuple(_clean(text, message) for text in wrong),
    )


def _seen(attempt: Attempt, answer: Answer, message: str) -> Exchange:
    error = _error(answer, message)
    notes = tuple(_clean(note, message) for note in answer.notes)
    return Exchange(attempt.name, not error, _clean(error, message), notes)


def _error(answer: Answer, message: str) -> str:
    if answer.error or answer.message == message:
        return answer.error
    return f"the server sent something else, {count(len(answer.message), 'character')}"


def _clean(text: str, message: str) -> str:
    """If a server sent the message instead of a token, the error would contain it."""
    return text.replace(message, Secret("message", message.encode()).redacted)


def _of_the_client(attempt: Attempt, answer: Answer, error: str) -> Iterator[str]:
    awaited = attempt.expected_error(_OPENSSL)
    if awaited and not error:
        yield f"the client should fail with “{awaited}”, but got the message"
    elif awaited not in error:
        yield f"the client should fail with “{awaited}”, but the error was: {error}"
    elif error and not awaited:
        yield f"the client should get the message, but the error was: {error}"
    if attempt.greeting != answer.greeting:
        yield f"the greeting should be “{attempt.greeting}”, but was “{answer.greeting}”"
    warned = ", ".join(warning.partition(":")[0] for warning in answer.warned)
    if attempt.warning != warned:
        yield f"the client should be warned of {attempt.warning or 'nothing'}, but was warned of {warned or 'nothing'}"


def _of_the_wire(attempt: Attempt, stream: Visible | None, verdict: Verdict) -> Iterator[str]:
    if stream is None:
        if attempt.wire or attempt.overheard is not None:
            yield "nothing of this attempt is in the recording"
        return
    if attempt.wire and (seen := _wire(stream)) not in (fitting := _fitting(attempt.wire)):
        yield f"the wire should show {' or '.join(fitting)}, but shows {seen}"
    overheard = any(sighting.stream == stream.stream for sighting in verdict.sightings)
    if attempt.overheard not in (None, overheard):
        yield f"this attempt should {'not ' if overheard else ''}be overheard, but {'was' if overheard else 'was not'}"


def _fitting(wire: Wire) -> list[str]:
    """What the wire may show, in the format of `_wire`."""
    alerts = [f"{wire.alert} from the {wire.sender}"] if wire.alert else []
    silent = ["no alert"] if wire.perhaps or not wire.alert else []
    return [f"{alert}, and {'some' if wire.application_data else 'no'} application data" for alert in alerts + silent]


def _wire(stream: Visible, *, with_frames: bool = False) -> str:
    """What the wire shows of a stream."""
    alerts = (
        f"{alert.name} from the {alert.sender}" + (f" in frame {alert.frame}" if with_frames else "")
        for alert in stream.alerts
    )
    # What a client sends in clear to a supposed HTTP server counts as data, too.
    data = stream.data_sent or stream.data_guessed or (stream.sent and not stream.hello_frames)
    return f"{' and '.join(alerts) or 'no alert'}, and {'some' if data else 'no'} application data"
