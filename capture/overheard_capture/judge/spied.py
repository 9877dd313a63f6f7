"""What an active spy sees: an interceptor, or the holder of a stolen key."""

from __future__ import annotations

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


def check_spied(case: Case) -> tuple[list[Sighting], Check]:
    """Sightings with the spy's keys for TLS or in the interceptor's notebook, and a check on all that the spy sees.

    Hits that the spy's Fernet keys reveal are found in the main reading, and only count for the check.
    """
    seen: list[Sighting] = []
    problems: list[str] = []
    if OpenedBy.INTERCEPTOR in case.evidence.fernet_keys.errors:
        problems.append(case.evidence.fernet_keys.errors[OpenedBy.INTERCEPTOR])
    for method in (_in_tls, _in_tls_of_the_server, _in_the_notebook):
        # One method may fail while another succeeds.
        try:
            seen += method(case)
        except (OverheardError, OSError) as error:
            # Without its hint: one for all follows.
            problems.append(str(error).partition("\n")[0])
    if problems:
        return seen, _check("spied", "; ".join(problems), "check that tshark and the spy's files can be used")
    spy_hits = (hit for hit in case.exposed if opened_by(hit, OpenedBy.INTERCEPTOR))
    revealed = sightings(case, spy_hits)
    if first := next(iter((*revealed, *seen)), None):
        return seen, _check("spied", f"a spy saw it {first.how}")
    spy = case.evidence.spy
    says = "the spy's keys do not reveal it" if spy.tls or spy.fernet else "no spy holds any key"
    return seen, _check("spied", says, holds=True)


def _check(code: str, says: str, hint: str = "", *, holds: bool = False) -> Check:
    return Check(Rule.ABSENT, code, holds, says, hint)


def _in_tls(case: Case) -> Iterator[Sighting]:
    yield from sightings(case, case.evidence.spy_hits.of(case.number))


def _in_tls_of_the_server(case: Case) -> Iterator[Sighting]:
    yield from sightings(case, case.evidence.stolen_key_hits.of(case.number))


def _notes(notebook: Path) -> list[tuple[float, str, bytes]]:
    """The lines of a notebook: time in seconds since the epoch, request line, and everything that was read."""
    import json  # noqa: PLC0415  (only a run of the lab has a notebook)

    try:
        notes = [json.loads(line) for line in notebook.read_text(encoding="utf-8").splitlines()]
        return [(float(note["time"]), str(note["asked"]), _transcript(note)) for note in notes]
    except (ValueError, TypeError, KeyError) as problem:
        raise UnreadableError(f"the interceptor's notebook is malformed: {problem}") from None


def _transcript(note: dict[str, str]) -> bytes:
    """The request and the response; bytes that are not text are surrogate escapes."""
    return "\n".join((note["asked"], note["saw"])).encode(errors="surrogateescape")


def _in_the_notebook(case: Case) -> Iterator[Sighting]:
    """Sightings in the interceptor's log, in entries from the time of this recording."""
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
