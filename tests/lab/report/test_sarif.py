"""SARIF 2.1.0: valid by its schema, and complete for code scanning."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given

from lab.report.scans import ACCOUNT, ALONE, AT, NOT_SENT, OVERHEARD, PLACES, PLAIN, PROTECTED, VALUE, report
from lab.words.verdicts import verdicts
from overheard.report.places import Place
from overheard.report.sarif import sarif
from overheard.words.layer import Layer
from overheard.words.report import Report
from overheard.words.verdict import Verdict

if TYPE_CHECKING:
    from overheard.words.sighting import Sighting

LEVELS = {"none", "note", "warning", "error"}
# The properties that the schema allows for these objects, as far as we use them.
RUN = {"tool", "invocations", "artifacts", "results", "properties"}
RESULT = {"ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints", "properties"}


def valid(log: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a log, after checking it against the schema."""
    assert json.loads(json.dumps(log)) == log
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    assert run.keys() <= RUN
    driver = run["tool"]["driver"]
    assert driver["name"]
    rules = driver["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        # What GitHub shows beside a result.
        assert all(rule[name]["text"] for name in ("shortDescription", "fullDescription", "help"))
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS
    for invocation in run["invocations"]:
        assert isinstance(invocation["executionSuccessful"], bool)
    for result in run["results"]:
        assert result.keys() <= RESULT
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        for location in result["locations"]:
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"]
            # GitHub requires a line.
            assert physical["region"]["startLine"] == 1
            assert physical["region"].get("byteOffset", 0) >= 0
            assert physical["region"].get("byteLength", 0) >= 0
        # Without it, GitHub makes one from the first line of the capture, the same for all results.
        assert re.fullmatch(r"[0-9a-f]{16}:1", result["partialFingerprints"]["primaryLocationLineHash"])
    results: list[dict[str, Any]] = run["results"]
    return results


@given(verdicts, verdicts)
def test_it_is_valid_for_any_verdicts(one: Verdict, other: Verdict) -> None:
    valid(sarif(Report({"a": one, "b": other}, ACCOUNT)))
    valid(sarif(Report({"a": one}, replace(ACCOUNT, files=()))))


def test_a_sighting_is_an_error_where_it_is_in_the_file() -> None:
    results = valid(sarif(report(), PLACES))
    first, second = (result for result in results if result["ruleId"] == "overheard-secret")
    assert first["level"] == second["level"] == "error"
    assert first["message"]["text"] == (
        f"password is to be seen in frame 6, byte {AT}, from 10.0.0.1:40000 → 10.0.0.2:80: plainly"
    )
    (location,) = first["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "traffic.pcapng"
    assert location["physicalLocation"]["region"] == {
        "startLine": 1,
        "byteOffset": 1000 + AT,
        "byteLength": len(VALUE),
    }
    assert (first["properties"]["frame"], first["properties"]["offset"]) == (6, AT)
    # A compressed file has no offsets.
    assert second["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    assert second["properties"]["layers"] == ["chunked", "gzip"]


def test_with_several_files_the_file_and_its_frame_number_are_named() -> None:
    ring = Report({"password": OVERHEARD}, replace(ACCOUNT, files=("a.pcap", "a b.pcap")))
    first, _ = valid(sarif(ring, {6: Place("a b.pcap", 2)}))
    (location,) = first["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.pcap"
    assert location["logicalLocations"] == [{"name": "frame 2", "kind": "member"}]


def test_a_file_in_the_working_folder_is_named_from_there() -> None:
    here, elsewhere = str(Path.cwd() / "a.pcap"), "/elsewhere/a.pcap"
    log = sarif(Report({"password": OVERHEARD}, replace(ACCOUNT, files=(here, elsewhere))))
    valid(log)
    uris = [each["location"]["uri"] for each in log["runs"][0]["artifacts"]]
    assert uris == ["a.pcap", "file:///elsewhere/a.pcap"]


def test_a_failed_check_is_a_warning_with_a_hint() -> None:
    (reason,) = (result for result in valid(sarif(report())) if result["ruleId"] == "marks")
    assert reason["level"] == "warning"
    assert reason["message"]["text"] == (
        "INCONCLUSIVE on user: nobody vouches for its start and end\nvouch for it: --vouch whole"
    )


def test_not_sent_is_a_warning_with_its_reason() -> None:
    (reason,) = valid(sarif(report(password=NOT_SENT)))
    assert (reason["ruleId"], reason["level"]) == ("never-sent", "warning")
    assert reason["message"]["text"] == "NOT SENT on password: it never left: 1 TLS stream\nsee why"


def test_there_is_no_result_if_all_is_protected() -> None:
    log = sarif(report(token=PROTECTED), version="1.2.3")
    assert valid(log) == []
    (run,) = log["runs"]
    assert run["tool"]["driver"]["semanticVersion"] == "1.2.3"
    assert run["properties"]["verdicts"] == {"token": "PROTECTED"}
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 0}]


def test_a_disagreement_of_the_witnesses_is_a_result() -> None:
    (result,) = (each for each in valid(sarif(report(ALONE))) if each["ruleId"] == "witnesses-disagree")
    assert "only tshark sees user in frame 7" in result["message"]["text"]


def test_the_fingerprint_is_that_of_the_leak_and_not_of_the_recording() -> None:
    def fingerprint(seen: Sighting) -> str:
        (result,) = valid(sarif(report(password=replace(OVERHEARD, sightings=(seen,)))))
        return str(result["partialFingerprints"])

    again = replace(PLAIN, frame=99, direction="10.0.0.1:49999 → 10.0.0.2:80")
    assert fingerprint(again) == fingerprint(PLAIN)
    assert fingerprint(replace(PLAIN, layers=(Layer("gzip"),))) != fingerprint(PLAIN)
