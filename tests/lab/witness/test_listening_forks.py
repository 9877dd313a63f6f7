"""Forks within a block that listens: they are heard, and leave the block without ending or judging anything."""

from __future__ import annotations

import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

import pytest
import requests

from lab.servers import Answers, serving
from overheard import listen
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab.pki import Files

pytestmark = pytest.mark.usefixtures("local_engine")

PASSWORD = "correct horse battery"  # noqa: S105  (nobody's)
JUDGED, NOT_JUDGED = 1, 7


def log_in(url: str, files: Files) -> None:
    requests.post(url, json={"password": PASSWORD}, timeout=10, verify=str(files.root))


def fall_out() -> None:
    """Leave the block at its end."""


def fail() -> None:
    raise ZeroDivisionError


def leave(how: Callable[[], object], url: str, files: Files, parent: int) -> None:
    """Log in, in a fork, and leave the block in some way; the exit code of the fork says whether there is a verdict."""
    with listen(port=int(url.rpartition(":")[2]), secret=PASSWORD) as wire:
        fork = os.fork()
        if not fork:
            log_in(url, files)
            how()
        else:
            _, status = os.waitpid(fork, 0)
    if os.getpid() == parent:
        assert os.waitstatus_to_exitcode(status) == NOT_JUDGED
        assert wire.verdict.protected, wire.verdict
        assert not wire.recording.exists()
        return
    with pytest.raises(SettingsError, match="no verdict yet"):
        str(wire.verdict)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("how", [fall_out, fail, sys.exit])
def test_a_fork_that_leaves_the_block_has_no_verdict(files: Files, how: Callable[[], object]) -> None:
    parent, code = os.getpid(), JUDGED
    with serving(Answers(), files) as url:
        try:
            leave(how, url, files, parent)
            code = NOT_JUDGED
        except (ZeroDivisionError, SystemExit):
            code = NOT_JUDGED
        finally:
            if os.getpid() != parent:
                os._exit(code)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_what_multiprocessing_sends_is_heard(files: Files) -> None:
    """With the session keys of its connections, that prove it."""
    with serving(Answers(), files) as url, listen(port=int(url.rpartition(":")[2]), secret=PASSWORD) as wire:
        process = multiprocessing.get_context("fork").Process(target=log_in, args=(url, files))
        process.start()
        process.join(60)
    assert process.exitcode == 0
    assert wire.verdict.protected, wire.verdict
