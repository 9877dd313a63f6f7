"""A run of the whole story, and what it left."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from overheard.words.recording import MESSAGE_KEYS, NOTEBOOK, STOLEN_KEY
from overheard.words.scenario import Need
from overheard.words.services import INTERCEPTOR
from overheard.words.story import SCENARIOS

if TYPE_CHECKING:
    from pathlib import Path

    from overheard.engines.base import Job
    from overheard.words.result import Result

# Not the message of the story: what is found is what was sent, and nothing is made to look right.
MESSAGE = "bushy tail 4711"

by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@dataclass(frozen=True)
class Run:
    """One run of the lab, and all that it left."""

    engine: str
    job: Job
    results: dict[str, Result]
    progress: list[str]

    def path(self, scenario: str) -> Path:
        """The file of a recording."""
        return self.job.folder / f"{scenario}.pcapng"

    @property
    def stolen(self) -> Path:
        """The server's private key."""
        return self.job.folder / STOLEN_KEY

    def fernet_keys(self, *where: str) -> list[bytes]:
        """The Fernet keys that the client kept, or those of the interceptor."""
        lines = self.job.folder.joinpath(*where, MESSAGE_KEYS).read_bytes().splitlines()
        return [line.removeprefix(b"fernet ") for line in lines]

    def notes(self) -> list[dict[str, str]]:
        """What the interceptor wrote down."""
        lines = (self.job.folder / INTERCEPTOR / NOTEBOOK).read_text().splitlines()
        return [json.loads(line) for line in lines]


def skip_where_it_was_skipped(result: Result) -> None:
    """Only what this engine's OpenSSL cannot do may be skipped, and says so."""
    if result.skipped:
        assert result.scenario == "post-quantum"
        assert str(Need.POST_QUANTUM) in result.skipped
        pytest.skip(result.skipped)
