"""Rule 3: the secret was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.counting import count
from overheard.words.errors import OverheardError
from overheard.words.layer import OpenedBy
from overheard.words.options import SENT
from overheard.words.verdict import CHECK_KEYS, WRITE_KEYS, Check, Presence, Rule
from overheard_capture.judge.never_sent import check_never_sent
from overheard_capture.scan.flow_rows import ALERT

if TYPE_CHECKING:
    from overheard.words.sighting import Sighting
    from overheard_capture.judge.evidence import Case
    from overheard_capture.scan.facts import Facts

# Why nothing can have carried a secret, and what to do.
ONLY_HANDSHAKES = "the capture has only handshakes, and infrastructure such as DNS"
CHECK_THE_FILTER = "check that the interface and the filter match the traffic, and that the connections succeeded"


def check_present(case: Case, sightings: list[Sighting]) -> tuple[Presence, int | None, Check]:
    """How it is known that the secret was sent, the frame that carried it, and the check."""
    if sightings:
        # For a sighting in an interceptor's notebook alone, no frame is known.
        frame = next((sighting.frame for sighting in sightings if sighting.frame), None)
        where = f"frame {frame} shows it" if frame else "an interceptor wrote it down"
        return Presence.SEEN, frame, _check("present", f"it was sent: {where}", holds=True)
    try:
        return _with_keys(case)
    except (OverheardError, OSError) as error:
        says, _, hint = str(error).partition("\n")
        hint = hint.strip() or "check that tshark and the keys can be used"
        return Presence.NONE, None, _check("present", says, hint)


def _check(code: str, says: str, hint: str = "", *, holds: bool = False) -> Check:
    return Check(Rule.PRESENT, code, holds, says, hint)


def _with_keys(case: Case) -> tuple[Presence, int | None, Check]:
    evidence = case.evidence
    presence, hits = Presence.MESSAGE_KEY, case.known_to_parties
    if not hits:
        presence, hits = Presence.KEY_LOG, evidence.party_hits.of(case.number)
    if hits:
        # The token or record can be decrypted only once its last frame has arrived.
        carrier = hits[0].occurrence.place.frames[-1]
        says = f"it was sent: frame {carrier} carries it, opened with the {presence}"
        return presence, carrier, _check("present", says, holds=True)
    if OpenedBy.PARTY in evidence.fernet_keys.errors:
        return Presence.NONE, None, _check("present", evidence.fernet_keys.errors[OpenedBy.PARTY], "check the keys")
    if evidence.facts.tls and evidence.keys.tls and evidence.tls_is_empty:
        return Presence.NONE, None, check_never_sent(case)
    return _without_proof(case)


def may_carry(facts: Facts) -> bool:
    """Whether there is any application data, in clear or not. In TLS 1.3 an alert looks like some."""
    in_tls = any(max(stream.data_sent, stream.data_guessed) > ALERT for stream in facts.visible)
    return bool(facts.in_clear or facts.encrypted_flows or in_tls or facts.more_flows or facts.unread)


def _without_proof(case: Case) -> tuple[Presence, int | None, Check]:
    evidence = case.evidence
    keys = evidence.keys
    if not keys.tls and not keys.fernet:
        if SENT in evidence.vouched and evidence.facts.flows_with_payload and not may_carry(evidence.facts):
            says = f"it cannot have been sent: {ONLY_HANDSHAKES}"
            return Presence.NONE, None, _check("present", says, CHECK_THE_FILTER)
        if SENT in evidence.vouched:
            says = "the caller vouches that it was sent: nothing in the capture proves it"
            return Presence.DECLARED, None, _check("present", says, holds=True)
        return Presence.NONE, None, _check("present", "there is no key log to decrypt the capture with", WRITE_KEYS)
    from overheard_capture.wireshark.key_logs import fault_of  # noqa: PLC0415  (only keys need it)

    if fault := next(filter(None, map(fault_of, keys.tls.logs)), ""):
        hint = "give a file that was written with SSLKEYLOGFILE, one line for each secret"
        return Presence.NONE, None, _check("present", fault, hint)
    says = "the keys decrypt nothing in this recording"
    if evidence.decrypted and (opened := len(evidence.decrypted.data)):
        says = f"the key log decrypts {count(opened, 'piece')} of application data, and it is in none of them"
    return Presence.NONE, None, _check("present", says, CHECK_KEYS)
