"""The process in which a window is judged: a job on standard input, what the judge says on standard output."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overheard.role.run import run
from overheard.sidecar.judging import Job
from overheard.sidecar.window import Flows, Judged, Reason, State, state_of
from overheard.witness.hints import with_hints
from overheard.witness.redaction import CredentialRedactor, Redactor
from overheard.words.verdict import Check, Outcome, Rule, decide
from overheard_capture.judge.api import judge
from overheard_capture.recorder import Settled, WindowFiles, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from overheard.words.report import Report
    from overheard.words.verdict import Verdict

# Of reasons and sightings, so many are told.
_MOST = 20
_MARKS = "marks of the recorder"


def main(_arguments: list[str]) -> int:
    """Judge one window. Raises OverheardError."""
    # If memory runs out, the system is to end this process and not the recorder.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    sys.stdout.write(json.dumps(judge_window(Job.from_json(sys.stdin.read())).to_json()))
    return 0


def judge_window(job: Job) -> Judged:
    """What the judge says about a window. Raises OverheardError."""
    files = WindowFiles(job.folder)
    settled = settle(WindowFiles(job.before), files, job.recording, next_began=job.next_began, at_most=job.carry)
    # It may be as large as the memory in which it is kept.
    files.recorded.unlink()
    secrets, faults = job.secrets or None, [*job.faults, *_outgrown(settled)]
    # A client that has not connected yet has written none.
    keys = [path for path in job.keys if path.exists()]
    report = with_hints(judge(files.settled, secrets, job.options, keys=keys))
    verdicts = {name: _with(verdict, faults) for name, verdict in report.verdicts.items()}
    report = replace(report, verdicts=verdicts)
    reports = [report, *_of_open(job, files)]
    redactors = [Redactor(job.secrets) if secrets else CredentialRedactor(each.found) for each in reports]
    masked = [redactor.redacted(each) for redactor, each in zip(redactors, reports, strict=True)]
    return _summary(masked, settled)


def _outgrown(settled: Settled) -> Iterator[Check]:
    if settled.outgrown:
        says = f"too large to be carried on to the next window: {', '.join(settled.outgrown)}"
        hint = "raise OVERHEARD_CARRY_MIB, make windows longer, or record only the port that matters"
        yield Check(Rule.WHOLE, "carried", holds=False, says=says, hint=hint)


def _with(verdict: Verdict, faults: Iterable[Check]) -> Verdict:
    again = decide((*verdict.checks, *faults), verdict.sightings, verdict.presence)
    return replace(verdict, outcome=again.outcome, checks=again.checks)


def _of_open(job: Job, files: WindowFiles) -> Iterator[Report]:
    """The report on what is carried on, if a secret was seen in it already. All else is said once it is settled."""
    if files.carried.exists():
        report = judge(files.carried, job.secrets or None, job.options)
        if report.outcome is Outcome.OVERHEARD:
            yield report


def _summary(reports: list[Report], settled: Settled) -> Judged:
    report, *of_open = reports
    states = {name: state_of(verdict) for name, verdict in report.verdicts.items()}
    for each in of_open:
        states |= {name: State.OVERHEARD for name, verdict in each.verdicts.items() if verdict.sightings}
    # Of each secret, those in what was settled come first.
    seen = [sighting for each in reports for verdict in each.verdicts.values() for sighting in verdict.sightings]
    flows = [flow for flow in report.account.flows if flow.what != _MARKS and flow.sent + flow.answered]
    return Judged(
        secrets=states,
        reasons=tuple(_reasons(report))[:_MOST],
        sightings=tuple(_as_data(sighting) for sighting in seen[:_MOST]),
        seen=dict(Counter(sighting.secret for sighting in seen)),
        packets=settled.frames,
        bytes=settled.bytes,
        dropped=settled.dropped,
        flows=Flows(sum(flow.protected for flow in flows), sum(not flow.protected for flow in flows)),
        open=settled.open,
        in_open=bool(of_open),
    )


def _as_data(sighting: Any) -> dict[str, Any]:  # noqa: ANN401  (of two classes)
    return {
        "secret": sighting.secret,
        "frame": sighting.frame,
        "stream": sighting.stream,
        "direction": sighting.direction,
        "how": sighting.how,
    }


def _reasons(report: Report) -> Iterator[Reason]:
    """The checks that do not hold, each once."""
    found: dict[tuple[str, str], Reason] = {}
    for name, verdict in report.verdicts.items():
        for check in verdict.reasons:
            known = found.get((check.code, check.says)) or Reason(check.code, check.rule, check.says, check.hint)
            found[check.code, check.says] = replace(known, secrets=(*known.secrets, name))
    yield from found.values()


if __name__ == "__main__":
    run("overheard sidecar", main, traceback=False)
