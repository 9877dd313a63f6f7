"""The client as a process, as a user or an engine runs it."""

from __future__ import annotations

import subprocess
import sys

from overheard.engines.base import clean_environment
from processes import LONG


def client(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it until it ends. Warnings are errors there, too."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "overheard_services.client", *arguments],
        env={**clean_environment(), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
