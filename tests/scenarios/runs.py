"""A run of the whole story, and its files."""

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

# Not the message of the story, so that a test cannot pass with the message built in.
MESSAGE = "bushy tail 4711"

by_name = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@dataclass(frozen=True)
class Run:
    """One run of the lab, and its files."""

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
        """The Fernet keys that the client saved, or those of the interceptor."""
        lines = self.job.folder.joinpath(*where, MESSAGE_KEYS).read_bytes().splitlines()
        return [line.removeprefix(b"fernet ") for line in lines]

    def notes(self) -> list[dict[str, str]]:
        """The interceptor's notebook."""
        lines = (self.job.folder / INTERCEPTOR / NOTEBOOK).read_text().splitlines()
        return [json.loads(line) for line in lines]


def skip_where_it_was_skipped(result: Result) -> None:
    """Skip the test of a skipped scenario: only what this engine's OpenSSL does not support may be skipped."""
    if result.skipped:
        assert result.scenario == "post-quantum"
        assert str(Need.POST_QUANTUM) in result.skipped
        pytest.skip(result.skipped)
