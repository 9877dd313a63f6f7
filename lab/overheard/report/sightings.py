"""Where a secret was seen: one line per sighting, and the bytes of the first few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from overheard.report.fitting import Fitting
from overheard.report.hexdump import Excerpt
from overheard.report.labels import CURES, how, how_often, label
from overheard.report.places import to_show
from overheard.words.escaping import escaped
from overheard.words.sighting import CredentialSighting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from overheard.report.places import Place
    from overheard.words.sighting import Sighting, Unwrapped
    from overheard.words.verdict import Verdict

# How many sightings are listed.
_LISTED = 10
# In a terminal of fewer columns they are no table.
_LEAST = 72
# How many bytes around a secret are shown on either side.
_AROUND = 32
# How many bytes of a long decoded secret are shown.
_LONGEST = 256


def sightings(
    verdict: Verdict,
    places: Mapping[int, Place],
    unwrapped: Mapping[Sighting, Unwrapped],
    hide: Callable[[bytes], Iterable[range]] | None,
) -> Iterator[RenderableType]:
    """All sightings of one secret."""
    yield _table(verdict.sightings[:_LISTED])
    if len(verdict.sightings) > _LISTED:
        yield Text(f"  and {len(verdict.sightings) - _LISTED} more", style="dim")
    yield from _cures(verdict)
    for seen in to_show(verdict):
        place, around = places.get(seen.frame), unwrapped.get(seen) if seen.layers else None
        if place or around:
            yield _heading(seen, place)
        if place:
            yield _dump(seen, place, hide)
        if around:
            yield _opened(around, hide is not None)


def _cures(verdict: Verdict) -> Iterator[Text]:
    """What to do about each kind of credential."""
    kinds = dict.fromkeys(seen.spelling for seen in verdict.sightings if isinstance(seen, CredentialSighting))
    cures = {kind: cure for kind in kinds if (cure := CURES.get(kind))}
    if cures:
        yield Text()
    for kind, cure in cures.items():
        yield Text.assemble("  ", (label(kind), "yellow"), f"\n    → {cure}")


def _table(sightings: Sequence[Sighting]) -> Fitting:
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for heading, justify in (("  frame", "right"), ("byte", "right"), ("flow", "right")):
        shown.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]  # rich's own words
    shown.add_column("from → to", overflow="fold")
    shown.add_column("how", overflow="fold", ratio=1)
    listed = []
    for seen in sightings:
        flow = str(seen.stream) if seen.stream >= 0 else "-"
        shown.add_row(*map(Text, (str(seen.frame), str(seen.offset), flow, seen.direction or "-", how_often(seen))))
        of_flow = f", flow {flow}" if seen.stream >= 0 else ""
        where = f"frame {seen.frame}, byte {seen.offset}{of_flow}"
        listed.append((where, seen.direction, how_often(seen)))
    return Fitting(shown, listed, _LEAST)


def _heading(seen: Sighting, place: Place | None) -> Text:
    others = [str(frame) for frame in seen.frames if frame != seen.frame]
    parts = f"; parts of it in frame {', '.join(others[:5])}" if others else ""
    file = f" (frame {place.frame} of {place.file})" if place and place.frame != seen.frame else ""
    return Text(f"\n  frame {seen.frame}{file}: {how(seen)}{parts}", style="italic")


def _dump(seen: Sighting, place: Place, hide: Callable[[bytes], Iterable[range]] | None) -> Excerpt:
    marked = range(seen.offset, min(seen.offset + seen.length, len(place.data)))
    hidden: set[int] = set()
    if hide is not None:
        hidden = {*marked, *(at for part in hide(place.data) for at in part)}
    return Excerpt(place.data, marked, hidden)


def _opened(around: Unwrapped, hidden: bool) -> RenderableType:
    """The decoded content around a secret. If it is masked, all of it is: the context may be part of another secret."""
    if hidden:
        return Text("  decoded: masked; --show-secrets shows it", style="dim")
    before, shown, after = (
        _readable(part) for part in (around.before[-_AROUND:], around.shown, around.after[:_AROUND])
    )
    row = Table.grid()
    row.add_column(no_wrap=True)
    row.add_column(overflow="fold")
    # Marked also for output without colours.
    row.add_row("  decoded: ", Text.assemble(before, (f"»{shown}«", "bold white on red"), after))
    return row


def _readable(data: bytes) -> str:
    text = data[:_LONGEST].decode(errors="replace").replace("\ufffd", "·")
    more = "…" if len(data) > _LONGEST else ""
    return escaped("".join(character if character.isprintable() else "·" for character in text)) + more
