"""The packets of a scenario: its request, and what carried the secret, with their dissection and the bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from overheard.report.hexdump import Excerpt
from overheard.words.layer import OpenedBy
from overheard.words.verdict import NEVER_SENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import RenderableType

    from overheard.words.dissected import Dissected
    from overheard.words.result import Result
    from overheard.words.verdict import Verdict


def packets(result: Result, data: bytes) -> Iterator[RenderableType]:
    """The request, and the frame that carried the secret (`data`), as a hex dump; nothing of it if no frame did."""
    verdict = result.verdict
    carrier = next((frame for frame in verdict.dissection if data and frame.frame == verdict.carrier), None)
    if carrier and _is_request(carrier, verdict):
        yield _heading("the request")
    else:
        yield from _request(result, carrier)
    if verdict.carrier is None or not data:
        return
    if carrier:
        yield from _dissected(carrier)
    yield Text(f"  the bytes of frame {verdict.carrier}:", style="dim")
    seen = [sighting for sighting in verdict.sightings if sighting.frame == verdict.carrier]
    yield Excerpt(data, range(seen[0].offset, seen[0].offset + seen[0].length) if seen else range(0), whole=True)
    yield Text()


def _is_request(frame: Dissected, verdict: Verdict) -> bool:
    return frame.is_request or frame.direction.partition(" → ")[0] in {stream.client for stream in verdict.visible}


def _request(result: Result, carrier: Dissected | None) -> Iterator[Text]:
    """The request that the carrier answers; without a carrier, that of the only attempt, or that there was none."""
    verdict = result.verdict
    if carrier is None and len(result.exchanges) > 1:
        return
    asked = _before(carrier, verdict.dissection) if carrier else None
    asked = asked or next((frame for frame in verdict.dissection if frame.is_request and not carrier), None)
    if asked:
        yield _heading("the request")
        yield from _dissected(asked)
        if asked.is_encrypted:
            yield _sealed(verdict)
        if carrier:
            yield _heading("the response")
    elif any(check.code == NEVER_SENT for check in verdict.reasons):
        yield _heading("the request")
        yield Text("  none was sent: the connection ended before there was one")


def _before(carrier: Dissected, frames: Iterable[Dissected]) -> Dissected | None:
    """The last frame before the carrier that may be its request, in the other direction of its connection."""
    found = None
    for frame in frames:
        other_way = frame.frame < carrier.frame and frame.direction == carrier.opposite
        if other_way and (frame.is_request or frame.is_encrypted):
            found = frame
    return found


def _heading(words: str) -> Text:
    return Text(f"  {words}", style="italic")


def _dissected(frame: Dissected) -> Iterator[Text]:
    yield Text(f"  frame {frame.frame}: {frame.direction}   {' / '.join(frame.layers)}")
    for line in frame.shows:
        yield Text(f"    {line}")
    for name, value in frame.details:
        yield Text(f"    {name}: {value}", style="dim")
    if frame.put_together:
        others = [str(number) for number in frame.put_together if number != frame.frame]
        yield Text(f"    its beginning is in frame {' and '.join(others)}", style="dim")


def _sealed(verdict: Verdict) -> Text:
    """What is not shown of an encrypted request, and who can read it."""
    openers = {layer.opened_by for seen in verdict.sightings for layer in seen.layers}
    spied = openers & {OpenedBy.INTERCEPTOR, OpenedBy.THIEF}
    who = "whoever has the key can read them, and the spy has it" if spied else "without the key, nobody can read them"
    return Text(f"    its first line, its headers and its body are encrypted: {who}", style="dim")
