"""The report of a scan as JUnit XML, as CI systems read it: one test case per secret."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from overheard.report.labels import how_often
from overheard.report.scan import in_a_line
from overheard.words.escaping import escaped
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from overheard.words.report import Report
    from overheard.words.verdict import Verdict

# More sightings than this are counted, not listed.
_MOST = 50
# What each verdict but PROTECTED is.
_KINDS = {Outcome.OVERHEARD: "failure", Outcome.INCONCLUSIVE: "error", Outcome.NOT_SENT: "error"}


def junit(report: Report, seconds: float = 0.0) -> str:
    """The report as XML: OVERHEARD is a failure, INCONCLUSIVE and NOT SENT are errors.

    `seconds` is how long the scan took.
    """
    outcomes = [verdict.outcome for verdict in report.verdicts.values()]
    counts = {
        "tests": str(len(outcomes)),
        "failures": str(outcomes.count(Outcome.OVERHEARD)),
        "errors": str(sum(_KINDS.get(outcome) == "error" for outcome in outcomes)),
        "skipped": "0",
        "time": f"{seconds:.3f}",
    }
    root = ET.Element(
        "testsuites", {"name": "overheard scan", **{key: counts[key] for key in counts if key != "skipped"}}
    )
    suite = ET.SubElement(root, "testsuite", {"name": escaped(", ".join(report.account.files)), **counts})
    for name, verdict in report.verdicts.items():
        case = ET.SubElement(suite, "testcase", {"classname": "overheard", "name": escaped(name), "time": "0"})
        _outcome(case, verdict)
        ET.SubElement(case, "system-out").text = _lines(_evidence(verdict))
    ET.indent(root)
    # In ASCII: with the encoding of the locale, it would depend on it what the report says, and who can read it.
    text: bytes = ET.tostring(root, encoding="us-ascii", xml_declaration=True)
    return text.decode() + "\n"


def _outcome(case: ET.Element, verdict: Verdict) -> None:
    kind = _KINDS.get(verdict.outcome)
    if not kind:
        return
    element = ET.SubElement(case, kind, {"message": escaped(in_a_line(verdict)), "type": str(verdict.outcome)})
    element.text = _lines(_seen(verdict) if verdict.sightings else _reasons(verdict))


def _seen(verdict: Verdict) -> list[str]:
    lines = [
        f"frame {seen.frame}, byte {seen.offset}, {seen.direction or 'in no flow'}: {how_often(seen)}"
        for seen in verdict.sightings[:_MOST]
    ]
    more = len(verdict.sightings) - _MOST
    return [*lines, f"and {more} more"] if more > 0 else lines


def _reasons(verdict: Verdict) -> list[str]:
    return [
        line
        for check in verdict.reasons
        for line in (f"{check.says} [{check.code}]", *([f"  → {check.hint}"] if check.hint else []))
    ]


def _evidence(verdict: Verdict) -> list[str]:
    lines = [f"{'ok    ' if check.holds else 'not ok'}  {check.says} [{check.code}]" for check in verdict.checks]
    return [f"it rests on: {verdict.ground}", *lines] if verdict.ground else lines


def _lines(texts: list[str]) -> str:
    """Lines with names from outside, some of whose characters XML would not allow either (XML 1.0, 2.2)."""
    return "\n".join(map(escaped, texts))
