"""The public API, `from overheard import judge`. Other modules of this package are internal.

from overheard import Options, judge
report = judge("capture.pcapng", {"password": "correct horse"}, Options(vouched={"whole", "sent"}))
print(report.outcome)
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from overheard.words.errors import SettingsError, UnreadableError
from overheard.words.options import REQUIRED, USUAL, VOUCHED, Limits, Options
from overheard.words.report import Report
from overheard.words.secret import Secret
from overheard_capture.captures.inputs import STANDARD_INPUT, display_name, stored_size
from overheard_capture.captures.lookup import look_up
from overheard_capture.captures.recording import read_recording, recording_file
from overheard_capture.judge.scratch import Scratch
from overheard_capture.packets.host_filter import host_filter, numeric
from overheard_capture.search import Search, search_for

__all__ = ["Limits", "Options", "Report", "Search", "judge", "look_up", "prepare", "read_recording", "recording_file"]

Files = str | Path | Sequence[str | Path]
Secrets = Mapping[str, str | bytes] | Sequence[Secret] | None
Progress = Callable[[int, int | None], None]

# For captures of at least this many bytes, the faster engine saves time, although it takes longer to start.
_LARGE_CAPTURE = 64 << 10
# A copy of standard input has the same name in error messages as standard input itself.
_SPOOLED = display_name(STANDARD_INPUT)


def prepare(files: Files, secrets: Iterable[Secret], options: Options = USUAL) -> None:
    """Start to compile the search for these secrets, or for credentials, in a thread, before a call of `judge`."""
    _search(_path_list(files), secrets, options)


def _search(paths: Sequence[Path | str], secrets: Iterable[Secret], options: Options) -> Search:
    size = stored_size(paths)
    named, large = tuple(secrets), size is None or size >= _LARGE_CAPTURE
    if named:
        return search_for(named, any_case=options.any_case, large_input=large)
    from overheard_capture.credentials.search import credential_search  # noqa: PLC0415  (only without secrets)

    return credential_search(large_input=large)


def judge(  # noqa: PLR0913  (all but two are rarely given)
    files: Files,
    secrets: Secrets = None,
    options: Options = USUAL,
    *,
    keys: Sequence[Path | str] = (),
    second_witness: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge a capture, in one file or in the files of a ring buffer, for some secrets; without, for credentials.

    `files` are paths of pcap or pcapng files, uncompressed or compressed with gzip or zstd, in any order; `-` is
    standard input. `secrets` are values by name, or a list of `Secret`. `keys` are files of session keys in the format
    of SSLKEYLOGFILE; keys embedded in the capture are also used. With `second_witness`, tshark searches the capture,
    too. `progress` is called with the number of bytes read so far, and with their total number, or None if it is
    unknown.

    The report has a verdict for each secret, by its name. Without secrets it has one, on `credentials`: OVERHEARD if
    there are some in clear, PROTECTED if all application data in the capture was encrypted. A capture that cannot be
    read is INCONCLUSIVE.

    Raises SettingsError if files, secrets or options are invalid, and UnreadableError if keys cannot be read.
    """
    named, paths = [] if secrets is None else _secret_list(secrets), _path_list(files)
    options = _resolved(options)
    if secrets is None and (second_witness or options.any_case):
        raise SettingsError("the second witness, and searching in any case, need a secret", hint="name one")
    key_logs = tuple(_readable(Path(each)) for each in keys)
    search = _search(paths, named, options)
    from overheard_capture.judge.files import FileSet, judge_files  # noqa: PLC0415  (while the search is made)

    names: dict[Path | str, str] = {}
    with Scratch() as scratch:
        if STANDARD_INPUT in map(str, paths) and (key_logs or second_witness):
            # tshark needs files.
            spooled = _spool(scratch.folder)
            names[spooled] = STANDARD_INPUT
            paths = [spooled if str(path) == STANDARD_INPUT else path for path in paths]
        return judge_files(
            FileSet(paths, key_logs, scratch, names), search, options, second_witness, _byte_progress(progress, paths)
        )


def _path_list(files: Files) -> list[Path | str]:
    paths = [files] if isinstance(files, str | Path) else list(files)
    if not paths:
        raise SettingsError("no capture is given")
    return paths


def _resolved(options: Options) -> Options:
    """The options with addresses for the names of hosts, which are asked for once. Raises SettingsError."""
    _validate(options)
    only, without = (tuple(chain.from_iterable(map(numeric, terms))) for terms in (options.only, options.without))
    host_filter(only, without)
    return replace(options, only=only, without=without)


def _validate(options: Options) -> None:
    if options.sealed_endpoints:
        from overheard_capture.scan.endpoints import terms_of  # noqa: PLC0415  (few name any)

        for text in options.sealed_endpoints:
            terms_of(text)
    for each in options.vouched:
        if each not in VOUCHED:
            raise SettingsError(f"{each!r} cannot be vouched for", hint=f"choose from {' and '.join(VOUCHED)}")
    for each in options.required:
        if each not in REQUIRED:
            raise SettingsError(f"{each!r} cannot be required", hint=f"choose from {' and '.join(REQUIRED)}")


def _secret_list(secrets: Mapping[str, str | bytes] | Sequence[Secret]) -> list[Secret]:
    if isinstance(secrets, Mapping):
        try:
            listed = [
                Secret(name, value.encode() if isinstance(value, str) else value) for name, value in secrets.items()
            ]
        except ValueError as problem:
            raise SettingsError(str(problem)) from None
    else:
        listed = list(secrets)
    if not listed:
        raise SettingsError("no secret is given", hint="give at least one")
    names = [secret.name for secret in listed]
    if len(set(names)) < len(names):
        raise SettingsError("two secrets have the same name", hint="give each its own name")
    return listed


def _readable(path: Path) -> Path:
    try:
        with path.open("rb"):
            return path
    except OSError as problem:
        raise UnreadableError(f"the keys in {path} cannot be read: {problem.strerror}") from None


def _spool(folder: Path) -> Path:
    path = folder / _SPOOLED
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def _byte_progress(progress: Progress | None, paths: Sequence[Path | str]) -> Callable[[int], None] | None:
    if progress is None:
        return None
    total = stored_size(paths)
    return lambda done: progress(done, total)
