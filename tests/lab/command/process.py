"""The command as a process, as a user runs it."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from overheard.engines.base import clean_environment
from processes import LONG


def overheard(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "overheard", *arguments],
        cwd=cwd,
        env={**clean_environment(), "COLUMNS": "120", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )


def overheard_reading(data: bytes, *arguments: str, memory: int = 1 << 30) -> subprocess.CompletedProcess[str]:
    """The command with `data` on standard input, and with no more than so many bytes of memory for data of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "overheard", *arguments],
        env={**clean_environment(), "COLUMNS": "120"},
        input=data,
        capture_output=True,
        timeout=5 * LONG,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (memory, memory)),
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())
