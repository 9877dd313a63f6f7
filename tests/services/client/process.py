"""The client as a process, as a user or an engine runs it."""

from __future__ import annotations

import subprocess
import sys

from processes import ended


def client(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run it until it ends. Warnings are errors there, too."""
    return ended([sys.executable, "-W", "error", "-m", "overheard_services.client", *arguments], **variables)
