"""The report of a scan as text, for people: the verdicts, what was seen where, the reasons, and what was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from overheard.report.flows import flows
from overheard.report.labels import how, how_often, label
from overheard.report.sightings import sightings
from overheard.report.table import STYLES
from overheard.words.counting import count
from overheard.words.sighting import CredentialSighting
from overheard.words.texts import all_escaped
from overheard.words.verdict import Outcome, Presence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rich.console import RenderableType

    from overheard.report.places import Place
    from overheard.words.report import Account, Disagreement, Report
    from overheard.words.verdict import Verdict

_WIDEST = max(map(len, Outcome))
# More disagreements than this are counted, not listed.
_MOST_DISAGREEMENTS = 10


def scanned(
    report: Report,
    *,
    places: Mapping[int, Place] | None = None,
    every_flow: bool = False,
    hide: Callable[[bytes], Iterable[range]] | None = None,
) -> Group:
    """The whole report. `places` has the frames whose bytes are shown, by their numbers.

    `hide` says which bytes belong to a secret and must be masked; without it, all are shown.
    """
    return Group(*_parts(all_escaped(report), all_escaped(places or {}), every_flow, hide))


def _parts(
    report: Report,
    places: Mapping[int, Place],
    every_flow: bool,
    hide: Callable[[bytes], Iterable[range]] | None,
) -> Iterator[RenderableType]:
    widest = max(map(len, report.verdicts), default=0)
    yield from (headline(name, verdict, widest) for name, verdict in report.verdicts.items())
    for name, verdict in report.verdicts.items():
        if verdict.sightings:
            yield _heading(f"{name}: where it was seen")
            yield from sightings(verdict, places, report.unwrapped, hide)
    yield from _reasons(report.verdicts)
    if report.disagreements is not None:
        yield from _disagreements(report.disagreements)
    yield from _account(report.account)
    yield from flows(report.account, every_flow)


def headline(name: str, verdict: Verdict, widest: int = 0) -> Text:
    """The verdict on one secret, in one line."""
    outcome = verdict.outcome
    return Text.assemble(
        (outcome.value.ljust(_WIDEST), STYLES[outcome]), "  ", (name.ljust(widest), "bold"), "  ", in_a_line(verdict)
    )


def in_a_line(verdict: Verdict) -> str:
    """The reason for the verdict, in one line."""
    if verdict.sightings:
        first, number = verdict.sightings[0], len(verdict.sightings)
        if isinstance(first, CredentialSighting):
            also = f"; and {number - 1} more" if number > 1 else ""
            return f"{how_often(first)}, in frame {first.frame}{also}"
        more = f", and {'once' if number == 2 else f'{number - 1} times'} more" if number > 1 else ""
        return f"seen in frame {first.frame}, {how(first)}{more}"
    if verdict.outcome is Outcome.PROTECTED and verdict.presence is Presence.CAPTURED:
        return _of_capture(verdict)
    if verdict.outcome is Outcome.PROTECTED:
        carrier = f" (frame {verdict.carrier})" if verdict.carrier else ""
        rest = f"all {len(verdict.checks)} checks hold; presence: {verdict.presence}{carrier}"
        return f"{verdict.ground}; {rest}" if verdict.ground else rest
    if not verdict.reasons:
        return "not every rule was looked at"
    first_reason, *others = verdict.reasons
    says = first_reason.says.partition("\n")[0]
    return f"{says}; and {len(others)} more" if others else says


def _of_capture(verdict: Verdict) -> str:
    """PROTECTED, in one line, if nobody named a secret."""
    if verdict.ground and verdict.ground.sealed:
        return f"{verdict.ground}: all application data that was judged; nothing is said about any other traffic"
    # Endpoints were named, and what is in clear is that of others.
    says = next(check.says for check in verdict.checks if check.code == "in-clear")
    return f"{says}; nothing is said about traffic that is not in this capture"


def _heading(words: str) -> Text:
    return Text(f"\n{words}", style="bold")


def _reasons(verdicts: Mapping[str, Verdict]) -> Iterator[Text]:
    """The checks that do not hold, each with what to do about it; a check that fails for several secrets only once."""
    failed: dict[tuple[str, str, str], list[str]] = {}
    for name, verdict in verdicts.items():
        for check in verdict.reasons:
            # The sightings already say that it is not absent.
            if not (verdict.sightings and check.code == "absent"):
                failed.setdefault((check.code, check.says, check.hint), []).append(name)
    if not failed:
        return
    over = any(verdict.outcome is not Outcome.OVERHEARD for verdict in verdicts.values())
    yield _heading("why not PROTECTED" if over else "other checks that do not hold")
    for (code, says, hint), names in failed.items():
        whose = "" if len(names) == len(verdicts) else f"{', '.join(names)}: "
        yield Text.assemble("  ", (code, "yellow"), f"  {whose}{says}")
        if hint:
            yield Text(f"    → {hint}", style="dim")


def _disagreements(found: Iterable[Disagreement]) -> Iterator[Text]:
    found = list(found)
    if not found:
        yield Text("\nthe second witness, tshark, agrees", style="bold")
        return
    yield _heading("found by only one of the two witnesses")
    for each in found[:_MOST_DISAGREEMENTS]:
        yield Text(f"  {each.secret}: only {each.seen_by} finds it in frame {each.frame}, {each.says}")
    if len(found) > _MOST_DISAGREEMENTS:
        yield Text(f"  and {len(found) - _MOST_DISAGREEMENTS} more", style="dim")


def _account(account: Account) -> Iterator[Text]:
    yield _heading("what was read")
    files = ", ".join(account.files[:3]) + (f" and {len(account.files) - 3} more" if len(account.files) > 3 else "")
    sizes = f"{count(account.frames, 'frame')}, {count(account.bytes, 'byte')}"
    yield Text(f"  {sizes}, {account.seconds:.3f} s of traffic: {files}")
    if account.left_out:
        yield Text(f"  {count(account.left_out, 'frame')} left out, as requested")
    most = sorted(account.read_as.items(), key=lambda item: -item[1])
    width = max((len(str(size)) for _, size in most), default=0)
    yield from (Text(f"  {size:>{width}} byte{'s' * (size != 1)} as {label(what)}") for what, size in most)
