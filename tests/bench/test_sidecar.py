"""The cost of the sidecar is measured by a program that starts as it stands."""

from __future__ import annotations

import subprocess
import sys

from processes import LONG, PROJECT


def test_it_starts_without_the_tests_in_the_path() -> None:
    command = [sys.executable, str(PROJECT / "bench" / "sidecar.py"), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONG, check=True)
    assert "--window" in done.stdout
