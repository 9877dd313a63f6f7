"""Looking: a capture is read once, for all secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.options import LIMITS
from overheard_capture.captures.reader import CaptureReader
from overheard_capture.judge.evidence import Evidence
from overheard_capture.judge.exhibit import NO_KEYS
from overheard_capture.judge.fernet import FernetKeys
from overheard_capture.scan.reading import Reading
from overheard_capture.scan.second_process import HelperFailedError, HelperTask, SecondProcess
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from overheard.words.options import Limits
    from overheard.words.recording import Recording
    from overheard_capture.captures.reader import FileFacts
    from overheard_capture.judge.exhibit import Exhibit, Keys
    from overheard_capture.packets.host_filter import HostFilter
    from overheard_capture.scan.facts import Facts
    from overheard_capture.scan.finds import Finds
    from overheard_capture.search import Search


def look_at(exhibit: Exhibit) -> Evidence:
    """The evidence of one recording of the lab. Raises UnreadableError."""
    return look(
        [exhibit.path],
        search_for((exhibit.secret,)),
        recording=exhibit.recording,
        keys=exhibit.keys,
        spy=exhibit.spy,
        notebook=exhibit.notebook,
    )


def look(  # noqa: PLR0913  (all but two are left out mostly)
    paths: Sequence[Path | str],
    search: Search,
    *,
    recording: Recording | None = None,
    keys: Keys = NO_KEYS,
    spy: Keys = NO_KEYS,
    notebook: Path | None = None,
    vouched: frozenset[str] = frozenset(),
    limits: Limits = LIMITS,
    wanted: HostFilter | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evidence:
    """Read the files, as `ordered` gives them, one after the other as one capture. Raises UnreadableError.

    `progress` is told how many bytes of the files were read so far.
    """
    tokens = FernetKeys(keys, spy)
    marks = [mark.encode() for mark in (recording.start_mark, recording.end_mark)] if recording else []

    def begin() -> Reading:
        return Reading(search, limits=limits, wanted=wanted, opener=tokens if tokens else None, marks=marks)

    # A recorder's marks and the keys of Fernet are for small recordings: nobody helps with these.
    alone = bool(tokens or recording)
    task = None if alone else HelperTask(tuple(paths), search.secrets, search.any_case, limits, wanted)
    try:
        file, facts, finds = _read(paths, begin(), task, progress)
    except HelperFailedError:
        file, facts, finds = _read(paths, begin(), None, progress)
    return Evidence(
        files=tuple(paths),
        search=search,
        file=file,
        facts=facts,
        finds=finds,
        tokens=tokens,
        recording=recording,
        keys=keys,
        spy=spy,
        notebook=notebook,
        vouched=vouched,
    )


def _read(
    paths: Sequence[Path | str], reading: Reading, task: HelperTask | None, progress: Callable[[int], None] | None
) -> tuple[FileFacts, Facts, Finds]:
    """What there is to know of the files, of what is in them, and of the secrets. Raises HelperFailedError."""
    reader = CaptureReader(paths, checked=True)
    with SecondProcess(task) as helping:
        for chunk in reader.chunks():
            reading.read(chunk)
            if progress:
                progress(reader.facts.stored)
            helping.consider(reader.facts.stored, reading)
        part = helping.part(reader.facts)
    return reader.facts, reading.finish(part), reading.finds
