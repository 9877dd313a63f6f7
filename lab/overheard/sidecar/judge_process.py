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
from overheard.sidecar.window import OPEN_IN_CLEAR, Flows, Judged, Reason, State, state_of
from overheard.witness.hints import with_hints
from overheard.witness.redaction import CredentialRedactor, Redactor
from overheard.words.options import SEALED
from overheard.words.verdict import Check, Outcome, Rule, decide
from overheard_capture.judge.api import judge
from overheard_capture.recorder import Settled, WindowFiles, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from overheard.words.report import Report
    from overheard.words.verdict import Verdict

# Of reasons and sightings, so many are told.
_MOST = 20
_MARKS = "marks of the recorder"
# What datagrams of no known protocol are, and how their bytes in clear are called.
_DATAGRAMS, _DATA = "datagrams", "data"


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
    # Who searches for secrets alone may have all else in clear.
    must_be_sealed = not secrets or SEALED in job.options.required
    return _summary(masked, settled, job.options.sealed_endpoints if must_be_sealed else None)


def _outgrown(settled: Settled) -> Iterator[Check]:
    if settled.outgrown:
        says = f"too large to be carried on to the next window: {', '.join(settled.outgrown)}"
        hint = "raise OVERHEARD_CARRY_MIB, make windows longer, or record only the port that matters"
        yield Check(Rule.WHOLE, "carried", holds=False, says=says, hint=hint)


def _with(verdict: Verdict, faults: Iterable[Check]) -> Verdict:
    again = decide((*verdict.checks, *faults), verdict.sightings, verdict.presence)
    return replace(verdict, outcome=again.outcome, checks=again.checks)


def _of_open(job: Job, files: WindowFiles) -> Iterator[Report]:
    """The report on what is carried on, if anything is. Much of it may change until it is settled."""
    if files.carried.exists():
        yield judge(files.carried, job.secrets or None, job.options)


def _summary(reports: list[Report], settled: Settled, sealed: Sequence[str] | None) -> Judged:
    """What the reports say. `sealed` are the endpoints that must be, none if all must be; None if nothing must be."""
    report, *of_open = reports
    states = {name: state_of(verdict) for name, verdict in report.verdicts.items()}
    in_clear = [reason for each in of_open for reason in _open_in_clear(each, sealed)] if sealed is not None else []
    if in_clear:
        # That is neither for nor against anything: it may be what asks for TLS.
        states = {name: State.QUIET if state is State.PROTECTED else state for name, state in states.items()}
    for each in of_open:
        states |= {name: State.OVERHEARD for name, verdict in each.verdicts.items() if verdict.sightings}
    # Of each secret, those in what was settled come first.
    seen = [sighting for each in reports for verdict in each.verdicts.values() for sighting in verdict.sightings]
    flows = [flow for flow in report.account.flows if flow.what != _MARKS and flow.sent + flow.answered]
    return Judged(
        secrets=states,
        reasons=(*in_clear, *_reasons(report))[:_MOST],
        sightings=tuple(_as_data(sighting) for sighting in seen[:_MOST]),
        seen=dict(Counter(sighting.secret for sighting in seen)),
        packets=settled.frames,
        bytes=settled.bytes,
        dropped=settled.dropped,
        flows=Flows(sum(flow.protected for flow in flows), sum(not flow.protected for flow in flows)),
        open=settled.open,
        in_open=any(each.outcome is Outcome.OVERHEARD for each in of_open),
    )


def _open_in_clear(report: Report, sealed: Sequence[str]) -> Iterator[Reason]:
    """That flows are in clear so far, of which the rest is still to come, in general or at the ports of endpoints."""
    failed = {name: verdict for name, verdict in report.verdicts.items() if _is_in_clear(verdict)}
    kinds = {kind for each in failed.values() if each.ground for kind in ", ".join(each.ground.in_clear).split(", ")}
    ports = {_port(each) for each in sealed}
    # A record of TLS that is not complete yet cannot be told from other data.
    flows = [
        flow
        for flow in report.account.flows
        if not (flow.protected or "TLS" in flow.what)
        and kinds.intersection((_DATA,) if flow.what == _DATAGRAMS else flow.what.split(", "))
        and (not ports or ports.intersection(map(_port, (flow.client, flow.server))))
    ]
    if flows:
        named = ", ".join(f"{flow.client} → {flow.server} ({flow.what})" for flow in flows[:_MOST])
        hint = "encrypt it, or record only the port that must be encrypted"
        yield Reason(OPEN_IN_CLEAR, Rule.ABSENT, f"still open, and in clear so far: {named}", hint, tuple(failed))


def _is_in_clear(verdict: Verdict) -> bool:
    return any(check.code == "in-clear" and not check.holds for check in verdict.checks)


def _port(endpoint: str) -> str:
    return endpoint.rpartition(":")[2]


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
