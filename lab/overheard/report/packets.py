"""The packet that carried the secret, as the spy saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from overheard.report.hexdump import hexdump

if TYPE_CHECKING:
    from overheard.words.dissected import Dissected
    from overheard.words.verdict import Verdict


def packets(scenario: str, verdict: Verdict, data: bytes) -> RenderableType:
    """The frame that carried the secret of a scenario (`data`), in hexadecimal, with what a dissector says of it."""
    seen = [sighting for sighting in verdict.sightings if sighting.frame == verdict.carrier]
    marked = range(seen[0].offset, seen[0].offset + seen[0].length) if seen else range(0)
    told = "carried the message in clear" if seen else "carried the message as ciphertext"
    parts: list[RenderableType] = [Text(f"{scenario}: frame {verdict.carrier} {told}", style="bold")]
    parts += _handshake(verdict)
    for frame in verdict.dissection:
        if frame.frame == verdict.carrier:
            parts.append(Text(f"  {frame.direction}   {' / '.join(frame.layers)}"))
            parts += [Text(f"    {line}") for line in frame.shows]
            parts += [Text(f"    {name}: {value}", style="dim") for name, value in frame.details]
    return Group(*parts, hexdump(data, marked))


def _handshake(verdict: Verdict) -> list[RenderableType]:
    """What the handshake shows to everybody, a line a hello or alert."""
    return [
        Text(f"  frame {frame.frame:<4}{_kind(frame):<14}" + ", ".join(_short(value) for _, value in frame.details))
        for frame in verdict.dissection
        if "tls" in frame.layers and frame.details
    ]


def _kind(frame: Dissected) -> str:
    """Client Hello, Server Hello, Alert."""
    return frame.shows[0].rpartition(": ")[2] if "Hello" in frame.shows[0] else frame.shows[0].partition(" ")[0]


def _short(value: str) -> str:
    """`TLS 1.3 (0x0304)` without its number."""
    return value.partition(" (")[0]
