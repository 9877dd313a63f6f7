"""The ground of a verdict: whether all application data was encrypted, and how that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.errors import OverheardError
from overheard.words.ground import Ground, Proof, amounts
from overheard.words.options import SEALED
from overheard.words.verdict import Check, Presence, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from overheard_capture.judge.evidence import Evidence


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
    # DTLS and QUIC are not decrypted.
    if evidence.facts.encrypted_flows or evidence.facts.more_flows:
        return False
    try:
        return evidence.every_record_opened
    except (OverheardError, OSError):
        return False


def check_sealed(evidence: Evidence) -> Iterator[Check]:
    """If it is required: check that no application data was in clear."""
    if SEALED not in evidence.required:
        return
    facts = evidence.facts
    if not facts.in_clear:
        yield Check(Rule.ABSENT, "in-clear", holds=True, says="no application data was in clear")
        return
    yield Check(
        Rule.ABSENT,
        "in-clear",
        holds=False,
        says=f"{amounts(facts.in_clear)} in clear, in {facts.clear_flows}",
        hint="encrypt these flows, or leave out those that never carry the secret (--only, --without)",
    )
