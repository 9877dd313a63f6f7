"""The table of the tutorial: each step leads to what exists, in the order of the page on which it is typed."""

from __future__ import annotations

import re
import subprocess
import sys

from docs.pages import ROOT, anchors, rows
from overheard.engines.base import clean_environment
from overheard.report.pages import file_of
from overheard.words.story import SCENARIOS
from rows import for_each

DOCS = ROOT / "docs"
PAGE = (DOCS / "tutorial.md").read_text()
STEPS = rows(PAGE, "the tutorial |")
BY_HAND = DOCS / "by-hand.md"


def links(text: str) -> list[tuple[str, str]]:
    """The text and the target of each link."""
    return re.findall(r"\[([^\]]+)\]\(([^)]+)\)", text)


@for_each(step=STEPS)
def test_each_step_leads_to_the_lab_and_to_what_is_typed(step: list[str]) -> None:
    name, lab, by_hand, better = step
    assert name
    assert better
    assert links(lab)
    assert {target.partition("#")[0] for _, target in links(by_hand)} == {"by-hand.md"}
    for _, target in links(" ".join(step)):
        file, _, anchor = target.partition("#")
        assert (DOCS / file).exists(), target
        assert not anchor or anchor in anchors(DOCS / file), target


def test_the_steps_are_in_the_order_of_the_page_by_hand_and_are_all_of_it() -> None:
    """Except that the page looks at HTTPS on the wire once more, and that the browser comes last there."""
    sections = [anchor for _, _, cell, _ in STEPS for _, target in links(cell) for anchor in [target.partition("#")[2]]]
    order = [anchor for anchor in anchors(BY_HAND) if anchor in sections]
    assert set(anchors(BY_HAND)) - set(order) == {"by-hand", "what-you-need", "what-was-wrong-with-the-old-way"}
    steady = [order.index(anchor) for anchor in sections if anchor not in {"the-browser", "somebody-listens-again"}]
    # The tutorial says why HTTPS matters before it has a server.
    assert [*sorted(steady[:3]), *steady[3:]] == sorted(steady)


def test_a_scenario_leads_to_its_chapter_and_none_is_left_out() -> None:
    chapters = {scenario.name: f"scenarios/{file_of(scenario.name)}" for scenario in SCENARIOS}
    named = {text.strip("`"): target for text, target in links(PAGE) if text.strip("`") in chapters}
    assert named == {name: target for name, target in chapters.items() if name != "gallery"}
    assert chapters["gallery"] in PAGE


def test_every_command_of_the_table_exists() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "overheard", "--help"],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    commands = re.findall(r"^    ([a-z-]+) ", said, re.MULTILINE)
    assert set(re.findall(r"`overheard ([a-z-]+)", PAGE)) <= set(commands)
