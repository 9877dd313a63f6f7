"""Windows to judge, made of frames."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from capture.frames import ethernet, ipv4, udp
from capture.timeline import BEGAN, Timed, notes, recorded
from overheard.sidecar.judging import Job
from overheard.words.options import Options
from overheard.words.recording import MARK_GROUP, MARK_PORT
from overheard.words.secret import Secret
from overheard_capture.recorder import WindowFiles

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SECRET = Secret("password", b"correct horse battery")
LOGIN = b"POST / HTTP/1.1\r\nContent-Length: 21\r\n\r\n" + SECRET.value
HELLO = b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SENT = Options(vouched=("sent",))


def mark(number: int) -> bytes:
    """A mark of the notes of `capture.timeline`."""
    return ethernet(ipv4(udp(b"overheard mark %d" % number, target=MARK_PORT), 17, target=MARK_GROUP))


def job(folder: Path, frames: Sequence[bytes], *, options: Options = SENT, last: bool = True) -> Job:
    """A window of a minute with these frames between its marks, which is the first one and perhaps the `last`."""
    files = WindowFiles(folder / "1")
    files.folder.mkdir(parents=True)
    timed = [Timed(10 + number * 0.001, data) for number, data in enumerate(frames)]
    recorded(files.recorded, [Timed(1, mark(1)), *timed, Timed(60, mark(2))])
    return Job(
        folder=files.folder,
        before=folder / "0",
        recording=notes(files.recorded, 0, 61),
        next_began=None if last else BEGAN + 60,
        carry=1 << 20,
        secrets=[SECRET],
        keys=[],
        options=options,
    )


def without_secrets(made: Job) -> Job:
    """The same window, in which credentials are looked for."""
    return replace(made, secrets=[], options=Options())
