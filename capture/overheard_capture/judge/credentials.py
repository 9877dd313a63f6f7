"""The verdict on a capture for which nobody named a secret: which credentials are in clear, and whether all is sealed.

It is about this capture alone, so that nobody need vouch for it: nothing is said about traffic that is not in it.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from overheard.words.counting import count
from overheard.words.options import SEALED
from overheard.words.secret import Secret
from overheard.words.sighting import CredentialSighting, Unwrapped
from overheard.words.verdict import CREDENTIALS, Check, Presence, Rule, decide
from overheard_capture.content.findings import Reason
from overheard_capture.credentials.table import KINDS
from overheard_capture.credentials.values import decoded_forms
from overheard_capture.judge.absent import check_readable
from overheard_capture.judge.evidence import Case
from overheard_capture.judge.ground import check_required, ground_of
from overheard_capture.judge.present import CHECK_THE_FILTER, ONLY_HANDSHAKES, may_carry
from overheard_capture.judge.sightings import sighting
from overheard_capture.judge.whole import check_capture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard.words.sighting import Sighting
    from overheard.words.verdict import Verdict
    from overheard_capture.judge.evidence import Evidence
    from overheard_capture.scan.hits import Hit


class Credentials:
    """The credentials in a capture, each kind and value once, in the order of frames."""

    def __init__(self, evidence: Evidence) -> None:
        self._first: dict[tuple[int, bytes], Hit] = {}
        self._counts: dict[tuple[int, bytes], int] = {}
        hits = evidence.hits
        for kind in hits.secrets:
            for hit in hits.of(kind):
                key = kind, hit.occurrence.matched
                self._first.setdefault(key, hit)
                self._counts[key] = self._counts.get(key, hits.omitted[key]) + 1
        # Values beyond the maximum.
        self.more = sum(hits.omitted[kind, b""] for kind in hits.secrets)
        self._sightings = {key: self._sighting(key, hit) for key, hit in self._first.items()}

    def _sighting(self, key: tuple[int, bytes], hit: Hit) -> CredentialSighting:
        seen = sighting(hit, CREDENTIALS)
        known = {each.name: getattr(seen, each.name) for each in fields(seen)}
        return CredentialSighting(**known, times=self._counts[key])

    @property
    def sightings(self) -> list[CredentialSighting]:
        """The first sighting of each."""
        return sorted(self._sightings.values(), key=lambda seen: (seen.frame, seen.offset, seen.stream_offset))

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Their values, and the passwords that they may spell, to be masked."""
        return tuple(
            Secret(KINDS[kind].code, form) for kind, value in self._first for form in decoded_forms(value) if form
        )

    @property
    def unwrapped(self) -> dict[Sighting, Unwrapped]:
        """The decoded text around those that are under layers."""
        return {
            self._sightings[key]: Unwrapped(hit.occurrence.before, hit.occurrence.matched, hit.occurrence.after)
            for key, hit in self._first.items()
            if hit.occurrence.layers
        }


def credential_verdict(evidence: Evidence, found: Credentials) -> Verdict:
    """The verdict: OVERHEARD if a credential was seen, PROTECTED if all application data was encrypted."""
    case, sightings = Case(evidence, 0), found.sightings
    checks = [
        *check_capture(case),
        _check_absent(evidence, sightings, found.more),
        *_check_readable(case),
        *_check_encrypted(evidence),
        _check_present(evidence),
    ]
    decided = decide(checks, sightings, Presence.CAPTURED)
    # Keys that open every record are those of the capture.
    ground = ground_of(evidence, Presence.KEY_LOG if evidence.keys.tls else Presence.NONE)
    frame = sightings[0].frame if sightings else None
    return replace(decided, carrier=frame, visible=evidence.visible, ground=ground)


def _check_absent(evidence: Evidence, sightings: Sequence[CredentialSighting], more: int) -> Check:
    facts = evidence.facts
    searched = f"{count(facts.streams, 'TCP stream')} and {count(facts.frames - facts.left_out, 'frame')}"
    if not sightings:
        says = f"none of {len({kind.code for kind in KINDS})} kinds of credentials is in {searched}"
        return Check(Rule.ABSENT, "absent", holds=True, says=says)
    beyond = f", and {more} more" if more else ""
    says = f"{count(len(sightings), 'credential')} in clear{beyond}"
    return Check(Rule.ABSENT, "absent", holds=False, says=says, hint="replace them, and send them encrypted")


def _check_readable(case: Case) -> Iterator[Check]:
    """Check that everything could be read; where only endpoints must be sealed, that no keys are in clear."""
    unread = case.facts.unread
    if not case.facts.endpoints or any(each.why is Reason.KEY for each in unread):
        yield check_readable(case)


def _check_encrypted(evidence: Evidence) -> Iterator[Check]:
    """Check that all application data was encrypted, as far as that is asked."""
    yield from check_required(evidence, {*evidence.required, SEALED})
    unsettled = evidence.facts.unsettled
    yield Check(
        Rule.ABSENT,
        "encrypted",
        holds=not unsettled,
        says=f"it is not established that all of it was encrypted: {unsettled}"
        if unsettled
        else "every flow of a protocol that encrypts is encrypted throughout",
        hint="begin the recording before the first connection" if unsettled else "",
    )


def _check_present(evidence: Evidence) -> Check:
    """Check that there was application data."""
    facts = evidence.facts
    if not may_carry(facts):
        says = f"there is no application data: {ONLY_HANDSHAKES}"
        return Check(Rule.PRESENT, "present", holds=False, says=says, hint=CHECK_THE_FILTER)
    if not (facts.protected or facts.encrypted_flows or facts.in_clear):
        return Check(Rule.PRESENT, "present", holds=False, says="no application data was encrypted", hint="encrypt it")
    says = "there is application data; nothing is said about traffic that is not in this capture"
    return Check(Rule.PRESENT, "present", holds=True, says=says)
