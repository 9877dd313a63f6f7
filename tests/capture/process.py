"""The capture role as a process."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from overheard.engines.base import clean_environment
from ports import free_port
from processes import SOON, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


COMMAND = [sys.executable, "-m", "overheard_capture"]


class CaptureRole:
    """A running role, its port, and its folder, which has the file `token`."""

    def __init__(self, process: subprocess.Popen[str], port: int, folder: Path) -> None:
        self.process, self.port, self.folder = process, port, folder

    @property
    def headers(self) -> dict[str, str]:
        """Those of a request with its token."""
        return {"Authorization": f"Bearer {(self.folder / 'token').read_text()}"}

    def stop(self) -> str:
        """Stop it with SIGTERM, and return its output."""
        self.process.terminate()
        said = self.process.communicate(timeout=SOON)[1]
        assert self.process.returncode == 0
        return said


def settings(folder: Path, port: int) -> dict[str, str]:
    """Its environment, with everything in one folder."""
    return {
        **clean_environment(),
        "OVERHEARD_CAPTURE_PORT": str(port),
        "OVERHEARD_CAPTURE_TOKEN_FILE": str(folder / "token"),
        "OVERHEARD_CAPTURE_RECORDINGS": str(folder),
        "OVERHEARD_CAPTURE_KEYS": str(folder),
        "OVERHEARD_CAPTURE_INTERFACE": "lo",
    }


@contextmanager
def started(folder: Path) -> Iterator[CaptureRole]:
    """The role, ready for requests until the end of the `with` block."""
    port = free_port()
    with (
        subprocess.Popen(
            COMMAND, env=settings(folder, port), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process,
        serving(process, "the capture role", f"http://127.0.0.1:{port}", lambda: process.communicate()[1]),
    ):
        yield CaptureRole(process, port, folder)
