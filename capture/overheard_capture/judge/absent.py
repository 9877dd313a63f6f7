"""Rules 2 and 4: the secret is absent, and not only because it is too short to be told from chance."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from overheard.words.verdict import Check, Rule
from overheard_capture.content import Content, is_text
from overheard_capture.judge.wording import count, some
from overheard_capture.packets import Datagram, Other, Packet, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard.words.sighting import Sighting
    from overheard_capture.judge.case import Case
    from overheard_capture.pcapng import Frame

# Expected matches by chance below which chance counts as ruled out.
_CHANCE = 1e-6


def absent(case: Case, sightings: list[Sighting]) -> Iterator[Check]:
    """Whether it is nowhere, and whether the judge could read all that it looked at."""
    searched = f"{count(len(case.streams), 'TCP stream')} and {count(len(case.capture.frames), 'frame')}"
    nowhere = f"none of its {len(case.search.spellings)} spellings is in {searched}"
    says = f"it was seen in {count(len(sightings), 'place')}" if sightings else nowhere
    yield Check(Rule.ABSENT, "absent", not sightings, says)
    unread = [f"stream {number}" for number, what in case.contents.items() if what is Content.UNKNOWN]
    unread += [f"frame {frame.number}" for frame, packet in case.frames if not _readable(case, frame, packet)]
    yield Check(
        Rule.ABSENT,
        "readable",
        not unread,
        f"{some(unread)}: {Content.UNKNOWN}" if unread else _kinds(case),
        "look there with Wireshark; this version does not unwrap compressed, framed or tunnelled content"
        if unread
        else "",
    )
    yield _chance(case)


def _readable(case: Case, frame: Frame, packet: Packet) -> bool:
    """Whether a packet that is of no stream holds nothing beyond what a search for bytes finds.

    What neither side of any stream sent or was sent (a desktop announcing itself to the network) is searched like all
    else, but no party could have hidden the secret in it.
    """
    if isinstance(packet, Datagram) and is_text(packet.payload):
        return True
    if isinstance(packet, Datagram | Other):
        who = names(frame, packet)
        return bool(who) and case.parties.isdisjoint(who)
    return True


def _kinds(case: Case) -> str:
    kinds = Counter(case.contents.values())
    parts = [f"{count(number, 'stream')} of {kind}" for kind, number in kinds.items() if kind is not Content.TLS]
    if case.tls:
        parts.append(f"{count(len(case.tls), 'stream')} of TLS with every byte inside a record")
    return ", ".join(parts) or "no streams"


def _chance(case: Case) -> Check:
    searched = sum(len(frame.data) for frame in case.capture.frames) + sum(len(run.data) for _, _, run in case.runs)
    expected = case.search.chance(searched)
    holds = expected < _CHANCE
    says = f"{expected:.0e} matches are to be expected by chance in the {searched:,} bytes searched"
    return Check(Rule.CHANCE, "chance", holds, says, "" if holds else "judge with a longer secret")
