"""The packet that carried the secret of a scenario: its dissection and its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from overheard.report.hexdump import hexdump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.dissected import Dissected
    from overheard.words.result import Result


def carrier(result: Result, data: bytes) -> Iterator[Text]:
    """The frame that carried the secret (`data`), as a hex dump; nothing if no frame did."""
    verdict = result.verdict
    if verdict.carrier is None or not data:
        return
    for frame in verdict.dissection:
        if frame.frame == verdict.carrier:
            yield from _dissected(frame)
    seen = [sighting for sighting in verdict.sightings if sighting.frame == verdict.carrier]
    yield hexdump(data, range(seen[0].offset, seen[0].offset + seen[0].length) if seen else range(0))


def _dissected(frame: Dissected) -> Iterator[Text]:
    yield Text(f"  frame {frame.frame}: {frame.direction}   {' / '.join(frame.layers)}")
    for line in frame.shows:
        yield Text(f"    {line}")
    for name, value in frame.details:
        yield Text(f"    {name}: {value}", style="dim")
    if frame.put_together:
        others = [str(number) for number in frame.put_together if number != frame.frame]
        yield Text(f"  its beginning is in frame {' and '.join(others)}; this is frame {frame.frame}:", style="dim")
