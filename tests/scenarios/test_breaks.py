"""Each chapter's break: one line of the code is changed, the scenario is run, and the result compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import modified_lab
from overheard.words.story import SCENARIOS
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from overheard.words.chapter import Break
    from overheard.words.scenario import Scenario

pytestmark = pytest.mark.usefixtures("local_engine")


def package_of(change: Break) -> str:
    """The package that has the line."""
    return Path(change.file).parts[1]


def broken(code: Path, change: Break) -> None:
    """Change the line in the copy: the one with this text, at any indentation."""
    # `lab/overheard/...` is `overheard/...` in the copy.
    file = code.joinpath(*Path(change.file).parts[1:])
    lines = file.read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines) if line.strip() == change.line)
    lines[number] = lines[number].replace(change.line, change.instead)
    file.write_text("\n".join(lines) + "\n")


def test_a_server_that_does_not_answer_the_ca_gets_no_certificate(tmp_path: Path) -> None:
    (scenario,) = (each for each in SCENARIOS if each.name == "acme")
    change = replace(
        scenario.chapter.try_this,
        file="services/overheard_services/server/__main__.py",
        line="serve(lambda: create_app(settings.message, key, answers), listeners)",
        instead="serve(lambda: create_app(settings.message, key), listeners)",
    )
    code = modified_lab.copied(tmp_path / "code", package_of(change))
    broken(code, change)
    _, results = modified_lab.run(code, tmp_path / "runs", scenario.name)
    result = results[scenario.name]
    assert result.failed
    assert result.verdict.outcome is not Outcome.PROTECTED
    assert "alert internal error" in result.error


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_breaking_the_line_has_the_effect_that_its_chapter_describes(scenario: Scenario, tmp_path: Path) -> None:
    """The lab must notice: its result must differ from that of the unchanged line."""
    change = scenario.chapter.try_this
    code = modified_lab.copied(tmp_path / "code", package_of(change))
    broken(code, change)
    _, results = modified_lab.run(code, tmp_path / "runs", scenario.name)
    result = results[scenario.name]
    if result.skipped:
        pytest.skip(result.skipped)
    expected = scenario.chapter.try_this
    said = "\n".join((*result.wrong, *(wrong for exchange in result.exchanges for wrong in exchange.wrong)))
    assert (result.verdict.outcome, bool(result.error)) == (expected.outcome, bool(expected.error)), said
    assert expected.error in result.error
    assert result.failed
    assert expected.wrong in said
