"""Rules 2 and 4: the secret is absent, and long enough for its absence to be significant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.counting import count
from overheard.words.verdict import Check, Rule
from overheard_capture.content.findings import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.sighting import Sighting
    from overheard_capture.judge.evidence import Case
    from overheard_capture.scan.hosts import HostPair

# The expected number of chance matches below which chance is ruled out.
_CHANCE = 1e-6
# Below this, the number tells nobody anything.
_IMPOSSIBLE = 1e-12
# The maximum number of kinds of unread content in the report.
_MAX_KINDS = 5
# The number of pairs of hosts that are named with the most of it.
_MAX_HOSTS = 3
_HINTS = {
    Reason.OPAQUE: "encrypt it, leave out hosts that are irrelevant (--without), or inspect it with Wireshark",
    Reason.DAMAGED: "record again if its sender broke it off, leave out hosts that are irrelevant (--without), or "
    "inspect it with Wireshark: it begins in a known format, and is malformed later",
    Reason.LIMIT: "inspect it by other means, or allow more layers (--depth)",
    Reason.GAP: "record again: data after a gap cannot be decoded",
    Reason.KEY: "replace the key, and send it encrypted: whoever recorded this has it as well",
}


def check_absent(case: Case, sightings: list[Sighting]) -> Iterator[Check]:
    """Check that the secret was seen nowhere, and that everything searched could be read."""
    facts = case.facts
    searched = f"{count(facts.streams, 'TCP stream')} and {count(facts.frames - facts.left_out, 'frame')}"
    nowhere = f"none of its {len(case.evidence.search.spellings)} spellings is in {searched}"
    omitted = case.evidence.hits.omitted[case.number]
    seen = count(len(sightings) + omitted, "place") + (f", of which {len(sightings)} are listed" if omitted else "")
    yield Check(Rule.ABSENT, "absent", not sightings, f"it was seen in {seen}" if sightings else nowhere)
    yield check_readable(case)
    yield _chance(case)


def check_readable(case: Case) -> Check:
    """Check that everything searched could be read, as unread data may hide anything."""
    unread = case.facts.unread
    if not unread:
        return Check(Rule.ABSENT, "readable", holds=True, says=_kinds(case))
    parts = []
    for each, where in list(unread.items())[:_MAX_KINDS]:
        under = f" under {' in '.join(reversed(each.layers))}" if each.layers else ""
        parts.append(f"{where}: {each.what}{under}")
    if len(unread) > _MAX_KINDS:
        parts.append(f"and {len(unread) - _MAX_KINDS} more")
    if largest := case.facts.unread_bytes.most_common(_MAX_HOSTS):
        parts.append("the most between " + ", ".join(_pair(*each) for each in largest))
    hints = dict.fromkeys(_HINTS[each.why] for each in unread)
    return Check(Rule.ABSENT, "readable", holds=False, says="; ".join(parts), hint="; ".join(hints))


def _pair(hosts: HostPair, size: int) -> str:
    without = f", --without {hosts.term}" if hosts.term else ""
    protocol = f" of {hosts.protocol}" if hosts.protocol else ""
    return f"{hosts.names} ({count(size, 'byte')}{protocol}{without})"


def _kinds(case: Case) -> str:
    kinds = [f"{count(number, 'flow')} of {kind}" for kind, number in case.facts.kinds.items()]
    if case.facts.protected:
        kinds.append(f"{count(case.facts.protected, 'stream')} with every byte inside a TLS record")
    return ", ".join(kinds) or "no streams"


def _chance(case: Case) -> Check:
    searched = case.facts.searched
    expected = case.evidence.search.chance(searched, case.number)
    holds = expected < _CHANCE
    says = f"{_expected(expected)} in the {searched:,} bytes searched"
    return Check(Rule.CHANCE, "chance", holds, says, "" if holds else "use a longer secret")


def _expected(matches: float) -> str:
    if matches < _IMPOSSIBLE:
        return "a match by chance is next to impossible"
    if matches < 1:
        return f"1 of {1 / matches:,.0f} captures like this one has a match by chance"
    return f"about {matches:,.1f} matches by chance are expected"
