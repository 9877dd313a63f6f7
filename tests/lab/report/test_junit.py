"""JUnit XML: one test case per secret."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given

from lab.report.scans import ACCOUNT, NOT_SENT, OVERHEARD, PLAIN, PROTECTED, report
from lab.words.verdicts import verdicts
from overheard.report.junit import junit
from overheard.words.report import Report
from overheard.words.verdict import Verdict


def suite(of: Report) -> ET.Element:
    """The suite of a report, after checking that it is valid for CI systems."""
    root = ET.fromstring(junit(of, 1.5).encode())  # noqa: S314  (it is our own)
    assert root.tag == "testsuites"
    (found,) = root
    cases = found.findall("testcase")
    assert int(found.attrib["tests"]) == len(cases) == len(of.verdicts)
    assert int(found.attrib["failures"]) == len(found.findall("testcase/failure"))
    assert int(found.attrib["errors"]) == len(found.findall("testcase/error"))
    assert root.attrib["time"] == found.attrib["time"] == "1.500"
    return found


def test_overheard_is_a_failure_and_inconclusive_an_error() -> None:
    cases = {case.attrib["name"]: case for case in suite(report()).findall("testcase")}
    assert list(cases) == ["password", "token", "user"]
    failure, error = cases["password"].find("failure"), cases["user"].find("error")
    assert failure is not None
    assert error is not None
    assert failure.attrib == {"message": "seen in frame 6, plainly, and once more", "type": "OVERHEARD"}
    assert "frame 9, byte 54, 10.0.0.1:40000 → 10.0.0.2:80: plainly, in gzip, in chunked" in (failure.text or "")
    assert (error.text or "").splitlines() == [
        "nobody vouches for its start and end [marks]",
        "  → vouch for it: --vouch whole",
    ]
    assert cases["token"].find("failure") is cases["token"].find("error") is None
    assert "ok      as it should be [present]" in (cases["token"].findtext("system-out") or "")
    assert "not ok  nobody vouches for its start and end [marks]" in (cases["user"].findtext("system-out") or "")


def test_not_sent_is_an_error_of_its_own_type() -> None:
    (error,) = suite(report(password=NOT_SENT)).findall("testcase/error")
    assert error.attrib == {"message": "it never left: 1 TLS stream", "type": "NOT SENT"}
    assert (error.text or "").splitlines() == ["it never left: 1 TLS stream [never-sent]", "  → see why"]


def test_many_sightings_are_counted() -> None:
    many = replace(OVERHEARD, sightings=(PLAIN,) * 400)
    (failure,) = suite(report(password=many)).findall("testcase/failure")
    assert (failure.text or "").endswith("\nand 350 more")


@given(verdicts)
def test_any_content_gives_valid_xml(verdict: Verdict) -> None:
    suite(Report({"a\0b\x1b": verdict}, replace(ACCOUNT, files=("x\x07.pcap", "y\ud800.pcap"))))


def test_there_is_no_failure_if_all_is_protected() -> None:
    assert suite(report(token=PROTECTED)).attrib["failures"] == "0"
