"""What came of judging a capture: a verdict for each secret, and an account of all that was read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overheard.words.sighting import Sighting, Unwrapped
    from overheard.words.verdict import Verdict


@dataclass(frozen=True)
class Flow:
    """One row of the flow table: who, what it is, how much, whether protected, and what was seen in it.

    `stream` numbers TCP connections as Wireshark's `tcp.stream` does, and is -1 for anything else. `transport` is TCP,
    UDP and so on. `what` is what its content says that it is, `HTTP/1.1` or `STARTTLS, TLS 1.3`, whatever its port.
    `sent` and `answered` are bytes of payload, each counted once. `protected` is whether every byte of it is accounted
    for as encrypted; `remarks` says why not, and what could not be read. `sightings` counts places, of all secrets.
    """

    stream: int
    transport: str
    client: str
    server: str
    what: str
    began: float
    lasted: float
    sent: int
    answered: int
    protected: bool
    sightings: int = 0
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Account:
    """What was read: how many frames and bytes of which files, and as what.

    `seconds` is from the first frame to the last. `read_as` is in bytes, by what they were read as; `left_out` counts
    frames that the caller wanted left out; `more_flows` is how many flows are counted, and not in the table.
    """

    files: tuple[str, ...]
    frames: int
    bytes: int
    seconds: float
    read_as: Mapping[str, int]
    flows: tuple[Flow, ...]
    more_flows: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class Disagreement:
    """Something that only one of the two witnesses saw: our own reader, or tshark."""

    secret: str
    frame: int
    seen_by: str
    says: str


@dataclass(frozen=True)
class Report:
    """The verdicts, by the name of the secret, and the account. `disagreements` is None where one witness was asked.

    `unwrapped` is what sightings under layers look like with these taken off: for the eye, as it holds the secrets.
    """

    verdicts: Mapping[str, Verdict]
    account: Account
    disagreements: tuple[Disagreement, ...] | None = None
    unwrapped: Mapping[Sighting, Unwrapped] = field(default_factory=dict, repr=False, compare=False)

    @property
    def outcome(self) -> Outcome:
        """The gravest of all: one secret that was overheard is enough."""
        outcomes = {verdict.outcome for verdict in self.verdicts.values()}
        for outcome in (Outcome.OVERHEARD, Outcome.INCONCLUSIVE):
            if outcome in outcomes:
                return outcome
        return Outcome.PROTECTED if outcomes else Outcome.INCONCLUSIVE

    @property
    def exit_code(self) -> int:
        """The exit code of a program whose result this is."""
        return self.outcome.exit_code

    def to_json(self) -> dict[str, Any]:
        """As plain data. No secret stands in it."""
        return {
            "outcome": self.outcome,
            "verdicts": {name: verdict.to_json() for name, verdict in self.verdicts.items()},
            "account": asdict(self.account),
            "disagreements": None
            if self.disagreements is None
            else [asdict(disagreement) for disagreement in self.disagreements],
        }
