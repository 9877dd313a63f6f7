"""What a chapter of the story is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from overheard.words.verdict import Outcome, Verdict


class Trust(StrEnum):
    """Whom the client believes when a server shows its certificate."""

    NOT_ASKED = "not asked"
    NOT_THE_LAB_CA = "not the lab CA"
    LAB_CA = "the lab CA"


@dataclass(frozen=True)
class Service:
    """One address at which a role is to be found."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and port (RFC 6454, 6.2)."""
        return f"{self.scheme}://{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """Its front page: where a server tells the secret message."""
        return f"{self.origin}/"


@dataclass(frozen=True)
class Expectation:
    """What must come out, or the run has failed.

    `error` is a part of the text of the error that the client must get; empty where it must get the message.
    `reasons` are the codes of the checks that must fail, and no others may.
    """

    outcome: Outcome
    error: str = ""
    reasons: frozenset[str] = frozenset()
    says: str = ""

    def meets(self, verdict: Verdict, *, received: bool, error: str) -> bool:
        """Whether this is what came out, of the client (the message, or an error) and of the judge."""
        client = self.error in error and not received if self.error else received and not error
        # A secret that was seen was seen, whatever else was wrong with the recording.
        reasons = self.outcome is Outcome.OVERHEARD or {check.code for check in verdict.reasons} == self.reasons
        return client and verdict.outcome is self.outcome and reasons


@dataclass(frozen=True)
class Scenario:
    """One chapter: who talks to whom, how, and what we expect an eavesdropper to learn."""

    name: str
    title: str
    service: Service
    trust: Trust
    expected: Expectation
