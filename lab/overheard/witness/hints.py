"""What to do about a reason, for those who listen: the hints of the judge name options of `overheard scan`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from overheard.words.verdict import CHECK_KEYS, WRITE_KEYS

if TYPE_CHECKING:
    from overheard.words.report import Report
    from overheard.words.verdict import Check, Verdict

_RECORD_LESS = "record only the port that matters"
_BY_CODE = {
    "something": "check the port, the interface and the filter, or that the client connects to the relay; and that the"
    " connections succeeded",
    "streams-complete": "connect while this is recorded, and close the client (its session, its pool) before the end",
    "never-sent": "see why the connections failed: a test of what is protected needs one in which the secret is sent",
    "in-clear": "encrypt it, or record only the port that must be encrypted",
    "in-order": _RECORD_LESS,
    "no-drops": _RECORD_LESS,
    "marks": "check that the interface stays up, and record again",
}
# What else may be wrong with keys, with tshark say, has a hint of its own.
_KEYS = (
    "check that it was sent while this was recorded, by a client that writes session keys (SSLKEYLOGFILE); if it"
    " writes none, say that it was sent: sent=True, or --vouch sent"
)
_OPTION = re.compile(r"(?: \(|, )--(?:without|depth)(?: [^\s)]+|\))")


def with_hints(report: Report) -> Report:
    """The same report, with hints for those who listen."""
    return replace(report, verdicts={name: _advised(verdict) for name, verdict in report.verdicts.items()})


def _advised(verdict: Verdict) -> Verdict:
    return replace(verdict, checks=tuple(check if check.holds else _hinted(check) for check in verdict.checks))


def _hinted(check: Check) -> Check:
    hint = _KEYS if check.hint in (WRITE_KEYS, CHECK_KEYS) else _BY_CODE.get(check.code, check.hint)
    return replace(check, says=_OPTION.sub("", check.says), hint=_OPTION.sub("", hint))
