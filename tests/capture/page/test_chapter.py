"""One chapter as the page shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from capture.page.place import MESSAGE
from overheard.words.recording import RESULTS
from overheard.words.result import Exchange, Interim, Result
from overheard.words.verdict import Outcome, Verdict
from overheard_capture.page.chapter import Chapter, chapters
from overheard_capture.page.masking import Masking
from overheard_capture.page.run_folder import RunFolder

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = Exchange("a GET", received=False, error="refused", wrong=("the client should get the message",))


def chapter(folder: Path, name: str, *known: Interim) -> Chapter:
    (folder / RESULTS).write_text(json.dumps({"results": [each.to_json() for each in known]}))
    return next(each for each in chapters(RunFolder(folder), Masking(MESSAGE)) if each.name == name)


def test_it_says_what_each_side_saw(run: RunFolder) -> None:
    shown = {each.name: each for each in chapters(run, Masking(MESSAGE))}
    assert shown["http"].status == "OVERHEARD"
    assert shown["http"].client_got == MESSAGE
    assert MESSAGE in shown["http"].spy_saw
    assert shown["https"].status == "PROTECTED"
    assert shown["https"].client_got == MESSAGE
    assert MESSAGE not in shown["https"].spy_saw
    assert "certificate" in shown["https-untrusted"].client_got
    assert shown["https"].evidence
    assert shown["https"].wrong == ()


def test_before_there_is_a_verdict_it_says_how_far_it_is(tmp_path: Path) -> None:
    judging = chapter(tmp_path, "http", Interim("http", (REFUSED,)))
    assert (judging.status, judging.client_got, judging.spy_saw, judging.evidence) == (
        "being judged",
        "refused",
        "",
        "",
    )
    assert judging.verdict is None
    assert chapter(tmp_path, "https", Interim("http", (REFUSED,))).status == "waiting"


def test_deviations_are_told_at_the_end(tmp_path: Path) -> None:
    verdict = Verdict(Outcome.INCONCLUSIVE, ())
    result = Result("http", (REFUSED,), verdict, ("the verdict should be OVERHEARD",))
    assert chapter(tmp_path, "http", Interim("http", (REFUSED,), verdict)).wrong == ()
    assert chapter(tmp_path, "http", Interim.of(result)).wrong == (*REFUSED.wrong, *result.wrong)


def test_a_skipped_scenario_says_why_and_has_no_verdict(tmp_path: Path) -> None:
    skipped = chapter(tmp_path, "http", Interim.of(Result.of_skipped("http", "it needs a spy")))
    assert (skipped.status, skipped.skipped, skipped.verdict) == ("skipped", "it needs a spy", None)


def test_only_the_key_agreement_has_paint_and_public_values(run: RunFolder) -> None:
    shown = {each.name: each for each in chapters(run, Masking(MESSAGE))}
    assert [name for name, each in shown.items() if each.paint] == ["diffie-hellman"]
    assert shown["diffie-hellman"].public_values
    assert not shown["http"].public_values
