"""Rule 3: the secret was there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.errors import OverheardError
from overheard.words.verdict import Check, Presence, Rule
from overheard_capture import tshark
from overheard_capture.judge.opened import in_tls, in_tokens
from overheard_capture.judge.wording import count

if TYPE_CHECKING:
    from overheard.words.sighting import Sighting
    from overheard_capture.judge.case import Case


def present(case: Case, sightings: list[Sighting]) -> tuple[Presence, int | None, Check]:
    """How we know that it was there, the frame that carried it, and the check that says so."""
    if sightings:
        # What only the notebook of an interceptor has, no frame of this recording need have carried.
        frame = next((sighting.frame for sighting in sightings if sighting.frame), None)
        where = f"frame {frame} shows it" if frame else "an interceptor wrote it down"
        return Presence.SEEN, frame, _check("present", f"it was there: {where}", holds=True)
    try:
        return _with_keys(case)
    except (OverheardError, OSError) as error:
        return Presence.NONE, None, _check("present", str(error), "see that tshark, and the keys, can be used")


def _check(code: str, says: str, hint: str = "", *, holds: bool = False) -> Check:
    return Check(Rule.PRESENT, code, holds, says, hint)


def _with_keys(case: Case) -> tuple[Presence, int | None, Check]:
    keys = case.exhibit.keys
    for presence, places in (
        (Presence.MESSAGE_KEY, in_tokens(case, keys)),
        (Presence.KEY_LOG, in_tls(case, keys.tls)),
    ):
        if place := next(iter(places), None):
            carrier = place.frames[-1]
            says = f"it was there: frame {carrier} carries it, opened with the {presence}"
            return presence, carrier, _check("present", says, holds=True)
    if case.tls and keys.tls and _nothing_was_sent(case):
        says = f"it never left: {count(len(case.tls), 'TLS stream')}, and no application data in either direction"
        return Presence.NONE, None, _check("never-sent", says)
    return Presence.NONE, None, _not_found(case)


def _nothing_was_sent(case: Case) -> bool:
    """Whether no TLS stream holds application data. One that tshark takes for something else could hold anything."""
    content = tshark.tls_content(case.for_tshark, case.all_tls_keys)
    return content.known >= set(case.tls) and not content.with_data


def _not_found(case: Case) -> Check:
    keys = case.exhibit.keys
    if not keys.tls and not keys.fernet:
        hint = "have the sender write its session keys (SSLKEYLOGFILE)"
        return _check("present", "there is no key log to look inside with", hint)
    says = "the keys open nothing in this recording"
    if pieces := tshark.opened(case.for_tshark, keys.tls, case.tls):
        says = f"the key log opens {count(len(pieces), 'piece')} of application data, and it is in none of them"
    return _check("present", says, "see that the keys are of this run, and that the sender sent what you look for")
