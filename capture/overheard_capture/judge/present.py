"""Rule 3: the secret was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.errors import OverheardError
from overheard.words.verdict import Check, Presence, Rule
from overheard_capture import tshark
from overheard_capture.judge.wording import count
from overheard_capture.packets import Segment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from overheard.words.sighting import Sighting
    from overheard_capture.judge.case import Case
    from overheard_capture.tshark import Opened


def present(case: Case, sightings: list[Sighting]) -> tuple[Presence, int | None, Check]:
    """How we know that it was there, the frame that carried it, and the check that says so."""
    if sightings:
        frame = sightings[0].frame
        return Presence.SEEN, frame, _check("present", f"it was there: frame {frame} shows it", holds=True)
    try:
        return _with_keys(case)
    except OverheardError as error:
        return Presence.NONE, None, _check("present", str(error), "see that tshark works on this file")


def _check(code: str, says: str, hint: str = "", *, holds: bool = False) -> Check:
    return Check(Rule.PRESENT, code, holds, says, hint)


def _with_keys(case: Case) -> tuple[Presence, int | None, Check]:
    keys = case.keys
    if keys is None:
        hint = "have the sender write its session keys (SSLKEYLOGFILE)"
        return Presence.NONE, None, _check("present", "there is no key log to look inside with", hint)
    if carrier := _carrier(case):
        says = f"it was there: frame {carrier} carries it, opened with the key log"
        return Presence.KEY_LOG, carrier, _check("present", says, holds=True)
    # Where the keys open a protected record that is of the handshake or an alert, tshark no longer calls it application
    # data; where they do not open it, it still does.
    if case.tls and not tshark.frames_with(case.exhibit.path, "tls.app_data", keys=keys):
        says = f"it never left: {count(len(case.tls), 'TLS stream')}, and no application data in either direction"
        return Presence.NONE, None, _check("never-sent", says)
    says = "the key log opens nothing in this recording"
    if case.opened:
        says = f"the key log opens {count(len(case.opened), 'piece')} of application data, and it is in none of them"
    hint = "see that the key log is of this run, and that the sender sent what you look for"
    return Presence.NONE, None, _check("present", says, hint)


def _carrier(case: Case) -> int | None:
    """The frame that completed the secret, once the TLS streams are opened."""
    frames = {packet.frame: packet for packet in case.packets if isinstance(packet, Segment)}
    sides: dict[tuple[object, object], list[Opened]] = {}
    for piece in case.opened:
        # tshark puts IP fragments together, and we do not: what came in one has no segment here.
        if segment := frames.get(piece.frame):
            sides.setdefault((segment.source, segment.target), []).append(piece)
    for pieces in sides.values():
        for match in case.search.matches(b"".join(piece.data for piece in pieces)):
            return _frame_at(pieces, match.offset + match.length - 1)
    return None


def _frame_at(pieces: Iterable[Opened], offset: int) -> int | None:
    for piece in pieces:
        if offset < len(piece.data):
            return piece.frame
        offset -= len(piece.data)
    return None
