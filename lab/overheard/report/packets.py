"""What there was to see of one scenario: the packet that carried the secret, or the handshake that came to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from overheard.report.hexdump import hexdump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.dissected import Dissected
    from overheard.words.result import Result


def packets(result: Result, data: bytes) -> RenderableType:
    """The frame that carried the secret of a scenario (`data`), in hexadecimal, with what a dissector says of it."""
    verdict = result.verdict
    seen = [sighting for sighting in verdict.sightings if sighting.frame == verdict.carrier]
    marked = range(seen[0].offset, seen[0].offset + seen[0].length) if seen else range(0)
    how = "in clear" if seen else "as ciphertext"
    carrier = [line for frame in verdict.dissection if frame.frame == verdict.carrier for line in _carrier(frame)]
    return Group(
        Text(f"{result.scenario}: frame {verdict.carrier} carried the message {how}", style="bold"),
        *_handshake(result),
        *carrier,
        hexdump(data, marked),
    )


def refusal(result: Result) -> RenderableType:
    """Why the client of a scenario got nothing, in the very words of its library, and what crossed the wire."""
    return Group(
        Text(f"{result.scenario}: the client got no message", style="bold"),
        Text(f"  {result.error}"),
        *_handshake(result),
        *(Text(f"  {check.says}") for check in result.verdict.reasons),
        Text(),
    )


def _carrier(frame: Dissected) -> Iterator[Text]:
    yield Text(f"  {frame.direction}   {' / '.join(frame.layers)}")
    for line in frame.shows:
        yield Text(f"    {line}")
    for name, value in frame.details:
        yield Text(f"    {name}: {value}", style="dim")
    if frame.put_together:
        others = [str(number) for number in frame.put_together if number != frame.frame]
        yield Text(f"  the head of it came in frame {' and '.join(others)}; this is frame {frame.frame}:", style="dim")


def _handshake(result: Result) -> Iterator[Text]:
    """What the handshake shows to everybody, a line a hello or alert."""
    for frame in result.verdict.dissection:
        if "tls" in frame.layers and frame.details:
            values = ", ".join(_labelled(name, value.partition(" (")[0]) for name, value in frame.details)
            yield Text(f"  frame {frame.frame:<4}{_kind(frame):<14}{values}")


def _labelled(name: str, value: str) -> str:
    """A value with its name, unless it says itself what it is: `TLS 1.3`, `TLS_AES_128_GCM_SHA256`, `Unknown CA`."""
    return f"{name} {value}" if name in {"SNI", "ALPN", "group"} else value


def _kind(frame: Dissected) -> str:
    """Client Hello, Server Hello, Alert."""
    return frame.shows[0].rpartition(": ")[2] if "Hello" in frame.shows[0] else frame.shows[0].partition(" ")[0]
