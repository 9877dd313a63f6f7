"""The report of a scan as SARIF 2.1.0, for code scanning: one result per sighting and per check that fails."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from overheard.report.labels import CURES, RULES, how_often
from overheard.words.escaping import escaped
from overheard.words.verdict import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from overheard.report.places import Place
    from overheard.words.report import Report
    from overheard.words.sighting import Sighting
    from overheard.words.verdict import Check

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SIGHTING, DISAGREEMENT = "overheard-secret", "witnesses-disagree"
# How GitHub shows it, from 0 to 10: high, like credentials that are sent in clear (CWE-319).
_SEVERITY = "7.5"
_RULES = {
    SIGHTING: (
        "A secret can be overheard",
        "A secret, or a credential, went over the wire so that everybody who listens can read it.",
        "Encrypt the connection, and change the secret: whoever recorded the traffic has it.",
    ),
    DISAGREEMENT: (
        "The two witnesses do not agree",
        "Only one of Overheard's own reader and tshark sees the secret. The more cautious of the two verdicts counts.",
        "Look at the frame with Wireshark; if the secret is there, please report what Overheard did not read.",
    ),
}


def sarif(report: Report, places: Mapping[int, Place] | None = None, *, version: str = "0") -> dict[str, Any]:
    """The report as data, with the `version` of the tool. `places` says in which of several files a frame is."""
    results = [*_sightings(report, places or {}), *_reasons(report), *_disagreements(report, places or {})]
    rules = _rules(report)
    for result in results:
        result["ruleIndex"] = [rule["id"] for rule in rules].index(result["ruleId"])
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "Overheard", "semanticVersion": version, "rules": rules}},
                "invocations": [{"executionSuccessful": True, "exitCode": report.exit_code}],
                "artifacts": [{"location": {"uri": _uri(file)}} for file in report.account.files],
                "results": results,
                "properties": {
                    "outcome": str(report.outcome),
                    "verdicts": {name: str(verdict.outcome) for name, verdict in report.verdicts.items()},
                    "grounds": {name: str(verdict.ground or "") for name, verdict in report.verdicts.items()},
                    "frames": report.account.frames,
                    "bytes": report.account.bytes,
                },
            }
        ],
    }


def _rules(report: Report) -> list[dict[str, Any]]:
    described = dict(_RULES)
    for verdict in report.verdicts.values():
        for check in verdict.reasons:
            short, full = RULES[check.rule]
            cure = check.hint or "The message of the result says what was seen."
            described.setdefault(check.code, (f"{short} ({check.code})", full, escaped(cure)))
    return [
        {
            "id": code,
            "name": "".join(word.capitalize() for word in code.split("-")),
            "shortDescription": {"text": short},
            "fullDescription": {"text": full},
            "help": {"text": cure},
            "defaultConfiguration": {"level": "error" if code == SIGHTING else "warning"},
            "properties": {"tags": ["security"], **({"security-severity": _SEVERITY} if code == SIGHTING else {})},
        }
        for code, (short, full, cure) in described.items()
    ]


def _sightings(report: Report, places: Mapping[int, Place]) -> Iterator[dict[str, Any]]:
    for name, verdict in report.verdicts.items():
        for seen in verdict.sightings:
            way = f" from {seen.direction}" if seen.direction else ""
            yield {
                "ruleId": SIGHTING,
                "level": "error",
                "message": _message(
                    f"{name} is to be seen in frame {seen.frame}, byte {seen.offset},{way}: {how_often(seen)}",
                    *filter(None, (CURES.get(seen.spelling),)),
                ),
                "locations": [_location(report, places, seen.frame, seen)],
                "partialFingerprints": _fingerprints(*_leak(name, seen)),
                "properties": {
                    "secret": name,
                    "spelling": seen.spelling,
                    "layers": list(seen.layers),
                    "frame": seen.frame,
                    "frames": list(seen.frames),
                    "offset": seen.offset,
                    "length": seen.length,
                    "stream": seen.stream,
                    "direction": seen.direction,
                    "streamOffset": seen.stream_offset,
                },
            }


def _reasons(report: Report) -> Iterator[dict[str, Any]]:
    """One result per check that fails, even if it fails for several secrets."""
    failed: dict[tuple[Outcome, Check], list[str]] = {}
    for name, verdict in report.verdicts.items():
        if verdict.outcome in (Outcome.INCONCLUSIVE, Outcome.NOT_SENT):
            for check in verdict.reasons:
                failed.setdefault((verdict.outcome, check), []).append(name)
    for (outcome, check), names in failed.items():
        hint = (check.hint,) if check.hint else ()
        yield {
            "ruleId": check.code,
            "level": "warning",
            "message": _message(f"{outcome} on {', '.join(names)}: {check.says}", *hint),
            "locations": [_file(file) for file in report.account.files[:1]],
            "partialFingerprints": _fingerprints(check.code, *names),
            "properties": {"secrets": names, "rule": str(check.rule)},
        }


def _disagreements(report: Report, places: Mapping[int, Place]) -> Iterator[dict[str, Any]]:
    for each in report.disagreements or ():
        yield {
            "ruleId": DISAGREEMENT,
            "level": "warning",
            "message": _message(f"only {each.seen_by} sees {each.secret} in frame {each.frame}: {each.says}"),
            "locations": [_location(report, places, each.frame, None)],
            "partialFingerprints": _fingerprints(each.secret, each.seen_by, each.says),
            "properties": {"secret": each.secret, "frame": each.frame, "seenBy": each.seen_by},
        }


def _message(*lines: str) -> dict[str, str]:
    """Lines with names from outside. Links, which viewers would show (3.11.6), are none."""
    return {"text": "\n".join(map(escaped, lines)).replace("](", "\\](")}


def _location(report: Report, places: Mapping[int, Place], frame: int, seen: Sighting | None) -> dict[str, Any]:
    place = places.get(frame)
    files, number = report.account.files, place.frame if place else frame
    location = _file(place.file if place else files[0] if files else "-")
    location["logicalLocations"] = [{"name": f"frame {number}", "kind": "member"}]
    if place and place.at is not None and seen and seen.offset < len(place.data):
        length = min(seen.length, len(place.data) - seen.offset)
        location["physicalLocation"]["region"] |= {"byteOffset": place.at + seen.offset, "byteLength": length}
    return location


def _file(name: str) -> dict[str, Any]:
    # A capture has no lines, but GitHub requires one of every result.
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(name)}, "region": {"startLine": 1}}}


def _uri(name: str) -> str:
    """Relative to the working folder, where possible: in CI, that is mostly the root of the repository."""
    path, here = Path(name), Path.cwd()
    if path.is_relative_to(here):
        path = path.relative_to(here)
    # Its bytes: a name need not be UTF-8.
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path))


def _leak(name: str, seen: Sighting) -> tuple[str, ...]:
    """What stays the same when the same leak is recorded again: without frame number and client port."""
    source, _, target = seen.direction.partition(" → ")
    hosts = [end.rpartition(":")[0] for end in (source, target)]
    return (name, seen.spelling, *seen.layers, *hosts)


def _fingerprints(*parts: str) -> dict[str, str]:
    """Identifiers of a result. GitHub uses the first alone, and would make it from the first line of the capture."""
    digest = hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()
    return {"primaryLocationLineHash": f"{digest[:16]}:1", "overheard/v1": digest}
