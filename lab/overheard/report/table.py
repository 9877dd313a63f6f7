"""The table of verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from overheard.words.verdict import Outcome, Presence, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.words.result import Result

_STYLES = {Outcome.OVERHEARD: "bold red", Outcome.PROTECTED: "bold green", Outcome.INCONCLUSIVE: "bold yellow"}


def table(results: Iterable[Result], message: str) -> Table:
    """One row a scenario: what the client got, what the spy saw, the verdict, and the evidence in a line."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, leading=1)
    for heading, ratio in (
        ("scenario", None),
        ("the client got", 3),
        ("the spy saw", 3),
        ("verdict", None),
        ("evidence", 4),
    ):
        shown.add_column(heading, ratio=ratio, no_wrap=ratio is None)
    for result in results:
        verdict = result.verdict
        shown.add_row(
            # As texts: in a plain string the brackets of an IPv6 address would be read as markup.
            Text(result.scenario),
            Text(message if result.received else short_error(result.error)),
            Text(saw(verdict, message)),
            _stamp(result),
            Text(evidence(verdict)),
        )
    return shown


def short_error(error: str) -> str:
    """The part of an error of `requests` that says what happened: the innermost reason."""
    kind, _, _ = error.partition(":")
    _, found, reason = error.rpartition("certificate verify failed: ")
    return f"{kind}: {reason.partition(' (_ssl')[0]}" if found else error


def saw(verdict: Verdict, message: str) -> str:
    """What there was to see for someone who has no key."""
    if verdict.sightings:
        return f"“{message}”, in frame {verdict.sightings[0].frame}"
    details = [detail for frame in verdict.dissection for detail in frame.details]
    alerts = list(dict.fromkeys(value for name, value in details if name == "alert"))
    versions = list(dict.fromkeys(value.partition(" (")[0] for name, value in details if name == "version"))
    shown = ["ciphertext" if verdict.presence is Presence.KEY_LOG else "a handshake"] if versions else []
    shown += [f"of {version}" for version in versions] + [
        f"and the alert {alert.partition(' (')[0]}" for alert in alerts
    ]
    return " ".join(shown) or "nothing that it could read"


def _stamp(result: Result) -> Text:
    outcome = result.verdict.outcome
    expected = ("as expected", "dim") if result.as_expected else ("NOT AS EXPECTED", "bold red")
    return Text.assemble((outcome.value, _STYLES[outcome]), "\n", expected)


def evidence(verdict: Verdict) -> str:
    """Why, in a line."""
    if verdict.sightings:
        seen = verdict.sightings[0]
        more = f", and {len(verdict.sightings) - 1} more" if len(verdict.sightings) > 1 else ""
        source = f"from {seen.direction.partition(' → ')[0]}, " if seen.direction else ""
        return f"frame {seen.frame}, byte {seen.offset}, {source}spelled {seen.spelling}{more}"
    if verdict.outcome is Outcome.PROTECTED:
        return f"presence: {verdict.presence} (frame {verdict.carrier}); all {len(verdict.checks)} checks hold"
    first, *others = (check.says for check in verdict.reasons)
    return f"{first}; and {len(others)} more" if others else first
