"""Judging captures of anybody's, for many secrets at once: what `from overheard import judge` gives."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.errors import SettingsError, UnreadableError
from overheard.words.options import LIMITS, SENT, WHOLE
from overheard.words.report import Account, Report
from overheard.words.secret import Secret
from overheard_capture.captures.inputs import STANDARD_INPUT, called, stored
from overheard_capture.captures.reader import ordered
from overheard_capture.captures.recording import read_recording, recording_file
from overheard_capture.judge import unreadable, verdict
from overheard_capture.judge.evidence import Case
from overheard_capture.judge.exhibit import Keys
from overheard_capture.judge.read import look
from overheard_capture.judge.sightings import unwrapped
from overheard_capture.packets.host_filter import host_filter
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from overheard.words.options import Limits
    from overheard.words.recording import Recording
    from overheard_capture.judge.evidence import Evidence
    from overheard_capture.search import Search

Files = str | Path | Sequence[str | Path]
Secrets = Mapping[str, str | bytes] | Sequence[Secret]
Progress = Callable[[int, int | None], None]

# A copy of it is called as it is called itself where the reader complains.
_SPOOLED = called(STANDARD_INPUT)
VOUCHED = (WHOLE, SENT)


def judge_files(  # noqa: PLR0913  (all but two are left out mostly)
    files: Files,
    secrets: Secrets,
    *,
    keys: Sequence[Path | str] = (),
    vouched: Collection[str] = (),
    any_case: bool = False,
    only: Sequence[str] = (),
    without: Sequence[str] = (),
    limits: Limits = LIMITS,
    second_witness: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge a capture, in one file or in the files of a ring, for some secrets.

    `keys` are files of session keys, in the format of SSLKEYLOGFILE; those in the capture itself are used, too.
    `vouched` is what you vouch for, as no file can: that it is `whole` (it begins before the traffic, ends after it,
    and nothing was dropped), that the secrets were `sent`. `only` and `without` name hosts and ports (see `ends`).
    `progress` is told how many bytes were read, and of how many (None: nobody knows). A file `-` is standard input.

    Raises SettingsError for what makes no sense, and UnreadableError where keys cannot be read. A capture that cannot
    be read is INCONCLUSIVE.
    """
    named, paths, chosen = _named(secrets), _listed(files), host_filter(only, without)
    _check_vouched(vouched)
    logs = tuple(_readable(Path(each)) for each in keys)
    search = search_for(tuple(named), any_case=any_case)
    with tempfile.TemporaryDirectory(prefix="overheard-") as made:
        folder = Path(made)
        try:
            if logs or second_witness:
                # tshark reads files alone.
                paths = [_spooled(folder) if str(path) == STANDARD_INPUT else path for path in paths]
            paths, problem = ordered(paths)
            if problem:
                raise problem
            evidence = look(
                paths,
                search,
                recording=_recording(paths),
                keys=Keys(more=logs),
                vouched=frozenset(vouched),
                limits=limits,
                wanted=chosen,
                progress=_told(progress, paths) if progress else None,
            )
        except UnreadableError as error:
            account = Account(_names(paths, folder, search), 0, 0, 0.0, {}, ())
            return Report({secret.name: unreadable(error) for secret in named}, account)
        evidence.folder = folder
        evidence.keys = Keys(more=(*logs, *_embedded(evidence, folder)))
        report = _report(evidence, _names(paths, folder, search))
        if second_witness:
            from overheard_capture.judge.second_witness import WitnessOptions, second_opinion  # noqa: PLC0415  (few ask it)

            how = WitnessOptions(any_case=any_case, only=only, without=without)
            report = second_opinion(report, [Path(path) for path in paths], named, how)
    return report


def _listed(files: Files) -> list[Path | str]:
    paths = [files] if isinstance(files, str | Path) else list(files)
    if not paths:
        raise SettingsError("no capture is named")
    return paths


def _check_vouched(vouched: Collection[str]) -> None:
    for each in vouched:
        if each not in VOUCHED:
            raise SettingsError(f"nobody can vouch for {each!r}", hint=f"there is {' and '.join(VOUCHED)}")


def _named(secrets: Secrets) -> list[Secret]:
    if isinstance(secrets, Mapping):
        try:
            made = [
                Secret(name, value.encode() if isinstance(value, str) else value) for name, value in secrets.items()
            ]
        except ValueError as problem:
            raise SettingsError(str(problem)) from None
    else:
        made = list(secrets)
    if not made:
        raise SettingsError("no secret is named", hint="without one there is nothing to look for")
    names = [secret.name for secret in made]
    if len(set(names)) < len(names):
        raise SettingsError("two secrets have the same name", hint="name each in its own way")
    return made


def _readable(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as problem:
        raise UnreadableError(f"the keys in {path} cannot be read: {problem.strerror}") from None


def _spooled(folder: Path) -> Path:
    path = folder / _SPOOLED
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def _recording(paths: Sequence[Path | str]) -> Recording | None:
    """The word of our own recorder, where it lies beside the file."""
    (first, *more) = paths
    if more or str(first) == STANDARD_INPUT or not recording_file(Path(first)).is_file():
        return None
    try:
        return read_recording(Path(first))
    except (ValueError, TypeError, OSError) as problem:
        raise UnreadableError(
            f"the recorder's word in {recording_file(Path(first))} makes no sense: {problem}"
        ) from None


def _told(progress: Progress, paths: Sequence[Path | str]) -> Callable[[int], None]:
    total = stored(paths)
    return lambda done: progress(done, total)


def _embedded(evidence: Evidence, folder: Path) -> tuple[Path, ...]:
    """The session keys that the capture brings with it, as a file."""
    if not evidence.file.key_logs:
        return ()
    path = folder / "embedded.keys"
    path.touch(mode=0o600)
    path.write_bytes(b"\n".join(evidence.file.key_logs))
    return (path,)


def _names(paths: Sequence[Path | str], folder: Path, search: Search) -> tuple[str, ...]:
    """What the files are called by whoever named them, without the secrets."""
    spooled = folder / _SPOOLED
    return tuple(STANDARD_INPUT if path == spooled else search.without(str(path)) for path in paths)


def _report(evidence: Evidence, names: tuple[str, ...]) -> Report:
    cases = [Case(evidence, number) for number in range(len(evidence.search.secrets))]
    return Report(
        {case.secret.name: verdict(case) for case in cases},
        _account(evidence, names),
        unwrapped={seen: around for case in cases for seen, around in unwrapped(case).items()},
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
