"""The result of judging a capture: a verdict for each secret, and an account of what was read."""

from __future__ import annotations

from dataclasses import asdict, field
from typing import TYPE_CHECKING, Any

from overheard.words.frozen import dataclass
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from overheard.words.secret import Secret
    from overheard.words.sighting import Sighting, Unwrapped
    from overheard.words.verdict import Verdict


@dataclass(frozen=True)
class Flow:
    """One row of the flow table: endpoints, protocol, bytes, whether it is protected, and how many sightings it has.

    `stream` numbers TCP connections as Wireshark's `tcp.stream` does, and is -1 for anything else. `transport` is TCP,
    UDP and so on. `what` is the protocol by its content, whatever its port, such as `HTTP/1.1` or `STARTTLS, TLS 1.3`.
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
    """What was read: frames and bytes of which files, and what they were decoded as.

    `seconds` is the time from the first frame to the last. `read_as` counts bytes by what they were decoded as;
    `left_out` counts frames that the caller excluded; `more_flows` counts flows that are not in the table.
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
    """A sighting of only one of the two witnesses: our own reader, or tshark."""

    secret: str
    frame: int
    seen_by: str
    says: str


@dataclass(frozen=True)
class Report:
    """The verdicts, by the name of the secret, and the account. `disagreements` is None without a second witness.

    Without secrets, the only verdict is on `credentials`, and `found` are those that were seen, to be masked.
    `unwrapped` has the decoded content around sightings inside layers: for display only, as it contains the secrets.
    """

    verdicts: Mapping[str, Verdict]
    account: Account
    disagreements: tuple[Disagreement, ...] | None = None
    unwrapped: Mapping[Sighting, Unwrapped] = field(default_factory=dict, repr=False, compare=False)
    found: tuple[Secret, ...] = field(default=(), repr=False, compare=False)

    @property
    def outcome(self) -> Outcome:
        """The worst of all verdicts: one overheard secret is enough."""
        outcomes = {verdict.outcome for verdict in self.verdicts.values()}
        for outcome in (Outcome.OVERHEARD, Outcome.INCONCLUSIVE, Outcome.NOT_SENT):
            if outcome in outcomes:
                return outcome
        return Outcome.PROTECTED if outcomes else Outcome.INCONCLUSIVE

    @property
    def exit_code(self) -> int:
        """The exit code for this report."""
        return self.outcome.exit_code

    def to_json(self) -> dict[str, Any]:
        """As plain data, without any secret."""
        return {
            "outcome": self.outcome,
            "verdicts": {name: verdict.to_json() for name, verdict in self.verdicts.items()},
            "account": asdict(self.account),
            "disagreements": None
            if self.disagreements is None
            else [asdict(disagreement) for disagreement in self.disagreements],
        }
