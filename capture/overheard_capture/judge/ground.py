"""The ground of a verdict: whether all application data was encrypted, and how that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.errors import OverheardError
from overheard.words.ground import Ground, Proof, amounts, values
from overheard.words.options import NO_MEDIA, SEALED
from overheard.words.verdict import Check, Presence, Rule
from overheard_capture.content.opaque_values import MEDIA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from overheard_capture.judge.evidence import Evidence
    from overheard_capture.scan.facts import Facts


_ENCRYPT = "encrypt these flows, or leave out those that never carry the secret (--only, --without)"
_ENCRYPT_ALL = "encrypt these flows, or name the endpoints that must be encrypted (--require sealed HOST:PORT ...)"


def ground_of(evidence: Evidence, presence: Presence) -> Ground:
    """On what it rests that a secret was not seen."""
    facts = evidence.facts
    opaque = facts.values.amounts
    if not (facts.protected or facts.encrypted_flows):
        return Ground(dict(facts.in_clear), opaque=opaque)
    # Only keys that decrypted the secret are known to be those of the capture.
    proved = not facts.in_clear and presence is Presence.KEY_LOG and _is_proved(evidence)
    return Ground(dict(facts.in_clear), Proof.KEYS if proved else Proof.SHAPE, opaque)


def _is_proved(evidence: Evidence) -> bool:
    # Only TLS is decrypted.
    if evidence.facts.encrypted_flows or evidence.facts.more_flows:
        return False
    try:
        return evidence.every_record_opened
    except (OverheardError, OSError):
        return False


def check_required(evidence: Evidence, required: Collection[str]) -> Iterator[Check]:
    """Check what is required of PROTECTED besides the rules."""
    if SEALED in required:
        yield from _check_sealed(evidence)
    if NO_MEDIA in required:
        yield _check_media(evidence)


def _check_sealed(evidence: Evidence) -> Iterator[Check]:
    """Check that no application data was in clear; if endpoints are named, none of theirs."""
    facts = evidence.facts
    if facts.endpoints:
        yield from _check_endpoints(facts)
        return
    if facts.in_clear:
        says = f"{amounts(facts.in_clear)} in clear, in {facts.clear_flows}"
        hint = _ENCRYPT if evidence.search.secrets else _ENCRYPT_ALL
    else:
        says, hint = "no application data was in clear", ""
    yield Check(Rule.ABSENT, "in-clear", holds=not facts.in_clear, says=says, hint=hint)


def _check_endpoints(facts: Facts) -> Iterator[Check]:
    """Check that each endpoint carried application data, and that none of it was in clear."""
    idle = [text for text, each in facts.endpoints.items() if not each.with_data]
    says = (
        f"no flow of {', '.join(idle)} carried application data" if idle else "each endpoint carried application data"
    )
    yield Check(
        Rule.PRESENT,
        "endpoints",
        holds=not idle,
        says=says,
        hint="check the address and port, and that the interface and the filter match the traffic" if idle else "",
    )
    open_ones = {text: each for text, each in facts.endpoints.items() if each.in_clear}
    parts = [f"{text}: {amounts(each.in_clear)} in clear, in {each.clear_flows}" for text, each in open_ones.items()]
    elsewhere = f"; elsewhere {amounts(facts.in_clear)}, in {facts.clear_flows}" if facts.in_clear else ""
    closed = f"no application data of {', '.join(facts.endpoints)} was in clear{elsewhere}"
    yield Check(
        Rule.ABSENT,
        "in-clear",
        holds=not open_ones,
        says="; ".join(parts) or closed,
        hint="encrypt these flows" if open_ones else "",
    )


def _check_media(evidence: Evidence) -> Check:
    """Check that no sample data of media was in clear."""
    found = evidence.facts.values.amounts.get(MEDIA)
    if found:
        says = f"{values(MEDIA, found)} in clear, whose samples nobody reads"
        hint = "leave out hosts that only send images and the like (--only, --without)"
    else:
        says, hint = "no media were in clear", ""
    return Check(Rule.ABSENT, "media", holds=not found, says=says, hint=hint)
