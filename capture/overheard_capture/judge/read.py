"""Looking: a capture is read once, for all secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.options import USUAL
from overheard_capture.judge.evidence import Evidence
from overheard_capture.judge.exhibit import NO_KEYS
from overheard_capture.judge.fernet import FernetKeys
from overheard_capture.scan.reading import Reading
from overheard_capture.scan.second_process import HelperFailedError, HelperTask, read_all
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from overheard.words.options import Options
    from overheard.words.recording import Recording
    from overheard_capture.captures.reader import FileFacts
    from overheard_capture.judge.exhibit import Exhibit, Keys
    from overheard_capture.scan.facts import Facts
    from overheard_capture.scan.finds import Finds
    from overheard_capture.search import Search


def search_bytes(exhibit: Exhibit) -> Evidence:
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
    options: Options = USUAL,
    *,
    recording: Recording | None = None,
    keys: Keys = NO_KEYS,
    spy: Keys = NO_KEYS,
    notebook: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evidence:
    """Read the files, as `ordered` gives them, one after the other as one capture.

    Raises UnreadableError, and SettingsError.

    `progress` is told how many bytes of the files were read so far.
    """
    tokens = FernetKeys(keys, spy)
    marks = [mark.encode() for mark in (recording.start_mark, recording.end_mark)] if recording else []
    task = HelperTask(tuple(paths), search.secrets, options)

    def read(*, ask: bool) -> tuple[FileFacts, Facts, Finds]:
        reading = Reading(search, options, opener=tokens if tokens else None, marks=marks)
        file, part = read_all(task, reading, ask=ask, progress=progress)
        return file, reading.finish(part), reading.finds

    try:
        # A recorder's marks and the keys of Fernet are for small recordings: nobody helps with these.
        file, facts, finds = read(ask=not (tokens or recording))
    except HelperFailedError:
        file, facts, finds = read(ask=False)
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
        vouched=frozenset(options.vouched),
    )
