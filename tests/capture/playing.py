"""Plays a case of inside.py in namespaces of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from overheard.engines.base import clean_environment
from overheard.engines.local import unshare


def played(case: str, folder: Path) -> dict[str, Any]:
    """What came of it."""
    done = subprocess.run(
        [*unshare(), sys.executable, "-W", "error", str(Path(__file__).parent / "inside.py"), case, str(folder)],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    # Nothing that Python warned of: a file left open, a process not waited for.
    assert "Warning" not in done.stderr, done.stderr
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome
