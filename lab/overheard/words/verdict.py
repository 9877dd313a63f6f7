"""The verdict, and the rules that lead to it.

`decide` is the only place that says PROTECTED, and only if every rule was checked and every check of every rule holds.
A wrong PROTECTED is the worst mistake that this software can make. It is also the only place that says NOT SENT, and
only if nothing but the check `never-sent` fails, which is made where the wire proves that the secret never left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from overheard.words.frozen import dataclass
from overheard.words.ground import Ground
from overheard.words.layer import Layer
from overheard.words.sighting import CredentialSighting, Sighting
from overheard.words.visible import Visible

if TYPE_CHECKING:
    from overheard.words.dissected import Dissected


class Outcome(StrEnum):
    """What the judge found."""

    PROTECTED = "PROTECTED"
    OVERHEARD = "OVERHEARD"
    INCONCLUSIVE = "INCONCLUSIVE"
    # The secret never left, which is proved. Nobody has overheard it, but nothing was protected either.
    NOT_SENT = "NOT SENT"

    @property
    def exit_code(self) -> int:
        """The exit code for this outcome. A secret that was not sent is one that nothing can be said about."""
        return list(Outcome).index(Outcome.INCONCLUSIVE if self is Outcome.NOT_SENT else self)


class Presence(StrEnum):
    """How we know that the secret was sent at all."""

    KEY_LOG = "key log"
    MESSAGE_KEY = "message key"
    DECLARED = "declared"
    # Nobody named a secret: the verdict is about whatever is in the capture.
    CAPTURED = "captured"
    SEEN = "seen"
    NONE = "none"


class Rule(StrEnum):
    """What must hold before anything is called PROTECTED."""

    WHOLE = "whole"
    ABSENT = "absent"
    PRESENT = "present"
    CHANCE = "chance"
    CONTROL = "control"


# What to do if keys prove nothing. Who records by themselves (`overheard.witness`) is told the same in other words.
WRITE_KEYS = "have the sender write its session keys (SSLKEYLOGFILE, --keys), or vouch that it was sent"
CHECK_KEYS = "check that the keys belong to this run, and that the sender sent the secret"
# The code of the check that fails where it is proved that a secret never left.
NEVER_SENT = "never-sent"
# The name of the verdict on a capture for which nobody named a secret.
CREDENTIALS = "credentials"
# The control belongs to a run of the lab; the others to every recording.
_OF_EVERY_RECORDING = frozenset(Rule) - {Rule.CONTROL}
# Without a secret, nothing can match by chance.
_OF_CREDENTIALS = _OF_EVERY_RECORDING - {Rule.CHANCE}
_PROVEN = frozenset({Presence.KEY_LOG, Presence.MESSAGE_KEY, Presence.DECLARED, Presence.CAPTURED})


@dataclass(frozen=True)
class Check:
    """One condition: whether it holds, what was seen, in words, and what to do if it does not hold.

    `code` is stable, for machines and for scenarios that expect a certain reason.
    """

    rule: Rule
    code: str
    holds: bool
    says: str
    hint: str = ""


@dataclass(frozen=True)
class Verdict:
    """An outcome with all its evidence.

    `carrier` is the frame that carried the secret, in clear or not, where that is known. `visible` is what each TCP
    stream shows to everybody. `broken` is the shift that was found without knowing the secret, in a text that
    has it with its letters shifted. `ground` is on what the absence rests; None if the file could not be read.
    """

    outcome: Outcome
    checks: tuple[Check, ...]
    sightings: tuple[Sighting, ...] = ()
    presence: Presence = Presence.NONE
    carrier: int | None = None
    dissection: tuple[Dissected, ...] = ()
    visible: tuple[Visible, ...] = ()
    broken: int | None = None
    ground: Ground | None = None

    @property
    def reasons(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.holds)

    def to_json(self) -> dict[str, Any]:
        """As plain data, without the secret itself."""
        return {**asdict(self), "ground": self.ground.to_json() if self.ground else None}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `to_json`."""
        from overheard.words.dissected import Dissected  # noqa: PLC0415  (only a run of the lab has any)

        return cls(
            outcome=Outcome(data["outcome"]),
            checks=tuple(Check(**{**check, "rule": Rule(check["rule"])}) for check in data["checks"]),
            sightings=tuple(
                (CredentialSighting if "times" in seen else Sighting)(
                    **{**seen, "frames": tuple(seen["frames"]), "layers": tuple(map(Layer.of, seen["layers"]))}
                )
                for seen in data["sightings"]
            ),
            presence=Presence(data["presence"]),
            carrier=data["carrier"],
            dissection=tuple(Dissected.from_json(frame) for frame in data["dissection"]),
            visible=tuple(Visible.from_json(stream) for stream in data["visible"]),
            broken=data["broken"],
            ground=Ground.from_json(data["ground"]) if data["ground"] else None,
        )


def decide(
    checks: Iterable[Check],
    sightings: Iterable[Sighting],
    presence: Presence,
) -> Verdict:
    """The verdict on one recording."""
    checks, sightings = tuple(checks), tuple(sightings)
    looked_at = {check.rule for check in checks}
    needed = _OF_CREDENTIALS if presence is Presence.CAPTURED else _OF_EVERY_RECORDING
    if sightings:
        outcome = Outcome.OVERHEARD
    elif looked_at >= needed and all(check.holds for check in checks) and presence in _PROVEN:
        outcome = Outcome.PROTECTED
    elif looked_at >= needed and presence is Presence.NONE and _is_proved_unsent(checks):
        outcome = Outcome.NOT_SENT
    else:
        outcome = Outcome.INCONCLUSIVE
    return Verdict(outcome, checks, sightings, presence)


def _is_proved_unsent(checks: Iterable[Check]) -> bool:
    """Whether every check holds but that the secret was sent, of which there is one: it says that it never left."""
    checks = tuple(checks)
    of_presence = [(check.code, check.holds) for check in checks if check.rule is Rule.PRESENT]
    others = (check.holds for check in checks if check.rule is not Rule.PRESENT)
    return of_presence == [(NEVER_SENT, False)] and all(others)


def under_control(verdicts: Mapping[str, Verdict], control: str) -> dict[str, Verdict]:
    """The verdicts of one run, with the check on the positive control added.

    If the recording named `control` is not OVERHEARD, the run could not have noticed a secret in clear, and nothing in
    it may be called PROTECTED.
    """
    seen = verdicts[control].outcome if control in verdicts else "not run"
    holds = seen is Outcome.OVERHEARD
    check = Check(
        Rule.CONTROL,
        "control",
        holds,
        f"the positive control `{control}` was {seen}",
        "" if holds else f"run the scenario `{control}` with the others, and see why it was not overheard",
    )
    return {name: _with(verdict, check) for name, verdict in verdicts.items()}


def _with(verdict: Verdict, check: Check) -> Verdict:
    again = decide((*verdict.checks, check), verdict.sightings, verdict.presence)
    return replace(verdict, outcome=again.outcome, checks=again.checks)
