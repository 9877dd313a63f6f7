"""What `overheard sidecar` does: it records and judges until it is ended, and returns the verdict as its exit code."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

from overheard.sidecar.changing_secrets import secrets_in
from overheard.sidecar.http import HttpServer
from overheard.sidecar.own_traffic import left_out
from overheard.sidecar.rolling import Rolling
from overheard.sidecar.telling import Telling, say
from overheard.sidecar.work_folder import work_folder
from overheard.words.errors import RecordingError

if TYPE_CHECKING:
    from overheard.sidecar.settings import Settings


def sidecar(settings: Settings) -> int:
    """Record and judge. Returns the exit code. Raises SettingsError."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: stop.set())
    secrets_in(settings.secrets)
    own = left_out(settings.http) if settings.http else ""
    telling = Telling(settings, own)
    with ExitStack() as stack:
        folder = stack.enter_context(work_folder(settings.recordings))
        # The verdict of an earlier run is none of this one.
        telling.write()
        if settings.http:
            stack.enter_context(HttpServer(settings.http, telling.pages()))
        try:
            Rolling(settings, own, folder, telling.window).run(stop, telling.ready)
        except RecordingError as problem:
            say(str(problem.args[0]))
        # The file cannot be older than this.
        telling.write()
    telling.end()
    return telling.board.exit_code
