"""No secret is in any output, in any spelling."""

from __future__ import annotations

import base64
import codecs
import html
import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.command.judge_stub import VALUE, scan
from lab.report.results import shown
from lab.report.scans import INCONCLUSIVE, OVERHEARD, PROTECTED, report
from lab.words.verdicts import verdicts
from overheard.command import scanning
from overheard.report.annotations import annotated
from overheard.report.scan import scanned
from overheard.witness.redaction import Redactor
from overheard.words.errors import OverheardError
from overheard.words.layer import Layer
from overheard.words.report import Account, Disagreement, Flow, Report
from overheard.words.secret import Secret
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Verdict
from overheard_capture.search import Search

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES = ('Xq 07/ü"&%Zv', "plain words here", "qjxzkvWqpt99")


@cache
def redactor_of(value: str) -> tuple[Redactor, Search]:
    secret = Secret("the-name", value.encode())
    return Redactor([secret]), Search([secret], any_case=True, large_input=False)


SPELLED: list[Callable[[str], str]] = [
    str,
    str.upper,
    quote,
    html.escape,
    lambda text: text[::-1],
    lambda text: json.dumps(text)[1:-1],
    lambda text: text.encode().hex(),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.b64encode(b"x" + text.encode()).decode(),
    lambda text: codecs.encode(text, "rot13"),
    "\0".join,
]


@pytest.mark.slow
@settings(max_examples=40)
@given(st.sampled_from(VALUES), st.data(), verdicts)
def test_no_secret_is_in_any_output_in_any_spelling(value: str, data: st.DataObject, verdict: Verdict) -> None:
    """Not even where a stranger's name, or a file's, brings one in."""
    redactor, search = redactor_of(value)
    spelled = st.sampled_from(SPELLED).map(lambda spell: spell(value))
    words = st.tuples(st.text(max_size=3), spelled, st.text(max_size=3)).map("".join)
    hostile = replace(
        verdict,
        checks=(
            *verdict.checks,
            Check(next(iter(INCONCLUSIVE.checks)).rule, "code", False, *data.draw(st.tuples(words, words))),
        ),
        sightings=(Sighting("the-name", "plainly", 3, 4, 5, 0, data.draw(words), 7, (3,), (Layer(data.draw(words)),)),),
    )
    flow = Flow(0, "TCP", data.draw(words), data.draw(words), "HTTP/1.1", 0, 0, 1, 1, False, 1, (data.draw(words),))
    account = Account((data.draw(words),), 1, 1, 0.0, {"HTTP/1.1": 1}, (flow,))
    alone = Disagreement("the-name", 3, "tshark", data.draw(words))
    clean = redactor.redacted(Report({"the-name": hostile}, account, (alone,)))
    made = scanning._Made(clean, {}, 0.0)  # noqa: SLF001  (the one place where every form is made)
    printed = [shown(scanned(clean, every_flow=True), width=1000), *annotated(clean)]
    for said in (*map(made.text, ("json", "sarif", "junit")), *printed):
        assert search.matches(said.encode(errors="replace")) == []


def test_masking_secrets_changes_nothing_else() -> None:
    before = report(a=PROTECTED, b=INCONCLUSIVE, password=OVERHEARD)
    assert Redactor([Secret("x", b"nothing of the kind")]).redacted(before) == before


@pytest.mark.usefixtures("judge")
def test_a_name_that_contains_a_secret_is_refused_without_printing_it() -> None:
    for arguments in (["--secret", f"{VALUE}={VALUE}"], ["--secret", f"a={VALUE}", "--secret", f"{VALUE} old=another"]):
        with pytest.raises(OverheardError, match="itself contains a secret") as error:
            scan("a.pcap", *arguments)
        assert VALUE not in str(error.value)
