"""Reading a capture once, for all secrets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from overheard.words.options import USUAL
from overheard_capture.judge.evidence import Evidence
from overheard_capture.judge.fernet import FernetKeys
from overheard_capture.judge.judge_input import NO_KEYS
from overheard_capture.scan.reading import Reading
from overheard_capture.scan.second_process import HelperFailedError, HelperTask, read_all
from overheard_capture.search import search_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from overheard.words.options import Options
    from overheard.words.recording import Recording
    from overheard_capture.captures.reader import FileFacts
    from overheard_capture.judge.judge_input import JudgeInput, Keys
    from overheard_capture.scan.facts import Facts
    from overheard_capture.scan.hits import HitTable
    from overheard_capture.search import Search


def evidence_from_recording(judge_input: JudgeInput) -> Evidence:
    """Read one recording of the lab. Raises UnreadableError."""
    return evidence_from_files(
        [judge_input.path],
        search_for((judge_input.secret,)),
        recording=judge_input.recording,
        keys=judge_input.keys,
        spy=judge_input.spy,
        notebook=judge_input.notebook,
    )


def evidence_from_files(  # noqa: PLR0913  (all but two are rarely given)
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
    """Read files, in reading order, as one capture.

    `progress` is called with the number of bytes of the files read so far. Raises UnreadableError, and SettingsError.
    """
    fernet_keys = FernetKeys(keys, spy)
    marks = recording.marks if recording else []
    task = HelperTask(tuple(paths), search.secrets, options)

    def read(*, use_helper: bool) -> tuple[FileFacts, Facts, HitTable]:
        reading = Reading(search, options, opener=fernet_keys if fernet_keys else None, marks=marks)
        file, part = read_all(task, reading, use_helper=use_helper, progress=progress)
        return file, reading.finish(part), reading.hits

    try:
        # Recordings with marks or Fernet keys are small, and a second process supports neither.
        file, facts, hits = read(use_helper=not (fernet_keys or recording))
    except HelperFailedError:
        file, facts, hits = read(use_helper=False)
    return Evidence(
        files=tuple(paths),
        search=search,
        file=file,
        facts=facts,
        hits=hits,
        fernet_keys=fernet_keys,
        recording=recording,
        keys=keys,
        spy=spy,
        notebook=notebook,
        vouched=frozenset(options.vouched),
        required=frozenset(options.required),
    )
