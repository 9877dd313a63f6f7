"""The pages match the code."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from docs.pages import ARCHITECTURE, PAGES, README, ROOT, anchors, prose, rows
from overheard import judge
from overheard.command.run import SETTINGS_OF_A_RUN
from overheard.engines.base import _PASSED_ON, clean_environment
from overheard.words.gallery import ROWS
from overheard.words.spelling import Spelling, spellings
from overheard.words.story import CONTROL, SCENARIOS, STORY
from overheard.words.verdict import Outcome, Presence, Rule
from overheard_capture.identify.protocols import INFRASTRUCTURE
from rows import for_each

PICTURES = sorted(ROOT.glob("docs/**/*.svg"))

by_path = for_each(path=PAGES)


def help_of(*arguments: str) -> str:
    """The `--help` text of a command."""
    command = [sys.executable, "-m", "overheard", *arguments, "--help"]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=True).stdout


@by_path
def test_every_make_target_that_a_page_names_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:`|\$ |: )make ([a-z-]+)", path.read_text())) <= targets


@by_path
def test_every_link_of_a_page_has_a_target(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@by_path
def test_every_folder_and_file_that_a_page_names_by_its_path_exists(path: Path) -> None:
    named = re.findall(r"`((?:\.ci|bench|ca|capture|docs|lab|services|tests)/[\w./-]*)`", prose(path))
    assert [name for name in named if not (ROOT / name).exists()] == []


@by_path
def test_every_call_of_judge_in_a_page_fits_its_parameters(path: Path) -> None:
    for block in re.findall(r"^```python\n(.*?)^```$", path.read_text(), re.MULTILINE | re.DOTALL):
        for call in ast.walk(ast.parse(block)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "judge":
                named = {str(each.arg): each.value for each in call.keywords}
                inspect.signature(judge).bind(*call.args, **named)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_every_picture_is_well_formed_and_self_contained(path: Path) -> None:
    svg = ET.fromstring(path.read_text())  # noqa: S314  (it is our own)
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    for element in svg.iter():
        # What a terminal shows may be an address.
        loaded = [*element.attrib.values(), "" if element.tag.endswith("}text") else element.text or ""]
        assert not re.search(r"https?:|@import", " ".join(loaded))


def test_the_rules_of_the_verdict_are_those_of_the_code() -> None:
    """Every check has a row, and every row has a check."""
    judge = [path.read_text() for path in ROOT.glob("capture/overheard_capture/judge/*.py")]
    source = "\n".join([*judge, (ROOT / "lab/overheard/words/verdict.py").read_text()])
    codes = set(re.findall(r"\b(?:Check\(\s*Rule\.\w+,|_check\()\s*\"([a-z-]+)\"", source))
    # This expression must find every call, or a check would be undocumented.
    calls = len(re.findall(r"(?<!def )\b(?:Check|_check)\(", source)) - source.count("class Check(")
    literal = len(re.findall(r"\b(?:Check\(\s*Rule\.\w+,|_check\()\s*\"", source))
    handed_on = len(re.findall(r"return Check\(Rule\.\w+, code, ", source)) + source.count("Check(**{**check")
    assert calls == literal + handed_on
    documented = rows(ARCHITECTURE, "rule | check |")
    assert {code for _, code, _ in documented} == codes
    assert {rule for rule, _, _ in documented} == {str(rule) for rule in Rule}


def test_the_spellings_are_those_of_the_code() -> None:
    documented = dict(rows(ARCHITECTURE, "spelling |"))
    # Every spelling gives different bytes, so none is left out as a duplicate.
    secrets = (
        'ä "?/>~ë acorns'.encode(),
        "tail 🐿".encode(),
        b"0f8fad5bd9cb469fa165",
        b"acorn" * 8,
        b"4539148803436467",
        b"acorns of the oak",
    )
    looked_for = [spelling for secret in secrets for spelling in spellings(secret)]
    assert set(documented) == {kind(spelling) for spelling in looked_for}
    for spelling in looked_for:
        assert documented[kind(spelling)].startswith("yes" if spelling.any_case else "no")


def kind(spelling: Spelling) -> str:
    """The row of a spelling: those that differ only by a number share one."""
    return re.sub(r"shifted by \d+", "shifted by 1 to 25", spelling.name.partition(",")[0])


def test_the_pages_name_the_infrastructure() -> None:
    """As an abbreviation in capitals; mDNS is read as DNS."""
    witness = (ROOT / "docs" / "witness.md").read_text()
    for page, begin in ((witness, "Infrastructure is no application data: "), (ARCHITECTURE, "(`Purpose`): ")):
        named = re.split(r"[,.] (?:and the control|\n)|\.\n", page.split(begin)[1])[0]
        assert set(re.findall(r"\b[A-Z]{3,}\b", named)) == INFRASTRUCTURE


def test_the_story_of_the_readme_is_that_of_the_code() -> None:
    listed = [(name, title, expected.split(":")[0].strip("`")) for name, title, expected in rows(README, "scenario |")]
    assert listed == [(scenario.name, scenario.title, scenario.expected.outcome) for scenario in STORY]
    for scenario in STORY:
        assert scenario.expected.says in README
    assert f"the scenario `{CONTROL}` came out" in ARCHITECTURE
    assert all(f"overheard run {each.name}" in README for each in SCENARIOS if each not in STORY)


def test_the_output_in_the_readme_shows_every_scenario_with_its_verdict() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    picture = "".join(ET.fromstring((ROOT / "docs" / "demo.svg").read_text()).itertext()).replace("\xa0", " ")  # noqa: S314
    for scenario in STORY:
        assert re.search(rf"^{scenario.name} .* {scenario.expected.outcome} +✓", shown, re.MULTILINE)
        assert re.search(rf"{scenario.name}[^✓]*?{scenario.expected.outcome}\s*✓", picture)
    assert "all as expected" in picture


def test_the_verdicts_on_the_pages_are_those_of_the_code() -> None:
    assert {name for name, _ in rows(README, "verdict |")} == set(Outcome)
    (presence,) = (meaning for term, meaning in rows(ARCHITECTURE, "term |") if term == "presence")
    assert set(re.findall(r"`([a-z ]+)`", presence)) == set(Presence)


def test_every_option_of_the_demo_is_in_the_readme() -> None:
    options = set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", help_of("demo"), re.MULTILINE)) - {"--help"}
    assert {option.split()[0] for option, _ in rows(README, "option |")} == options


def test_the_exit_codes_of_the_readme_are_those_of_the_help() -> None:
    listed = re.findall(r"^  (\d+)  ", help_of(), re.MULTILINE)
    assert [code for code, _ in rows(README, "exit code |")] == listed


def test_the_lab_page_lists_every_variable_that_decides_how_it_runs() -> None:
    listed = {name for name, _, _ in rows((ROOT / "lab" / "README.md").read_text(), "variable |")}
    compose = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    tests = set(re.findall(r"environ\.get\(\"(OVERHEARD_\w+)\"", (ROOT / "tests" / "required.py").read_text()))
    engine = set(
        re.findall(r"environ\.get\(\"(OVERHEARD_\w+)\"", (ROOT / "lab/overheard/engines/local.py").read_text())
    )
    assert listed == {*compose, *tests, *engine, *SETTINGS_OF_A_RUN, "ENGINE"}


def test_the_lab_page_lists_the_variables_that_reach_a_role() -> None:
    page = (ROOT / "lab" / "README.md").read_text()
    (sentence,) = re.findall(r"reaches a role but (.*?):", page)
    assert re.findall(r"`(\w+)`", sentence) == list(_PASSED_ON)


def test_the_table_of_secrets_has_every_volume() -> None:
    volumes = (ROOT / "docker-compose.yml").read_text().split("\nvolumes:\n")[1].split("\n\n")[0]
    listed = [volume for _, volume, _, _ in rows(ARCHITECTURE, "what | volume")]
    assert sorted(listed) == sorted(re.findall(r"^  ([a-z-]+):$", volumes + "\n", re.MULTILINE))


def test_the_changelog_has_a_section_for_unreleased_changes() -> None:
    assert re.findall(r"^## .*$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[0] == "## [Unreleased]"


def test_the_number_of_rows_of_the_gallery_is_right() -> None:
    assert f"has {len(ROWS)} ways for HTTPS" in README
    assert f"{len(ROWS)} of {len(ROWS)} as expected" in README
    assert f"The gallery: {len(ROWS)} ways for HTTPS" in (ROOT / "CHANGELOG.md").read_text()


def test_what_the_output_in_the_readme_counts_is_right() -> None:
    handshakes = sum(row.scheme == "https" for row in ROWS)
    alerts = len({row.wire.alert for row in ROWS} - {""})
    assert f"{handshakes} handshakes, {alerts} alert kinds" in README
    picture = "".join(ET.fromstring((ROOT / "docs" / "demo.svg").read_text()).itertext()).replace("\xa0", " ")  # noqa: S314
    assert f"{handshakes} handshakes, {alerts} alert kinds" in picture


def test_the_number_of_scenarios_is_right() -> None:
    number = {13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen"}[len(STORY)]
    changes = (ROOT / "CHANGELOG.md").read_text()
    for page, what in ((README, "scenarios"), (ARCHITECTURE, "recordings"), (changes, "scenarios")):
        assert re.findall(rf"([a-z]+teen) {what}", " ".join(page.split())) == [number]
