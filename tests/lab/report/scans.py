"""Reports of scans as the judge produces them, for tests of reports."""

from __future__ import annotations

from dataclasses import replace

from overheard.report.places import Place
from overheard.words.layer import Layer
from overheard.words.report import Account, Disagreement, Flow, Report
from overheard.words.sighting import Sighting
from overheard.words.verdict import NEVER_SENT, Check, Presence, Rule, Verdict, decide

VALUE = b"correct horse battery"
DATA = bytes(54) + b"POST /login HTTP/1.1\r\nHost: example\r\n\r\npassword=" + VALUE + b"&submit=yes" + bytes(200)
AT = DATA.index(VALUE)
PLAIN = Sighting("password", "plainly", 6, AT, len(VALUE), 0, "10.0.0.1:40000 → 10.0.0.2:80", 48, (6,))
PACKED = replace(PLAIN, frame=9, offset=54, length=80, frames=(9, 10), layers=(Layer("chunked"), Layer("gzip")))
MARKS = Check(Rule.WHOLE, "marks", False, "nobody vouches for its start and end", "vouch for it: --vouch whole")
HOLD = tuple(Check(rule, rule.value, True, "as it should be") for rule in Rule)

OVERHEARD = decide(HOLD, [PLAIN, PACKED], Presence.SEEN)
PROTECTED = decide(HOLD, [], Presence.KEY_LOG)
NOT_SENT = decide(
    [
        *(check for check in HOLD if check.rule is not Rule.PRESENT),
        Check(Rule.PRESENT, NEVER_SENT, False, "it never left: 1 TLS stream", "see why"),
    ],
    [],
    Presence.NONE,
)
INCONCLUSIVE = decide([*HOLD, MARKS], [], Presence.DECLARED)

FLOWS = (
    Flow(1, "TCP", "10.0.0.1:40001", "10.0.0.2:443", "TLS 1.3", 0.0, 1.0, 5000, 90000, protected=True),
    Flow(2, "TCP", "10.0.0.1:40002", "10.0.0.2:25", "text", 0.0, 1.0, 10, 20, False, 0, ("opaque: no text",)),
    Flow(0, "TCP", "10.0.0.1:40000", "10.0.0.2:80", "HTTP/1.1", 0.0, 1.0, 300, 4000, False, 2),
)
ACCOUNT = Account(("traffic.pcapng",), 12, 99_320, 2.5, {"TLS application data": 95_000, "HTTP/1.1": 4_300}, FLOWS)
PLACES = {6: Place("traffic.pcapng", 6, DATA, 1000), 9: Place("traffic.pcapng", 9, DATA, None)}


def report(*disagreements: Disagreement, asked: bool = False, **verdicts: Verdict) -> Report:
    """A report with these verdicts and, if there is a second witness, its disagreements."""
    found = verdicts or {"password": OVERHEARD, "token": PROTECTED, "user": INCONCLUSIVE}
    return Report(found, ACCOUNT, disagreements if asked or disagreements else None)


ALONE = Disagreement("user", 7, "tshark", "plainly, in http.file_data as tshark dissects it")
