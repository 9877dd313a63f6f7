"""What a spy sees who does more than listen: one who sat in the middle, or came by a key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from overheard.words.errors import OverheardError, UnreadableError
from overheard.words.layer import NOTEBOOK, OpenedBy
from overheard.words.sighting import Sighting
from overheard.words.verdict import Check, Rule
from overheard_capture.judge.evidence import opened_by
from overheard_capture.judge.sightings import sightings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from overheard_capture.judge.evidence import Case


def spied(case: Case) -> tuple[list[Sighting], Check]:
    """Every place where the secret is seen with the keys of the spy, or stands in his notebook; and a check on it.

    What he opens of the application's own seals was seen with all the rest, and is only spoken of here.
    """
    seen: list[Sighting] = []
    problems: list[str] = []
    if OpenedBy.INTERCEPTOR in case.evidence.tokens.useless:
        problems.append(case.evidence.tokens.useless[OpenedBy.INTERCEPTOR])
    for look in (_in_tls, _in_tls_of_the_server, _in_the_notebook):
        # What one way does not show, another may.
        try:
            seen += look(case)
        except (OverheardError, OSError) as error:
            problems.append(str(error))
    if problems:
        return seen, _check("spied", "; ".join(problems), "see that tshark, and what is kept of the spy, can be used")
    by_the_spy = (find for find in case.seen if opened_by(find, OpenedBy.INTERCEPTOR))
    unsealed = sightings(case, by_the_spy)
    if first := next(iter((*unsealed, *seen)), None):
        return seen, _check("spied", f"a spy saw it {first.how}")
    spy = case.evidence.spy
    has = "what the spy got hold of opens nothing of it" if spy.tls or spy.fernet else "no spy holds any key"
    return seen, _check("spied", has, holds=True)


def _check(code: str, says: str, hint: str = "", *, holds: bool = False) -> Check:
    return Check(Rule.ABSENT, code, holds, says, hint)


def _in_tls(case: Case) -> Iterator[Sighting]:
    yield from sightings(case, case.evidence.by_the_spy.of(case.number))


def _in_tls_of_the_server(case: Case) -> Iterator[Sighting]:
    yield from sightings(case, case.evidence.by_the_stolen_key.of(case.number))


def _notes(notebook: Path) -> list[tuple[float, str, bytes]]:
    """When it was, what was asked, and all that was read, of each line."""
    try:
        notes = [json.loads(line) for line in notebook.read_text(encoding="utf-8").splitlines()]
        return [(float(note["time"]), str(note["asked"]), _all_of(note)) for note in notes]
    except (ValueError, TypeError, KeyError) as problem:
        raise UnreadableError(f"the interceptor's notebook makes no sense: {problem}") from None


def _all_of(note: dict[str, str]) -> bytes:
    """What was asked for and what was answered: bytes that are no text are kept as halves of surrogates."""
    return "\n".join((note["asked"], note["saw"])).encode(errors="surrogateescape")


def _in_the_notebook(case: Case) -> Iterator[Sighting]:
    """What the interceptor wrote down while this recording was made."""
    notebook, recording = case.evidence.notebook, case.evidence.recording
    if notebook is None or recording is None or not notebook.is_file():
        return
    search = case.evidence.search
    for time, asked, read in _notes(notebook):
        if not recording.covers(time):
            continue
        for match in search.matches(read):
            if match.secret == case.number:
                yield Sighting(
                    secret=case.secret.name,
                    spelling=match.spelling,
                    frame=0,
                    offset=match.offset,
                    length=match.length,
                    stream=-1,
                    direction=search.redact(asked),
                    stream_offset=match.offset,
                    frames=(),
                    layers=(NOTEBOOK,),
                )
