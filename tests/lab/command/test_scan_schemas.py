"""The schemas in `docs/schemas` describe what `--json` and `--junit` print, and nothing else."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from lxml import etree

from capture.frames import exchange, rewritten
from lab.command.judge_stub import VALUE, StubJudge, scan
from lab.report.results import STREAM
from lab.report.scans import ACCOUNT, ALONE, INCONCLUSIVE
from overheard.words.report import Report
from overheard.words.verdict import Rule
from overheard.words.visible import Alert
from processes import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCHEMAS = PROJECT / "docs" / "schemas"
JSON = Draft202012Validator(json.loads((SCHEMAS / "report.schema.json").read_text()))
XML = etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd"))
LOGIN = b'POST / HTTP/1.1\r\nContent-Length: 37\r\n\r\n{"password": "correct horse battery"}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NAMED = ("--secret", f"a={VALUE}", "--secret", "b=nothing of the kind", "--secret", "c=x")
# The keys of these are names, and of these there may be fewer.
MAPS = {"verdicts", "places", "read_as", "in_clear", "opaque"}


def reports(folder: Path, *arguments: str) -> tuple[Any, etree._ElementTree]:
    """The reports of a scan, which are valid."""
    written = [folder / "a.json", folder / "a.xml"]
    scan(*arguments, "--quiet", *(word for path in written for word in ("--report", str(path))))
    data, tree = json.loads(written[0].read_text()), etree.parse(written[1])
    JSON.validate(data)
    XML.assertValid(tree)
    return data, tree


def without_one(data: Any, name: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401  (any part of a report)
    """Each key that must be there, and the same data without it."""
    for key in data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ():
        if isinstance(data, dict) and name not in MAPS and key != "times":
            yield str(key), {other: data[other] for other in data if other != key}
        for missing, part in without_one(data[key], str(key)):
            changed = deepcopy(data)
            changed[key] = part
            yield missing, changed


@pytest.fixture
def captures(tmp_path: Path) -> list[str]:
    return [str(rewritten(tmp_path / name, exchange([LOGIN], [OK]))) for name in ("a.pcapng", "b.pcapng")]


def test_every_kind_of_verdict_is_valid(captures: list[str], tmp_path: Path) -> None:
    data, tree = reports(tmp_path, captures[0], *NAMED, "--vouch", "whole", "--vouch", "sent")
    assert [each["outcome"] for each in data["verdicts"].values()] == ["OVERHEARD", "PROTECTED", "INCONCLUSIVE"]
    failure = tree.find(".//failure")
    failure.set("type", "INCONCLUSIVE")
    assert not XML.validate(tree)


def test_credentials_in_several_files_are_valid_and_every_key_is_needed(captures: list[str], tmp_path: Path) -> None:
    data, _ = reports(tmp_path, *captures)
    assert data["verdicts"]["credentials"]["sightings"][0]["times"] == 2
    assert data["places"]
    assert [key for key, changed in without_one(data) if JSON.is_valid(changed)] == []
    assert not JSON.is_valid({**data, "more": 1})


def test_what_cannot_be_read_is_valid(tmp_path: Path) -> None:
    data, _ = reports(tmp_path, "nowhere.pcap")
    assert data["verdicts"]["credentials"]["ground"] is None


def test_what_is_visible_of_tls_and_what_the_second_witness_sees_is_valid(judge: StubJudge, tmp_path: Path) -> None:
    alert = Alert(9, "client", "fatal", "unknown_ca")
    # The control is that of a run of the lab.
    checks = tuple(check for check in INCONCLUSIVE.checks if check.rule is not Rule.CONTROL)
    verdict = replace(INCONCLUSIVE, checks=checks, visible=(replace(STREAM, alerts=(alert,)),))
    judge.says = Report({"user": verdict}, ACCOUNT, (ALONE,))
    data, _ = reports(tmp_path, "a.pcap", "--secret", f"user={VALUE}", "--second-witness")
    assert data["disagreements"]
    assert [key for key, changed in without_one(data) if JSON.is_valid(changed)] == []
