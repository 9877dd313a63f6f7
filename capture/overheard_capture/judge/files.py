"""Judging files: they are read once, and the report has a verdict for each secret, and an account of the reading."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import UnreadableError
from overheard.words.named_tuple import NamedTuple
from overheard.words.report import Account, Report
from overheard.words.verdict import CREDENTIALS
from overheard_capture.captures.inputs import STANDARD_INPUT
from overheard_capture.captures.reader import order_by_time
from overheard_capture.captures.recording import read_checked_recording, recording_file
from overheard_capture.judge import unreadable, verdict
from overheard_capture.judge.evidence import Case
from overheard_capture.judge.judge_input import Keys
from overheard_capture.judge.read import evidence_from_files
from overheard_capture.judge.sightings import unwrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from overheard.words.options import Options
    from overheard.words.recording import Recording
    from overheard_capture.judge.evidence import Evidence
    from overheard_capture.judge.scratch import Scratch
    from overheard_capture.search import Search


class FileSet(NamedTuple):
    """The files to judge, in any order, and files of session keys. `scratch` is for temporary files.

    `names` has the names to show in messages, for files that are copies.
    """

    paths: Sequence[Path | str]
    keys: tuple[Path, ...]
    scratch: Scratch
    names: Mapping[Path | str, str]

    def display_names(self, paths: Sequence[Path | str], search: Search) -> tuple[str, ...]:
        """The names of files for messages, without the secrets."""
        return tuple(self.names.get(path) or search.redact(str(path)) for path in paths)


def judge_files(
    source: FileSet,
    search: Search,
    options: Options,
    second_witness: bool,
    progress: Callable[[int], None] | None,
) -> Report:
    """Judge files for the secrets of a search; see `api.judge`."""
    paths, problem = order_by_time(source.paths)
    try:
        if problem:
            raise problem
        recording, disbelieved = _recording(paths)
        evidence = evidence_from_files(
            paths,
            search,
            options,
            recording=recording,
            keys=Keys(extra_sessions=source.keys),
            progress=progress,
        )
    except UnreadableError as error:
        account = Account(source.display_names(paths, search), 0, 0, 0.0, {}, ())
        names = [secret.name for secret in search.secrets] or [CREDENTIALS]
        return Report(dict.fromkeys(names, unreadable(error)), account)
    evidence.scratch, evidence.disbelieved = source.scratch, search.redact(disbelieved)
    evidence.keys = Keys(extra_sessions=(*source.keys, *_embedded(evidence, source.scratch)))
    report = _report(evidence, source.display_names(paths, search))
    if not second_witness:
        return report
    from overheard_capture.judge.second_witness import (  # noqa: PLC0415  (it is rarely requested)
        WitnessOptions,
        second_opinion,
    )

    return second_opinion(report, [Path(path) for path in paths], search.secrets, WitnessOptions(options))


def _recording(paths: Sequence[Path | str]) -> tuple[Recording | None, str]:
    """The metadata of our own recorder, if it is next to the capture and about it; or why it is not believed."""
    (first, *more) = paths
    if more or str(first) == STANDARD_INPUT:
        return None, ""
    try:
        is_there = recording_file(Path(first)).is_file()
    except OSError:
        # The name of a capture may be so long that no file can have that of its notes.
        return None, ""
    try:
        return (read_checked_recording(Path(first)) if is_there else None), ""
    except ValueError as problem:
        return None, str(problem)


def _embedded(evidence: Evidence, scratch: Scratch) -> tuple[Path, ...]:
    """Write the session keys that are embedded in the capture to a file."""
    if not evidence.file.key_logs:
        return ()
    path = scratch.folder / "embedded.keys"
    path.touch(mode=0o600)
    path.write_bytes(b"\n".join(evidence.file.key_logs))
    return (path,)


def _report(evidence: Evidence, names: tuple[str, ...]) -> Report:
    if not evidence.search.secrets:
        return _report_credentials(evidence, names)
    cases = [Case(evidence, number) for number in range(len(evidence.search.secrets))]
    return Report(
        {case.secret.name: verdict(case) for case in cases},
        _account(evidence, names),
        unwrapped={seen: around for case in cases for seen, around in unwrapped(case).items()},
    )


def _report_credentials(evidence: Evidence, names: tuple[str, ...]) -> Report:
    from overheard_capture.judge.credentials import Credentials, credential_verdict  # noqa: PLC0415  (only without secrets)

    found = Credentials(evidence)
    return Report(
        {CREDENTIALS: credential_verdict(evidence, found)},
        _account(evidence, names),
        unwrapped=found.unwrapped,
        found=found.secrets,
    )


def _account(evidence: Evidence, names: tuple[str, ...]) -> Account:
    facts = evidence.facts
    return Account(
        files=names,
        frames=facts.frames,
        bytes=facts.size,
        seconds=round(max(facts.ended - facts.began, 0.0), 6),
        read_as=dict(sorted(facts.read_as.items())),
        flows=tuple(facts.flows),
        more_flows=facts.more_flows,
        left_out=facts.left_out,
    )
