"""A window, and what is known of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from overheard.words.verdict import Check, Outcome, Rule, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# Nothing went over the wire.
_SOMETHING = "something"
# Connections that are still open are in clear, where that is no matter of a secret alone.
OPEN_IN_CLEAR = "open-in-clear"


class State(StrEnum):
    """The outcome of a window, or that it has none, from the worst to the least."""

    OVERHEARD = "OVERHEARD"
    INCONCLUSIVE = "INCONCLUSIVE"
    PROTECTED = "PROTECTED"
    QUIET = "QUIET"


def state_of(verdict: Verdict) -> State:
    """The state of a window for a secret, by the verdict on it.

    It is quiet if nothing is against PROTECTED but that nothing proves that the secret was sent in this window: each of
    the other rules must hold in every window, and this one in one of them, as in one recording of them all. So is a
    window in which it was proved not to be sent.
    """
    if verdict.outcome is Outcome.NOT_SENT:
        return State.QUIET
    if verdict.outcome is Outcome.INCONCLUSIVE and all(map(is_quiet, verdict.reasons)):
        return State.QUIET
    return State(verdict.outcome)


def is_quiet(reason: Check | Reason) -> bool:
    """Whether a reason is only that nothing proves that the secret was sent in this window."""
    return reason.rule == Rule.PRESENT or reason.code == _SOMETHING


def worst(states: Iterable[State]) -> State:
    """The worst of some states; QUIET if there is none."""
    return min(states, key=list(State).index, default=State.QUIET)


@dataclass(frozen=True)
class Reason:
    """A check that does not hold, for which secrets."""

    code: str
    rule: str
    says: str
    hint: str
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Flows:
    """How many flows that carried data were encrypted throughout, and how many were not."""

    sealed: int = 0
    clear: int = 0


@dataclass(frozen=True)
class Judged:
    """What the judge says about a window.

    `secrets` is its state for each secret; for all of them if there is none. `sightings` are their first ones as plain
    data, and `seen` counts them by secret. `packets` and `bytes` are those of the window's own recording, marks
    included; `dropped` is None if it is unknown. `open` are the flows that are carried on. `in_open` says that
    a sighting is in one of them.
    """

    secrets: Mapping[str, State]
    reasons: tuple[Reason, ...] = ()
    sightings: tuple[Mapping[str, Any], ...] = ()
    seen: Mapping[str, int] = field(default_factory=dict)
    packets: int = 0
    bytes: int = 0
    dropped: int | None = None
    flows: Flows = Flows()
    open: tuple[str, ...] = ()
    in_open: bool = False

    @property
    def state(self) -> State:
        """The state of the window."""
        return worst(self.secrets.values())

    @property
    def waits(self) -> bool:
        """Whether nothing is PROTECTED until connections have ended that are in clear so far."""
        return any(reason.code == OPEN_IN_CLEAR for reason in self.reasons)

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The opposite of `to_json`."""
        return cls(
            **{
                **data,
                "secrets": {name: State(state) for name, state in data["secrets"].items()},
                "reasons": tuple(Reason(**{**each, "secrets": tuple(each["secrets"])}) for each in data["reasons"]),
                "sightings": tuple(data["sightings"]),
                "flows": Flows(**data["flows"]),
                "open": tuple(data["open"]),
            }
        )


@dataclass(frozen=True)
class Window:
    """A window: its number, when it began and ended (seconds since the epoch), and what the judge says.

    `recording` is the file that was kept, if any; `seconds` is how long the judge took.
    """

    number: int
    began: float
    ended: float
    judged: Judged
    recording: str | None = None
    seconds: float = 0.0

    @property
    def state(self) -> State:
        """Its state."""
        return self.judged.state

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "number": self.number,
            "began": self.began,
            "ended": self.ended,
            "outcome": self.state,
            **self.judged.to_json(),
            "recording": self.recording,
            "seconds": round(self.seconds, 3),
        }


def failed(code: str, says: str, hint: str, secrets: Iterable[str] = ()) -> Judged:
    """Of a window that could not be judged."""
    names = tuple(secrets)
    reason = Reason(code, Rule.WHOLE, says, hint, names)
    return Judged(dict.fromkeys(names or ("",), State.INCONCLUSIVE), (reason,))
