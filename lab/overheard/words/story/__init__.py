"""The Secret Squirrels' story, as data: one module per part, with one entry per chapter, in the order of the story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard.words.story import (
    certificates,
    clients,
    gallery,
    impostors,
    in_clear,
    issuing,
    later,
    logs,
    revocation,
    sealed,
)

if TYPE_CHECKING:
    from overheard.words.scenario import Scenario

# What is run if nothing else is asked for.
STORY = (
    *in_clear.SCENARIOS,
    *sealed.SCENARIOS,
    *certificates.SCENARIOS,
    *impostors.SCENARIOS,
    *clients.SCENARIOS,
    *later.SCENARIOS,
    *gallery.SCENARIOS,
)

# After the story, what is run if it is asked for.
SCENARIOS = (*STORY, *logs.SCENARIOS, *issuing.SCENARIOS, *revocation.SCENARIOS)

# The positive control: unless it is overheard, nothing in the same run may be called PROTECTED.
CONTROL = "http"


def by_name() -> dict[str, Scenario]:
    """Every scenario by its name, in the order of the story."""
    return {scenario.name: scenario for scenario in SCENARIOS}
