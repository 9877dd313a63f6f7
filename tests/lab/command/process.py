"""The command as a process, as a user runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from overheard.engines.base import clean_environment
from processes import LONG


def overheard(*arguments: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "overheard", *arguments],
        cwd=cwd,
        env={**clean_environment(), "COLUMNS": "120", **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
