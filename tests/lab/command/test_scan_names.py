"""Names from outside in the output of `overheard scan`: shown escaped, and never obeyed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import pytest

from capture.frames import exchange, rewritten
from lab.command.judge_stub import VALUE, StubJudge, scan
from lab.report.scans import ACCOUNT, FLOWS, INCONCLUSIVE, MARKS, OVERHEARD, PLAIN
from overheard.engines.base import clean_environment
from overheard.words.layer import Layer
from overheard.words.report import Disagreement, Report
from processes import LONG

if TYPE_CHECKING:
    from overheard.words.verdict import Verdict

HOSTILE = "a\x1b[31m\x9b31m\n::error::x ##vso[x]\u202e\u200b](http://x)"
NAME = os.fsdecode(b"b\xff\x1b]0;x\x07\n::error::x\xe2\x80\xae.pcapng")
FORMS = ("--flows", "--json", "--sarif", "--junit")


def hostile(verdict: Verdict) -> Verdict:
    check = replace(MARKS, says=HOSTILE, hint=HOSTILE)
    seen = replace(PLAIN, direction=HOSTILE, layers=(Layer(HOSTILE),))
    return replace(verdict, checks=(*verdict.checks, check), sightings=(seen,) if verdict.sightings else ())


@pytest.fixture
def strange(judge: StubJudge) -> StubJudge:
    """A judge whose report has hostile names in every place that traffic can reach."""
    flow = replace(FLOWS[0], client=HOSTILE, server=HOSTILE, what=HOSTILE, remarks=(HOSTILE,))
    account = replace(ACCOUNT, files=(HOSTILE,), flows=(flow,), read_as={HOSTILE: 1})
    verdicts = {"seen": hostile(OVERHEARD), "unclear": hostile(INCONCLUSIVE)}
    judge.says = Report(verdicts, account, (Disagreement("seen", 7, HOSTILE, HOSTILE),))
    return judge


def harmless(text: str) -> bool:
    lines = text.split("\n")
    obeyed = any(line.lstrip().startswith("::") or "##" in line for line in lines)
    return not obeyed and all(line.isprintable() for line in lines)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.usefixtures("strange")
def test_no_output_has_anything_to_obey(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan("a.pcap", "--secret", f"x={VALUE}", form) == 1
    said = capsys.readouterr().out
    assert said
    assert harmless(said)


@pytest.mark.usefixtures("strange")
def test_text_shows_names_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    scan("a.pcap", "--secret", f"x={VALUE}")
    assert (
        r"s of traffic: a\x1b[31m\x9b31m\n\x3a:error\x3a:x \x23#vso[x]\u202e\u200b](http://x)"
        in capsys.readouterr().out
    )


@pytest.mark.usefixtures("strange")
def test_json_keeps_names_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    scan("a.pcap", "--secret", f"x={VALUE}", "--json")
    assert json.loads(capsys.readouterr().out)["account"]["files"] == [HOSTILE]


@pytest.mark.usefixtures("strange")
def test_messages_of_sarif_are_escaped_and_have_no_links(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever shows them shows what they say."""
    scan("a.pcap", "--secret", f"x={VALUE}", "--sarif")
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    messages = [result["message"]["text"] for result in results]
    assert sum(r"a\x1b[31m" in message for message in messages) == 3
    for message in messages:
        assert harmless(message)
        assert "](" not in message.replace("\\](", "")


@pytest.mark.usefixtures("strange")
def test_junit_is_xml_whose_texts_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    scan("a.pcap", "--secret", f"x={VALUE}", "--junit")
    root = ET.fromstring(capsys.readouterr().out)  # noqa: S314  (our own)
    texts = [text for each in root.iter() for text in (each.text or "", *each.attrib.values())]
    assert any(r"a\x1b[31m" in text for text in texts)
    assert all(map(harmless, texts))


def test_a_name_that_is_no_utf_8_ends_in_the_verdict_and_in_valid_reports(tmp_path: Path) -> None:
    leaks = rewritten(tmp_path / NAME, exchange([f"password={VALUE}".encode()], [b"thanks"]))
    reports = [tmp_path / name for name in ("r.sarif", "r.json", "r.xml")]
    words = [word for report in reports for word in ("--report", str(report))]
    done = subprocess.run(
        [sys.executable, "-m", "overheard", "scan", leaks.name, "--secret", f"x={VALUE}", *words],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert harmless(done.stdout)
    (artifact,) = json.loads(reports[0].read_text())["runs"][0]["artifacts"]
    assert unquote_to_bytes(artifact["location"]["uri"]) == os.fsencode(NAME)
    (file,) = json.loads(reports[1].read_text())["account"]["files"]
    assert file == NAME.replace("\udcff", r"\udcff")
    (suite,) = ET.parse(reports[2]).getroot()  # noqa: S314  (our own)
    assert suite.attrib["name"].startswith(r"b\udcff\x1b]0;x")
